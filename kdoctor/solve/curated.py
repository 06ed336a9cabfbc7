"""What the curated facts require of releases, in one environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kdoctor import versions
from kdoctor.knowledge.conditions import holds, read
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.schema import SWITCH, Fact
from kdoctor.model import Severity
from kdoctor.solve.wish import NEVER, Wish

#: What a fact requires, and the other distributions on which it rests, who fulfil its conditions as they stand.
Resting = tuple[frozenset[str], Wish]


class Curated:
    """The facts that forbid something, sorted by the distributions of which they speak.

    `player` gives the distribution that a name in a condition means.
    """

    def __init__(self, coupling: Coupling, player: Callable[[str], str]) -> None:
        self._coupling = coupling
        self._player = player
        self._by_name = self._sorted()
        self._found: dict[tuple[str, str | None], tuple[Resting, ...]] = {}

    def of(self, name: str, version: str | None) -> tuple[Resting, ...]:
        """Give what facts require of a release."""
        found = self._found.get((name, version))
        if found is None:
            found = self._found[name, version] = tuple(self._of(name, version))
        return found

    def _of(self, name: str, version: str | None) -> Iterator[Resting]:
        released = versions.base(version)
        for fact, own, others in self._by_name.get(name, ()):
            if all(versions.satisfies(released, specifier) for specifier in own):
                for wish in self._wish(fact, name, version):
                    yield others, wish

    def _sorted(self) -> dict[str, list[tuple[Fact, tuple[str, ...], frozenset[str]]]]:
        """Give the facts on each distribution whose other conditions hold, with what they say of its version and on whom else they rest."""
        facts_on: dict[str, list[tuple[Fact, tuple[str, ...], frozenset[str]]]] = {}
        # Notes forbid nothing.
        for fact in (one for one in FACTS if one.severity is Severity.ERROR):
            conditions = [(self._player(read(text).name), text) for text in fact.when]
            for name in dict.fromkeys(who for who, _ in conditions):
                own = [read(text) for who, text in conditions if who == name]
                # Where it must not be installed there is nothing to say of its releases.
                if any(one.mark == "!" for one in own) or not all(holds(text, self._coupling) for who, text in conditions if who != name):
                    continue
                specifiers = tuple(one.specifier for one in own if one.specifier)
                facts_on.setdefault(name, []).append((fact, specifiers, frozenset(who for who, _ in conditions if who != name)))
        return facts_on

    def _wish(self, fact: Fact, name: str, version: str | None) -> Iterator[Wish]:
        need = read(fact.need(versions.base(version)))
        if need.name == SWITCH:
            # A variable is for a way out to set, and no version of anything.
            return
        who = self._player(need.name)
        if who == name and need.mark != "!":
            if not versions.satisfies(versions.base(version), need.specifier):
                yield Wish(name, NEVER, name, version, says=fact.says)
        elif need.mark == "!":
            yield Wish(who, NEVER, name, version, says=fact.says)
        elif not (need.mark == "?" and who not in self._coupling.present):
            yield Wish(who, need.specifier, name, version, says=fact.says)
