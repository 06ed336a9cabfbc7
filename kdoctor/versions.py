"""The only place where versions, specifiers, requirements and markers are judged.

Everything is judged as packaging does, with pre-releases admitted and the full marker environment of the snapshot. Most
strings in real metadata are plain (`numpy<2.0,>=1.26`); those are judged here without importing packaging, which would cost
more than all the rest of a check. Whatever is not plain goes to packaging, and a test holds both ways to the same answers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.version import Version

    from kdoctor.model import Snapshot

_PLAIN = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_CLAUSE = re.compile(r"[ \t]*(~=|==|!=|<=|>=|<|>)[ \t]*(\d+(?:\.\d+)*)(\.\*|\.?(?:dev|a|b|rc)\d*)?[ \t]*", re.ASCII)
_REQUIREMENT = re.compile(
    r"[ \t]*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t]*(?:\[([A-Za-z0-9._, \t-]*)\])?[ \t]*"
    r"(?:\(([^()]*)\)|([<>=!~][^;()@]*)?)[ \t]*(?:;(.*))?",
    re.ASCII | re.DOTALL,
)
_VARIABLE = (
    "python_version|python_full_version|os_name|sys_platform|platform_(?:machine|release|system|version|python_implementation)"
    "|implementation_(?:name|version)|extra"
)
_COMPARISON = rf"""(?:{_VARIABLE})[ \t]*(?:<=|>=|<|>|==|!=)[ \t]*(?:'[^'"]*'|"[^'"]*")"""
_JOINED = rf"{_COMPARISON}(?:[ \t]+(?:and|or)[ \t]+{_COMPARISON})*"
_OPERAND = rf"(?:{_COMPARISON}|\([ \t]*{_JOINED}[ \t]*\))"
#: Comparisons of a variable with a text, joined by and and or, in brackets at most once; every other marker is packaging's affair.
_MARKER = re.compile(rf"[ \t]*{_OPERAND}(?:[ \t]+(?:and|or)[ \t]+{_OPERAND})*[ \t]*", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_SEPARATORS = re.compile(r"[-_.]+")
_SYSTEMS = {"linux": ("linux", "posix", "Linux"), "darwin": ("darwin", "posix", "Darwin"), "windows": ("win32", "nt", "Windows")}
_MACHINES = {("windows", "amd64"): "AMD64", ("windows", "arm64"): "ARM64"}


class Requirement(NamedTuple):
    """One requirement: who (normalized), with which extras, in which versions, under which condition."""

    name: str
    extras: tuple[str, ...]
    specifier: str
    marker: str | None


def normalize(name: str) -> str:
    """Give the normalized form of a distribution name."""
    return _SEPARATORS.sub("-", name).lower()


@lru_cache(maxsize=4096)
def parse(version: str | None) -> Version | None:
    """Give the version as packaging's Version, or None where it is unknown or no version."""
    if version is None:
        return None
    from packaging.version import Version  # noqa: PLC0415 -- start-up time: most checks never get here.

    try:
        return Version(version)
    except ValueError:
        # InvalidVersion is one; another is a number too long for Python to convert.
        return None


@lru_cache(maxsize=8192)
def _release(version: str) -> tuple[int, ...] | None:
    """Give the release numbers of a plain version, a local part aside; None where it is not plain."""
    public = version.partition("+")[0]
    if len(public) > 80 or not _PLAIN.fullmatch(public):  # noqa: PLR2004 -- nothing plain is longer.
        return None
    numbers = [int(part) for part in public.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


@lru_cache(maxsize=8192)
def _clauses(specifier: str) -> tuple[tuple[str, tuple[int, ...], int, bool], ...] | None:
    """Split a plain specifier into (operator, release, written length, prefix match); None where it is not plain."""
    found = []
    for clause in specifier.split(","):
        if not clause.strip():
            continue
        match = _CLAUSE.fullmatch(clause) if len(clause) <= 80 else None  # noqa: PLR2004 -- nothing plain is longer.
        if match is None:
            return None
        operator, version, suffix = match.groups()
        length = version.count(".") + 1
        star = suffix == ".*"
        # A final release lies below 6.0.dev0 or 6.0rc1 exactly where it lies below 6.0, and at or above them where at or above it.
        early = bool(suffix) and not star
        if (star and operator not in ("==", "!=")) or (early and operator not in ("<", ">=")) or (operator == "~=" and length == 1):
            return None
        found.append((operator, _release(version) or (), length, star))
    return tuple(found)


def _starts(release: tuple[int, ...], prefix: tuple[int, ...], length: int) -> bool:
    """Tell whether the first `length` numbers of a release are those of the prefix, missing ones being zero."""
    return (release + (0,) * length)[:length] == (prefix + (0,) * length)[:length]


def _admits(clause: tuple[str, tuple[int, ...], int, bool], release: tuple[int, ...]) -> bool:
    operator, wanted, length, star = clause
    if star:
        return _starts(release, wanted, length) is (operator == "==")
    if operator == "~=":
        return release >= wanted and _starts(release, wanted, length - 1)
    return {
        "==": release == wanted,
        "!=": release != wanted,
        "<=": release <= wanted,
        ">=": release >= wanted,
        "<": release < wanted,
        ">": release > wanted,
    }[operator]


@lru_cache(maxsize=16384)
def satisfies(version: str | None, specifier: str) -> bool | None:
    """Tell whether a version fulfils a specifier; None where either cannot be understood. Pre-releases count as versions."""
    if version is None:
        return None
    release, clauses = _release(version), _clauses(specifier)
    if release is not None and clauses is not None:
        return all(_admits(clause, release) for clause in clauses)
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 -- start-up time, see the module's docstring.

    parsed = parse(version)
    if parsed is None:
        return None
    try:
        return SpecifierSet(specifier).contains(parsed, prereleases=True)
    except ValueError:
        return None


def side(version: str, specifier: str) -> str:
    """Say on which side a version that a specifier refuses lies: "below", "above", or "excluded" where neither is plain."""
    for clause in specifier.split(","):
        operator = clause.strip()[:2].rstrip("0123456789 v")
        if satisfies(version, clause) is not False or operator == "!=":
            continue
        bound = clause.strip()[len(operator) :].strip().removesuffix(".*")
        if operator in (">", ">="):
            return "below"
        if operator in ("<", "<="):
            return "above"
        return "below" if satisfies(version, f"<{bound}") else "above"
    return "excluded"


@lru_cache(maxsize=8192)
def requirement(text: str) -> Requirement | None:
    """Read one requirement as written in metadata; None where it is none."""
    match = _REQUIREMENT.fullmatch(text)
    if match:
        name, extras, bracketed, bare, marker = match.groups()
        specifier = (bracketed or bare or "").strip()
        parts = [part.strip() for part in extras.split(",")] if extras and extras.strip() else []
        if _clauses(specifier) is not None and (marker is None or _MARKER.fullmatch(marker)) and all(map(_NAME.fullmatch, parts)):
            listed = tuple(normalize(part) for part in parts)
            return Requirement(normalize(name), listed, specifier, marker.strip() if marker else None)
    from packaging.requirements import Requirement as Parsed  # noqa: PLC0415 -- start-up time, see the module's docstring.

    try:
        parsed = Parsed(text)
    except ValueError:
        return None
    marker_text = str(parsed.marker) if parsed.marker else None
    return Requirement(normalize(parsed.name), tuple(sorted(map(normalize, parsed.extras))), str(parsed.specifier), marker_text)


def marker_environment(snapshot: Snapshot) -> dict[str, str] | None:
    """Give the part of the marker environment that a snapshot knows; None where it knows neither Python nor system."""
    return {**_of_python(snapshot), **_of_platform(snapshot)} or None


def _of_python(snapshot: Snapshot) -> dict[str, str]:
    python = snapshot.python
    if python is None or python.version is None:
        return {}
    return {
        "implementation_name": python.implementation,
        "implementation_version": python.version,
        "platform_python_implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(python.implementation, python.implementation),
        "python_full_version": python.version,
        "python_version": ".".join(python.version.split(".")[:2]),
    }


def _of_platform(snapshot: Snapshot) -> dict[str, str]:
    platform = snapshot.platform
    if platform is None or platform.system not in _SYSTEMS:
        return {}
    sys_platform, os_name, system = _SYSTEMS[platform.system]
    machine = platform.machine or ""
    return {
        "os_name": os_name,
        "platform_machine": _MACHINES.get((platform.system, machine), machine),
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "sys_platform": sys_platform,
    }


_PYTHON_MARKER = re.compile(r"python_version\s*(<=|>=|<|>|==|!=)\s*[\"'](\d+(?:\.\d+)*)[\"']", re.ASCII)
_MARKER_NAMES = re.compile(r"\b(implementation_\w+|os[._]name|platform[._]\w+|python_(?:full_)?version|sys[._]platform)\b", re.ASCII)
_EXTRA_MARKER = re.compile(r"extra\s*==\s*[\"']([^\"']+)[\"']", re.ASCII)


def marker_holds(marker: str | None, environment: Mapping[str, str] | None, extras: Iterable[str] = ()) -> bool | None:
    """Tell whether a marker holds in an environment with these extras asked for; None where it cannot be told."""
    if marker is None:
        return True
    wanted = tuple(extras)
    extra = _EXTRA_MARKER.fullmatch(marker)
    if extra:
        return normalize(extra[1]) in wanted
    if environment is None:
        return None
    simple = _PYTHON_MARKER.fullmatch(marker)
    if simple:
        return satisfies(environment.get("python_version"), simple[1] + simple[2])
    if any(name.replace(".", "_") not in environment for name in _MARKER_NAMES.findall(marker)):
        # packaging would fill in what is unknown from the interpreter that runs kdoctor.
        return None
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName  # noqa: PLC0415 -- start-up time.

    try:
        parsed = Marker(marker)
        return any(parsed.evaluate({**environment, "extra": name}) for name in (wanted or ("",)))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return None


def exactly(specifier: str) -> str | None:
    """Give the version that a specifier pins, or None where it admits others."""
    found = re.fullmatch(r"\s*===?\s*([^\s,*=]+)\s*", specifier)
    return found[1] if found else None


def for_extra_only(marker: str | None) -> bool:
    """Tell cheaply whether a marker names an extra, so that it can only hold where somebody asked for that extra."""
    return marker is not None and "extra" in marker


@lru_cache(maxsize=4096)
def base(version: str | None) -> str | None:
    """Give the release that a pre-release or development release leads up to: 2.16.0.dev20231101 is judged as 2.16.0."""
    if version is None:
        return None
    if _release(version) is not None:
        return version.partition("+")[0]
    parsed = parse(version)
    return None if parsed is None else parsed.base_version


def minor(version: str | None) -> tuple[int, int] | None:
    """Give the first two numbers of a version, or None where it has none."""
    plain = base(version)
    release = _release(plain) if plain else None
    if release is None:
        return None
    padded = (*release, 0, 0)
    return padded[0], padded[1]


def is_prerelease(version: str) -> bool:
    """Tell whether a version is a pre-release or a development release."""
    if _release(version) is not None:
        return False
    parsed = parse(version)
    return parsed is not None and parsed.is_prerelease


def sort_key(version: str) -> tuple[int, object]:
    """Order versions; what is no version comes first."""
    parsed = parse(version)
    return (0, version) if parsed is None else (1, parsed)
