"""The compatibility table as records, and as a `kdoctor.matrix/1` document."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from kdoctor import __version__


class State(Enum):
    """What is known of two releases in one environment; metadata and what really happens are told apart."""

    #: Metadata allows it, and no failure is known.
    WORKS = "works"
    #: Metadata forbids it, but it is known to work.
    TOLERATED = "tolerated"
    #: Metadata forbids it, and nobody knows whether it fails.
    UNPROVEN = "unproven"
    #: Metadata allows it, but it is known to fail.
    FAILS = "fails"
    #: Metadata forbids it, and it is known to fail or cannot work.
    REFUSED = "refused"


#: The states in which `kdoctor check` speaks of no error.
USABLE = (State.WORKS, State.TOLERATED, State.UNPROVEN)


class Range(NamedTuple):
    """Neighbouring releases of which the same is known."""

    state: State
    first: str
    last: str
    #: As short as it can be said: "3.0-3.11", "2.15", "0.4.30-0.12".
    shown: str
    #: The Pythons for which it holds, such as ("3.9", "3.10"); () = for every Python that the two have in common.
    python: tuple[str, ...] = ()


class Cell(NamedTuple):
    """One release held against every release of one project that shares a Python with it."""

    #: What the release itself declares of the project, as written in its metadata.
    declared: tuple[str, ...]
    ranges: tuple[Range, ...]
    #: Distributions that the pair needs besides, without declaring them.
    needs: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether there is a release that does not fail."""
        return any(one.state in USABLE for one in self.ranges)


class Row(NamedTuple):
    """One minor release, judged by the newest of its releases that can be installed."""

    minor: str
    release: str
    #: The Pythons that it can be installed on.
    python: tuple[str, ...]
    #: Column -> cell; None where the column does not exist for this release.
    cells: Mapping[str, Cell | None]
    #: What its CUDA build was built with; None where it is no CUDA build.
    cuda: str | None = None
    cudnn: str | None = None


class Matrix(NamedTuple):
    """The whole table: TensorFlow against what surrounds it, and Keras against its backends."""

    system: str
    machine: str
    #: The one Python it was asked for; None = all.
    python: str | None
    tensorflow: tuple[Row, ...]
    keras: tuple[Row, ...]
    #: Date of the newest knowledge, YYYY-MM-DD.
    knowledge: str


def matrix_document(matrix: Matrix) -> dict[str, Any]:
    """Return a `kdoctor.matrix/1` document of JSON types alone."""
    return {
        "schema": "kdoctor.matrix/1",
        "tool": {"name": "kdoctor", "version": __version__},
        "knowledge": matrix.knowledge,
        "platform": {"system": matrix.system, "machine": matrix.machine},
        "python": matrix.python,
        "tensorflow": [{**_row(row), "cuda": row.cuda, "cudnn": row.cudnn} for row in matrix.tensorflow],
        "keras": [_row(row) for row in matrix.keras],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "minor": row.minor,
        "release": row.release,
        "python": list(row.python),
        "cells": {column: _cell(cell) if cell else None for column, cell in row.cells.items()},
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "declared": list(cell.declared),
        "needs": list(cell.needs),
        "ranges": [
            {"state": one.state.value, "first": one.first, "last": one.last, "shown": one.shown, "python": list(one.python)}
            for one in cell.ranges
        ],
    }
