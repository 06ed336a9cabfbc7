"""Bringing an index up to date: what it knows, in the words of whoever asks a package index, and the news put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.version import Version

from kdoctor.knowledge.index_file import Project, write
from kdoctor.knowledge.release import Release, Variant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kdoctor.knowledge.index import Index


class ProjectNews(NamedTuple):
    """News of one project in plain values: rows with the columns of Release, (version, reason) yanked, versions restored."""

    project: str
    rows: Sequence[Sequence[Any]] = ()
    yanked: Sequence[tuple[str, str | None]] = ()
    restored: Sequence[str] = ()


def spelled(version: str) -> str:
    """Spell a version as packaging does: an index may hold 2.0.0beta, which others list as 2.0.0b0."""
    return str(Version(version))


def renewed(index: Index, news: Iterable[ProjectNews], date: str) -> bytes:
    """Give the bytes of an index file that holds all of `index` and the news; `date` is YYYY-MM-DD."""
    by_name = {item.project: item for item in news}
    projects = {name: _merged(index.project(name), by_name.get(name)) for name in index.projects | by_name.keys()}
    return write(date, projects)


def _merged(project: Project, news: ProjectNews | None) -> Project:
    if news is None:
        return project
    releases = {spelled(release.version): release for release in project.releases}
    for row in news.rows:
        release = _release(row)
        releases[release.version] = _over(releases.get(release.version), release)
    for version, reason in news.yanked:
        releases[version] = releases[version]._replace(yanked=True, yanked_reason=reason)
    for version in news.restored:
        releases[version] = releases[version]._replace(yanked=False, yanked_reason=None)
    ordered = sorted(releases.values(), key=lambda release: Version(release.version))
    return Project(tuple(ordered[-project.keep :] if project.keep else ordered), project.keep)


def _release(row: Sequence[Any]) -> Release:
    release = Release(*row)
    return release._replace(variants=tuple(Variant(*variant) for variant in release.variants))


def _over(known: Release | None, read: Release) -> Release:
    """Give a release as just read; what was known and could not be read this time stays, and so does its spelling."""
    if known is None:
        return read
    merged = read._replace(version=known.version, date=known.date or read.date)
    if read.requirements is None:
        merged = merged._replace(requirements=known.requirements, variants=known.variants, source=known.source)
    return merged
