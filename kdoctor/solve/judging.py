"""Whether a change keeps its promise: the rules' word on the environment after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence

from kdoctor.knowledge.coupling import Coupling, couple
from kdoctor.model import Finding, Severity
from kdoctor.solve.clashes import Clashes
from kdoctor.solve.cost import Pins
from kdoctor.solve.goals import Goal, needs_of
from kdoctor.solve.lessons import Odd
from kdoctor.solve.patched import patched
from kdoctor.solve.problem import Problem

Rules = Callable[[Coupling], "tuple[Finding, ...]"]
Key = tuple[str, tuple[str, ...]]

#: Findings that no pin and no variable mends, but that do not stand in the way of one that does.
#: KD102 stands in a requirements file, and stays there after the installation.
_NOT_BY_PINS = frozenset({"KD102", "KD303", "KD304", "KD305", "KD405"})


class Bench:
    """The rules, and what they said of the environment as it is."""

    def __init__(self, coupling: Coupling, findings: Sequence[Finding], severity: Severity, rules: Rules) -> None:
        self.coupling = coupling
        self.findings = findings
        self.severity = severity
        self.rules = rules
        #: How much was looked at so far, for all goals together.
        self.work = 0
        self.before = frozenset(key(finding) for finding in findings)
        #: The environment as goals leave it before anything is installed, by what they remove, set, install again and bring in.
        self.left_as: dict[Hashable, Clashes] = {}

    def odds(self, problem: Problem, goal: Goal, pins: Pins, incurable: Collection[Key] = ()) -> tuple[Odd, ...]:
        """Give what speaks against a change: what it should have mended and has not, and what is new and as bad."""
        after = self.rules(couple(patched(self.coupling.snapshot, goal, pins, problem.index)))
        found = [_odd(finding, problem) for finding in after if self._counts(finding) and not _among(finding, incurable)]
        return tuple(odd for odd in found if odd.names or odd.needs or odd.key not in self.before)

    def left(self, problem: Problem, goal: Goal, pins: Pins) -> int:
        """Count what would still be worth a warning after a change."""
        after = self.rules(couple(patched(self.coupling.snapshot, goal, pins, problem.index)))
        return sum(finding.severity is not Severity.NOTE for finding in after)

    def _counts(self, finding: Finding) -> bool:
        told_only = finding.advice is not None and not finding.ways
        if finding.rule == "KD301" and key(finding) not in self.before:
            # Even where it still runs, no remedy lays one distribution over another.
            return True
        return finding.severity >= self.severity and finding.rule not in _NOT_BY_PINS and not (told_only and key(finding) in self.before)


def key(finding: Finding) -> Key:
    """Give what a finding is known by before and after a change."""
    return finding.rule, finding.subjects


def _among(finding: Finding, keys: Collection[Key]) -> bool:
    """Tell whether a finding is one of those, or what is left of one."""
    return any(finding.rule == rule and set(finding.subjects) <= set(subjects) for rule, subjects in keys)


def _odd(finding: Finding, problem: Problem) -> Odd:
    ways = [way for way in finding.ways if way.needs]
    names = frozenset(name for name in finding.subjects if problem.movable(name))
    return Odd(key(finding), names, needs_of(finding, ways[0]) if ways else ())
