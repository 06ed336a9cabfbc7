"""`kdoctor check --format` and `--output`: one run feeds several readers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from kdoctor.cli.schema import read_schema

HERE = Path(__file__).parent
SICK = HERE / "golden" / "rival-distributions" / "snapshot.json"
HEALTHY = HERE / "golden" / "healthy" / "snapshot.json"


def run(*arguments, folder, **variables):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return subprocess.run(
        [sys.executable, "-m", "kdoctor", "check", *map(str, arguments)],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(HERE.parent), **variables},
        capture_output=True,
        check=False,
    )


def test_one_run_feeds_several_readers(tmp_path):
    outputs = [f"{form}:{tmp_path / form}" for form in ("text", "json", "markdown", "sarif", "github", "gitlab", "junit")]
    result = run("--from", SICK, *(part for value in outputs for part in ("--output", value)), folder=tmp_path)
    assert (result.returncode, result.stderr) == (1, b"")
    assert b"1 error" in result.stdout
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    rules = [finding["rule"] for finding in json.loads(written["json"])["findings"]]
    assert rules == [one["ruleId"] for one in json.loads(written["sarif"])["runs"][0]["results"]]
    assert rules == [one["check_name"] for one in json.loads(written["gitlab"])]
    assert rules == [case.get("classname", "").removeprefix("kdoctor.") for case in ET.fromstring(written["junit"]).iter("testcase")]
    assert len(rules) == written["github"].count("\n") == written["markdown"].count("\n### ")
    assert all(rule in written["text"] for rule in rules)


def test_sarif_of_the_command_line_keeps_to_the_schema(tmp_path):
    result = run("--from", SICK, "--format", "sarif", folder=tmp_path)
    schema = json.loads((HERE / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    document = json.loads(result.stdout)
    Draft4Validator(schema).validate(document)
    assert document["runs"][0]["tool"]["driver"]["rules"][0]["help"]["text"]


@pytest.mark.parametrize("value", ["sarif", "sarif:", "yaml:x", ":x", "json:-"])
def test_an_output_is_a_format_and_a_file(tmp_path, value):
    result = run("--from", SICK, "--output", value, folder=tmp_path)
    assert result.returncode == 2
    assert b"FORMAT:FILE" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_keeps_nothing_else_from_being_written(tmp_path):
    result = run("--from", SICK, "--output", "json:no/such/x", "--output", "sarif:x.sarif", folder=tmp_path)
    assert result.returncode == 3
    assert result.stderr == b"kdoctor: no/such/x cannot be written: No such file or directory\n"
    assert b"1 error" in result.stdout
    assert json.loads((tmp_path / "x.sarif").read_bytes())


@pytest.mark.skipif(os.name == "nt", reason="modes and links as on POSIX")
def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path):
    real = tmp_path / "real.json"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    (tmp_path / "link.json").symlink_to(real)
    result = run("--from", HEALTHY, "-q", "--output", "json:link.json", folder=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads(real.read_bytes())["verdict"] == "ok"
    assert real.stat().st_mode & 0o777 == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {"real.json", "link.json"}


@pytest.mark.skipif(os.name == "nt", reason="there is no /dev/stderr")
def test_a_device_is_written_to_as_it_is(tmp_path):
    result = run("--from", HEALTHY, "-q", "--output", "github:/dev/null", "--output", "markdown:/dev/stderr", folder=tmp_path)
    assert result.returncode == 0
    assert b"## kdoctor: Nothing is wrong" in result.stderr


def test_on_github_the_summary_gets_the_report_too(tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    result = run("--from", SICK, "--format", "github", folder=tmp_path, GITHUB_STEP_SUMMARY=str(summary))
    assert result.returncode == 1
    assert all(line.startswith((b"::error ", b"::warning ", b"::notice ")) for line in result.stdout.splitlines())
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n## kdoctor: Something is wrong\n")
    run("--from", SICK, folder=tmp_path, GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text(encoding="utf-8") == text


def test_a_summary_that_cannot_be_written_is_told(tmp_path):
    result = run("--from", HEALTHY, "--format", "github", folder=tmp_path, GITHUB_STEP_SUMMARY=str(tmp_path / "no" / "summary"))
    assert result.returncode == 3
    assert result.stderr.startswith(b"kdoctor: ")
    assert b"cannot be written" in result.stderr


@pytest.mark.parametrize("form", ["markdown", "github", "junit", "gitlab", "sarif"])
def test_formats_come_through_an_ascii_terminal(tmp_path, form):
    hostile = HERE / "golden" / "hostile" / "snapshot.json"
    result = run("--from", hostile, "--format", form, folder=tmp_path, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (result.returncode, result.stderr) == (1, b"")
    assert result.stdout.isascii()


LOCK = """\
lock-version = "1.0"
created-by = "some tool"

[[packages]]
name = "tensorflow"
version = "2.15.1"

[[packages]]
name = "keras"
version = "3.0.5"
marker = "python_version >= '3.10'"
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pylock.toml").write_text(LOCK, encoding="utf-8")
    return tmp_path


TARGETS = ("--python-version", "3.9", "--python-version", "3.11", "--python-version", "3.13")


def test_several_pythons_at_once(project):
    result = run(".", *TARGETS, "--platform", "linux-x86_64", "--platform", "windows-amd64", folder=project)
    text = result.stdout.decode()
    assert (result.returncode, result.stderr) == (1, b"")
    assert "6 targets" in text
    lines = [line.split() for line in text.splitlines() if line.startswith("  Python")]
    assert [" ".join(line[:4]) for line in lines] == [
        f"Python {version}, {system}" for system in ("Linux x86_64", "Windows amd64") for version in ("3.9", "3.11", "3.13")
    ]
    assert lines[2][4] == "fails"
    assert "pylock.toml:5" in text


def test_several_targets_in_every_format(project):
    outputs = [f"{form}:{form}" for form in ("json", "markdown", "sarif", "github", "gitlab", "junit")]
    result = run("pylock.toml", *TARGETS, "-q", *(part for value in outputs for part in ("--output", value)), folder=project)
    assert (result.returncode, result.stdout, result.stderr) == (1, b"", b"")
    document = json.loads((project / "json").read_bytes())
    Draft202012Validator(read_schema("reports")).validate(document)
    assert [row["target"][:11] for row in document["targets"]] == ["Python 3.9,", "Python 3.11", "Python 3.13"]
    sarif = json.loads((project / "sarif").read_bytes())
    Draft4Validator(json.loads((HERE / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))).validate(sarif)
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in sarif["runs"][0]["results"]}
    assert uris == {"pylock.toml"}
    assert len(ET.fromstring((project / "junit").read_bytes())) == 3
    assert (project / "markdown").read_text(encoding="utf-8").count("| Python 3.") == 3
    assert "file=pylock.toml,line=5," in (project / "github").read_text(encoding="utf-8")
    fingerprints = [one["fingerprint"] for one in json.loads((project / "gitlab").read_bytes())]
    assert len(fingerprints) == len(set(fingerprints)) > 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--python-version", "3.11"], 2, "are for a project's files"),
        ([".", "--python-version", "three"], 2, "'three' is no Python version such as 3.12"),
        ([".", "--from", "x"], 2, "give one of them"),
        (["sub"], 3, "sub holds none of pylock.toml"),
        (["gone.lock"], 3, "gone.lock cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_a_target(project, arguments, code, says):
    (project / "sub").mkdir()
    arguments = arguments if arguments[:1] != ["--python-version"] else ["--example", *arguments]
    result = run(*arguments, folder=project)
    assert result.returncode == code
    assert says in result.stderr.decode()
