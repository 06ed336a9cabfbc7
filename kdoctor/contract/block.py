"""A snapshot as a block of short lines that survives being pasted: in Markdown, in mail that wraps and quotes, copied from a page.

The lines are base64 of the compressed JSON, a number before each, between a line that says what follows and one that ends it with
a checksum. A reader takes them out of whatever stands around and before them.
"""

from __future__ import annotations

import binascii
import re
from typing import Any, NamedTuple

from kdoctor.contract.plain import LARGEST, Unfit

_WIDTH = 64
_BEGIN = "kdoctor snapshot 1 begins"
_HEAD = r"kdoctor[ \t\xa0]+snapshot[ \t\xa0]+([1-9]\d{0,3})[ \t\xa0]+begins"
_LINE = r"(?<![A-Za-z0-9+/=])(\d{3,5})[:.][ \t\xa0]*([A-Za-z0-9+/=]{4,64})(?![A-Za-z0-9+/=])"
_END = r"kdoctor[ \t\xa0]+snapshot[ \t\xa0]+ends[ \t\xa0]+(\d{1,5})[ \t\xa0]+([0-9a-f]{8})"
_NEWEST = 1


class Damage(Unfit):
    """What became of a block on its way."""


class Block(NamedTuple):
    """Where a block stands in a text: from its first character to behind its last."""

    start: int
    end: int
    document: bytes


def encode(document: dict[str, Any]) -> str:
    """Give the block for a snapshot document."""
    import json  # noqa: PLC0415 -- only where a block is made.
    import zlib  # noqa: PLC0415 -- the same.

    text = json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()
    packed = binascii.b2a_base64(zlib.compress(text, 9), newline=False).decode()
    pieces = [packed[start : start + _WIDTH] for start in range(0, len(packed), _WIDTH)]
    lines = [f"{number:03}: {piece}" for number, piece in enumerate(pieces, 1)]
    return "\n".join([_BEGIN, *lines, f"kdoctor snapshot ends {len(lines)} {zlib.crc32(text):08x}"])


def find(text: str) -> Block | None:
    """Find the first block in a text and give what it holds; None where there is none, Damage where it is not whole."""
    begin = re.search(_HEAD, text)
    if begin is None:
        return None
    if int(begin[1]) > _NEWEST:
        raise Damage(
            "the machine block was written by a newer kdoctor", "a newer kdoctor reads it: python -m pip install --upgrade keras-doctor"
        )
    end = re.compile(_END).search(text, begin.end())
    if end is None:
        raise Damage("the machine block is cut off")
    pieces: dict[int, str] = {}
    for found in re.compile(_LINE).finditer(text, begin.end(), end.start()):
        pieces.setdefault(int(found[1]), found[2])
    count = int(end[1])
    missing = [number for number in range(1, count + 1) if number not in pieces]
    if missing:
        raise Damage(f"the machine block lacks {len(missing)} of its {count} lines")
    return Block(begin.start(), end.end(), _unpacked("".join(pieces[number] for number in range(1, count + 1)), end[2]))


def _unpacked(packed: str, checksum: str) -> bytes:
    import zlib  # noqa: PLC0415 -- only where a block is read.

    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(binascii.a2b_base64(packed), LARGEST)
    except (binascii.Error, ValueError, zlib.error):
        raise Damage("the machine block is damaged") from None
    if unpacker.unconsumed_tail:
        raise Damage(f"the machine block holds more than {LARGEST // 2**20} MiB")
    if f"{zlib.crc32(text):08x}" != checksum:
        raise Damage("the machine block is damaged: its checksum differs")
    return text
