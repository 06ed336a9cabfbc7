"""What each way to Keras that a program uses gets here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Finding, UsageResult, WayUsed
from kdoctor.rules.code.answers import answer
from kdoctor.rules.code.program import program_of
from kdoctor.rules.code.settings import in_time
from kdoctor.rules.usages import broken_components


def ways_used(coupling: Coupling, usages: Mapping[str, UsageResult], findings: Iterable[Finding]) -> tuple[WayUsed, ...]:
    """Give the ways by which the source gets at Keras, the most used first, with the outlook for each."""
    broken = broken_components(findings)
    program = program_of(coupling)
    found = program.ways()
    chosen = {settings["KERAS_BACKEND"].value for _, settings in in_time(program) if "KERAS_BACKEND" in settings}
    if len(chosen) == 1 and coupling.keras_generation == "3":
        # What the program sets in time holds for all of it.
        usages = {name: one._replace(backend=next(iter(chosen))) if one.backend else one for name, one in usages.items()}
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        _way(coupling, way, usages.get(way), broken)._replace(files=len({path for path, _ in at}), places=len(at)) for way, at in ranked
    )


def _way(coupling: Coupling, way: str, usage: UsageResult | None, broken: Mapping[str, tuple[str, ...]]) -> WayUsed:
    if usage is not None:
        return WayUsed(way, 0, 0, usage.works, usage.resolves_to, usage.backend, usage.because)
    who = answer(coupling, way)
    component = "tf-keras" if way == "tf_keras" else "tensorflow" if way.startswith("tensorflow") else way
    codes = (*broken.get(component, ()), *(broken.get("tensorflow", ()) if way == "tf_keras" else ()))
    works = False if codes else True if who and coupling.snapshot.complete else None
    return WayUsed(way, 0, 0, works, who.label if who else None, None, tuple(dict.fromkeys(codes)))
