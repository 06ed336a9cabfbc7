"""The configuration of a project, its baseline, and what they make of a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import snapshot

from kdoctor.cli.baseline import read_baseline, write_baseline
from kdoctor.config import read_config
from kdoctor.doctor import diagnose
from kdoctor.errors import KdoctorError
from kdoctor.model import Intent, Location, Severity
from kdoctor.policy import Baseline, Ignore, Policy, applied

ROOT = Path(__file__).parents[1]
SICK = diagnose(snapshot("tensorflow==2.18.1 keras==2.15.0"))
HEALTHY = ROOT / "tests" / "golden" / "healthy" / "snapshot.json"

WHOLE = """\
[project]
name = "demo"

[tool.kdoctor]
backend = "jax"
accelerator = "gpu"
python = ">=3.10,<3.13"
fail-on = "warning"
require = [
    "keras>=3.5",
]
baseline = "old.json"

[tool.kdoctor.severity]
KD711 = "note"
rival-distributions = "warning"

[[tool.kdoctor.ignore]]
rule = "KD204"
reason = "mended with the next image"
until = 2027-01-31

[[tool.kdoctor.ignore]]
rule = "backend-missing"
reason = "chosen at run time"
subjects = ["keras"]
"""


def test_all_that_a_configuration_may_say():
    found = read_config(WHOLE, "pyproject.toml")
    places = {"backend": 5, "accelerator": 6, "python": 7, "keras>=3.5": 10}
    at = {wish: Location("pyproject.toml", line) for wish, line in places.items()}
    assert found.intent == Intent("jax", "gpu", ("keras>=3.5",), ">=3.10,<3.13", at)
    assert (found.fail_on, found.baseline) == ("warning", "old.json")
    assert found.policy.severities == {"KD711": Severity.NOTE, "KD301": Severity.WARNING}
    assert found.policy.ignores == (
        Ignore("KD204", "mended with the next image", "2027-01-31", (), Location("pyproject.toml", 18)),
        Ignore("KD402", "chosen at run time", None, ("keras",), Location("pyproject.toml", 23)),
    )
    own = read_config(WHOLE.replace("tool.kdoctor.", "").partition("[tool.kdoctor]")[2], "kdoctor.toml")
    assert own.intent[:4] == found.intent[:4]
    assert own.policy.severities == found.policy.severities


def test_a_pyproject_without_one_has_none():
    assert read_config('[project]\nname = "kdoctor"\n', "x/pyproject.toml") is None
    assert read_config("", "kdoctor.toml").intent == Intent()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("backend = 3\n", "kdoctor.toml: line 1: backend is a number, not text"),
        ('\nbackend = "jaxs"\n', "kdoctor.toml: line 2: backend is 'jaxs', did you mean 'jax'?"),
        ('backend = "x"\n', "kdoctor.toml: line 1: backend is 'x', not one of tensorflow, jax, torch, numpy, openvino"),
        ("\n\nrequires = []\n", "kdoctor.toml: line 3: requires is no key of kdoctor; did you mean require?"),
        ("fail_on = 'error'\n", "kdoctor.toml: line 1: fail_on is no key of kdoctor; did you mean fail-on?"),
        ('require = "keras"\n', "kdoctor.toml: line 1: require is no list of texts"),
        ('require = [\n "keras",\n "ke ras"]\n', "kdoctor.toml: line 3: require holds 'ke ras', which is no requirement"),
        ('python = "three"\n', "kdoctor.toml: line 1: python is 'three', not a version such as 3.12 or a specifier such as >=3.10,<3.14"),
        ("severity = 1\n", "kdoctor.toml: line 1: severity is no table"),
        ('[severity]\nKD204 = "bad"\n', "kdoctor.toml: line 2: severity.KD204 is 'bad', not one of error, warning, note"),
        ('[severity]\nKD999 = "note"\n', "kdoctor.toml: line 2: severity.KD999 names no rule: 'KD999'; did you mean"),
        ("ignore = 1\n", "kdoctor.toml: line 1: ignore is no array of tables"),
        ('[[ignore]]\nrule = "KD204"\n', "kdoctor.toml: line 1: ignore has no reason"),
        ('x = 1\n[[ignore]]\nrule = "KD204"\n', "kdoctor.toml: line 1: x is no key of kdoctor; there are"),
        (
            '[[ignore]]\nrule = "KD204"\nreason = "r"\n[[ignore]]\nrules = "KD204"\n',
            "line 4: ignore.rules is no key of kdoctor; did you mean rule?",
        ),
        ('[[ignore]]\nrule = "KD204"\nreason = "r"\nuntil = "soon"\n', "line 1: ignore.until is 'soon', not a day such as 2027-01-31"),
        ("[[ignore]\n", "kdoctor.toml: no TOML: "),
    ],
)
def test_what_is_wrong_is_told_with_line_and_key(text, says):
    with pytest.raises(KdoctorError) as told:
        read_config(text, "kdoctor.toml")
    assert says in told.value.message
    assert len(told.value.message.splitlines()) == 1


def rules(report):
    return [(one.rule, one.severity.label) for one in report.findings]


def test_a_rule_is_ignored_until_its_day_is_over():
    policy = Policy((Ignore("KD204", "soon", "2027-01-31", (), Location("kdoctor.toml", 9)),))
    on_the_day = applied(SICK, policy, "2027-01-31")
    assert (rules(on_the_day), on_the_day.verdict) == ([], "ok")
    assert on_the_day.set_aside == ("KD204 is ignored until 2027-01-31: soon",)
    after = applied(SICK, policy, "2027-02-01")
    assert rules(after) == [("KD204", "error"), ("KD805", "error")]
    assert after.findings[1].locations == (Location("kdoctor.toml", 9),)
    assert after.set_aside == ()


def test_an_ignore_may_be_about_some_subjects_only():
    assert rules(applied(SICK, Policy((Ignore("KD204", "r", None, ("jax",)),)), "2027-01-01")) == [("KD204", "error")]
    assert rules(applied(SICK, Policy((Ignore("KD204", "r", None, ("keras",)),)), "2027-01-01")) == []


def test_a_severity_is_overridden():
    report = applied(SICK, Policy(severities={"KD204": Severity.WARNING}), "2027-01-01")
    assert (rules(report), report.verdict) == ([("KD204", "warning")], "warning")


def test_only_what_is_new_counts_against_a_baseline(tmp_path):
    path = str(tmp_path / "old.json")
    baseline = write_baseline(path, [SICK])
    assert read_baseline(path) == baseline
    known = applied(SICK, Policy(baseline=baseline), "2027-01-01")
    assert (known.findings, known.verdict) == ((), "ok")
    assert known.set_aside == (f"1 known from {path}: KD204",)
    newer = diagnose(snapshot("tensorflow==2.19.0 keras==2.14.0"))
    assert applied(newer, Policy(baseline=baseline), "2027-01-01").findings == ()
    other = diagnose(snapshot("tensorflow==2.14.1 keras==3.5.0"))
    assert {one.rule for one in applied(other, Policy(baseline=baseline), "2027-01-01").findings} == {one.rule for one in other.findings}
    assert applied(other, Policy(baseline=Baseline("old", baseline.known)), "2027-01-01").set_aside == ("1 of it no more there: KD204",)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "kdoctor.baseline/1"}', '{"schema": "kdoctor.baseline/1", "findings": [1]}'])
def test_what_is_no_baseline_is_refused(tmp_path, text):
    path = tmp_path / "old.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KdoctorError, match=r"old\.json: no "):
        read_baseline(str(path))


# The command line.

#: TensorFlow 2.18 has no wheel for some of the Pythons that these tests run on.
PYTHON = ("--python-version", "3.11")
LOCK = """\
lock-version = "1.0"
created-by = "x"

