"""From the bytes of a file to its bytes untied, in its own encoding and with its own line ends."""

from __future__ import annotations

import codecs

from kdoctor.source.text import NotText, decoded, encoding_of, notebook_text
from kdoctor.untie.notebook import untie_notebook
from kdoctor.untie.result import Aim, Untied
from kdoctor.untie.source import untie


def untie_bytes(data: bytes, aim: Aim, *, is_notebook: bool) -> tuple[bytes, Untied]:
    """Give the bytes of a file untied, and what was done; bytes that are no source stay as they are, and the problem says why."""
    try:
        text = notebook_text(data) if is_notebook else decoded(data)
        encoding = "utf-8" if is_notebook else encoding_of(data)
    except NotText as wrong:
        return data, Untied("", problem=str(wrong))
    done = untie_notebook(text, aim) if is_notebook else untie(text, aim)
    if not done.changes:
        return data, done
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        return mark + done.text.encode(encoding.removesuffix("-sig")), done
    except UnicodeEncodeError:
        return data, Untied(text, problem=f"cannot be written in {encoding}")
