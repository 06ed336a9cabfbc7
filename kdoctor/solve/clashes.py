"""Who stands in the way of one release, while everything else stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kdoctor.solve.problem import Problem
from kdoctor.solve.wish import NEVER, Wish


class Clash(NamedTuple):
    """Something that a release and what stands cannot agree on: one of `names` at least has to change as well."""

    names: frozenset[str]
    wish: Wish


class Clashes:
    """The clashes of every release of a problem, each found once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._clashes: dict[tuple[str, str], tuple[Clash, ...]] = {}
        self._bonds: dict[tuple[str, str], Mapping[str, tuple[Wish, ...]]] = {}
        self._allowed: dict[tuple[str, str, str], frozenset[str] | None] = {}
        self._askings: dict[tuple[str, str], list[tuple[str, tuple[Wish, ...]]]] = {}
        self._facts_on: dict[str, list[tuple[frozenset[str], Wish]]] = {}
        for holder, one in problem.installed.items():
            for others, wish in problem.facts(holder, one.version):
                self._facts_on.setdefault(wish.name, []).append((others | {holder}, wish))

    def of(self, name: str, version: str) -> tuple[Clash, ...]:
        """Give what a release does not agree on with the distributions that stand."""
        found = self._clashes.get((name, version))
        if found is None:
            found = self._clashes[name, version] = tuple(self._found(name, version))
        return found

    def bonds(self, name: str, version: str) -> Mapping[str, tuple[Wish, ...]]:
        """Give what a release asks of others whatever their versions are, by the name of the other."""
        found = self._bonds.get((name, version))
        if found is None:
            bonds: dict[str, tuple[Wish, ...]] = {}
            facts = (wish for others, wish in self.problem.facts(name, version) if not others)
            for wish in (*self.problem.dependencies(name, version), *facts):
                if wish.name != name:
                    bonds[wish.name] = (*bonds.get(wish.name, ()), wish)
            found = self._bonds[name, version] = bonds
        return found

    def allowed(self, name: str, version: str, other: str) -> frozenset[str] | None:
        """Give the releases of `other` that agree with a release of `name`; None where neither asks anything of the other."""
        key = (name, version, other)
        if key not in self._allowed:
            self._allowed[key] = self._agreeing(name, version, other)
        return self._allowed[key]

    def _agreeing(self, name: str, version: str, other: str) -> frozenset[str] | None:
        candidates = self.problem.candidates(other)
        wishes = self.bonds(name, version).get(other, ())
        asking = self._asking(other, name)
        if not wishes and not asking:
            return None
        left = frozenset(candidates)
        for wish in wishes:
            left &= self.problem.admitted(wish)
        return left.difference(one for one, asked in asking if not all(wish.admits(version) for wish in asked))

    def _asking(self, name: str, other: str) -> list[tuple[str, tuple[Wish, ...]]]:
        """Give the candidates of `name` that ask something of `other`, each with what it asks."""
        found = self._askings.get((name, other))
        if found is None:
            every = ((version, self.bonds(name, version).get(other, ())) for version in self.problem.candidates(name))
            found = self._askings[name, other] = [(version, asked) for version, asked in every if asked]
        return found

    def _found(self, name: str, version: str) -> Iterator[Clash]:
        for wish in self.problem.dependencies(name, version):
            if not self._is_met(wish):
                yield Clash(frozenset({wish.name}), wish)
        for wish in self.problem.standing.get(name, ()):
            if not wish.admits(version):
                yield Clash(frozenset({wish.parent}), wish)
        for others, wish in self.problem.facts(name, version):
            if wish.name == name or not self._is_met(wish):
                # What must not be there cannot be had in another version either.
                yield Clash(others if wish.specifier == NEVER else others | {wish.name}, wish)
        for others, wish in self._facts_on.get(name, ()):
            if name not in others and not wish.admits(version):
                yield Clash(others, wish)

    def _is_met(self, wish: Wish) -> bool:
        """Tell whether what stands fulfils a wish; what is not known to be missing is left to the installer."""
        installed = self.problem.installed.get(wish.name)
        if installed is not None:
            return wish.admits(installed.version)
        return wish.specifier == NEVER or not self.problem.could_come_in(wish.name)
