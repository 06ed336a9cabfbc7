"""The compatibility table: it must say of every pair what the rules say, and say it so that people and programs can read it."""

from __future__ import annotations

import json
import re

import pytest
from builders import released
from jsonschema import Draft202012Validator

from kdoctor import cli, rules
from kdoctor.cli.schema import read_schema
from kdoctor.contract.matrix import USABLE, Cell, Matrix, Range, Row, State, matrix_document
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.index import open_index
from kdoctor.matrix.alike import standing
from kdoctor.matrix.pairs import Pairs
from kdoctor.matrix.ranges import collapse
from kdoctor.matrix.releases import Releases
from kdoctor.matrix.tables import OF_KERAS, OF_TENSORFLOW, Wanted, tabulate
from kdoctor.model import Severity
from kdoctor.render import matrix as words
from kdoctor.render.words import Face
from kdoctor.rules.usages import foretell
from kdoctor.versions import sort_key

WHOLE = tabulate(open_index(), Wanted())
RELEASES = Releases(open_index(), "linux", "x86_64")
W, T, U, F, R = State

#: What of a foretold usage is only that a backend cannot train is no incompatibility.
_TRAINING = {"KD406"}
#: Projects whose every pair is judged on every Python; of others the newest has to do, to save time.
EVERY_PYTHON = ("tensorflow", "keras", "tf-keras", "jax")


def rows() -> list[tuple[str, Row, str]]:
    named = (("tensorflow", WHOLE.tensorflow), ("keras", WHOLE.keras))
    return [(project, row, column) for project, table in named for row in table for column in row.cells]


def told(cell: Cell, version: str, python: str) -> State:
    """Look up a release in a cell as a reader of the document does."""
    spans = [one for one in cell.ranges if sort_key(one.first) <= sort_key(version) <= sort_key(one.last)]
    found = {one.state for one in spans if not one.python or python in one.python}
    assert len(found) == 1, (version, python, spans)
    return found.pop()


def judged(project: str, version: str, column: str, candidate: str, python: str):
    """Ask the rules of `kdoctor check`, with all that both releases declare."""
    asked = (OF_TENSORFLOW if project == "tensorflow" else OF_KERAS)[column]
    pair = released(f"{project}=={version} {asked.project}=={candidate}", python=python, complete=False, env=dict(asked.variables))
    coupling = couple(pair)
    findings, crashed = rules.run(coupling)
    assert not crashed
    return findings, foretell(coupling, findings)


@pytest.mark.parametrize(("project", "row", "column"), rows(), ids=lambda value: value.release if isinstance(value, Row) else value)
def test_the_table_says_what_the_check_says(project, row, column):
    cell = row.cells[column]
    asked = (OF_TENSORFLOW if project == "tensorflow" else OF_KERAS)[column]
    for candidate, pythons in RELEASES.of(asked.project).items() if cell else ():
        shared = [python for python in row.python if python in pythons]
        for python in shared if asked.project in EVERY_PYTHON else shared[-1:]:
            findings, usages = judged(project, row.release, column, candidate, python)
            state = told(cell, candidate, python)
            where = (row.release, column, candidate, python, state)
            if project == "keras" or column == "keras":
                assert (state in USABLE) is (not set(usages["keras"].because) - _TRAINING), where
            elif asked.usage:
                assert (state in USABLE) is (usages[asked.usage].works is not False), where
            else:
                assert (state in USABLE) is all(one.severity is not Severity.ERROR for one in findings), where
            forbidden = any(one.kind == "declared" for finding in findings for one in finding.evidence)
            assert (state in (T, U, R)) is forbidden, where


def test_what_is_judged_once_for_many_is_what_each_gets(monkeypatch):
    # Without the likeness of releases every pair is judged by itself.
    monkeypatch.setattr("kdoctor.matrix.pairs.standing", lambda name, version, *pair: (version, *standing(name, version, *pair)))
    pairs = Pairs(RELEASES)
    for row in (WHOLE.tensorflow[4], WHOLE.tensorflow[9]):
        for name, column in OF_TENSORFLOW.items():
            cell = row.cells[name]
            states = pairs.states("tensorflow", row.release, column, RELEASES.of(column.project))
            assert cell is None or cell.ranges == collapse(states, majors_apart=name.endswith("keras"))


def of(table, release):
    return next(row for row in table if row.minor == release)


