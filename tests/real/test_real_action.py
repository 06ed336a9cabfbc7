"""The action of GitHub, whole: its steps run as the runner runs them, kdoctor is installed for real."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BASH = shutil.which("bash")

pytestmark = [pytest.mark.real, pytest.mark.skipif(BASH is None or os.name == "nt", reason="the steps are scripts for bash")]


def test_the_action_installs_kdoctor_apart_and_judges_a_project(tmp_path):
    (tmp_path / "requirements.txt").write_text("keras>=3\ntensorflow==2.15.1\n", encoding="utf-8")
    (tmp_path / "environment.yml").write_text("dependencies:\n  - python=3.11\n  - pip:\n      - keras==2.15.0\n", encoding="utf-8")
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = {name: row["default"] for name, row in action["inputs"].items()}
    inputs |= {"files": "requirements.txt\nenvironment.yml", "python-versions": "3.11"}
    runner = {name: str(tmp_path / name) for name in ("RUNNER_TEMP", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    codes = []
    for step in action["runs"]["steps"]:
        given = {name: inputs[value.split("inputs.")[1].rstrip(" }")] for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=tmp_path,
            env={**os.environ, **runner, **given, "GITHUB_ACTION_PATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        codes.append(done.returncode)
    assert codes == [0, 1], done.stderr
    assert "title=KD104 requirements-unsatisfiable::" in done.stdout
    assert "verdict=error" in Path(runner["GITHUB_OUTPUT"]).read_text(encoding="utf-8")
    assert "kdoctor: Something is wrong" in Path(runner["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
