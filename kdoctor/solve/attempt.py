"""One attempt: some distributions may change, the rest stands; resolvelib looks for versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.solve.problem import NEVER, Problem, Wish

_FRAMEWORKS = frozenset((*TENSORFLOW, *KERAS))

#: Rounds after which a search gives up; real environments need a few dozen.
_ROUNDS = 500


class Candidate(NamedTuple):
    """One version of one distribution."""

    name: str
    version: str


class Outcome(NamedTuple):
    """Versions that hold together, or None and whoever stood in the way."""

    versions: dict[str, str] | None
    #: Distributions that stand as they are and refused something.
    blockers: frozenset[str]
    because: tuple[str, ...] = ()


class _Provider(AbstractProvider[Wish, Candidate, str]):
    """What resolvelib asks of the domain. Only what may change or must come in takes part; what stands is a filter on it."""

    def __init__(self, problem: Problem, changed: frozenset[str]) -> None:
        self.problem = problem
        self.changed = changed
        self.blockers: dict[str, None] = {}
        self.because: dict[str, None] = {}
        self._usable: dict[str, list[Candidate]] = {}

    def stands(self, name: str) -> bool:
        """Tell whether a distribution is installed and must stay as it is."""
        return name in self.problem.installed and name not in self.changed

    def identify(self, requirement_or_candidate: Wish | Candidate) -> str:
        return requirement_or_candidate.name

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Candidate],
        candidates: Mapping[str, Iterator[Candidate]],
        information: Mapping[str, Iterator[Any]],
        backtrack_causes: Sequence[Any],
    ) -> tuple[bool, bool, str]:
        # What the user already has is settled first, the frameworks before the libraries under them; then newcomers.
        return identifier not in self.problem.installed, identifier not in _FRAMEWORKS, identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Wish]],
        incompatibilities: Mapping[str, Iterator[Candidate]],
    ) -> list[Candidate]:
        wishes = list(requirements[identifier])
        refused = {candidate.version for candidate in incompatibilities[identifier]}
        found = []
        for candidate in self._usable_candidates(identifier):
            against = next((wish for wish in wishes if not wish.admits(candidate.version)), None)
            if against is not None:
                self.because.setdefault(against.text)
            elif candidate.version not in refused:
                found.append(candidate)
        return found

    def _usable_candidates(self, name: str) -> list[Candidate]:
        """Give the candidates that agree with everything that stands; whoever refused one is noted as a blocker."""
        usable = self._usable.get(name)
        if usable is None:
            standing = [wish for wish in self.problem.standing.get(name, ()) if wish.parent not in self.changed]
            usable = [Candidate(name, v) for v in self.problem.candidates(name) if self._agrees(name, v, standing)]
            self._usable[name] = usable
        return usable

    def _agrees(self, name: str, version: str, standing: list[Wish]) -> bool:
        against = next((wish for wish in standing if not wish.admits(version)), None)
        if against is not None:
            self.blockers.setdefault(against.parent)
            self.because.setdefault(against.text)
            return False
        for wish in self._wishes(name, version):
            if self.stands(wish.name) and not wish.admits(self.problem.installed[wish.name].version):
                self.blockers.setdefault(wish.name)
                self.because.setdefault(wish.text)
                return False
            if wish.name == name and wish.specifier == NEVER:
                return False
        return True

    def _wishes(self, name: str, version: str) -> tuple[Wish, ...]:
        return (*self.problem.dependencies(name, version), *self.problem.facts_on(name, version, self.changed))

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


def attempt(problem: Problem, changed: frozenset[str], needs: Sequence[Wish]) -> Outcome:
    """Look for versions of `changed` (and of what must come with them) while all other installed distributions stand."""
    provider = _Provider(problem, changed)
    unmet = [need for need in needs if provider.stands(need.name) and not need.admits(problem.installed[need.name].version)]
    if unmet:
        return Outcome(None, frozenset(need.name for need in unmet), tuple(need.text for need in unmet))
    wishes = [need for need in needs if not provider.stands(need.name)]
    wishes += [Wish(name, "", "", f"{name} stays installed") for name in sorted(changed)]
    wishes += [wish for wish in _facts_of_the_rest(problem, changed, needs) if provider.known(wish)]
    try:
        result = Resolver(provider, BaseReporter()).resolve(wishes, max_rounds=_ROUNDS)
    except (ResolutionImpossible, ResolutionTooDeep):
        return Outcome(None, frozenset(provider.blockers) - {""} - changed, tuple(provider.because))
    return Outcome({c.name: c.version for c in result.mapping.values() if not _as_before(problem, c)}, frozenset())


def _as_before(problem: Problem, candidate: Candidate) -> bool:
    installed = problem.installed.get(candidate.name)
    return installed is not None and installed.version == candidate.version


def _facts_of_the_rest(problem: Problem, changed: frozenset[str], needs: Sequence[Wish]) -> Iterator[Wish]:
    """Give what facts on standing distributions require of those that change or come in."""
    moving = changed | {wish.name for wish in needs if wish.name not in problem.installed}
    for name, distribution in problem.installed.items():
        if name not in changed:
            for wish in problem.facts_on(name, distribution.version, changed):
                if wish.name in moving:
                    yield wish
