"""Whole-process time and memory of `kdoctor check` beside those of its neighbours, on a large environment.

The rounds are interleaved, so that a machine that slows down slows all alike; what counts are ratios of medians. Nothing
here fails for being slow: the table is for people to read.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lab.environments import CACHE, ROOT, Recipe, fetched_uv, kept

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUNDS = 21
#: An import of TensorFlow takes seconds.
DEEP_ROUNDS = 5
WANTED = (Path(__file__).parent / "requirements.txt").read_text().splitlines()
PATIENT = Recipe(
    "bench",
    ("3.11", "3.12", "3.10", "3.13"),
    ("install " + " ".join(line for line in WANTED if not line.startswith("#")),),
)


class Run(NamedTuple):
    """One run of a command: how long it took, the most memory that it or a child of it held, and its exit code."""

    seconds: float
    mebibytes: float
    code: int


def measure(command: Sequence[str], environment: dict[str, str]) -> Run:
    """Run the command with its output thrown away; its memory reads never below the bench's own at the moment of the start."""
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(seconds, usage.ru_maxrss / unit, os.waitstatus_to_exitcode(status))


def doctor() -> Path:
    """Install kdoctor as its users do, not editable and compiled, into a venv of its own; return the venv's programs."""
    folder = CACHE / "bench" / "doctor"
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ROOT], check=True)
    # The surroundings may forbid Python to write bytecode by itself.
    subprocess.run([python, "-m", "compileall", "-q", *folder.glob("lib/python*/site-packages")], check=False)
    return folder / "bin"


def commands(patient: Path, programs: Path) -> dict[str, list[str]]:
    """Name each command that is measured; the doctor's own come first."""
    uv = fetched_uv() or sys.exit("bench: uv is not to be had from the package index")
    check = [str(programs / "kdoctor"), "check", "--python", str(patient)]
    return {
        "kdoctor check": check,
        "kdoctor check, with something to mend": check,
        "pip check": [str(patient), "-m", "pip", "check"],
        "uv pip check": [uv, "pip", "check", "--python", str(patient)],
        # uv writes down who an interpreter is and does not ask it again; kdoctor writes nothing and always asks.
        "uv pip check --no-cache": [uv, "pip", "check", "--no-cache", "--python", str(patient)],
        "python -c 'import click'": [str(programs / "python"), "-c", "import click"],
    }


def deep_commands(patient: Path, programs: Path) -> dict[str, list[str]]:
    """Name what `check --deep` is held against: the import that it foretells without importing anything."""
    return {
        "kdoctor check --deep": [str(programs / "kdoctor"), "check", "--deep", "--python", str(patient)],
        "python -c 'import tensorflow'": [str(patient), "-c", "import tensorflow"],
    }


def measured(named: dict[str, list[str]], rounds: int = ROUNDS) -> dict[str, list[Run]]:
    """Run each command in turn, round after round; the first round only warms the caches."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "KERAS_", "TF_"))}
    sick = {**clean, "TF_USE_LEGACY_KERAS": "1"}
    runs: dict[str, list[Run]] = {name: [] for name in named}
    for number in range(rounds + 1):
        for name, command in named.items():
            run = measure(command, sick if "mend" in name else clean)
            if run.code not in (0, 1):
                sys.exit(f"bench: {' '.join(command)} ended with {run.code}")
            if number:
                runs[name].append(run)
    return runs


def rows(runs: dict[str, list[Run]]) -> tuple[list[str], dict[str, float], dict[str, float]]:
    """Word what each command took; give the medians in seconds and the peaks of memory in MiB too."""
    median = {name: statistics.median(run.seconds for run in of) for name, of in runs.items()}
    peak = {name: max(run.mebibytes for run in of) for name, of in runs.items()}
    lines = [f"{'':40}{'median ms':>10}{'fastest ms':>12}{'peak MiB':>10}{'exit':>6}"]
    for name, of in runs.items():
        fastest = min(run.seconds for run in of)
        lines.append(f"{name:40}{1000 * median[name]:10.1f}{1000 * fastest:12.1f}{peak[name]:10.1f}{of[0].code:6}")
    return lines, median, peak


def deep_table(runs: dict[str, list[Run]]) -> list[str]:
    """Word the runs of `check --deep` and of the import, then the ratios beside their aims."""
    lines, median, peak = rows(runs)
    own, other = runs
    lines += ["", f"{own:40}{'measured':>10}  aim", f"{'time over that of the import':40}{median[own] / median[other]:10.2f}  0.33"]
    lines.append(f"{'memory over that of the import':40}{peak[own] / peak[other]:10.2f}  below 1")
    lines.append(f"{'peak memory, MiB':40}{peak[own]:10.1f}  300")
    return lines


def table(runs: dict[str, list[Run]]) -> list[str]:
    """Word the runs: what each command took, then the ratios beside their aims."""
    lines, median, peak = rows(runs)
    lines += ["", f"{'kdoctor check':40}{'measured':>10}  aim"]
    own = median["kdoctor check"]
    aims = (
        ("pip check", "0.3"),
        ("uv pip check", "1.0, 1.5 at most"),
        ("uv pip check --no-cache", "the same"),
        ("python -c 'import click'", "2.5"),
    )
    lines += [f"{'time over that of ' + name:40}{own / median[name]:10.2f}  {aim}" for name, aim in aims]
    lines.append(f"{'peak memory, MiB':40}{peak['kdoctor check']:10.1f}  60")
    return lines


def verdict(check: Sequence[str]) -> str:
    """Give what the doctor says, so that nobody measures how fast it fails."""
    return str(json.loads(subprocess.run([*check, "--format", "json"], capture_output=True, check=False).stdout)["verdict"])


def main() -> None:
    """Build what is missing, measure, print the table."""
    patient, programs = kept(PATIENT), doctor()
    named = commands(patient, programs)
    count = len(list(patient.parents[1].glob("lib/python*/site-packages/*.dist-info")))
    said = verdict(named["kdoctor check"])
    print(f"{count} distributions, verdict {said}, {ROUNDS} interleaved rounds, Python {sys.version.split()[0]}")
    print("\n".join(table(measured(named))))
    print("\n".join(["", *deep_table(measured(deep_commands(patient, programs), DEEP_ROUNDS))]))


if __name__ == "__main__":
    main()
