"""What is read of a saved model at most, and how a failure is told."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

#: Bytes of a model's configuration. That of a large language model takes some hundred kilobytes.
LARGEST_CONFIG = 64 * 2**20
#: Bytes of everything else that is read whole.
LARGEST_FIELD = 2**20


class Unreadable(Exception):  # noqa: N818 -- it never leaves this package; what users see is a KdoctorError.
    """Why a file is no saved model that can be read, in words that follow its name and a colon."""


def at(file: BinaryIO, place: int, size: int) -> bytes:
    """Give exactly these bytes; Unreadable where the file ends before."""
    if place < 0 or size < 0 or size > LARGEST_CONFIG:
        raise Unreadable("damaged: a place or size in it cannot be")
    file.seek(place)
    data = file.read(size)
    if len(data) < size:
        raise Unreadable("cut off")
    return data


def parsed(text: bytes | str, what: str) -> dict[str, Any]:
    """Parse the JSON object that a part of the file holds; Unreadable where it is none."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(f"damaged: {what} is not JSON") from None
    if not isinstance(tree, dict):
        raise Unreadable(f"damaged: {what} is no JSON object")
    return tree
