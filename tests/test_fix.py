"""`kdoctor fix` in a real virtual environment, with real pip and wheels made here: no network is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from patients import Patient, wheel

from kdoctor.apply import restore
from kdoctor.apply.keeping import Kept
from kdoctor.errors import KdoctorError

#: What is left while a fix can be undone.
KEPT = {"kdoctor-restore.json", "kdoctor-"}


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return Patient(tmp_path_factory.mktemp("patient"))


def jax_of(freeze: list[str]) -> list[str]:
    return [line for line in freeze if line.startswith("jax")]


def test_what_is_mended_can_be_undone(patient: Patient) -> None:
    before, files = patient.broken(), patient.tree()
    assert "Mended: 1 error before, nothing now." in patient.fix("--yes", code=0)
    assert jax_of(patient.freeze()) == ["jax==0.6.1", "jaxlib==0.6.1"]
    assert patient.files == KEPT
    assert "Nothing to mend." in patient.fix("--yes", code=0)
    assert "  change     jaxlib 0.6.1 -> 0.6.2\n" in patient.fix("--undo", "--dry-run", code=0)
    assert "What was installed before is back." in patient.fix("--undo", "--yes", code=0)
    assert (patient.freeze(), patient.tree()) == (before, files)
    assert patient.files == set()
    assert "there is nothing to undo here" in patient.fix("--undo", "--yes", code=3)


def test_an_undo_needs_no_network_and_leaves_what_is_not_its_own(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    patient.fix("--yes", code=0)
    stray = patient.site / "jax_notes.txt"
    stray.write_text("mine")
    patient.fix("--undo", "--yes", code=0, PIP_FIND_LINKS=str(patient.prefix))
    assert stray.read_text() == "mine"
    stray.unlink()
    assert patient.tree() == files


def test_what_was_installed_since_goes_with_an_undo_and_the_plan_says_so(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    patient.fix("--yes", code=0)
    patient.pip("install", "--quiet", str(wheel(patient.wheels, "later", "1.0")))
    assert "  remove     later 1.0 (file://" in patient.fix("--undo", "--dry-run", code=0)
    patient.fix("--undo", "--yes", code=0)
    assert patient.tree() == files


def test_what_was_kept_can_be_let_go(patient: Patient) -> None:
    patient.broken()
    patient.fix("--yes", code=0)
    assert "no longer kept" in patient.fix("--forget", code=0)
    assert patient.files == set()


def test_another_remedy_can_be_chosen(patient: Patient) -> None:
    patient.broken()
    patient.fix("--yes", "--remedy", "keep-jaxlib", code=0)
    assert jax_of(patient.freeze()) == ["jax==0.6.2", "jaxlib==0.6.2"]
    patient.broken()
    assert "there is no remedy 'pray' here; there are: keep-jax, keep-jaxlib." in " ".join(patient.fix("--remedy", "pray", code=2).split())


def test_nothing_happens_without_being_asked(patient: Patient) -> None:
    before = patient.broken()
    said = patient.fix("--dry-run", code=1)
    assert "  change     jaxlib 0.6.2 -> 0.6.1\n" in said
    assert f"  run        {patient.python} -m pip --disable-pip-version-check --no-input install jaxlib==0.6.1\n" in said
    assert "or --remedy keep-jaxlib: " in said
    assert "nobody is there to ask" in patient.fix(code=2)
    assert patient.freeze() == before
    assert patient.files == set()


UNREACHABLE = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}


def test_nothing_is_changed_where_a_resolver_objects(patient: Patient, tmp_path: Path) -> None:
    patient.broken()
    files = patient.tree()
    for pin in ("jaxlib==0.6.1", "jax==0.6.1"):
        name, version = pin.split("==")
        place = tmp_path / name
        place.mkdir()
        wheel(place, name, version, {f"{name}-{version}.dist-info/METADATA": metadata(name, version)})
        (place / "index.html").write_text("".join(f'<a href="{file.name}">{file.name}</a>\n' for file in place.glob("*.whl")))
    here = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": tmp_path.as_uri(), "PATH": str(tmp_path)}
    assert "A real resolver agrees" in patient.fix("--verify", "--dry-run", code=1, **here)
    (tmp_path / "jaxlib" / "index.html").write_text("")
    assert "pip objects, so nothing was changed: ERROR: " in patient.fix("--verify", "--yes", code=1, **here)
    assert "the package index cannot be reached" in patient.fix("--verify", "--yes", code=3, **UNREACHABLE, PATH=str(tmp_path))
    assert (patient.tree(), patient.files) == (files, set())


def metadata(name: str, version: str) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


@pytest.mark.parametrize("missing", [{"PIP_FIND_LINKS": os.devnull}, UNREACHABLE], ids=["no such release", "no network"])
def test_what_was_there_comes_back_where_the_installer_fails(patient: Patient, missing: dict[str, str]) -> None:
    before, files = patient.broken(), patient.tree()
    said = patient.fix("--yes", code=1, **missing)
    assert "Not mended: `pip install` ended with exit code 1. What was installed before comes back." in said
    assert "It is all back." in said
    assert (patient.freeze(), patient.tree()) == (before, files)
    assert patient.files == set()


def test_what_the_installer_gets_wrong_is_seen_and_comes_back(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    right = patient.wheels / "jaxlib-0.6.1-py3-none-any.whl"
    content = right.read_bytes()
    # A new error: this jaxlib brings the metadata of another keras along.
    wheel(
        patient.wheels,
        "jaxlib",
        "0.6.1",
        {"keras-2.15.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: keras\nVersion: 2.15.0\n"},
    )
    try:
        said = patient.fix("--yes", code=1)
    finally:
        right.write_bytes(content)
    assert "Not mended: " in said
    assert patient.tree() == files


def test_an_earlier_fix_can_still_be_undone_after_a_later_one_failed(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    patient.fix("--yes", code=0)
    patient.pip("install", "--quiet", "--no-deps", "jaxlib==0.6.2")
    patient.fix("--yes", code=1, PIP_FIND_LINKS=os.devnull)
    patient.fix("--undo", "--yes", code=0)
    assert patient.tree() == files


def test_an_editable_distribution_and_one_from_a_file_come_back_as_they_were(patient: Patient, tmp_path: Path) -> None:
    patient.broken()
    source = tmp_path / "jaxlib"
    source.mkdir()
    info = patient.site / "jaxlib-0.6.2.dist-info"
    (patient.site / "__editable__.jaxlib-0.6.2.pth").write_text(f"{source}\n")
    (info / "direct_url.json").write_text(json.dumps({"url": source.as_uri(), "dir_info": {"editable": True}}))
    with (info / "RECORD").open("a") as record:
        record.write(f"__editable__.jaxlib-0.6.2.pth,,\n{info.name}/direct_url.json,,\n")
    gone = wheel(tmp_path, "local", "1.0")
    patient.pip("install", "--quiet", str(gone))
    gone.unlink()
    before, files = patient.freeze(), patient.tree()
    assert "Mended" in patient.fix("--yes", code=0)
    assert not (patient.site / "__editable__.jaxlib-0.6.2.pth").exists()
    patient.pip("uninstall", "--quiet", "--yes", "local")
    said = patient.fix("--undo", "--yes", code=0)
    assert f"  change     jaxlib 0.6.1 -> 0.6.2 (editable, {source.as_uri()})" in said
    assert (patient.freeze(), patient.tree()) == (before, files)
    patient.pip("uninstall", "--quiet", "--yes", "local")


def test_an_environment_without_pip_is_mended_by_another_installer(tmp_path: Path) -> None:
    patient = Patient(tmp_path, with_pip=False)
    before, files = patient.broken(), patient.tree()
    # No uv: nothing is on PATH.
    assert "Mended" in patient.fix("--yes", code=0, PATH=str(tmp_path))
    assert jax_of(patient.freeze()) == ["jax==0.6.1", "jaxlib==0.6.1"]
    patient.fix("--undo", "--yes", code=0, PATH=str(tmp_path))
    assert (patient.freeze(), patient.tree()) == (before, files)


def test_the_second_of_two_stops(patient: Patient) -> None:
    before = patient.broken()
    hold = f"""
