"""`kdoctor fix` in a real virtual environment, with real pip and wheels made here: no network is needed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kdoctor.apply import restore
from kdoctor.errors import KdoctorError
from kdoctor.model import Step

#: jax refuses a jaxlib that is newer than itself.
BROKEN = ("keras==3.12.0", "jax==0.6.1", "jaxlib==0.6.2", "numpy==2.2.6", "ml_dtypes==0.5.1", "scipy==1.15.3")
WHEELS = (*BROKEN, "jaxlib==0.6.1", "jax==0.6.2")


def wheel(folder: Path, name: str, version: str) -> None:
    """Make a wheel with one empty module, as small as pip takes it."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": "",
        f"{name}/more.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {path: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode() for path, text in files.items()}
    rows = [f"{path},sha256={digests[path]},{len(text)}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


class Patient:
    """A virtual environment, and what is typed to mend it."""

    def __init__(self, folder: Path) -> None:
        self.prefix, self.wheels = folder / "env", folder / "wheels"
        self.wheels.mkdir()
        for pin in WHEELS:
            wheel(self.wheels, *pin.split("=="))
        subprocess.run([sys.executable, "-m", "venv", self.prefix], check=True)
        self.python = self.prefix / ("Scripts" if os.name == "nt" else "bin") / "python"

    def pip(self, *arguments: str) -> str:
        command = [self.python, "-m", "pip", "--disable-pip-version-check", *arguments]
        return subprocess.run(command, env=self.variables(), capture_output=True, text=True, check=True).stdout

    def variables(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "KERAS_", "TF_", "JAX_", "PYTHON"))}
        return {
            **kept,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "KERAS_BACKEND": "jax",
            "PIP_CONFIG_FILE": os.devnull,
            **more,
        }

    def broken(self) -> list[str]:
        """Bring the environment into its sick state; give its freeze."""
        restore.forget(str(self.prefix))
        self.pip("install", "--quiet", "--no-deps", "--force-reinstall", *BROKEN)
        return self.freeze()

    def freeze(self) -> list[str]:
        return self.pip("freeze").splitlines()

    def fix(self, *arguments: str, code: int, **variables: str) -> str:
        command = [sys.executable, "-m", "kdoctor", "fix", "--python", str(self.python), *arguments]
        root = Path(__file__).parents[1]
        done = subprocess.run(
            command, env=self.variables(**variables), cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    @property
    def files(self) -> set[str]:
        return {path.name for path in self.prefix.iterdir() if path.name.startswith("kdoctor")}


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return Patient(tmp_path_factory.mktemp("patient"))


def test_what_is_mended_can_be_undone(patient: Patient) -> None:
    before = patient.broken()
    assert "Mended: 1 error and 0 warnings before, 0 errors" in patient.fix("--yes", code=0)
    assert [line for line in patient.freeze() if line.startswith("jax")] == ["jax==0.6.1", "jaxlib==0.6.1"]
    assert patient.files == {"kdoctor-restore.json"}
    assert "Nothing to mend." in patient.fix("--yes", code=0)
    assert "What was there before is back." in patient.fix("--undo", "--yes", code=0)
    assert patient.freeze() == before
    assert patient.files == set()
    assert "there is nothing to undo here" in patient.fix("--undo", "--yes", code=3)


def test_another_remedy_can_be_chosen(patient: Patient) -> None:
    patient.broken()
    patient.fix("--yes", "--remedy", "keep-jaxlib", code=0)
    assert [line for line in patient.freeze() if line.startswith("jax")] == ["jax==0.6.2", "jaxlib==0.6.2"]
    patient.broken()
    assert "there is no remedy 'pray' here; there are: keep-jax, keep-jaxlib." in " ".join(patient.fix("--remedy", "pray", code=2).split())


def test_nothing_happens_without_being_asked(patient: Patient) -> None:
    before = patient.broken()
    assert "run      pip install jaxlib==0.6.1" in patient.fix("--dry-run", code=1)
    assert "nobody is there to ask" in patient.fix(code=2)
    assert patient.freeze() == before
    assert patient.files == set()


def test_what_was_there_comes_back_where_the_installer_fails(patient: Patient) -> None:
    before = patient.broken()
    (patient.wheels / "jaxlib-0.6.1-py3-none-any.whl").rename(patient.wheels / "away")
    try:
        said = patient.fix("--yes", code=1)
    finally:
        (patient.wheels / "away").rename(patient.wheels / "jaxlib-0.6.1-py3-none-any.whl")
    assert "Not mended, `pip install jaxlib==0.6.1` ended with 1. What was there before comes back." in said
    assert patient.freeze() == before
    assert patient.files == set()


def test_an_interrupted_fix_is_found_and_can_be_undone_or_finished(patient: Patient) -> None:
    before = patient.broken()
    rows = (line.split() for line in patient.pip("list").splitlines()[2:])
    everything = {name: f"{name}=={version}" for name, version in ((row[0].replace("_", "-"), row[1]) for row in rows)}
    restore.write(str(patient.prefix), restore.Restore(everything, "some remedy"))
    patient.pip("uninstall", "--quiet", "--yes", "jaxlib")
    assert "An earlier fix (some remedy) was interrupted." in patient.fix(code=2)
    assert "What was there before is back." in patient.fix("--undo", "--yes", code=0)
    assert patient.freeze() == before
    restore.write(str(patient.prefix), restore.Restore(everything, "some remedy"))
    patient.pip("uninstall", "--quiet", "--yes", "scipy")
    patient.fix("--yes", code=0)
    patient.fix("--undo", "--yes", code=0)
    assert patient.freeze() == before


def test_what_was_there_at_first_is_not_forgotten_by_a_second_failure(patient: Patient) -> None:
    patient.broken()
    everything = {"jax": "jax==0.6.1"}
    restore.write(str(patient.prefix), restore.Restore(everything, "some remedy"))
    patient.fix("--yes", code=1, PIP_FIND_LINKS=str(patient.prefix))
    kept = restore.read(str(patient.prefix))
    assert (kept.before, kept.done) == (everything, False)


def test_the_second_of_two_stops(patient: Patient) -> None:
    before = patient.broken()
    lock = patient.prefix / "kdoctor-fix.lock"
    lock.write_text(str(os.getpid()), encoding="ascii")
    assert f"another kdoctor fix is changing this environment (process {os.getpid()})" in patient.fix("--yes", code=3)
    assert patient.freeze() == before
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock.write_text(str(gone.pid), encoding="ascii")
    patient.fix("--yes", code=0)
    assert not lock.exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": "other"}', '{"schema": "kdoctor.restore/1", "before": []}'])
def test_a_damaged_restore_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "kdoctor-restore.json").write_text(content, encoding="utf-8")
    with pytest.raises(KdoctorError, match=r"kdoctor-restore\.json"):
        restore.read(str(tmp_path))


