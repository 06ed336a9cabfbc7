"""Add-ons in the laboratory: what kdoctor says of them against what became of the programs that tried them.

A try is labelled with the name of a distribution, and after a space with the feature that is tried. Where a try failed, a
finding must name the add-on, or an error must name what it requires; where all tries of it worked, no error may name it.
"""

from __future__ import annotations

import pytest

from kdoctor import rules, versions
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.runs import Run, runs
from kdoctor.model import Finding, Severity

WORKS = "works"


def add_ons(run: Run) -> dict[str, set[str]]:
    """Give what the tries of each installed add-on said."""
    said: dict[str, set[str]] = {}
    for label, outcome in run.tried.items():
        name = label.partition(" ")[0]
        if run.installed(name):
            said.setdefault(name, set()).add(outcome)
    return said


def findings(run: Run) -> tuple[Finding, ...]:
    found, crashed = rules.run(couple(run.snapshot))
    assert not crashed
    return found


def required(run: Run, name: str) -> set[str]:
    """Name what a distribution requires, extras aside."""
    texts = next(one.requires for one in run.snapshot.distributions if one.name == name) or ()
    wanted = [one for one in map(versions.requirement, texts) if one and not versions.for_extra_only(one.marker)]
    return {one.name for one in wanted}


RUNS = [run for run in runs() if add_ons(run)]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_an_add_on_that_failed_is_named(run: Run) -> None:
    framework = any(run.installed(name) for name in ("keras", "tensorflow", "tensorflow-cpu"))
    if framework and set(run.outcome.values()) != {WORKS}:
        assert any(finding.severity is Severity.ERROR for finding in findings(run))
        return
    named = {subject for finding in findings(run) for subject in finding.subjects}
    broken = {subject for finding in findings(run) if finding.severity is Severity.ERROR for subject in finding.subjects}
    failed = {name: said for name, said in add_ons(run).items() if said != {WORKS}}
    assert not {name: said for name, said in failed.items() if name not in named and not required(run, name) & broken}


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_no_error_names_an_add_on_that_works(run: Run) -> None:
    errors = [finding for finding in findings(run) if finding.severity is Severity.ERROR and not finding.breaks]
    works = {name for name, said in add_ons(run).items() if said == {WORKS}}
    assert not [finding.summary for finding in errors if works & set(finding.subjects)]
