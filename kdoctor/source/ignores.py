"""`# kdoctor: ignore[KD811]`: findings that a line asks to pass over."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

_MARK = re.compile(r"#\s*kdoctor:\s*ignore(?:\[([A-Za-z0-9,\s-]*)\])?")


def ignores_in(source: str, cell: int = 0) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Give (cell, line, codes) of each mark in a comment; no codes = every rule."""
    if "kdoctor:" not in source:
        return
    try:
        comments = [one for one in tokenize.generate_tokens(io.StringIO(source).readline) if one.type == tokenize.COMMENT]
    except (tokenize.TokenError, SyntaxError):
        return
    for comment in comments:
        if found := _MARK.search(comment.string):
            codes = tuple(code.strip().upper() for code in (found[1] or "").split(",") if code.strip())
            yield cell, comment.start[0], codes
