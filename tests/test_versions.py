"""Versions, specifiers, requirements and markers: our quick way against packaging's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.specifiers import SpecifierSet

from kdoctor import versions
from kdoctor.model import Platform, Python, Snapshot

numbers = st.integers(0, 12)
plain = st.lists(numbers, min_size=1, max_size=4).map(lambda n: ".".join(map(str, n)))
suffix = st.sampled_from(["", "", "", "rc1", ".post1", ".dev0", "+cpu", "a2", "+cu124.1"])
version = st.builds(str.__add__, plain, suffix)
operator = st.sampled_from(["<", "<=", ">", ">=", "==", "!=", "~="])
clause = st.one_of(
    st.builds(str.__add__, operator, plain).filter(lambda c: not (c.startswith("~=") and "." not in c)),
    st.builds(lambda o, v: f"{o}{v}.*", st.sampled_from(["==", "!="]), plain),
    st.builds(
        lambda o, v, s: f"{o}{v}{s}", operator.filter(lambda o: o != "~="), plain, st.sampled_from(["rc1", "dev", ".dev0", "a2", "b1"])
    ),
)
specifier = st.lists(clause, max_size=3).map(",".join)


@given(version, specifier)
def test_satisfies_agrees_with_packaging(v: str, s: str) -> None:
    assert versions.satisfies(v, s) is SpecifierSet(s).contains(v, prereleases=True)


name = st.sampled_from(["keras", "Keras_Hub", "tf.keras", "a", "numpy"])
extras = st.sampled_from(["", "[and-cuda]", "[a, B_c]", "[]"])
marker = st.sampled_from(
    [
        "",
        '; (sys_platform != "win32" and python_version < "3.13") and extra == "gcs"',
        "; (extra == 'x')",
        '; python_version < "3.10"',
        "; extra == 'x'",
        '; sys_platform != "win32" and extra == "y"',
    ]
)
space = st.sampled_from(["", " "])
joined = st.builds(lambda n, e, a, s, m: f"{n}{e}{a}{s}{m}", name, extras, space, specifier, marker)
bracketed = st.builds(lambda n, s, m: f"{n} ({s}){m}", name, specifier.filter(bool), marker)


@given(st.one_of(joined, bracketed))
def test_requirement_agrees_with_packaging(text: str) -> None:
    ours, theirs = versions.requirement(text), Parsed(text)
    assert ours is not None
    assert ours.name == versions.normalize(theirs.name)
    assert set(ours.extras) == {versions.normalize(extra) for extra in theirs.extras}
    assert SpecifierSet(ours.specifier) == theirs.specifier
    assert (ours.marker is None) is (theirs.marker is None)


@given(
    st.one_of(
        st.text(max_size=40),
        st.text("a0.-[], ;<=1*()@\"'", max_size=12),
        st.builds("keras; {}".format, st.text("extra =\"'()<ando", max_size=16)),
    )
)
def test_requirement_refuses_what_packaging_refuses(text: str) -> None:
    try:
        Parsed(text)
    except InvalidRequirement:
        assert versions.requirement(text) is None


@pytest.mark.parametrize(
    ("v", "s", "expected"),
    [
        ("2.17.0rc1", ">=2.16", True),  # A pre-release is a version like any other.
        ("2.16", "==2.16.0", True),
        ("2.15.1", "~=2.15.0", True),
        ("2.16.0", "~=2.15.0", False),
        ("2.13.0+cpu", "<=2.13.0", True),
        ("nonsense", ">=1", None),
        (None, ">=1", None),
        ("1.0", ">=one", None),
        ("9" * 5000, ">=1", None),
    ],
)
def test_satisfies(v: str | None, s: str, expected: bool | None) -> None:
    assert versions.satisfies(v, s) is expected


@pytest.mark.parametrize(
    ("v", "s", "expected"),
    [
        ("3.3.3", "<2.16,>=2.15.0", "above"),
        ("2.14.0", "<2.16,>=2.15.0", "below"),
        ("4.21.1", "!=4.21.1,<5", "excluded"),
        ("0.3.0", "~=0.2.0", "above"),
        ("0.1.0", "~=0.2.0", "below"),
        ("0.3.0", "==0.2.*", "above"),
        ("2.0rc1", "<1.0", "above"),
    ],
)
def test_side(v: str, s: str, expected: str) -> None:
    assert versions.side(v, s) == expected


LINUX = Snapshot(python=Python("3.11.7"), platform=Platform("linux", "x86_64"))
WINDOWS = Snapshot(python=Python("3.13.0"), platform=Platform("windows", "amd64"))


@pytest.mark.parametrize(
    ("marker", "snapshot", "extras", "expected"),
    [
        (None, LINUX, (), True),
        ('python_version >= "3.10"', LINUX, (), True),
        ('python_version < "3.9"', LINUX, (), False),
        ('extra == "and-cuda"', LINUX, (), False),
        ('extra == "and_cuda"', LINUX, ("and-cuda",), True),
        ('sys_platform == "win32" and platform_machine == "AMD64"', WINDOWS, (), True),
        ('platform_system != "Darwin" or platform_machine != "arm64"', LINUX, (), True),
        ('sys_platform == "linux"', Snapshot(), (), None),
        ('platform_system == "Windows"', WINDOWS._replace(python=None), (), True),
        ('platform_system == "Windows" and python_version < "3.9"', WINDOWS._replace(python=None), (), None),
        ('python_version < "3.9"', WINDOWS._replace(python=None), (), None),
        ('python_version < "3.9"', WINDOWS._replace(platform=None), (), False),
        ('sys.platform == "win32" and python_version < "3.9"', WINDOWS._replace(platform=None), (), None),
        ("no marker", LINUX, (), None),
    ],
)
def test_marker_holds(marker: str | None, snapshot: Snapshot, extras: tuple[str, ...], expected: bool | None) -> None:
    assert versions.marker_holds(marker, versions.marker_environment(snapshot), extras) is expected


@pytest.mark.parametrize(
    ("v", "expected"), [("2.16.0.dev20231101", "2.16.0"), ("2.13.0+cpu", "2.13.0"), ("2.22.0rc0", "2.22.0"), ("x", None)]
)
def test_base(v: str, expected: str | None) -> None:
    assert versions.base(v) == expected


@pytest.mark.parametrize(("v", "expected"), [("2.16.1", (2, 16)), ("3", (3, 0)), ("3.0.0.dev1", (3, 0)), ("?", None)])
def test_minor(v: str, expected: tuple[int, int] | None) -> None:
    assert versions.minor(v) == expected


def test_what_real_metadata_says_is_judged_without_packaging() -> None:
    code = """
import sys
from kdoctor import versions
for text in (
    "numpy<2.2.0,>=1.26.0",
    "protobuf!=4.21.0,<6.0.0dev,>=3.20.3",
    'tensorflow-io-gcs-filesystem>=0.23.1; (sys_platform != "win32" and python_version < "3.13") and extra == "gcs-filesystem"',
    "importlib-metadata>=4.4; python_version < '3.10'",
    "keras (>=3.10.0)",
):
    wanted = versions.requirement(text)
    assert wanted, text
    versions.satisfies("2.1.3", wanted.specifier)
assert "packaging" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1], timeout=60)
