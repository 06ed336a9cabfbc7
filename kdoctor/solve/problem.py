"""One question to the solver: which distributions stand, what is asked for, and what every release requires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.conditions import holds, read
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import ROLES
from kdoctor.knowledge.index import Index, Release, Target, installable
from kdoctor.knowledge.schema import Fact
from kdoctor.model import Distribution

#: What is refused by every version: how "must not be installed" is said to a resolver.
NEVER = "<0.dev0"


class Wish(NamedTuple):
    """A requirement on one distribution, and on whose behalf it is made ("" = the goal itself)."""

    name: str
    specifier: str
    parent: str
    text: str
    #: A curated fact judges pre-releases as the release that they lead up to.
    curated: bool = False

    def admits(self, version: str | None) -> bool:
        """Tell whether a version fulfils the wish; a version that cannot be judged is let through."""
        judged = versions.base(version) if self.curated else version
        return versions.satisfies(judged, self.specifier) is not False


class Problem:
    """A coupling with the index opened, and the requirements of all that is installed, read once for every attempt."""

    def __init__(self, coupling: Coupling, index: Index, removed: frozenset[str] = frozenset()) -> None:
        self.coupling = coupling
        self.index = index
        self.target = Target.of(coupling.snapshot)
        self.installed: Mapping[str, Distribution] = {n: d for n, d in coupling.present.items() if n not in removed}
        self._roles = {name: role for role, names in ROLES.items() for name in names}
        self._candidates: dict[str, tuple[str, ...]] = {}
        self._dependencies: dict[tuple[str, str], tuple[Wish, ...]] = {}
        self._facts: dict[str, list[Fact]] = {}
        self.standing = self._standing()

    def resolve(self, name: str) -> str:
        """Give the distribution that a requirement on `name` falls to: a stand-in that answers for the same import, if one is installed."""
        if name in self.installed or name not in self._roles:
            return name
        return next((other for other in ROLES[self._roles[name]] if other in self.installed), name)

    def _who(self, name: str) -> str:
        """Give the distribution that a condition means: a role falls to whoever plays it, any other name means itself."""
        return self.resolve(name) if name in ROLES else name

    def _standing(self) -> dict[str, list[Wish]]:
        """Collect what installed distributions require, by the distribution that is required."""
        standing: dict[str, list[Wish]] = {}
        for holder in self.installed.values():
            for text in holder.requires or ():
                wish = self._wish(text, holder.name, f"{holder.name} {holder.version}")
                if wish:
                    standing.setdefault(wish.name, []).append(wish)
        return standing

    def _wish(self, text: str, parent: str, label: str) -> Wish | None:
        wanted = versions.requirement(text)
        if wanted is None or versions.for_extra_only(wanted.marker):
            return None
        if versions.marker_holds(wanted.marker, self.coupling.marker_environment) is False:
            return None
        name = self.resolve(wanted.name)
        if name == parent:
            # A shell such as tensorflow on Windows cannot answer for the body that it requires.
            name = wanted.name
        return None if name == parent else Wish(name, wanted.specifier, parent, f"{label} requires {wanted.name}{wanted.specifier}")

    def candidates(self, name: str) -> tuple[str, ...]:
        """Give the versions that could be installed, the nearest to the installed one first, else the newest first."""
        found = self._candidates.get(name)
        if found is None:
            found = self._candidates[name] = tuple(self._ordered(name))
        return found

    def _ordered(self, name: str) -> list[str]:
        installed = self.installed.get(name)
        early = installed is not None and installed.version is not None and versions.is_prerelease(installed.version)
        usable = [r for r in self.index.releases(name) if not r.yanked and (early or not r.prerelease) and installable(r, self.target) is not False]
        newest_first = [release.version for release in reversed(usable)]
        if installed is None or installed.version is None:
            return newest_first
        return by_nearness(newest_first, installed.version)

    def dependencies(self, name: str, version: str) -> tuple[Wish, ...]:
        """Give what a candidate requires of distributions that are installed or that the index knows."""
        found = self._dependencies.get((name, version))
        if found is None:
            found = self._dependencies[name, version] = tuple(self._dependencies_of(name, version))
        return found

    def _dependencies_of(self, name: str, version: str) -> Iterator[Wish]:
        release: Release | None = self.index.release(name, version)
        for text in release.requires(self.target) if release else ():
            wish = self._wish(text, name, f"{name} {version}")
            if wish and (wish.name in self.installed or wish.name in self.index.projects):
                yield wish

    def facts_on(self, name: str, version: str | None, changed: frozenset[str]) -> Iterator[Wish]:
        """Give what curated facts require when `name` is at `version` and everything outside `changed` stands as installed."""
        if name not in self._facts:
            self._facts[name] = [fact for fact in FACTS if any(self._who(read(text).name) == name for text in fact.when)]
        for fact in self._facts[name]:
            if self._concerns(fact, name, version, changed):
                yield from self._fact_wish(fact, name, version)

    def _concerns(self, fact: Fact, name: str, version: str | None, changed: frozenset[str]) -> bool:
        concerned = False
        for text in fact.when:
            condition = read(text)
            who = self._who(condition.name)
            if who == name:
                concerned = True
                if condition.specifier and not versions.satisfies(versions.base(version), condition.specifier):
                    return False
            elif who in changed or not holds(text, self.coupling):
                return False
        return concerned

    def _fact_wish(self, fact: Fact, name: str, version: str | None) -> Iterator[Wish]:
        need = read(fact.need(versions.base(version)))
        who = self._who(need.name)
        if who == name and need.mark != "!":
            if not versions.satisfies(versions.base(version), need.specifier):
                yield Wish(name, NEVER, name, fact.says, curated=True)
        elif need.mark == "!":
            yield Wish(who, NEVER, name, fact.says, curated=True)
        elif not (need.mark == "?" and who not in self.installed):
            yield Wish(who, need.specifier, name, f"{name} {version} needs {need.name}{need.specifier} ({fact.says})", curated=True)


def by_nearness(newest_first: list[str], installed: str) -> list[str]:
    """Order versions by nearness to the installed one, upgrades before downgrades as far away.

    In the same minor release the next patch comes first; of other minor releases, the nearer first, its newest patch comes first.
    """
    here = versions.minor(installed)
    minors = [versions.minor(version) for version in newest_first]
    line = sorted({minor for minor in (*minors, here) if minor})
    place = {minor: position for position, minor in enumerate(line)}
    home = [version for version, minor in zip(newest_first, minors, strict=True) if minor == here]
    older = [version for version in home if versions.satisfies(version, f"<{versions.base(installed) or installed}")]
    newer = [version for version in reversed(home) if version not in older]

    def distance(position: int) -> tuple[int, bool]:
        there = minors[position]
        steps = place[there] - place[here] if there and here else 0
        return abs(steps), steps < 0

    away = [position for position in range(len(newest_first)) if minors[position] != here]
    return [*newer, *older, *(newest_first[position] for position in sorted(away, key=distance))]
