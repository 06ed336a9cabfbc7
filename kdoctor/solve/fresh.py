"""A whole set of releases from nothing: what resolvelib finds for some requirements, on one Python and one platform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

from kdoctor import versions
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.solve.ground import Ask, Ground, Pick, is_missing
from kdoctor.solve.support import Support

_FRAMEWORKS = frozenset((*TENSORFLOW, *KERAS))
#: Rounds that the resolver may take; real plans need some dozens. After the first of them it is looked what is ruled out anyhow.
_ROUNDS, _SHORT = 2000, 150
#: So many releases are few.
_FEW = 4
#: A specifier that only one release fulfils, and one that names a pre-release.
_EXACTLY = re.compile(r"\s*==\s*([0-9][0-9A-Za-z.]*)\s*", re.ASCII)
_EARLY = re.compile(r"[0-9](?:[._-]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)[._-]?[0-9]*)", re.ASCII)
#: Where projects stand: those that require a framework, the frameworks, libraries that require others, and those that require nothing.
_ON_TOP, _FRAMEWORK, _MIDDLE, _LEAF = range(4)
#: Stands for a release that nobody has named.
_ANY = ""


class Found(NamedTuple):
    """The releases found, by name; or None, and every requirement that refused something on the way."""

    pins: dict[str, str] | None
    refused: tuple[Ask, ...] = ()
    #: Projects on which the requirements could not be brought together.
    at: frozenset[str] = frozenset()
    #: The search reached its bound, so that nothing is known.
    gave_up: bool = False


class _Provider(AbstractProvider[Ask, Pick, str]):
    def __init__(
        self,
        ground: Ground,
        extras: dict[str, set[str]],
        without: Mapping[str, frozenset[str]],
        limits: Sequence[Ask] = (),
        early: frozenset[str] = frozenset(),
    ) -> None:
        self.ground = ground
        self.limits = limits
        #: Projects of which somebody asked for a pre-release by its version.
        self.early = early
        #: Extras asked for, by project; those that dependencies ask for are added while resolving.
        self.extras = extras
        self.without = without
        self.refused: dict[Ask, None] = {}
        self._tiers: dict[str, int] = {}
        self._asks: dict[Pick, tuple[Ask, ...]] = {}

    def identify(self, requirement_or_candidate: Ask | Pick) -> str:
        return requirement_or_candidate.name

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Pick],  # noqa: ARG002 -- resolvelib names its parameters.
        candidates: Mapping[str, Iterator[Pick]],
        information: Mapping[str, Iterator[Any]],
        backtrack_causes: Sequence[Any],
    ) -> tuple[bool, bool, bool, bool, bool, int, str]:
        # What requires nothing comes last: no other choice hangs on it, and to go through its releases would only repeat a conflict.
        # Where one release alone is left there is no choice. Then what stood in the way is settled, and what has few releases left; then
        # what the user names, what stands on a framework before it, and it before the libraries: so what chooses the framework is close
        # by where it has to be chosen anew.
        blamed = any(identifier in (cause.requirement.name, cause.parent and cause.parent.name) for cause in backtrack_causes)
        named = any(one.requirement.parent == "" for one in information[identifier])
        tier, left = self._tier(identifier), sum(1 for _ in islice(candidates[identifier], _FEW + 1))
        return tier == _LEAF, left > 1, not blamed, left > _FEW, not named, tier, identifier

    def _tier(self, name: str) -> int:
        """Say how far above the libraries a project stands, by what its newest release requires, extras aside."""
        if name not in self._tiers:
            newest = self.ground.known.newest(name) if name in self.ground.known.projects else None
            read = (versions.requirement(text) for text in (newest.requires(self.ground.target) if newest else ()))
            wanted = {one.name for one in read if one and self.ground.holds(one.name) and not versions.for_extra_only(one.marker)}
            self._tiers[name] = _ON_TOP if wanted & _FRAMEWORKS else _FRAMEWORK if name in _FRAMEWORKS else _MIDDLE if wanted else _LEAF
        return self._tiers[name]

    def find_matches(
        self, identifier: str, requirements: Mapping[str, Iterator[Ask]], incompatibilities: Mapping[str, Iterator[Pick]]
    ) -> list[Pick]:
        asks = [*requirements[identifier], *(ask for ask in self.limits if ask.name == identifier)]
        if identifier not in self.ground.known.projects:
            return self._unknown(identifier, asks)
        bad = {pick.version for pick in incompatibilities[identifier]} | self.without.get(identifier, frozenset())
        every = self._ordered(identifier, asks)
        if not every:
            self.refused.update(dict.fromkeys(asks))
        left = [version for version in every if version not in bad]
        for ask in asks:
            admitted = self.ground.offers.admitted(identifier, ask.specifier, leading_up=bool(ask.says), early=identifier in self.early)
            fitting = [version for version in left if version in admitted]
            if len(fitting) < len(left):
                self.refused.setdefault(ask)
            left = fitting
        return [Pick(identifier, version) for version in left]

    def _unknown(self, name: str, asks: Sequence[Ask]) -> list[Pick]:
        """Give the release that somebody asks for exactly, if all admit it, of a project that the index does not know; else any release."""
        exact = [match[1] for ask in asks if (match := _EXACTLY.fullmatch(ask.specifier))]
        if is_missing(name, exact):
            self.refused.update(dict.fromkeys(asks))
            return []
        if not exact:
            return [Pick(name, _ANY)]
        refusing = [ask for ask in asks if not ask.admits(exact[0])]
        self.refused.update(dict.fromkeys([*refusing, *(ask for ask in asks if refusing and _EXACTLY.fullmatch(ask.specifier))]))
        return [] if refusing else [Pick(name, exact[0])]

    def _ordered(self, name: str, asks: Sequence[Ask]) -> list[str]:
        """Give the releases that could be installed, those to be tried first in front."""
        dates = [date for ask in asks if ask.parent and (date := self.ground.offers.date(ask.parent, ask.version))]
        return self.ground.offers.ordered(name, max(dates, default=None), early=name in self.early)

    def is_satisfied_by(self, requirement: Ask, candidate: Pick) -> bool:
        if candidate.version == _ANY:
            return not _EXACTLY.fullmatch(requirement.specifier)
        return requirement.admits(candidate.version)

    def get_dependencies(self, candidate: Pick) -> tuple[Ask, ...]:
        if candidate not in self._asks:
            self._asks[candidate] = tuple(self._dependencies(candidate))
        return self._asks[candidate]

    def _dependencies(self, pick: Pick) -> Iterator[Ask]:
        for wanted in self.ground.required(pick.name, pick.version, self.extras.get(pick.name, ()), self._counts):
            self.extras.setdefault(wanted.name, set()).update(wanted.extras)
            yield Ask(wanted.name, self.ground.weighed(pick.name, pick.version, wanted), pick.name, pick.version)

    def _counts(self, name: str) -> bool:
        return self.ground.holds(name) or self.ground.is_pinned(name)


def resolve(ground: Ground, asks: Iterable[Ask], extras: Mapping[str, Iterable[str]], without: Mapping[str, frozenset[str]]) -> Found:
    """Look for releases that fulfil all asks and whatever these require; `without` names releases that are out of the question.

    Only projects of the index take part; what else is required is left to the installer.
    """
    held = [ask for ask in asks if ground.holds(ask.name)]
    known, limits = [ask for ask in held if not ask.limits], [ask for ask in held if ask.limits]
    early = frozenset(ask.name for ask in held if _EARLY.search(ask.specifier))
    active = {name: set(names) for name, names in extras.items()}
    rounds, refused = _SHORT, dict[Ask, None]()
    while True:
        before = {name: set(names) for name, names in active.items()}
        provider = _Provider(ground, active, without, limits, early)
        try:
            result = Resolver(provider, BaseReporter()).resolve(known, max_rounds=rounds)
        except ResolutionImpossible as stuck:
            at = frozenset(cause.requirement.name for cause in stuck.causes)
            return Found(None, tuple({**refused, **provider.refused}), at)
        except ResolutionTooDeep:
            if rounds == _ROUNDS:
                return Found(None, gave_up=True)
            rounds, refused = _ROUNDS, provider.refused
            active = before
            ruled_out = Support(ground, held, active, without).ruled_out(early)
            without = {name: without.get(name, frozenset()) | ruled_out.get(name, frozenset()) for name in {*without, *ruled_out}}
            continue
        if {name: names for name, names in active.items() if names} == {name: names for name, names in before.items() if names}:
            return Found({pick.name: pick.version for pick in result.mapping.values() if pick.name in ground.known.projects})
