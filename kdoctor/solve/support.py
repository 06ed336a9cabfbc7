"""Which releases can be part of no set at all: what they require directly, or what that requires, has nothing left.

The search tries releases one by one and learns little from a failure. Where it goes on for long, most of what it tries is ruled out by
requirements of the user some steps away; to find that out once is cheaper than to come upon it again and again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kdoctor import versions

if TYPE_CHECKING:
    from kdoctor.solve.ground import Ask, Ground


class Support:
    """For each project the releases that are not ruled out yet; projects come in as releases require them."""

    def __init__(self, ground: Ground, asks: Sequence[Ask], extras: Mapping[str, set[str]], without: Mapping[str, frozenset[str]]) -> None:
        self.ground, self.asks, self.extras, self.without = ground, asks, extras, without
        self.left: dict[str, set[str]] = {}
        self._requirements: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    def ruled_out(self, early: frozenset[str]) -> dict[str, frozenset[str]]:
        """Give the releases that nothing can be made of, beside those that were left out before."""
        roots = [ask.name for ask in self.asks if not ask.limits]
        for name in roots:
            self._of(name, early)
        before = None
        while before != (before := {name: len(left) for name, left in self.left.items()}) and all(self.left[name] for name in roots):
            for name in list(self.left):
                self.left[name] = {version for version in self.left[name] if self._is_supported(name, version, early)}
        return {name: frozenset(self._every(name, early)) - left for name, left in self.left.items()}

    def admitted(self, name: str, early: frozenset[str]) -> set[str]:
        """Give the releases of a project that are asked for and not ruled out yet."""
        return self._of(name, early)

    def goes_with(self, name: str, version: str, other: str, early: frozenset[str]) -> bool:
        """Tell whether what a release requires of another project leaves anything of it."""
        wishes = (specifier for wanted, specifier in self._required(name, version) if wanted == other)
        every = self._of(other, early)
        return all(not self.ground.offers.admitted(other, one, leading_up=False, early=other in early).isdisjoint(every) for one in wishes)

    def _every(self, name: str, early: frozenset[str]) -> list[str]:
        return self.ground.offers.ordered(name, None, early=name in early)

    def _of(self, name: str, early: frozenset[str]) -> set[str]:
        if name not in self.left:
            admitted = set(self._every(name, early)) - self.without.get(name, frozenset())
            for ask in self.asks:
                if ask.name == name:
                    admitted &= self.ground.offers.admitted(name, ask.specifier, leading_up=bool(ask.says), early=name in early)
            self.left[name] = admitted
        return self.left[name]

    def _is_supported(self, name: str, version: str, early: frozenset[str]) -> bool:
        for wanted, specifier in self._required(name, version):
            fitting = self.ground.offers.admitted(wanted, specifier, leading_up=False, early=wanted in early)
            if fitting.isdisjoint(self._of(wanted, early)):
                return False
        return True

    def _required(self, name: str, version: str) -> tuple[tuple[str, str], ...]:
        found = self._requirements.get((name, version))
        if found is None:
            found = self._requirements[name, version] = tuple(self._read(name, version))
        return found

    def _read(self, name: str, version: str) -> Iterator[tuple[str, str]]:
        for wanted in self.ground.required(name, version, self.extras.get(name, ()), self.ground.holds):
            yield wanted.name, self.ground.weighed(name, version, wanted)


def contradicts(ground: Ground, one: Ask, other: Ask, extras: Sequence[str] = ()) -> bool:
    """Tell whether every release that one asks for requires, itself, what the other one excludes."""
    early = frozenset(ask.name for ask in (one, other) if versions.is_prerelease(versions.exactly(ask.specifier) or ""))
    support = Support(ground, (one, other), {one.name: set(extras)}, {})
    ours, theirs = (support.admitted(ask.name, early) for ask in (one, other))
    return bool(ours and theirs) and not any(support.goes_with(one.name, version, other.name, early) for version in ours)
