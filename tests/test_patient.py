from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from kdoctor.collect import collect_snapshot
from kdoctor.collect.interpreter import Answer, ask, read_folder
from kdoctor.collect.patient import Patient, find_patient
from kdoctor.collect.search_path import build_search_path
from kdoctor.collect.variables import VARIABLES, read_variables
from kdoctor.errors import KdoctorError

POSIX = pytest.mark.skipif(os.name == "nt", reason="made of scripts and links")
HERE = f"python{sys.version_info[0]}.{sys.version_info[1]}"


def put(path: Path, text: str = "", *, mode: int = 0o644) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def program(path: Path, script: str = "exit 0") -> Path:
    return put(path, f"#!/bin/sh\n{script}\n", mode=0o755)


def make_venv(folder: Path, *, system: bool = False) -> Path:
    venv.create(folder, with_pip=False, system_site_packages=system, symlinks=True)
    return folder / "lib" / HERE / "site-packages"


def clean(**variables: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables}


# --- which patient -------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working directory, environments beside it, and folders of PATH."""
    for name in ("work", "active", "conda", "third", "bin/first", "bin/second"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("active", "conda", "third"):
        program(tmp_path / name / "bin/python")
    program(tmp_path / "bin/second/python3")
    program(tmp_path / "bin/second/python3.99")
    return tmp_path


BASE = {"CONDA_PREFIX": "conda", "CONDA_DEFAULT_ENV": "base"}
GONE = "VIRTUAL_ENV names a folder without Python"
LOCAL = "work/.venv/bin/python"

ORDER = [
    ("VIRTUAL_ENV before all", {"VIRTUAL_ENV": "active", "CONDA_PREFIX": "conda"}, LOCAL, "active/bin/python", "VIRTUAL_ENV"),
    ("conda", {"CONDA_PREFIX": "conda", "CONDA_DEFAULT_ENV": "tf"}, LOCAL, "conda/bin/python", "CONDA_PREFIX"),
    ("conda's base after .venv", BASE, LOCAL, LOCAL, ".venv in this folder"),
    ("conda's base", BASE, None, "conda/bin/python", "CONDA_PREFIX"),
    (".venv", {}, LOCAL, LOCAL, ".venv in this folder"),
    ("deleted environment", {"VIRTUAL_ENV": "gone"}, LOCAL, LOCAL, f".venv in this folder ({GONE})"),
    ("deleted environment, PATH", {"VIRTUAL_ENV": "gone"}, None, "bin/second/python3", f"python3 on PATH ({GONE})"),
    ("PATH", {}, None, "bin/second/python3", "python3 on PATH"),
]


@POSIX
@pytest.mark.parametrize("row", ORDER, ids=lambda row: row[0])
def test_the_patient_is_the_one_that_this_shell_uses(place: Path, monkeypatch: pytest.MonkeyPatch, row: tuple) -> None:
    _, variables, local, found, why = row
    monkeypatch.setattr(sys, "path", [str(place)])
    if local:
        program(place / local)
    environ = {name: str(place / value) if name != "CONDA_DEFAULT_ENV" else value for name, value in variables.items()}
    environ["PATH"] = f"{place}/bin/first:{place}/bin/second"
    assert find_patient(None, environ, str(place / "work"))[:2] == (str(place / found), why)


@POSIX
@pytest.mark.parametrize(
    ("installed", "why"),
    [
        ("keras-3.1.0.dist-info", "kdoctor's own interpreter"),
        ("tensorflow_cpu-2.16.1.dist-info", "kdoctor's own interpreter"),
        ("tf_keras-2.16.0.egg-info", "kdoctor's own interpreter"),
        ("keras_doctor-1.0.dist-info", "python3 on PATH"),
    ],
)
def test_its_own_interpreter_counts_where_the_family_is_installed(
    place: Path, monkeypatch: pytest.MonkeyPatch, installed: str, why: str
) -> None:
    (place / "own" / installed).mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(place / "own")])
    assert find_patient(None, {"PATH": f"{place}/bin/second"}, str(place / "work")).why == why


