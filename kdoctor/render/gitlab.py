"""Findings as GitLab's Code Quality report; its format: docs.gitlab.com/ci/testing/code_quality, "Code Quality report format"."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kdoctor.model import Severity
from kdoctor.render.json import safe_ascii
from kdoctor.render.told import Told, told
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kdoctor.model import Report, RuleText

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(reports: Sequence[Report], _pages: Mapping[str, RuleText]) -> str:
    """Give the findings as a JSON list, the gravest first."""
    return safe_ascii(json.dumps([_entry(one) for one in told(reports)], indent=1))


def _entry(one: Told) -> dict[str, Any]:
    lines = {"begin": one.place.line, **({"end": one.place.end_line} if one.place.end_line else {})}
    return {
        "description": f"{one.title}: {one.message}{_on(one)}",
        "check_name": one.finding.rule,
        "fingerprint": one.fingerprint,
        "severity": _SEVERITIES[one.severity],
        "location": {"path": clean(one.place.path), "lines": lines},
    }


def _on(one: Told) -> str:
    return f" ({'; '.join(one.targets)})" if one.targets else ""
