"""`conda list` in its forms, which mamba and micromamba print too: text, --export, --explicit.

What conda lists is no list of distributions: it holds libraries and programs, names some Python packages otherwise than the index
does, and knows nothing of extras. So it is never taken as complete; of the family, what it does not list is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kdoctor.collect.pastes.facts import LISTED, Facts
from kdoctor.contract.reading import normalized

#: conda's name -> the distribution's, where they differ and it matters.
_NAMES = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "tensorflow-base": "tensorflow",
    "python-flatbuffers": "flatbuffers",
}
#: Neither distributions nor of use.
_OTHER = re.compile(r"_|lib(?!clang)|ca-certificates$|openssl$|xz$|zlib$|bzip2$|ncurses$|readline$|tk$|sqlite$|ld_impl|vc$|vs20|ucrt$")
#: What would be listed if it were there.
_FAMILY = (
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tf-nightly",
    "keras",
    "tf-keras",
    "keras-nightly",
    "keras-core",
    "jax",
    "jaxlib",
    "torch",
)
_SYSTEMS = {"linux": "linux", "osx": "darwin", "win": "windows"}
_MACHINES = {"64": "x86_64", "arm64": "arm64", "aarch64": "aarch64", "ppc64le": "ppc64le", "32": "x86"}
_HEAD = re.compile(
    r"\s*# packages in environment at |\s*# Name\s+Version\s+Build|\s*List of packages in environment|\s*Name\s+Version\s+Build\s+Channel"
)
_ROW = re.compile(r"\s*([A-Za-z0-9_][A-Za-z0-9._-]{0,100})\s+(\d[\w.!+*-]{0,60})\s+([\w.*+-]{1,80})(?:\s+(\S{1,120}))?\s*$")
_EXPORT_HEAD = re.compile(r"\s*# (?:This file may be used to create an environment|platform: |created-by: conda)")
_EXPORTED = re.compile(r"\s*([A-Za-z0-9_][A-Za-z0-9._-]{0,100})=(\d[\w.!+-]{0,60})=([\w.+-]{1,80})\s*$")
_URL = re.compile(r"\s*\S+://\S+/(linux|osx|win|noarch)(?:-(\w+))?/[^/\s]+$")
_FILE = re.compile(r"/([^/]+)-([^/-]+)-([^/-]+?)(?:\.tar\.bz2|\.conda)(?:#\w+)?\s*$")
_PLATFORM = re.compile(r"\s*# platform: (linux|osx|win)-(\w+)")

Row = tuple[str, "str | None", str, str]


def listing(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read the table of conda list below its header; its rows alone, where three or more of them stand together."""
    place = at
    headed = False
    while (
        place < len(lines)
        and place < at + 6
        and (_HEAD.match(lines[place]) or lines[place].strip() in ("#", "") or set(lines[place].strip()) <= set("-\u2500 "))
    ):
        headed = headed or bool(_HEAD.match(lines[place]))
        place += 1
    if not headed:
        place = at
    rows: list[Row] = []
    while place < len(lines) and (found := _ROW.match(lines[place])):
        rows.append((found[1], found[2], found[3], found[4] or ""))
        place += 1
    if not rows or not (headed or (len(rows) >= 2 and all(_is_build(row) for row in rows))):  # noqa: PLR2004 -- one may be anything.
        return 0
    note_conda(facts, rows)
    return place - at


def _is_build(row: Row) -> bool:
    return row[2] == "pypi_0" or re.search(r"(?:^|_)\d+$|^h[0-9a-f]{7}|py\d", row[2]) is not None


def export(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read what conda list --export and --explicit print."""
    place = at
    rows: list[Row] = []
    headed = False
    while place < len(lines):
        line = lines[place]
        if found := _EXPORTED.match(line):
            rows.append((found[1], found[2], found[3], "pypi" if found[3] == "pypi_0" else "conda"))
        elif found := _URL.match(line):
            _note_platform(facts, found[1], found[2])
            file = _FILE.search(line)
            rows += [(file[1], file[2], file[3], "conda")] if file else []
        elif _EXPORT_HEAD.match(line) or line.strip() == "@EXPLICIT" or (headed and line.startswith("#")):
            headed = True
            if found := _PLATFORM.match(line):
                _note_platform(facts, found[1], found[2])
        else:
            break
        place += 1
    if not rows:
        return 0
    note_conda(facts, rows)
    return place - at


def _note_platform(facts: Facts, system: str, machine: str | None) -> None:
    if system in _SYSTEMS:
        facts.tell("system", _SYSTEMS[system], LISTED)
        facts.tell("machine", _MACHINES.get(machine or "", machine), LISTED)


def note_conda(facts: Facts, rows: Sequence[Row]) -> None:
    """Note the rows of a conda listing: name, version, build, channel."""
    listed = set()
    for name, version, build, channel in rows:
        _note_build(facts, name, version, build)
        if name in ("python", "cudatoolkit", "cuda-version", "cudnn") or _OTHER.match(name):
            continue
        key = normalized(_NAMES.get(name, name))
        installer = None if channel == "pypi" or build == "pypi_0" else "conda"
        if not (name == "tensorflow-base" and facts.version("tensorflow")):
            facts.distribution(key, version, LISTED, installer)
        listed.add(key)
    whole = any(name == "python" for name, *_ in rows)
    for name in _FAMILY if whole else ():
        if name not in listed:
            facts.missing(name, LISTED)
    facts.kinds["conda list"] = len(rows)


def _minor(version: str | None) -> str | None:
    return ".".join(version.split(".")[:2]) if version else None


def _note_build(facts: Facts, name: str, version: str | None, build: str) -> None:
    """Note what a row says beside the distribution: Python, and the CUDA libraries that conda brings."""
    if name == "python":
        facts.tell("python", version, LISTED)
        facts.tell("implementation", "pypy" if "pypy" in build else "cpython", LISTED)
    elif name in ("cudatoolkit", "cuda-version", "cudnn"):
        facts.tell("cudnn" if name == "cudnn" else "cuda", _minor(version) if name != "cudnn" else version, LISTED, "library")
    elif name in ("vc", "vs2015_runtime", "ucrt"):
        facts.tell("system", "windows", LISTED)
    elif name in ("libgcc-ng", "_libgcc_mutex", "_openmp_mutex"):
        facts.tell("system", "linux", LISTED)
