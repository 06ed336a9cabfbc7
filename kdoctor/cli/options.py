"""Options that several commands share, and what they mean."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kdoctor.errors import KdoctorError
from kdoctor.render.words import Face

if TYPE_CHECKING:
    from kdoctor.model import Snapshot

_Command = TypeVar("_Command", bound=Callable[..., Any])


def patient_options(command: _Command) -> _Command:
    """Add --python and --from."""
    command = click.option("--from", "source", metavar="FILE|-", help="Read a snapshot or a report (- for standard input) instead of examining this machine.")(command)
    return click.option("--python", metavar="PATH", help="Interpreter, virtual environment folder or conda prefix to examine.")(command)


def color_option(command: _Command) -> _Command:
    """Add --color."""
    return click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="Colour the report.")(command)


def take_snapshot(python: str | None, source: str | None, *, example: bool = False) -> Snapshot:
    """Read the snapshot that the options mean; KdoctorError where it cannot be had, a usage error where they contradict."""
    if python is not None and (source is not None or example):
        raise click.UsageError("--python examines an environment, --from and --example read one: give one of them.")
    if example or source is not None:
        from kdoctor.contract import read_snapshot  # noqa: PLC0415 -- only where a document is read.

        return read_snapshot(_read(_example_path() if example else str(source)), "the example" if example else str(source))
    from kdoctor.collect import collect_snapshot  # noqa: PLC0415 -- only where a machine is examined.

    return collect_snapshot(python, os.environ, _here())


def _here() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 -- start-up time: pathlib is slow to import.
    except OSError:
        return os.path.expanduser("~")  # noqa: PTH111 -- the folder that we stand in was removed.


def _example_path() -> str:
    return os.path.join(os.path.dirname(__file__), "data", "example.json")  # noqa: PTH118, PTH120 -- start-up time.


def _read(path: str) -> bytes:
    from kdoctor.contract.plain import LARGEST  # noqa: PLC0415 -- only where a document is read.

    if path == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- start-up time.
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KdoctorError(f"{path} cannot be read: {reason}", "give a snapshot or report, or - for standard input") from error


def face_of(color: str) -> Face:
    """Say what standard output can show: NO_COLOR wins over FORCE_COLOR, and meaning never rests on colour."""
    stream = sys.stdout
    terminal = stream.isatty()
    wanted = terminal and os.environ.get("TERM") != "dumb"
    if os.environ.get("FORCE_COLOR"):
        wanted = True
    if os.environ.get("NO_COLOR"):
        wanted = False
    if color != "auto":
        wanted = color == "always"
    width = min(os.get_terminal_size(stream.fileno()).columns, 120) if terminal else 100
    return Face(color=wanted, unicode=(stream.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig", "utf16"), width=max(width, 40))
