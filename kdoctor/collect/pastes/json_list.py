"""A JSON list of what is installed: `pip list --format=json`, `uv pip list --format json`, `conda list --json`."""

from __future__ import annotations

from typing import Any

from kdoctor.collect.pastes.conda import note_conda
from kdoctor.collect.pastes.facts import Facts
from kdoctor.collect.pastes.listings import note_listing
from kdoctor.collect.pastes.tree import read_tree, text_of
from kdoctor.model import Snapshot


def read(text: str, name: str) -> Snapshot | None:
    """Read the list; None where its items are no distributions."""
    tree = read_tree(text, name)
    rows = [row for row in tree if text_of(row, "name")] if isinstance(tree, list) else []
    if not rows or len(rows) < len(tree):
        return None
    facts = Facts()
    if any("channel" in row or "build_string" in row for row in rows):
        note_conda(facts, [_conda(row) for row in rows])
    else:
        note_listing(facts, "pip list", [(row["name"], text_of(row, "version")) for row in rows])
    return facts.snapshot()


def _conda(row: Any) -> tuple[str, str | None, str, str]:
    return row["name"], text_of(row, "version"), text_of(row, "build_string") or "", text_of(row, "channel") or ""
