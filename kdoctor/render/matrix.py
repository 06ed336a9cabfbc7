"""The compatibility table as a person reads it: aligned text for a terminal, Markdown for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kdoctor import __version__
from kdoctor.contract.matrix import Cell, Matrix, Row, State
from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

#: State -> (its mark, its colour, what it means); what is refused is not shown.
_MARKS = {
    State.WORKS: ("", "", "metadata allows it, and no failure is known"),
    State.TOLERATED: ("+", "32", "metadata forbids it, but it is known to work"),
    State.UNPROVEN: ("?", "33", "metadata forbids it, and no failure is known"),
    State.FAILS: ("x", "31", "metadata allows it, but it is known to fail"),
}
_NAMES = {"tensorflow.keras": "tf.keras", "keras": "import keras", "numpy": "NumPy", "tensorflow": "TensorFlow"}
_BACKENDS = {"tensorflow": "TensorFlow", "numpy": "NumPy backend"}
_NOTES = (
    "tf.keras: the Keras that works as tf.keras; import keras: that works when imported itself; tf-keras: with TF_USE_LEGACY_KERAS=1.",
    "-: no release plays that part; the tf.keras of TensorFlow before 2.6 is its own. What is not listed is refused or fails.",
    "Each pair is judged alone; for a whole environment: kdoctor check.",
)
_NOTHING = "No release that kdoctor knows fits all of that."
#: Columns after which a cell goes on in a next line, on a terminal; Markdown breaks lines itself.
_WIDEST = 20
_UNBROKEN = 10_000
_GAP = "  "


class _Line(NamedTuple):
    text: str
    color: str = ""


#: Column headings, and for each row the lines of each of its cells.
_Table = tuple[list[str], list[list[list[_Line]]]]


def text(matrix: Matrix, face: Face) -> str:
    """Give the tables aligned, in panels side by side no wider than the face."""
    blocks = [wrapped(_heading(matrix, "\N{MIDDLE DOT}"), face.width)]
    for title, table in _tables(matrix, _WIDEST):
        blocks += [wrapped(title, face.width), *_panels(table, face)]
    if len(blocks) == 1:
        return ascii_only("\n\n".join(["\n".join(blocks[0]), _NOTHING]), face)
    legend = [line for mark, _, meaning in _MARKS.values() for line in wrapped(meaning, face.width, f"{mark or ' '} ", "  ")]
    blocks += [legend, [line for note in _NOTES for line in wrapped(note, face.width)]]
    return ascii_only("\n\n".join("\n".join(block) for block in blocks), face)


def markdown(matrix: Matrix) -> str:
    """Give the tables in GitHub's Markdown."""
    blocks = [_escaped(_heading(matrix, "-"))]
    if not (matrix.tensorflow or matrix.keras):
        return "\n\n".join([*blocks, _NOTHING])
    for title, (headings, rows) in _tables(matrix, _UNBROKEN):
        lines = [_piped(headings), _piped(["---"] * len(headings))]
        lines += [_piped(["<br>".join(_escaped(line.text) for line in cell) for cell in row]) for row in rows]
        blocks += [f"**{_escaped(title)}**", "\n".join(lines)]
    blocks.append("\n".join(f"- `{mark}` {meaning}" for mark, _, meaning in _MARKS.values() if mark))
    return "\n\n".join([*blocks, *map(_escaped, _NOTES)])


def _heading(matrix: Matrix, dot: str) -> str:
    python = f", Python {matrix.python}" if matrix.python else ""
    where = f"{matrix.system} {matrix.machine}{python}"
    return clean(f"kdoctor {__version__} {dot} what goes together on {where} {dot} knowledge of {matrix.knowledge}")


def _tables(matrix: Matrix, widest: int) -> list[tuple[str, _Table]]:
    """Give the tables that have rows, each with its title; columns that say nothing are left out."""
    found = []
    if matrix.tensorflow:
        title = "TensorFlow: the newest release of each minor, and what it runs with"
        found.append((title, _table("TensorFlow", _NAMES, matrix.tensorflow, widest)))
    if matrix.keras:
        title = "Keras: the newest release of each minor, and the backends it runs on"
        found.append((title, _table("Keras", _BACKENDS, matrix.keras, widest)))
    return found


def _table(name: str, names: dict[str, str], rows: Sequence[Row], widest: int) -> _Table:
    columns = [column for column in rows[0].cells if any(row.cells[column] for row in rows)]
    cuda = any(row.cuda for row in rows)
    headings = [name, "Python", *(names.get(column, column) for column in columns), *(["CUDA", "cuDNN"] if cuda else [])]
    lines = [
        [
            [_Line(clean(row.release))],
            [_Line(_span(row.python))],
            *(_lines(row.cells[column], widest) for column in columns),
            *([[_Line(clean(row.cuda or "-"))], [_Line(clean(row.cudnn or "-"))]] if cuda else []),
        ]
        for row in rows
    ]
    return headings, lines


def _lines(cell: Cell | None, widest: int) -> list[_Line]:
    if cell is None:
        return [_Line("-")]
    lines: list[_Line] = []
    for state, (mark, color, _) in _MARKS.items():
        shown = [one.shown + (f" (Python {_span(one.python)})" if one.python else "") for one in cell.ranges if one.state is state]
        # Where metadata says nothing of the project, that something fails is no surprise.
        if shown and (cell.declared or state is not State.FAILS):
            first = f"{mark} " if mark else ""
            lines += [_Line(line, color) for line in wrapped(clean(", ".join(shown)), widest, first, " " * len(first))]
    if cell.needs:
        lines.append(_Line(clean(f"with {', '.join(cell.needs)}")))
    return lines or [_Line("none")]


def _span(pythons: Sequence[str]) -> str:
    return pythons[0] if len(pythons) == 1 else f"{pythons[0]}-{pythons[-1]}"


def _panels(table: _Table, face: Face) -> list[list[str]]:
    """Cut a table into panels that fit the width; each begins with the first column."""
    headings, rows = table
    widths = [max(len(line.text) for cell in column for line in cell) for column in zip(*rows, strict=True)]
    widths = [max(width, len(heading)) for width, heading in zip(widths, headings, strict=True)]
    panels: list[list[int]] = []
    for column in range(1, len(headings)):
        wide = sum(widths[one] + len(_GAP) for one in (0, *(panels[-1] if panels else ()), column)) - len(_GAP)
        if not panels or wide > face.width:
            panels.append([])
        panels[-1].append(column)
    return [_panel(table, widths, [0, *columns], face) for columns in panels]


def _panel(table: _Table, widths: list[int], columns: list[int], face: Face) -> list[str]:
    headings, rows = table
    lines = [_joined([_Line(headings[column], "1") for column in columns], columns, widths, face)]
    for row in rows:
        for number in range(max(len(row[column]) for column in columns)):
            cells = [row[column][number] if number < len(row[column]) else _Line("") for column in columns]
            lines.append(_joined(cells, columns, widths, face))
    return lines


def _joined(cells: list[_Line], columns: list[int], widths: list[int], face: Face) -> str:
    last = max((place for place, cell in enumerate(cells) if cell.text), default=0)
    padded = [
        (paint(cell.text, cell.color, face) if cell.color else cell.text) + " " * (widths[column] - len(cell.text) if place < last else 0)
        for place, (cell, column) in enumerate(zip(cells, columns, strict=True))
        if place <= last
    ]
    return _GAP.join(padded)


def _piped(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Give text that Markdown takes as it is."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{character}" if character in "\\`*_[]|~" else character for character in safe)
