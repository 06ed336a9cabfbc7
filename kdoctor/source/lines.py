"""The lines of a piece of source, and which of them can say anything of concern: all others need not be walked through."""

from __future__ import annotations

import ast
from bisect import bisect_right
from itertools import accumulate

from kdoctor.source.spans import FileLines

#: What may bring something of concern into a program that names nothing of it yet.
_ALWAYS = ("import", "keras", "environ", "putenv", "unsetenv", "jax_platform", "Lazy")

_ITSELF = FileLines()
_DECORATED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Lines:
    """The text of a piece, line by line. A line is hot where a word of concern stands in it, be it in a comment.

    Where the piece is to be read as a whole, as a cell of a notebook is whose words stand in other cells, all lines are.
    """

    def __init__(self, text: str, *, whole: bool = False, at: FileLines = _ITSELF) -> None:
        #: Tells for a line of a cell the line of the file.
        self.in_file = at.line
        self._text = text
        self._lines = text.split("\n")
        self._ascii = text.isascii()
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]
        self._hot = bytearray([whole]) * (len(self._lines) + 2)
        self._words: set[str] = set()
        #: Where statements were passed over that functions stand in.
        self._passed: list[tuple[int, int]] = []
        for word in _ALWAYS:
            self._heat(word, whole=False)

    def column(self, line: int, offset: int) -> int:
        """Give the column, counted in characters from 1, of an offset in the UTF-8 of a line."""
        if self._ascii or line > len(self._lines):
            return offset + 1
        text = self._lines[line - 1]
        return offset + 1 if text.isascii() else len(text.encode()[:offset].decode("utf-8", "replace")) + 1

    def mark(self, word: str) -> None:
        """Make hot each line that a word stands in."""
        if word not in self._words:
            self._words.add(word)
            self._heat(word, whole=True)

    def cold(self, node: ast.stmt | ast.expr) -> bool:
        """Tell whether no line of a piece of syntax can say anything of concern."""
        first = node.lineno
        if type(node) in _DECORATED:
            first = _first(node)
        return self._hot.find(1, first, node.end_lineno + 1) < 0  # type: ignore[operator]  # What was parsed has an end.

    def passed_over(self, node: ast.stmt) -> None:
        """Keep in mind that a statement was not looked into."""
        if hasattr(node, "body") or hasattr(node, "cases"):
            self._passed.append((_first(node), node.end_lineno or node.lineno))

    def passed_too_soon(self) -> bool:
        """Tell whether a statement was passed over in which a word of concern stands that was met further down."""
        passed, self._passed = self._passed, []
        return any(self._hot.find(1, first, last + 1) >= 0 for first, last in passed)

    def _heat(self, word: str, *, whole: bool) -> None:
        text, starts, size = self._text, self._starts, len(word)
        position = text.find(word)
        while position >= 0:
            end = position + size
            if whole and (_continues(text[position - 1 : position]) or _continues(text[end : end + 1])):
                position = text.find(word, end)
                continue
            line = bisect_right(starts, position)
            self._hot[line] = 1
            position = text.find(word, starts[line])


def _first(node: ast.stmt | ast.expr) -> int:
    """Give the first line of a statement, that of its first decorator where it has some."""
    decorators = getattr(node, "decorator_list", None)
    line: int = decorators[0].lineno if decorators else node.lineno
    return line


def _continues(character: str) -> bool:
    """Tell whether a character next to a word makes it a part of a longer one."""
    return character.isalnum() or character == "_"
