"""`kdoctor fix` in trouble: killed at every step, no room, no right to write, not its own to change. Nothing may get lost."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from patients import ROOT, Patient, wheel

from kdoctor.apply.place import place_of
from kdoctor.errors import KdoctorError
from kdoctor.model import Distribution, Python, Snapshot

#: Runs kdoctor, and kills it before its N-th change of a file or start of a program; N = 0: tells how many there are.
KILLED = """
import os, signal, sys
at = int(sys.argv.pop(1))
seen = 0
def count(event, args):
    global seen
    changes = event in ("os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree", "subprocess.Popen")
    if changes or (event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
from kdoctor.cli import main
try:
    main()
finally:
    if at == 0:
        print("kdoctor made", seen, "changes", file=sys.stderr)
"""


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    """Give an environment whose pip is the stand-in."""
    patient = Patient(tmp_path_factory.mktemp("patient"), with_pip=False)
    for prefix in (patient.prefix, patient.pristine):
        site = prefix / patient.site.relative_to(patient.prefix)
        (site / "pip").mkdir()
        shutil.copy(Path(__file__).with_name("stand_in_pip.py"), site / "pip" / "__main__.py")
        (site / "pip-0.dist-info").mkdir()
        (site / "pip-0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: pip\nVersion: 0\n")
        (site / "pip-0.dist-info" / "RECORD").write_text("pip/__main__.py,,\n")
    return patient


def killed(patient: Patient, at: int, *arguments: str, **variables: str):
    # What Python compiles would be a change in one run and none in the next.
    return patient.run(*arguments, start=("-B", "-c", KILLED, str(at)), variables=variables)


def number_in(done) -> int:
    return int(re.search(r"made (\d+) changes", done.stderr)[1])


def steps(count: int, most: int = 14) -> list[int]:
    """Choose of so many steps the first and last, and some between."""
    chosen = {1, 2, 3, count - 2, count - 1, count, *(1 + index * count // most for index in range(most))}
    return sorted(step for step in chosen if 1 <= step <= count)


def undone(patient: Patient) -> None:
    """Undo whatever was begun, if anything was."""
    done = patient.run("--undo", "--yes")
    assert done.returncode in (0, 3), done.stderr
    assert done.returncode == 0 or "there is nothing to undo here" in done.stderr, done.stderr


def finished(patient: Patient) -> None:
    """Finish whatever was begun, see that it is mended, and undo it."""
    done = patient.run("--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (patient.site / "jaxlib-0.6.1.dist-info" / "METADATA").exists()
    undone(patient)


def test_killed_at_any_step_nothing_is_lost(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    count = number_in(killed(patient, 0, "--yes"))
    undone(patient)
    assert patient.tree() == files
    assert count > 60
    for number, step in enumerate(steps(count)):
        assert killed(patient, step, "--yes").returncode == -9, step
        (undone, finished)[number % 2](patient)
        assert patient.tree() == files, f"killed at step {step} of {count}"
        assert patient.files == set(), step


def test_killed_together_with_its_installer_nothing_is_lost(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    count = number_in(patient.run("--yes", variables={"KDOCTOR_TEST_STOP": "0:"}))
    undone(patient)
    for number, step in enumerate(range(1, count + 1)):
        assert patient.run("--yes", variables={"KDOCTOR_TEST_STOP": f"{step}:"}).returncode == -9, step
        assert "An earlier fix (keep-jax) was cut off here." in patient.fix(code=2)
        (undone, finished)[number % 2](patient)
        assert patient.tree() == files, f"killed at step {step} of {count}"
        assert patient.files == set(), step


def test_killed_while_it_undoes_nothing_is_lost(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    patient.fix("--yes", code=0)
    count = number_in(killed(patient, 0, "--undo", "--yes"))
    for step in steps(count, 6):
        patient.fix("--yes", code=0)
        assert killed(patient, step, "--undo", "--yes").returncode == -9, step
        undone(patient)
        assert patient.tree() == files, f"killed at step {step} of {count}"
        assert patient.files == set(), step


def test_an_installer_that_outlives_a_killed_kdoctor_keeps_the_next_one_away(patient: Patient, tmp_path: Path) -> None:
    patient.broken()
    files = patient.tree()
    go_on = tmp_path / "go-on"
    variables = {"KDOCTOR_TEST_STOP": f"5:{go_on}"}
    assert patient.run("--yes", variables=variables, capture_output=False, stderr=subprocess.DEVNULL).returncode == -9
    try:
        assert "but its installer still runs" in patient.fix("--undo", "--yes", code=3)
    finally:
        go_on.touch()
    deadline = time.monotonic() + 60
    while patient.run("--undo", "--yes").returncode == 3 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert patient.tree() == files


@pytest.mark.parametrize("signal_", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_what_was_begun_comes_back_when_it_is_asked_to_end(patient: Patient, signal_: str) -> None:
    patient.broken()
    files = patient.tree()
    ended = f"import os, signal; os.kill(os.getppid(), signal.{signal_}); import time; time.sleep(60)"
    main = patient.site / "pip" / "__main__.py"
    content = main.read_text()
    main.unlink()
    main.write_text(ended)
    files |= {str(main.relative_to(patient.prefix)): ended.encode()}
    done = patient.run("--yes")
    assert done.returncode == 1, done.stderr
    assert "Not mended: it was interrupted. What was installed before comes back.\nIt is all back.\n" in done.stdout
    assert patient.tree() == files
    main.write_text(content)


def limited(size: int):
    """Give what lets no file grow beyond so many bytes, as a full disk does."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_no_room_for_the_restore_file_leaves_everything_as_it_was(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    done = patient.run("--yes", preexec_fn=limited(50))
    assert done.returncode == 3
    assert re.fullmatch(r"kdoctor: the restore file cannot be written to \S+: File too large\n.*nothing was changed.*\n", done.stderr)
    assert (patient.tree(), patient.files) == (files, set())


def test_no_room_for_what_is_installed_brings_back_what_was_there(patient: Patient) -> None:
    patient.broken()
    files = patient.tree()
    large = patient.wheels / "jaxlib-0.6.1-py3-none-any.whl"
    content = large.read_bytes()
    wheel(patient.wheels, "jaxlib", "0.6.1", {"jaxlib/large.py": "#" * 200_000})
    try:
        done = patient.run("--yes", preexec_fn=limited(100_000))
    finally:
        large.write_bytes(content)
    assert done.returncode == 1, done.stderr
    assert "Not mended: `pip install` ended with exit code 1." in done.stdout
    assert (patient.tree(), patient.files) == (files, set())


def test_a_full_disk_brings_back_what_was_there(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("only root can make a small disk")
    try:
        patient = Patient(disk, with_pip=False)
        shutil.rmtree(patient.pristine)
        wheel(patient.wheels, "jaxlib", "0.6.1", {"jaxlib/large.py": "".join(map(str, range(300_000)))})
        files = patient.tree()
        (disk / "filler").write_bytes(b"\0" * (shutil.disk_usage(disk).free - 300_000))
        done = patient.run("--yes", variables={"PATH": str(disk), "TMPDIR": str(tmp_path)})
        assert done.returncode == 1, done.stdout + done.stderr
        assert "It is all back." in done.stdout
        assert (patient.tree(), patient.files) == (files, set())
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_environment_that_cannot_be_written_is_told(patient: Patient) -> None:
    patient.broken()
    nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    patient.site.chmod(0o555)
    try:
        done = patient.run("--yes", **nobody)
    except PermissionError:
        pytest.skip("nobody but root may run kdoctor here")
    finally:
        patient.site.chmod(0o755)
    assert done.returncode == 3
    assert "cannot be written, so nothing was changed" in done.stderr


def test_a_file_system_that_is_read_only_is_told(patient: Patient) -> None:
    patient.broken()
    if subprocess.run(["mount", "--bind", patient.prefix, patient.prefix], capture_output=True, check=False).returncode:
        pytest.skip("only root can mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", patient.prefix], check=True)
        done = patient.run("--yes")
    finally:
        subprocess.run(["umount", patient.prefix], check=True)
    assert done.returncode == 3
    assert f"kdoctor: {patient.prefix} cannot be written, so nothing was changed" in done.stderr


def test_what_conda_installed_is_left_to_conda(patient: Patient) -> None:
    patient.broken()
    (patient.prefix / "conda-meta").mkdir()
    (patient.site / "jaxlib-0.6.2.dist-info" / "INSTALLER").write_text("conda\n")
    files = patient.tree()
    said = patient.fix("--yes", code=3)
    assert "kdoctor: conda installed jaxlib; pip would change it behind its back, so nothing was changed" in said
    assert patient.tree() == files
    assert "Mended" in patient.fix("--yes", "--over-conda", code=0)
    patient.fix("--undo", "--yes", code=0)
    assert patient.tree() == files


def system(folder: Path, *files: str) -> Snapshot:
    """Give the snapshot of an interpreter of the system in that folder."""
    site = folder / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    one = Distribution("keras", "3.6.0", location=str(site), metadata="keras-3.6.0.dist-info")
    return Snapshot(python=Python("3.11.2", executable=str(folder / "bin/python3"), prefix=str(folder)), distributions=(one,))


def test_a_managed_interpreter_is_left_alone(tmp_path: Path) -> None:
    snapshot = system(tmp_path, "lib/python3.11/EXTERNALLY-MANAGED")
    with pytest.raises(
        KdoctorError, match=r"python3 belongs to the system, which forbids to install into it \(EXTERNALLY-MANAGED, PEP 668\)"
    ):
        place_of(snapshot, {})
    assert place_of(snapshot, {"PIP_BREAK_SYSTEM_PACKAGES": "1"}).sites


@pytest.mark.skipif(not list(Path("/usr/lib").glob("python3.*/EXTERNALLY-MANAGED")), reason="the system's Python here is nobody's own")
def test_the_interpreter_of_the_system_is_left_alone() -> None:
    command = [sys.executable, "-m", "kdoctor", "fix", "--python", "/usr/bin/python3", "--yes"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert re.fullmatch(r"kdoctor: /usr/bin/python3\S* belongs to the system, .*PEP 668\)\nhint: .*\n", done.stderr)


def test_an_environment_of_a_managed_interpreter_is_its_owners_own(tmp_path: Path) -> None:
    snapshot = system(tmp_path, "lib/python3.11/EXTERNALLY-MANAGED", "pyvenv.cfg")
    assert place_of(snapshot, {}).sites == (str(tmp_path / "lib/python3.11/site-packages"),)


def test_a_virtual_environment_keeps_off_the_folders_of_its_base(tmp_path: Path) -> None:
    base = tmp_path / "base" / "site-packages"
    base.mkdir(parents=True)
    snapshot = system(tmp_path / "env", "pyvenv.cfg")
    both = (*snapshot.distributions, Distribution("numpy", "1.26.4", location=str(base), metadata="numpy-1.26.4.dist-info"))
    assert place_of(snapshot._replace(distributions=both), {}).sites == (str(tmp_path / "env/lib/python3.11/site-packages"),)


@pytest.mark.parametrize("python", [None, Python("3.11.2"), Python("3.11.2", prefix="/nowhere")])
def test_an_unknown_folder_is_told(python: Python | None) -> None:
    with pytest.raises(KdoctorError, match="nobody knows the folder of this environment"):
        place_of(Snapshot(python=python), {})
