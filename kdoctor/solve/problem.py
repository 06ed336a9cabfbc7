"""One question to the solver: which distributions stand, what is asked for, and what every release requires."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling, points_to
from kdoctor.knowledge.families import ROLE_OF, ROLES, TENSORFLOW
from kdoctor.knowledge.index import Index, Target, installable
from kdoctor.knowledge.reach import PYTHONS
from kdoctor.model import Distribution
from kdoctor.solve.curated import Curated
from kdoctor.solve.goals import Goal, Need, asked
from kdoctor.solve.nearness import by_age, by_nearness
from kdoctor.solve.wish import Wish

_NO_GOAL = Goal()
#: Stands for some version below all bounds, where nobody names one.
_OLDER = "0"
#: Keras 2.4 gave up the old backends for TensorFlow (its release notes), and TensorFlow 2.4 fails with the Keras before it (measured).
_FIRST_ON_TENSORFLOW = (2, 4)
#: Versions under which empty packages were uploaded, to hold a name; nothing is near to them.
PLACEHOLDERS = ("0", "0.0", "0.0.0")
#: A version that a specifier admits for sure, such as the 0.7.0 of `>=0.7.0,<0.8`.
_BOUND = re.compile(r"(?:>=|==|~=|<=)\s*([0-9][0-9A-Za-z.]*[0-9A-Za-z])(?:\.\*)?", re.ASCII)


class Problem:
    """A coupling with the index opened, and the requirements of all that is installed, read once for every attempt."""

    def __init__(self, coupling: Coupling, index: Index, goal: Goal = _NO_GOAL) -> None:
        self.coupling = coupling
        self.index = index
        self.removed = goal.remove
        self.target = Target.of(coupling.snapshot)
        self.installed: Mapping[str, Distribution] = coupling.present
        self._candidates: dict[str, tuple[str, ...]] = {}
        self._dependencies: dict[tuple[str, str], tuple[Wish, ...]] = {}
        self._resolved: dict[str, str] = {}
        self._curated = Curated(coupling, self.player)
        self._admitted: dict[tuple[str, str, bool], frozenset[str]] = {}
        self._aged: dict[tuple[str, str | None], list[str]] = {}
        self.standing = self._standing()
        #: Unknown to the index, but required by something that it knows: the installer finds them in another version.
        self.loose = frozenset(
            name
            for name, wishes in self.standing.items()
            if name not in index.projects and any(wish.parent in index.projects for wish in wishes)
        )

        #: Installed again, so that whatever they require must fit.
        self.again = frozenset(n for n in goal.reinstall if self.movable(n) and versions.parse(self.installed[n].version))

    def movable(self, name: str) -> bool:
        """Tell whether a distribution is installed and could be had in another version."""
        return name in self.installed and (name in self.index.projects or name in self.loose)

    def could_come_in(self, name: str) -> bool:
        """Tell whether a distribution is known to be missing, and its releases are known."""
        return name in self.index.projects and self.coupling.has(name) is False

    def resolve(self, name: str) -> str:
        """Give the distribution that a requirement on `name` falls to: a stand-in that answers for the same import, if one is installed.

        A shell such as tensorflow on Windows cannot answer for the body that it requires.
        """
        if name in self.installed or name not in ROLE_OF:
            return name
        if name not in self._resolved:
            self._resolved[name] = self._stand_in(name)
        return self._resolved[name]

    def _stand_in(self, name: str) -> str:
        found = next((other for other in ROLES[ROLE_OF[name]] if other in self.installed), name)
        shell = found != name and points_to(self.installed[found], name, self.coupling.marker_environment)
        return name if shell else found

    def player(self, name: str) -> str:
        """Give the distribution that a condition means: a role falls to whoever plays it, any other name means itself."""
        return self.resolve(name) if name in ROLES else name

    def _standing(self) -> dict[str, list[Wish]]:
        """Collect what installed distributions require, by the distribution that is required."""
        standing: dict[str, list[Wish]] = {}
        for holder in self.installed.values():
            for wish in self._wishes(holder.requires or (), holder.name, holder.version):
                standing.setdefault(wish.name, []).append(wish)
        return standing

    def _wishes(self, requires: Sequence[str], parent: str, version: str | None) -> Iterator[Wish]:
        for text in requires:
            wanted = versions.requirement(text)
            if wanted is None or versions.for_extra_only(wanted.marker):
                continue
            here = versions.marker_holds(wanted.marker, self.coupling.marker_environment)
            name = self.resolve(wanted.name)
            if name == parent:
                name = wanted.name
            # Where nobody can tell whether a marker holds, what is there had better fit, but nothing is missing.
            if name != parent and (here or (here is None and name == wanted.name and name in self.installed)):
                yield Wish(name, wanted.specifier, parent, version, stands_for=wanted.name if name != wanted.name else "")

    def needed(self, needs: Sequence[Need], changed: frozenset[str]) -> Iterator[Wish]:
        """Give what a goal asks for when `changed` may change: a need for the sake of those alone is theirs to bring."""
        for need in needs:
            holders = self.holders(need)
            condition = asked(need.text)
            name = self.resolve(condition.name)
            if (not holders or holders - changed) and (name in self.installed or name in self.index.projects):
                yield Wish(name, condition.specifier, "", self._newest_of(holders), says=f"{name}{condition.specifier} is wanted")

    def holders(self, need: Need) -> frozenset[str]:
        """Name those for whose sake something is asked for: of all who miss it, those who declare that very specifier."""
        there = need.holders.intersection(self.installed)
        condition = asked(need.text)
        asking = (wish.parent for wish in self.standing.get(condition.name, ()) if wish.specifier == condition.specifier)
        return there.intersection(asking) or there

    def _newest_of(self, holders: frozenset[str]) -> str | None:
        """Give the day of the newest release among some distributions, or of everything at hand where none of them is known."""
        for names in (holders, frozenset(ROLE_OF).intersection(self.installed), frozenset(self.installed)):
            dates = [self.date(name, self.installed[name].version) for name in names]
            if any(dates):
                return max(date for date in dates if date)
        return None

    def date(self, name: str, version: str | None) -> str | None:
        """Give the day of a release, YYYY-MM-DD; None where the index does not know it. For the goal itself that day is its version."""
        if not name:
            return version
        release = self.index.release(name, version) if version and name in self.index.projects else None
        return release.date if release else None

    def candidates(self, name: str) -> tuple[str, ...]:
        """Give the versions that could be installed, the nearest to the installed one first, else the newest first."""
        found = self._candidates.get(name)
        if found is None:
            found = self._candidates[name] = tuple(self._ordered(name))
        return found

    def wanted_of(self, name: str) -> list[str]:
        """Give the specifiers that everything installed asks of a distribution, in metadata and by facts."""
        declared = [wish.specifier for wish in self.standing.get(name, ())]
        facts = [wish for holder, one in self.installed.items() for wish in self.facts_on(holder, one.version, frozenset())]
        return [text for text in dict.fromkeys([*declared, *(wish.specifier for wish in facts if wish.name == name)]) if text]

    def admitted(self, wish: Wish) -> frozenset[str]:
        """Give the candidates that fulfil a wish."""
        sort = (wish.name, wish.specifier, wish.lenient)
        found = self._admitted.get(sort)
        if found is None:
            found = self._admitted[sort] = frozenset(version for version in self.candidates(wish.name) if wish.admits(version))
        return found

    def _ordered(self, name: str) -> list[str]:
        if name in self.removed:
            return []
        installed = self.installed.get(name)
        here = installed.version if installed else None
        early = here is not None and versions.is_prerelease(here)
        offered = [r for r in self.index.releases(name) if not r.yanked and (early or not r.prerelease)]
        usable = [release for release in offered if any(installable(release, target) is not False for target in self._targets)]
        newest_first = [release.version for release in reversed(usable)]
        if here is None or here in PLACEHOLDERS:
            return newest_first
        if name == "keras" and self._is_past_backends(here):
            newest_first = [
                version for version in newest_first if (versions.minor(version) or _FIRST_ON_TENSORFLOW) >= _FIRST_ON_TENSORFLOW
            ]
        # What is installed may stay, even where it was yanked or is unknown to the index.
        return [here, *(version for version in by_nearness(newest_first, here) if version != here)]

    @cached_property
    def _targets(self) -> tuple[Target, ...]:
        """Give the target; where nobody knows its Python, one for each Python that all that is installed could be installed on."""
        if self.target.python is not None:
            return (self.target,)
        known = ((one.name, one.version) for one in self.installed.values() if one.version and one.name in self.index.projects)
        there = [release for name, version in known if (release := self.index.release(name, version))]
        every = (self.target._replace(python=python) for python in PYTHONS)
        fitting = tuple(target for target in every if all(installable(release, target) is not False for release in there))
        # What was put together from several machines fits no Python at all.
        return fitting or (self.target,)

    def _is_past_backends(self, keras: str) -> bool:
        """Tell whether the Keras of Theano's days would mend nothing that a person means: neither it nor a TensorFlow of then is here."""
        others = (self.installed[one].version for one in TENSORFLOW if one in self.installed)
        return all((versions.minor(version) or _FIRST_ON_TENSORFLOW) >= _FIRST_ON_TENSORFLOW for version in (keras, *others))

    def bounds(self, name: str, wishes: Sequence[Wish]) -> list[str]:
        """Give versions for something unknown to the index: the installed one, those that the wishes name, or any older one."""
        installed = self.installed[name].version if name in self.installed else None
        named = {match for wish in wishes for match in _BOUND.findall(wish.specifier)}
        return [*([installed] if installed else ()), *sorted(named, key=versions.sort_key, reverse=True), _OLDER]

    def by_age(self, name: str, wishes: Sequence[Wish]) -> list[str]:
        """Give the candidates for something that comes in, those of the time of whoever asks for it first."""
        dates = [date for wish in wishes if (date := self.date(wish.parent, wish.version))]
        asked_on = max(dates, default=None)
        if (name, asked_on) not in self._aged:
            self._aged[name, asked_on] = by_age([(version, self.date(name, version)) for version in self.candidates(name)], asked_on)
        return self._aged[name, asked_on]

    def dependencies(self, name: str, version: str) -> tuple[Wish, ...]:
        """Give what a candidate requires of distributions that are installed or that the index knows."""
        found = self._dependencies.get((name, version))
        if found is None:
            wishes = self._wishes(self._requires(name, version), name, version)
            known = tuple(wish for wish in wishes if wish.name in self.installed or wish.name in self.index.projects)
            found = self._dependencies[name, version] = known
        return found

    def _requires(self, name: str, version: str) -> tuple[str, ...]:
        installed = self.installed.get(name)
        if installed and installed.version == version and installed.requires is not None:
            return installed.requires
        release = self.index.release(name, version)
        return release.requires(self.target) if release else ()

    def facts_on(self, name: str, version: str | None, changed: frozenset[str]) -> Iterator[Wish]:
        """Give what curated facts require when `name` is at `version` and everything outside `changed` stands as installed."""
        for others, wish in self.facts(name, version):
            if not others or not others & changed:
                yield wish

    def facts(self, name: str, version: str | None) -> tuple[tuple[frozenset[str], Wish], ...]:
        """Give what facts require of a release, each with the others that it rests on, who fulfil its conditions as they stand."""
        return self._curated.of(name, version)
