"""Whole-process time of `kdoctor pin` beside that of `uv pip compile` on the same requirements, with a warm cache of uv's.

The sets are those of the tests: healthy ones and impossible ones. What counts is the ratio of the medians over all sets; nothing
here fails for being slow.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from bench import doctor, measure
from kdoctor.collect.resolver import UV_PLATFORMS
from lab.environments import ROOT, fetched_uv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUNDS = 3
_SYSTEMS = {"macos": "darwin"}


def sets() -> Iterator[dict[str, Any]]:
    """Give the sets of the tests."""
    for name in ("healthy", "impossible"):
        lines = (ROOT / "tests" / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        yield from (json.loads(line) for line in lines)


def commands(row: dict[str, Any], programs: Path, uv: str, folder: Path) -> dict[str, list[str]]:
    """Give the two commands for a set."""
    system, _, machine = row["platform"].partition("-")
    asked = folder / "requirements.in"
    asked.write_text("\n".join(row["requirements"]) + "\n", encoding="utf-8")
    backend = ["--backend", row["backend"]] if row.get("backend") not in (None, "any") else []
    target = ["--python-version", row["python"], "--python-platform", UV_PLATFORMS[_SYSTEMS.get(system, system), machine]]
    return {
        "kdoctor pin": [
            *(str(programs / "kdoctor"), "pin", *row["requirements"], *backend),
            *("--python-version", row["python"], "--platform", row["platform"]),
        ],
        "uv pip compile": [uv, "pip", "compile", str(asked), "--quiet", "--no-build", *target, "--output-file", os.devnull],
    }


def main() -> None:
    """Measure every set, round after round, and print the medians."""
    uv = fetched_uv() or sys.exit("bench: uv is not to be had from the package index")
    programs = doctor()
    seconds: dict[str, list[float]] = {}
    for row in sets():
        named = commands(row, programs, uv, programs.parent)
        for command in named.values():
            # Fills the caches of uv and of the system; what it says is the tests' affair.
            subprocess.run(command, capture_output=True, check=False)
        for name, command in named.items():
            runs = [measure(command, dict(os.environ)).seconds for _ in range(ROUNDS)]
            seconds.setdefault(name, []).append(statistics.median(runs))
    for name, of in seconds.items():
        print(f"{name:20}{len(of):5} sets, median {1000 * statistics.median(of):7.1f} ms, slowest {1000 * max(of):8.1f} ms")
    own, other = (statistics.median(of) for of in seconds.values())
    print(f"{'ratio of medians':20}{own / other:5.2f}  aim below 1")


if __name__ == "__main__":
    main()
