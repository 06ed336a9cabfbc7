"""The live probe on small environments with packages that misbehave in every way: a clear result, no process and no file left."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import pytest

from kdoctor.collect import collect_snapshot
from kdoctor.collect.probe import Limits, probe
from kdoctor.contract import read_snapshot, snapshot_document
from kdoctor.errors import KdoctorError
from kdoctor.model import Probe, ProbeStep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the packages fork and send signals")

LINUX = sys.platform == "linux"

#: A Keras that can do what the probe asks of it.
KERAS = """
import json, os
__version__ = "3.99.0"
folder = os.path.expanduser(os.environ.get("KERAS_HOME") or "~/.keras")
os.makedirs(folder, exist_ok=True)
path = os.path.join(folder, "keras.json")
config = json.load(open(path)) if os.path.exists(path) else {}
json.dump({"backend": "tensorflow", **config}, open(path, "w"))
class backend:
    backend = staticmethod(lambda: config.get("backend", "tensorflow"))
class layers:
    Dense = lambda *args, **more: None
class Sequential:
    def add(self, layer): pass
    def compile(self, **more): pass
    def fit(self, x, y, callbacks=(), **more):
        for one in callbacks: one.on_epoch_end(0)
    def evaluate(self, x, y, **more): return 0.5
"""
NUMPY = """
class Array:
    def reshape(self, *shape): return self
    def sum(self, **more): return self
    def __truediv__(self, other): return self
def arange(*args, **more): return Array()
"""
TENSORFLOW = """
import keras, sys, types
__version__ = "2.99.0"
sys.modules["tensorflow.keras"] = keras
class config:
    list_physical_devices = staticmethod(lambda: [types.SimpleNamespace(device_type="CPU", name="/physical_device:CPU:0")])
    class experimental:
        get_device_details = staticmethod(lambda device: {"device_name": "Some Processor"})
keras.callbacks = types.SimpleNamespace(Callback=object)
__path__ = []
"""
WELL = {"keras.py": KERAS, "numpy.py": NUMPY, "tensorflow.py": TENSORFLOW}


class Place(NamedTuple):
    """An environment, its user's home folder and variables, and the folder where temporary files go."""

    folder: Path
    site: Path
    home: Path
    temporary: Path
    environ: dict[str, str]

    def install(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.site / name).parent.mkdir(parents=True, exist_ok=True)
            (self.site / name).write_text(text)

    def probe(self, seconds: int = 20, **more) -> Probe:
        snapshot = collect_snapshot(str(self.folder / "env"), self.environ, str(self.folder))
        return probe(snapshot, self.environ, str(self.folder), Limits(seconds, **more))

    def processes(self) -> list[str]:
        """The processes that carry this place's mark; zombies carry nothing."""
        mark = self.environ["KDOCTOR_TEST_MARK"].encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes():
                    found.append(path.parent.name)
            except OSError:
                continue
        return found

    def is_clean(self) -> bool:
        return not self.processes() and not list(self.temporary.iterdir())


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("env")
    subprocess.run([sys._base_executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    return folder


@pytest.fixture
def place(environment, tmp_path):
    site = next((environment / "lib").glob("python*")) / "site-packages"
    for path in site.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (tmp_path / "env").symlink_to(environment)
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    for one in (home / ".keras", temporary):
        one.mkdir(parents=True)
    (home / ".keras" / "keras.json").write_text('{"backend": "jax"}')
    mark = uuid.uuid4().hex
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    made = Place(tmp_path, site, home, temporary, {**kept, "HOME": str(home), "TMPDIR": str(temporary), "KDOCTOR_TEST_MARK": mark})
    before = fingerprint(home), fingerprint(tmp_path)
    yield made
    assert (fingerprint(home), fingerprint(tmp_path)) == before, "something was written"
    assert not [path for path in site.rglob("*") if "__pycache__" in str(path)]
    if LINUX:
        assert made.processes() == []


def fingerprint(folder: Path) -> dict[str, str]:
    """Give every file below a folder with what is in it, but for the environment, which has a check of its own."""
    found = {}
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not (Path(root) / name).is_symlink()]
        for name in (*folders, *files):
            path = Path(root) / name
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return found


def only(result: Probe) -> ProbeStep:
    assert len(result.steps) == 1, result
    return result.steps[0]


def test_all_goes_well(place):
    place.install(WELL)
    result = place.probe()
    assert result.found == ("tensorflow", "keras")
    assert [(step.name, step.outcome, step.stage) for step in result.steps] == [
        ("keras", "works", "exit"),
        ("tensorflow.keras", "works", "exit"),
        ("mixed", "works", "exit"),
    ]
    keras, through, mixed = result.steps
    assert list(keras.stages) == ["import", "build", "fit", "evaluate"]
    assert (keras.versions, keras.resolves_to, keras.backend) == ({"keras": "3.99.0"}, "keras 3.99.0", "jax")
    assert (through.versions, through.devices) == ({"tensorflow": "2.99.0"}, ("CPU Some Processor",))
    assert list(mixed.stages) == ["import", "import tensorflow", "import tf.keras", "build", "fit", "evaluate"]


def test_a_probe_comes_back_equal_from_its_document(place):
    place.install(
        {**WELL, "jax.py": "raise ImportError('no \\udcff') from OSError('libx.so.1: cannot open')", "torch.py": "import os; os._exit(0)"}
    )
    snapshot = collect_snapshot(str(place.folder / "env"), place.environ, str(place.folder))._replace(probe=place.probe())
    assert read_snapshot(json.dumps(snapshot_document(snapshot)), "x").probe == snapshot.probe


SIGNALS = ("SIGSEGV", "SIGILL", "SIGKILL", "SIGABRT", "SIGTERM")


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_is_told_by_its_name_and_hides_nothing_else(place, name):
    place.install({**WELL, "jax.py": f"import os, signal\nos.kill(os.getpid(), signal.{name})\nimport time; time.sleep(30)"})
    *others, jax = place.probe().steps
    assert [step.outcome for step in others] == ["works"] * 3
    assert (jax.outcome, jax.stage, jax.signal, jax.code) == ("signal", "import", name, None)
    if name in ("SIGSEGV", "SIGILL", "SIGABRT"):
        assert jax.where == "jax.py:2"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import os; os._exit(0)", 0),
        ("import os; os._exit(7)", 7),
        ("import os, threading, time; threading.Thread(target=lambda: os._exit(9)).start(); time.sleep(30)", 9),
    ],
)
def test_an_exit_inside_the_import_is_no_success(place, source, code):
    place.install({"jax.py": source})
    step = only(place.probe())
    assert (step.outcome, step.stage, step.code) == ("exit", "import", code)


