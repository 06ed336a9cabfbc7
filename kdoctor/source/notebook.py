"""Notebooks: their code cells as Python source, with what only IPython understands taken out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

#: Cell magics whose cell is no Python; any other may be somebody's own, and its cell is read as Python.
_FOREIGN_MAGICS = (
    *("%%!", "%%HTML", "%%R", "%%SVG", "%%bash", "%%bigquery", "%%cmd", "%%css", "%%cython", "%%file", "%%html", "%%javascript", "%%js"),
    *("%%julia", "%%latex", "%%markdown", "%%node", "%%perl", "%%powershell", "%%pypy", "%%ruby", "%%script", "%%sh", "%%shell", "%%sql"),
    *("%%sqlite", "%%svg", "%%system", "%%sx", "%%writefile"),
)
_ENV = re.compile(r"^\s*%(?:env|set_env)\s+(\w+)(?:\s*=\s*|\s+)(.*?)\s*$")
_EXPORT = re.compile(r"^\s*!\s*export\s+(\w+)=(\S*)")
_ASSIGNED = re.compile(r"^(\s*[\w.,\[\]'\" ]+=\s*)[!%].*$")
_WRITES = re.compile(r"\s*%%(?:writefile|file)\s[^\n]*\.py\w?['\"]?\s*\n")
_HELP = re.compile(r"^\s*\?{1,2}[\w.]+\s*$|^\s*[\w.]+\?{1,2}\s*$")


class Cell(NamedTuple):
    """One code cell."""

    #: From 1, in the order of the notebook, Markdown cells counted too.
    number: int
    source: str


class Said(NamedTuple):
    """A variable that a line of IPython sets: `%env X=1`, or `!export X=1` without effect."""

    line: int
    variable: str
    value: str
    how: str


def cells_of(text: str) -> list[Cell]:
    """Give the code cells of a notebook; raises ValueError with what is wrong where it is none."""
    try:
        document = json.loads(text, parse_int=float)  # Python refuses to make whole numbers of thousands of digits.
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 -- the caller tells one kind of failure.
    return list(_cells(document)) if _is_python(document.get("metadata")) else []


def _is_python(metadata: Any) -> bool:
    """Tell whether the cells are Python; where nothing is said of it, they are."""
    for key, word in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(key) if isinstance(metadata, dict) else None
        language = part.get(word) if isinstance(part, dict) else None
        if isinstance(language, str) and language:
            return language.lower().startswith(("python", "ipython"))
    return True


def _cells(document: dict[str, Any]) -> Iterator[Cell]:
    cells = document.get("cells")
    if cells is None:  # Format 3 of 2015 keeps them in worksheets.
        sheets = document.get("worksheets")
        cells = (
            [one for sheet in sheets if isinstance(sheet, dict) for one in sheet.get("cells") or ()] if isinstance(sheets, list) else None
        )
    if not isinstance(cells, list):
        raise ValueError("it has no cells")  # noqa: TRY004 -- the same.
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            joined = "".join(map(str, source)) if isinstance(source, list) else source
            if isinstance(joined, str):
                yield Cell(number, joined)


def python_of(source: str) -> str:
    """Give a cell's source with each line that only IPython understands made `pass`, so that all lines keep their numbers."""
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].lstrip().startswith("%%"):
        if lines[first].split()[0] in _FOREIGN_MAGICS and not writes_program(source):
            return ""
        lines[first] = "pass"
    continued = False
    for number, line in enumerate(lines):
        if continued or line.lstrip().startswith(("%", "!")) or _HELP.match(line):
            lines[number] = "" if continued else line[: len(line) - len(line.lstrip())] + "pass"
            continued = line.rstrip().endswith("\\")
        elif assigned := _ASSIGNED.match(line):
            lines[number] = assigned[1] + "None"
    return "\n".join(lines)


def writes_program(source: str) -> bool:
    """Tell whether a cell writes a program of its own to a file."""
    return bool(_WRITES.match(source))


def said_in(source: str) -> Iterator[Said]:
    """Give the variables that lines of IPython set."""
    for number, line in enumerate(source.split("\n"), 1):
        if found := _ENV.match(line):
            yield Said(number, found[1], found[2], "set")
        elif found := _EXPORT.match(line):
            yield Said(number, found[1], found[2].strip("'\""), "shell")
