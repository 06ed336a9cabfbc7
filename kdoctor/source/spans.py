"""Where in the text of a notebook the sources of its cells stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

SPACE = re.compile(r"[ \t\r\n]*")


class Span(NamedTuple):
    """Where the source of a cell stands in the text of a notebook."""

    start: int
    end: int
    is_list: bool


class FileLines(NamedTuple):
    """Where the lines of a cell stand in the file: the line of the first, and how many lines of the file each takes (1, or 0)."""

    first: int = 0
    step: int = 0

    def line(self, number: int) -> int:
        """Give the line of the file for a line of the cell; 0 where it is not known."""
        return self.first + self.step * (number - 1) if self.first else 0


def file_lines(text: str) -> dict[int, FileLines]:
    """Give for each cell where its lines stand in the file; {} where that cannot be told."""
    found: dict[int, FileLines] = {}
    line, done = 1, 0
    try:
        for number, span in spans(text):
            start = text.index('"', span.start, span.end) if span.is_list and text.find('"', span.start, span.end) >= 0 else span.start
            line, done = line + text.count("\n", done, start), start
            found[number] = FileLines(line, int(span.is_list and "\n" in text[start : span.end]))
    except (ValueError, IndexError, RecursionError):
        return {}
    return found


def spans(text: str) -> Iterator[tuple[int, Span]]:
    """Give the places of the sources of cells in the text of a notebook, by the cell's number; raises ValueError, IndexError."""
    number = 0
    for key, start in _members(text, _skip(text, 0)):
        if key == "cells":
            for cell in _elements(text, start):
                number += 1
                for name, value in _members(text, cell):
                    if name == "source":
                        yield number, Span(value, _end(text, value), text[value] == "[")


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Give key and place of the value for each member of the object at a place."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = json.JSONDecoder().raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        yield key, at
        at = _comma(text, _end(text, at))


def _elements(text: str, at: int) -> Iterator[int]:
    at = _skip(text, at + 1)
    while text[at] != "]":
        yield at
        at = _comma(text, _end(text, at))


def _comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _end(text: str, at: int) -> int:
    return json.JSONDecoder().raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at
