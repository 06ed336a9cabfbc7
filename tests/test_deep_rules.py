"""The rules on what --deep saw: rows on which each fires, rows on which it stays quiet."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from builders import snapshot

from kdoctor import rules
from kdoctor.doctor import diagnose
from kdoctor.knowledge.catalogue import codes
from kdoctor.knowledge.coupling import couple
from kdoctor.model import Disk, FileList, Overlap, Owner, Severity, Shadow, Snapshot, Some

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE
BASE = "tensorflow==2.20.0 keras==3.12.0 numpy==2.3.5"


class Row(NamedTuple):
    """A snapshot, and either what the rule must say of it or (severity None) that it must stay quiet."""

    code: str
    snapshot: Snapshot
    severity: Severity | None = None
    words: str = ""
    breaks: str = ""


def row(code: str, severity: Severity | None = None, words: str = "", breaks: str = "", installed: str = BASE, **disk: Any) -> Row:
    seen = Disk(**{"files": (), "links": (), **disk})
    return Row(code, snapshot(installed, disk=seen), severity, words, breaks)


def lacks(*paths: str, total: int = 0, name: str = "keras", version: str = "3.12.0") -> dict[str, Any]:
    return {"files": (FileList(name, version, 700, missing=Some(max(total, len(paths)), paths)),)}


def changed(total: int, name: str = "keras", version: str = "3.12.0", **more: Any) -> dict[str, Any]:
    return {"files": (FileList(name, version, 700, changed=Some(total, ("keras/src/a.py",))),), **more}


def overlap(folder: str, total: int, *owners: tuple[str, str, int]) -> dict[str, Any]:
    return {"overlaps": (Overlap(folder, tuple(Owner(*one) for one in owners), Some(total, (f"{folder}/a.py",))),)}


TWO_TENSORFLOWS = overlap("tensorflow", 4507, ("tensorflow", "2.21.0", 4345), ("tensorflow-cpu", "2.20.0", 0))
SITE = "/env/lib/python3.11/site-packages"

ROWS = (
    row("KD301", E, "4345", installed="tensorflow==2.21.0 tensorflow-cpu==2.20.0", **TWO_TENSORFLOWS),
    row(
        "KD304",
        W,
        "keras 2.15.0",
        installed="keras==3.12.0 keras==2.15.0",
        **overlap("keras", 9, ("keras", "3.12.0", 9), ("keras", "2.15.0", 0)),
    ),
    row("KD304", N, "conda believes", conda={"keras": "2.14.0"}),
    row("KD304", conda={"keras": "3.12.0"}),
    row("KD305", N, "~eras", leftovers=Some(1, ("~eras",))),
    row("KD305", leftovers=Some()),
    row("KD306", E, "keras/__init__.py", "keras", **lacks("keras/__init__.py", "keras/src/a.py", total=300)),
    row("KD306", W, "and 6 more", **lacks("keras/src/a.py", "keras/src/b.py", "keras/src/c.py", total=9)),
    row("KD306", N, "1 file", **lacks("tensorflow/include/a.h", name="tensorflow", version="2.20.0")),
    row("KD306", N, **lacks("numpy/tests/__init__.py", name="numpy", version="2.3.5")),
    row("KD306"),
    row("KD306", **lacks("keras/src/a.py", version="2.15.0")),  # A second copy's stale list: KD304 tells.
    row(
        "KD306",
        installed="tensorflow==2.21.0 tensorflow-cpu==2.20.0",
        **lacks("tensorflow/a.py", name="tensorflow-cpu", version="2.20.0"),
        **TWO_TENSORFLOWS,
    ),
    row("KD307", W, "jax 0.7.2", installed="jax==0.7.2 x==1", **overlap("jax", 40, ("jax", "0.7.2", 0), ("x", "1", 40))),
    row("KD307", N, installed="jax==0.7.2 x==1", **overlap("tests", 1, ("jax", "0.7.2", 0), ("x", "1", 1))),
    row("KD307", installed="tensorflow==2.21.0 tensorflow-cpu==2.20.0", **TWO_TENSORFLOWS),
    row("KD308", W, "mixture", **changed(40)),
    row("KD308", N, "edited", **changed(1)),
    row("KD308", **changed(40, "tensorflow-cpu", "2.20.0", **TWO_TENSORFLOWS)),
    row("KD309", E, "/lib/keras.py", "keras", shadows=(Shadow("keras", "/lib/keras.py", f"{SITE}/keras"),)),
    row("KD309", W, "/lib/keras", shadows=(Shadow("keras", "/lib/keras", f"{SITE}/keras"),)),
    row("KD309", W, "started here", shadows=(Shadow("tensorflow", "/home/me/tensorflow.py", f"{SITE}/tensorflow", here=True),)),
    row("KD309", shadows=()),
    row("KD310", N, "RECORD is missing", files=(FileList("keras", "3.12.0", problem="RECORD is missing"),)),
    row("KD310"),
)

CODES = [code for code in codes() if code.startswith(("KD306", "KD307", "KD308", "KD309", "KD31"))]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.code}-{case.severity.label if case.severity else 'quiet'}-{case.words}")
def test_rule(case: Row) -> None:
    findings, crashed = rules.run(couple(case.snapshot))
    assert not crashed
    found = [finding for finding in findings if finding.rule == case.code]
    if case.severity is None:
        assert not found
        return
    assert found, f"{case.code} did not speak; others: {[f.rule for f in findings]}"
    worst = max(found, key=lambda finding: finding.severity)
    assert worst.severity is case.severity
    assert case.words in " ".join([worst.summary, worst.cause, *(one.says for one in worst.evidence)])
    assert set(case.breaks.split()) <= worst.breaks
    assert not any("None" in finding.summary for finding in found)


@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_a_row_that_fires_and_one_that_stays_quiet(code: str) -> None:
    assert any(case.code == code and case.severity is not None for case in ROWS)
    assert any(case.code == code and case.severity is None for case in ROWS)


def test_what_lacks_files_is_installed_again() -> None:
    case = row("KD306", **lacks("keras/__init__.py", "keras/src/a.py", total=300))
    report = diagnose(case.snapshot)
    assert report.usages["keras"].works is False
    assert [remedy.reinstall for remedy in report.remedies] == [("keras",)]
    assert report.remedies[0].commands == ('python -m pip install --force-reinstall --no-deps "keras==3.12.0"',)
