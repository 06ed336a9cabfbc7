"""What to do: whole sets of pins that hold together."""

from __future__ import annotations

from kdoctor.model import Report
from kdoctor.rules.coupling import Coupling


def remedies(report: Report, coupling: Coupling) -> Report:
    """Complete a report by its remedies."""
    return report
