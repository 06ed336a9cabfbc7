"""From the bytes of a file to its text, as Python itself decodes it."""

from __future__ import annotations

import codecs
import re

#: A larger file is generated or data, and the parser would take all memory for it; notebooks carry pictures along.
LARGEST = 4 * 2**20
LARGEST_NOTEBOOK = 64 * 2**20
#: The parser takes a kilobyte or more for every line and every sign that is no letter; so many are half a gigabyte.
_MOST_SIGNS = 300_000
_SIGNS = b"\n()[]{},.:;=+-*/%&|^~<>@"
#: A list or object of a notebook takes less.
_MOST_PARTS = 2_000_000

#: PEP 263: a comment in one of the first two lines.
_DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")


class NotText(Exception):  # noqa: N818 -- it never leaves the reading of sources.
    """Why bytes are no source, in words that follow the name of the file and a colon."""


def decoded(data: bytes) -> str:
    """Decode the source of a Python file: UTF-8, or what it declares; raises NotText."""
    if len(data) > LARGEST:
        raise NotText(f"larger than {LARGEST // 2**20} MiB")
    if b"\0" in data:
        raise NotText("not Python source: it has null bytes")
    if len(data) > _MOST_SIGNS and len(data) - len(data.translate(None, _SIGNS)) > _MOST_SIGNS:
        raise NotText("too large a program to be read; it looks generated")
    return _text(data, encoding_of(data))


def notebook_text(data: bytes) -> str:
    """Decode a notebook, which is UTF-8; raises NotText."""
    if len(data) > LARGEST_NOTEBOOK:
        raise NotText(f"larger than {LARGEST_NOTEBOOK // 2**20} MiB")
    if data.count(b"[") + data.count(b"{") > _MOST_PARTS:
        raise NotText("too large a notebook to be read")
    return _text(data, "utf-8-sig")


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotText(f"not {encoding.removesuffix('-sig').upper()} text (line {line})") from None


def encoding_of(data: bytes) -> str:
    """Give the name of the codec that Python reads a source file with; raises NotText."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for line in data.split(b"\n", 2)[:2]:
        declared = _DECLARED.match(line)
        if declared:
            name = declared[1].decode("ascii", "replace")
            try:
                found = codecs.lookup(name)
            except LookupError:
                raise NotText(f"the declared encoding {name} is not known") from None
            if not found._is_text_encoding:  # noqa: SLF001 -- there is no public way to ask it, and such a codec gives no text.
                raise NotText(f"the declared encoding {name} is none for text")
            return found.name
        if not _BLANK.match(line):
            break
    return "utf-8"
