"""Ways out of what is wrong: whole sets of pins that hold together, the smallest change first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Finding, Impossible, Remedy, Severity
from kdoctor.solve.goals import goals
from kdoctor.solve.judging import Bench, Rules
from kdoctor.solve.task import Outcome, Task

#: Remedies and impossible goals shown at most.
_MOST = 3
#: States of the search looked at for all goals together, after which no further goal is begun if there is a remedy.
_ENOUGH = 2500


def remedies(coupling: Coupling, findings: Sequence[Finding], rules: Rules) -> tuple[tuple[Remedy, ...], tuple[Impossible, ...]]:
    """Give the ways out of what is wrong, the smallest change first, and the goals that no set of releases can reach.

    `rules` judges a changed environment, so that no remedy is given under which an error would remain or arise.
    Raises KdoctorError where the index of releases cannot be read.
    """
    severity = max((finding.severity for finding in findings), default=Severity.NOTE)
    if severity is Severity.NOTE:
        return (), ()
    bench = Bench(coupling, findings, severity, rules)
    found: list[Outcome] = []
    impossible: dict[str, Impossible] = {}
    for goal in goals(findings, severity):
        if found and bench.work > _ENOUGH:
            break
        for outcome in Task(bench, goal).outcomes(in_part=not any(one.remedy for one in found)):
            if outcome.impossible:
                impossible.setdefault(outcome.impossible.goal, outcome.impossible)
            elif not any(_same(outcome.remedy, other.remedy) for other in found):
                found.append(outcome)
    rows = tuple(impossible.values())[:_MOST]
    return tuple(_named_apart(_shown(found))), rows if found or not rows else _with_another_python(bench, rows)


def _with_another_python(bench: Bench, rows: tuple[Impossible, ...]) -> tuple[Impossible, ...]:
    """Say for the first goal, where no goal can be reached here, which other Python would do."""
    from kdoctor.solve.another_python import another_python  # noqa: PLC0415 -- mostly there is a remedy.

    there = another_python(bench.coupling, goals(bench.findings, bench.severity)[0], bench.rules)
    return (rows[0]._replace(python=there.python, pins=there.pins), *rows[1:])


def _same(one: Remedy | None, other: Remedy | None) -> bool:
    return one is not None and other is not None and one._replace(name="", title="") == other._replace(name="", title="")


def _shown(found: Sequence[Outcome]) -> list[Remedy]:
    """Choose the smallest changes, of equals those that leave least; and in any case the first: what every finding asks for first."""
    whole = [one for one in found if not one.partial] or found
    least = min((one.changes for one in whole if not one.unwise), default=0)
    whole = [one for one in whole if not one.unwise or not least or one.changes < least]
    ranked = [one.remedy for one in sorted(whole, key=lambda one: (one.changes, one.left)) if one.remedy]
    shown = ranked[:_MOST]
    if whole and whole[0].remedy and whole[0].remedy not in shown:
        shown[-1] = whole[0].remedy
    return shown


def _named_apart(shown: Sequence[Remedy]) -> Iterator[Remedy]:
    taken: set[str] = set()
    for remedy in shown:
        name = next(name for name in (remedy.name, *(f"{remedy.name}-{number}" for number in range(2, _MOST + 2))) if name not in taken)
        taken.add(name)
        yield remedy._replace(name=name)
