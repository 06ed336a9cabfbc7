"""JSON in a paste."""

from __future__ import annotations

from typing import Any

from kdoctor.contract.plain import Unfit, parse, shown
from kdoctor.errors import KdoctorError

_LONGEST_NAME = 300


def read_tree(text: str, name: str) -> Any:
    """Read JSON; KdoctorError, naming the text, says where it ends or breaks."""
    try:
        return parse(text)
    except Unfit as wrong:
        raise KdoctorError(f"{shown(name, _LONGEST_NAME)}: {wrong.complaint}") from None


def text_of(tree: Any, key: str) -> str | None:
    """Give the text under a key of an object; None where there is none."""
    value = tree.get(key) if isinstance(tree, dict) else None
    return value if isinstance(value, str) and value else None
