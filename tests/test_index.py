"""The embedded index: its file, its releases, and what it says for whom."""

from __future__ import annotations

import pytest

from kdoctor.errors import KdoctorError
from kdoctor.knowledge import index_file
from kdoctor.knowledge.index import Index, Release, Target, Variant, embedded_path, installable


@pytest.fixture(scope="module")
def index():
    with open(embedded_path(), "rb") as file:  # noqa: PTH123
        return Index(file.read(), "index.bin")


LINUX = Target("3.11.7", "linux", "x86_64", "glibc 2.36")
WINDOWS = Target("3.11.7", "windows", "amd64")
MAC = Target("3.11.7", "darwin", "arm64", release="14.2")


@pytest.mark.parametrize(
    ("name", "asked", "found"),
    [
        ("tensorflow", "2.16.1", "2.16.1"),
        ("tensorflow", "2.16.0", None),
        ("keras", "3.0", "3.0.0"),
        ("keras", "v3.0.0", "3.0.0"),
        ("torch", "2.5.1+cu124", "2.5.1"),
        ("torch", "2.5.1.0+cu124", "2.5.1"),
        ("keras", "nonsense", None),
        ("no-such-project", "1.0", None),
    ],
)
def test_releases_are_found_by_version(index, name, asked, found):
    release = index.release(name, asked)
    assert (release and release.version) == found


@pytest.mark.parametrize(
    ("target", "needs"),
    [
        (LINUX, True),
        (WINDOWS, False),
        (MAC, True),
        (Target("3.10.4", "windows", "x86_64"), False),  # Between the Pythons that were read.
        (Target(None, None, None), True),
        (Target("3.11.7", "freebsd", "x86_64"), True),
    ],
)
def test_requirements_are_those_of_the_platforms_wheel(index, target, needs):
    release = index.release("tensorflow", "2.16.1")
    assert any(line.startswith("keras") for line in release.requires(target)) is needs


def test_requirements_are_those_of_the_pythons_wheel(index):
    release = index.release("tensorflow", "2.22.0rc0")
    old, new = (set(release.requires(Target(python, "linux", "x86_64"))) for python in ("3.13", "3.14.2"))
    assert old != new
    assert set(release.requires(Target("3.15.0", "linux", "x86_64"))) == new


