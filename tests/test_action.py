"""What runs kdoctor elsewhere: the action of GitHub, the hook of pre-commit, the completion of shells."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SICK = "keras>=3\ntensorflow==2.15.1\n"
BASH = shutil.which("bash")

needs_bash = pytest.mark.skipif(BASH is None or os.name == "nt", reason="the steps are scripts for bash")


@pytest.fixture
def runner(tmp_path):
    """A machine as a runner of GitHub has it: the program that the first step would install calls the one under test."""
    work, temp = tmp_path / "work", tmp_path / "temp"
    work.mkdir()
    program = temp / "kdoctor" / "bin" / "python"
    program.parent.mkdir(parents=True)
    # Isolated as the step asks for it, it would not see the checkout.
    program.write_text(f'#!/bin/sh\nshift\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    for name in ("summary", "output"):
        (tmp_path / name).touch()
    return tmp_path


def step(runner, **inputs):
    """Run the second step with these inputs, as the runner does: expressions become variables, nothing else."""
    examine = ACTION["runs"]["steps"][1]
    assert "${{" not in examine["run"]
    given = {name: inputs.get(name.replace("-", "_"), row["default"]) for name, row in ACTION["inputs"].items()}
    variables = {name: given[re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value)[1]] for name, value in examine["env"].items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "KERAS_", "TF_"))}
    files = {"GITHUB_STEP_SUMMARY": str(runner / "summary"), "GITHUB_OUTPUT": str(runner / "output"), "RUNNER_TEMP": str(runner / "temp")}
    return subprocess.run(
        # So the runner starts `shell: bash`; source: docs.github.com, workflow syntax, "jobs.<job_id>.steps[*].shell".
        [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", examine["run"]],
        cwd=runner / "work",
        env={**kept, **files, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def outputs(runner):
    return dict(line.split("=", 1) for line in (runner / "output").read_text(encoding="utf-8").splitlines())


@needs_bash
def test_the_action_judges_files_and_annotates(runner):
    (runner / "work" / "requirements.txt").write_text(SICK, encoding="utf-8")
    done = step(runner, files="requirements.txt\n", python_versions="3.10 3.11", platforms="linux-x86_64", sarif="k.sarif")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::error file=requirements.txt,line=1,")
    assert "## kdoctor: Something is wrong" in (runner / "summary").read_text(encoding="utf-8")
    assert json.loads((runner / "work" / "k.sarif").read_bytes())["version"] == "2.1.0"
    assert outputs(runner)["verdict"] == "error"
    assert len(json.loads(Path(outputs(runner)["report"]).read_bytes())["targets"]) == 2


@needs_bash
def test_the_action_takes_its_inputs_for_data(runner):
    (runner / "work" / "requirements.txt").write_text(SICK, encoding="utf-8")
    done = step(
        runner, files="requirements.txt", fail_on="never", arguments="--no-config\n--extra\n$(touch pwned)`touch pwned`; touch pwned"
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (runner / "work").iterdir()) == ["requirements.txt"]
    assert outputs(runner)["verdict"] == "error"


@needs_bash
def test_the_action_says_when_it_could_not_do_its_job(runner):
    done = step(runner, files="gone.txt")
    assert (done.returncode, done.stdout) == (3, "")
    assert "gone.txt cannot be read" in done.stderr
    assert outputs(runner) == {}


def test_every_input_of_the_action_is_used_and_told():
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    assert all(row["description"].endswith(".") or row["description"] for row in ACTION["inputs"].values())


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        *((name, True) for name in ("requirements.txt", "ci/requirements-dev.txt", "requirements.in", "pyproject.toml", "a/uv.lock")),
        *((name, True) for name in ("pylock.toml", "pylock.ci.toml", "poetry.lock", "pdm.lock", "Pipfile.lock", "environment.yml")),
        *((name, False) for name in ("README.md", "src/requirements.py", "cargo.lock", "docs/environment.yml.txt", "setup.cfg")),
    ],
)
def test_the_hook_of_pre_commit_is_run_on_what_kdoctor_reads(path, meant):
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "kdoctor check"
    assert bool(re.search(hook["files"], path)) is meant


def test_several_files_at_once_are_told_apart(runner):
    work = runner / "work"
    (work / "requirements.txt").write_text(SICK, encoding="utf-8")
    (work / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["keras>=3"]\n', encoding="utf-8")
    (work / "setup").mkdir()
    (work / "setup" / "pyproject.toml").write_text("[tool.other]\nx = 1\n", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "kdoctor", "check", "requirements.txt", "pyproject.toml", "setup/pyproject.toml"),
            *("--python-version", "3.11"),
        ],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"(?m)^  requirements\.txt: Python .* fails .* KD104$", done.stdout)
    assert re.search(r"(?m)^  pyproject\.toml: Python .* ok ", done.stdout)


def test_findings_on_an_environment_point_into_the_project(runner):
    work = runner / "work"
    (work / "requirements.txt").write_text("numpy\nkeras==2.15.0\n", encoding="utf-8")
    site = work / ".venv" / "lib" / "python3.11" / "site-packages"
    for name, version in (("tensorflow", "2.18.1"), ("keras", "2.15.0")):
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\n", encoding="utf-8")
        (site / name).mkdir()
        for file in ("__init__.py", "a.py", "b.py", "c.py", "d.py"):
            (site / name / file).touch()
    (work / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "kdoctor", "check", "--python", ".venv", "--format", "github"],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_STEP_SUMMARY": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"(?m)^::error file=requirements\.txt,line=2,.*title=KD204 ", done.stdout)


@pytest.mark.parametrize(
    ("words", "place", "offered"),
    [("kdoctor che", 1, "check"), ("kdoctor check --form", 2, "--format"), ("kdoctor check --format sar", 3, "sarif")],
)
def test_shells_can_complete(words, place, offered):
    # What click's own script for bash asks the program; source: click.palletsprojects.com/en/stable/shell-completion.
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(place), "_KDOCTOR_COMPLETE": "bash_complete", "PYTHONPATH": str(ROOT)}
    code = "from kdoctor.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **asked}, capture_output=True, encoding="utf-8", check=False)
    assert f"plain,{offered}" in done.stdout.splitlines()
