"""What kdoctor foretells of an environment, against what programs really do in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest
from rows import HEALTHY, ROWS, Row

from kdoctor.model import USAGES
from lab import environments
from lab.environments import Recipe, Result
from lab.row import USES_IN_EVERY_WAY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

WELL = [row for row in ROWS if row.verdict == "ok"]
MENDED = [row for row in ROWS if row.mends]


class Patient(NamedTuple):
    """An environment with its user: the interpreter, the home folder and the variables."""

    python: Path
    home: Path
    variables: dict[str, str]

    def runs(self, programs: dict[str, str]) -> dict[str, Result]:
        return {usage: environments.run(self.python, programs[usage], self.home, self.variables) for usage in USAGES}

    def checked(self) -> tuple[int, dict]:
        return environments.check(self.python, self.home, self.variables)


def home_of(row: Row, folder: Path) -> Path:
    folder.mkdir()
    if row.keras_json is not None:
        (folder / ".keras").mkdir()
        (folder / ".keras" / "keras.json").write_text(row.keras_json)
    return folder


def built(recipe: Recipe, build=environments.kept) -> Path:
    try:
        return build(recipe)
    except LookupError as missing:
        if recipe is HEALTHY:
            raise
        pytest.skip(str(missing))


@pytest.fixture
def patient(request, tmp_path) -> Patient:
    return Patient(built(request.param.recipe), home_of(request.param, tmp_path / "home"), dict(request.param.variables))


def per_row(rows: list[Row]):
    names = [row.name for row in rows]
    return pytest.mark.parametrize(("row", "patient"), [(row, row) for row in rows], indirect=["patient"], ids=names)


@per_row(list(ROWS))
def test_what_is_foretold_happens(row: Row, patient: Patient) -> None:
    happened = patient.runs(row.programs)
    said = "\n".join(f"{usage}: {result.said}" for usage, result in happened.items())
    assert tuple(result.works for result in happened.values()) == row.works, f"the environment is not what its row says\n{said}"
    code, report = patient.checked()
    foretold = report["usages"]
    assert {usage: foretold[usage]["works"] for usage in USAGES} == {usage: happened[usage].works for usage in USAGES}, said
    assert (code, report["verdict"]) == (1 if row.verdict == "error" else 0, row.verdict), report["findings"]
    for usage in ("keras", "tensorflow.keras"):
        if happened[usage].works:
            answered = {key: foretold[usage][key] for key in ("resolves_to", "backend")}
            assert answered == happened[usage].facts


@per_row(WELL)
def test_a_healthy_environment_raises_no_alarm(row: Row, patient: Patient) -> None:
    report = patient.checked()[1]
    assert alarms(report) == set(), row.name


@pytest.fixture
def rebuilt(request, tmp_path) -> Patient:
    folder = environments.CACHE / "mended" / request.param.name
    python = built(request.param.recipe, lambda recipe: environments.build(recipe, folder))
    yield Patient(python, home_of(request.param, tmp_path / "home"), dict(request.param.variables))
    shutil.rmtree(folder)


@pytest.mark.parametrize("rebuilt", MENDED, indirect=True, ids=[row.name for row in MENDED])
def test_the_first_remedy_keeps_its_promise(rebuilt: Patient) -> None:
    sick = rebuilt.checked()[1]
    remedy = sick["remedies"][0]
    follow(remedy["commands"], rebuilt.python)
    mended = rebuilt._replace(variables=after(rebuilt.variables, remedy["environment"]))
    failed = {usage: result.said for usage, result in mended.runs(USES_IN_EVERY_WAY).items() if not result.works}
    assert failed == {}, remedy
    code, report = mended.checked()
    assert code == 0, (remedy, report["findings"])
    assert alarms(report) <= alarms(sick), (remedy, report["findings"])
    assert kept_and_pinned(sick, remedy).items() <= versions(report).items(), remedy
    assert not set(remedy["remove"]) & set(versions(report))


def alarms(report: dict) -> set[str]:
    return {found["name"] for found in report["findings"] if found["severity"] != "note"}


def versions(report: dict) -> dict[str, str | None]:
    return {found["name"]: found["version"] for found in report["snapshot"]["distributions"]}


def kept_and_pinned(sick: dict, remedy: dict) -> dict[str, str | None]:
    """Give what must be installed afterwards: what the remedy pins, and all else that was there and that it does not remove."""
    return {name: version for name, version in {**versions(sick), **remedy["pins"]}.items() if name not in remedy["remove"]}


def follow(commands: list[str], python: Path) -> None:
    """Type the commands of a remedy as its reader would, in a shell where `python` is the patient's."""
    environment = {**os.environ, "PATH": os.pathsep.join((str(python.parent), os.environ.get("PATH", os.defpath)))}
    script = "\n".join(("set -e", *commands))
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{commands}\n{done.stdout[-1000:]}{done.stderr[-3000:]}"


def after(variables: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in {**variables, **changes}.items() if value is not None}
