"""`--verify`: a real resolver's word on the remedies of a report."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kdoctor.collect.resolver import Ask, ask
from kdoctor.solve.question import question

if TYPE_CHECKING:
    from kdoctor.model import Remedy, Report

#: Seconds for all remedies of a report together.
_PATIENCE = 120.0


def verified(report: Report) -> Report:
    """Give the report with a real resolver's word on each remedy; KdoctorError where it cannot be asked."""
    deadline = time.monotonic() + _PATIENCE
    return report._replace(remedies=tuple(verified_remedy(report, remedy, deadline - time.monotonic()) for remedy in report.remedies))


def verified_remedy(report: Report, remedy: Remedy, patience: float = _PATIENCE) -> Remedy:
    """Give one remedy of a report with the word on it; `patience` in seconds. KdoctorError where nobody can be asked."""
    asked = question(report.snapshot, remedy)
    if asked is None:
        # Nothing is installed, so there is nothing to resolve.
        return remedy
    word = ask(Ask(asked.wanted, asked.others, asked.dependents, asked.excluded), report.snapshot, patience)
    if word.agrees:
        return remedy._replace(verified="resolver")
    return remedy._replace(objection=f"{word.resolver}: {word.objection}")
