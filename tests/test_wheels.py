"""What the embedded index says of wheels, against the table that was written by hand."""

from __future__ import annotations

import pytest

from kdoctor import versions
from kdoctor.knowledge.coupling import points_to
from kdoctor.knowledge.families import TENSORFLOW
from kdoctor.knowledge.index import installable, open_embedded
from kdoctor.knowledge.wheel_tags import fits
from kdoctor.model import Distribution, Platform, Python, Snapshot
from lab.wheels import PYTHONS, TARGETS, WHEELS, target

INDEX = open_embedded()


@pytest.mark.parametrize("named", WHEELS)
def test_a_release_has_wheels_for_these_and_for_no_others(named: str) -> None:
    release = INDEX.release(*named.split())
    assert release
    cells = [(platform, python) for platform in TARGETS for python in PYTHONS]
    assert {cell for cell in cells if installable(release, target(*cell))} == WHEELS[named]


def test_no_tensorflow_was_ever_made_for_musl_32_bits_pypy_or_without_the_lock() -> None:
    others = [target("musl", "3.12"), target("windows-32", "3.8"), target("linux", "pypy3.10"), target("linux", "3.13t")]
    releases = [release for name in ("tensorflow", "tensorflow-cpu", "tf-nightly") for release in INDEX.releases(name)]
    assert [release.version for release in releases for other in others if any(fits(tag, other) for tag in release.tags)] == []


#: Release, platform, Python -> the distribution around which it is a shell there ("" = it holds the code itself).
BODIES = (
    ("tensorflow 2.10.1", "windows", "3.10", ""),
    ("tensorflow 2.11.1", "windows", "3.10", "tensorflow-intel"),
    ("tensorflow 2.15.0", "windows", "3.11", "tensorflow-intel"),
    ("tensorflow 2.18.0", "windows", "3.12", "tensorflow-intel"),
    ("tensorflow 2.18.1", "windows", "3.12", ""),
    ("tensorflow 2.19.1", "windows", "3.12", ""),
    ("tensorflow-cpu 2.15.0", "windows", "3.11", "tensorflow-intel"),
    ("tensorflow 2.9.3", "aarch64", "3.10", ""),
    ("tensorflow 2.10.1", "aarch64", "3.10", "tensorflow-cpu-aws"),
    ("tensorflow 2.15.1", "aarch64", "3.11", "tensorflow-cpu-aws"),
    ("tensorflow 2.16.1", "aarch64", "3.12", ""),
    ("tensorflow 2.13.0", "macos-arm", "3.11", "tensorflow-macos"),
    ("tensorflow 2.15.0", "macos-arm", "3.11", "tensorflow-macos"),
    ("tensorflow 2.15.1", "macos-arm", "3.11", ""),  # The two were published the wrong way round.
    ("tensorflow-macos 2.15.1", "macos-arm", "3.11", "tensorflow-macos"),
    ("tensorflow-macos 2.16.2", "macos-arm", "3.12", "tensorflow"),
    ("tensorflow 2.15.0", "macos-intel", "3.11", ""),
    ("tensorflow 2.15.0", "linux", "3.11", ""),
    ("tensorflow 2.18.0", "linux", "3.11", ""),
)


@pytest.mark.parametrize(("named", "platform", "python", "body"), BODIES)
def test_a_shell_requires_the_body_of_its_platform_alone(named: str, platform: str, python: str, body: str) -> None:
    release, here = INDEX.release(*named.split()), target(platform, python)
    assert release
    known = Snapshot(python=Python(f"{python}.0"), platform=Platform(here.system, here.machine))
    shell = Distribution(named.split(maxsplit=1)[0], release.version, release.requires(here))
    markers = versions.marker_environment(known)
    assert [name for name in TENSORFLOW if points_to(shell, name, markers)] == ([body] if body else [])


@pytest.mark.parametrize(("python", "h5py"), [("3.13", "<3.15.0,>=3.11.0"), ("3.14", "~=3.15.1")])
def test_requirements_differ_by_the_python_of_a_wheel(python: str, h5py: str) -> None:
    release = INDEX.release("tensorflow", "2.22.0rc0")
    assert release
    assert f"h5py{h5py}" in release.requires(target("linux", python))