BACK = (
    # Held before, held now, installed again in any case, the steps that lead back.
    ({"a": "a==1"}, {"a": "a==1"}, "", ()),
    ({"a": "a==1"}, {"a": "a==2"}, "", (("install", "a==1"),)),
    ({"a": "a==1"}, {}, "", (("install", "a==1"),)),
    ({}, {"a": "a==2"}, "", (("uninstall", "a"),)),
    ({"a": "a==1", "c": "-e /src/c"}, {"b": "b==1", "a": "a==1"}, "a", (("uninstall", "b"), ("install", "a==1"), ("install", "-e /src/c"))),
)


@pytest.mark.parametrize(("before", "now", "again", "steps"), BACK)
def test_steps_back(before: dict[str, str], now: dict[str, str], again: str, steps: tuple[tuple[str, str], ...]) -> None:
    made: tuple[Step, ...] = restore.steps_back(before, now, frozenset(again.split()))
    assert tuple((step.verb, name) for step in made for name in step.names) == steps


def test_a_restore_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    kept = restore.Restore({"a": "a==1"}, "a remedy", done=True)
    restore.write(str(tmp_path), kept)
    assert restore.read(str(tmp_path)) == kept
    assert json.loads((tmp_path / "kdoctor-restore.json").read_text(encoding="utf-8"))["schema"] == "kdoctor.restore/1"
