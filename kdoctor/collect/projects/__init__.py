"""Files in which a project says what it needs: requirements files, pyproject.toml, lock files, environment.yml.

Each module has `read(text, name) -> Snapshot | None`, as the table of `kdoctor.collect.pastes` wants it. What a file asks for is in
`Snapshot.declared`, each requirement with its place; markers are kept, since which Python and platform it is for is not known yet:
`kdoctor.targets` settles that. Extras and groups that an installer would not take by itself carry a marker `extra == "…"`, a group
as `group:NAME`.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from kdoctor.contract.reading import normalized
from kdoctor.errors import KdoctorError
from kdoctor.model import Declared, Distribution, Location, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PIN = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,*=]+)\s*")
_LONGEST = 80


class Places:
    """Where pieces of a text stand. Pieces are asked for in their order, so that each is found where it is meant."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._path = name.replace("\\", "/")
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._at = 0

    def at(self, start: int, end: int) -> Location:
        """Give the place between two offsets."""
        first, last = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return Location(self._path, first, start - self._starts[first - 1] + 1, last, end - self._starts[last - 1] + 1)

    def line(self, number: int) -> Location:
        """Give the place of a line, counted from 1."""
        return Location(self._path, number)

    def next(self, piece: str) -> Location:
        """Give the place where a piece stands next, or else anywhere; the first line where it is written otherwise."""
        start = self._text.find(piece, self._at)
        start = self._text.find(piece) if start < 0 else start
        if start < 0:
            return Location(self._path)
        self._at = start + len(piece)
        return self.at(start, self._at)

    def beyond(self, piece: str) -> None:
        """Let what is asked for next stand behind a piece, such as the head of a table."""
        start = self._text.find(piece)
        self._at = start + len(piece) if start >= 0 else self._at


def wrong(name: str, line: int | None, what: str) -> KdoctorError:
    """Give the one line that tells what is wrong in a file, and where."""
    return KdoctorError(f"{name}: {f'line {line}: ' if line else ''}{what}")


def quoted(text: str) -> str:
    """Give a piece of a file for a message."""
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}...")


def requirement(text: str, place: Location, *, constraint: bool = False) -> Declared:
    """Read one requirement; KdoctorError, naming file and line, where it is none."""
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 -- only where a file is read.

    try:
        Requirement(text)
    except InvalidRequirement:
        raise wrong(place.path, place.line, f"{quoted(text)} is no requirement") from None
    return Declared(text.strip(), place, constraint=constraint)


def under(text: str, condition: str) -> str:
    """Give a requirement that holds only under one more marker."""
    bare, _, marker = text.partition(";")
    return f"{bare.strip()}; {f'({marker.strip()}) and ' if marker.strip() else ''}{condition}"


def snapshot_of(
    kind: str,
    origin: str,
    declared: Iterable[Declared],
    *,
    complete: bool = False,
    present: Iterable[Distribution] = (),
    unread: Mapping[str, str] | None = None,
) -> Snapshot:
    """Give the snapshot of a file: what it pins without any condition is as good as installed."""
    rows = tuple(declared)
    pins: dict[str, Distribution] = {}
    for one in rows:
        found = None if one.constraint else _PIN.fullmatch(one.requirement)
        if found:
            pins.setdefault(normalized(found[1]), Distribution(normalized(found[1]), found[2]))
    return Snapshot(
        origin=origin,
        complete=complete,
        distributions=(*pins.values(), *(one for one in present if one.name not in pins)),
        declared=rows,
        unread=unread or {},
        read_as=kind,
    )


def toml_of(text: str, name: str) -> dict[str, Any]:
    """Read TOML; KdoctorError, which tells the line, where it is none."""
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 -- only where such a file is read.
    else:
        import tomli as tomllib  # noqa: PLC0415 -- the same, before Python 3.11.
    try:
        found: dict[str, Any] = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise KdoctorError(f"{name}: no TOML: {error}") from None
    return found


def table(value: Any, *keys: str) -> dict[str, Any]:
    """Give an inner table, {} where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def texts(value: Any, name: str, where: str) -> list[str]:
    """Give a list of texts, [] for None; KdoctorError where it is something else."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise KdoctorError(f"{name}: {where} is no list of texts")
    return value