[[packages]]
name = "tensorflow"
version = "2.18.1"

[[packages]]
name = "keras"
version = "2.15.0"
"""


def run(*arguments, folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "KERAS_", "TF_"))}
    return subprocess.run(
        [sys.executable, "-m", "kdoctor", *map(str, arguments)],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def project(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "pylock.toml").write_text(LOCK, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "demo"\n', encoding="utf-8")
    return tmp_path


def test_the_nearest_configuration_upwards_counts(project):
    ignore = "".join(f'[[tool.kdoctor.ignore]]\nrule = "{rule}"\nreason = "known"\n' for rule in ("KD204", "KD002"))
    assert run("check", "pylock.toml", *PYTHON, folder=project).returncode == 1
    (project / "pyproject.toml").write_text(ignore, encoding="utf-8")
    found = run("check", "../pylock.toml", *PYTHON, folder=project / "sub")
    assert (found.returncode, "KD204 is ignored: known" in found.stdout) == (0, True)
    assert run("check", "pylock.toml", *PYTHON, "--no-config", folder=project).returncode == 1
    (project / "kdoctor.toml").write_text('fail-on = "never"\n', encoding="utf-8")
    found = run("check", "pylock.toml", *PYTHON, folder=project)
    assert (found.returncode, "error" in found.stdout) == (0, True)
    assert run("check", "pylock.toml", *PYTHON, "--fail-on", "error", folder=project).returncode == 1
    assert run("check", "pylock.toml", *PYTHON, "--config", "pyproject.toml", folder=project).returncode == 0


def test_what_a_project_requires_stands_where_it_says_so(project):
    (project / "pyproject.toml").write_text('[tool.kdoctor]\npython = "3.11"\nrequire = ["keras>=3.5"]\n', encoding="utf-8")
    found = run("check", ".", "--python-version", "3.12", "--format", "github", folder=project)
    assert found.returncode == 1
    assert "::error file=pyproject.toml,line=3," in found.stdout
    assert "title=KD801 project-requirement-unmet::the project requires keras>=3.5, but keras 2.15.0 is installed" in found.stdout
    assert "::error file=pyproject.toml,line=2,endLine=2,title=KD803 " in found.stdout


def test_the_intended_backend_settles_what_a_lock_leaves_open(project):
    (project / "pylock.toml").write_text(LOCK.replace("2.18.1", "2.18.0").replace("2.15.0", "3.8.0"), encoding="utf-8")
    (project / "kdoctor.toml").write_text('backend = "jax"\n', encoding="utf-8")
    found = run("check", ".", "--python-version", "3.11", folder=project)
    assert (found.returncode, "jax is not installed" in found.stdout) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--config", "gone.toml"], 3, "kdoctor: gone.toml cannot be read: No such file or directory\n"),
        (["--config", "pyproject.toml"], 3, "kdoctor: pyproject.toml has no table [tool.kdoctor]\n"),
        (["--config", "bad.toml"], 3, "kdoctor: bad.toml: line 1: backends is no key of kdoctor; did you mean backend?\n"),
        (["--config", "bad.toml", "--no-config"], 2, "--config and --no-config exclude each other."),
        (["--baseline", "gone.json"], 3, "kdoctor: gone.json cannot be read: No such file or directory\n"),
        (["--write-baseline", "no/where.json"], 3, "kdoctor: no/where.json cannot be written: No such file or directory\n"),
    ],
)
def test_what_is_wrong_with_the_options_is_told(project, arguments, code, says):
    (project / "bad.toml").write_text('backends = "jax"\n', encoding="utf-8")
    found = run("check", "pylock.toml", *arguments, folder=project)
    assert found.returncode == code
    assert says in found.stderr


def test_a_report_of_somebody_else_is_not_held_against_this_project(project):
    (project / "kdoctor.toml").write_text('require = ["keras<2"]\n', encoding="utf-8")
    assert run("check", "--from", HEALTHY, folder=project).returncode == 0
    assert run("check", "--from", HEALTHY, "--config", "kdoctor.toml", folder=project).returncode == 1


def test_a_baseline_is_written_and_holds(project):
    written = run("check", "pylock.toml", *PYTHON, "--write-baseline", "old.json", "--format", "json", folder=project)
    assert written.returncode == 0
    assert [row["rule"] for row in json.loads((project / "old.json").read_bytes())["findings"]] == ["KD002", "KD002", "KD204"]
    assert json.loads(written.stdout)["set_aside"] == ["3 known from old.json: KD002 KD204"]
    assert run("check", "pylock.toml", *PYTHON, "--baseline", "old.json", folder=project).returncode == 0
    (project / "kdoctor.toml").write_text('baseline = "old.json"\n', encoding="utf-8")
    assert run("check", "../pylock.toml", *PYTHON, folder=project / "sub").returncode == 0


def test_an_expired_ignore_fails(project):
    day = (date.today() - timedelta(days=2)).isoformat()  # noqa: DTZ011 -- two days are more than any time zone.
    (project / "kdoctor.toml").write_text(f'[[ignore]]\nrule = "KD204"\nreason = "x"\nuntil = {day}\n', encoding="utf-8")
    found = run("check", "pylock.toml", folder=project)
    assert (found.returncode, "KD805" in found.stdout) == (1, True)


def test_init_writes_what_the_environment_has_and_never_overwrites(tmp_path):
    found = run("init", "--from", HEALTHY, folder=tmp_path)
    assert (found.returncode, found.stdout) == (0, "")
    text = (tmp_path / "kdoctor.toml").read_text(encoding="utf-8")
    config = read_config(text, "kdoctor.toml")
    assert config.intent.backend == "tensorflow"
    assert config.intent.requirements
    assert text.count("#") > 8
    assert run("check", "--from", HEALTHY, "--config", "kdoctor.toml", folder=tmp_path).returncode == 0
    again = run("init", "--from", HEALTHY, folder=tmp_path)
    assert (again.returncode, again.stderr) == (3, "kdoctor: kdoctor.toml is there already\nhint: --force overwrites it\n")
    assert run("init", "--from", HEALTHY, "--force", folder=tmp_path).returncode == 0
