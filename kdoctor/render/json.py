"""Documents as JSON text that no terminal and no CI service obeys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kdoctor.contract import report_document

if TYPE_CHECKING:
    from kdoctor.model import Report


def render(report: Report) -> str:
    """Give the report document as text."""
    return document_text(report_document(report))


def document_text(document: dict[str, Any]) -> str:
    """Give a JSON document as printable ASCII, an entry a line.

    DEL, which JSON leaves as it is, and `##[`, which some CI services obey wherever it stands, are written as escapes; both can
    stand in strings only.
    """
    return json.dumps(document, indent=1).replace("\x7f", "\\u007f").replace("##", "#\\u0023")
