"""The smallest change: which distributions must change at all, found by trying few before many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.conditions import read
from kdoctor.solve.attempt import attempt
from kdoctor.solve.goals import Goal
from kdoctor.solve.problem import Problem, Wish

#: Attempts to find something smaller than the first solution; a real conflict needs a handful.
_ATTEMPTS = 40

#: Given versions to install, says which sets of distributions are still at odds; () = all is well.
Judge = Callable[[dict[str, str]], "tuple[frozenset[str], ...]"]


class Solution(NamedTuple):
    """Versions to install, or None with the reasons why there are none."""

    pins: dict[str, str] | None
    because: tuple[str, ...] = ()


class _Search:
    """One goal, one set of distributions to keep, and every attempt made so far."""

    def __init__(self, problem: Problem, goal: Goal, keep: frozenset[str], judge: Judge) -> None:
        self.problem = problem
        self.keep = keep
        self.judge = judge
        self.needs = [wish for wish in (_need(problem, text) for text in goal.needs) if wish]
        self.because: dict[str, None] = {}
        self._tried: dict[frozenset[str], tuple[dict[str, str] | None, frozenset[str]]] = {}

    def first(self) -> frozenset[str]:
        """Give what must change at once: installed distributions that the goal wants in another version."""
        return frozenset(wish.name for wish in self.needs if wish.name in self.problem.installed and not _stands(self.problem, wish))

    def attempt(self, changed: frozenset[str]) -> tuple[dict[str, str] | None, frozenset[str]]:
        """Give the versions that mend everything when only `changed` may change, or None and who else may have to."""
        if changed not in self._tried:
            self._tried[changed] = self._attempt(changed)
        return self._tried[changed]

    def _attempt(self, changed: frozenset[str]) -> tuple[dict[str, str] | None, frozenset[str]]:
        outcome = attempt(self.problem, changed, self.needs)
        if outcome.versions is None:
            self.because.update(dict.fromkeys(outcome.because))
            return None, self._free(outcome.blockers - changed)
        odds = self.judge(outcome.versions)
        return (None, self._free(odds[0] - changed)) if odds else (outcome.versions, frozenset())

    def _free(self, names: frozenset[str]) -> frozenset[str]:
        return frozenset(n for n in names - self.keep if n in self.problem.installed and n in self.problem.index.projects)


def search(problem: Problem, goal: Goal, keep: frozenset[str], judge: Judge) -> Solution:
    """Find a solution that changes few distributions, none of `keep` among them.

    First whatever stands in the way may change, until it works; then everything that need not change is put back; then,
    with a bound on the work, sets that are smaller still are tried, widened only by those that stood in the way.
    """
    state = _Search(problem, goal, keep, judge)
    pins = _widened(state)
    if pins is None:
        return Solution(None, tuple(state.because))
    pins = _shrunk(state, pins)
    return Solution(_smaller(state, pins) or pins)


def _widened(state: _Search) -> dict[str, str] | None:
    changed = state.first()
    while True:
        pins, wider = state.attempt(changed)
        if pins is not None or not wider:
            return pins
        changed |= wider


def _changed(state: _Search, pins: dict[str, str]) -> frozenset[str]:
    return frozenset(pins) & state.problem.installed.keys() if pins else frozenset()


def _shrunk(state: _Search, pins: dict[str, str]) -> dict[str, str]:
    for name in sorted(pins):
        if name in pins and name in state.problem.installed:
            fewer, _ = state.attempt(frozenset(_changed(state, pins)) - {name})
            if fewer is not None and _cost(fewer, state.problem) <= _cost(pins, state.problem):
                pins = fewer
    return pins


def _smaller(state: _Search, pins: dict[str, str]) -> dict[str, str] | None:
    """Look, smallest first, for a set of changes no larger than the known one that costs less."""
    best: dict[str, str] | None = None
    waiting, seen = [state.first()], {state.first()}
    for _ in range(_ATTEMPTS):
        if not waiting or len(waiting[0]) > len(_changed(state, best or pins)):
            break
        changed = waiting.pop(0)
        found, wider = state.attempt(changed)
        if found is not None and _cost(found, state.problem) < _cost(best or pins, state.problem):
            best = found
        for name in sorted(wider) if found is None else ():
            larger = changed | {name}
            if larger not in seen:
                seen.add(larger)
                waiting.append(larger)
        waiting.sort(key=len)
    return best


def _need(problem: Problem, text: str) -> Wish | None:
    condition = read(text.partition(";")[0].strip())
    name = problem.resolve(condition.name)
    known = name in problem.index.projects or name in problem.installed
    return Wish(name, condition.specifier, "", f"{text} is wanted", curated=True) if known else None


def _stands(problem: Problem, wish: Wish) -> bool:
    installed = problem.installed.get(wish.name)
    return installed is None or wish.admits(installed.version)


def _cost(pins: dict[str, str], problem: Problem) -> tuple[int, int, int]:
    """Rank solutions: fewest changes, then fewest downgrades, then the shortest way, in minor releases."""
    return len(pins), sum(_is_downgrade(*step) for step in _steps(pins, problem)), sum(_distance(*step) for step in _steps(pins, problem))


def _steps(pins: dict[str, str], problem: Problem) -> Iterator[tuple[str, str]]:
    for name, version in pins.items():
        installed = problem.installed.get(name)
        if installed and installed.version:
            yield installed.version, version


def _is_downgrade(old: str, new: str) -> bool:
    return versions.satisfies(new, f"<{versions.base(old) or old}") is True


def _distance(old: str, new: str) -> int:
    one, other = versions.minor(old), versions.minor(new)
    return abs((one[0] - other[0]) * 100 + one[1] - other[1]) if one and other else 0
