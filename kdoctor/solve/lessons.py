"""What the rules say against a change, and what is to be learned from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import FAMILY, KERAS
from kdoctor.solve.cost import Pins
from kdoctor.solve.goals import Need, asked
from kdoctor.solve.problem import Problem

#: Rules whose findings depend on their subjects alone; of the others, anything of the family may matter.
_OF_SUBJECTS = frozenset({"KD001", "KD002", *(fact.rule for fact in FACTS)})
#: Rules whose findings depend on the backend as well, and so on which Keras reads it.
_OF_BACKEND = frozenset(fact.rule for fact in FACTS if any(text.startswith("backend=") for text in fact.when))


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


class Lesson(NamedTuple):
    """With these releases, one of `names` at least has to change as well."""

    premise: Mapping[str, str]
    names: frozenset[str]


class Lessons:
    """Everything that the rules have taught about one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.learned: list[Lesson] = []
        #: What would have to come in, and the specifiers that were named for it.
        self.asked: dict[str, list[str]] = {}

    def learn(self, pins: Mapping[str, str], odd: Odd) -> None:
        """Keep what is at odds in a state where these releases are chosen and all else stands."""
        rule, subjects = odd.key
        wanted = [asked(need.text) for need in odd.needs]
        for one in wanted:
            self.asked.setdefault(one.name, []).append(one.specifier)
        names = odd.names | {one.name for one in wanted if self.problem.could_come_in(one.name)}
        # What only Keras 3 imports does no harm any more under another Keras.
        if rule in _OF_BACKEND or "optree" in subjects:
            names |= frozenset(filter(self.problem.movable, KERAS))
        weighed = {*subjects, *names, *(() if rule in _OF_SUBJECTS else FAMILY)}
        self.learned.append(Lesson({name: pins[name] for name in pins if name in weighed}, names - pins.keys()))

    def on(self, pins: Mapping[str, str]) -> Iterator[Lesson]:
        """Give the lessons that speak of a state and that it does not heed."""
        for lesson in self.learned:
            if lesson.names.isdisjoint(pins) and all(pins.get(name) == version for name, version in lesson.premise.items()):
                yield lesson

    def about(self, name: str) -> Iterator[Lesson]:
        """Give the lessons that rest on some release of a distribution."""
        return (lesson for lesson in self.learned if name in lesson.premise)