def test_sys_exit_is_an_exception_like_any_other(place):
    place.install({"jax.py": "import sys; sys.exit('I will not')"})
    step = only(place.probe())
    assert (step.outcome, step.stage, step.error, step.where) == ("exception", "import", "SystemExit: I will not", "jax.py:1")


def test_a_crash_at_the_very_end_is_told(place):
    place.install({"keras.py": KERAS + "\nimport atexit; atexit.register(lambda: os.kill(os.getpid(), 11))", "numpy.py": NUMPY})
    step = only(place.probe())
    assert (step.outcome, step.stage, step.signal) == ("signal", "exit", "SIGSEGV")
    assert list(step.stages) == ["import", "build", "fit", "evaluate"]


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(1000)",
        "while True:\n  pass",
        "import signal, time\nfor n in (2, 15, 1): signal.signal(n, signal.SIG_IGN)\ntime.sleep(1000)",
        "import threading\nlock = threading.Lock(); lock.acquire()\nlock.acquire()",
        "import os, time\nos.closerange(0, 1000)\ntime.sleep(1000)",
    ],
    ids=["sleep", "loop", "ignores-signals", "deadlock", "closed-files"],
)
def test_a_hang_ends_at_its_deadline(place, source):
    place.install({"jax.py": source})
    step = only(place.probe(2))
    assert (step.outcome, step.stage, step.signal, step.code) == ("time out", "import", None, None)
    if "closerange" not in source:
        assert step.where in {f"jax.py:{number}" for number in range(1, 5)}


def test_the_innermost_cause_is_told(place):
    place.install(
        {
            "jax/__init__.py": "try:\n  from jax import _core\nexcept ImportError as e:\n  raise RuntimeError('jax is broken') from e",
            "jax/_core.py": "\n\nraise ImportError('libcudart.so.12: cannot open shared object file')",
        }
    )
    step = only(place.probe())
    assert (step.error, step.cause) == ("RuntimeError: jax is broken", "ImportError: libcudart.so.12: cannot open shared object file")
    assert step.where in ("jax/_core.py:3", os.path.join("jax", "_core.py:3"))