@POSIX
def test_the_environment_that_a_tool_runner_made_is_passed_over(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "executable", str(program(place / "bin/first/python3")))
    monkeypatch.setattr(sys, "prefix", str(place / "bin"))
    path = {"PATH": f"{place}/bin/first:{place}/bin/second"}
    assert find_patient(None, path, str(place / "work")).executable == str(place / "bin/second/python3")
    alone = find_patient(None, {"PATH": f"{place}/bin/first"}, str(place / "work"))
    assert (alone.kind, alone.why) == ("own", "kdoctor's own interpreter, as there is no other")


NAMED = [
    ("../active", "active/bin/python", "interpreter"),
    ("../active/bin/python", "active/bin/python", "interpreter"),
    ("python3", "bin/second/python3", "interpreter"),
    ("3.99", "bin/second/python3.99", "interpreter"),
    ("../bare", "bare", "folder"),
    ("../flat", "flat", "folder"),
    ("../dead", "dead", "folder"),
    ("~/active", "active/bin/python", "interpreter"),
]


@POSIX
@pytest.mark.parametrize(("python", "found", "kind"), NAMED)
def test_a_path_or_a_name_finds_its_patient(place: Path, monkeypatch: pytest.MonkeyPatch, python: str, found: str, kind: str) -> None:
    (place / "bare/lib/python3.12/site-packages").mkdir(parents=True)
    (place / "flat/keras-3.0.0.dist-info").mkdir(parents=True)
    (place / "dead/lib/python3.12/site-packages").mkdir(parents=True)
    (place / "dead/bin").mkdir()
    (place / "dead/bin/python").symlink_to("/nowhere/python3.12")
    monkeypatch.setenv("HOME", str(place))
    patient = find_patient(python, {"PATH": f"{place}/bin/second"}, str(place / "work"))
    assert (os.path.normpath(patient.executable), patient.why, patient.kind) == (str(place / found), "--python", kind)
    assert ("/nowhere/python3.12" in patient.note) == (python == "../dead")


@pytest.mark.parametrize("python", ["", "  ", "\0", "./missing", "no-such-command", "../work"])
def test_what_is_no_patient_is_said_in_one_line(place: Path, python: str) -> None:
    with pytest.raises(KdoctorError) as error:
        find_patient(python, {"PATH": ""}, str(place / "work"))
    assert "\n" not in error.value.message
    assert error.value.hint


# --- asking it -----------------------------------------------------------------------------------------------------


def ask_it(path: Path, timeout: float = 10.0) -> Answer:
    with ask(Patient(str(path), "--python", "interpreter"), clean(), timeout) as question:
        return question.answer()


OLD = '{"whoami": {"version": "3.5.2", "stdlib": [], "sites": [], "base_sites": []}}'

FAILURES = [
    ("nothing", "exit 0", "does not answer as a Python"),
    ("text", "echo hello", "does not answer as a Python interpreter: hello"),
    ("exit code", "echo no such library >&2; exit 3", "ended with exit code 3 when asked for its version: no such library"),
    ("signal", "kill -SEGV $$", "was stopped by signal 11"),
    ("broken json", """echo '{"whoami": {"version": '""", "does not answer"),
    ("wrong json", """echo '{"whoami": [1]}'""", "does not answer"),
    ("wrong values", """echo '{"whoami": {"version": 3, "sites": null}}'""", "does not answer"),
    ("too old", f"echo '{OLD}'", "is Python 3.5.2: too old"),
    ("python 2", 'case "$1" in -I) echo Unknown option: -I; exit 2;; *) echo 2.7.18;; esac', "is Python 2.7.18: too old"),
    ("endless", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyy; done", "it prints without end"),
]


@POSIX
@pytest.mark.parametrize(("script", "message"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES])
def test_a_program_that_is_no_python_is_named_with_what_happened(tmp_path: Path, script: str, message: str) -> None:
    path = program(tmp_path / "python", script)
    with pytest.raises(KdoctorError) as error:
        ask_it(path)
    assert error.value.message.startswith(str(path))
    assert message in error.value.message
    assert "\n" not in error.value.message
    assert error.value.hint
    assert len(error.value.message) < 600


@POSIX
@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        (b"\x7fELF\x02\x01\x01 for another machine", 0o755, "is not a program for this machine"),
        (b"#!/nowhere/python3\n", 0o755, "the interpreter or loader that it names is not there"),
        (b"#!/bin/sh\n", 0o644, "permission denied"),
        (None, 0, "is not there"),
    ],
)
def test_a_file_that_cannot_be_started_is_named(tmp_path: Path, content: bytes | None, mode: int, message: str) -> None:
    path = tmp_path / "python"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)
    with pytest.raises(KdoctorError, match=message):
        ask_it(path)


