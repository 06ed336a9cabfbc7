"""The smallest change, proven: branch and bound over what must change, from whatever is still at odds.

Whoever tries, of each set of names of which one has to change, each of them in each release, misses no solution. How many of
these sets have no name in common tells how many changes are still needed at least, and cuts short most of the search; what is
to blame for a dead end tells which choice to go back to.
"""

from __future__ import annotations

from collections.abc import Collection

from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.solve.clashes import Clashes
from kdoctor.solve.cost import NOTHING, Pins
from kdoctor.solve.goals import Goal
from kdoctor.solve.lessons import Judge, Lessons
from kdoctor.solve.openings import Blame, Must, Open, Openings, State

#: Changes at most; nobody reads a longer list.
_MOST_CHANGES = 24
#: States looked at, where one that the rules must judge counts for some others; beyond so many changes, fewer are looked at.
_WORK, _JUDGED = 2000, 15
_MANY_CHANGES, _LESS_WORK = 5, 1000
#: States looked at after the first solution, for one with as few changes and a shorter way.
_POLISH = 250
_FRAMEWORKS = frozenset((*TENSORFLOW, *KERAS))


class Smallest:
    """One goal and one set of distributions to keep, and the best solution found so far."""

    def __init__(self, clashes: Clashes, goal: Goal, keep: Collection[str], judge: Judge) -> None:
        self.problem = clashes.problem
        self.judge = judge
        self.best: Pins | None = None
        self.work = 0
        self.judged = 0
        self._lessons = Lessons(self.problem)
        self._openings = Openings(clashes, goal.needs, frozenset(keep), self._lessons)
        self._metadata = Openings(clashes, goal.needs, frozenset(keep), Lessons(self.problem))
        self._cost = NOTHING
        self._bound = 0
        self._limit = _WORK
        #: The fewest changes that some state, given up for being beyond the bound, would have taken; None = no state was given up.
        self._beyond: int | None = None

    def run(self) -> bool:
        """Look for the solution with the fewest changes; tell whether their number is certain, be it that there is no solution."""
        while self._bound <= _MOST_CHANGES:
            self._beyond = None
            if self._bound > _MANY_CHANGES:
                self._limit = _LESS_WORK
            self._descend(State())
            if self.best is not None or self._spent or self._beyond is None:
                break
            self._bound = self._beyond
        return self.best is not None or not self._spent

    def stands(self, pins: Pins) -> bool:
        """Tell whether these changes reach the goal, with nothing left at odds."""
        installed = self.problem.installed
        again = {name: version for name in self.problem.again if (version := installed[name].version) is not None}
        # What the rules have taught of other states may be moot in this one, so they are asked anew.
        open_ = self._metadata.of(State({**again, **pins}))
        return not (open_.musts or open_.sets or open_.hopeless is not None or self.judge(pins))

    @property
    def _spent(self) -> bool:
        return self.work >= self._limit

    def _descend(self, state: State) -> Blame:
        """Try everything that mends a state, unless it cannot become better than what is known; give who is to blame if nothing does."""
        self.work += 1
        open_ = self._openings.of(state)
        if self._is_promising(state, open_) and not (open_.musts or open_.sets):
            if not self._is_refused(state):
                return frozenset(state.pins)
            open_ = self._openings.of(state)
            if not (open_.musts or open_.sets or open_.hopeless is not None):
                # Nothing was to be learned.
                return frozenset(state.pins)
        if not self._is_promising(state, open_):
            return self._blamed(state, open_)
        if open_.musts:
            name = min(open_.musts, key=lambda one: self._urgency(one, open_.musts[one]))
            return self._tried(state._replace(due=open_.musts), name, open_.musts[name])
        names = min(open_.sets, key=lambda one: (len(one), sorted(one)))
        return self._tried_all(state, names, open_.sets[names])

    def _urgency(self, name: str, must: Must) -> tuple[bool, int, bool, str]:
        """Order what must change: what comes in last, since its releases are chosen by who asks for it; else the fewest releases first."""
        return name not in self.problem.installed, len(must.offered), name not in _FRAMEWORKS, name

    def _tried_all(self, state: State, names: frozenset[str], blame: Blame) -> Blame:
        """Try each name of a set; whoever was tried in vain is barred after that."""
        whole = blame
        for name in sorted(names, key=lambda one: (one in _FRAMEWORKS, one)):
            found = self._tried(state, name, self._openings.must(name, blame, state))
            if self._spent:
                break
            state = state._replace(barred={**state.barred, name: found})
            whole |= found
        return whole

    def _tried(self, state: State, name: str, must: Must) -> Blame:
        """Try each release of a distribution, until one dead end has nothing to do with which release it is."""
        blame = must.blame | must.held
        for version in self._openings.in_order(name, must.offered, state):
            learned = len(self._lessons.learned)
            cost = state.cost.plus(self._openings.step(name, version))
            child = State({**state.pins, name: version}, {**state.why, name: must.blame}, state.barred, cost, state.due, name)
            found = self._descend(child)
            if name not in found or self._spent:
                return found
            blame |= found - {name}
            if len(self._lessons.learned) > learned and not self._is_promising(state, again := self._openings.of(state)):
                return self._blamed(state, again)
        return blame

    def _is_refused(self, state: State) -> bool:
        """Let the rules judge a state that nothing else speaks against: it is the best so far, or there is something to learn."""
        self.work += _JUDGED
        self.judged += 1
        changes = self._changes(state)
        odds = self.judge(changes)
        if not odds:
            if self.best is None:
                self._limit = self.work + _POLISH
            self.best, self._cost = changes, state.cost
        for odd in odds:
            self._lessons.learn(state.pins, odd)
        return bool(odds)

    def _changes(self, state: State) -> Pins:
        installed = self.problem.installed
        return {name: version for name, version in state.pins.items() if name not in installed or installed[name].version != version}

    def _is_promising(self, state: State, open_: Open) -> bool:
        """Tell whether a state may still lead to something within the bound and better than the best."""
        if open_.hopeless is not None:
            return False
        changes = self._openings.changes_at_least(state, open_)
        if changes > self._bound:
            self._beyond = changes if self._beyond is None else min(self._beyond, changes)
            return False
        return self.best is None or self._openings.least(state, open_) < self._cost

    def _blamed(self, state: State, open_: Open) -> Blame:
        """Give the choices because of which a state is given up."""
        if open_.hopeless is not None:
            return open_.hopeless
        if self.best is not None:
            # What it costs depends on every choice.
            return frozenset(state.pins)
        return frozenset().union(*state.why.values(), *(must.blame for must in open_.musts.values()), *open_.sets.values())
