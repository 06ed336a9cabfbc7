"""What a state of the search leaves at odds, what follows from that, and which choices are to blame.

A state is a choice of releases for some distributions, while all others stand. What it leaves at odds are sets of names, of each
of which one at least has to change as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kdoctor import versions
from kdoctor.solve.clashes import Clashes
from kdoctor.solve.cost import NOTHING, Cost, step
from kdoctor.solve.goals import Need
from kdoctor.solve.lessons import Lesson, Lessons
from kdoctor.solve.wish import Wish

#: Choices, by name, in whose releases something rests.
Blame = frozenset[str]
NOBODY: Blame = frozenset()


class Must(NamedTuple):
    """A distribution that has to change as well: the releases that it could get, the first one first."""

    offered: Sequence[str]
    #: Who is to blame for the change, and who for the choice of releases.
    blame: Blame
    held: Blame


class State(NamedTuple):
    """Releases chosen so far, each with the choices because of which it was made."""

    pins: Mapping[str, str] = {}
    why: Mapping[str, Blame] = {}
    #: What must not change any more, since that was tried in vain, and the choices because of which it was in vain.
    barred: Mapping[str, Blame] = {}
    cost: Cost = NOTHING
    #: What had to change before the last choice already.
    due: Mapping[str, Must] = {}
    #: The last choice.
    last: str = ""


class Open(NamedTuple):
    """What a state leaves at odds."""

    musts: Mapping[str, Must] = {}
    #: Sets of names of which one has to change, and who is to blame.
    sets: Mapping[frozenset[str], Blame] = {}
    #: Where nothing can be done about it, who is to blame for that; None = there is hope.
    hopeless: Blame | None = None


class Openings:
    """One goal, and one set of distributions to keep."""

    def __init__(self, clashes: Clashes, needs: Sequence[Need], keep: frozenset[str], lessons: Lessons) -> None:
        self.problem, self.clashes = clashes.problem, clashes
        self.needs, self.keep, self.lessons = needs, keep, lessons
        self._may_change: dict[str, bool] = {}
        self._sets: dict[tuple[str, str], tuple[frozenset[str], ...]] = {}
        self._force: dict[tuple[str, str], frozenset[str]] = {}
        self._everything: dict[str, Sequence[str]] = {}
        self._steps: dict[tuple[str, str], Cost] = {}

    def of(self, state: State) -> Open:
        """Give what a state leaves at odds: what has to change in any case, and sets of which one has to."""
        musts: dict[str, Must] = {}
        sets: dict[frozenset[str], Blame] = {}
        waiting = list(self._at_odds(state))
        while waiting:
            names, blame = waiting.pop()
            free, blame = self._free(names, blame, state)
            if not free:
                return Open(hopeless=blame)
            if len(free) > 1:
                sets[free] = blame
                continue
            (name,) = free
            if name not in musts:
                must = musts[name] = self.must(name, blame, state)
                if not must.offered:
                    return Open(hopeless=must.blame | must.held)
                waiting += [(frozenset({one}), must.blame | must.held) for one in self._implied(name, must, state) if one not in musts]
        return Open(musts, {names: blame for names, blame in sets.items() if names.isdisjoint(musts)})

    def _at_odds(self, state: State) -> Iterator[tuple[frozenset[str], Blame]]:
        pins = state.pins
        for name, must in state.due.items():
            if name not in pins:
                yield frozenset({name}), must.blame
        for name, version in pins.items():
            blame = frozenset({name})
            for names in self.sets(name, version):
                if names.isdisjoint(pins):
                    yield names, blame
        for lesson in self.lessons.on(pins):
            yield lesson.names, frozenset(lesson.premise)
        for name in self.problem.again:
            if name not in pins:
                yield frozenset({name}), NOBODY
        for need in self.needs:
            yield from self._unmet(need, pins)

    def _unmet(self, need: Need, pins: Mapping[str, str]) -> Iterator[tuple[frozenset[str], Blame]]:
        """Give what has to change for a need: what is asked for, or all those for whose sake it is."""
        installed = self.problem.installed
        for wish in self.problem.needed((need,), frozenset(pins)):
            chosen = pins.get(wish.name)
            there = chosen or (installed[wish.name].version if wish.name in installed else "")
            if there == "" or not wish.admits(there):
                names = self.problem.holders(need).difference(pins)
                yield (names, frozenset({wish.name})) if chosen else (names | {wish.name}, NOBODY)

    def _free(self, names: frozenset[str], blame: Blame, state: State) -> tuple[frozenset[str], Blame]:
        """Give those that may change, and who is to blame, with whoever barred the others."""
        free = frozenset(filter(self.may_change, names))
        for name in state.barred.keys() & free:
            free -= {name}
            blame |= state.barred[name]
        return free, blame

    def may_change(self, name: str) -> bool:
        """Tell whether something may change or come in at all."""
        found = self._may_change.get(name)
        if found is None:
            could = self.problem.movable(name) or self.problem.could_come_in(name) or self._is_needed(name)
            found = self._may_change[name] = could and (name not in self.keep or name in self.problem.again)
        return found

    def _is_needed(self, name: str) -> bool:
        """Tell whether the goal asks for something that nobody knows to be missing."""
        wishes = self.problem.needed(self.needs, frozenset())
        return name not in self.problem.installed and any(wish.name == name for wish in wishes)

    def sets(self, name: str, version: str) -> tuple[frozenset[str], ...]:
        """Give the sets of names that a release is at odds with, those that may not change aside."""
        found = self._sets.get((name, version))
        if found is None:
            free = {frozenset(filter(self.may_change, clash.names)) for clash in self.clashes.of(name, version)}
            found = self._sets[name, version] = (frozenset(),) if frozenset() in free else tuple(sorted(free, key=len))
        return found

    def must(self, name: str, blame: Blame, state: State) -> Must:
        """Give the releases that agree with those chosen, and ask nothing impossible of what stands."""
        due = state.due.get(name)
        offered: Sequence[str]
        news: tuple[str, ...]
        if due and name in self.problem.index.projects:
            offered, blame, held, news = due.offered, due.blame, due.held, (state.last,)
        else:
            offered, held, news = self._offered(name, state), NOBODY, tuple(state.pins)
        for other in news:
            if other:
                offered, held = self._agreeing(name, offered, held, (other, state.pins[other]))
        for lesson in self.lessons.about(name):
            fitting = [version for version in offered if self._heeds(name, version, lesson, state)]
            if len(fitting) < len(offered):
                offered, held = fitting, held | (lesson.premise.keys() & state.pins.keys()) | NOBODY.union(*state.barred.values())
        return Must(offered, blame, held)

    def _agreeing(self, name: str, offered: Sequence[str], held: Blame, chosen: tuple[str, str]) -> tuple[Sequence[str], Blame]:
        if name in self.problem.index.projects:
            allowed = self.clashes.allowed(*chosen, name)
            fitting = offered if allowed is None else [version for version in offered if version in allowed]
        else:
            wishes = self.clashes.bonds(*chosen).get(name, ())
            fitting = [version for version in offered if all(wish.admits(version) for wish in wishes)]
        return (fitting, held | {chosen[0]}) if len(fitting) < len(offered) else (offered, held)

    def _heeds(self, name: str, version: str, lesson: Lesson, state: State) -> bool:
        """Tell whether a release is not the one of which the rules have taught that it leads nowhere here."""
        if lesson.premise[name] != version:
            return True
        if any(state.pins.get(one) != other for one, other in lesson.premise.items() if one != name):
            return True
        return not lesson.names.isdisjoint(state.pins) or bool(self._free(lesson.names, NOBODY, state)[0])

    def _offered(self, name: str, state: State) -> Sequence[str]:
        """Give the releases that a distribution could get, for all that is known of it alone."""
        problem = self.problem
        if name not in problem.index.projects:
            here = problem.installed[name].version if name in problem.installed else None
            return [version for version in problem.bounds(name, self._wishes(name, state.pins)) if version != here]
        found = self._everything.get(name)
        if found is None:
            found = self._everything[name] = self._known(name)
        return found

    def _known(self, name: str) -> list[str]:
        """Give the releases of the index that ask nothing impossible of what stands."""
        problem = self.problem
        here = problem.installed[name].version if name in problem.installed else None
        order: Sequence[str] = problem.candidates(name)
        if here is not None:
            again, kept = name in problem.again, name in self.keep
            order = [version for version in order if (again if version == here else not kept)]
        return [version for version in order if frozenset() not in self.sets(name, version)]

    def _wishes(self, name: str, pins: Mapping[str, str]) -> list[Wish]:
        chosen = [wish for one, version in pins.items() for wish in self.clashes.bonds(one, version).get(name, ())]
        return [*chosen, *(wish for wish in self.problem.standing.get(name, ()) if wish.parent not in pins)]

    def in_order(self, name: str, offered: Sequence[str], state: State) -> Sequence[str]:
        """Put releases in the order in which they are to be tried: of what comes in, first what the rules ask for."""
        if name in self.problem.installed or name not in self.problem.index.projects:
            return offered
        needed = [wish for wish in self.problem.needed(self.needs, frozenset(state.pins)) if wish.name == name]
        asked = [text for text in self.lessons.asked.get(name, ()) if text]
        left = frozenset(offered)
        order = [version for version in self.problem.by_age(name, [*self._wishes(name, state.pins), *needed]) if version in left]
        return sorted(order, key=lambda version: not all(versions.satisfies(versions.base(version), text) for text in asked))

    def _implied(self, name: str, must: Must, state: State) -> frozenset[str]:
        """Give what has to change as well whichever of its releases a distribution gets."""
        common: frozenset[str] | None = None
        for version in must.offered:
            forced = self._forced(name, version)
            common = forced if common is None else common & forced
            if not common:
                return frozenset()
        return (common or frozenset()).difference(state.pins)

    def _forced(self, name: str, version: str) -> frozenset[str]:
        """Give what has to change as well if a distribution gets this release."""
        found = self._force.get((name, version))
        if found is None:
            found = self._force[name, version] = frozenset().union(*(one for one in self.sets(name, version) if len(one) == 1))
        return found

    def changes_at_least(self, state: State, open_: Open) -> int:
        """Count how many changes any solution has that a state leads to: what must change, sets without a common name, what these imply."""
        count = state.cost.changes + sum(name not in self.problem.again for name in open_.musts)
        taken = {*open_.musts, *state.pins, *self.problem.again}
        counted: list[tuple[frozenset[str], Sequence[str] | None]] = [(frozenset({n}), must.offered) for n, must in open_.musts.items()]
        for names in sorted(open_.sets, key=len):
            if names.isdisjoint(taken):
                taken |= names
                count += 1
                counted.append((names, None))
        for names, offered in counted:
            count += self._more_at_least(names, offered, taken)
        return count

    def _more_at_least(self, names: frozenset[str], offered: Sequence[str] | None, taken: set[str]) -> int:
        """Count what each release of each of these is at odds with, beyond what is taken; that is taken then, too."""
        fewest, touched = 99, set[str]()
        for name in names:
            # Of a set only the one that changes is taken.
            elsewhere = (taken - names) | {name}
            for version in self._offered(name, State()) if offered is None else offered:
                beyond, more = set[str](), 0
                for one in self.sets(name, version):
                    if one.isdisjoint(elsewhere):
                        touched |= one
                        if one.isdisjoint(beyond):
                            beyond |= one
                            more += 1
                fewest = min(fewest, more)
                if not fewest:
                    return 0
        taken |= touched
        return fewest

    def least(self, state: State, open_: Open) -> Cost:
        """Give what any solution costs that a state leads to, with the cheapest releases of what must change."""
        least = state.cost
        for name, must in open_.musts.items():
            steps = [self.step(name, version) for version in must.offered]
            least = least.plus(Cost(*map(min, zip(*steps, strict=True))))
        return least._replace(changes=self.changes_at_least(state, open_))

    def step(self, name: str, version: str) -> Cost:
        """Give what one release costs."""
        found = self._steps.get((name, version))
        if found is None:
            found = self._steps[name, version] = step(self.problem, name, version)
        return found
