"""Baselines: the findings that were there when somebody wrote them down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kdoctor.errors import KdoctorError
from kdoctor.policy import Baseline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.model import Report

_SCHEMA = "kdoctor.baseline/1"


def read_baseline(path: str) -> Baseline:
    """Read a baseline; KdoctorError, naming the file, where it is none."""
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123 -- one style for all of the package.
            document = json.load(file)
    except OSError as error:
        raise KdoctorError(f"{path} cannot be read: {error.strerror}", "--write-baseline makes one") from error
    except (ValueError, RecursionError) as error:
        raise KdoctorError(f"{path}: no JSON: {error}") from None
    rows = document.get("findings") if isinstance(document, dict) and document.get("schema") == _SCHEMA else None
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise KdoctorError(f"{path}: no {_SCHEMA} document", "--write-baseline makes one")
    return Baseline(path, {row["fingerprint"]: row["rule"] for row in rows})


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(key), str) for key in ("fingerprint", "rule"))


def write_baseline(path: str, reports: Sequence[Report]) -> Baseline:
    """Write down all findings of some reports, and give the baseline; KdoctorError where the file cannot be written."""
    from kdoctor.cli.files import write_file  # noqa: PLC0415 -- only where a file is written.
    from kdoctor.contract.fingerprint import fingerprints  # noqa: PLC0415 -- the same.
    from kdoctor.render.json import document_text  # noqa: PLC0415 -- the same.

    rows = {}
    for report in reports:
        for finding, print_ in zip(report.findings, fingerprints(report.findings), strict=True):
            rows[print_] = {"fingerprint": print_, "rule": finding.rule, "subjects": list(finding.subjects), "summary": finding.summary}
    # Sorted, so that a change of the file shows in a comparison as what it is.
    listed = sorted(rows.values(), key=lambda row: (str(row["rule"]), str(row["fingerprint"])))
    write_file(path, document_text({"schema": _SCHEMA, "findings": listed}))
    return Baseline(path, {str(row["fingerprint"]): str(row["rule"]) for row in listed})
