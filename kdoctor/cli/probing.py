"""A live probe as the command line runs it: with a line that shows how far it is, on a terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kdoctor.collect.probe import Limits, Progress, probe

if TYPE_CHECKING:
    from kdoctor.model import Snapshot

#: Erases the line and returns to its start.
_ERASE = "\r\x1b[K"


def probed(snapshot: Snapshot, cwd: str, timeout: int | None, memory: int | None) -> Snapshot:
    """Give the snapshot with what a live probe saw; None for a limit is the usual one. Raises KdoctorError where it cannot be run."""
    shown = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    limits = Limits(memory=memory) if timeout is None else Limits(timeout, memory)
    try:
        return snapshot._replace(probe=probe(snapshot, os.environ, cwd, limits, _show if shown else _nothing))
    finally:
        if shown:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()


def _show(progress: Progress) -> None:
    place = f" ({progress.number} of {progress.steps})" if progress.steps else ""
    sys.stderr.write(f"{_ERASE}kdoctor: trying {progress.step}{place}, {progress.seconds:.0f} s")
    sys.stderr.flush()


def _nothing(_: Progress) -> None:
    """Say nothing: nobody is there to see it."""
