"""How long `kdoctor scan` takes beside `ruff check` on the same tree, a site-packages with TensorFlow and Keras in it.

The tree is the hardest that there is: a sixth of its files has to do with Keras, where a project's tree has a few. What counts is the
ratio of medians of interleaved rounds; twice the tree tells whether the time grows as the tree does. Nothing here fails for being slow.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench import PATIENT, Run, doctor, measure
from lab.environments import kept

ROUNDS = 5


def trees(folder: Path) -> tuple[Path, Path]:
    """Give the tree of the patient, and one that holds it twice."""
    (packages,) = kept(PATIENT).parents[1].glob("lib/python*/site-packages")
    twice = folder / "twice"
    for number in (1, 2):
        shutil.copytree(
            packages, twice / str(number), ignore=lambda _, names: [one for one in names if one.endswith((".so", ".dll", ".pyd"))]
        )
    return packages, twice


def commands(programs: Path, packages: Path, twice: Path) -> dict[str, list[str]]:
    """Name each command that is measured."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or sys.exit("bench: ruff is not installed here: make lint brings it")
    scan = [str(programs / "kdoctor"), "scan", "--no-config", "--no-gitignore", "--fail-on", "never", "-q", "--python", str(kept(PATIENT))]
    check = [ruff, "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--select", "F", "--no-respect-gitignore"]
    return {
        "kdoctor scan": [*scan, str(packages)],
        "ruff check": [*check, str(packages)],
        "kdoctor scan, twice the tree": [*scan, str(twice)],
    }


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        packages, twice = trees(Path(folder))
        count = sum(1 for _ in packages.rglob("*.py"))
        named = commands(doctor(), packages, twice)
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "KERAS_", "TF_"))}
        runs: dict[str, list[Run]] = {name: [] for name in named}
        for number in range(ROUNDS + 1):
            for name, command in named.items():
                run = measure(command, clean)
                if number:  # The first round only warms the caches.
                    runs[name].append(run)
    median = {name: statistics.median(run.seconds for run in of) for name, of in runs.items()}
    print(f"\n{count} Python files, {ROUNDS} interleaved rounds")
    for name, of in runs.items():
        print(f"{name:40}{median[name]:8.2f} s{max(run.mebibytes for run in of):8.0f} MiB")
    print(f"{'time over that of ruff check':40}{median['kdoctor scan'] / median['ruff check']:8.2f}    aim 1.5")
    print(
        f"{'time of twice the tree over that of one':40}{median['kdoctor scan, twice the tree'] / median['kdoctor scan']:8.2f}    aim 2.0"
    )


if __name__ == "__main__":
    main()
