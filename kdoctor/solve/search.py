"""The smallest change that reaches a goal; where that is too much work, a change that nothing can be left out of."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.solve.attempt import Refused, attempt
from kdoctor.solve.clashes import Clashes
from kdoctor.solve.cost import Pins, cost
from kdoctor.solve.goals import Goal, Need
from kdoctor.solve.lessons import Judge, Odd
from kdoctor.solve.problem import Problem
from kdoctor.solve.smallest import Smallest
from kdoctor.solve.wish import Wish

#: Solutions of one set that the rules may refuse before the set is given up.
_REFUSALS = 12
#: Rounds of the resolver that an attempt may take.
_ROUNDS = 200
#: States of the search that an attempt counts for.
_ATTEMPT = 50


class Solution(NamedTuple):
    """Versions to install, or None with what was refused on the way."""

    pins: Pins | None
    because: tuple[Wish, ...] = ()
    #: How much was looked at, in states of the search.
    work: int = 0


class _Search:
    """One goal, one set of distributions to keep, and every attempt made so far."""

    def __init__(self, problem: Problem, goal: Goal, keep: frozenset[str], judge: Judge) -> None:
        self.problem = problem
        self.needs = goal.needs
        self.keep = keep
        self.judge = judge
        self.because: dict[Wish, None] = {}
        self._tried: dict[frozenset[str], tuple[Pins | None, frozenset[str]]] = {}

    @property
    def tried(self) -> int:
        """How many sets of distributions were tried."""
        return len(self._tried)

    def first(self) -> frozenset[str]:
        """Give what must change at once: installed distributions that the goal wants in another version."""
        installed = self.problem.installed
        wishes = [wish for wish in self.problem.needed(self.needs, frozenset()) if wish.name in installed]
        return self._free(frozenset(wish.name for wish in wishes if not wish.admits(installed[wish.name].version)))

    def attempt(self, changed: frozenset[str]) -> tuple[Pins | None, frozenset[str]]:
        """Give the versions that mend everything when only `changed` may change, or None and who else may have to."""
        if changed not in self._tried:
            self._tried[changed] = self._attempt(changed)
        return self._tried[changed]

    def _attempt(self, changed: frozenset[str]) -> tuple[Pins | None, frozenset[str]]:
        needs, refused = self.needs, Refused()
        wider = self._free(self.problem.again - changed)
        for _ in range(_REFUSALS):
            outcome = attempt(self.problem, changed, needs, refused, _ROUNDS)
            if outcome.versions is None:
                self.because.update(dict.fromkeys(outcome.because))
                return None, wider | self._free(outcome.blockers - changed)
            odds = self.judge(outcome.versions)
            if not odds:
                return outcome.versions, frozenset()
            # What the rules ask for now is asked for whatever changes.
            more = tuple(Need(text) for text in dict.fromkeys(need.text for odd in odds for need in odd.needs) if Need(text) not in needs)
            wider |= self._free(frozenset(name for odd in odds for name in odd.names) - changed)
            culprit = _culprit(odds, outcome.versions)
            if more:
                needs += more
            elif culprit and (culprit, versions.minor(outcome.versions[culprit])) not in refused:
                refused |= {(culprit, versions.minor(outcome.versions[culprit]))}
            else:
                break
        return None, wider

    def _free(self, names: frozenset[str]) -> frozenset[str]:
        return frozenset(name for name in names - self.keep if self.problem.movable(name))


def search(clashes: Clashes, goal: Goal, keep: frozenset[str], judge: Judge) -> Solution:
    """Find the solution that changes fewest distributions, none of `keep` among them.

    Where that is too much work, whatever stands in the way may change, until it works; then everything that need not change
    is put back.
    """
    exact = Smallest(clashes, goal, keep, judge)
    certain = exact.run()
    if exact.best is not None:
        return Solution(exact.best, work=exact.work)
    state = _Search(clashes.problem, goal, keep, judge)
    pins = _widened(state)
    # The widest search met every reason; what narrower ones meet would only hide the telling ones.
    because = tuple(state.because)
    if pins is None or certain:
        return Solution(None, because, exact.work + state.tried * _ATTEMPT)
    pins = _without_idle(exact, _shrunk(state, pins))
    return Solution(pins, work=exact.work + state.tried * _ATTEMPT)


def _culprit(odds: tuple[Odd, ...], pins: Pins) -> str | None:
    """Name the changed distribution to blame for what is still wrong: rather a library than a framework."""
    at_odds = [name for odd in odds for name in odd.key[1] if name in pins]
    return min(at_odds, key=lambda name: name in TENSORFLOW or name in KERAS, default=None)


def _widened(state: _Search) -> Pins | None:
    changed = state.first()
    while True:
        pins, wider = state.attempt(changed)
        if pins is not None or not wider:
            return pins
        changed |= wider


def _changed(state: _Search, pins: Pins) -> frozenset[str]:
    return frozenset(pins).intersection(state.problem.installed)


def _shrunk(state: _Search, pins: Pins) -> Pins:
    """Put back whatever need not change, until every single change is needed."""
    for name in sorted(_changed(state, pins)):
        if name in pins:
            fewer, _ = state.attempt(_changed(state, pins) - {name})
            if fewer is not None and cost(fewer, state.problem) <= cost(pins, state.problem):
                pins = fewer
    return pins


def _without_idle(exact: Smallest, pins: Pins) -> Pins:
    """Leave out changes, one or two at a time, without which the others stand just as well.

    What a resolver finds when one of them may not change can be of quite other releases, and none.
    """
    for count in (1, 2):
        for idle in combinations(sorted(pins), count):
            fewer = {name: version for name, version in pins.items() if name not in idle}
            if exact.stands(fewer):
                return _without_idle(exact, fewer)
    return pins
