"""What one report of many holds: read, judged, put into a row; equal environments are judged once.

Two texts are equal where they differ in nothing but where an interpreter and its distributions lie. That differs from machine to
machine, and decides nothing that a row tells, except where it shows conda or where one distribution is there twice: such texts are
compared whole.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.doctor import diagnose, judge
from kdoctor.errors import KdoctorError
from kdoctor.model import Report, Severity
from kdoctor.render.words import clean
from kdoctor.triage.items import Item, contents

if TYPE_CHECKING:
    from kdoctor.model import Snapshot

#: Judgements that are kept; the oldest goes first.
_KEPT = 20_000
_LONGEST_PROBLEM = 300
#: Places, as JSON writes them. A value with bytes beyond ASCII stays, so that only what is sound is left out.
_PLACES = re.compile(rb'"(?:patient|chosen|executable|prefix|location)"\s*:\s*"(?:[^"\\\x00-\x1f\x80-\xff]|\\["\\/bfnrt])*"')
#: Where one of these stands, places decide.
_TELLING = (b"conda", b"mamba", b"miniforge", b"leftover")
#: What stands for a place; no JSON text holds it.
_SOMEWHERE = b"\0"


class Found(NamedTuple):
    """A finding, as far as a table of many reports tells it."""

    rule: str
    name: str
    severity: Severity
    summary: str
    subjects: tuple[str, ...]


class Row(NamedTuple):
    """What one report holds."""

    #: error, warning or ok; "unread" where it could not be read or judged, and `problem` says why.
    verdict: str
    found: tuple[Found, ...] = ()
    works: tuple[tuple[str, bool | None], ...] = ()
    #: The commands of the first remedy, if remedies were asked for.
    commands: tuple[str, ...] = ()
    problem: str = ""


class Judge:
    """Judges one item after the other, and remembers what it said of equal ones."""

    def __init__(self, *, remedies: bool = False) -> None:
        self._remedies = remedies
        #: By digests, so that what is kept does not depend on how large reports are.
        self._rows: dict[bytes, Row] = {}

    def row(self, item: Item) -> Row:
        """Give what an item holds; whatever is wrong with it is told in the row and never raised."""
        try:
            data = contents(item)
            digest = _digest(data)
            known = self._rows.get(digest)
            return known or self._judged(data, item.name, digest)
        except KdoctorError as error:
            return _unread(error.message.removeprefix(f"{item.name}: "))
        except Exception as error:  # noqa: BLE001 -- one report that kdoctor stumbles over must not end the others.
            return _unread(f"internal error: {type(error).__name__}: {error}")

    def _judged(self, data: bytes, name: str, digest: bytes) -> Row:
        from kdoctor.collect.pastes import read  # noqa: PLC0415 -- loaded once the first new report is met.

        snapshot = read(data, name).snapshot
        row = _row(diagnose(snapshot) if self._remedies else judge(snapshot))
        if not _doubled(snapshot):
            self._keep(digest, row)
        return row

    def _keep(self, digest: bytes, row: Row) -> None:
        if len(self._rows) >= _KEPT:
            del self._rows[next(iter(self._rows))]
        self._rows[digest] = row


def _digest(data: bytes) -> bytes:
    """Give what is equal for texts that differ in places alone, where those decide nothing."""
    low = data.lower()
    if _SOMEWHERE in data or any(word in low for word in _TELLING):
        return blake2b(data, person=b"whole").digest()
    return blake2b(_PLACES.sub(_SOMEWHERE, data), person=b"bare").digest()


def _doubled(snapshot: Snapshot) -> bool:
    """Tell whether a distribution is there twice: then which one counts depends on where they lie."""
    return len({one.name for one in snapshot.distributions}) < len(snapshot.distributions)


def _row(report: Report) -> Row:
    found = tuple(Found(one.rule, one.name, one.severity, clean(one.summary), one.subjects) for one in report.findings)
    works = tuple((usage, result.works) for usage, result in report.usages.items())
    commands = report.remedies[0].commands if report.remedies else ()
    return Row(report.verdict, found, works, tuple(map(clean, commands)), "; ".join(map(clean, report.unchecked)))


def _unread(why: str) -> Row:
    return Row("unread", problem=clean(" ".join(why.split()), _LONGEST_PROBLEM))
