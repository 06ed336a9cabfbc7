"""Environments of other platforms, laid out file by file by uv: nothing in them can run here, but all of it can be read.

Each is collected with kdoctor's own collector and judged as on that platform. They are no rows of the laboratory's table,
since no program tells what works: what is expected stands here, from what the release notes and the wheels themselves say.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.distributions import import_folders, survey
from kdoctor.model import Accelerator, Platform, Python, Severity, Snapshot
from lab import environments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kdoctor.model import Distribution, Report

#: Our word for a platform -> uv's, and what an interpreter there would say of itself.
PLATFORMS = {
    "windows": ("x86_64-pc-windows-msvc", Platform("windows", "amd64")),
    "macos-arm": ("aarch64-apple-darwin", Platform("darwin", "arm64", release="14.5")),
    "macos-intel": ("x86_64-apple-darwin", Platform("darwin", "x86_64", release="14.5")),
    "aarch64": ("aarch64-manylinux_2_36", Platform("linux", "aarch64", "glibc 2.36")),
    "musl": ("x86_64-unknown-linux-musl", Platform("linux", "x86_64", "musl 1.2")),
}


ALONE = "install --no-deps"
TF_2_15 = "install tensorflow==2.15.0"


class Layout(NamedTuple):
    """An environment of another platform: how it is laid out, and what kdoctor must say of it."""

    name: str
    platform: str
    python: str
    #: Arguments of `uv pip install` (or `uninstall`), one after the other; each resolves for the platform, with wheels alone.
    steps: tuple[str, ...]
    verdict: str = "ok"
    #: The rules that must speak, and no others above a note where it is "".
    rules: str = ""
    #: What KERAS_BACKEND is set to, if anything.
    backend: str = ""
    #: Small enough to be laid out by the tests; the others only by `python -m lab --layouts`.
    small: bool = False

    @property
    def folder(self) -> Path:
        """Where it is laid out, another place for every other recipe."""
        recipe = repr((self.platform, self.python, self.steps))
        return environments.CACHE / "layouts" / f"{self.name}-{hashlib.sha256(recipe.encode()).hexdigest()[:10]}"


def healthy(name: str, platform: str, python: str, wanted: str, *, backend: str = "", small: bool = False) -> Layout:
    """Give a layout of what an installer resolves, of which kdoctor must say that nothing is wrong."""
    return Layout(name, platform, python, (f"install {wanted}",), backend=backend, small=small)


def spoilt(
    name: str, platform: str, python: str, *steps: str, rules: str, verdict: str = "error", backend: str = "", small: bool = False
) -> Layout:
    """Give a layout in which something is wrong."""
    return Layout(name, platform, python, steps, verdict, rules, backend, small)


LAYOUTS = (
    # Windows: tensorflow is a shell around tensorflow-intel from 2.11 to 2.18.0.
    healthy("windows-tf2.10.1", "windows", "3.10.11", "tensorflow==2.10.1 numpy<2"),
    healthy("windows-tf2.11.1", "windows", "3.10.11", "tensorflow==2.11.1 numpy<2"),
    healthy("windows-tf2.13.0", "windows", "3.11.9", "tensorflow==2.13.0"),
    healthy("windows-tf2.15.0", "windows", "3.11.9", "tensorflow==2.15.0"),
    healthy("windows-tf2.15.1", "windows", "3.10.11", "tensorflow==2.15.1"),
    healthy("windows-tf2.16.1", "windows", "3.12.7", "tensorflow==2.16.1"),
    healthy("windows-tf2.17.1", "windows", "3.12.7", "tensorflow==2.17.1"),
    healthy("windows-tf2.18.0", "windows", "3.12.7", "tensorflow==2.18.0"),
    healthy("windows-tf2.18.1", "windows", "3.12.7", "tensorflow==2.18.1"),
    healthy("windows-tf2.19.1", "windows", "3.12.7", "tensorflow==2.19.1"),
    healthy("windows-tf2.20.0", "windows", "3.13.1", "tensorflow==2.20.0"),
    healthy("windows-tf2.21.0", "windows", "3.13.1", "tensorflow==2.21.0"),
    healthy("windows-tf2.18.1-legacy", "windows", "3.11.9", "tensorflow==2.18.1 tf-keras==2.18.0"),
    healthy("windows-jax", "windows", "3.12.7", "keras==3.12.0 jax==0.7.2", backend="jax", small=True),
    healthy("windows-openvino", "windows", "3.12.7", "keras==3.12.0 openvino==2025.3.0", backend="openvino"),
    # Apple silicon: a shell around tensorflow-macos from 2.13 to 2.15.0; tensorflow-macos 2.16 is a shell around tensorflow.
    healthy("macos-arm-tf-macos-2.12.0", "macos-arm", "3.10.11", "tensorflow-macos==2.12.0"),
    healthy("macos-arm-tf2.13.0", "macos-arm", "3.11.9", "tensorflow==2.13.0"),
    healthy("macos-arm-tf2.14.1", "macos-arm", "3.11.9", "tensorflow==2.14.1"),
    healthy("macos-arm-tf2.15.0-metal", "macos-arm", "3.11.9", "tensorflow==2.15.0 tensorflow-metal==1.1.0"),
    healthy("macos-arm-tf2.15.1-metal", "macos-arm", "3.11.9", "tensorflow==2.15.1 tensorflow-metal==1.1.0"),
    healthy("macos-arm-tf2.16.2-metal", "macos-arm", "3.11.9", "tensorflow==2.16.2 tensorflow-metal==1.1.0"),
    healthy("macos-arm-tf-macos-2.16.2", "macos-arm", "3.12.7", "tensorflow-macos==2.16.2"),
    healthy("macos-arm-tf2.18.0-metal", "macos-arm", "3.12.7", "tensorflow==2.18.0 tensorflow-metal==1.2.0"),
    healthy("macos-arm-tf2.20.0", "macos-arm", "3.13.1", "tensorflow==2.20.0"),
    healthy("macos-arm-tf2.21.0-text", "macos-arm", "3.13.1", "tensorflow==2.21.0 tensorflow-text==2.21.1"),
    healthy("macos-arm-jax", "macos-arm", "3.12.7", "keras==3.12.0 jax==0.7.2", backend="jax", small=True),
    healthy("macos-arm-torch", "macos-arm", "3.12.7", "keras==3.12.0 torch==2.7.1", backend="torch", small=True),
    # Intel Macs: up to 2.16.2.
    healthy("macos-intel-tf2.12.1", "macos-intel", "3.11.9", "tensorflow==2.12.1 numpy<2"),
    healthy("macos-intel-tf2.15.1", "macos-intel", "3.11.9", "tensorflow==2.15.1"),
    healthy("macos-intel-tf2.16.2", "macos-intel", "3.12.7", "tensorflow==2.16.2"),
    healthy("macos-intel-jax", "macos-intel", "3.12.7", "keras==3.12.0 jax==0.4.38", backend="jax", small=True),
    # Linux on ARM: a shell around tensorflow-cpu-aws from 2.10 to 2.15.
    healthy("aarch64-tf2.10.1", "aarch64", "3.10.13", "tensorflow==2.10.1 numpy<2"),
    healthy("aarch64-tf2.13.1", "aarch64", "3.11.7", "tensorflow==2.13.1"),
    healthy("aarch64-tf2.15.1", "aarch64", "3.11.7", "tensorflow==2.15.1"),
    healthy("aarch64-tf2.16.2", "aarch64", "3.12.7", "tensorflow==2.16.2"),
    healthy("aarch64-tf2.18.1-text", "aarch64", "3.12.7", "tensorflow==2.18.1 tensorflow-text==2.18.1"),
    healthy("aarch64-tf2.21.0", "aarch64", "3.13.1", "tensorflow==2.21.0"),
    healthy("aarch64-jax", "aarch64", "3.12.7", "keras==3.12.0 jax==0.7.2", backend="jax", small=True),
    # A shell without its body has no code; the one of Apple silicon that was published twice as a shell never had any.
    spoilt("windows-shell-alone", "windows", "3.11.9", f"{ALONE} tensorflow==2.15.0 keras==2.15.0", rules="KD002", small=True),
    spoilt("macos-arm-shell-alone", "macos-arm", "3.11.9", f"{ALONE} tensorflow==2.15.0 keras==2.15.0", rules="KD002", small=True),
    spoilt("aarch64-shell-alone", "aarch64", "3.11.7", f"{ALONE} tensorflow==2.15.1 keras==2.15.0", rules="KD002", small=True),
    spoilt("macos-arm-hollow", "macos-arm", "3.11.9", "install tensorflow-macos==2.15.1", rules="KD605", small=True),
    # Bodies that an upgrade leaves behind, and rivals.
    spoilt("windows-shell-of-another-body", "windows", "3.11.9", TF_2_15, f"{ALONE} tensorflow-intel==2.14.1", rules="KD001"),
    spoilt("windows-left-over-body", "windows", "3.12.7", "install tensorflow==2.18.0", "install tensorflow==2.20.0", rules="KD301"),
    spoilt("macos-arm-left-over-body", "macos-arm", "3.11.9", TF_2_15, "install tensorflow==2.18.1", rules="KD301"),
    spoilt("aarch64-left-over-body", "aarch64", "3.11.7", "install tensorflow==2.15.1", "install tensorflow==2.18.1", rules="KD301"),
    spoilt("windows-two-tensorflows", "windows", "3.12.7", "install tensorflow==2.20.0", f"{ALONE} tensorflow-cpu==2.19.1", rules="KD301"),
    spoilt("aarch64-two", "aarch64", "3.11.7", "install tensorflow==2.18.1", f"{ALONE} tensorflow-cpu-aws==2.15.1", rules="KD301"),
    # What is forced in against the metadata.
    spoilt("windows-keras-2", "windows", "3.12.7", "install tensorflow==2.18.1", f"{ALONE} keras==2.15.0", rules="KD204"),
    spoilt("macos-arm-keras-2", "macos-arm", "3.12.7", "install tensorflow==2.16.2", f"{ALONE} keras==2.15.0", rules="KD204"),
    spoilt("windows-numpy-2", "windows", "3.11.9", TF_2_15, f"{ALONE} numpy==2.0.2", rules="KD501"),
    spoilt("windows-keras-3-on-2.15", "windows", "3.11.9", TF_2_15, "install keras==3.6.0", rules="KD001", verdict="warning"),
    spoilt("macos-arm-old-metal", "macos-arm", "3.11.9", "install tensorflow==2.18.1 tensorflow-metal==1.1.0", rules="KD741"),
    spoilt("aarch64-keras-gone", "aarch64", "3.12.7", "install tensorflow==2.18.1", "uninstall keras", rules="KD002"),
    spoilt("windows-no-jaxlib", "windows", "3.12.7", f"{ALONE} keras==3.12.0 jax==0.7.2", rules="KD408", backend="jax", small=True),
)


def lay_out(one: Layout, folder: Path) -> Path:
    """Lay the files out afresh in the folder; RuntimeError where uv refuses, LookupError where there is no uv."""
    program = environments.uv()
    if program is None:
        raise LookupError("no uv on this machine")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    place = ("--python", sys.executable, "--target", folder)
    wheels = ("--python-version", one.python, "--python-platform", PLATFORMS[one.platform][0], "--only-binary", ":all:")
    for step in one.steps:
        verb, *arguments = step.split()
        environments.install(*program, "pip", verb, "--quiet", *place, *(wheels if verb == "install" else ()), *arguments)
    return folder


def kept(one: Layout) -> Path:
    """Give the folder of a layout, laid out where it is not there in full."""
    stamp = one.folder.with_suffix(".laid-out")
    if not stamp.exists():
        lay_out(one, one.folder)
        stamp.write_text("\n".join(one.steps))
    return one.folder


def collected(one: Layout, folder: Path) -> Snapshot:
    """Collect what lies in the folder as if an interpreter of its platform had it on its path."""
    paths = (str(folder),)
    found = survey(paths)
    return seen(one, found.distributions, import_folders(paths))._replace(unread=found.unread)


def seen(one: Layout, distributions: tuple[Distribution, ...], folders: Mapping[str, int | None]) -> Snapshot:
    """Give the snapshot of a layout with these distributions and import folders."""
    platform = PLATFORMS[one.platform][1]
    return Snapshot(
        python=Python(one.python),
        platform=platform,
        distributions=distributions,
        environment={"KERAS_BACKEND": one.backend} if one.backend else {},
        keras_config={},
        folders=folders,
        accelerators=(Accelerator("apple"),) if one.platform == "macos-arm" else (),
    )


def amiss(one: Layout, report: Report) -> str:
    """Say what the report of a layout should be and is not; "" where it is as expected."""
    said = {finding.rule for finding in report.findings if finding.severity is not Severity.NOTE}
    fits = report.verdict == one.verdict and (set(one.rules.split()) <= said if one.rules else not said)
    return "" if fits else f"{report.verdict} by {sorted(said)}, not {one.verdict} by {one.rules or 'none'}"