def test_much_output_is_bounded(place):
    source = (
        "import os\nos.write(2, b'first\\n')\npiece = b'x' * 99 + b'\\n'\n"
        "for _ in range(1000): os.write(1, piece * 1000)\nos.write(2, b'last\\n')"
    )
    place.install({"jax.py": source + "\ndevices = list"})
    step = only(place.probe(60))
    assert (step.outcome, step.printed) == ("works", 100_000_011)
    assert (step.lines[0], step.lines[-1]) == ("first", "last")
    assert len(step.lines) <= 120


ESCAPES = {
    "sleeper": "import os, time\nif not os.fork():\n  os.setsid()\n  if not os.fork(): time.sleep(1000)\n  os._exit(0)\nos.wait()",
    "tree": (
        "import os, time\ndef grow(depth):\n  for _ in range(2):\n    if depth and not os.fork():\n"
        "      os.setsid()\n      grow(depth - 1)\n      time.sleep(1000)\ngrow(5)"
    ),
    "hoppers": (
        "import os, time\nfor _ in range(10):\n  if not os.fork():\n    while True:\n      os.setsid()\n      if os.fork(): os._exit(0)\n"
        "      time.sleep(0.01)"
    ),
}


@pytest.mark.skipif(not LINUX, reason="only Linux gives back what left its session")
@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("ending", ["devices = list", "time.sleep(1000)", "os.kill(os.getpid(), 11)"], ids=["returns", "hangs", "crashes"])
def test_what_leaves_its_session_is_ended_too(place, name, ending):
    place.install({"jax.py": f"{ESCAPES[name]}\nimport os, time\n{ending}"})
    step = only(place.probe(3))
    assert step.outcome == {"d": "works", "t": "time out", "o": "signal"}[ending[0]]
    assert step.left >= 1
    assert place.processes() == []


@pytest.mark.skipif(not LINUX, reason="limits of memory are as on Linux")
def test_a_limit_of_memory_is_heeded(place):
    place.install({"jax.py": "big = bytearray(600 * 2**20)"})
    step = only(place.probe(memory=256))
    assert (step.outcome, step.error) == ("exception", "MemoryError")


def test_closed_standard_streams_do_no_harm(place):
    place.install(
        {
            "jax.py": "import os, sys\nfor n in range(20):\n  try: os.close(n)\n  except OSError: pass\n"
            "sys.stdout = sys.stderr = None\ndevices = list"
        }
    )
    assert only(place.probe()).outcome == "works"


@pytest.mark.parametrize(
    ("name", "source", "outcome"),
    [
        ("sitecustomize.py", "import os; os._exit(3)", "exit"),
        ("sitecustomize.py", "import os; os.kill(os.getpid(), 11)", "signal"),
        ("sitecustomize.py", "import time; time.sleep(1000)", "time out"),
        ("poison.pth", "import os; os._exit(0)\n", "exit"),
    ],
)
def test_an_interpreter_that_does_not_start_is_told_once(place, name, source, outcome):
    place.install({**WELL, name: source})
    result = place.probe(2)
    assert result.found is None
    assert (only(result).name, only(result).outcome, only(result).stage) == ("start", outcome, "start")


def test_noise_at_the_start_does_no_harm(place):
    place.install({"jax.py": "devices = list", "sitecustomize.py": "print('{\"found\": [\"keras\"]}')\nraise RuntimeError('poison')"})
    result = place.probe()
    assert (result.found, only(result).outcome) == (("jax",), "works")
    assert any("poison" in line for line in only(result).lines)


def test_the_patient_sees_its_users_variables_but_for_the_home(place):
    source = (
        "import os, sys, json\n"
        "folders = [os.path.expanduser('~'), os.environ['TMPDIR'], os.getcwd()]\n"
        "print(json.dumps([os.environ['COLOUR'], *folders, sys.path[0], sys.dont_write_bytecode]))\n"
        "import site; print(site.getuserbase())\ndevices = list"
    )
    place.install({"jax.py": source})
    result = probe_with(place, COLOUR="blue")
    colour, home, temporary, cwd, first, quiet = json.loads(only(result).lines[0])
    assert (colour, quiet, first) == ("blue", True, str(place.folder))
    assert str(place.home) not in (home, temporary, cwd)
    assert only(result).lines[1] == str(Path("~/.local").expanduser()).replace(str(Path.home()), "~")


