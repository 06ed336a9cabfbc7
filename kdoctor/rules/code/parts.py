"""The parts of a program: the files that run in one environment, as the program makes it by variables that it sets in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kdoctor.rules.code.program import Named, Program
from kdoctor.rules.code.settings import in_time, reader_before
from kdoctor.source.facts import Place, Setting, SourceFacts, Use

#: Variables that decide which Keras a program gets.
_DECIDING = ("KERAS_BACKEND", "TF_USE_LEGACY_KERAS")
#: What a program sets otherwise than the environment has it.
Changes = frozenset[tuple[str, str]]
_NONE: Changes = frozenset()


class Part(NamedTuple):
    """Some files of a program, with the environment that they run in; a file that several programs import is in several parts."""

    program: Program
    changes: Changes

    @property
    def says(self) -> str:
        """What the program sets, in words."""
        return ", ".join(f"{name}={value}" for name, value in sorted(self.changes))


def parts_of(program: Program) -> list[Part]:
    """Give the parts of a program; the one that changes nothing, if there is any such file, comes first."""
    files: dict[Changes, dict[str, SourceFacts]] = {}
    for path, each in _changes(program).items():
        for changes in each:
            files.setdefault(changes, {})[path] = program.files[path]
    if files.keys() <= {_NONE}:
        return [Part(program, _NONE)]
    return [_part(program, changes, files[changes]) for changes in sorted(files, key=sorted)]


def _part(program: Program, changes: Changes, files: Mapping[str, SourceFacts]) -> Part:
    uses: dict[Named, list[tuple[str, Use]]] = {}
    for named, placed in program.uses.items():
        kept = [one for one in placed if one[0] in files]
        if kept:
            uses[named] = kept
    return Part(program._replace(coupling=program.changed(dict(changes)), files=files, uses=uses), changes)


def _changes(program: Program) -> dict[str, set[Changes]]:
    """Give for each file what is set before it runs: by itself, or by those who import it."""
    own = {path: changes for path, held in in_time(program) if (changes := _of(program, held))}
    own |= {path: changes for path in program.files if path not in own and (changes := _brought_in(program, path, own))}
    found: dict[str, set[Changes]] = {path: {changes} for path, changes in own.items()}
    imported = {one.path for path, facts in program.files.items() for one in facts.imports if one.path != path}
    waiting = [*own.items(), *((path, _NONE) for path in program.files if path not in own and path not in imported)]
    for path, changes in waiting:  # It grows on the way.
        if path not in own:
            if changes in found.setdefault(path, set()):
                continue
            found[path].add(changes)
        waiting += [(other, changes) for other in _run_by(program, path) if other not in own]
    return {path: found.get(path) or {_NONE} for path in program.files}


def _brought_in(program: Program, path: str, own: Mapping[str, Changes]) -> Changes:
    """Give what a file that is imported sets, where that is before anything is read."""
    facts = program.files[path]
    for one in facts.imports:
        for name, value in sorted(own.get(one.path, _NONE)) if not one.guard else ():
            setting = Setting(name, value, "set", "", Place(one.line, 1, one.line, 1, one.cell))
            if reader_before(program, path, setting) is None:
                return own[one.path]
    return _NONE


def _of(program: Program, held: Mapping[str, Setting]) -> Changes:
    environment = program.coupling.snapshot.environment or {}
    return frozenset((name, held[name].value or "") for name in _DECIDING if name in held and environment.get(name) != held[name].value)


def _run_by(program: Program, path: str) -> Iterator[str]:
    """Give the files that a file imports, those that it imports before it sets its variables left out."""
    facts = program.files[path]
    settings = ((one.place.cell, one.place.line) for one in facts.settings if one.variable in _DECIDING and one.guard == "")
    first = min(settings, default=(0, 0))
    return (one.path for one in facts.imports if (one.cell, one.line) > first and one.path in program.files)
