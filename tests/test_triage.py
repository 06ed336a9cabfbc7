"""Many reports at once: their order, what is told of broken ones, and which of them count as equal."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kdoctor.cli.schema import read_schema
from kdoctor.contract import read_snapshot, snapshot_document
from kdoctor.doctor import diagnose
from kdoctor.model import Severity
from kdoctor.render.triage import Cause, Line, json_line, summary, text_line
from kdoctor.render.words import Face
from kdoctor.triage import judging
from kdoctor.triage.items import Item, items
from kdoctor.triage.judging import Judge
from kdoctor.triage.spread import spread
from tests.builders import snapshot

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*/snapshot.json"))
SCHEMA = Draft202012Validator(read_schema("triage"))


def document(installed="tensorflow==2.15.1 keras==2.15.0", **more):
    return snapshot_document(snapshot(installed, **more))


def line(**keys):
    return json.dumps({**document(), **keys}).encode()


def rows(*texts, remedies=False):
    judge = Judge(remedies=remedies)
    return [judge.row(Item(f"x:{number}", text)) for number, text in enumerate(texts)]


def kdoctor(*arguments, text=b""):
    result = subprocess.run(
        [sys.executable, "-m", "kdoctor", "triage", *arguments], input=text, capture_output=True, check=False, timeout=120
    )
    return result.returncode, result.stdout.decode(), result.stderr.decode()


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_a_row_says_what_the_whole_report_says(path):
    report = diagnose(read_snapshot(path.read_bytes(), str(path)))
    (row,) = rows(path.read_bytes(), remedies=True)
    assert row.verdict == report.verdict
    assert [one.rule for one in row.found] == [one.rule for one in report.findings]
    assert dict(row.works) == {usage: result.works for usage, result in report.usages.items()}
    assert row.commands == (report.remedies[0].commands if report.remedies else ())


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_order_is_that_of_the_input(tmp_path, jobs):
    lines = [line(patient=f"machine {number}") if number % 3 else b"{broken" for number in range(500)]
    (tmp_path / "many.jsonl").write_bytes(b"\n".join(lines))
    answers = list(spread(items(str(tmp_path / "many.jsonl"), io.BytesIO()), jobs))
    assert [answer.name for answer in answers] == [f"{tmp_path}/many.jsonl:{number}" for number in range(1, 501)]
    assert [answer.row.verdict for answer in answers] == ["ok" if number % 3 else "unread" for number in range(500)]
    assert sum(answer.size for answer in answers) == (tmp_path / "many.jsonl").stat().st_size


BROKEN = [
    (b"{", "cut off"),
    (b"\xff\xfe\xff", ""),
    (b"[1, 2", ""),
    (b'{"schema": "kdoctor.snapshot/2"}', "newer"),
    (b'{"schema": "kdoctor.snapshot/1", "distributions": 7}', "distributions"),
    (b'{"a": 1, "a": 2}', ""),
    (b"[" * 100_000, ""),
    (b"nothing to see here", "recognized"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN, ids=lambda one: repr(one)[:30])
def test_a_broken_one_is_told_and_passed_over(text, told):
    before, row, after = rows(line(), text, line())
    assert (before.verdict, row.verdict, after.verdict) == ("ok", "unread", "ok")
    assert told in row.problem
    assert row.problem.isprintable()


def test_equal_environments_in_different_places_are_judged_once():
    judge = Judge()
    for number in range(50):
        python = {**document()["python"], "executable": f"/home/u{number}/v/bin/python", "prefix": f"C:\\\\u{number}\\\\v"}
        assert judge.row(Item("x", line(patient=f"/home/u{number}", python=python))).verdict == "ok"
    assert len(judge._rows) == 1


TELLING = [
    # A soft word for conda, where libraries may come from elsewhere.
    line(python={"version": "3.11.7", "prefix": "/home/u/miniforge3"}),
    line(python={"version": "3.11.7", "prefix": "/home/u/venv"}),
    # Which of two copies counts depends on where they lie.
    line(distributions=[{"name": "keras", "version": "2.15.0", "location": "/a"}, {"name": "keras", "version": "3.0.5", "location": "/b"}]),
    line(distributions=[{"name": "keras", "version": "2.15.0", "location": "/a"}, {"name": "keras", "version": "3.0.5", "location": "/a"}]),
    # What would be equal if it were no JSON.
    line(patient="x"),
    line(patient="x").replace(b'"patient": "x"', b""),
    line(patient="x").replace(b'"patient": "x"', b"\0"),
    line(patient="x").replace(b'"patient": "x"', b'"patient": "\\q"'),
    line(environment={"KERAS_BACKEND": "jax"}),
    line(environment={"TF_USE_LEGACY_KERAS": "1"}),
]


def test_what_was_seen_before_changes_nothing():
    alone = [rows(text)[0] for text in TELLING]
    assert list(rows(*TELLING)) == alone
    assert list(rows(*reversed(TELLING))) == alone[::-1]
    assert len(set(alone)) >= 5


def test_what_is_remembered_has_a_limit(monkeypatch):
    monkeypatch.setattr(judging, "_KEPT", 10)
    judge = Judge()
    for number in range(40):
        judge.row(Item("x", line(environment={"KERAS_HOME": str(number)})))
    assert len(judge._rows) == 10


def test_a_folder_holds_files_of_any_kind(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a.json").write_bytes(line())
    (tmp_path / "b" / "freeze.txt").write_text("keras==2.9.0\ntensorflow==2.8.4\n")
    (tmp_path / "b" / "two.jsonl").write_bytes(line() + b"\n\n" + line() + b"\n")
    (tmp_path / ".hidden").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a.json")
    names = [os.path.relpath(item.name, tmp_path) for item in items(str(tmp_path), io.BytesIO())]
    assert names == ["a.json", "b/freeze.txt", "b/two.jsonl:1", "b/two.jsonl:3"]
    code, out, err = kdoctor(str(tmp_path))
    assert (code, err) == (1, "")
    assert "KD201 keras-too-new-for-tensorflow" in out
    assert "4 reports: 1 error, 3 ok" in out


def test_a_line_without_end_is_told(monkeypatch):
    monkeypatch.setattr("kdoctor.triage.items.LARGEST", 1000)
    found = list(items("-", io.BytesIO(b"x" * 5000 + b"\n" + b"{}\n")))
    assert [(item.name, bool(item.problem), item.size) for item in found] == [
        ("standard input:1", True, 5001),
        ("standard input:2", False, 3),
    ]


def test_json_lines_and_the_summary_beside_them(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(path.read_bytes().replace(b"\n", b"") for path in GOLDEN) + b"\n{\n")
    code, out, err = kdoctor(str(tmp_path / "a.jsonl"), "--format", "jsonl")
    assert code == 1
    documents = [json.loads(text) for text in out.splitlines()]
    assert len(documents) == len(GOLDEN) + 1
    for one in documents:
        SCHEMA.validate(one)
    assert documents[-1]["verdict"] == "unread"
    assert "1 unread" in err


@pytest.mark.parametrize(
    ("text", "arguments", "code", "told"),
    [
        (line(), ["-"], 0, "1 report: 1 ok"),
        (b"{\n{", ["-"], 3, "2 reports: 2 unread"),
        (b"", ["-"], 3, "no report"),
        (line() + b"\n{", ["-"], 0, "2 reports: 1 ok, 1 unread"),
        (line(environment={"KERAS_BACKEND": "nonsense"}, distributions=[{"name": "keras", "version": "3.6.0"}]), ["-"], 1, "1 error"),
        (
            line(environment={"KERAS_BACKEND": "nonsense"}, distributions=[{"name": "keras", "version": "3.6.0"}]),
            ["-", "--fail-on", "never"],
            0,
            "",
        ),
        (b"", ["absent.jsonl"], 3, "kdoctor: absent.jsonl cannot be read"),
        (b"", [], 2, "Missing argument"),
    ],
)
def test_exit_codes(text, arguments, code, told):
    got, out, err = kdoctor(*arguments, text=text)
    assert got == code
    assert told in out + err
    assert "Traceback" not in err


FOUND = (("KD301", "rival-distributions", Severity.ERROR, "a and b own c", ("a", "b")), ("KD701", "cpu-build", Severity.NOTE, "note", ()))


def test_the_words():
    face = Face(width=80)
    assert text_line(Line("a.json", "error", FOUND), face) == f"{'a.json':<40}  error    KD301 rival-distributions"
    assert text_line(Line("b.json", "unread", problem="cut off"), face) == f"{'b.json':<40}  unread   cut off"
    assert text_line(Line("c.json", "error", FOUND, commands=("pip install x",)), face).endswith("\n" + " " * 42 + "mend     pip install x")
    assert summary({"error": 2, "ok": 1}, [Cause("KD301", "rival-distributions", "error", 2, "a.json", "a and b own c")], face) == (
        "3 reports: 2 error, 1 ok\n\n        2  KD301 rival-distributions (error)\n           such as a.json: a and b own c"
    )
    assert json.loads(json_line(Line("a.json", "error", FOUND)))["findings"][1]["severity"] == "note"


def test_names_of_files_are_hostile_too():
    hostile = "::error::\x1b[31m\n\u202e##[x]"
    for said in (text_line(Line(hostile, "ok"), Face()), json_line(Line(hostile, "ok"))):
        assert said.isprintable()
        assert "::error::" not in said
        assert "##[x]" not in said
