"""What to do: whole sets of pins that hold together, the smallest change first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kdoctor.knowledge.coupling import Coupling, couple
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.knowledge.index import open_index
from kdoctor.model import Distribution, Finding, Impossible, Remedy, Severity, Snapshot
from kdoctor.solve.commands import commands
from kdoctor.solve.goals import Goal, goals
from kdoctor.solve.patched import patched
from kdoctor.solve.problem import Problem
from kdoctor.solve.search import Solution, search

#: Remedies shown at most.
_MOST = 3
#: Findings that no pin and no variable mends, but that do not stand in the way of one that does.
_NOT_BY_PINS = frozenset({"KD304", "KD305", "KD303", "KD405"})

Rules = Callable[[Coupling], "tuple[Finding, ...]"]


def remedies(coupling: Coupling, findings: Sequence[Finding], rules: Rules) -> tuple[tuple[Remedy, ...], tuple[Impossible, ...]]:
    """Give the ways out of what is wrong, the smallest change first, and the goals that no set of releases can reach.

    `rules` judges a changed environment, so that no remedy is given under which an error would remain or arise.
    Raises KdoctorError where the index of releases cannot be read.
    """
    severity = max((finding.severity for finding in findings), default=Severity.NOTE)
    if severity is Severity.NOTE:
        return (), ()
    found: list[Remedy] = []
    impossible: list[Impossible] = []
    for goal in goals(findings, severity):
        for remedy in _reach(coupling, goal, severity, rules, findings):
            if isinstance(remedy, Impossible):
                impossible.append(remedy)
            elif not any(_same(remedy, other) for other in found):
                found.append(remedy)
    ranked = sorted(found, key=lambda remedy: remedy.changes)[:_MOST]
    return tuple(ranked), tuple(dict.fromkeys(impossible))[:_MOST]


def _same(one: Remedy, other: Remedy) -> bool:
    return (one.pins, set(one.remove), one.environment) == (other.pins, set(other.remove), other.environment)


def _reach(coupling: Coupling, goal: Goal, severity: Severity, rules: Rules, findings: Sequence[Finding]) -> Iterator[Remedy | Impossible]:
    """Solve one goal once for everything that is worth keeping as it is."""
    index = open_index()
    after = couple(patched(coupling.snapshot, goal, {}, index))
    problem = Problem(after, index, goal.remove)
    before = {(finding.rule, finding.subjects) for finding in findings}

    def judge(pins: dict[str, str]) -> tuple[frozenset[str], ...]:
        changed = rules(couple(patched(coupling.snapshot, goal, pins, index)))
        return tuple(_at_odds(finding, problem) for finding in changed if _stands_against(finding, severity, before, problem))

    for kept in _worth_keeping(problem, judge({})):
        solution = search(problem, goal, frozenset({kept.name}) if kept else frozenset(), judge)
        if solution.pins is None:
            yield Impossible(f"keep {kept.name} {kept.version}" if kept else _title(goal, {}, None, problem), solution.because[:6])
        elif solution.pins or goal.remove or goal.reinstall or goal.environment:
            yield _remedy(coupling, goal, solution, kept, problem)


def _stands_against(finding: Finding, severity: Severity, before: set[tuple[str, tuple[str, ...]]], problem: Problem) -> bool:
    """Tell whether a finding on a changed environment speaks against the change: it should have been mended, or is new and as bad."""
    if finding.severity < severity or finding.rule in _NOT_BY_PINS:
        return False
    return bool(_at_odds(finding, problem)) or (finding.rule, finding.subjects) not in before


def _at_odds(finding: Finding, problem: Problem) -> frozenset[str]:
    return frozenset(name for name in finding.subjects if name in problem.installed and name in problem.index.projects)


def _worth_keeping(problem: Problem, odds: tuple[frozenset[str], ...]) -> list[Distribution | None]:
    """Name what a user may want to keep: of the distributions at odds, TensorFlow first, Keras second; nothing where none are."""
    names = dict.fromkeys(name for group in odds for name in sorted(group))
    ordered = [*(n for n in TENSORFLOW if n in names), *(n for n in KERAS if n in names), *(n for n in names if n not in (*TENSORFLOW, *KERAS))]
    return [problem.installed[name] for name in ordered[: _MOST + 1]] or [None]


def _remedy(coupling: Coupling, goal: Goal, solution: Solution, kept: Distribution | None, problem: Problem) -> Remedy:
    pins = dict(sorted((solution.pins or {}).items()))
    for name in goal.reinstall:
        installed = problem.installed.get(name) or next((d for d in coupling.snapshot.distributions if d.name == name), None)
        if name not in pins and installed and installed.version:
            pins[name] = installed.version
    remove = tuple(sorted(goal.remove))
    snapshot: Snapshot = coupling.snapshot
    return Remedy(
        name="-and-".join(way.name for way in goal.ways[:2]) or (f"keep-{_short(kept.name)}" if kept else "mend"),
        title=_title(goal, pins, kept, problem),
        pins=pins,
        remove=remove,
        reinstall=goal.reinstall,
        environment=goal.environment,
        commands=commands(snapshot, pins, remove, goal.reinstall, goal.environment),
        changes=len(pins) + len(remove) + len(goal.environment),
        verified="index" if solution.pins else "none",
    )


def _short(name: str) -> str:
    return "tensorflow" if name in TENSORFLOW else "keras" if name in KERAS else name


def _title(goal: Goal, pins: dict[str, str], kept: Distribution | None, problem: Problem) -> str:
    words = [way.title for way in goal.ways]
    if kept and pins:
        words.append(f"keep {kept.name} {kept.version}")
    for name, version in pins.items():
        installed = problem.installed.get(name)
        if installed and installed.version != version and name not in goal.reinstall:
            words.append(f"{name} {installed.version} becomes {version}")
    return ", ".join(words) or "mend"