@POSIX
def test_an_interpreter_that_hangs_is_stopped_with_its_children(tmp_path: Path) -> None:
    path = program(tmp_path / "python", f"sleep 60 & echo $! > {tmp_path}/child; wait")
    began = time.monotonic()
    with pytest.raises(KdoctorError, match=r"did not answer within 0\.3 seconds"):
        ask_it(path, 0.3)
    assert time.monotonic() - began < 5
    assert not is_running(int((tmp_path / "child").read_text()))


def is_running(process: int) -> bool:
    for _ in range(50):
        try:
            os.kill(process, 0)
            state = Path(f"/proc/{process}/stat")
            if state.exists() and state.read_text().split(") ")[1][0] == "Z":
                return False
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    return True


@POSIX
@pytest.mark.parametrize("kind", ["interpreter", "venv", "venv with system", "noisy", "odd name"])
def test_an_interpreter_says_the_same_as_python_itself(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / ("véñv $x" if kind == "odd name" else "venv")
    path = Path(sys.executable)
    if kind != "interpreter":
        make_venv(folder, system=kind == "venv with system")
        path = folder / "bin/python"
    asked = program(tmp_path / "python", f'echo warning >&2; exec "{path}" "$@"') if kind == "noisy" else path
    answer = ask_it(asked)
    said = subprocess.run(
        [path, "-I", "-c", "import json, sys; print(json.dumps([sys.prefix, sys.base_prefix, sys.platform]))"],
        capture_output=True,
        check=True,
    )
    assert [answer.prefix, answer.base_prefix, answer.platform] == json.loads(said.stdout)
    assert (answer.version or "").startswith("{}.{}.{}".format(*sys.version_info))
    assert answer.machine == os.uname().machine
    assert bool(answer.venv_config) == (answer.prefix != answer.base_prefix)


@POSIX
def test_kdoctor_answers_for_itself_as_its_child_would() -> None:
    with ask(Patient(sys.executable, "", "own"), clean()) as question:
        own = question.answer()
    assert own._replace(seen=()) == ask_it(Path(sys.executable))


def test_what_pth_files_did_to_its_own_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path / "script"), *sys.path[1:], str(tmp_path / "overlay")])
    with ask(Patient(sys.executable, "", "own"), clean()) as question:
        paths = build_search_path(question.answer(), {}, str(tmp_path))
    assert paths[-1] == str(tmp_path / "overlay")
    assert str(tmp_path / "script") not in paths


FOLDERS = [
    ("venv", ["lib/python3.12/site-packages"], "version = 3.12.1\n", "3.12.1", 1),
    ("uv", ["lib/python3.12/site-packages"], "implementation = CPython\nversion_info = 3.12.3\n", "3.12.3", 1),
    ("virtualenv", ["lib/python3.8/site-packages"], "version_info = 3.8.10.final.0\n", "3.8.10", 1),
    ("no config", ["lib/python3.11/site-packages"], None, "3.11", 1),
    ("config of another", ["lib/python3.11/site-packages"], "version = 3.12.1\n", "3.11", 1),
    ("raised in place", ["lib/python3.10/site-packages", "lib/python3.12/site-packages"], "version = 3.10.4\n", "3.10.4", 1),
    ("minor of one digit", ["lib/python3.1/site-packages", "lib/python3.11/site-packages"], "version = 3.11.2\n", "3.11.2", 1),
    ("free-threaded", ["lib/python3.13t/site-packages"], None, "3.13", 1),
    ("windows", ["Lib/site-packages", "Scripts"], "version = 3.11.7\n", "3.11.7", 1),
    ("nothing says", ["Lib/site-packages"], None, None, 1),
]


