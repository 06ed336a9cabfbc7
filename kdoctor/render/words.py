"""Text made safe for a terminal, and the two faces that a terminal can show."""

from __future__ import annotations

import re
from typing import NamedTuple

#: Control characters (C0, DEL, C1), line and paragraph separators, and those that reorder text.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class Face(NamedTuple):
    """What the terminal can do: colour, characters beyond ASCII, and its width in columns."""

    color: bool = False
    unicode: bool = True
    width: int = 100


def clean(text: str) -> str:
    """Give text without anything that a terminal would obey; each such character becomes U+FFFD."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def paint(text: str, code: str, face: Face) -> str:
    """Give text in an SGR colour where colour is wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if face.color else text


def ascii_only(text: str, face: Face) -> str:
    """Give text in ASCII where the terminal has no more; what has no ASCII form becomes a question mark."""
    if face.unicode:
        return text
    return text.replace("\N{MIDDLE DOT}", "-").replace("\N{REPLACEMENT CHARACTER}", "?").encode("ascii", "replace").decode("ascii")


def wrapped(text: str, indent: str, width: int) -> list[str]:
    """Break text between words so that lines with this indent fit the width; a longer word gets a line of its own."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and len(indent) + len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines
