"""First remedies followed for real, and `kdoctor fix` with the installers that people have."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kdoctor.knowledge import runs
from lab import environments
from lab.environments import ROOT, Recipe, interpreter
from lab.remedies import HELD, mend

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

#: Rows whose remedy is quickly installed: a change of version, and what nobody declares; `make lab ARGS=--remedies`
#: tries all that failed.
SAMPLE = ("keras3.0.5-jax0.6.1", "config-keras3.0.5-jax-without-packaging")


@pytest.mark.parametrize("name", SAMPLE)
def test_the_first_remedy_of_what_failed_holds(name: str) -> None:
    record = next(one for one in runs.records() if one["name"] == name)
    if interpreter(".".join(record["python"].split(".")[:2])) is None:
        pytest.skip(f"no CPython {record['python']} on this machine")
    done = mend(record)
    assert (done.end, done.foretold_otherwise, done.left) == (HELD, (), ()), done


JAX = Recipe("jax-too-new", ("3.12", "3.11", "3.13"), ("install keras==3.7.0 jax==0.7.2",))


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_a_fix_can_be_undone_to_the_last_file(installer: str, tmp_path: Path) -> None:
    program = environments.uv()
    if program is None:
        pytest.skip("no uv on this machine")
    python = environments.build(JAX, tmp_path / "env")
    if installer == "uv":
        environments.install(*program, "pip", "uninstall", "--quiet", "--python", python, "pip", "setuptools", "wheel")
    before = frozen(program, python), tree(tmp_path / "env")
    said = fix(python, tmp_path, program, "--verify")
    assert {"pip": "-m pip", "uv": "uv pip install"}[installer] in said
    assert "A real resolver agrees" in said
    assert "Mended: " in said
    assert frozen(program, python) != before[0]
    assert "What was installed before is back." in fix(python, tmp_path, program, "--undo")
    assert (frozen(program, python), tree(tmp_path / "env")) == before


def fix(python: Path, home: Path, program: tuple[str, ...], option: str) -> str:
    path = os.pathsep.join((os.path.dirname(shutil.which(program[0]) or program[0]), os.environ.get("PATH", os.defpath)))
    variables = {**environments.surroundings(home, {"KERAS_BACKEND": "jax"}), "PATH": path}
    command = [sys.executable, "-m", "kdoctor", "fix", "--python", str(python), "--yes", option]
    done = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def frozen(program: tuple[str, ...], python: Path) -> str:
    return subprocess.run([*program, "pip", "freeze", "--python", python], capture_output=True, text=True, check=True).stdout


def tree(prefix: Path) -> set[tuple[str, int]]:
    """Give each file with its size, but for what Python compiles."""
    files = (path for path in prefix.rglob("*") if "__pycache__" not in path.parts and not path.is_dir())
    return {(str(path.relative_to(prefix)), path.lstat().st_size) for path in files if not path.name.startswith("kdoctor")}
