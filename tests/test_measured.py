"""What was foretold against what happened: environments that were built for real and in which three small programs were run.

Each row of tests/data/measured.jsonl tells the Python, what was installed (the part that can matter), the variables and
keras.json, and for each usage whether the program built, trained and evaluated a small model, or the error that it died of.
Rows marked `bare` list only the pair under test; their other requirements were met.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import released, snapshot

from kdoctor.doctor import diagnose
from kdoctor.model import Severity

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "measured.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_usages_are_foretold_as_measured(row: dict[str, Any]) -> None:
    make = snapshot if row.get("bare") else released
    report = diagnose(
        make(
            row["installed"],
            python=row["python"],
            env=row.get("environment"),
            config=row.get("keras_config"),
            folders=row.get("folders"),
        )
    )
    assert {usage: report.usages[usage].works for usage in row["outcome"]} == {u: o["works"] for u, o in row["outcome"].items()}
    if not all(outcome["works"] for outcome in row["outcome"].values()):
        told = [finding for finding in report.findings if finding.severity is Severity.ERROR]
        assert told or report.usages["keras"].backend in ("numpy", "openvino") or "keras==" not in row["installed"]