#: (row of TensorFlow, column, its ranges that do not fail): what is measured or stands in metadata.
KNOWN = (
    ("2.15", "tensorflow.keras", W, ["2.15"]),
    ("2.15", "keras", W, ["2.15"]),
    ("2.16", "tensorflow.keras", W, ["3.0-3.15"]),
    ("2.16", "tensorflow.keras", T, []),
    ("2.14", "tensorflow.keras", W, ["2.14"]),
    ("2.18", "tensorflow.keras", T, ["3.0-3.4"]),
    ("2.18", "tf-keras", W, ["2.18"]),
    ("2.17", "numpy", W, ["1.23.5-1.26"]),
    ("2.11", "numpy", F, ["2.0-2.2"]),
    ("2.12", "numpy", T, ["1.24.4-1.26"]),
    ("2.13", "numpy", T, ["1.24.4-1.26"]),
    ("2.11", "protobuf", T, ["3.8-3.9.1", "3.20"]),
    ("2.7", "protobuf", U, []),
    ("2.5", "keras", T, []),  # It brings keras-nightly along, which owns the same folder.
    ("2.21", "numpy", W, ["1.26-2.5"]),
    ("2.21", "protobuf", W, ["6.31.1-7.36"]),
)


@pytest.mark.parametrize(("minor", "column", "state", "shown"), KNOWN)
def test_known_cells(minor, column, state, shown):
    cell = of(WHOLE.tensorflow, minor).cells[column]
    assert [one.shown for one in cell.ranges if one.state is state] == shown


def test_keras_3_is_told_of_tf_keras_apart_from_itself():
    cells = of(WHOLE.tensorflow, "2.13").cells
    assert told(cells["tensorflow.keras"], "3.6.0", "3.10") is R
    assert told(cells["keras"], "3.6.0", "3.10") is T


def test_a_state_that_hangs_on_the_python_says_so():
    cell = of(WHOLE.tensorflow, "2.12").cells["keras"]
    assert {told(cell, "2.11.0", python) in USABLE for python in ("3.9", "3.10")} == {True}
    assert told(cell, "2.11.0", "3.11") is R


def test_tf_keras_before_2_6_is_its_own():
    cells = of(WHOLE.tensorflow, "2.4").cells
    assert cells["tensorflow.keras"] is None
    assert cells["tf-keras"] is None
    assert cells["keras"].usable


def test_pythons_and_builds():
    row = of(WHOLE.tensorflow, "2.15")
    assert (row.release, row.python, row.cuda, row.cudnn) == ("2.15.1", ("3.9", "3.10", "3.11"), "12.2", "8.9.4")


def test_backends_and_what_they_need_besides():
    cells = of(WHOLE.keras, "3.15").cells
    assert (cells["openvino"].needs, set(cells["numpy"].needs), cells["jax"].needs) == (("scipy",), {"jax", "scipy"}, ())
    assert of(WHOLE.keras, "3.6").cells["openvino"] is None


NARROWED = (
    ({"tensorflow": "==2.15.*"}, {"2.15"}, None),
    ({"tensorflow": "==2.15.0"}, {"2.15"}, None),
    ({"keras": "==3.6.*", "tensorflow": ">=2.9,<2.12"}, {"2.11"}, {"3.6"}),
    ({"keras": "<2.4,>=2.3"}, {"2.2", "2.1", "2.0"}, {"2.3"}),
    ({"python": "3.13"}, {"2.21", "2.20"}, None),
    ({"tensorflow": ">=99"}, set(), set()),
)


@pytest.mark.parametrize(("wanted", "tensorflow", "keras"), NARROWED, ids=str)
def test_narrowing(wanted, tensorflow, keras):
    table = tabulate(open_index(), Wanted(**wanted))
    assert {row.minor for row in table.tensorflow} == tensorflow
    assert keras is None or {row.minor for row in table.keras} == keras
    assert all(row.python == (wanted["python"],) for row in table.tensorflow if "python" in wanted)


PLATFORMS = (
    ("linux", "aarch64", "2.21", True),
    ("darwin", "arm64", "2.12", False),
    ("darwin", "x86_64", "2.17", False),
    ("windows", "amd64", "2.15", True),
)


@pytest.mark.parametrize(("system", "machine", "minor", "there"), PLATFORMS)
def test_other_platforms(system, machine, minor, there):
    table = tabulate(open_index(), Wanted(tensorflow=f"=={minor}.*", system=system, machine=machine))
    assert [row.minor for row in table.tensorflow] == [minor] * there
    for row in table.tensorflow:
        assert (row.cuda, row.cells["keras"].declared != ()) == (None, True)


def states(text: str) -> dict[str, dict[str, State]]:
    """Read "1.0:w 1.1:w,f" as versions with their states on Python 3.9, 3.10 and so on."""
    marks = {"w": W, "t": T, "f": F}
    pairs = (part.split(":") for part in text.split())
    return {version: {f"3.{9 + n}": marks[one] for n, one in enumerate(said.split(","))} for version, said in pairs}


