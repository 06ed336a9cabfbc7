"""The index: the metadata of every release of the TensorFlow and Keras family, from a file that can be renewed."""

from __future__ import annotations

from functools import lru_cache

from kdoctor.errors import KdoctorError
from kdoctor.knowledge import index_file
from kdoctor.knowledge.release import Release, Target, Variant
from kdoctor.knowledge.wheel_tags import installable
from kdoctor.knowledge.where import embedded_path, own_path

__all__ = [
    "Index",
    "Release",
    "Target",
    "Variant",
    "embedded_path",
    "installable",
    "knowledge_date",
    "open_embedded",
    "open_index",
    "own_path",
]

#: Enough of the file to read its date.
_HEAD = 64


class Index:
    """All releases of all projects that kdoctor knows, decoded project by project as they are asked for."""

    __slots__ = ("_by_canonical", "_by_version", "_content", "_decoded", "_directory", "path", "projects")

    def __init__(self, content: bytes, path: str) -> None:
        self._content = content
        self._directory = index_file.read_directory(content, path)
        self._decoded: dict[str, index_file.Project] = {}
        self._by_version: dict[str, dict[str, Release]] = {}
        self._by_canonical: dict[str, dict[object, Release]] = {}
        self.path = path
        #: Normalized names.
        self.projects = frozenset(self._directory.entries)

    @property
    def date(self) -> str:
        """The day on which the index was read, YYYY-MM-DD."""
        return self._directory.date

    def project(self, name: str) -> index_file.Project:
        """Give all that is known of a project (normalized name); KdoctorError where the file is damaged."""
        found = self._decoded.get(name)
        if found is None:
            found = self._decoded[name] = index_file.read_project(self._content, self._directory, name, self.path)
        return found

    def is_whole(self, name: str) -> bool:
        """Tell whether all releases of a project are kept, and not only the newest; True for a project that the index does not hold."""
        entry = self._directory.entries.get(name)
        return entry is None or entry.keep is None

    def releases(self, name: str) -> tuple[Release, ...]:
        """Give the releases of a project, oldest first by version; () for a project that the index does not hold."""
        return self.project(name).releases

    def release(self, name: str, version: str) -> Release | None:
        """Find a release by version: 2.16 finds 2.16.0, and 2.5.1+cu124 finds 2.5.1 where no release has that local part."""
        by_version = self._by_version.get(name)
        if by_version is None:
            by_version = self._by_version[name] = {r.version: r for r in self.releases(name)}
        if not by_version:
            return None
        public = version.partition("+")[0]
        return by_version.get(version) or by_version.get(public) or self._equal(name, version) or self._equal(name, public)

    def _equal(self, name: str, version: str) -> Release | None:
        from packaging.version import InvalidVersion, Version  # noqa: PLC0415 -- start-up time: versions are nearly always found as written.

        by_canonical = self._by_canonical.get(name)
        if by_canonical is None:
            by_canonical = self._by_canonical[name] = {Version(r.version): r for r in self.releases(name)}
        try:
            return by_canonical.get(Version(version))
        except InvalidVersion:
            return None

    def newest(self, name: str, target: Target | None = None) -> Release | None:
        """Give the newest release that is final, not yanked and installable on the target (on any where that is None)."""
        for release in reversed(self.releases(name)):
            if not (release.prerelease or release.yanked) and (target is None or installable(release, target) is not False):
                return release
        return None


@lru_cache(maxsize=1)
def open_index() -> Index:
    """Open the user's own index where it can be read and is as new as the embedded one by date, else the embedded one."""
    own = own_path()
    # An own file of the same day was renewed for some projects only.
    if (_date(own) or "") >= (_date(embedded_path()) or "-"):
        try:
            return _open(own)
        except KdoctorError:
            return open_embedded()
    return open_embedded()


def open_embedded() -> Index:
    """Open the index that comes with the package."""
    return _open(embedded_path())


def knowledge_date() -> str:
    """Give the date of the index that `open_index` would open, from its header alone; KdoctorError where there is none."""
    date = max(_date(own_path()) or "", _date(embedded_path()) or "")
    if not date:
        raise KdoctorError(f"{embedded_path()} is no index that this kdoctor can read", "reinstall kdoctor")
    return date


def _date(path: str) -> str | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- as above.
            return index_file.read_date(file.read(_HEAD))
    except OSError:
        return None


def _open(path: str) -> Index:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- as above.
            return Index(file.read(), path)
    except OSError as error:
        raise KdoctorError(f"{path} cannot be read: {error.strerror}", "reinstall kdoctor") from error
