"""The releases that can stand in the table, and the Pythons that each can be installed on."""

from __future__ import annotations

import re

from kdoctor import versions
from kdoctor.knowledge.index import Index, Release, Target, installable
from kdoctor.knowledge.wheel_tags import admits

#: NumPy is under everything here, and has wheels for every Python that there is.
_UNDER_ALL = "numpy"
_CPYTHON = re.compile(r"cp3(\d+)-cp3\1m?-", re.ASCII)


class Releases:
    """The final releases of each project by the Pythons of one platform."""

    def __init__(self, index: Index, system: str, machine: str, python: str | None = None) -> None:
        self.index = index
        self.platform = (system, machine)
        #: Oldest first, such as ("3.9", "3.10").
        self.pythons = (python,) if python else _pythons(index)
        self._shelves: dict[str, dict[str, tuple[str, ...]]] = {}

    def target(self, python: str) -> Target:
        """Give an interpreter on the platform."""
        return Target(python, *self.platform)

    def of(self, project: str) -> dict[str, tuple[str, ...]]:
        """Give for each version that has a wheel, oldest first, the Pythons that the wheels are for."""
        shelf = self._shelves.get(project)
        if shelf is None:
            finals = [one for one in self.index.releases(project) if not one.prerelease and not one.yanked]
            found = {release.version: self._on(release) for release in finals}
            shelf = self._shelves[project] = {version: pythons for version, pythons in found.items() if pythons}
        return shelf

    def newest_of_minors(self, project: str, specifier: str) -> dict[tuple[int, int], str]:
        """Give for each minor release, oldest first, the newest version that can be installed and that the specifier admits."""
        admitted = (version for version in self.of(project) if versions.satisfies(version, specifier))
        minors = ((versions.minor(version), version) for version in admitted)
        return {minor: version for minor, version in minors if minor}

    def requires(self, project: str, version: str, python: str) -> tuple[str, ...]:
        """Give what a release declares on a Python of the platform."""
        release = self.index.release(project, version)
        return release.requires(self.target(python)) if release else ()

    def _on(self, release: Release) -> tuple[str, ...]:
        if not release.tags:
            return ()
        able = [python for python in self.pythons if admits(release.requires_python, python)]
        return tuple(python for python in able if installable(release, self.target(python)))


def _pythons(index: Index) -> tuple[str, ...]:
    tags = (tag for release in index.releases(_UNDER_ALL) for tag in release.tags)
    minors = {int(match[1]) for match in map(_CPYTHON.search, tags) if match}
    return tuple(f"3.{minor}" for minor in sorted(minors))