COLLAPSED = (
    ("", []),
    ("1.0:w", [(W, "1.0", ())]),
    ("1.0.1:w 1.0.2:w 1.1.0:w", [(W, "1.0-1.1", ())]),
    ("1.0.1:w 1.0.2:f 1.1.0:f", [(W, "1.0.1", ()), (F, "1.0.2-1.1", ())]),
    ("1.0.1:f 1.0.2:w 1.0.3:w 1.0.4:f", [(W, "1.0.2-1.0.3", ()), (F, "1.0.1", ()), (F, "1.0.4", ())]),
    ("1.0:w 1.1:f 1.2:w", [(W, "1.0", ()), (W, "1.2", ()), (F, "1.1", ())]),
    ("1.0:w,f 1.1:w,f 1.2:w,w", [(W, "1.0-1.1", ("3.9",)), (W, "1.2", ()), (F, "1.0-1.1", ("3.10",))]),
)


@pytest.mark.parametrize(("text", "ranges"), COLLAPSED)
def test_collapse(text, ranges):
    assert [(one.state, one.shown, one.python) for one in collapse(states(text))] == ranges


def test_majors_apart():
    apart = collapse(states("2.14.0:w 2.15.0:w 3.0.0:w 3.0.1:w 3.1.0:w"), majors_apart=True)
    assert [one.shown for one in apart] == ["2.14-2.15", "3.0-3.1"]


# How it is said.


@pytest.mark.parametrize("width", [40, 80, 100, 120])
def test_text_keeps_to_the_width(width):
    lines = words.text(WHOLE, Face(width=width)).splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_colour_changes_nothing_else():
    plain, colored = (words.text(WHOLE, Face(color=color)) for color in (False, True))
    assert re.sub("\x1b\\[\\d+m", "", colored) == plain
    assert "\x1b" not in plain


def test_ascii():
    assert words.text(WHOLE, Face(unicode=False)).isascii()


def test_markdown_is_a_table():
    tables = [block for block in words.markdown(WHOLE).split("\n\n") if block.startswith("| ")]
    assert len(tables) == 2
    for table in tables:
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(bars) == 1
    assert "| 2.16.2 | 3.9-3.12 | 3.0-3.15 | 3.0-3.15 | 2.16<br>+ 2.17-2.21 |" in tables[0]


def test_strange_versions_harm_nobody():
    evil = "1|<b>`\x1b[31m\n##[error]"
    cell = Cell((evil,), (Range(W, evil, evil, evil),), (evil,))
    row = Row("1.0", evil, ("3.11",), {"numpy": cell}, evil, evil)
    table = Matrix("linux", "x86_64", None, (row,), (), "2026-01-01")
    for said in (words.text(table, Face()), words.markdown(table)):
        assert "\x1b" not in said
        assert "##[" not in said
    assert "<b>" not in words.markdown(table)
    assert len(re.findall(r"(?<!\\)\|", words.markdown(table).splitlines()[6])) == 6


def test_nothing_fits():
    nothing = Matrix("linux", "x86_64", "3.11", (), (), "2026-01-01")
    assert "No release" in words.text(nothing, Face())
    assert "No release" in words.markdown(nothing)


# The command.


@pytest.fixture
def kdoctor(capsys, monkeypatch):
    """Run the command line in this process: gives exit code, standard output and standard error."""
    for name in ("NO_COLOR", "FORCE_COLOR", "KDOCTOR_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


def test_the_document_keeps_to_its_schema(kdoctor):
    code, out, _ = kdoctor("matrix", "--format", "json", "--tensorflow", ">=2.11")
    assert (code, out.isascii()) == (0, True)
    document = json.loads(out)
    Draft202012Validator(read_schema("matrix")).validate(document)
    assert document == json.loads(json.dumps(matrix_document(tabulate(open_index(), Wanted(tensorflow=">=2.11")))))


EXITS = (
    ("--tensorflow 2.15 --keras 3", 0),
    ("--tensorflow >=2.19 --keras >=3.10 --format markdown", 0),
    ("--tensorflow >=2.20 --platform macos-arm64 --python-version 3.12", 0),
    ("--tensorflow >=99", 0),
    ("--tensorflow nonsense", 2),
    ("--keras =>3", 2),
    ("--python-version 3", 2),
    ("--python-version 2.7", 2),
    ("--platform amiga", 2),
    ("superfluous", 2),
)


@pytest.mark.parametrize(("line", "code"), EXITS)
def test_exit_codes_and_streams(kdoctor, line, code):
    found, out, err = kdoctor("matrix", *line.split())
    assert (found, bool(out), bool(err)) == (code, code == 0, code != 0)


def test_a_bare_version_stands_for_all_that_begin_so(kdoctor):
    assert kdoctor("matrix", "--tensorflow", "2.15") == kdoctor("matrix", "--tensorflow", "==2.15.*")
