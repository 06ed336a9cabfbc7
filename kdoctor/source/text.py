"""From the bytes of a file to its text, as Python itself decodes it."""

from __future__ import annotations

import codecs
import re

#: A larger file is generated or data, and the parser would take all memory for it.
LARGEST = 4 * 2**20

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
    encoding = encoding_of(data)
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
