"""Real environments, built from the package index and kept until their recipe changes."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(__file__).parent / "programs"
CACHE = Path(os.environ.get("KDOCTOR_REAL_CACHE") or ROOT / ".lab").absolute()

#: What decides how Keras behaves must come from the row alone, never from the surroundings.
FOREIGN = ("KERAS_", "TF_", "PYTHON", "JAX_", "XLA_", "CUDA_", "VIRTUAL_ENV", "CONDA_", "PROTOCOL_BUFFERS_", "SETUPTOOLS_")


#: How long a program may run, in seconds, and what is said of one that ran longer.
_PATIENCE = 600
TIMED_OUT = "time out"


class Recipe(NamedTuple):
    """How an environment comes about: each step is what is given to `pip install` (or `pip uninstall`), one after the other."""

    name: str
    pythons: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The name of its folder, another one for every other recipe."""
        return f"{self.name}-{hashlib.sha256(repr(self).encode()).hexdigest()[:10]}"


class Result(NamedTuple):
    """What a program did: whether it ended well, the JSON line it printed, and the end of what it said."""

    works: bool
    facts: dict[str, str]
    said: str
    #: The name of the signal that ended it, or "time out".
    signal: str = ""


def surroundings(home: Path, variables: Mapping[str, str], python: Path | None = None) -> dict[str, str]:
    """Give the whole environment for a child: the machine's own less all that Keras heeds, and the row's variables."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    if python:
        kept["PATH"] = os.pathsep.join((str(python.parent), kept.get("PATH", os.defpath)))
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}
    return {**kept, **quiet, "HOME": str(home), "XDG_CONFIG_HOME": str(home), **variables}


def _version_of(python: Path) -> str | None:
    """Give "3.11" for a CPython that runs and can make environments; a shim that leads nowhere gives None."""
    ask = "import sys, venv, ctypes; print(sys.implementation.name, '%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=20, check=False).stdout.split()
    except OSError:
        return None
    return answer[1] if answer[:1] == ["cpython"] else None


@functools.cache
def interpreter(version: str) -> Path | None:
    """Give an interpreter of that version among those at hand: kdoctor's own, those on PATH, those of pyenv."""
    on_path = shutil.which(f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = (
        Path(sys.executable),
        *(() if on_path is None else (Path(on_path),)),
        *sorted(pyenv.glob(f"{version}.*/bin/python")),
    )
    return next((path for path in candidates if _version_of(path) == version), None)


@functools.cache
def uv() -> tuple[str, ...] | None:
    """Give the command that runs uv, fetched from the index where the machine has none; None where it cannot be had."""
    at_hand = shutil.which("uv")
    command = at_hand if at_hand and _runs(at_hand, "--version") else fetched_uv()
    return (command,) if command else None


def fetched_uv() -> str | None:
    """Give the path of a uv of our own, never a wrapper script; None where the index does not give it."""
    fetched = str(CACHE / "uv" / "bin" / "uv")
    if not _runs(fetched, "--version"):
        _runs(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(CACHE / "uv"), "uv")
    return fetched if _runs(fetched, "--version") else None


def _runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=300, check=False).returncode == 0
    except OSError:
        return False


def build(recipe: Recipe, folder: Path) -> Path:
    """Build the environment of the recipe afresh in the folder; return its interpreter."""
    base = next(filter(None, map(interpreter, recipe.pythons)), None)
    if base is None:
        raise LookupError(f"no CPython {' or '.join(recipe.pythons)} on this machine")
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    program = uv()
    make = (*program, "venv", "--quiet", "--seed", "--python", base) if program else (base, "-m", "venv")
    install(*make, folder)
    for step in recipe.steps:
        verb, *arguments = step.split()
        if program:
            install(*program, "pip", verb, "--quiet", "--python", python, *arguments)
        else:
            install(python, "-m", "pip", verb, "--quiet", *(("--yes",) if verb == "uninstall" else ()), *arguments)
    return python


def install(*command: object) -> None:
    """Run an installer; RuntimeError with what it said where it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=1200, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def kept(recipe: Recipe) -> Path:
    """Give the interpreter of the recipe's environment, built where it is not there in full."""
    folder = CACHE / "environments" / recipe.folder
    stamp = folder / "built"
    if not stamp.exists():
        build(recipe, folder)
        stamp.write_text("\n".join(recipe.steps))
    return folder / "bin" / "python"


def run(python: Path, program: str | Path, home: Path, variables: Mapping[str, str]) -> Result:
    """Run one of the programs with the patient's interpreter, away from all that belongs to this machine's user."""
    environment = surroundings(home, variables, python)
    command = [python, PROGRAMS / program]
    try:
        done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return Result(works=False, facts={}, said=f"ran longer than {_PATIENCE} s", signal=TIMED_OUT)
    lines = done.stdout.splitlines()
    facts = json.loads(lines[-1]) if done.returncode == 0 and lines and lines[-1].startswith("{") else {}
    ended = signal.Signals(-done.returncode).name if done.returncode < 0 else ""
    return Result(done.returncode == 0, facts, done.stderr[-4000:], ended)


def check(python: Path, home: Path, variables: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Run `kdoctor check` on the environment of that interpreter; return its exit code and its report."""
    command = [sys.executable, "-m", "kdoctor", "check", "--python", str(python), "--format", "json"]
    environment = surroundings(home, variables, python)
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, 1), f"kdoctor ended with {done.returncode}: {done.stderr}"
    assert done.stdout.startswith("{"), f"kdoctor gave no report: {done.stdout[:500]}{done.stderr}"
    return done.returncode, json.loads(done.stdout)
