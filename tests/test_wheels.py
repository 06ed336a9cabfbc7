"""What the embedded index says of wheels, against the table that was written by hand."""

from __future__ import annotations

import pytest

from kdoctor.knowledge.index import installable, open_embedded
from kdoctor.knowledge.wheel_tags import fits
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
