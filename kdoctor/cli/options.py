"""Options that several commands share, and what they mean."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from kdoctor.model import Snapshot

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Probing(NamedTuple):
    """What --probe and its limits ask for."""

    probe: bool = False
    timeout: int | None = None
    memory: int | None = None


NO_PROBE = Probing()


def patient_options(command: _Command) -> _Command:
    """Add --python and --from."""
    command = click.option(
        "--from",
        "source",
        metavar="FILE|-",
        help="Read a report, a listing or an issue's text (- for standard input) instead of examining this machine.",
    )(command)
    return click.option("--python", metavar="PATH", help="Interpreter, virtual environment folder or conda prefix to examine.")(command)


def probe_options(command: _Command) -> _Command:
    """Add --probe and its limits."""
    for option in (
        click.option("--probe-memory", type=click.IntRange(min=64), metavar="MIB", help="Limit the data of each process of the probe."),
        click.option("--probe-timeout", type=click.IntRange(min=1), metavar="SECONDS", help="Limit each step of the probe (default: 300)."),
        click.option("--probe", is_flag=True, help="Really import the frameworks and train a tiny model, in guarded processes."),
    ):
        command = option(command)
    return command


def wish_options(command: _Command) -> _Command:
    """Add --require and --backend."""
    command = click.option(
        "--backend",
        type=click.Choice(["tensorflow", "jax", "torch", "openvino", "numpy"]),
        metavar="NAME",
        help="Say which backend Keras is to run on; another is then an error.",
    )(command)
    return click.option(
        "--require",
        type=click.Choice(["cpu", "gpu", "tpu"]),
        help="Say what it is to compute on; what cannot be used is then an error with its reason. Faults of a GPU do not count with cpu.",
    )(command)


def with_wishes(snapshot: Snapshot, require: str | None, backend: str | None) -> Snapshot:
    """Give the snapshot with what the command line asks for; it goes before what a configuration says."""
    if require is None and backend is None:
        return snapshot
    from kdoctor.model import Intent  # noqa: PLC0415 -- only where something is asked for.

    intent = snapshot.intent or Intent()
    asked = {"accelerator": require, "backend": backend}
    places = {name: place for name, place in intent.places.items() if asked.get(name) is None}
    wishes = intent._replace(accelerator=require or intent.accelerator, backend=backend or intent.backend, places=places)
    return snapshot._replace(intent=wishes)


def color_option(command: _Command) -> _Command:
    """Add --color."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colour the report.",
    )(command)


def deep_option(command: _Command) -> _Command:
    """Add --deep."""
    what = "Look beneath the metadata too: files on disk, links between libraries."
    return click.option("--deep", is_flag=True, help=what)(command)


def take_snapshot(
    python: str | None,
    source: str | None,
    *,
    example: bool = False,
    meanwhile: Callable[[], object] = tuple,
    leaves: bool = False,
    deep: bool = False,
    probing: Probing = NO_PROBE,
) -> Snapshot:
    """Read the snapshot that the options mean; KdoctorError where it cannot be had, a usage error where they contradict.

    `meanwhile` is called while an interpreter is asked who it is, if one is. `leaves` says that a document will be made of it, which
    may be pasted in public: then only what `kdoctor.redact` allows is in it. Else it is fit for the terminal of this machine.
    """
    found = _taken(python, source, example=example, meanwhile=meanwhile, deep=deep, probing=probing)
    if leaves and not example:
        from kdoctor.redact import redacted  # noqa: PLC0415 -- only where a document is made.

        return redacted(found, os.path.expanduser("~"))  # noqa: PTH111 -- start-up time: pathlib is slow to import.
    from kdoctor.redact import redacted_here  # noqa: PLC0415 -- `--help` needs it not.

    return redacted_here(found)


def _taken(
    python: str | None, source: str | None, *, example: bool, meanwhile: Callable[[], object], deep: bool, probing: Probing
) -> Snapshot:
    if deep and (example or source is not None):
        raise click.UsageError("--deep looks at the files of this machine; what is read was taken before: kdoctor snapshot --deep")
    if sum((python is not None, source is not None, example)) > 1:
        raise click.UsageError("--python examines an environment, --from and --example read one: give one of them.")
    if not probing.probe and (probing.timeout or probing.memory):
        raise click.UsageError("--probe-timeout and --probe-memory limit the probe: give --probe too.")
    if probing.probe and (example or source is not None):
        raise click.UsageError("--probe runs an interpreter of this machine, --from and --example read a document: give one of them.")
    if example or source is not None:
        from kdoctor.collect.pastes import read  # noqa: PLC0415 -- only where a document is read.

        path = _example_path() if example or source is None else source
        return read(_read(path), named(path)).snapshot
    from kdoctor.collect import collect_snapshot  # noqa: PLC0415 -- only where a machine is examined.

    snapshot = collect_snapshot(python, os.environ, here(), meanwhile, deep=deep)
    if not probing.probe:
        return snapshot
    from kdoctor.cli.probing import probed  # noqa: PLC0415 -- only where a live probe is asked for.

    return probed(snapshot, here(), probing.timeout, probing.memory)


def projects_and_models(given: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell the projects and files among the arguments from the saved models."""
    models = tuple(path for path in given if _is_model(path))
    return tuple(path for path in given if path not in models), models


def _is_model(path: str) -> bool:
    # Start-up time: pathlib is slow to import.
    inside = os.path.join(path, "saved_model.pb")  # noqa: PTH118
    return path.lower().endswith((".keras", ".h5", ".hdf5")) or os.path.isfile(inside)  # noqa: PTH113


def with_models(snapshot: Snapshot, paths: Sequence[str]) -> Snapshot:
    """Add the saved models of these paths; KdoctorError where one cannot be read."""
    if not paths:
        return snapshot
    from kdoctor.collect.model_files import read_model  # noqa: PLC0415 -- only where one is named.

    return snapshot._replace(models=tuple(map(read_model, paths)))


def named(source: str) -> str:
    """Give the words for what --from reads."""
    return "standard input" if source == "-" else source


def here() -> str:
    """Give the current folder; where it was deleted, a place that holds nothing."""
    try:
        return os.getcwd()  # noqa: PTH109 -- start-up time: pathlib is slow to import.
    except OSError:
        return os.devnull


def _example_path() -> str:
    return os.path.join(os.path.dirname(__file__), "data", "example.json")  # noqa: PTH118, PTH120 -- start-up time.


def _read(path: str) -> bytes:
    from kdoctor.contract.plain import LARGEST  # noqa: PLC0415 -- only where a document is read.

    if path == "-":
        return _standard_input(LARGEST + 1)
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- start-up time.
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KdoctorError(f"{path} cannot be read: {reason}", "give a file, or - for standard input") from error


def _standard_input(limit: int) -> bytes:
    if sys.stdin is None:
        raise KdoctorError("standard input is closed")
    if sys.stdin.isatty():
        click.echo("kdoctor: paste a report, a listing or an issue; end it with Ctrl-D (Windows: Ctrl-Z and Enter)", err=True)
    try:
        return sys.stdin.buffer.read(limit)
    except OSError as error:
        raise KdoctorError(f"standard input cannot be read: {error.strerror}") from error
