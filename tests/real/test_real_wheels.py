"""The table of wheels against a real resolver, which looks at the package index itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lab import environments
from lab.wheels import PYTHONS, TARGETS, WHEELS

pytestmark = pytest.mark.real

#: uv can be told neither of free-threaded builds nor of PyPy, and knows Pythons from 3.7 on.
ASKED = tuple(python for python in PYTHONS if python.replace(".", "").isdigit() and python != "3.6")


@pytest.mark.parametrize("named", WHEELS)
def test_uv_resolves_a_release_for_those_who_have_a_wheel_and_for_no_others(named: str) -> None:
    program = environments.uv()
    if program is None:
        pytest.skip("no uv on this machine")
    wrong = {cell for cell in _edges(named) if _resolves(program, named, *cell) is not (cell in WHEELS[named])}
    assert wrong == set()


def _edges(named: str) -> set[tuple[str, str]]:
    """Give the cells on both sides of each border of the table, and one where a platform has none: the rest follows."""
    cells = set()
    for platform in TARGETS:
        has = [(platform, python) in WHEELS[named] for python in ASKED]
        cells |= {
            (platform, ASKED[i]) for i in range(len(ASKED)) if has[i] != has[max(0, i - 1)] or has[i] != has[min(i + 1, len(has) - 1)]
        }
        cells |= set() if any(has) else {(platform, "3.10")}
    return cells


def _resolves(program: tuple[str, ...], named: str, platform: str, python: str) -> bool:
    # Without an interpreter named, uv looks through all of the machine for one of that version.
    options = ("--python", sys.executable, "--python-version", python, "--python-platform", TARGETS[platform][0])
    command = [*program, "pip", "compile", "--quiet", "--no-deps", "--only-binary", ":all:", *options, "-"]
    return subprocess.run(command, input="==".join(named.split()), capture_output=True, text=True, timeout=60, check=False).returncode == 0