@pytest.mark.parametrize("row", FOLDERS, ids=lambda row: row[0])
def test_a_folder_without_interpreter_shows_its_version(tmp_path: Path, row: tuple) -> None:
    _, folders, config, version, sites = row
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    if config:
        put(tmp_path / "pyvenv.cfg", config)
    answer = read_folder(str(tmp_path))
    assert (answer.version, len(answer.sites), answer.executable, answer.machine) == (version, sites, None, None)


# --- its path ------------------------------------------------------------------------------------------------------


def path_of(executable: Path, environ: dict[str, str], cwd: Path) -> list[str]:
    code = "import sys, json; print(json.dumps(sys.path))"
    said = subprocess.run([executable, "-c", code], capture_output=True, check=True, env=environ, cwd=cwd)
    # The first entry is the folder of the program.
    return [os.path.abspath(cwd / entry) for entry in json.loads(said.stdout)[1:]]


PTH = {
    "a.pth": "../extra-a\n# ../extra-comment\n\n   \n../missing\n../extra-b   \n",
    "b.pth": "\ufeff../extra-bom\r\n../extra-a\r\n",
    "c.pth": "import sys; sys.flags\nimport\tsys\nimportant\n",
    ".hidden.pth": "../extra-hidden\n",
    "d.txt": "../extra-text\n",
    "e.pth": "../extra-nested\n",
}


@POSIX
@pytest.mark.parametrize("system", ["", "with system"])
@pytest.mark.parametrize("no_user", ["", "1"])
def test_the_path_is_the_one_that_python_builds(tmp_path: Path, system: str, no_user: str) -> None:
    sites = make_venv(tmp_path / "venv", system=bool(system))
    for name in ("a", "b", "bom", "comment", "hidden", "text", "nested"):
        (sites.parent / f"extra-{name}").mkdir()
    put(sites.parent / "extra-nested/x.pth", "../extra-text\n")
    (sites / "important").mkdir()
    for name, text in PTH.items():
        put(sites / name, text)
    user = tmp_path / "home/.local/lib" / HERE / "site-packages"
    put(user / "u.pth", str(tmp_path / "extra-user"))
    (tmp_path / "extra-user").mkdir()
    environ = {
        "HOME": str(tmp_path / "home"),
        "PATH": os.environ["PATH"],
        "PYTHONNOUSERSITE": no_user,
        "PYTHONPATH": f"{tmp_path}/one:relative::{sites}:{tmp_path}/one",
    }
    answer = ask_with(tmp_path / "venv/bin/python", environ)
    assert list(build_search_path(answer, environ, str(tmp_path))) == path_of(tmp_path / "venv/bin/python", environ, tmp_path)
    assert (str(user) in build_search_path(answer, environ, str(tmp_path))) == bool(system and not no_user)


@POSIX
def test_the_path_of_this_interpreter_is_the_one_that_python_builds(tmp_path: Path) -> None:
    environ = clean(PYTHONPATH="")
    answer = ask_with(Path(sys.executable), environ)
    mine = [entry for entry in build_search_path(answer, environ, str(tmp_path)) if "__editable__" not in entry]
    assert mine == [entry for entry in path_of(Path(sys.executable), environ, tmp_path) if "__editable__" not in entry]


def ask_with(executable: Path, environ: dict[str, str]) -> Answer:
    with ask(Patient(str(executable), "", "interpreter"), environ) as question:
        return question.answer()


@POSIX
def test_a_broken_pth_file_breaks_nothing(tmp_path: Path) -> None:
    sites = make_venv(tmp_path / "venv")
    (sites.parent / "later").mkdir()
    (sites / "a.pth").write_bytes(b"\0\n../later\n")
    (sites / "b.pth").write_bytes(b"caf\xe9\n../later\n")
    (sites / "c.pth").mkdir()
    (sites / "d.pth").symlink_to("nowhere")
    os.mkfifo(sites / "e.pth")
    paths = build_search_path(ask_it(tmp_path / "venv/bin/python"), {}, str(tmp_path))
    assert [os.path.basename(path) for path in paths[-2:]] == ["site-packages", "later"]


