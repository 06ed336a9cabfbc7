"""Requirements files of pip, with all that they may hold; source: pip.pypa.io/en/stable/reference/requirements-file-format."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from kdoctor.collect.projects import Places, quoted, requirement, snapshot_of, wrong
from kdoctor.collect.requirement_lines import INCLUDE, LARGEST, PATH, URL, WHEEL
from kdoctor.contract.reading import normalized
from kdoctor.errors import KdoctorError
from kdoctor.model import Declared, Distribution, Snapshot

_DEEPEST = 20
_COMMENT = re.compile(r"(?:^|\s)#.*$")
#: pip expands variables in this form alone.
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)\s*(.+)")
#: Options behind a requirement: --hash, --config-settings, --global-option.
_BEHIND = re.compile(r"\s+--[a-z-]+[ =].*$", re.DOTALL)
_AT_URL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*@\s*(.+)")
#: The head of pip list, of pip list --format columns, and of conda list: some write these into files of that name.
_TABLE = re.compile(r"(?m)\A\s*(?:Package\s+Version\b|# packages in environment|# This file may be used to create)|^[A-Za-z0-9._-]+ \(\d")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")


class _Line(NamedTuple):
    number: int
    start: int
    end: int
    text: str


class _Found(NamedTuple):
    """What was gathered from a file and those that it includes."""

    declared: list[Declared]
    present: list[Distribution]
    unread: dict[str, str]


def read(text: str, name: str) -> Snapshot | None:
    """Read a requirements file with what it includes; None where there is no requirement in it.

    Raises KdoctorError, naming file and line, for what is no requirement and for a file that cannot be included.
    """
    if _TABLE.search(text):
        return None
    found = _Found([], [], {})
    _gather(text, name, found, constraint=_is_constraints(name), trail=(os.path.normpath(name),))
    if not found.declared and not found.present and not found.unread:
        return None
    return snapshot_of("requirements file", "requirements", found.declared, present=found.present, unread=found.unread)


def _is_constraints(name: str) -> bool:
    return os.path.basename(name).lower().startswith("constraint")


def _gather(text: str, name: str, found: _Found, *, constraint: bool, trail: tuple[str, ...]) -> None:
    places = Places(text, name)
    for line in _lines(text):
        include = INCLUDE.fullmatch(line.text)
        if include:
            _include(include[2].strip(), name, line.number, found, constraint=constraint or "c" in include[1][:3], trail=trail)
        elif not line.text.startswith("-") or _EDITABLE.match(line.text):
            _take(line, places, name, found, constraint=constraint)


def _lines(text: str) -> Iterator[_Line]:
    """Give the logical lines: continued ones in one piece, comments and blank ones left out."""
    pieces: list[str] = []
    number, start, offset = 1, 0, 0
    for position, raw in enumerate(text.splitlines(keepends=True), 1):
        bare = raw.rstrip("\r\n")
        if not pieces:
            number, start = position, offset + len(bare) - len(bare.lstrip())
        comment = bare.lstrip().startswith("#")
        pieces.append("" if comment else bare.removesuffix("\\"))
        end = offset + len(bare.rstrip())
        offset += len(raw)
        if bare.endswith("\\") and not comment:
            continue
        line = _COMMENT.sub("", " ".join(pieces)).strip()
        pieces = []
        if line:
            # Of one physical line the place ends where its requirement does.
            shown = len(_BEHIND.sub("", line)) if position == number else 0
            yield _Line(number, start, start + shown if shown else end, _VARIABLE.sub(_expanded, line))
    if pieces and (line := _COMMENT.sub("", " ".join(pieces)).strip()):
        yield _Line(number, start, len(text), line)


def _expanded(found: re.Match[str]) -> str:
    return os.environ.get(found[1], found[0])


def _include(path: str, name: str, line: int, found: _Found, *, constraint: bool, trail: tuple[str, ...]) -> None:
    path = path.strip("'\"")
    if URL.match(path) or name == "standard input":
        found.unread[f"the file that line {line} of {name} includes"] = "it is not at hand"
        return
    target = os.path.normpath(os.path.join(os.path.dirname(name), path))
    if target in trail or len(trail) > _DEEPEST:
        raise wrong(name, line, f"{quoted(path)} is included by itself")
    try:
        with open(target, "rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise wrong(name, line, f"{quoted(path)} cannot be read: {reason}") from error
    if len(content) > LARGEST:
        raise wrong(name, line, f"{quoted(path)} is larger than {LARGEST // 2**20} MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KdoctorError(f"{target}: not UTF-8 text (byte {error.start})") from None
    _gather(text, target, found, constraint=constraint, trail=(*trail, target))


def _take(line: _Line, places: Places, name: str, found: _Found, *, constraint: bool) -> None:
    """Note one requirement; what comes from an address or a folder is there in an unknown version, or in that of its file name."""
    text = _BEHIND.sub("", line.text).strip()
    editable = _EDITABLE.fullmatch(text)
    at_url = _AT_URL.fullmatch(text)
    if editable or at_url or URL.match(text) or PATH.match(text):
        _take_elsewhere(at_url, editable[1] if editable else text, line, name, found)
        return
    found.declared.append(requirement(text, places.at(line.start, line.end), constraint=constraint))


def _take_elsewhere(at_url: re.Match[str] | None, address: str, line: _Line, name: str, found: _Found) -> None:
    wheel, egg = WHEEL.search(address.replace("%2B", "+")), _EGG.search(address)
    if wheel or at_url or egg:
        known = wheel[1] if wheel else (at_url or egg or "")[1]
        found.present.append(Distribution(normalized(known), wheel[2] if wheel else None))
    else:
        found.unread[f"line {line.number} of {name}"] = "it names no release"
