"""What each way to Keras that a program uses gets here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Finding, UsageResult, WayUsed
from kdoctor.rules.code.answers import answer
from kdoctor.rules.code.parts import parts_of
from kdoctor.rules.code.program import program_of
from kdoctor.rules.usages import broken_components, foretell

Judge = Callable[[Coupling], Iterable[Finding]]


def ways_used(coupling: Coupling, findings: Iterable[Finding], judge: Judge) -> tuple[WayUsed, ...]:
    """Give the ways by which the source gets at Keras, the most used first, with the outlook for each.

    A way has a row for each outlook: where some files set variables in time, `judge` judges the environment that they make.
    """
    paths: dict[WayUsed, set[str]] = {}
    places: dict[WayUsed, int] = {}
    unplaced = [one for one in findings if not one.locations]
    for part in parts_of(program_of(coupling)):
        changed = part.program.coupling
        found = list(judge(changed)) if part.changes else unplaced
        usages, broken = foretell(changed, found), broken_components(found)
        for way, uses in part.program.ways().items():
            row = _way(changed, way, usages.get(way), broken)
            paths.setdefault(row, set()).update(path for path, _ in uses)
            places[row] = places.get(row, 0) + len(uses)
    ranked = sorted(paths, key=lambda row: (-places[row], row.way))
    return tuple(row._replace(files=len(paths[row]), places=places[row]) for row in ranked)


def of_all(coupling: Coupling, findings: Iterable[Finding]) -> list[Finding]:
    """Give the findings that hold for every program in the environment: not those on what some files of a project set."""
    whole = program_of(coupling).whole
    return [one for one in findings if not (whole and one.locations)]


def _way(coupling: Coupling, way: str, usage: UsageResult | None, broken: Mapping[str, tuple[str, ...]]) -> WayUsed:
    if usage is not None:
        return WayUsed(way, 0, 0, usage.works, usage.resolves_to, usage.backend, usage.because)
    who = answer(coupling, way)
    component = "tf-keras" if way == "tf_keras" else "tensorflow" if way.startswith("tensorflow") else way
    codes = (*broken.get(component, ()), *(broken.get("tensorflow", ()) if way == "tf_keras" else ()))
    works = False if codes else True if who and coupling.snapshot.complete else None
    return WayUsed(way, 0, 0, works, who.label if who else None, None, tuple(dict.fromkeys(codes)))
