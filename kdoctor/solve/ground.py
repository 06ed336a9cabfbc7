"""What is asked of a plan, and where its releases are looked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.conditions import read
from kdoctor.knowledge.families import ROLES
from kdoctor.knowledge.index import Index, Target
from kdoctor.knowledge.not_on_the_index import MISSING
from kdoctor.knowledge.schema import Tolerated
from kdoctor.solve.offers import Offers


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

    def required(self, name: str, version: str, extras: Collection[str], counts: Callable[[str], bool]) -> Iterator[versions.Requirement]:
        """Give what a release requires here, with these extras, of those others that count; a marker nobody can judge counts as met."""
        release = self.known.release(name, version) if name in self.known.projects else None
        for text in release.requires(self.target) if release else ():
            wanted = versions.requirement(text)
            if wanted is None or wanted.name == name or not counts(wanted.name):
                continue
            # Markers are judged last, since that takes longest.
            if versions.marker_holds(wanted.marker, self.markers, extras) is not False:
                yield wanted

    def weighed(self, name: str, version: str, wanted: versions.Requirement) -> str:
        """Give the specifier of what a release requires, or what is known to work where that is taken instead."""
        specifiers = (tolerated(row, Pick(name, version), wanted.name) for row in self.passed_over)
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
