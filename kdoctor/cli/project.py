"""The source of a project for the commands that judge it: read, with a bar where it takes long, and complaints on standard error."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.collect.sources import Scanned
    from kdoctor.model import Snapshot

#: A bar is shown only where somebody would otherwise begin to wonder.
_PATIENCE = 1.0
_WIDTH = 30


def read_project(paths: Sequence[str], exclude: Sequence[str] = (), *, gitignore: bool = True) -> Scanned:
    """Read the source below the paths and tell on standard error what could not be read, a line each."""
    from kdoctor.collect.sources import Wanted, scan, unreadable  # noqa: PLC0415 -- only where source is read.

    wanted = Wanted(tuple(paths), tuple(exclude), gitignore)
    with _bar() as tell:
        scanned = scan(wanted, tell)
    if gitignore and scanned.blind:
        click.echo('kdoctor: .gitignore is not heeded without pathspec: python -m pip install "keras-doctor[scan]"', err=True)
    for line in unreadable(scanned):
        click.echo(clean(f"kdoctor: {line}"), err=True)
    return scanned


def with_project(snapshot: Snapshot, scanned: Scanned, *, plain: bool = False) -> Snapshot:
    """Give the snapshot with what was read of the project beside what it carries: `plain`, or as it is judged in this process."""
    from kdoctor.collect.sources import as_snapshot  # noqa: PLC0415 -- only where source is read.

    return snapshot._replace(sources={**(snapshot.sources or {}), **(as_snapshot(scanned) if plain else scanned.facts)})


def _line(done: int, of: int) -> str:
    """Give one line that fits the terminal: a longer one would leave remains behind."""
    if not of:
        return f"  looking  {done} files"
    width = max(0, min(_WIDTH, shutil.get_terminal_size().columns - 45))
    full = width * done // of
    bar = f"[{'#' * full}{'-' * (width - full)}]  " if width else ""
    return f"  reading  {bar}{done} of {of} files"


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far the reading is, from the second second on, and take it away at the end."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    started = time.monotonic()
    shown = False

    def tell(done: int, of: int) -> None:
        nonlocal shown
        if terminal and time.monotonic() - started > _PATIENCE:
            shown = True
            click.echo(f"\r\x1b[K{_line(done, of)}", err=True, nl=False)

    try:
        yield tell
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)
