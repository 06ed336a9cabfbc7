"""One goal in one environment: solved once for everything that is worth keeping as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from kdoctor.knowledge.coupling import couple, points_to
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.knowledge.index import open_index
from kdoctor.model import Distribution, Impossible, Remedy
from kdoctor.solve.clashes import Clashes
from kdoctor.solve.cost import CHOSEN, UNDERNEATH, Pins, is_downgrade
from kdoctor.solve.goals import Goal, asked
from kdoctor.solve.judging import Bench, Key
from kdoctor.solve.lessons import Odd
from kdoctor.solve.patched import patched, plain
from kdoctor.solve.problem import Problem
from kdoctor.solve.reasons import reasons
from kdoctor.solve.remedy import Change, made
from kdoctor.solve.search import Solution, search
from kdoctor.solve.words import framework_first

#: Distributions that one goal is tried with, each kept as it is.
_MOST = 3
#: Libraries that programs use themselves, so that their version may be somebody's choice.
_OFTEN_CHOSEN = ("numpy", "protobuf")


class Outcome(NamedTuple):
    """A remedy and how much it leaves to warn of, or what cannot be had."""

    remedy: Remedy | None
    left: int = 0
    impossible: Impossible | None = None
    #: Something was left as it is that could not be mended.
    partial: bool = False
    #: Worth a thought only where it is smaller than anything else.
    unwise: bool = False
    #: What the remedy was made of.
    pins: Mapping[str, str] = {}
    goal: Goal | None = None

    @property
    def changes(self) -> int:
        """How much the remedy changes."""
        return self.remedy.changes if self.remedy else 0


class Task:
    """A goal, the environment as its removals and variables would leave it, and the rules to judge it by."""

    def __init__(self, bench: Bench, goal: Goal) -> None:
        self.bench = bench
        self.goal = goal
        self.clashes = _clashes(bench, goal)
        self.problem = self.clashes.problem

    def outcomes(self, *, in_part: bool) -> Iterator[Outcome]:
        """Give the remedies, each of which keeps something else as it is, and whatever cannot be kept.

        Where not all can be mended at once, what can be mended on its own is, if `in_part`.
        """
        found = list(self._reached(()))
        if in_part and not any(one.remedy for one in found):
            incurable = self._incurable()
            rest = Task(self.bench, self.goal.without(incurable))
            again = [one._replace(partial=True) for one in rest._reached(incurable)] if incurable else []
            # What could be mended comes beside the reasons why the rest cannot.
            found = [*(one for one in again if one.remedy), *found]
        yield from found

    def _incurable(self) -> frozenset[Key]:
        """Name what cannot be mended even if nothing else had to be."""
        keys = frozenset(odd.key for odd in self._odds({}, ()))
        if len(keys) < 2 and not self.goal.without(keys).ways:  # noqa: PLR2004 -- one cannot be parted.
            return frozenset()
        return frozenset(key for key in keys if self._alone(key, keys).pins is None)

    def _alone(self, key: Key, keys: frozenset[Key]) -> Solution:
        """Look for what mends one finding when the others are left as they are."""
        others = keys - {key}
        return Task(self.bench, self.goal.without(others)).solved(frozenset(), others)

    def _odds(self, pins: Pins, incurable: Collection[Key]) -> tuple[Odd, ...]:
        return self.bench.odds(self.problem, self.goal, pins, incurable)

    def solved(self, keep: frozenset[str], incurable: Collection[Key]) -> Solution:
        """Look for the smallest change that reaches the goal, but for what cannot be mended, and changes nothing of `keep`."""
        solution = search(self.clashes, self.goal, keep, lambda pins: self._odds(pins, incurable))
        self.bench.work += solution.work
        return solution

    def _reached(self, incurable: Collection[Key]) -> Iterator[Outcome]:
        """Give the smallest change, named after what it keeps, and for what it does not keep the smallest change that does."""
        odds = self._odds({}, incurable)
        if not (odds or self.goal.ways):
            return
        smallest = self._tried(None, odds, incurable)
        moved = smallest.pins
        chosen = self._worth_keeping(odds, moved)
        if smallest.remedy is None:
            told = () if self.goal.ways else [self._tried(one, odds, incurable) for one in chosen if one.name in CHOSEN]
            yield from told or (smallest,)
            return
        kept = next((one for one in chosen if one.name not in moved), None)
        yield smallest if self.goal.ways or kept is None else self._named(smallest, kept)
        for one in chosen:
            if one.name in moved:
                outcome = self._tried(one, odds, incurable)
                if outcome.remedy or one.name in CHOSEN:
                    yield outcome._replace(unwise=self._is_unwise(one, outcome.remedy))

    def _named(self, outcome: Outcome, kept: Distribution) -> Outcome:
        """Give a remedy the name of what it keeps."""
        change = Change(outcome.goal or self.goal, kept, outcome.pins)
        return outcome._replace(remedy=made(self.bench.coupling.snapshot, change, self.problem))

    def _tried(self, kept: Distribution | None, odds: Sequence[Odd], incurable: Collection[Key]) -> Outcome:
        """Give what comes of keeping a distribution (None: nothing in particular), if need be without the body of a shell."""
        keep = frozenset({kept.name} if kept else ())
        solution = self.solved(keep, incurable)
        bodies = self._bodies() - keep - set(self.goal.reinstall)
        if solution.pins is None and bodies:
            bare = Task(self.bench, self.goal._replace(remove=self.goal.remove | bodies))
            without = bare.solved(keep, incurable)
            if without.pins:
                return bare._outcome(kept, without, odds)
        return self._outcome(kept, solution, odds)

    def _bodies(self) -> frozenset[str]:
        """Name what an installed shell, such as tensorflow on Windows, is a shell of: a later release may do without it."""
        installed, markers = self.problem.installed, self.problem.coupling.marker_environment
        pairs = [(one, body) for one in TENSORFLOW if one in installed for body in TENSORFLOW if body in installed and body != one]
        return frozenset(body for one, body in pairs if points_to(installed[one], body, markers))

    def _worth_keeping(self, odds: Sequence[Odd], moved: Collection[str]) -> list[Distribution]:
        """Name what a user may want to keep: of what is at odds TensorFlow, Keras, the add-ons; else the library most at odds."""
        asked = set(self.goal.needs)
        count = Counter(name for odd in odds if not asked & set(odd.needs) for name in odd.names)
        named = {*(name for name in count if name in CHOSEN), *(self.problem.again & set(moved))}
        chosen = sorted(named, key=framework_first)[:_MOST]
        if len(chosen) < 2:  # noqa: PLR2004 -- one side of a conflict at least stands opposite.
            others = sorted((name for name in count if name not in chosen), key=lambda one: (one not in _OFTEN_CHOSEN, -count[one], one))
            chosen += others[: 2 - len(chosen)]
        return [self.problem.installed[name] for name in chosen]

    def _is_unwise(self, kept: Distribution, remedy: Remedy | None) -> bool:
        """Tell whether a library would be kept at the price of an older framework."""
        if kept.name in CHOSEN or remedy is None:
            return False
        frameworks = [
            self.problem.installed[name] for name in (*TENSORFLOW, *KERAS) if name in remedy.pins and name in self.problem.installed
        ]
        older = any(one.version and is_downgrade(one.version, remedy.pins[one.name]) for one in frameworks)
        return bool(frameworks) if kept.name in UNDERNEATH else older

    def _outcome(self, kept: Distribution | None, solution: Solution, odds: Sequence[Odd]) -> Outcome:
        change = Change(self.goal, kept, solution.pins or {})
        if solution.pins is not None:
            remedy = made(self.bench.coupling.snapshot, change, self.problem)
            return Outcome(remedy, self.bench.left(self.problem, self.goal, solution.pins), pins=solution.pins, goal=self.goal)
        others = [name for odd in odds for name in sorted(odd.names, key=framework_first) if not kept or name != kept.name]
        goal = f"keep {kept.name} {kept.version}" if kept else ", ".join(way.title for way in self.goal.ways) or "mend everything at once"
        wanted = [asked(need.text).name for need in self.goal.needs]
        because = reasons(self.problem, kept, list(dict.fromkeys(others)), solution.because, wanted)
        return Outcome(None, impossible=Impossible(goal, because))


def _clashes(bench: Bench, goal: Goal) -> Clashes:
    """Give the environment as a goal leaves it before anything is installed; goals that leave it alike share what was found out."""
    index = open_index()
    before = {one.name for one in bench.coupling.snapshot.distributions}
    left = (goal.remove, frozenset(goal.environment.items()), frozenset(goal.reinstall), frozenset(plain(goal, before, {}, index)))
    if left not in bench.left_as:
        bench.left_as[left] = Clashes(Problem(couple(patched(bench.coupling.snapshot, goal, {}, index)), index, goal))
    return bench.left_as[left]
