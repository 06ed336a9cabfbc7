"""The lines of a pasted text: cleaned, numbered, and found by a word in time that does not depend on what the text holds."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from kdoctor.explain.pattern import BYTES_WORD, folded

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Colours and cursor movements, as bytes or as JSON writes them in a notebook file.
_ESCAPES = re.compile(rb"(?:\x1b|\\u001b|\\x1b|\\033)\[[0-9;?]{0,20}[A-Za-z]")
_MARKS = re.compile(r"&(?:#39|#x27|quot|apos);")
#: A line is looked at this far before and after the word by which it was found.
_BEFORE, _AFTER = 2000, 4000
#: Line ends are counted by blocks of so many bytes.
_BLOCK = 2**16
#: Lines beyond these that hold the same word are not looked at: the first and the last tell.
_FIRST, _LAST = 2000, 2000
#: The words of a text are gathered from pieces of this size.
_PIECE = 2**20
#: A message may be broken over some lines of at most this length.
_BROKEN_OVER = 3
_LONGEST_BROKEN = 400


class Lines:
    """A text in bytes, with its lines by offset. `low` is the text in small letters; other letters than ASCII stay as they are."""

    def __init__(self, text: bytes) -> None:
        plain = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._text = _ESCAPES.sub(b"", plain) if b"[" in plain else plain
        self.low = self._text.lower()
        self._folded: dict[tuple[int, int], str] = {}
        self._around: dict[int, str] = {}
        self._ends: list[int] = []

    def words(self, wanted: frozenset[bytes]) -> set[bytes]:
        """Give those of the wanted words, in small letters, that stand somewhere as whole words."""
        found: set[bytes] = set()
        start = 0
        while start < len(self.low):
            end = self._end(min(start + _PIECE, len(self.low)))
            found |= wanted.intersection(BYTES_WORD.findall(self.low, start, end))
            start = end + 1
        return found

    def has(self, alternatives: str) -> bool:
        """Tell whether one of the alternatives, separated by `|`, stands anywhere."""
        return any(one.encode() in self.low for one in alternatives.lower().split("|"))

    def at(self, word: bytes) -> Iterator[int]:
        """Give the offsets of the first and the last lines that hold a word of small letters."""
        last = -1
        for _ in range(_FIRST):
            place = self.low.find(word, last + 1)
            if place < 0:
                return
            yield place
            last = self._end(place)
        place = len(self.low)
        for _ in range(_LAST):
            place = self.low.rfind(word, last + 1, place)
            if place < 0:
                return
            yield place
            place = max(0, self._start(place))

    def number(self, place: int) -> int:
        """Give the number of the line at this offset, from 1."""
        if not self._ends:
            self._ends = list(accumulate(self._text.count(b"\n", at, at + _BLOCK) for at in range(0, len(self._text) + 1, _BLOCK)))
        block = place // _BLOCK
        before = self._ends[block - 1] if block else 0
        return before + self._text.count(b"\n", block * _BLOCK, place) + 1

    def start(self, place: int) -> int:
        """Give the offset at which the line begins."""
        return self._start(place)

    def shown(self, place: int) -> str:
        """Give the line at this offset as it stands, without colours, around that place where it is long."""
        start, end = self._bounds(place)
        return cleaned(self._text[start:end])

    def folded(self, place: int) -> str:
        """Give the line at this offset as patterns are compared with it."""
        bounds = self._bounds(place)
        if bounds not in self._folded:
            self._folded[bounds] = folded(cleaned(self._text[slice(*bounds)]))
        return self._folded[bounds]

    def around(self, place: int) -> str:
        """Give the line with its neighbours as one line, for messages that were wrapped; "" where the lines are long."""
        line = self._start(place)
        if line not in self._around:
            self._around[line] = self._joined(place)
        return self._around[line]

    def _joined(self, place: int) -> str:
        start, end = self._bounds(place)
        if end - start > _LONGEST_BROKEN:
            return ""
        for _ in range(_BROKEN_OVER):
            start = max(self._start(max(0, start - 1)), start - _LONGEST_BROKEN, 0)
            end = min(self._end(end + 1), end + 1 + _LONGEST_BROKEN)
        return folded(" ".join(line.strip(b" |>\t").decode(errors="replace") for line in self._text[start:end].split(b"\n")))

    def _bounds(self, place: int) -> tuple[int, int]:
        return max(self._start(place), place - _BEFORE), min(self._end(place), place + _AFTER)

    def _start(self, place: int) -> int:
        return self._text.rfind(b"\n", 0, place) + 1

    def _end(self, place: int) -> int:
        end = self._text.find(b"\n", place)
        return len(self._text) if end < 0 else end


def cleaned(line: bytes) -> str:
    """Decode a line."""
    text = line.decode(errors="replace")
    return (_MARKS.sub("'", text) if "&" in text else text).strip()
