"""Documents as JSON text that no terminal and no CI service obeys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kdoctor.contract import report_document
from kdoctor.render.told import targets_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.model import Report


def render(report: Report) -> str:
    """Give the report document as text."""
    return document_text(report_document(report))


def render_several(reports: Sequence[Report]) -> str:
    """Give the document kdoctor.reports/1: a report for each target."""
    bad = [word for word in ("error", "warning") if word in {report.verdict for report in reports}]
    rows = [{"target": target, "report": report_document(report)} for target, report in zip(targets_of(reports), reports, strict=True)]
    return document_text({"schema": "kdoctor.reports/1", "verdict": bad[0] if bad else "ok", "targets": rows})


def document_text(document: dict[str, Any]) -> str:
    """Give a JSON document as printable ASCII, an entry a line.

    DEL, which JSON leaves as it is, and `##[`, which some CI services obey wherever it stands, are written as escapes; both can
    stand in strings only.
    """
    return safe_ascii(json.dumps(document, indent=1))


def safe_ascii(text: str) -> str:
    """Give ASCII JSON text with the escapes that `document_text` tells of."""
    return text.replace("\x7f", "\\u007f").replace("##", "#\\u0023")
