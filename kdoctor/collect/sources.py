"""The source of a project: which files belong to it, and the facts read in them, on all cores where there are many."""

from __future__ import annotations

import gc
import os
import signal
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from kdoctor.collect.gitignore import can_read_gitignore
from kdoctor.errors import KdoctorError
from kdoctor.source.facts import SourceFacts
from kdoctor.source.reading import NEEDLES, SUFFIXES, facts_of
from kdoctor.source.siblings import with_siblings
from kdoctor.source.text import LARGEST, LARGEST_NOTEBOOK

if TYPE_CHECKING:
    from kdoctor.collect.gitignore import Patterns

#: Folders that hold no code of the project, as ruff and others pass them over.
PASSED_OVER = frozenset({
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pytest_cache", ".pytype", ".ruff_cache",
    ".svn", ".tox", ".venv", "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages",
    "venv",
})  # fmt: skip
#: So many files go to a process at once, and so many are read without a second process.
_BATCH = 64
_FEW = 150
_KILLED_HINT = "leave out what is large and no source with --exclude"
#: After so many files found it is told that there are more to find.
_MANY = 1000


class Scanned(NamedTuple):
    """What was read: facts by path, the number of files looked at, and what could not be read, with the reason."""

    facts: Mapping[str, SourceFacts]
    files: int
    unread: Mapping[str, str]
    #: True where .gitignore files were meant to count and could not be read.
    blind: bool = False


class Wanted(NamedTuple):
    """Which files are wanted below the paths that were named."""

    paths: tuple[str, ...]
    #: Patterns as in .gitignore of what to leave out.
    exclude: tuple[str, ...] = ()
    #: Whether .gitignore files count.
    gitignore: bool = True


def scan(wanted: Wanted, tell: Callable[[int, int], None] = lambda _done, _of: None) -> Scanned:
    """Read every Python file and notebook below the paths; `tell` is called with the number of files done, and of all.

    While it is not known how many there are, `tell` gets the number of those found, and 0. A path that does not exist raises KdoctorError.
    Paths in the result are written as they were named, with forward slashes.
    """
    unread: dict[str, str] = {}
    files: list[str] = []
    for path in _files(wanted, unread):
        files.append(path)
        if len(files) % _MANY == 0:
            tell(len(files), 0)
    facts: dict[str, SourceFacts] = {}
    done = 0
    for batch in _results(files):
        for path, found, problem in batch:
            if problem:
                unread[path] = problem
            if found:
                facts[path] = found
                unread.update(zip([path], found.problems, strict=False))
        done += _BATCH
        tell(min(done, len(files)), len(files))
    known = facts
    if any(one.imports for one in facts.values()):
        from kdoctor.collect.values import read_again  # noqa: PLC0415 -- only for programs of several files.

        every = frozenset(files)
        known = with_siblings({**facts, **read_again(facts, every)}, every)
    return Scanned({path: known[path] for path in sorted(known)}, len(files), unread, wanted.gitignore and not can_read_gitignore())


_Row = tuple[str, SourceFacts | None, str]


def _results(files: Sequence[str]) -> Iterator[list[_Row]]:
    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    workers = min(len(batches), _cores())
    if len(files) <= _FEW or workers < 2:  # noqa: PLR2004 -- one process is this one.
        yield from map(_read_batch, batches)
        return
    import multiprocessing  # noqa: PLC0415 -- only where there are many files.
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 -- the same.
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 -- the same.

    # A fork starts in no time, and this process has no threads that it could tear apart.
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts)
    try:
        yield from pool.map(_read_batch, batches)
    except BrokenProcessPool:
        raise KdoctorError("a process that read source was killed, most likely for want of memory", _KILLED_HINT) from None
    finally:
        # Whoever interrupts does not wait for what has not begun.
        pool.shutdown(cancel_futures=True)


def _leave_interrupts() -> None:
    """Let the first process alone answer Ctrl-C, which the terminal sends to all: a second process could die holding a lock."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Not on macOS and Windows.
        return os.cpu_count() or 1


def _read_batch(paths: Sequence[str]) -> list[_Row]:
    # Syntax trees hold no cycles, and looking for some while they grow takes a quarter of the time.
    collects = gc.isenabled()
    gc.disable()
    try:
        rows = [(path, *_read(path)) for path in paths]
    finally:
        if collects:
            gc.enable()
    return [row for row in rows if row[1] or row[2]]


def _read(path: str) -> tuple[SourceFacts | None, str]:
    """Give the facts of a file, and why it could not be read."""
    notebook = path.endswith(".ipynb")
    try:
        # What is no plain file (a pipe, a device) could hold a reader for ever.
        with open(path, "rb", opener=_open_now) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None, "no plain file"
            limit = LARGEST_NOTEBOOK if notebook else LARGEST
            if status.st_size > limit:
                return None, f"larger than {limit // 2**20} MiB" if _speaks_of_keras(file) else ""
            return facts_of(file.read(), is_notebook=notebook), ""
    except (OSError, ValueError) as error:
        return None, getattr(error, "strerror", None) or str(error)


def _speaks_of_keras(file: BinaryIO) -> bool:
    """Look through the beginning of a file of any size, where a program says what it imports."""
    beginning = file.read(LARGEST)
    return any(needle in beginning for needle in NEEDLES)


def _open_now(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _files(wanted: Wanted, unread: dict[str, str]) -> Iterator[str]:
    """Give each file once, in the order of the tree."""
    seen: set[str] = set()
    for named in wanted.paths:
        if not os.path.lexists(named):
            raise KdoctorError(f"{named} does not exist")
        for path in _below(named, wanted, unread):
            shown = path.replace(os.sep, "/")
            if shown not in seen:
                seen.add(shown)
                yield shown


def _below(named: str, wanted: Wanted, unread: dict[str, str]) -> Iterator[str]:
    if not os.path.isdir(named):
        yield named
        return
    from kdoctor.collect.gitignore import Ignored  # noqa: PLC0415 -- a single file needs no patterns.

    ignored = Ignored(named, wanted.exclude, gitignore=wanted.gitignore)
    folders: list[tuple[str, str, tuple[Patterns, ...]]] = [(named, "", ignored.around())]
    while folders:
        folder, inner, specs = folders.pop()
        entries = _entries(folder, unread)
        specs = ignored.in_folder(inner, specs, entries)
        below = []
        for entry in entries:
            relative = f"{inner}{entry.name}"
            if _is_folder(entry):
                if entry.name not in PASSED_OVER and not ignored.hides(specs, relative + "/"):
                    below.append((entry.path, relative + "/", specs))
            elif entry.name.endswith(SUFFIXES) and not ignored.hides(specs, relative):
                yield _tidy(entry.path)
        folders += reversed(below)


def _tidy(path: str) -> str:
    return path[2:] if path.startswith("." + os.sep) else path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether to go into it: a link to a folder leads to what is read elsewhere, out of the project, or in a circle."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _entries(folder: str, unread: dict[str, str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        unread[folder.replace(os.sep, "/")] = error.strerror or str(error)
        return []


def as_snapshot(scanned: Scanned) -> dict[str, object]:
    """Give what was read in the form in which a snapshot carries it."""
    from kdoctor.source.facts import facts_document  # noqa: PLC0415 -- beside its only use.

    return {path: facts_document(facts) for path, facts in scanned.facts.items()}


def unreadable(scanned: Scanned) -> Iterable[str]:
    """Give one line for each file that could not be read, in whole or in part."""
    return (f"{path}: {reason}" for path, reason in sorted(scanned.unread.items()))
