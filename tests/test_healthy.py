"""Whole sets of releases that a resolver accepted: kdoctor must not raise an alarm on any of them.

Each row of tests/data/healthy.jsonl tells the Python, the platform, the backend that its user chose and all that is installed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import released

from kdoctor.doctor import diagnose
from kdoctor.model import Severity

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "healthy.jsonl").read_text(encoding="utf-8").splitlines()]
_SYSTEM = {"macos": "darwin"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_no_alarm_on_a_healthy_set(row: dict[str, Any]) -> None:
    system, _, machine = row["platform"].partition("-")
    report = diagnose(
        released(
            row["installed"],
            python=row["python"],
            system=_SYSTEM.get(system, system),
            machine=machine,
            env={"KERAS_BACKEND": row["backend"]} if row["backend"] not in ("any", None) else {},
        )
    )
    assert [finding.summary for finding in report.findings if finding.severity is not Severity.NOTE] == []
    assert report.verdict == "ok"
    assert all(usage.works is not False or "tensorflow" not in row["installed"] for usage in report.usages.values())
