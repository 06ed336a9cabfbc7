"""What goes to standard output, and what standard output can show."""

from __future__ import annotations

import os
import sys

import click

from kdoctor.errors import KdoctorError
from kdoctor.render.words import Face

_UTF = ("utf8", "utf8sig", "utf16")


def say(text: str, face: Face | None = None) -> None:
    """Print text and a line feed, in colour where the face has it.

    A reader that went away (`kdoctor check | head -1`) has read enough: then the rest is dropped. Any other failure raises
    KdoctorError.
    """
    try:
        click.echo(text, color=True if face and face.color else None)
    except BrokenPipeError:
        _drop_the_rest()
    except OSError as error:
        _drop_the_rest()
        raise KdoctorError(f"the output cannot be written: {error.strerror}") from error


def _drop_the_rest() -> None:
    """Point standard output at nothing, so that what is still buffered does not fail once more when the interpreter ends."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def face_of(color: str) -> Face:
    """Say what standard output can show; `color` is what --color says.

    --color wins over NO_COLOR, NO_COLOR over FORCE_COLOR, and that over what standard output is. Meaning never rests on colour.
    """
    stream = sys.stdout
    if stream is None:
        return Face()
    terminal = stream.isatty()
    encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
    return Face(color=_wants_color(color, terminal=terminal), unicode=encoding in _UTF, width=_width() if terminal else 100)


def _wants_color(color: str, *, terminal: bool) -> bool:
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (terminal and os.environ.get("TERM") != "dumb")


def _width() -> int:
    """Give the columns of the terminal: at least 40, and at most 120, since longer lines are hard to read."""
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        columns = 0
    return max(40, min(columns or 80, 120))
