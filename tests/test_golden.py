"""What kdoctor says of whole environments, word for word.

Each folder of `golden` holds a `snapshot.json` and the reports drawn from it. After a change of words that is meant,
`make golden` writes them anew: read the difference before committing it. A new scenario is a new folder with a snapshot in it.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kdoctor import __version__
from kdoctor.cli.schema import read_schema
from kdoctor.contract import read_snapshot, report_document, snapshot_document
from kdoctor.doctor import diagnose
from kdoctor.knowledge.explanations import text_of
from kdoctor.knowledge.families import FAMILY
from kdoctor.redact import redacted
from kdoctor.render import github, gitlab, issue, junit, markdown, sarif, text
from kdoctor.render.words import Face

GOLDEN = Path(__file__).parent / "golden"
SCENARIOS = sorted(path.parent.name for path in GOLDEN.glob("*/snapshot.json"))
WRITE = os.environ.get("KDOCTOR_GOLDEN") == "write"

#: What changes with every release and every renewal of the knowledge, and says nothing of the wording.
DATE = "2001-02-03"


@pytest.fixture(params=SCENARIOS)
def scenario(request):
    path = GOLDEN / request.param / "snapshot.json"
    snapshot = read_snapshot(path.read_bytes(), str(path))
    return path.parent, diagnose(snapshot)._replace(knowledge=DATE)


def holds(path, said):
    said = said.replace(f"kdoctor {__version__}", "kdoctor VERSION") + "\n"
    if WRITE:
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "face", "verbosity"),
    [("report", Face(), 0), ("report-v", Face(), 1), ("report-ascii", Face(unicode=False, width=80), 0)],
    ids=["plain", "verbose", "ascii"],
)
def test_text(scenario, name, face, verbosity):
    folder, report = scenario
    holds(folder / f"{name}.txt", text.render(report, face, verbosity))


def test_json(scenario):
    folder, report = scenario
    document = report_document(report)
    Draft202012Validator(read_schema("report")).validate(document)
    assert document.pop("snapshot") == snapshot_document(report.snapshot)
    document["tool"]["version"] = "VERSION"
    holds(folder / "report.json", json.dumps(document, indent=1))


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (markdown, "report.md"),
        (sarif, "report.sarif"),
        (github, "report.github"),
        (gitlab, "report.gitlab.json"),
        (junit, "report.junit.xml"),
    ],
    ids=["markdown", "sarif", "github", "gitlab", "junit"],
)
def test_other_formats(scenario, form, name):
    folder, report = scenario
    pages = {finding.rule: text_of(finding.rule) for finding in report.findings}
    holds(folder / name, form.render([report], pages).replace(f'"semanticVersion": "{__version__}"', '"semanticVersion": "VERSION"'))


def test_markdown_for_an_issue(scenario):
    folder, report = scenario
    said = issue.render(diagnose(redacted(report.snapshot))._replace(knowledge=DATE), FAMILY)
    # What compression makes of the machine block differs from one Python to the next.
    holds(folder / "issue.md", re.sub(r"(?<=begins\n)[\s\S]*(?=\n```)", "...", said))


def test_text_is_fit_for_any_terminal(scenario):
    _, report = scenario
    for verbosity in (0, 1):
        plain = text.render(report, Face(unicode=False, width=80), verbosity)
        assert plain.isascii()
        assert all(line.isprintable() and line == line.rstrip() for line in plain.split("\n"))
        colored = text.render(report, Face(color=True), verbosity)
        assert colored.replace("\x1b[0m", "").count("\x1b[") == colored.count("\x1b[0m")


def test_there_are_scenarios():
    assert len(SCENARIOS) >= 10
