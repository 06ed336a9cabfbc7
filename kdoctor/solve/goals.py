"""What a remedy is to reach: goals made from the ways out that findings offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kdoctor.model import Finding, Severity, Way

_NOTHING: Mapping[str, str | None] = {}


class Goal(NamedTuple):
    """What to have, to remove, to install again and to set; everything else is up to the solver."""

    ways: tuple[Way, ...] = ()
    needs: tuple[str, ...] = ()
    remove: frozenset[str] = frozenset()
    reinstall: tuple[str, ...] = ()
    environment: Mapping[str, str | None] = _NOTHING


def goals(findings: Sequence[Finding], severity: Severity, most: int = 3) -> list[Goal]:
    """Give up to `most` goals: the first takes every finding's first way, the next ones its further ways."""
    offered = [finding.ways for finding in findings if finding.severity >= severity and finding.ways]
    count = min(most, max((len(ways) for ways in offered), default=1))
    found: list[Goal] = []
    for choice in range(count):
        goal = _combined([ways[min(choice, len(ways) - 1)] for ways in offered])
        if goal not in found:
            found.append(goal)
    return found


def _combined(ways: Sequence[Way]) -> Goal:
    environment: dict[str, str | None] = {}
    for way in ways:
        environment.update({name: value for name, value in way.environment.items() if name not in environment})
    remove = frozenset(name for way in ways for name in way.remove)
    return Goal(
        ways=tuple(dict.fromkeys(_hashable(ways))),
        needs=tuple(dict.fromkeys(need for way in ways for need in way.needs)),
        remove=remove,
        reinstall=tuple(dict.fromkeys(name for way in ways for name in way.reinstall if name not in remove)),
        environment=environment,
    )


def _hashable(ways: Sequence[Way]) -> list[Way]:
    """Drop the mapping, which cannot be hashed, from ways whose names tell them apart."""
    return [way._replace(environment=_EMPTY) for way in ways]


class _Empty(dict[str, "str | None"]):
    """An empty mapping that can be hashed."""

    def __hash__(self) -> int:  # type: ignore[override]  # dict declares __hash__ as None; this one never changes.
        return 0


_EMPTY: Mapping[str, str | None] = _Empty()
