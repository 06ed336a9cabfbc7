"""One attempt: some distributions may change, the rest stands; resolvelib looks for versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

from kdoctor import versions
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.solve.goals import Need
from kdoctor.solve.problem import Problem
from kdoctor.solve.wish import NEVER, Wish

_FRAMEWORKS = frozenset((*TENSORFLOW, *KERAS))

#: A distribution and one of its minor releases that are not to be taken.
Refused = frozenset[tuple[str, "tuple[int, int] | None"]]


class Candidate(NamedTuple):
    """One version of one distribution."""

    name: str
    version: str


class Outcome(NamedTuple):
    """Versions that hold together, or None and whoever stood in the way."""

    versions: dict[str, str] | None
    #: Distributions that stand as they are and refused something.
    blockers: frozenset[str]
    #: What was refused on the way, in the order in which it was met.
    because: tuple[Wish, ...] = ()


class _Provider(AbstractProvider[Wish, Candidate, str]):
    """What resolvelib asks of the domain. Only what may change or must come in takes part; what stands is a filter on it."""

    def __init__(self, problem: Problem, changed: frozenset[str], refused: Refused) -> None:
        self.problem = problem
        #: Installed again as they are: they stand, but whatever they require must fit.
        self.fixed = problem.again - changed
        self.changed = changed | self.fixed
        self.refused = refused
        self.blockers: dict[str, None] = {}
        self.because: dict[Wish, None] = {}
        self._usables: dict[str, frozenset[str]] = {}
        self._wished: dict[tuple[str, str], tuple[Wish, ...]] = {}

    def stands(self, name: str) -> bool:
        """Tell whether a distribution is installed and must stay as it is."""
        return name in self.problem.installed and name not in self.changed

    def identify(self, requirement_or_candidate: Wish | Candidate) -> str:
        return requirement_or_candidate.name

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Candidate],  # noqa: ARG002 -- resolvelib names its parameters.
        candidates: Mapping[str, Iterator[Candidate]],  # noqa: ARG002 -- resolvelib names its parameters.
        information: Mapping[str, Iterator[Any]],  # noqa: ARG002 -- resolvelib names its parameters.
        backtrack_causes: Sequence[Any],  # noqa: ARG002 -- resolvelib names its parameters.
    ) -> tuple[bool, bool, str]:
        # What the user already has is settled first, the frameworks before the libraries under them; then newcomers.
        return identifier not in self.problem.installed, identifier not in _FRAMEWORKS, identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Wish]],
        incompatibilities: Mapping[str, Iterator[Candidate]],
    ) -> Sequence[Candidate] | Callable[[], Iterator[Candidate]]:
        wishes = list(requirements[identifier])
        refused = {candidate.version for candidate in incompatibilities[identifier]}
        if identifier in self.problem.index.projects:
            left = self._usable(identifier)
            for wish in wishes:
                if not left <= (admitted := self.problem.admitted(wish)):
                    self.because.setdefault(wish)
                    left &= admitted
            comes_in = identifier not in self.problem.installed
            order = self.problem.by_age(identifier, wishes) if comes_in else self.problem.candidates(identifier)
            # Most of the time resolvelib looks at the first one alone.
            return lambda: (Candidate(identifier, version) for version in order if version in left and version not in refused)
        wishes += [wish for wish in self.problem.standing.get(identifier, ()) if wish.parent not in self.changed]
        bounds = self.problem.bounds(identifier, wishes)
        return [Candidate(identifier, v) for v in bounds if v not in refused and all(wish.admits(v) for wish in wishes)]

    def _usable(self, name: str) -> frozenset[str]:
        """Give the candidates that agree with everything that stands; whoever refused one is noted as a blocker."""
        usable = self._usables.get(name)
        if usable is None:
            standing = [wish for wish in self.problem.standing.get(name, ()) if wish.parent not in self.changed]
            offered = [self.problem.installed[name].version] if name in self.fixed else self.problem.candidates(name)
            usable = self._usables[name] = frozenset(v for v in offered if v and self._agrees(name, v, standing))
        return usable

    def _agrees(self, name: str, version: str, standing: list[Wish]) -> bool:
        if (name, versions.minor(version)) in self.refused:
            return False
        against = next((wish for wish in standing if not wish.admits(version)), None)
        if against is not None:
            self.blockers.setdefault(against.parent)
            self.because.setdefault(against)
            return False
        for wish in self._wishes(name, version):
            if self.stands(wish.name) and not wish.admits(self.problem.installed[wish.name].version):
                self.blockers.setdefault(wish.name)
                self.because.setdefault(wish)
                return False
            if wish.name == name and wish.specifier == NEVER:
                return False
        return True

    def _wishes(self, name: str, version: str) -> tuple[Wish, ...]:
        found = self._wished.get((name, version))
        if found is None:
            wishes = (*self.problem.dependencies(name, version), *self.problem.facts_on(name, version, self.changed))
            found = self._wished[name, version] = wishes
        return found

    def is_satisfied_by(self, requirement: Wish, candidate: Candidate) -> bool:
        return requirement.admits(candidate.version)

    def get_dependencies(self, candidate: Candidate) -> list[Wish]:
        wishes = self._wishes(candidate.name, candidate.version)
        return [wish for wish in wishes if not self.stands(wish.name) and self.known(wish) and wish.name != candidate.name]

    def known(self, wish: Wish) -> bool:
        """Tell whether a wish takes part: on something installed, or on something missing that the index knows.

        What a paste does not list is unknown, not missing, and left to the installer.
        """
        if wish.name in self.problem.installed:
            return True
        missing = not wish.parent or self.problem.coupling.has(wish.name) is False
        return missing and wish.name in self.problem.index.projects


def attempt(problem: Problem, changed: frozenset[str], needs: Sequence[Need], refused: Refused = frozenset(), rounds: int = 200) -> Outcome:
    """Look for versions of `changed` (and of what must come with them) while all other installed distributions stand.

    After so many rounds it gives up, as if there were none.
    """
    provider = _Provider(problem, changed, refused)
    needed = list(problem.needed(needs, changed))
    unmet = [need for need in needed if provider.stands(need.name) and not need.admits(problem.installed[need.name].version)]
    if unmet:
        return Outcome(None, frozenset(need.name for need in unmet), tuple(unmet))
    wishes = [need for need in needed if not provider.stands(need.name)]
    wishes += [Wish(name, "", "") for name in sorted(provider.changed)]
    facts = [wish for wish in _facts_of_the_rest(problem, provider.changed, needed) if provider.known(wish)]
    try:
        result = Resolver(provider, BaseReporter()).resolve([*wishes, *facts], max_rounds=rounds)
    except (ResolutionImpossible, ResolutionTooDeep):
        blockers = {*provider.blockers, *(wish.parent for wish in facts if wish in provider.because)}
        return Outcome(None, frozenset(blockers - {""} - changed), tuple(provider.because))
    return Outcome({c.name: c.version for c in result.mapping.values() if not _as_before(problem, c)}, frozenset())


def _as_before(problem: Problem, candidate: Candidate) -> bool:
    installed = problem.installed.get(candidate.name)
    return installed is not None and installed.version == candidate.version


def _facts_of_the_rest(problem: Problem, changed: frozenset[str], needed: Sequence[Wish]) -> Iterator[Wish]:
    """Give what facts on standing distributions require of those that change or come in."""
    moving = changed | {wish.name for wish in needed if wish.name not in problem.installed}
    for name, distribution in problem.installed.items():
        if name not in changed:
            for wish in problem.facts_on(name, distribution.version, changed):
                if wish.name in moving:
                    yield wish
