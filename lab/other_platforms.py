"""`python -m lab --layouts`: lay out environments of other platforms, judge them, and keep what was collected for the tests."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from kdoctor import versions
from kdoctor.doctor import diagnose
from kdoctor.knowledge.index import Target, installable, open_embedded
from lab.environments import CACHE, ROOT
from lab.layouts import LAYOUTS, amiss, collected, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kdoctor.model import Distribution, Snapshot
    from lab.layouts import Layout

RECORDS = ROOT / "tests" / "data" / "layouts.jsonl"


def records() -> dict[str, dict[str, Any]]:
    """Give what was collected from each layout, by its name."""
    lines = RECORDS.read_text(encoding="utf-8").splitlines() if RECORDS.exists() else []
    return {one["name"]: one for one in map(json.loads, lines)}


def measure(wanted: Callable[[Layout, bool], bool]) -> int:
    """Lay out the wanted layouts (it is told whether there is a record of one); the exit code is 1 where anything is amiss."""
    wrong = 0
    for one in LAYOUTS:
        if not wanted(one, records().get(one.name, {}).get("steps") == list(one.steps)):
            continue
        folder = CACHE / "laboratory" / one.name
        try:
            snapshot = collected(one, lay_out(one, folder))
        except RuntimeError as error:
            print(f"{one.name}: not laid out: {' '.join(str(error).split())[-400:]}", flush=True)
            wrong += 1
            continue
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        told = [amiss(one, diagnose(snapshot)), *disagreements(snapshot)]
        wrong += any(told)
        print(f"{one.name:32} {'; '.join(filter(None, told)) or 'as expected'}", flush=True)
        _keep(_record(one, snapshot))
    return 1 if wrong else 0


def disagreements(snapshot: Snapshot) -> Iterator[str]:
    """Say where the wheels of a layout declare something else than the embedded index says of them."""
    index, target = open_embedded(), Target.of(snapshot)
    for one in snapshot.distributions:
        release = index.release(one.name, one.version or "") if one.name in index.projects else None
        if release and one.version and "+" not in one.version:
            if _plain(one.requires or ()) != _plain(release.requires(target)):
                yield f"{one.name} {one.version} requires other things than the index says"
            if not installable(release, target):
                yield f"the index knows of no wheel of {one.name} {one.version} for this platform"


def _plain(requires: tuple[str, ...]) -> set[tuple[object, ...]]:
    """Give requirements in a form in which spelling and order do not matter, extras aside."""
    read = (versions.requirement(text) for text in requires)
    kept = [one for one in read if one and not versions.for_extra_only(one.marker)]
    return {
        (one.name, frozenset(one.specifier.replace(" ", "").split(",")), "".join((one.marker or "").split()).replace("'", '"'))
        for one in kept
    }


def _record(one: Layout, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "name": one.name,
        "platform": one.platform,
        "python": one.python,
        "steps": list(one.steps),
        "installed": " ".join(map(_pin, snapshot.distributions)),
        "folders": dict(snapshot.folders or {}),
    }


def _pin(distribution: Distribution) -> str:
    return f"{distribution.name}=={distribution.version}"


def _keep(fresh: dict[str, Any]) -> None:
    known = {**records(), fresh["name"]: fresh}
    lines = [json.dumps(known[one.name]) for one in LAYOUTS if one.name in known]
    RECORDS.write_text("\n".join(lines) + "\n", encoding="utf-8")
