"""`kdoctor scan --fix`: shows what untying would change, and writes it on demand."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING, NamedTuple

import click

from kdoctor.cli.files import write_bytes
from kdoctor.cli.output import say
from kdoctor.errors import KdoctorError
from kdoctor.knowledge import keras_names
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.families import LEGACY_ON
from kdoctor.render.words import Face, clean, paint
from kdoctor.rules.code.answers import Answer, answer
from kdoctor.rules.code.parts import Part, parts_of
from kdoctor.rules.code.program import program_of
from kdoctor.source.families import way_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.collect.sources import Scanned
    from kdoctor.model import Snapshot
    from kdoctor.source.facts import SourceFacts
    from kdoctor.untie.result import Aim, Left, Untied

_HINT = 'python -m pip install "keras-doctor[fix-source]"'
_NOTEBOOK = ".ipynb"
_LEGACY = "TF_USE_LEGACY_KERAS"
_COLORS = {"+": "32", "-": "31", "@": "36"}


class Wish(NamedTuple):
    """What is to be done with the changes."""

    write: bool
    unsafe: bool
    quiet: bool


class _File(NamedTuple):
    path: str
    before: bytes
    after: bytes
    done: Untied


def untie_project(snapshot: Snapshot, scanned: Scanned, wish: Wish, face: Face) -> int:
    """Untie each file that gets at Keras through TensorFlow; give the exit code: 1 where changes wait to be written, 3 for problems."""
    aims = _aims(snapshot, scanned, unsafe=wish.unsafe)
    changed = changes = left = problems = 0
    for path in _concerned(scanned):
        file = _untied(path, aims[path])
        if file.done.problem:
            problems += 1
            click.echo(clean(f"kdoctor: {path}: {file.done.problem}; left as it is"), err=True)
            continue
        left += len(file.done.left)
        if file.done.changes:
            changed, changes = changed + 1, changes + len(file.done.changes)
            if wish.write:
                write_bytes(path, file.after)
        if not wish.quiet:
            _show(file, face, diff=not wish.write)
    if not wish.quiet:
        say(_summary(changed, changes, left, wish), face)
    return 3 if problems else int(bool(changes) and not wish.write)


def _concerned(scanned: Scanned) -> Iterator[str]:
    for path, facts in scanned.facts.items():
        if any(way_of(use.name) in ("tensorflow.keras", "tensorflow.python.keras") for use in facts.uses):
            yield path


def _untied(path: str, aim: Aim) -> _File:
    try:
        from kdoctor.untie.file import untie_bytes  # noqa: PLC0415 -- it needs an extra.
    except ImportError as missing:
        raise KdoctorError(f"--fix needs {missing.name}, which is not installed", _HINT) from None
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- paths are strings here.
            data = file.read()
    except OSError as error:
        raise KdoctorError(f"{path} cannot be read: {error.strerror}") from error
    exports = os.path.basename(path) == "__init__.py"  # noqa: PTH119 -- the same.
    after, done = untie_bytes(data, aim._replace(exports=exports), is_notebook=path.endswith(".ipynb"))
    return _File(path, data, after, done)


def _aims(snapshot: Snapshot, scanned: Scanned, *, unsafe: bool) -> dict[str, Aim]:
    """Say for each file what `keras` is where it runs, and whether tf.keras is the same; where it runs in several, both must be."""
    aims: dict[str, Aim] = {}
    # Who starts a module cannot be told for sure; a notebook is a program by itself.
    asks = any(_asks_for_legacy(facts) for path, facts in scanned.facts.items() if not path.endswith(_NOTEBOOK))
    for part in parts_of(program_of(couple(snapshot._replace(sources=scanned.facts)))):
        aim = _aim(part, unsafe=unsafe)
        for path in part.program.files:
            if path not in aims or aim.differs:
                aims[path] = aim
            if (asks and not path.endswith(_NOTEBOOK)) or _asks_for_legacy(scanned.facts[path]):
                aims[path] = aim._replace(differs=f"the program sets {_LEGACY}")
    return aims


def _asks_for_legacy(facts: SourceFacts) -> bool:
    return any(one.variable == _LEGACY and one.value in LEGACY_ON for one in facts.settings)


def _aim(part: Part, *, unsafe: bool) -> Aim:
    from kdoctor.untie.result import Aim  # noqa: PLC0415 -- beside its only use.

    coupling = part.program.coupling
    alone, through = answer(coupling, "keras"), answer(coupling, "tensorflow.keras")
    minors = alone.minors if alone and alone.minors else keras_names.minors("keras")[-1:]

    def lacks(name: str) -> str:
        gone = keras_names.gone("keras", name, minors) if name else None
        return f"keras {minors[-1]} has no {gone.name}" if gone else ""

    return Aim(lacks, _difference(alone, through), unsafe)


def _difference(alone: Answer | None, through: Answer | None) -> str:
    """Say why `keras` is not what tf.keras is; "" where both are one."""
    if alone is None or through is None:
        return "which Keras answers here is not known"
    return "" if alone[:2] == through[:2] else f"keras is {alone.label} here, and tf.keras is {through.label}"


def _show(file: _File, face: Face, *, diff: bool) -> None:
    if diff and file.done.changes:
        for line in _diff(file):
            say(paint(clean(line), _COLORS.get(line[:1], "0"), face) if line[:1] in _COLORS else clean(line), face)
    for left in file.done.left:
        say(clean(f"{_spot(file.path, left)}: left {left.what}: {left.why}"), face)


def _diff(file: _File) -> Iterator[str]:
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (file.before, file.after))
    yield from difflib.unified_diff(before, after, f"a/{file.path}", f"b/{file.path}", lineterm="")


def _spot(path: str, left: Left) -> str:
    return f"{path}:{f'cell {left.cell}:' if left.cell else ''}{left.line}:{left.column}"


def _summary(changed: int, changes: int, left: int, wish: Wish) -> str:
    stays = f", {left} left" if left else ""
    if not changes:
        return f"Nothing to change{stays}."
    places = f"{changes} change{'' if changes == 1 else 's'} in {changed} file{'' if changed == 1 else 's'}"
    return f"{places} written{stays}." if wish.write else f"{places}{stays}. --write writes them."
