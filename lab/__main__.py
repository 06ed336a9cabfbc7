"""`python -m lab`: measure the rows that have no record yet, or some of them again."""

from __future__ import annotations

import argparse
import fcntl
import fnmatch
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from kdoctor.knowledge import runs
from lab import other_platforms, remedies
from lab.environments import CACHE, PROGRAMS
from lab.measure import Measured, groups, measure
from lab.row import USES, Row
from lab.table import TABLE

Records = dict[str, dict[str, Any]]


def main() -> int:
    """Measure, write down, and tell where kdoctor was wrong; the exit code is 1 where it was."""
    asked = _arguments()
    if asked.layouts:
        return other_platforms.measure(lambda one, recorded: _named(one.name, asked, recorded=recorded))
    if asked.remedies:
        return remedies.measure(asked.records, lambda name, recorded: _named(name, asked, recorded=recorded), asked.most)
    known = {one["name"]: one for one in runs.records()}
    rows = [one for one in TABLE if _wanted(one, asked, known)]
    if not asked.only and not asked.again:
        # What is no longer in the table is no longer evidence.
        names = {one.name for one in TABLE}
        known = _keep({}, names)
    if not rows:
        print(f"{len(known)} rows measured, none left; --again PATTERN measures anew")
        return 0
    print(f"{len(rows)} rows to measure with {asked.jobs} at once", flush=True)
    wrong = failed = 0
    for done in _measured(rows, asked.jobs):
        if isinstance(done, str):
            failed += 1
            print(done, flush=True)
            continue
        record = done.record
        known = _keep({record["name"]: record})
        wrong += bool(done.disagreements)
        print(_line(done), flush=True)
    print(f"{len(rows) - failed} measured, {failed} not built, {wrong} foretold otherwise; {len(known)} rows in all")
    return 1 if wrong or failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make lab", description=__doc__)
    parser.add_argument("--only", metavar="PATTERN", help="only rows of such names that have no record yet")
    parser.add_argument("--again", metavar="PATTERN", help="rows of such names, measured or not")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="environments at once")
    parser.add_argument("--layouts", action="store_true", help="lay out environments of other platforms instead, and judge them")
    parser.add_argument("--remedies", action="store_true", help="follow the first remedy of what failed instead, and run it again")
    parser.add_argument("--records", metavar="FILE", help="with --remedies: other records than kdoctor's own, one JSON line each")
    parser.add_argument("--most", metavar="N", type=int, help="with --remedies: no more than so many rows now")
    return parser.parse_args()


def _wanted(one: Row, asked: argparse.Namespace, known: dict[str, Any]) -> bool:
    record = known.get(one.name)
    return _named(one.name, asked, recorded=bool(record and _same(one, record)))


def _named(name: str, asked: argparse.Namespace, *, recorded: bool) -> bool:
    if asked.again:
        return fnmatch.fnmatch(name, asked.again)
    return not recorded and (not asked.only or fnmatch.fnmatch(name, asked.only))


def _same(one: Row, record: dict[str, Any]) -> bool:
    recorded = (record["steps"], record.get("environment", {}), record.get("keras_json"), record.get("tries", {}))
    return recorded == (list(one.steps), dict(one.variables), one.keras_json, dict(one.tries))


def _measured(rows: list[Row], jobs: int) -> Any:
    def whole(group: list[Row]) -> list[Measured | str]:
        try:
            return list(measure(group))
        except (RuntimeError, LookupError, OSError, AssertionError) as error:
            return [f"{one.name}: not built: {' '.join(str(error).split())[-400:]}" for one in group]

    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(whole, group) for group in groups(rows)]):
            yield from future.result()


def _line(done: Measured) -> str:
    outcome = done.record["outcome"]
    marks = " ".join("ok" if outcome[usage] == "works" else "--" for usage in USES)
    tried = "".join(f"; {label}: {said}" for label, said in done.record.get("tried", {}).items())
    told = f"  FORETOLD OTHERWISE {done.disagreements}: {outcome}" if done.disagreements else ""
    rules = ",".join(dict.fromkeys(f["rule"] + f["severity"][0] for f in done.report["findings"]))
    return f"{done.record['name']:44} {marks} {done.report['verdict']:8} {rules}{tried}{told}"


def _keep(fresh: Records, names: set[str] | None = None) -> Records:
    """Add records to the file and drop those of other names, in one step: other runs of the laboratory may write as well."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "records.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        records = {one["name"]: one for one in runs.records()} | fresh
        records = {name: one for name, one in records.items() if names is None or name in names}
        lines = [json.dumps(records[name], ensure_ascii=False) for name in sorted(records)]
        whole = runs.path().with_suffix(".new")
        whole.write_text("\n".join(lines) + "\n", encoding="utf-8")
        whole.replace(runs.path())
    return records


if __name__ == "__main__":
    assert PROGRAMS.is_dir()
    sys.exit(main())
