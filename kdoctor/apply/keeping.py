"""The files of an environment, kept before it is changed, and put back.

They are linked, not copied, so that keeping takes a moment and no room: installers replace files and never write into them. What
is put back is therefore what was there, whether it came from an index, a repository, a folder or a wheel that is long gone, and no
network is needed.
"""

from __future__ import annotations

import contextlib
import csv
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from kdoctor.apply.place import Place, is_inside
from kdoctor.errors import KdoctorError

_PREFIX = "kdoctor-kept-"
#: These alone are rewritten in place, by setuptools.
_REWRITTEN = (".pth", ".egg-link")
_INFO = (".dist-info", ".egg-info")


class Kept(NamedTuple):
    """Where the files of an environment are kept, and which they are."""

    #: Name of the folder, in that of the environment; it holds one numbered folder for each of `sites`, and "outside".
    folder: str
    sites: tuple[str, ...]
    #: Commands and data files, relative to the folder of the environment.
    outside: tuple[str, ...]


def keep(place: Place) -> Kept:
    """Keep all files of the distributions of an environment; KdoctorError where there is no room, and then nothing is left behind."""
    folder = ""
    try:
        folder = tempfile.mkdtemp(prefix=_PREFIX, dir=place.prefix)
        for number, site in enumerate(place.sites):
            _copy_tree(site, os.path.join(folder, str(number)))
        outside = tuple(sorted(_outside(place)))
        for path in outside:
            target = os.path.join(folder, "outside", path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _copy(os.path.join(place.prefix, path), target)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise KdoctorError(f"what is installed cannot be kept: {error.strerror or error}", "nothing was changed") from error
        raise
    return Kept(os.path.basename(folder), place.sites, outside)


def drop(prefix: str, but: tuple[str, ...] = ()) -> None:
    """Remove kept files, those that an interruption left half-kept too, except the folders named in `but`."""
    for name in os.listdir(prefix):
        if name.startswith(_PREFIX) and name not in but:
            shutil.rmtree(os.path.join(prefix, name), ignore_errors=True)


def put_back(prefix: str, kept: Kept, *, everything: bool) -> None:
    """Make the files of an environment what they were when they were kept; raises KdoctorError where that fails half-way.

    With `everything`, whatever was not there is removed, as after an installer that was cut off. Else only the files of distributions
    that have changed are looked at, since others may have left data there. Doing it again after an interruption does the rest.
    """
    folder = os.path.join(prefix, kept.folder)
    pairs = [(os.path.join(folder, str(number)), site) for number, site in enumerate(kept.sites)]
    if not all(os.path.isdir(old) for old, _ in pairs):
        raise KdoctorError(f"{folder} is gone, and with it what was installed before", "kdoctor fix --forget gives it up")
    try:
        names = [None if everything else _touched(old, site) for old, site in pairs]
        # These first: which they are stands in the metadata of what is about to be removed.
        _remove_new(prefix, _outside(Place(prefix, kept.sites)) - set(kept.outside), os.stat(folder).st_mtime)
        for (old, site), only in zip(pairs, names, strict=True):
            if only:
                # The metadata last: as long as it differs, another attempt knows what is still to be done.
                _mirror(old, site, {name for name in only if not name.endswith(_INFO)})
            _mirror(old, site, only)
        for path in kept.outside:
            old, target = os.path.join(folder, "outside", path), os.path.join(prefix, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _replace(old, target)
    except OSError as error:
        raise KdoctorError(f"not all could be put back: {error.filename}: {error.strerror}", "kdoctor fix --undo goes on") from error


def _copy_tree(source: str, target: str) -> None:
    os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in entries:
            path = os.path.join(target, entry.name)
            if entry.is_dir(follow_symlinks=False):
                _copy_tree(entry.path, path)
            else:
                _copy(entry.path, path)
    shutil.copystat(source, target)


def _copy(source: str, target: str) -> None:
    if not source.endswith(_REWRITTEN) and not os.path.islink(source):
        with contextlib.suppress(OSError):
            os.link(source, target)
            return
    # Some file systems have no links.
    shutil.copy2(source, target, follow_symlinks=False)


def _mirror(old: str, now: str, only: set[str] | None = None) -> None:
    """Make one folder what the other is, as far as the names in `only` go."""
    before, after = _entries(old), _entries(now)
    for name, entry in after.items():
        was = before.get(name)
        if (only is None or name in only) and (was is None or _kind(was) != _kind(entry)):
            _remove(entry)
    for name, entry in before.items():
        if only is not None and name not in only:
            continue
        target = os.path.join(now, name)
        if _kind(entry) != "folder":
            _replace(entry.path, target)
            continue
        fresh = not os.path.isdir(target)
        if fresh:
            os.mkdir(target)
        _mirror(entry.path, target)
        if fresh:
            shutil.copystat(entry.path, target)


def _remove_new(prefix: str, paths: set[str], since: float) -> None:
    """Remove those files that are newer than `since`: a RECORD may also name what it does not own, such as the interpreter."""
    for path in (os.path.join(prefix, one) for one in paths):
        if os.lstat(path).st_ctime > since:
            os.unlink(path)


def _entries(folder: str) -> dict[str, os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return {entry.name: entry for entry in entries}


def _kind(entry: os.DirEntry[str]) -> str:
    return "folder" if entry.is_dir(follow_symlinks=False) else "link" if entry.is_symlink() else "file"


def _remove(entry: os.DirEntry[str]) -> None:
    if _kind(entry) == "folder":
        shutil.rmtree(entry.path)
    else:
        os.unlink(entry.path)


def _replace(old: str, target: str) -> None:
    """Put one file where it was, in one step, unless it is still there."""
    if _same(old, target):
        return
    fresh = f"{target}.kdoctor"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(fresh)
    _copy(old, fresh)
    os.replace(fresh, target)


def _same(one: str, other: str) -> bool:
    """Tell whether two paths are one file, or a file and its copy."""
    try:
        first, second = os.lstat(one), os.lstat(other)
    except FileNotFoundError:
        return False
    return os.path.samestat(first, second) or (first.st_size, first.st_mtime_ns, first.st_mode) == (
        second.st_size,
        second.st_mtime_ns,
        second.st_mode,
    )


def _touched(old: str, now: str) -> set[str] | None:
    """Name the entries of a site folder that belong to what was added, removed or changed; None where nobody can tell."""
    before, after = ({name for name in os.listdir(folder) if name.endswith(_INFO)} for folder in (old, now))
    changed = {
        name
        for name in before | after
        if not (name in before and name in after and _alike(os.path.join(old, name), os.path.join(now, name)))
    }
    tops = set(changed)
    for name in changed:
        for folder, there in ((old, before), (now, after)):
            if name in there:
                rows = _recorded(os.path.join(folder, name))
                if rows is None:
                    return None
                tops |= {row.partition("/")[0] for row in rows if not row.startswith(("..", "/"))}
    return tops


def _alike(old: str, now: str) -> bool:
    """Tell whether two metadata folders, or files, hold the same."""
    if not (os.path.isdir(old) and os.path.isdir(now)):
        return _same(old, now)
    names = set(os.listdir(old))
    return names == set(os.listdir(now)) and all(_alike(os.path.join(old, name), os.path.join(now, name)) for name in names)


def _outside(place: Place) -> set[str]:
    """Name the files of distributions that lie in the environment but in none of its site folders: commands, data."""
    prefix = os.path.realpath(place.prefix)
    sites = [os.path.realpath(site) for site in place.sites]
    found = set()
    for site in place.sites:
        for name in os.listdir(site):
            rows = _recorded(os.path.join(site, name)) if name.endswith(_INFO) else None
            for row in rows or ():
                path = os.path.normpath(os.path.join(os.path.realpath(site), row)) if row.startswith(("..", "/")) else ""
                if is_inside(path, prefix) and not any(is_inside(path, folder) for folder in sites) and os.path.lexists(path):
                    found.add(os.path.relpath(path, prefix))
    return found


def _recorded(info: str) -> list[str] | None:
    """Give the paths in a RECORD; None where there is none."""
    try:
        with open(os.path.join(info, "RECORD"), encoding="utf-8", errors="surrogateescape", newline="") as file:
            return [row[0].replace("\\", "/") for row in csv.reader(_lines(file)) if row]
    except OSError:
        return None


def _lines(file: Iterator[str]) -> Iterator[str]:
    # A NUL would end the reader with an error of its own.
    return (line.replace("\0", "") for line in file)
