"""What a plain `kdoctor check` on a healthy environment leaves alone: modules that take time, the network, the disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the environment is laid out as on POSIX")

ROOT = Path(__file__).parents[1]

#: What belongs to other commands, to environments with something wrong, or to machines with devices; an entry stands for
#: its submodules too. What click imports itself, such as inspect, is not counted.
NEVER = (
    "asyncio",
    "ast",
    "concurrent",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "hashlib",
    "html",
    "http",
    "importlib.metadata",
    "importlib.resources",
    "importlib_metadata",
    "logging",
    "lzma",
    "multiprocessing",
    "numpy",
    "platform",
    "platformdirs",
    "pydoc",
    "pynvml",
    "random",
    "resolvelib",
    "socket",
    "ssl",
    "tempfile",
    "tomllib",
    "unittest",
    "urllib",
    "xml",
    "zipfile",
    "keras",
    "tensorflow",
    "packaging.markers",
    "packaging.requirements",
    "packaging.specifiers",
    "packaging.tags",
    "kdoctor.cli.explain",
    "kdoctor.cli.knowledge",
    "kdoctor.cli.schema",
    "kdoctor.cli.snapshot",
    "kdoctor.collect.registry",
    "kdoctor.contract",
    "kdoctor.knowledge.filling",
    "kdoctor.knowledge.index",
    "kdoctor.knowledge.index_file",
    "kdoctor.knowledge.pages",
    "kdoctor.render.json",
    "kdoctor.solve",
)

#: How one program starts another.
PROGRAMS = ("os.exec", "os.posix_spawn", "os.system", "subprocess.Popen")

#: A really built environment of TensorFlow 2.21, with all that its metadata says.
HEALTHY = Path(__file__).parent / "golden" / "healthy" / "snapshot.json"

#: Runs the command line and tells on standard error, as JSON, what was imported and what was opened or connected.
WATCH = """
import os, sys
# Without site, whose .pth files may import anything, packages are found by this list. It is no PYTHONPATH, which the patient would share.
sys.path[:0] = sys.argv.pop(1).split(os.pathsep)
import click
seen = []
def writes(mode, flags):
    return set(mode) & set("wax+") if mode else flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
def hook(event, arguments):
    if event.startswith(("socket.", "ctypes.", "urllib.")):
        seen.append([event, ""])
    elif event == "open" and isinstance(arguments[0], (str, bytes)) and writes(arguments[1], arguments[2]):
        seen.append([event, os.fsdecode(arguments[0])])
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.truncate", "os.link", "os.symlink"):
        seen.append([event, str(arguments[0])])
    elif event in ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen"):
        seen.append([event, str(arguments[0])])
before = set(sys.modules)
sys.addaudithook(hook)
from kdoctor.cli import main
try:
    main()
finally:
    acts, modules = list(seen), sorted(set(sys.modules) - before)
    import json
    print(json.dumps([acts, modules]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """The acts and the modules of a check on a small healthy environment, and what it said."""
    folder = tmp_path_factory.mktemp("environment")
    site = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    for row in json.loads(HEALTHY.read_text(encoding="utf-8"))["distributions"]:
        place = site / f"{row['name'].replace('-', '_')}-{row['version']}.dist-info"
        place.mkdir(parents=True)
        fields = [f"Name: {row['name']}", f"Version: {row['version']}", *(f"Requires-Dist: {text}" for text in row["requires"])]
        # Requires-Python is left out: these are the releases of one Python, and the patient is the one that runs the tests.
        (place / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *fields, "", ""]), encoding="utf-8")
    for name in ("tensorflow", "keras"):
        (site / name).mkdir()
        (site / name / "__init__.py").write_text("raise SystemExit('the patient was imported')\n", encoding="utf-8")
    (folder / "pyvenv.cfg").write_text(
        f"home = {Path(sys._base_executable).parent}\ninclude-system-site-packages = false\n", encoding="utf-8"
    )
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys._base_executable)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-B", "-S", "-c", WATCH, os.pathsep.join([str(ROOT), *filter(None, sys.path)]), "check", "--python", str(folder)],
        env={**kept, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, b"Nothing is wrong" in result.stdout) == (0, True), (result.stdout, result.stderr)
    acts, modules = json.loads(result.stderr.splitlines()[-1])
    return acts, modules


@pytest.mark.parametrize("name", NEVER)
def test_a_healthy_check_does_not_import(watched, name):
    _, modules = watched
    assert [module for module in modules if module == name or module.startswith(f"{name}.")] == []


def test_a_healthy_check_imports_what_it_runs(watched):
    _, modules = watched
    assert {"kdoctor.cli.check", "kdoctor.collect", "kdoctor.doctor", "kdoctor.rules", "kdoctor.render.text"} <= set(modules)


def test_a_healthy_check_opens_no_socket_and_writes_nothing(watched):
    acts, _ = watched
    assert [act for act in acts if act[0] not in PROGRAMS and act[1] != os.devnull] == []


def test_a_healthy_check_runs_no_program_but_the_interpreter(watched):
    acts, _ = watched
    programs = [act[1] for act in acts if act[0] in PROGRAMS]
    assert len(programs) == 1
    assert programs[0].endswith("/bin/python")


def test_the_watch_can_see(tmp_path):
    code = WATCH.replace("from kdoctor.cli import main", f"def main(): open({str(tmp_path / 'x')!r}, 'w').close(); import ssl")
    packages = os.pathsep.join(filter(None, sys.path))
    result = subprocess.run([sys.executable, "-S", "-c", code, packages], capture_output=True, check=True, timeout=60)
    acts, modules = json.loads(result.stderr.splitlines()[-1])
    assert ["open", str(tmp_path / "x")] in acts
    assert "ssl" in modules
