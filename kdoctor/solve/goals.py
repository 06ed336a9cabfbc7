"""What a remedy is to reach: goals made from the ways out that findings offer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import NamedTuple

from kdoctor.knowledge.conditions import Condition, read
from kdoctor.model import Finding, Severity, Way

#: Goals tried at most, and combinations of ways looked at to find them.
_MOST, _LOOKED_AT = 6, 60


class Need(NamedTuple):
    """A requirement that a way out asks for."""

    text: str
    #: Those for whose sake it is asked: once all of them change, it may be moot. () = asked for in any case.
    holders: frozenset[str] = frozenset()


class Goal(NamedTuple):
    """What to have, to remove, to install again and to set; everything else is up to the solver."""

    ways: tuple[Way, ...] = ()
    needs: tuple[Need, ...] = ()
    remove: frozenset[str] = frozenset()
    reinstall: tuple[str, ...] = ()
    environment: Mapping[str, str | None] = {}
    #: Which finding asked for which of the ways.
    taken: tuple[tuple[Finding, Way], ...] = ()

    def without(self, keys: Collection[tuple[str, tuple[str, ...]]]) -> Goal:
        """Give the goal as it would be if there were no findings of these rules and subjects."""
        return _combined([(finding, way) for finding, way in self.taken if (finding.rule, finding.subjects) not in keys]) or self


def goals(findings: Sequence[Finding], severity: Severity) -> list[Goal]:
    """Give the goals for the findings of at least this severity: the first takes every finding's first way, then one differs, then two."""
    offered = [finding for finding in findings if finding.severity >= severity and finding.ways]
    found: list[Goal] = []
    for chosen in islice(_choices([len(finding.ways) for finding in offered]), _LOOKED_AT):
        goal = _combined([(finding, finding.ways[chosen.get(i, 0)]) for i, finding in enumerate(offered)])
        if goal and all(goal._replace(taken=()) != other._replace(taken=()) for other in found):
            found.append(goal)
    return found[:_MOST]


def needs_of(finding: Finding, way: Way) -> tuple[Need, ...]:
    """Give what a way out of a finding asks for, and for whose sake."""
    return tuple(Need(text, frozenset(finding.subjects) - {asked(text).name}) for text in way.needs)


def _choices(counts: Sequence[int]) -> Iterator[dict[int, int]]:
    """Give choices of ways, as far as they are not the first: none, then one further way, then two, and so on."""
    further = [(finding, way) for finding, count in enumerate(counts) for way in range(1, count)]
    for size in range(len(counts) + 1):
        for chosen in combinations(further, size):
            if len(dict(chosen)) == size:
                yield dict(chosen)


def _combined(ways: Sequence[tuple[Finding, Way]]) -> Goal | None:
    """Put ways together; None where they contradict each other."""
    environment: dict[str, str | None] = {}
    for _, way in ways:
        if any(environment.get(name, value) != value for name, value in way.environment.items()):
            return None
        environment.update(way.environment)
    remove = frozenset(name for _, way in ways for name in way.remove)
    reinstall = tuple(dict.fromkeys(name for _, way in ways for name in way.reinstall if name not in remove))
    needs = tuple(dict.fromkeys(need for finding, way in ways for need in needs_of(finding, way)))
    if any(asked(need.text).name in remove for need in needs):
        return None
    unique: list[Way] = []
    for _, way in ways:
        # What is installed again need not be installed besides.
        again = way.needs and not way.environment and all(asked(text).name in reinstall for text in way.needs)
        if way not in unique and not again:
            unique.append(way)
    needs = tuple(need for need in needs if asked(need.text).name not in reinstall)
    return Goal(tuple(unique), needs, remove, reinstall, environment, tuple(ways))


def asked(text: str) -> Condition:
    """Split what a way out asks for into name and specifier; the name is "" where the text cannot be read."""
    try:
        return read(text.partition(";")[0].strip())
    except ValueError:
        return Condition("", "", "")
