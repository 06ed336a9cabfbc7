"""Messages as patterns: pieces of text in their order, found without regular expressions, so in time that is linear in the line."""

from __future__ import annotations

import re
from typing import NamedTuple

_GAP = "…"
_END = "$"
#: Quotes of all kinds count as one; backquotes, which vanish where Markdown is rendered, as none.
_QUOTES = str.maketrans(
    {
        **dict.fromkeys(
            '"\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}'
            "\N{RIGHT DOUBLE QUOTATION MARK}\N{ACUTE ACCENT}",
            "'",
        ),
        "`": None,
    }
)
#: A word, in folded text: what stands between other characters than these.
WORD = re.compile(r"[a-z0-9_]{3,}")
BYTES_WORD = re.compile(rb"[a-z0-9_]{3,}")
#: Words that stand in many messages make poor landmarks.
_COMMON = frozenset(
    {
        "and",
        "attribute",
        "available",
        "cannot",
        "compatible",
        "could",
        "directory",
        "error",
        "file",
        "from",
        "has",
        "import",
        "incompatible",
        "installed",
        "keras",
        "library",
        "module",
        "name",
        "named",
        "not",
        "object",
        "open",
        "shared",
        "such",
        "tensorflow",
        "the",
        "version",
        "warning",
        "with",
    }
)


class Pattern(NamedTuple):
    """A pattern made ready: the pieces in order, and a word of it by which candidate lines are found."""

    pieces: tuple[str, ...]
    landmark: bytes
    #: True where nothing may follow in the line.
    ends: bool = False


def folded(text: str) -> str:
    """Give text as it is compared: small letters, one kind of quotes, one space between words."""
    return " ".join(text.lower().translate(_QUOTES).split())


def compiled(pattern: str) -> Pattern:
    """Make a pattern ready; one without a word of three characters is a fault in the tables and raises ValueError."""
    pieces = tuple(filter(None, (folded(piece) for piece in pattern.removesuffix(_END).split(_GAP))))
    # The last word of a piece may be the beginning of a longer one in the text, so it is a landmark only where there is no other.
    words = [match[0] for piece in pieces for match in WORD.finditer(piece) if match.end() < len(piece)]
    words = words or [match[0] for piece in pieces for match in WORD.finditer(piece)]
    if not words:
        raise ValueError(f"no word to find {pattern!r} by")
    landmark = max(words, key=lambda word: (word not in _COMMON, len(word)))
    return Pattern(pieces, landmark.encode(), pattern.endswith(_END))


def stands_in(pattern: Pattern, line: str) -> bool:
    """Tell whether the pieces stand in this folded line, in their order and without overlap."""
    place = 0
    for piece in pattern.pieces:
        found = line.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return not pattern.ends or line.endswith(pattern.pieces[-1])
