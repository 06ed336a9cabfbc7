"""How long `kdoctor pin` takes beside `uv pip compile --offline` on the same requirements, with a warm cache of uv's.

The sets are those of the tests: healthy ones and impossible ones. Measured are the whole process and, within it, the solving alone:
from the requirements to the plan, with every cache of its own cold but all modules loaded. What counts are the ratios of the medians
over all sets; nothing here fails for being slow.
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
#: Plans twice, for something else first, which loads the modules; then forgets all that this taught, and takes the time.
_SOLVING = """
import functools, gc, json, sys, time
from kdoctor import rules
from kdoctor.cli.targets import PLATFORMS
from kdoctor.model import Platform, Python, Snapshot
from kdoctor.solve.plan import Wanted, plan

def solve(requirements, python, platform, backend):
    system, machine, libc = PLATFORMS[platform]
    variables = {"KERAS_BACKEND": backend} if backend else {}
    here = Snapshot(origin="requirements", python=Python(python), platform=Platform(system, machine, libc),
                    environment=variables, keras_config={}, accelerators=())
    return plan(Wanted(tuple(requirements), here), lambda coupling: rules.run(coupling, provenance=False)[0])

solve(["tensorflow==2.14.*", "keras==2.13.*"], "3.11", "linux-x86_64", None)
solve(["tensorflow==2.16.*", "tensorflow-probability"], "3.11", "linux-x86_64", None)
for one in gc.get_objects():
    if isinstance(one, functools._lru_cache_wrapper):
        one.cache_clear()
gc.collect()
asked = json.loads(sys.argv[1])
started = time.perf_counter()
solve(*asked)
print(time.perf_counter() - started)
"""


def sets() -> Iterator[tuple[dict[str, Any], int]]:
    """Give the sets of the tests, each with the exit code that `kdoctor pin` ends with; those for a Python that uv does not know aside."""
    for code, name in enumerate(("healthy", "impossible")):
        lines = (ROOT / "tests" / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        yield from ((row, code) for row in map(json.loads, lines) if row["python"] != "3.6")


def backend_of(row: dict[str, Any]) -> str | None:
    """Give the backend that a set is for; None where that does not matter."""
    backend = row.get("backend")
    return None if backend == "any" else backend


def solving(row: dict[str, Any], python: Path) -> float:
    """Give the seconds that solving alone takes, in a process of its own."""
    asked = json.dumps([row["requirements"], row["python"], row["platform"], backend_of(row)])
    done = subprocess.run([python, "-c", _SOLVING, asked], capture_output=True, text=True, check=True)
    return float(done.stdout)


def commands(row: dict[str, Any], programs: Path, uv: str, folder: Path) -> dict[str, list[str]]:
    """Give the two commands for a set."""
    system, _, machine = row["platform"].partition("-")
    asked = folder / "requirements.in"
    asked.write_text("\n".join(row["requirements"]) + "\n", encoding="utf-8")
    backend = ["--backend", found] if (found := backend_of(row)) else []
    there = UV_PLATFORMS[_SYSTEMS.get(system, system), machine].format(libc="manylinux_2_31")
    target = ["--python-version", row["python"], "--python-platform", there]
    return {
        "kdoctor pin": [
            *(str(programs / "kdoctor"), "pin", *row["requirements"], *backend),
            *("--python-version", row["python"], "--platform", row["platform"]),
        ],
        "uv pip compile": [uv, "pip", "compile", str(asked), "--quiet", "--offline", "--no-build", *target, "--output-file", os.devnull],
    }


def main() -> None:
    """Measure every set, round after round, and print the medians."""
    uv = fetched_uv() or sys.exit("bench: uv is not to be had from the package index")
    programs = doctor()
    seconds: dict[str, list[float]] = {}
    for row, code in sets():
        named = commands(row, programs, uv, programs.parent)
        for command in named.values():
            # Fills the caches of the system, and of uv, which asks the index here and only here.
            subprocess.run([one for one in command if one != "--offline"], capture_output=True, check=False)
        rounds: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for name, command in named.items():
                run = measure(command, dict(os.environ))
                # Of what is known to fail although metadata admits it, uv gives a set.
                if run.code not in ((code,) if name == "kdoctor pin" else (0, 1)):
                    sys.exit(f"bench: {' '.join(command)} ended with {run.code}")
                rounds.setdefault(name, []).append(run.seconds)
            rounds.setdefault("solving alone", []).append(solving(row, programs / "python"))
        for name, of in rounds.items():
            seconds.setdefault(name, []).append(statistics.median(of))
    for name, of in seconds.items():
        print(f"{name:20}{len(of):5} sets, median {1000 * statistics.median(of):7.1f} ms, slowest {1000 * max(of):8.1f} ms")
    other = statistics.median(seconds["uv pip compile"])
    for name in ("solving alone", "kdoctor pin"):
        print(f"{'time of ' + name + ' over that of uv pip compile':52}{statistics.median(seconds[name]) / other:6.2f}    aim below 1")


if __name__ == "__main__":
    main()
