"""The two tables: TensorFlow against what surrounds it, and Keras against its backends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kdoctor import versions
from kdoctor.contract.matrix import USABLE, Cell, Matrix, Row, State
from kdoctor.knowledge.conditions import read
from kdoctor.knowledge.dates import knowledge_date
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import BACKENDS, LEGACY_ON
from kdoctor.knowledge.index import Index
from kdoctor.matrix.pairs import Column, Pairs
from kdoctor.matrix.ranges import collapse
from kdoctor.matrix.releases import Releases
from kdoctor.rules.cuda import tensorflow_build
from kdoctor.rules.rows import hits
from kdoctor.rules.usages import foretell

#: Columns of the table of TensorFlow, in order.
OF_TENSORFLOW: Mapping[str, Column] = {
    "tensorflow.keras": Column("keras", "tensorflow.keras"),
    "keras": Column("keras", "keras"),
    "tf-keras": Column("tf-keras", "tensorflow.keras", (("TF_USE_LEGACY_KERAS", LEGACY_ON[0]),)),
    "numpy": Column("numpy"),
    "protobuf": Column("protobuf"),
}
#: Columns of the table of Keras.
OF_KERAS: Mapping[str, Column] = {backend: Column(backend, "keras", (("KERAS_BACKEND", backend),)) for backend in BACKENDS}
#: The rule on what a backend imports without declaring it, and the distributions that it names.
_UNDECLARED = "KD408"
_CAN_LACK = tuple(dict.fromkeys(read(fact.needs).name for fact in FACTS if fact.rule == _UNDECLARED))


class Wanted(NamedTuple):
    """What the table is to show: specifiers that narrow the releases ("" = the usual ones), and for which machine."""

    tensorflow: str = ""
    keras: str = ""
    python: str | None = None
    system: str = "linux"
    machine: str = "x86_64"


def tabulate(index: Index, wanted: Wanted) -> Matrix:
    """Draw the tables; KdoctorError where the index is damaged."""
    table = _Table(index, wanted)
    return Matrix(
        wanted.system,
        wanted.machine,
        wanted.python,
        tuple(table.rows("tensorflow", wanted.tensorflow or ">=2", OF_TENSORFLOW)),
        tuple(table.rows("keras", wanted.keras or ">=3", OF_KERAS)),
        knowledge_date(),
    )


class _Table:
    def __init__(self, index: Index, wanted: Wanted) -> None:
        self._releases = Releases(index, wanted.system, wanted.machine, wanted.python)
        self._pairs = Pairs(self._releases)
        self._narrowed = {"tensorflow": wanted.tensorflow, "keras": wanted.keras}

    def rows(self, project: str, specifier: str, columns: Mapping[str, Column]) -> Iterator[Row]:
        """Give a row for each minor release, the newest first, that has a partner among the releases that are asked for."""
        for minor, version in reversed(self._releases.newest_of_minors(project, specifier).items()):
            cells = {name: self._cell(project, version, column) for name, column in columns.items()}
            sought = [cell for name, cell in cells.items() if self._narrowed.get(columns[name].project)]
            if not sought or any(cell and cell.usable for cell in sought):
                pythons = self._releases.of(project)[version]
                build = tensorflow_build(self._pairs.alone(project, version, pythons[-1]))
                shown = f"{minor[0]}.{minor[1]}"
                yield Row(shown, version, pythons, cells, build.cuda if build else None, build.cudnn if build else None)

    def _cell(self, project: str, version: str, column: Column) -> Cell | None:
        specifier = self._narrowed.get(column.project) or ""
        candidates = {one: pythons for one, pythons in self._releases.of(column.project).items() if versions.satisfies(one, specifier)}
        states = self._pairs.states(project, version, column, candidates)
        if not states or not self._plays(project, version, column):
            return None
        sides = [self._pairs.side(project, version, python, column.project) for python in self._releases.of(project)[version]]
        declared = tuple(dict.fromkeys(text for side in sides for text in side.requires))
        # Keras 2 and Keras 3 share little more than a name.
        ranges = collapse(states, majors_apart=column.project == "keras")
        return Cell(declared, ranges, self._needs(project, version, column, states))

    def _plays(self, project: str, version: str, column: Column) -> bool:
        """Tell whether a release has the part of a column: a Keras the backend, a TensorFlow a tf.keras that is not its own."""
        if project == "keras":
            return column.project == "tensorflow" or versions.satisfies(version, f">={BACKENDS[column.project]}") is True
        python = self._releases.of(project)[version][-1]
        shared = [one for one, pythons in self._releases.of(column.project).items() if python in pythons]
        if column.usage != "tensorflow.keras" or not shared:
            return bool(shared)
        own = self._pairs.side(project, version, python, column.project)
        newest = self._pairs.side(column.project, shared[-1], python, project)
        answer = foretell(self._pairs.together(own, newest, python, column), ())[column.usage].resolves_to or ""
        return answer.partition(" ")[0] == column.project

    def _needs(self, project: str, version: str, column: Column, states: dict[str, dict[str, State]]) -> tuple[str, ...]:
        """Name what the newest pair that works needs besides, without declaring it."""
        works = ((one, python) for one, found in reversed(states.items()) for python, state in found.items() if state in USABLE)
        candidate, python = next(works, ("", ""))
        if not candidate:
            return ()
        own = self._pairs.side(project, version, python, column.project, *_CAN_LACK)
        other = self._pairs.side(column.project, candidate, python, project, *_CAN_LACK)
        coupling = self._pairs.together(own, other, python, column, _CAN_LACK)
        declared = [wanted.name for text in (*own.requires, *other.requires) if (wanted := versions.requirement(text))]
        missing = dict.fromkeys(read(hit.needs).name for hit in hits(coupling) if hit.fact.rule == _UNDECLARED)
        return tuple(name for name in missing if name not in declared)
