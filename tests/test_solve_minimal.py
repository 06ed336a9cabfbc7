"""Nothing smaller than what is suggested: an exhaustive search, written apart from the solver, over the real index.

A set of changes holds if every release in it has a file for this Python and platform, if every declared requirement from or on
a changed distribution is met, as packaging judges it, and if the rules find nothing that is as bad as before. All sets smaller
than the one suggested are tried, in all releases; of large remedies, all parts. Set aside are only changes after which, made
alone, the rules say exactly what they said before and that no other change of the set asks for.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from itertools import combinations

import pytest
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from test_solve_properties import environments, fitting, worst

from kdoctor import rules, versions
from kdoctor.doctor import diagnose
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.families import ROLE_OF, ROLES
from kdoctor.knowledge.index import Target, open_index
from kdoctor.model import Remedy, Report, Snapshot
from kdoctor.solve.goals import Goal, asked
from kdoctor.solve.judging import Bench
from kdoctor.solve.problem import Problem

#: Environments looked at; KDOCTOR_MINIMAL=400 looks at more, and below larger remedies, which takes an hour.
WANTED = os.environ.get("KDOCTOR_MINIMAL")
COUNT = int(WANTED or "30")
#: Sets of more changes are not searched through, nor any search that needs more verdicts of the rules.
MOST_CHANGES, MOST_VERDICTS = (4, 4000) if WANTED else (2, 750)

Change = tuple[str, str]


class TooMuchError(Exception):
    """More sets than anybody wants to wait for."""


@cache
def parsed(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


@cache
def admits(specifier: str, version: str) -> bool:
    return SpecifierSet(specifier).contains(Version(version), prereleases=True)


class World:
    """An environment with what a remedy removes removed and the variables that it sets set, and every change of its distributions."""

    def __init__(self, snapshot: Snapshot, report: Report, remedy: Remedy) -> None:
        self.snapshot = snapshot
        self.target = Target.of(snapshot)
        self.index = open_index()
        self.goal = Goal(remove=frozenset(remedy.remove), environment=remedy.environment)
        coupling = couple(snapshot)
        self.bench = Bench(coupling, report.findings, worst(report.findings), lambda changed: rules.run(changed, provenance=False)[0])
        self.problem = Problem(coupling, self.index)
        self.markers = {**(versions.marker_environment(snapshot) or {}), "extra": ""}
        self.there = {one.name: one for one in snapshot.distributions if one.name not in remedy.remove}
        self.verdicts: dict[frozenset[Change], frozenset[str]] = {}
        # Kept by the world itself, so that it is gone when nobody looks at it any more.
        self.requirements = cache(self._requirements)
        self.telling = cache(self._telling)

    def wrong(self, changes: frozenset[Change]) -> frozenset[str]:
        """Give what the rules find, as text; the names that they speak of stand behind the last bar."""
        if changes not in self.verdicts:
            if len(self.verdicts) >= MOST_VERDICTS:
                raise TooMuchError
            odds = self.bench.odds(self.problem, self.goal, dict(changes))
            self.verdicts[changes] = frozenset(
                f"{odd.key}|{' '.join(sorted({*odd.names, *(asked(need.text).name for need in odd.needs)}))}" for odd in odds
            )
        return self.verdicts[changes]

    def _requirements(self, name: str, version: str | None) -> tuple[tuple[str, str], ...]:
        """Give what a release requires here: who, and the specifier."""
        installed = self.there.get(name)
        if installed and installed.version == version:
            texts = installed.requires or ()
        else:
            release = self.index.release(name, version) if version and name in self.index.projects else None
            texts = release.requires(self.target) if release else ()
        wanted = (parsed(text) for text in texts)
        return tuple(
            (versions.normalize(one.name), str(one.specifier))
            for one in wanted
            if one and "extra" not in str(one.marker) and (one.marker is None or one.marker.evaluate(self.markers))
        )

    def now(self, changes: frozenset[Change]) -> dict[str, str | None]:
        return {**{name: one.version for name, one in self.there.items()}, **dict(changes)}

    def unmet(self, changes: frozenset[Change]) -> frozenset[frozenset[str]]:
        """Give, for every requirement from or on a changed distribution that is not met, who would have to change."""
        now, changed = self.now(changes), {name for name, _ in changes}
        return frozenset(
            frozenset({holder, wanted})
            for holder, version in now.items()
            for wanted, specifier in self.requirements(holder, version)
            if {holder, self.player(wanted, now)} & changed and not self.is_met(holder, wanted, specifier, now)
        )

    @staticmethod
    def player(name: str, now: dict[str, str | None]) -> str:
        """Give who answers for a requirement: where tensorflow is not there, tensorflow-cpu does."""
        stand_ins = [other for other in ROLES.get(ROLE_OF.get(name, ""), ()) if other in now]
        return name if name in now or not stand_ins else stand_ins[0]

    def is_met(self, holder: str, name: str, specifier: str, now: dict[str, str | None]) -> bool:
        player = self.player(name, now)
        if player not in now:
            return name not in self.index.projects or holder not in now
        version = now[player]
        return player == holder or version is None or admits(specifier, version)

    @cached_property
    def singles(self) -> tuple[Change, ...]:
        """Give every single change, of what is there and of what could come in."""
        names = [*self.there, *(name for name in sorted(self.index.projects) if name not in self.there)]
        return tuple(
            (name, version)
            for name in names
            if name in self.index.projects
            for version in fitting(name, self.target)
            if version != (self.there[name].version if name in self.there else None)
        )

    def _telling(self, fewer_than: int) -> tuple[Change, ...]:
        """Give the single changes after which the rules find something else than before, as far as they can be part of so small a set."""
        before = self.wrong(frozenset())
        small = [one for one in self.singles if 1 + apart(self.unmet(frozenset({one}))) < fewer_than]
        idle = {
            name
            for name in self.index.projects
            if name not in self.there
            and (known := fitting(name, self.target))
            and all(self.wrong(frozenset({(name, version)})) == before for version in (known[0], known[-1]))
        }
        return tuple(one for one in small if one[0] not in idle and self.wrong(frozenset({one})) != before)


def apart(sets: Iterable[frozenset[str]]) -> int:
    """Count sets without a common name among them: as many further changes are needed at least."""
    taken: set[str] = set()
    count = 0
    for names in sorted(sets, key=sorted):
        if names.isdisjoint(taken):
            taken |= names
            count += 1
    return count


def smaller(world: World, keep: str, fewer_than: int) -> Iterator[frozenset[Change]]:
    """Give the sets of fewer changes, none of `keep`, that hold."""
    seen: set[frozenset[Change]] = set()
    waiting: list[frozenset[Change]] = [frozenset()]
    while waiting:
        changes = waiting.pop()
        unmet = world.unmet(changes)
        if not unmet and not (wrong := world.wrong(changes)):
            yield changes
            continue
        asked_for = {names.difference(name for name, _ in changes) for names in unmet}
        if len(changes) == fewer_than - 1 or frozenset() in asked_for or len(changes) + apart(asked_for) >= fewer_than:
            continue
        for one in more(world, changes, unmet, frozenset() if unmet else wrong, fewer_than):
            larger = changes | {one}
            if one[0] != keep and one[0] not in dict(changes) and larger not in seen:
                seen.add(larger)
                waiting.append(larger)


def more(
    world: World, changes: frozenset[Change], unmet: frozenset[frozenset[str]], wrong: frozenset[str], fewer_than: int
) -> Iterator[Change]:
    """Give what could be changed as well: who is asked for or asks, else what the rules speak of, and whatever tells by itself."""
    if unmet:
        names = set(min(unmet, key=lambda one: (len(one - {name for name, _ in changes}), sorted(one))))
        yield from (one for one in world.singles if one[0] in names)
        return
    spoken_of = {name for text in wrong for name in text.rpartition("|")[2].split()}
    yield from dict.fromkeys([*world.telling(fewer_than), *(one for one in world.singles if one[0] in spoken_of and changes)])


def parts(world: World, pins: Mapping[str, str]) -> Iterator[frozenset[Change]]:
    """Give the parts of a remedy that hold without the rest."""
    for count in range(1, len(pins)):
        for some in combinations(sorted(pins.items()), count):
            changes = frozenset(some)
            if not world.unmet(changes) and not world.wrong(changes):
                yield changes


def is_comparable(snapshot: Snapshot, remedy: Remedy) -> bool:
    """Tell whether all that a remedy does is to be seen in its pins, removals and variables; and nothing is smaller than one change."""
    installs = sum(len(step.names) for step in remedy.steps if step.verb == "install")
    return snapshot.complete and not remedy.reinstall and installs == len(remedy.pins) and len(remedy.pins) > 1


def kept_by(remedy: Remedy, snapshot: Snapshot) -> str:
    """Give the distribution that a remedy is there to keep; "" for the smallest of all."""
    words = remedy.title.partition("keep ")[2].split()
    return words[0] if words and words[0] in {one.name for one in snapshot.distributions} else ""


def test_nothing_smaller_holds() -> None:
    """Of small remedies all smaller sets are tried, of larger ones all their parts."""
    count: Counter[str] = Counter()
    bad = []
    for name, snapshot in environments(COUNT):
        report = diagnose(snapshot)
        for place, remedy in enumerate(report.remedies):
            if not is_comparable(snapshot, remedy):
                continue
            world = World(snapshot, report, remedy)
            kept = kept_by(remedy, snapshot) if place else ""
            small = len(remedy.pins) <= MOST_CHANGES
            try:
                found = next(smaller(world, kept, len(remedy.pins)) if small else parts(world, remedy.pins), None)
            except TooMuchError:
                count["given up"] += 1
                continue
            count["compared with all smaller sets" if small else "compared with all parts"] += 1
            if found is not None:
                bad.append(f"{name} {remedy.title}: {sorted(found)}")
    print(dict(count))
    assert not bad
    assert count["compared with all smaller sets"] > COUNT / 10
    assert count["compared with all parts"] > COUNT / 10


@pytest.mark.parametrize("broken", [{"keras": "3.5.0"}, {"numpy": "2.0.2"}])
def test_the_exhaustive_search_finds_what_there_is(broken: dict[str, str]) -> None:
    """A test that cannot fail is a defect: below a bound that is too high, it finds the small change."""
    from test_solve import WHOLE_2_15, changed, released  # noqa: PLC0415 -- only here.

    snapshot = released(changed(WHOLE_2_15, *(f"{name}=={version}" for name, version in broken.items())))
    world = World(snapshot, diagnose(snapshot), Remedy("", ""))
    assert {name for name, _ in next(smaller(world, "", 2))} == set(broken)
