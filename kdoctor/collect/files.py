"""Reading files of unknown content: never more than a limit, never waiting, never text that cannot be written out."""

from __future__ import annotations

import os
import re

#: A named pipe in place of a file must not make the reader wait; Windows has no such flag and no such pipes.
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_limited(path: str, limit: int) -> bytes:
    """Return the first `limit` bytes of a file; raises OSError as open() does, for a folder too."""
    descriptor = os.open(path, _OPEN)
    try:
        content = piece = os.read(descriptor, limit)
        while piece and len(content) < limit:
            piece = os.read(descriptor, limit - len(content))
            content += piece
    finally:
        os.close(descriptor)
    return content


def reason(error: OSError) -> str:
    """Return in a few words why a file could not be read, without its path."""
    return (error.strerror or type(error).__name__).lower()


def encodable(text: str) -> str:
    """Return `text` with lone surrogates (undecodable bytes of names and variables) replaced, so that it can be written out."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", text)
