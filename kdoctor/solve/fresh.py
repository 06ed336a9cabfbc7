"""A whole set of releases from nothing: what resolvelib finds for some requirements, on one Python and one platform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

from kdoctor import versions
from kdoctor.knowledge.conditions import read
from kdoctor.knowledge.families import KERAS, ROLES, TENSORFLOW
from kdoctor.knowledge.index import Index, Target
from kdoctor.knowledge.not_on_the_index import MISSING
from kdoctor.knowledge.schema import Tolerated
from kdoctor.solve.offers import Offers

_FRAMEWORKS = frozenset((*TENSORFLOW, *KERAS))
#: Rounds that the resolver may take; real plans need some dozens.
_ROUNDS = 2000
#: A specifier that only one release fulfils, and one that names a pre-release.
_EXACTLY = re.compile(r"\s*==\s*([0-9][0-9A-Za-z.]*)\s*", re.ASCII)
_EARLY = re.compile(r"[0-9](?:[._-]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)[._-]?[0-9]*)", re.ASCII)
#: Where projects stand: those that require a framework, the frameworks, libraries that require others, and those that require nothing.
_ON_TOP, _FRAMEWORK, _MIDDLE, _LEAF = range(4)
#: Stands for a release that nobody has named.
_ANY = ""


class Ask(NamedTuple):
    """A requirement, and who makes it ("" = the user)."""

    name: str
    specifier: str
    parent: str = ""
    version: str | None = None
    #: What is known to fail otherwise, where a fact asks and not metadata.
    says: str | None = None
    #: Extras that the user asks for.
    extras: tuple[str, ...] = ()
    #: It limits which release is taken, but asks for none.
    limits: bool = False

    def admits(self, version: str) -> bool:
        """Tell whether a release fulfils it; for facts a pre-release counts as the release that it leads up to."""
        return versions.satisfies(versions.base(version) if self.says else version, self.specifier) is not False


class Pick(NamedTuple):
    """One release of one project."""

    name: str
    version: str


class Ground(NamedTuple):
    """Where, and for whom, releases are looked for."""

    offers: Offers
    markers: Mapping[str, str] | None
    #: Requirements that reality does not insist on, and that are passed over.
    passed_over: tuple[Tolerated, ...] = ()

    @property
    def known(self) -> Index:
        """The index."""
        return self.offers.known

    @property
    def target(self) -> Target:
        """The Python and the platform."""
        return self.offers.target

    def holds(self, name: str) -> bool:
        """Tell whether the index has all releases of a project; of nightly builds it keeps the newest only."""
        return name in self.known.projects and self.known.is_whole(name)

    def is_pinned(self, name: str) -> bool:
        """Tell whether others ask for exact releases of a project that the index does not know, so that they may contradict each other."""
        return (name.startswith("nvidia-") or name in MISSING) and name not in self.known.projects


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
        candidates: Mapping[str, Iterator[Pick]],  # noqa: ARG002 -- resolvelib names its parameters.
        information: Mapping[str, Iterator[Any]],
        backtrack_causes: Sequence[Any],
    ) -> tuple[bool, bool, bool, int, str]:
        # What requires nothing comes last: no other choice hangs on it, and to go through its releases would only repeat a conflict.
        # What stood in the way is settled first, then what the user names, what stands on a framework before it, and it before the
        # libraries: so what chooses the framework is close by where it has to be chosen anew.
        blamed = any(identifier in (cause.requirement.name, cause.parent and cause.parent.name) for cause in backtrack_causes)
        named = any(one.requirement.parent == "" for one in information[identifier])
        tier = self._tier(identifier)
        return tier == _LEAF, not blamed, not named, tier, identifier

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
        release = self.ground.known.release(pick.name, pick.version) if pick.name in self.ground.known.projects else None
        for text in release.requires(self.ground.target) if release else ():
            wanted = versions.requirement(text)
            if wanted is None or wanted.name == pick.name or not (self.ground.holds(wanted.name) or self.ground.is_pinned(wanted.name)):
                continue
            if versions.marker_holds(wanted.marker, self.ground.markers, self.extras.get(pick.name, ())) is False:
                continue
            self.extras.setdefault(wanted.name, set()).update(wanted.extras)
            yield Ask(wanted.name, self._weighed(pick, wanted), pick.name, pick.version)

    def _weighed(self, pick: Pick, wanted: versions.Requirement) -> str:
        """Give the specifier, or what is known to work where that is taken instead."""
        specifiers = (tolerated(row, pick, wanted.name) for row in self.ground.passed_over)
        return next((specifier for specifier in specifiers if specifier is not None), wanted.specifier)


def is_missing(name: str, exact: Sequence[str]) -> bool:
    """Tell whether a project, or the exact release of it that is asked for, is on no index."""
    specifier = MISSING.get(name)
    return specifier is not None and (not specifier or any(versions.satisfies(version, specifier) for version in exact))


def tolerated(row: Tolerated, pick: Pick, name: str) -> str | None:
    """Give the specifier that is known to work where a row speaks of this release and of its requirement on `name`."""
    one, other = read(row.holder), read(row.target)
    if pick.name not in ROLES.get(one.name, (one.name,)) or name not in ROLES.get(other.name, (other.name,)):
        return None
    fits = not one.specifier or versions.satisfies(versions.base(pick.version), one.specifier)
    return other.specifier if fits and other.specifier else None


def resolve(ground: Ground, asks: Iterable[Ask], extras: Mapping[str, Iterable[str]], without: Mapping[str, frozenset[str]]) -> Found:
    """Look for releases that fulfil all asks and whatever these require; `without` names releases that are out of the question.

    Only projects of the index take part; what else is required is left to the installer.
    """
    held = [ask for ask in asks if ground.holds(ask.name)]
    known, limits = [ask for ask in held if not ask.limits], [ask for ask in held if ask.limits]
    early = frozenset(ask.name for ask in held if _EARLY.search(ask.specifier))
    active = {name: set(names) for name, names in extras.items()}
    while True:
        before = {name: set(names) for name, names in active.items()}
        provider = _Provider(ground, active, without, limits, early)
        try:
            result = Resolver(provider, BaseReporter()).resolve(known, max_rounds=_ROUNDS)
        except ResolutionImpossible as stuck:
            at = frozenset(cause.requirement.name for cause in stuck.causes)
            return Found(None, tuple(provider.refused), at)
        except ResolutionTooDeep:
            return Found(None, gave_up=True)
        if {name: names for name, names in active.items() if names} == {name: names for name, names in before.items() if names}:
            return Found({pick.name: pick.version for pick in result.mapping.values() if pick.name in ground.known.projects})
