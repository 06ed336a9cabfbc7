"""The smallest change: which distributions must change at all, found by trying few before many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.solve.attempt import Refused, attempt
from kdoctor.solve.goals import Goal, Need
from kdoctor.solve.problem import Problem, Wish

#: Sets of distributions tried at most after the first solution, to find something smaller; a real conflict needs a handful.
_ATTEMPTS = 40
#: Sets tried where changing everything that stands in the way did not do, before nothing will.
_FALLBACK = 12
#: Solutions of one set that the rules may refuse before the set is given up.
_REFUSALS = 12
#: Rounds of the resolver that an attempt may take: for a first solution, and for a smaller one.
_ROUNDS, _FEWER_ROUNDS = 200, 50

Pins = dict[str, str]


class Odd(NamedTuple):
    """What the rules still find wrong with a changed environment."""

    #: The rule and its subjects, by which a finding is known again.
    key: tuple[str, tuple[str, ...]]
    #: Distributions at odds that could be had in another version.
    names: frozenset[str]
    #: What would have to be installed besides.
    needs: tuple[Need, ...] = ()


#: Given versions to install, says what is still wrong; () = all is well.
Judge = Callable[[Pins], "tuple[Odd, ...]"]


class Solution(NamedTuple):
    """Versions to install, or None with what was refused on the way."""

    pins: Pins | None
    because: tuple[Wish, ...] = ()
    #: Sets of distributions that were tried.
    tried: int = 0


class _Search:
    """One goal, one set of distributions to keep, and every attempt made so far."""

    def __init__(self, problem: Problem, goal: Goal, keep: frozenset[str], judge: Judge) -> None:
        self.problem = problem
        self.needs = goal.needs
        self.keep = keep
        self.judge = judge
        self.because: dict[Wish, None] = {}
        #: Rounds of the resolver that one attempt may take.
        self.rounds = _ROUNDS
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
            outcome = attempt(self.problem, changed, needs, refused, self.rounds)
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


def search(problem: Problem, goal: Goal, keep: frozenset[str], judge: Judge) -> Solution:
    """Find a solution that changes few distributions, none of `keep` among them.

    First whatever stands in the way may change, until it works; then everything that need not change is put back; then,
    with a bound on the work, sets that are smaller still are tried, widened only by those that stood in the way.
    """
    state = _Search(problem, goal, keep, judge)
    pins = _widened(state)
    # The widest search met every reason; what the narrower ones meet would only hide the telling ones.
    because = tuple(state.because)
    if pins is None:
        pins = _smaller(state, None, _FALLBACK)
    if pins is None:
        return Solution(None, because, state.tried)
    pins = _shrunk(state, pins)
    pins = _smaller(state, pins, _ATTEMPTS) or pins
    return Solution(pins, tried=state.tried)


def cost(pins: Pins, problem: Problem) -> tuple[int, int, int]:
    """Rank solutions: fewest changes, then fewest downgrades, then the shortest way, in minor releases."""
    steps = [(old, new) for name, new in pins.items() if (old := problem.installed[name].version if name in problem.installed else None)]
    return len(pins), sum(is_downgrade(*step) for step in steps), sum(_distance(*step) for step in steps)


def is_downgrade(old: str, new: str) -> bool:
    """Tell whether the new version is older than the old one."""
    return versions.satisfies(new, f"<{versions.base(old) or old}") is True


def _distance(old: str, new: str) -> int:
    one, other = versions.minor(old), versions.minor(new)
    return abs((one[0] - other[0]) * 100 + one[1] - other[1]) if one and other else 0


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


def _smaller(state: _Search, pins: Pins | None, attempts: int) -> Pins | None:
    """Look, smallest first, for a set of changes that costs less than the known one (None: for any)."""
    state.rounds = _FEWER_ROUNDS
    best: Pins | None = None
    waiting, seen = [state.first()], {state.first()}
    for _ in range(attempts):
        known = pins if best is None else best
        if not waiting or (known is not None and len(waiting[0]) > len(_changed(state, known))):
            break
        changed = waiting.pop(0)
        found, wider = state.attempt(changed)
        if found is not None and (known is None or cost(found, state.problem) < cost(known, state.problem)):
            best = found
        for larger in _larger(changed, wider) if found is None else ():
            if larger not in seen:
                seen.add(larger)
                waiting.append(larger)
        waiting.sort(key=len)
    return best


def _larger(changed: frozenset[str], wider: frozenset[str]) -> Iterator[frozenset[str]]:
    for name in sorted(wider):
        yield changed | {name}
