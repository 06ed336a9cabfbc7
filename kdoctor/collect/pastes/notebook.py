"""Notebooks: what their cells do and what they printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kdoctor.collect.pastes.facts import LOGS
from kdoctor.collect.pastes.text import gathered
from kdoctor.collect.pastes.tree import read_tree, text_of
from kdoctor.model import Snapshot


def read(text: str, name: str) -> Snapshot | None:
    """Read a notebook of Jupyter or Colab; None where the JSON is none, or says nothing of an environment."""
    tree = read_tree(text, name)
    cells = tree.get("cells") if isinstance(tree, dict) else None
    if not isinstance(cells, list):
        return None
    facts = gathered("\n".join(line for cell in cells if isinstance(cell, dict) for line in _lines(cell)), name)
    metadata = tree.get("metadata")
    facts.tell("python", text_of(metadata.get("language_info") if isinstance(metadata, dict) else None, "version"), LOGS)
    if not facts.anything():
        return None
    facts.kinds = {"a notebook": None}
    return facts.snapshot()


def _lines(cell: dict[str, Any]) -> Iterator[str]:
    yield _joined(cell.get("source"))
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict):
            yield _joined(output.get("text"))
            data = output.get("data")
            yield _joined(data.get("text/plain") if isinstance(data, dict) else None)
            yield _joined([one + "\n" for one in output.get("traceback") or () if isinstance(one, str)])


def _joined(text: Any) -> str:
    if isinstance(text, list):
        return "".join(one for one in text if isinstance(one, str))
    return text if isinstance(text, str) else ""
