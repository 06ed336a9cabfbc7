"""The report as the JSON document of the contract."""

from __future__ import annotations

import json

from kdoctor.contract import report_document
from kdoctor.model import Report


def render(report: Report) -> str:
    """Give the report document as text, ASCII only, so that no byte of it can upset a terminal."""
    return json.dumps(report_document(report), indent=1)
