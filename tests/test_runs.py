"""What kdoctor foretells against what the laboratory saw: a disagreement is a failing row.

The records (kdoctor/knowledge/data/runs.jsonl) are written by `make lab`; nothing is built or run here.
"""

from __future__ import annotations

import pytest

from kdoctor import rules
from kdoctor.doctor import verdict
from kdoctor.knowledge.advice import ADVICE
from kdoctor.knowledge.catalogue import codes
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.runs import Run, runs
from kdoctor.model import Finding, Severity
from kdoctor.rules.behind import page_of
from kdoctor.rules.usages import foretell
from lab.table import TABLE

WORKS = "works"


def judged(run: Run) -> tuple[dict[str, bool | None], tuple[Finding, ...]]:
    coupling = couple(run.snapshot)
    findings, crashed = rules.run(coupling)
    assert not crashed
    return {usage: result.works for usage, result in foretell(coupling, findings).items()}, findings


@pytest.mark.parametrize("run", runs(), ids=lambda run: run.name)
def test_usages_are_foretold_as_they_ran(run: Run) -> None:
    foretold, findings = judged(run)
    assert foretold == {usage: said == WORKS for usage, said in run.outcome.items()}, run.outcome
    if WORKS not in run.outcome.values():
        inference = run.snapshot.environment.get("KERAS_BACKEND") in ("numpy", "openvino")
        nothing = not any(run.installed(name) for name in ("keras", "tensorflow", "tensorflow-cpu"))
        assert verdict(findings) == "error" or inference or nothing, "all fails, and nothing says why"


@pytest.mark.parametrize("run", [one for one in runs() if set(one.outcome.values()) == {WORKS}], ids=lambda run: run.name)
def test_no_alarm_where_all_works(run: Run) -> None:
    _, findings = judged(run)
    # Of features such as saving a model, of add-ons and of tf_keras itself the three programs know nothing; the last was tried apart.
    seen = {"tf-keras"} if run.tried.get("import tf_keras", WORKS) != WORKS else set()
    assert [one.summary for one in findings if one.severity is Severity.ERROR and one.breaks - seen] == []


@pytest.mark.parametrize("run", [one for one in runs() if set(one.outcome.values()) == {WORKS}], ids=lambda run: run.name)
def test_who_answers_is_foretold(run: Run) -> None:
    coupling = couple(run.snapshot)
    findings, _ = rules.run(coupling)
    if any(one.rule == "KD301" for one in findings):
        pytest.skip("two distributions in one folder: either may answer")
    foretold = foretell(coupling, findings)
    for usage in ("keras", "tensorflow.keras"):
        told = f"{foretold[usage].resolves_to} on {foretold[usage].backend}"
        # A program sees the import name, a report names the distribution.
        assert told.replace("tensorflow-cpu ", "tensorflow ") == run.answers[usage]


def test_records_are_of_rows_that_stand_in_the_table() -> None:
    """A record whose row is gone, or was changed since, is no evidence; `make lab` drops it or measures anew."""
    rows = {row.name: row for row in TABLE}
    assert {run.name for run in runs()} <= set(rows)
    for run in runs():
        assert (run.steps, dict(run.snapshot.environment)) == (rows[run.name].steps, dict(rows[run.name].variables)), run.name


def test_the_laboratory_has_measured_enough() -> None:
    assert len(runs()) >= 150
    assert {run.snapshot.python.version.rpartition(".")[0] for run in runs()} >= {"3.8", "3.9", "3.10", "3.11", "3.12", "3.13"}


@pytest.mark.parametrize("advice", ADVICE, ids=lambda one: one.advice)
def test_advice_is_refuted_by_runs(advice) -> None:
    assert advice.rule in codes()
    assert advice.runs
    assert set(advice.runs) <= {run.name for run in runs()}


@pytest.mark.parametrize("code", sorted({fact.rule for fact in FACTS if "measured" in fact.source}))
def test_rules_that_were_measured_show_their_runs(code: str) -> None:
    page = page_of(code)
    assert page.failing
    assert any(said != WORKS for run in page.failing for _, said in run.outcome)
