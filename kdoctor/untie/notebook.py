"""From the text of a notebook to the same text untied: only the source of cells that change is written anew, every other byte stays."""

from __future__ import annotations

import json
import re

import libcst as cst

from kdoctor.source.notebook import Cell, cells_of, python_of, writes_program
from kdoctor.source.spans import SPACE, Span, spans
from kdoctor.untie.depth import nested_too_deeply
from kdoctor.untie.result import Aim, Untied
from kdoctor.untie.source import untie

#: What a line that only IPython understands becomes while the cells are one module, so that it comes back as it was.
_MAGIC = "pass  # kdoctor-magic-{}"
_MAGICS = re.compile(r"pass  # kdoctor-magic-(\d+)")
_RAW = "# kdoctor-raw-{}"
_RAWS = re.compile(r"# kdoctor-raw-(\d+)")
_BORDER = "# kdoctor-cell-{}"
_BORDERS = re.compile(r"# kdoctor-cell-(\d+)\n")


def untie_notebook(text: str, aim: Aim) -> Untied:
    """Make `keras` of tensorflow.keras in the code cells, which are one program; a text that is no notebook stays as it is."""
    try:
        cells = cells_of(text)
        places = dict(spans(text))
    except (ValueError, IndexError, RecursionError) as wrong:
        return Untied(text, problem=f"not a notebook: {' '.join(str(wrong).split())}")
    if any("\ud800" <= character <= "\udfff" for cell in cells for character in cell.source):
        return Untied(text, problem="a cell holds half a character (a lone surrogate)")
    kept: list[str] = []
    joined = "".join(f"{_BORDER.format(cell.number)}\n{_masked(cell.source, kept)}\n" for cell in cells)
    done = untie(joined, aim)
    if done.problem:
        return Untied(text, problem=done.problem)
    lines = _lines_of(joined)
    changes = tuple(one._replace(line=lines[one.line][1], cell=lines[one.line][0]) for one in done.changes)
    left = tuple(one._replace(line=lines[one.line][1], cell=lines[one.line][0]) for one in done.left)
    return Untied(_rewritten(text, cells, places, _split(done.text, kept)) if changes else text, changes, left)


def _masked(source: str, kept: list[str]) -> str:
    """Give a cell as Python: lines of IPython behind `pass`, a cell that is no Python behind a comment; what they were goes to `kept`."""
    if _parses(source):
        return source
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("%", "!", "?")) or line.rstrip().endswith("?"):
            lines[number] = line[: len(line) - len(line.lstrip())] + _MAGIC.format(len(kept))
            kept.append(line.lstrip())
    masked = "\n".join(lines)
    if not python_of(source) or writes_program(source) or not _parses(masked):
        kept.append(source)
        # As many lines as before, so that places stay right.
        return _RAW.format(len(kept) - 1) + "\n" * source.count("\n")
    return masked


def _parses(source: str) -> bool:
    if nested_too_deeply(source):
        return False
    try:
        cst.parse_module(source)
    except (cst.ParserSyntaxError, RecursionError):
        return False
    return True


def _split(text: str, kept: list[str]) -> dict[int, str]:
    """Give the cells of the joined text, each as it was written but for the changes."""
    _, *parts = _BORDERS.split(text)
    sources = zip(parts[::2], parts[1::2], strict=True)
    return {int(number): _unmasked(source.removesuffix("\n"), kept) for number, source in sources}


def _unmasked(source: str, kept: list[str]) -> str:
    raw = _RAWS.match(source)
    return kept[int(raw[1])] if raw else _MAGICS.sub(lambda found: kept[int(found[1])], source)


def _lines_of(joined: str) -> list[tuple[int, int]]:
    """Give for each line of the joined text, counted from 1, its cell and its line in the cell."""
    found, cell, line = [(0, 0)], 0, 0
    for text in joined.split("\n"):
        border = _BORDERS.match(f"{text}\n")
        cell, line = (int(border[1]), 0) if border else (cell, line + 1)
        found.append((cell, line))
    return found


def _rewritten(text: str, cells: list[Cell], places: dict[int, Span], sources: dict[int, str]) -> str:
    pieces, done = [], 0
    for cell in cells:
        new = sources.get(cell.number, cell.source)
        if new != cell.source and cell.number in places:
            span = places[cell.number]
            pieces += [text[done : span.start], _like(text[span.start : span.end], new, is_list=span.is_list)]
            done = span.end
    return "".join((*pieces, text[done:]))


def _like(old: str, source: str, *, is_list: bool) -> str:
    """Write source as the old value was written: as one string or a list of lines, with its spaces and its way of escaping."""

    def quoted(part: str) -> str:
        return json.dumps(part, ensure_ascii=old.isascii() and "\\u" in old)

    if not is_list:
        return quoted(source)
    opened = SPACE.match(old, 1)
    closed = re.search(r"[ \t\r\n]*\]$", old)
    space = opened[0] if opened else ""
    end = closed[0] if closed else "]"
    between = re.search(r'",([ \t\r\n]*)"', old)
    return f"[{space}" + f",{between[1] if between else space}".join(map(quoted, source.splitlines(keepends=True))) + end
