"""Environments of other platforms, laid out file by file by uv: nothing in them can run here, but all of it can be read.

Each is collected with kdoctor's own collector and judged as on that platform. They are no rows of the laboratory's table,
since no program tells what works: what is expected stands here, from what the release notes and the wheels themselves say.
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.distributions import import_folders, survey
from kdoctor.model import Platform, Python, Snapshot
from lab import environments

if TYPE_CHECKING:
    from pathlib import Path

#: Our word for a platform -> uv's, and what an interpreter there would say of itself.
PLATFORMS = {
    "windows": ("x86_64-pc-windows-msvc", Platform("windows", "amd64")),
    "macos-arm": ("aarch64-apple-darwin", Platform("darwin", "arm64", release="14.5")),
    "macos-intel": ("x86_64-apple-darwin", Platform("darwin", "x86_64", release="14.5")),
    "aarch64": ("aarch64-manylinux_2_36", Platform("linux", "aarch64", "glibc 2.36")),
    "musl": ("x86_64-unknown-linux-musl", Platform("linux", "x86_64", "musl 1.2")),
}


class Layout(NamedTuple):
    """An environment of another platform: how it is laid out, and what kdoctor must say of it."""

    name: str
    platform: str
    python: str
    #: Arguments of `uv pip install` (or `uninstall`), one after the other; each resolves for the platform, with wheels alone.
    steps: tuple[str, ...]
    verdict: str = "ok"
    #: The rules that must speak, notes aside: "KD301 KD204".
    rules: str = ""
    #: Small enough to be laid out by the tests.
    small: bool = False

    @property
    def folder(self) -> Path:
        """Where it is laid out, another place for every other recipe."""
        recipe = repr((self.platform, self.python, self.steps))
        return environments.CACHE / "layouts" / f"{self.name}-{hashlib.sha256(recipe.encode()).hexdigest()[:10]}"


def healthy(name: str, platform: str, python: str, wanted: str, *, small: bool = False) -> Layout:
    """Give a layout of what an installer resolves, of which kdoctor must say that nothing is wrong."""
    return Layout(name, platform, python, (f"install {wanted}",), small=small)


def forced(
    name: str, platform: str, python: str, wanted: str, *steps: str, rules: str, verdict: str = "error", small: bool = False
) -> Layout:
    """Give a layout that is spoilt afterwards by steps without regard for requirements."""
    first = (f"install {wanted}",) if wanted else ()
    return Layout(name, platform, python, (*first, *steps), verdict, rules, small)


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
    healthy("windows-jax", "windows", "3.12.7", "keras==3.12.0 jax==0.7.2", small=True),
    healthy("windows-torch", "windows", "3.12.7", "keras==3.12.0 torch==2.7.1"),
    healthy("windows-openvino", "windows", "3.12.7", "keras==3.12.0 openvino==2025.3.0"),
    # Apple silicon: a shell around tensorflow-macos from 2.13 to 2.15; tensorflow-macos 2.16 is a shell around tensorflow.
    healthy("macos-arm-tf-macos-2.12.0", "macos-arm", "3.10.11", "tensorflow-macos==2.12.0"),
    healthy("macos-arm-tf2.13.0", "macos-arm", "3.11.9", "tensorflow==2.13.0"),
    healthy("macos-arm-tf2.14.1", "macos-arm", "3.11.9", "tensorflow==2.14.1"),
    healthy("macos-arm-tf2.15.1-metal", "macos-arm", "3.11.9", "tensorflow==2.15.1 tensorflow-metal==1.1.0"),
    healthy("macos-arm-tf2.16.2-metal", "macos-arm", "3.12.7", "tensorflow==2.16.2 tensorflow-metal==1.2.0"),
    healthy("macos-arm-tf-macos-2.16.2", "macos-arm", "3.12.7", "tensorflow-macos==2.16.2"),
    healthy("macos-arm-tf2.18.0-metal", "macos-arm", "3.12.7", "tensorflow==2.18.0 tensorflow-metal==1.2.0"),
    healthy("macos-arm-tf2.20.0", "macos-arm", "3.13.1", "tensorflow==2.20.0"),
    healthy("macos-arm-tf2.21.0-text", "macos-arm", "3.13.1", "tensorflow==2.21.0 tensorflow-text==2.21.1"),
    healthy("macos-arm-jax", "macos-arm", "3.12.7", "keras==3.12.0 jax==0.7.2", small=True),
    healthy("macos-arm-torch", "macos-arm", "3.12.7", "keras==3.12.0 torch==2.7.1"),
    # Intel Macs: up to 2.16.2.
    healthy("macos-intel-tf2.12.1", "macos-intel", "3.11.9", "tensorflow==2.12.1 numpy<2"),
    healthy("macos-intel-tf2.15.1", "macos-intel", "3.11.9", "tensorflow==2.15.1"),
    healthy("macos-intel-tf2.16.2", "macos-intel", "3.12.7", "tensorflow==2.16.2"),
    healthy("macos-intel-jax", "macos-intel", "3.12.7", "keras==3.12.0 jax==0.4.38", small=True),
    healthy("macos-intel-torch", "macos-intel", "3.12.7", "keras==3.12.0 torch==2.2.2 numpy<2"),
    # Linux on ARM: a shell around tensorflow-cpu-aws from 2.10 to 2.15.
    healthy("aarch64-tf2.10.1", "aarch64", "3.10.13", "tensorflow==2.10.1 numpy<2"),
    healthy("aarch64-tf2.13.1", "aarch64", "3.11.7", "tensorflow==2.13.1"),
    healthy("aarch64-tf2.15.1", "aarch64", "3.11.7", "tensorflow==2.15.1"),
    healthy("aarch64-tf2.16.2", "aarch64", "3.12.7", "tensorflow==2.16.2"),
    healthy("aarch64-tf2.18.1-text", "aarch64", "3.12.7", "tensorflow==2.18.1 tensorflow-text==2.18.1"),
    healthy("aarch64-tf2.21.0", "aarch64", "3.13.1", "tensorflow==2.21.0"),
    healthy("aarch64-jax", "aarch64", "3.12.7", "keras==3.12.0 jax==0.7.2", small=True),
    # Spoilt ones.
    forced("windows-shell-alone", "windows", "3.11.9", "", "install --no-deps tensorflow==2.15.0 keras==2.15.0", rules="KD002", small=True),
    forced(
        "macos-arm-shell-alone", "macos-arm", "3.11.9", "", "install --no-deps tensorflow==2.15.1 keras==2.15.0", rules="KD002", small=True
    ),
    forced("aarch64-shell-alone", "aarch64", "3.11.7", "", "install --no-deps tensorflow==2.15.1 keras==2.15.0", rules="KD002", small=True),
    forced(
        "windows-shell-of-another-body",
        "windows",
        "3.11.9",
        "tensorflow==2.15.0",
        "install --no-deps tensorflow-intel==2.14.1",
        rules="KD301",
    ),
    forced("windows-left-over-body", "windows", "3.12.7", "tensorflow==2.18.0", "install tensorflow==2.20.0", rules="KD301"),
    forced("windows-two-tensorflows", "windows", "3.12.7", "tensorflow==2.20.0", "install --no-deps tensorflow-cpu==2.19.1", rules="KD301"),
    forced("windows-keras-2", "windows", "3.12.7", "tensorflow==2.18.1", "install --no-deps keras==2.15.0", rules="KD204"),
    forced("windows-numpy-2", "windows", "3.11.9", "tensorflow==2.15.0", "install --no-deps numpy==2.0.2", rules="KD501"),
    forced("windows-keras-3-on-2.15", "windows", "3.11.9", "tensorflow==2.15.0", "install keras==3.6.0", rules="KD001", verdict="warning"),
    forced("macos-arm-left-over-body", "macos-arm", "3.11.9", "tensorflow==2.15.1", "install tensorflow==2.18.1", rules="KD301"),
    forced("macos-arm-metal-of-another", "macos-arm", "3.11.9", "tensorflow==2.15.1 tensorflow-metal==1.2.0", rules="KD741"),
    forced("macos-arm-keras-2", "macos-arm", "3.12.7", "tensorflow==2.16.2", "install --no-deps keras==2.15.0", rules="KD204"),
    forced("aarch64-left-over-body", "aarch64", "3.11.7", "tensorflow==2.15.1", "install tensorflow==2.18.1", rules="KD301"),
    forced(
        "aarch64-two-tensorflows", "aarch64", "3.11.7", "tensorflow==2.18.1", "install --no-deps tensorflow-cpu-aws==2.15.1", rules="KD301"
    ),
    forced("aarch64-keras-gone", "aarch64", "3.12.7", "tensorflow==2.18.1", "uninstall keras", rules="KD002"),
    forced(
        "windows-jax-without-jaxlib",
        "windows",
        "3.12.7",
        "",
        "install --no-deps keras==3.12.0 jax==0.7.2 numpy==2.2.6",
        rules="KD402 KD002",
        small=True,
    ),
)


def lay_out(one: Layout, folder: Path) -> Path:
    """Lay the files out afresh in the folder; RuntimeError where uv refuses, LookupError where there is no uv."""
    program = environments.uv()
    if program is None:
        raise LookupError("no uv on this machine")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    place = ("--target", folder)
    target = ("--python-version", one.python, "--python-platform", PLATFORMS[one.platform][0], "--only-binary", ":all:")
    for step in one.steps:
        verb, *arguments = step.split()
        environments.install(*program, "pip", verb, "--quiet", *place, *(target if verb == "install" else ()), *arguments)
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
    return Snapshot(
        python=Python(one.python),
        platform=PLATFORMS[one.platform][1],
        distributions=found.distributions,
        environment={},
        keras_config={},
        folders=import_folders(paths),
        accelerators=(),
        unread=found.unread,
    )