def test_a_folder_without_interpreter_has_its_packages_alone() -> None:
    answer = Answer(version="3.12", sites=("/nowhere/sites",), stdlib=("/lib",), user_site="/user", base_sites=("/base",))
    assert build_search_path(answer, {"PYTHONPATH": "/mine"}, "/") == ()


# --- all together --------------------------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize("how", ["--python", "VIRTUAL_ENV"])
def test_nothing_of_the_patient_is_executed(tmp_path: Path, how: str) -> None:
    sites = make_venv(tmp_path / "venv")
    for name in (
        "sitecustomize.py",
        "usercustomize.py",
        "keras/__init__.py",
        "tensorflow/__init__.py",
        "tensorflow/x.py",
        "json.py",
        "site.py",
    ):
        put(sites / name, f"open({str(tmp_path / 'executed')!r}, 'w')\n")
    put(sites / "poison.pth", f"import os; open({str(tmp_path / 'executed')!r}, 'w')\n")
    put(sites / "keras-3.1.0.dist-info/METADATA", "Name: keras\nVersion: 3.1.0\n\n")
    before = sorted(str(path) for path in (tmp_path / "venv").rglob("*"))
    traps = {"PYTHONSTARTUP": str(sites / "site.py"), "PYTHONPATH": str(sites), "PYTHONINSPECT": "1", "PYTHONHOME": "/nowhere"}
    environ = clean(VIRTUAL_ENV=str(tmp_path / "venv"), **traps)
    snapshot = collect_snapshot(str(tmp_path / "venv") if how == "--python" else None, environ, str(tmp_path))
    assert not (tmp_path / "executed").exists()
    assert sorted(str(path) for path in (tmp_path / "venv").rglob("*")) == before
    assert [found.version for found in snapshot.distributions if found.name == "keras"] == ["3.1.0"]
    assert (snapshot.chosen, snapshot.patient, snapshot.complete) == (how, str(tmp_path / "venv/bin/python"), True)
    assert snapshot.folders == {"tensorflow": 2, "tf_keras": None}
    # The trap works: an ordinary start runs into it.
    subprocess.run([tmp_path / "venv/bin/python", "-c", ""], env=clean(), check=True, capture_output=True)
    assert (tmp_path / "executed").exists()


def test_a_folder_is_looked_at_without_being_asked(tmp_path: Path) -> None:
    sites = tmp_path / "lib/python3.9/site-packages"
    put(sites / "keras-2.9.0.dist-info/METADATA", "Name: keras\nVersion: 2.9.0\n\n")
    put(tmp_path / "pyvenv.cfg", "include-system-site-packages = true\nversion = 3.9.5\n")
    snapshot = collect_snapshot(str(tmp_path), {"HOME": str(tmp_path), "KERAS_BACKEND": "jax"}, str(tmp_path))
    assert snapshot.python is not None
    assert (snapshot.python.version, snapshot.python.executable) == ("3.9.5", None)
    assert [found.name for found in snapshot.distributions] == ["keras"]
    assert {"python", "platform"} <= snapshot.unread.keys()
    assert not snapshot.complete  # Nobody could ask where the base keeps its packages.
    assert snapshot.environment == {"KERAS_BACKEND": "jax"}


def test_only_known_variables_enter() -> None:
    others = {"HOME": "/home/me", "API_TOKEN": "t", "TPU_WORKER_HOSTNAMES": "h"}
    environ = dict.fromkeys(VARIABLES, "x") | others | {"KERAS_HOME": "\udce9"}
    assert read_variables(environ) == dict.fromkeys(VARIABLES, "x") | {"KERAS_HOME": "\ufffd"}
    assert read_variables({"CUDA_VISIBLE_DEVICES": ""}) == {"CUDA_VISIBLE_DEVICES": ""}
