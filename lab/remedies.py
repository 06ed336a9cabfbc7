"""First remedies installed for real: an environment in which something failed is built anew, mended, and the programs run again."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kdoctor import versions
from kdoctor.knowledge import runs
from lab import environments
from lab.environments import CACHE
from lab.measure import error_of
from lab.row import USES_IN_EVERY_WAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lab.environments import Result

#: Distributions that give `import keras` and `tensorflow.keras`: where one is there, or TensorFlow is, programs want to use it.
_KERAS = {"keras", "keras-nightly", "tf-nightly"}
_TENSORFLOW = {"tensorflow", "tensorflow-cpu", "tf-nightly", "intel-tensorflow", "tensorflow-gpu"}
#: The rule that says of a backend that it can predict, but not train: then this is what programs want.
_CANNOT_TRAIN, _PREDICT = "KD406", "predict_with_keras.py"
#: What programs want; whether they may mix the two is another question.
_USES = {usage: name for usage, name in USES_IN_EVERY_WAY.items() if usage != "mixed"}
#: What became of a remedy, the good ends first.
HELD, NONE, NOT_HELD, NOT_BUILT = "holds", "has no remedy", "DOES NOT HOLD", "not built"


class Mended(NamedTuple):
    """What became of the first remedy of one environment."""

    name: str
    end: str
    #: The remedy's commands, or why there is none.
    commands: tuple[str, ...] = ()
    #: What still fails of what is wanted, with the error.
    failed: Mapping[str, str] = {}
    #: Usages of which kdoctor foretold something else of the mended environment than what happened.
    foretold_otherwise: tuple[str, ...] = ()
    #: Errors that kdoctor still sees.
    left: tuple[str, ...] = ()


def measure(records: str | None, wanted: Callable[[str, bool], bool], most: int | None) -> int:
    """Mend the failing rows of a file of records (None: kdoctor's own) that `wanted` chooses by name and whether an end is known.

    Prints a line each and a count, keeps the ends in remedies.jsonl of the cache, and returns 1 where a remedy does not hold.
    """
    known = _known()
    rows = [one for one in _records(records) if _fails(one)]
    chosen = [one for one in rows if wanted(one["name"], one["name"] in known)]
    for one in chosen[:most]:
        done = mend(one)
        known[done.name] = done._asdict()
        print(_line(done), flush=True)
        with (CACHE / "remedies.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(done._asdict(), ensure_ascii=False) + "\n")
    ends = [known[one["name"]]["end"] for one in rows if one["name"] in known]
    count = ", ".join(f"{ends.count(end)} {end}" for end in (HELD, NONE, NOT_HELD, NOT_BUILT) if end in ends)
    print(f"{len(ends)} of {len(rows)} failing rows tried: {count or 'none'}")
    return 1 if NOT_HELD in ends else 0


def _records(path: str | None) -> list[dict[str, Any]]:
    if path is None:
        return runs.records()
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def _known() -> dict[str, Any]:
    path = CACHE / "remedies.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {one["name"]: one for one in map(json.loads, lines)}


def wanted_of(record: Mapping[str, Any]) -> set[str]:
    """Name what programs want to do in the environment of a record: use the Keras and the TensorFlow that are there, and its tries."""
    there = {name: version for name, _, version in (pin.partition("==") for pin in record["installed"].split())}
    wanted = set(record.get("tried", {}))
    tensorflow = next((there[name] for name in there if name in _TENSORFLOW), None)
    # TensorFlow requires a Keras from 2.6 on, whether it is there or not.
    if _KERAS & there.keys() or (tensorflow and (versions.satisfies(tensorflow, ">=2.6") is not False)):
        wanted.add("keras")
    if tensorflow:
        wanted.add("tensorflow.keras")
    return wanted


def _fails(record: Mapping[str, Any]) -> bool:
    outcome = {**record["outcome"], **record.get("tried", {})}
    return any(outcome[name] != "works" for name in wanted_of(record) if name in outcome)


def mend(record: Mapping[str, Any]) -> Mended:
    """Build the environment of a record, follow its first remedy as it is written, run what is wanted, and throw it away."""
    name, (major, minor, *_) = record["name"], record["python"].split(".")
    recipe = environments.Recipe(name, (f"{major}.{minor}",), tuple(record.get("steps") or (f"install --no-deps {record['installed']}",)))
    folder = CACHE / "mended" / f"{recipe.folder}-{os.getpid()}"
    try:
        with tempfile.TemporaryDirectory() as home:
            python = environments.build(recipe, folder)
            if not record.get("steps"):
                _as_recorded(record, next(folder.glob("lib/python*/site-packages")))
            return _mended(record, python, Path(home))
    except (RuntimeError, LookupError, OSError, AssertionError) as error:
        return Mended(name, NOT_BUILT, failed={"build": " ".join(str(error).split())[-300:]})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_recorded(record: Mapping[str, Any], site: Path) -> None:
    """Empty and remove the import folders that were empty or not there, although their distribution was installed."""
    for name, entries in record.get("folders", {}).items():
        if not entries and (site / name).is_dir():
            shutil.rmtree(site / name)
            if entries == 0:
                (site / name).mkdir()


def _mended(record: Mapping[str, Any], python: Path, home: Path) -> Mended:
    if record.get("keras_json") is not None:
        (home / ".keras").mkdir()
        (home / ".keras" / "keras.json").write_text(record["keras_json"])
    variables = dict(record.get("environment", {}))
    sick = environments.check(python, home, variables)[1]
    if not sick["remedies"]:
        said = [f"{one['goal']}: {'; '.join(one['because'])}" for one in sick.get("impossible", [])]
        advice = [one["advice"] for one in sick["findings"] if one.get("advice") and one["severity"] != "note"]
        return Mended(record["name"], NONE, tuple(said or advice or [sick["verdict"]]))
    remedy = sick["remedies"][0]
    refused = follow(remedy["commands"], python)
    if refused:
        return Mended(record["name"], NOT_HELD, tuple(remedy["commands"]), {"installer": refused})
    after = {key: value for key, value in {**variables, **remedy["environment"]}.items() if value is not None}
    report = environments.check(python, home, after)[1]
    happened, wanted = dict(_run(record, python, home, after)), wanted_of(record)
    if any(one["rule"] == _CANNOT_TRAIN for one in report["findings"]):
        happened["keras"] = environments.run(python, _PREDICT, home, after)
        report["usages"]["keras"]["works"] = True
        wanted.discard("tensorflow.keras")
    failed = {what: error_of(result) for what, result in happened.items() if what in wanted and not result.works}
    return Mended(
        record["name"],
        NOT_HELD if failed else HELD,
        tuple(remedy["commands"]),
        failed,
        tuple(use for use in _USES if report["usages"][use]["works"] not in (None, happened[use].works)),
        tuple(f"{one['rule']} {one['summary']}" for one in report["findings"] if one["severity"] == "error"),
    )


def _run(record: Mapping[str, Any], python: Path, home: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Result]]:
    for usage, name in _USES.items():
        yield usage, environments.run(python, name, home, variables)
    program = home / "program.py"
    for label, source in record.get("tries", {}).items():
        program.write_text(source + "\n")
        yield label, environments.run(python, program, home, variables)


def follow(commands: list[str] | tuple[str, ...], python: Path) -> str:
    """Do what the commands of a remedy say, with uv in the place of pip where there is one; give "" or what was refused."""
    for line in commands:
        for command in line.split(" && "):
            words = shlex.split(command)
            if words[0] in ("export", "unset"):
                continue
            said = _installed(words, python)
            if said:
                return f"{command}: {said}"
    return ""


def _installed(words: list[str], python: Path) -> str:
    program = environments.uv()
    if words[:3] == ["python", "-m", "pip"]:
        verb, *rest = words[3:]
        words = [*program, "pip", verb, "--python", str(python), *rest] if program else [str(python), *words[1:]]
    elif words[0] == "uv" and program:
        words = [*program, *words[1:]]
    done = subprocess.run(words, capture_output=True, text=True, timeout=1200, check=False)
    return " ".join((done.stderr or done.stdout).split())[-300:] if done.returncode else ""


def _line(done: Mended) -> str:
    said = "; ".join(f"{what}: {why}" for what, why in done.failed.items())
    more = f"  FORETOLD OTHERWISE {', '.join(done.foretold_otherwise)}" if done.foretold_otherwise else ""
    more += f"  STILL {'; '.join(done.left)}" if done.left else ""
    return f"{done.name:44} {done.end:14} {' '.join(done.commands)}{'  -> ' if said else ''}{said}{more}"
