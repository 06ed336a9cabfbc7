"""Problems that people reported in public, with a confirmed cause: what kdoctor says of the environments that they describe.

Each row of tests/data/reported_*.jsonl tells where it was reported, the environment as a snapshot, the verdict, and the culprits that a
right diagnosis names. Rows with the verdict "ok" are look-alikes that were seen to work.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kdoctor.contract.reading import read_snapshot
from kdoctor.doctor import diagnose
from kdoctor.model import Severity

FILES = sorted((Path(__file__).parent / "data").glob("reported_*.jsonl"))
ROWS = [json.loads(line) for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_the_reported_cause_is_named(row: dict[str, Any]) -> None:
    report = diagnose(read_snapshot(json.dumps(row["snapshot"]), row["name"]))
    told = [finding for finding in report.findings if finding.severity is not Severity.NOTE]
    assert report.verdict == row["verdict"], [finding.summary for finding in told]
    assert set(row["subjects"]) <= {subject for finding in told for subject in finding.subjects}


def test_names_are_unique() -> None:
    assert len({row["name"] for row in ROWS}) == len(ROWS)