def probe_with(place: Place, **variables: str) -> Probe:
    return place._replace(environ={**place.environ, **variables}).probe()


def test_hostile_texts_come_as_data(place):
    place.install(
        {"jax.py": "print('\\x1b[31m::error::x\\r' + 'y' * 10000)\n__version__ = '1' * 9000\nraise ImportError('\\x1b]0;t\\x07' * 5000)"}
    )
    step = only(place.probe())
    assert len(step.error) <= 2000
    assert max(map(len, step.lines)) <= 2000
    assert all(len(version) <= 500 for version in step.versions.values())


def test_without_an_interpreter_there_is_nothing_to_run(tmp_path):
    (tmp_path / "keras-3.0.dist-info").mkdir()
    snapshot = collect_snapshot(str(tmp_path), {}, str(tmp_path))
    with pytest.raises(KdoctorError, match="needs an interpreter"):
        probe(snapshot, {}, str(tmp_path))


# The command line.

HANGING = "import os, pathlib, time\npathlib.Path(os.environ['STARTED']).write_text('')\nif not os.fork(): os.setsid()\ntime.sleep(1000)"


@pytest.fixture
def running(place):
    """A `kdoctor check --probe` in the middle of an import that hangs."""
    place.install({"keras.py": HANGING})
    sign = place.temporary.parent.parent / f"started-{uuid.uuid4().hex}"
    command = [sys.executable, "-m", "kdoctor", "check", "--probe", "--python", str(place.folder / "env")]
    child = subprocess.Popen(
        command,
        env={**place.environ, "STARTED": str(sign)},
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell's background job ignores Ctrl-C, and so do its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    try:
        assert eventually(sign.exists)
        yield place, child
    finally:
        child.kill()
        child.communicate(timeout=20)
        sign.unlink(missing_ok=True)


def eventually(condition, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.skipif(not LINUX, reason="processes are found in /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)])
def test_ending_kdoctor_leaves_nothing_behind(running, number, code):
    place, child = running
    assert len(place.processes()) >= 4
    os.killpg(child.pid, number)
    output, errors = child.communicate(timeout=30)
    assert (child.returncode, output, errors.strip()) == (code, b"", b"")
    assert eventually(place.is_clean)


def checked(place: Place, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "kdoctor", *arguments, "--python", str(place.folder / "env")],
        env=place.environ,
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_the_report_sets_what_happened_beside_what_was_foretold(place):
    for name, version in (("keras", "3.99.0"), ("tensorflow", "2.99.0")):
        place.install({f"{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\n"})
    # A whole TensorFlow has more files than one.
    place.install({f"tensorflow/{name}.py": "" for name in ("core", "lite", "python", "dtensor", "compiler")})
    place.install({**WELL, "tensorflow.py": "", "tensorflow/__init__.py": "raise ImportError('undefined symbol: x')"})
    place.environ["KERAS_BACKEND"] = "tensorflow"
    done = checked(place, "check", "--probe", "--format", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr, report["verdict"]) == (1, b"", "error")
    usages = report["usages"]
    assert [(usages[name]["works"], usages[name]["foretold"]) for name in usages] == [(True, True), (False, True), (False, True)]
    assert (usages["tensorflow.keras"]["because"], usages["keras"]["because"]) == (["KD811"], [])
    assert [found["rule"] for found in report["findings"] if found["severity"] == "error"] == ["KD811"]
    text = " ".join(checked(place, "check", "--probe").stdout.decode().split())
    assert "foretold to work, but fails: tensorflow.keras raises ImportError: undefined symbol: x" in text
    snapshot = place.site / "snapshot.json"
    snapshot.write_text(json.dumps(report["snapshot"]))
    again = json.loads(from_file(snapshot).stdout)
    assert {key: again[key] for key in again if key != "snapshot"} == {key: report[key] for key in report if key != "snapshot"}


def from_file(path: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "kdoctor", "check", "--from", path, "--format", "json"]
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "arguments", [["--probe", "--from", "x.json"], ["--probe", "--example"], ["--probe-timeout", "3"], ["--probe-memory", "99"]]
)
def test_what_contradicts_is_wrong_usage(arguments):
    done = subprocess.run([sys.executable, "-m", "kdoctor", "check", *arguments], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
