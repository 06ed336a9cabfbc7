"""Which releases of a project could be installed, and in which order they are to be tried; found out once for all attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kdoctor import versions
from kdoctor.knowledge.dates import PYTHON_RELEASED
from kdoctor.knowledge.index import Index, Release, Target, installable
from kdoctor.solve.nearness import by_age, by_nearness


class Offers:
    """The releases of the index for one Python and one platform.

    `order` is "newest" (of the time of whoever requires it), "oldest" (of what is `named`; the rest as for "newest"), "close" (to `now`,
    what is installed already), or "latest", as installers choose, who do not look at days. Of `anywhere` it does not matter whether
    there is a file for the target.
    """

    def __init__(
        self,
        known: Index,
        target: Target,
        order: str = "newest",
        now: Mapping[str, str] | None = None,
        anywhere: frozenset[str] = frozenset(),
        named: frozenset[str] = frozenset(),
    ) -> None:
        self.named = named
        self.known, self.target, self.order, self.now, self.anywhere = known, target, order, now or {}, anywhere
        self._compiled: dict[str, bool] = {}
        self._ordered: dict[tuple[str, str | None, bool], list[str]] = {}
        self._newest_first: dict[tuple[str, bool], list[str]] = {}
        self._admitted: dict[tuple[str, str, bool, bool], frozenset[str]] = {}

    def ordered(self, name: str, asked_on: str | None, *, early: bool) -> list[str]:
        """Give the releases, those to be tried first in front, for whoever asks as of a day (YYYY-MM-DD), pre-releases too if `early`."""
        found = self._ordered.get((name, asked_on, early))
        if found is None:
            found = self._ordered[name, asked_on, early] = self._arranged(name, self._installable(name, early=early), asked_on)
        return found

    def admitted(self, name: str, specifier: str, *, leading_up: bool, early: bool) -> frozenset[str]:
        """Give the releases that fulfil a specifier; where `leading_up`, a pre-release counts as the release that it leads up to."""
        key = (name, specifier, leading_up, early)
        found = self._admitted.get(key)
        if found is None:
            every = self._installable(name, early=early)
            found = self._admitted[key] = frozenset(
                one for one in every if versions.satisfies(versions.base(one) if leading_up else one, specifier) is not False
            )
        return found

    def date(self, name: str, version: str | None) -> str | None:
        """Give the day of a release, YYYY-MM-DD; None where the index does not know it."""
        release = self.known.release(name, version) if version else None
        return release.date if release else None

    def can_be_had(self, name: str, release: Release) -> bool:
        """Tell whether an installer could take a release: a wheel, or a source that is not known to be too old to build on this Python."""
        if name in self.anywhere:
            return True
        return installable(release, self.target) is not False and (bool(release.tags) or not self._is_too_old_to_build(name, release))

    def _is_too_old_to_build(self, name: str, release: Release) -> bool:
        """Tell whether a source stems from more than a year before this Python, of a project with compiled wheels."""
        python = PYTHON_RELEASED.get(self.target.minor or (0, 0))
        if python is None or not release.date or release.date >= f"{int(python[:4]) - 1}{python[4:]}":
            return False
        if name not in self._compiled:
            self._compiled[name] = any(not tag.endswith("-any") for other in self.known.releases(name) for tag in other.tags)
        return self._compiled[name]

    def _installable(self, name: str, *, early: bool) -> list[str]:
        """Give the releases with a file for the target, the newest first; of a project that never had a final one, pre-releases too."""
        found = self._newest_first.get((name, early))
        if found is None:
            every = self.known.releases(name)
            found = [
                release.version
                for release in reversed(every)
                if not (release.yanked or (release.prerelease and not early)) and self.can_be_had(name, release)
            ]
            found = self._newest_first[name, early] = found if early or not _are_all_early(every) else self._installable(name, early=True)
        return found

    def _arranged(self, name: str, newest_first: list[str], asked_on: str | None) -> list[str]:
        if self.order == "latest":
            return newest_first
        if self.order == "oldest" and name in self.named:
            return self._wheels_first(name, newest_first[::-1])
        arranged = by_age([(version, self.date(name, version)) for version in newest_first], asked_on)
        here = self.now.get(name)
        if self.order == "close" and here:
            return [
                *(version for version in newest_first if version == here),
                *by_nearness([v for v in newest_first if v != here], here),
            ]
        return self._wheels_first(name, arranged)

    def _wheels_first(self, name: str, arranged: list[str]) -> list[str]:
        """Put the releases of nothing but source behind the others: they may not build here."""
        of_source = {release.version for release in self.known.releases(name) if not release.tags}
        return sorted(arranged, key=of_source.__contains__) if of_source else arranged


def _are_all_early(releases: Sequence[Release]) -> bool:
    return all(release.prerelease or release.yanked for release in releases)
