"""What a package index has that the knowledge has not: new releases, new wheels of known ones, and what was yanked since."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from packaging.version import Version

from kdoctor.collect.registry.journal import Found, Journal
from kdoctor.collect.registry.simple import Listed, by_version, list_files
from kdoctor.collect.registry.transport import Transport, Unreachable, without_credentials
from kdoctor.collect.registry.wheel_choice import Variants, by_key, read_variants
from kdoctor.collect.registry.wheel_metadata import read_metadata
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kdoctor.collect.registry.simple import File

Item = TypeVar("Item")
Result = TypeVar("Result")

_THREADS = 8
_REFUSED = (401, 403, 407)
_RESUME = "the same command goes on where this one stopped"


class KnownRelease(NamedTuple):
    """What the knowledge has of a release."""

    tags: frozenset[str]
    yanked: bool
    #: Its requirements are known.
    read: bool


class Known(NamedTuple):
    """What the knowledge has of a project: releases by version as packaging spells it, and how many it keeps at most."""

    releases: Mapping[str, KnownRelease]
    keep: int | None = None


class News(NamedTuple):
    """What is new of one project."""

    project: str
    #: New releases, and known ones that have new wheels or could not be read before; oldest first.
    found: tuple[Found, ...] = ()
    #: (version, the reason that was given) of what was yanked since.
    yanked: tuple[tuple[str, str | None], ...] = ()
    #: Versions that are no longer yanked.
    restored: tuple[str, ...] = ()
    #: What could not be read, and why, without secrets.
    problems: tuple[str, ...] = ()


class _Job(NamedTuple):
    project: str
    listed: Listed


class Progress(NamedTuple):
    """How far an update is: `total` grows once the lists are in."""

    done: int
    total: int
    last: str


def find_news(
    transport: Transport,
    indexes: Sequence[str],
    known: Mapping[str, Known],
    journal_path: Path,
    progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[News, ...]:
    """Ask the indexes for every project in `known` and read what is new: sorted by project, the same for the same content.

    KdoctorError where an index cannot be reached. What was read by then stays in the journal, until the caller removes it
    with `forget` because the news is safe.
    """
    try:
        listed = _list_all(transport, indexes, sorted(known), progress)
        jobs = [_Job(name, one) for name in listed for one in _wanted(listed[name], known[name])]
        journal = Journal(journal_path, _mark(indexes))
        problems = _read_all(transport, jobs, journal, progress, len(known))
    except Unreachable as error:
        verb = "refused to answer" if error.status in _REFUSED else "could not be reached"
        raise KdoctorError(f"the package index {verb} at {error}", _RESUME) from None
    found: dict[str, list[Found]] = {}
    for job in jobs:
        found.setdefault(job.project, []).append(journal.found[job.project, job.listed.version])
    return tuple(_news(name, listed[name], known[name], found.get(name, []), problems.get(name, [])) for name in listed)


def forget(journal_path: Path) -> None:
    """Remove the journal of an update whose news is safe."""
    Journal(journal_path, "").done()


def _mark(indexes: Sequence[str]) -> str:
    # A digest, since the address of an index may be a secret in itself.
    return sha256(" ".join(map(without_credentials, indexes)).encode()).hexdigest()


def _list_all(
    transport: Transport, indexes: Sequence[str], names: Sequence[str], progress: Callable[[Progress], None]
) -> dict[str, dict[str, Listed] | None]:
    """Give what the first index that knows a project lists, by name in the given order; None where no index knows it."""

    def listing(name: str) -> dict[str, Listed] | None:
        answers = (list_files(transport, index, name) for index in indexes)
        files = next((answer for answer in answers if answer), None)
        return None if files is None else by_version(name, files)

    found: dict[str, dict[str, Listed] | None] = dict.fromkeys(names)
    for done, (name, versions) in enumerate(_each(names, listing), 1):
        found[name] = versions
        progress(Progress(done, len(names), name))
    return found


def _wanted(listed: Mapping[str, Listed] | None, known: Known) -> Iterator[Listed]:
    """Choose the releases to read, oldest first."""
    versions = sorted(listed or {}, key=Version)
    fresh = [version for version in versions if version not in known.releases]
    if known.keep:
        # Of nightly builds only the newest count; those before them are left alone.
        oldest = min(map(Version, known.releases), default=None)
        fresh = [version for version in fresh if oldest is None or Version(version) > oldest][-known.keep :]
    for version in versions:
        release, one = known.releases.get(version), (listed or {})[version]
        known_whole = release is not None and (not one.wheels or (release.read and release.tags.issuperset(one.tags)))
        if not known_whole and (release is not None or version in fresh):
            yield one


def _read_all(
    transport: Transport, jobs: Sequence[_Job], journal: Journal, progress: Callable[[Progress], None], before: int
) -> dict[str, list[str]]:
    """Read what the journal does not have yet into it; give the problems by project."""
    waiting = [job for job in jobs if not _is_read(job, journal)]
    problems: dict[str, list[str]] = {}
    results = _each(waiting, lambda job: _read(transport, job))
    for done, (job, (found, problem)) in enumerate(results, 1):
        journal.add(job.project, found, lasting=problem is None)
        if problem is not None:
            problems.setdefault(job.project, []).append(problem)
        progress(Progress(before + done, before + len(waiting), f"{job.project} {found.version}"))
    return problems


def _is_read(job: _Job, journal: Journal) -> bool:
    found = journal.found.get((job.project, job.listed.version))
    return found is not None and found.tags == job.listed.tags and found.yanked == job.listed.yanked


def _read(transport: Transport, job: _Job) -> tuple[Found, str | None]:
    """Read one release; where its requirements cannot be read they stay unknown, and the second value says why."""
    python: dict[str, str | None] = {}

    def requires(file: File) -> tuple[str, ...]:
        metadata = read_metadata(transport, file)
        python[file.url] = metadata.requires_python
        return metadata.requires

    wheels = by_key(job.listed.installable_wheels)
    try:
        read = read_variants(wheels, requires) if wheels else None
    except Unreachable as error:
        if error.status is None:
            raise
        return _found(job.listed, None, None), f"{job.project} {job.listed.version}: {error}"
    return _found(job.listed, read, next(iter(python.values()), None)), None


def _found(listed: Listed, read: Variants | None, requires_python: str | None) -> Found:
    newest = [file for file in listed.files if file.requires_python]
    dates = [file.date for file in listed.files if file.date]
    return Found(
        version=listed.version,
        requires_python=requires_python or (newest[0].requires_python if newest else None),
        date=min(dates, default=None),
        yanked=listed.yanked,
        prerelease=Version(listed.version).is_prerelease,
        sdist=listed.sdist,
        tags=listed.tags,
        requirements=read.requirements if read else None,
        variants=read.variants if read else (),
        source="wheel" if read else "none",
        yanked_reason=listed.yanked_reason,
    )


def _news(name: str, listed: Mapping[str, Listed] | None, known: Known, found: Sequence[Found], problems: Sequence[str]) -> News:
    if listed is None:
        return News(name, problems=(f"{name}: the index lists no such project",))
    others = listed.keys() - {release.version for release in found}
    both = [(version, listed[version]) for version in sorted(known.releases, key=Version) if version in others]
    return News(
        name,
        tuple(found),
        tuple((version, one.yanked_reason) for version, one in both if one.yanked and not known.releases[version].yanked),
        tuple(version for version, one in both if known.releases[version].yanked and not one.yanked),
        tuple(sorted(problems)),
    )


def _each(items: Sequence[Item], work: Callable[[Item], Result]) -> Iterator[tuple[Item, Result]]:
    """Do the work for all items in a few threads, and give the results as they come; the first failure ends all."""
    with ThreadPoolExecutor(_THREADS) as pool:
        futures = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
