"""Text made safe for a terminal, and the two faces that a terminal can show."""

from __future__ import annotations

import re
from typing import NamedTuple

#: Control characters (C0, DEL, C1), line and paragraph separators, those that reorder or hide text, lone surrogates, and what is
#: no character at all.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
#: What a CI service takes for a command: a line that begins with ::name, and ##[name] or ##vso[name] anywhere.
_COMMAND = re.compile(r"(?<!\S):(?=:)|#(?=#\w*\[)")


class Face(NamedTuple):
    """What the terminal can do: colour, characters beyond ASCII, and its width in columns."""

    color: bool = False
    unicode: bool = True
    width: int = 100


def clean(text: str, longest: int = 1000) -> str:
    """Give text that neither a terminal nor a CI service obeys, cut to `longest` characters.

    A control character becomes U+FFFD, a command gets a space.
    """
    cut = text if len(text) <= longest else f"{text[: longest - 3]}..."
    return _COMMAND.sub(r"\g<0> ", _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", cut))


def paint(text: str, code: str, face: Face) -> str:
    """Give text in an SGR colour where colour is wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if face.color else text


def ascii_only(text: str, face: Face) -> str:
    """Give text in ASCII where the terminal has no more; what has no ASCII form becomes a question mark."""
    if face.unicode:
        return text
    return text.replace("\N{MIDDLE DOT}", "-").encode("ascii", "replace").decode("ascii")


def wrapped(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """Break text between words into lines that fit the width, the first with `indent`, the others with `hanging`.

    A word longer than that gets a line of its own.
    """
    lines: list[str] = []
    line, empty = indent, True
    for word in text.split():
        if not empty and len(line) + 1 + len(word) > width:
            lines.append(line)
            line, empty = indent if hanging is None else hanging, True
        line += word if empty else f" {word}"
        empty = False
    return lines if empty else [*lines, line]
