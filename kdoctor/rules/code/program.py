"""A program: the facts of its files together with the environment that it is to run in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling, couple
from kdoctor.model import Evidence, Finding, Location, Severity
from kdoctor.source.facts import Call, Meeting, Operation, Place, Setting, SourceFacts, Use, facts_from
from kdoctor.source.families import way_of
from kdoctor.source.reading import SUFFIXES, facts_of_text

Record = Use | Setting | Meeting | Operation | Call
#: What stands behind one of these may be meant for another environment.
DOUBTFUL = ("branch", "try", "fallback", "typing")
#: What fails behind one of these does no harm.
FORGIVING = ("try", "fallback", "typing")


#: Uses with the paths of their files, in the order of the files.
Placed = Sequence[tuple[str, Use]]


class Named(NamedTuple):
    """What a use names, and what it stands for instead where an import fell back; a large program names the same again and again."""

    name: str
    others: tuple[str, ...]


class Program(NamedTuple):
    """Facts by path, and the environment."""

    coupling: Coupling
    files: Mapping[str, SourceFacts]
    #: True where all files of a project were read, False for excerpts.
    whole: bool
    #: All uses of each name.
    uses: Mapping[Named, Placed]

    def used(self, way: str, *, forgiven: Sequence[str] = ()) -> list[tuple[str, Use]]:
        """Give the uses of a way to Keras, in the order of the files; those behind a guard that is forgiven are left out."""
        found = [placed for named, uses in self.uses.items() if way_of(named.name) == way for placed in uses]
        return sorted((placed for placed in found if placed[1].guard not in forgiven), key=place_of)

    def changed(self, changes: Mapping[str, str]) -> Coupling:
        """Give the environment as the program changes it by setting variables."""
        snapshot = self.coupling.snapshot
        return couple(snapshot._replace(sources=None, environment={**(snapshot.environment or {}), **changes}))

    def ways(self) -> dict[str, list[tuple[str, Use]]]:
        """Give each way to Keras that is used, with its uses."""
        found: dict[str, list[tuple[str, Use]]] = {}
        for named, uses in self.uses.items():
            if way := way_of(named.name):
                found.setdefault(way, []).extend(uses)
        return found


def place_of(placed: tuple[str, Use]) -> tuple[str, int, Place]:
    """Give what sorts uses by where they stand."""
    return placed[0], placed[1].place.cell, placed[1].place


class _Same:
    """Sources known by which mapping they are: while remedies are sought, the same ones are judged in many environments."""

    def __init__(self, sources: Mapping[str, Any]) -> None:
        self.sources = sources

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.sources is other.sources

    def __hash__(self) -> int:
        return id(self.sources)


class _Read(NamedTuple):
    files: Mapping[str, SourceFacts]
    uses: Mapping[Named, Placed]


@lru_cache(maxsize=1)
def _read(of: _Same) -> _Read:
    files: dict[str, SourceFacts] = {}
    uses: dict[Named, list[tuple[str, Use]]] = {}
    for path, source in of.sources.items():
        if isinstance(source, str) and path.endswith(SUFFIXES):
            files[path] = facts_of_text(source, is_notebook=path.endswith(".ipynb"))._replace(imports=(), excerpt=True)
        elif isinstance(source, SourceFacts):
            files[path] = source
        elif isinstance(source, dict):
            files[path] = facts_from(source)
    for path, facts in files.items():
        for use in facts.uses:
            uses.setdefault(Named(use.name, use.others), []).append((path, use))
    return _Read(files, uses)


def program_of(coupling: Coupling) -> Program:
    """Read the sources that a snapshot carries: text, or facts that were read before."""
    files, uses = _read(_Same(coupling.snapshot.sources or {}))
    return Program(coupling, files, bool(files) and not any(facts.excerpt for facts in files.values()), uses)


def at(path: str, place: Place) -> Location:
    """Give the place of a fact as a finding names it."""
    return Location(path, place.line, place.column, place.end_line, place.end_column, place.cell or None, place.file_line or None)


def places(records: Iterable[tuple[str, Record]]) -> tuple[Location, ...]:
    """Give the places of facts, each once, in the order of the files."""
    return tuple(sorted(dict.fromkeys(at(path, record.place) for path, record in records), key=order))


def order(location: Location) -> tuple[str, int, int, int]:
    """Give what sorts places."""
    return location.path, location.cell or 0, location.line, location.column


def ignored(program: Program, location: Location, code: str) -> bool:
    """Tell whether a comment on that line asks to pass the rule over."""
    facts = program.files.get(location.path)
    spot = (location.cell or 0, location.line)
    return facts is not None and any((cell, line) == spot and (not codes or code in codes) for cell, line, codes in facts.ignores)


def finding(
    code: str,
    severity: Severity,
    summary: str,
    cause: str,
    subjects: Iterable[str],
    locations: tuple[Location, ...],
    advice: str | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> Finding:
    """Give a finding on source; it is mended in the source, so it comes with advice and with no way by versions."""
    return Finding(
        rule=code,
        name=name_of(code),
        severity=severity,
        summary=summary,
        cause=cause,
        subjects=tuple(dict.fromkeys(subjects)),
        evidence=evidence,
        advice=advice,
        locations=locations,
    )
