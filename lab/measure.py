"""Measure rows of the table: build, run, look, and write down what happened."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lab import environments
from lab.environments import TIMED_OUT
from lab.row import USES, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The last line of a traceback: the class of the error and what it says.
_ERROR = re.compile(r"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Warning|Exit)\b.*", re.MULTILINE)
_PLACE = re.compile(r"(?:/[^/\s'\"()]+)+?/site-packages/|(?:/[^/\s'\"()]+)+?/(?=lib/python)")
_LONGEST = 240
#: Folders that are no import folders of the family are of no use to the record.
_FOLDERS = ("keras", "tensorflow", "tf_keras", "keras_core")


class Measured(NamedTuple):
    """A record of what happened, ready for JSON, and the report that kdoctor gave of the same environment."""

    record: dict[str, Any]
    report: dict[str, Any]

    @property
    def foretold(self) -> dict[str, bool | None]:
        """Whether kdoctor foretold that each usage works; None = it could not tell."""
        return {usage: self.report["usages"][usage]["works"] for usage in USES}

    @property
    def disagreements(self) -> list[str]:
        """Name the usages of which kdoctor foretold something else than what happened."""
        outcome = self.record["outcome"]
        return [usage for usage in USES if self.foretold[usage] is not (outcome[usage] == "works")]


def groups(rows: Iterable[Row]) -> list[list[Row]]:
    """Put together the rows that can share one environment: those that are built alike."""
    by_recipe: dict[tuple[str, tuple[str, ...]], list[Row]] = {}
    for one in rows:
        by_recipe.setdefault((one.python, one.steps), []).append(one)
    return list(by_recipe.values())


def measure(group: list[Row]) -> Iterator[Measured]:
    """Build the environment of these rows, run what each asks for, give what happened; the environment is thrown away.

    Raises RuntimeError where the installer refuses, LookupError where the machine has no such Python.
    """
    first = group[0]
    recipe = environments.Recipe(first.name, (first.python,), first.steps)
    name = hashlib.sha256(repr((first.python, first.steps)).encode()).hexdigest()[:12]
    folder = environments.CACHE / "laboratory" / name
    try:
        python = environments.build(recipe, folder)
        for one in group:
            with tempfile.TemporaryDirectory() as home:
                yield _run(one, python, Path(home))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(one: Row, python: Path, home: Path) -> Measured:
    if one.keras_json is not None:
        (home / ".keras").mkdir()
        (home / ".keras" / "keras.json").write_text(one.keras_json)
    # Keras writes a keras.json when it is imported, so kdoctor looks first.
    report = environments.check(python, home, one.variables)[1]
    results = {usage: environments.run(python, environments.PROGRAMS / program, home, one.variables) for usage, program in USES.items()}
    outcome = {usage: "works" if result.works else error_of(result) for usage, result in results.items()}
    answers = {usage: " on ".join(result.facts.values()) for usage, result in results.items() if result.works}
    tried: dict[str, str] = {}
    for label, source in one.tries.items():
        program = home / "program.py"
        program.write_text(source + "\n")
        result = environments.run(python, program, home, one.variables)
        tried[label] = "works" if result.works else error_of(result)
    return Measured(_record(one, report["snapshot"], outcome, answers, tried), report)


def error_of(result: environments.Result) -> str:
    """Give the line that tells what a program died of, without the paths of this machine."""
    if result.signal == TIMED_OUT:
        raise RuntimeError("a program ran out of time: the machine is too busy to measure anything")
    if result.signal:
        return f"killed by {result.signal}"
    lines = _ERROR.findall(result.said)
    line = lines[-1] if lines else next(iter(reversed(result.said.strip().splitlines())), "ended without a word")
    line = _PLACE.sub("", line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _record(one: Row, snapshot: dict[str, Any], outcome: dict[str, str], answers: dict[str, str], tried: dict[str, str]) -> dict[str, Any]:
    found = snapshot["distributions"]
    whole = {
        "name": one.name,
        "measured": dt.datetime.now(dt.timezone.utc).date().isoformat(),
        "platform": "{system} {machine}".format(**snapshot["platform"]),
        "python": snapshot["python"]["version"],
        "steps": list(one.steps),
        "environment": dict(one.variables),
        "keras_json": one.keras_json,
        "installed": " ".join(f"{each['name']}=={each['version']}" for each in found if not each.get("leftover")),
        "leftover": " ".join(f"{each['name']}=={each['version']}" for each in found if each.get("leftover")),
        "folders": {name: entries for name, entries in (snapshot.get("folders") or {}).items() if name in _FOLDERS},
        "outcome": outcome,
        "answers": answers,
        "tried": tried,
        "tries": dict(one.tries),
    }
    return {key: value for key, value in whole.items() if value not in (None, {}, []) and (value or key == "keras_json")}
