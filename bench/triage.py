"""`kdoctor triage` on many generated reports: how many it judges a second, beside the least that any reader must do.

The peer is Python's own json.loads on each line in one process. Memory is measured on a tenth of the reports and on all of them:
it must not grow.
"""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import doctor, measure
from lab.environments import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORTS = int(os.environ.get("KDOCTOR_BENCH_REPORTS", "100000"))
#: Environments that differ in what a rule can read; the reports of one differ in where things lie, as on a cluster.
ENVIRONMENTS = 300
#: A snapshot of fewer distributions is no environment that anybody trains in.
_FEW = 20
GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
PEER = "import json, sys\nfor line in open(sys.argv[1], 'rb'): json.loads(line)"


def environments() -> list[dict[str, Any]]:
    """Give snapshots that differ: those of the golden tests, with some versions changed."""
    chance = random.Random(1)
    known = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(GOLDEN.glob("*/snapshot.json"))]
    whole = [one for one in known if len(one.get("distributions") or ()) > _FEW]
    return [_changed(chance.choice(whole), chance) for _ in range(ENVIRONMENTS)]


def _changed(snapshot: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    rows = [dict(row) for row in snapshot["distributions"]]
    for row in chance.sample(rows, 2):
        row["version"] = f"{str(row['version']).rpartition('.')[0] or '1'}.{chance.randrange(10)}"
    return {**snapshot, "distributions": rows}


def lines(count: int) -> Iterator[str]:
    """Give so many reports, a line each."""
    chance = random.Random(2)
    known = environments()
    for number in range(count):
        one = chance.choice(known)
        place = f"/home/user{number}/.venv"
        python = {**(one.get("python") or {}), "prefix": place, "executable": f"{place}/bin/python"}
        yield json.dumps({**one, "patient": place, "python": python}) + "\n"


def main() -> None:
    """Write the reports where they are missing, measure, print the table."""
    folder = CACHE / "bench"
    program = str(doctor() / "kdoctor")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    runs = {}
    for count in (REPORTS // 10, REPORTS):
        path = folder / f"reports-{count}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lines(count))
        runs[count] = measure([program, "triage", str(path), "--format", "jsonl", "--fail-on", "never"], environment)
    peer = measure([sys.executable, "-c", PEER, str(path)], environment)
    path.unlink()
    run, fewer = runs[REPORTS], runs[REPORTS // 10]
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    print(f"{REPORTS} reports of {ENVIRONMENTS} environments, {cores} cores, exit {run.code}")
    print(f"{'reports a second':40}{REPORTS / run.seconds:10.0f}  aim 5000")
    print(f"{'time over that of json.loads on each line':40}{run.seconds / peer.seconds:9.2f}  aim 2.0")
    print(f"{'peak memory, MiB':40}{run.mebibytes:10.1f}  as for a tenth of them: {fewer.mebibytes:.1f}")


if __name__ == "__main__":
    main()
