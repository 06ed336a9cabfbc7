"""What to do: whole sets of pins that hold together, the smallest change first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Finding, Impossible, Remedy, Severity
from kdoctor.solve.goals import goals
from kdoctor.solve.judging import Bench, Rules
from kdoctor.solve.task import Task

#: Remedies and impossible goals shown at most.
_MOST = 3


def remedies(coupling: Coupling, findings: Sequence[Finding], rules: Rules) -> tuple[tuple[Remedy, ...], tuple[Impossible, ...]]:
    """Give the ways out of what is wrong, the smallest change first, and the goals that no set of releases can reach.

    `rules` judges a changed environment, so that no remedy is given under which an error would remain or arise.
    Raises KdoctorError where the index of releases cannot be read.
    """
    severity = max((finding.severity for finding in findings), default=Severity.NOTE)
    if severity is Severity.NOTE:
        return (), ()
    bench = Bench(coupling, findings, severity, rules)
    found: list[Remedy] = []
    impossible: list[Impossible] = []
    for goal in goals(findings, severity):
        for outcome in Task(bench, goal).outcomes():
            if isinstance(outcome, Impossible):
                impossible.append(outcome)
            elif not any(_same(outcome, other) for other in found):
                found.append(outcome)
    return tuple(_named_apart(_shown(found))), tuple({one.goal: one for one in reversed(impossible)}.values())[::-1][:_MOST]


def _same(one: Remedy, other: Remedy) -> bool:
    return (one.pins, set(one.remove), one.environment, one.commands) == (other.pins, set(other.remove), other.environment, other.commands)


def _shown(found: Sequence[Remedy]) -> list[Remedy]:
    """Choose the smallest changes, and in any case the first remedy found: it is what every finding asks for first."""
    shown = sorted(found, key=lambda remedy: remedy.changes)[:_MOST]
    if found and found[0] not in shown:
        shown[-1] = found[0]
    return shown


def _named_apart(shown: Sequence[Remedy]) -> Iterator[Remedy]:
    taken: set[str] = set()
    for remedy in shown:
        name = next(name for name in (remedy.name, *(f"{remedy.name}-{number}" for number in range(2, _MOST + 2))) if name not in taken)
        taken.add(name)
        yield remedy._replace(name=name)