import sys, time
from kdoctor.apply.lock import alone
with alone({str(patient.prefix)!r}):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "held\n"
        assert f"another kdoctor fix is changing this environment (process {first.pid})" in patient.fix("--yes", code=3)
        assert patient.freeze() == before
        first.kill()
    patient.fix("--yes", code=0)
    assert patient.files == KEPT


DAMAGED = ("{", "[]", '{"schema": "other"}', '{"schema": "kdoctor.restore/1", "before": []}', "\udcff", "[" * 100_000)


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_restore_file_is_told_and_can_be_given_up(patient: Patient, content: str) -> None:
    path = patient.prefix / "kdoctor-restore.json"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    said = patient.fix("--undo", code=3)
    assert f"kdoctor: {path}" in said
    assert "--forget" in said
    patient.fix("--forget", code=0)
    assert patient.files == set()


def test_a_restore_file_that_points_elsewhere_is_refused(tmp_path: Path) -> None:
    kept = restore.Restore({}, "a remedy", Kept("../elsewhere", (), ()))
    restore.write(str(tmp_path), kept)
    with pytest.raises(KdoctorError, match=r"kdoctor-restore\.json is no restore file"):
        restore.read(str(tmp_path))


def test_a_restore_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    earlier = restore.Restore({"b": "2"}, "another", Kept("kdoctor-kept-b", ("/site",), ()), done=True)
    kept = restore.Restore({"a": "1"}, "a remedy", Kept("kdoctor-kept-a", ("/site",), ("bin/a",)), earlier=earlier)
    restore.write(str(tmp_path), kept)
    assert restore.read(str(tmp_path)) == kept
    assert json.loads((tmp_path / "kdoctor-restore.json").read_text(encoding="utf-8"))["schema"] == "kdoctor.restore/1"
