"""How long `kdoctor scan` takes beside `ruff check` on the same tree, and how its cost grows with the tree.

The real tree is the site-packages of the bench's environment, some 23,000 Python files of 200 distributions. It is harder than a
project's: one file in thirteen is of Keras itself or of what is built on it. The made trees are like projects: one file in
twenty trains a model, and each tree is twice the one before. KDOCTOR_BENCH_FILES=100000 makes the largest of them that large.
The small project is what people have: what it costs is nearly all start-up. Nothing here fails for being slow.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench import PATIENT, Run, doctor, measure
from lab.environments import kept

ROUNDS = 3
SMALL = 40
LARGEST = int(os.environ.get("KDOCTOR_BENCH_FILES") or 20_000)
_FOLDER = 100

_TRAINS = '''"""Train model {number}."""

import os

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Dense, Dropout, Flatten
from tensorflow.keras.models import Sequential

from project.data_{number} import load


class Scale(tf.keras.layers.Layer):
    def call(self, inputs):
        return tf.math.multiply(inputs, {number}.0)


def build(width=128):
    model = Sequential([Flatten(), Scale(), Dense(width, activation="relu"), Dropout(0.2), Dense(10)])
    model.compile(optimizer=tf.keras.optimizers.Adam(), loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


if __name__ == "__main__":
    images, labels = load(os.environ["DATA"])
    build().fit(np.asarray(images), labels, epochs=3, callbacks=[tf.keras.callbacks.EarlyStopping(patience=2)])
'''
_PLAIN = '''

class Record{number}:
    """One row of table {number}."""

    def __init__(self, name, values=()):
        self.name = name
        self.values = [float(value) for value in values if value is not None]

    def mean(self):
        if not self.values:
            raise ValueError(f"{{self.name}} has no values")
        return sum(self.values) / len(self.values)

    def as_row(self, names, separator=";"):
        cells = {{name: getattr(self, name, "") for name in names}}
        return separator.join(str(cells[name]) for name in sorted(cells))


def read_{number}(path, limit=None):
    rows = []
    with open(path, encoding="utf-8") as file:
        for count, line in enumerate(file):
            if limit is not None and count >= limit:
                break
            name, *values = line.rstrip("\\n").split(",")
            rows.append(Record{number}(name, values))
    return sorted(rows, key=lambda row: (row.name, len(row.values)))
'''


class Cost(NamedTuple):
    """One run: seconds by the clock, seconds of all its processes on any core, and the most memory of one of them."""

    seconds: float
    cpu: float
    mebibytes: float


def made(folder: Path, count: int) -> Path:
    """Lay down a tree of so many files, one in twenty of which trains a model."""
    for number in range(count):
        path = folder / f"part_{number // _FOLDER}" / f"module_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            _TRAINS.format(number=number)
            if number % 20 == 0
            else "import json\nimport os\n" + "".join(_PLAIN.format(number=one) for one in range(number, number + 5)),
            encoding="utf-8",
        )
    return folder


def commands(programs: Path, tree: Path) -> dict[str, list[str]]:
    """Name each command that is measured on a tree."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or sys.exit("bench: ruff is not installed here: make lint brings it")
    scan = [str(programs / "kdoctor"), "scan", "--no-config", "--no-gitignore", "--fail-on", "never", "-q", "--python", str(kept(PATIENT))]
    check = [ruff, "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--select", "F", "--no-respect-gitignore"]
    return {"kdoctor scan": [*scan, str(tree)], "ruff check": [*check, str(tree)]}


def cost(command: list[str], surroundings: dict[str, str]) -> Cost:
    """Run a command once."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run: Run = measure(command, surroundings)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.code:
        sys.exit(f"bench: {' '.join(command)} ended with {run.code}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(run.seconds, cpu, run.mebibytes)


def measured(named: dict[str, list[str]], rounds: int = ROUNDS) -> dict[str, Cost]:
    """Run the commands in turn, round after round, and give the median of each; the first round only warms the caches."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "KERAS_", "TF_"))}
    costs: dict[str, list[Cost]] = {name: [] for name in named}
    for number in range(rounds + 1):
        for name, command in named.items():
            one = cost(command, clean)
            if number:
                costs[name].append(one)
    return {name: Cost(*(statistics.median(one[i] for one in of) for i in range(3))) for name, of in costs.items()}


def beside_ruff(title: str, named: dict[str, list[str]], aim: str = "") -> None:
    """Print what both commands cost on a tree, and the ratio beside its aim."""
    costs = measured(named)
    print(f"\n{title}, {ROUNDS} interleaved rounds\n{'':40}{'seconds':>10}{'of CPU':>10}{'peak MiB':>10}")
    for name, one in costs.items():
        print(f"{name:40}{one.seconds:10.2f}{one.cpu:10.2f}{one.mebibytes:10.0f}")
    own, other = costs.values()
    print(f"{'over that of ruff check':40}{own.seconds / other.seconds:10.2f}{own.cpu / other.cpu:10.2f}{aim}")


def main() -> None:
    """Measure, and print the tables."""
    programs = doctor()
    (packages,) = kept(PATIENT).parents[1].glob("lib/python*/site-packages")
    count = sum(1 for _ in packages.rglob("*.py"))
    beside_ruff(f"{count} Python files of a site-packages", commands(programs, packages), "    aim 1.5")
    with tempfile.TemporaryDirectory() as folder:
        small = made(Path(folder) / "small", SMALL)
        beside_ruff(f"a project of {SMALL} files", commands(programs, small))
        print(f"\nmade trees\n{'':40}{'seconds':>10}{'of CPU':>10}{'peak MiB':>10}{'CPU ms a file':>16}")
        for number in (LARGEST // 4, LARGEST // 2, LARGEST):
            started = time.perf_counter()
            tree = made(Path(folder) / str(number), number)
            print(f"bench: {number} files laid down in {time.perf_counter() - started:.0f} s", file=sys.stderr)
            one = measured({"": commands(programs, tree)["kdoctor scan"]}, 1)[""]
            row = f"{one.seconds:10.2f}{one.cpu:10.2f}{one.mebibytes:10.0f}{1000 * one.cpu / number:16.2f}"
            print(f"{f'kdoctor scan, {number} files':40}{row}")
            shutil.rmtree(tree)


if __name__ == "__main__":
    main()
