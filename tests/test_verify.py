"""`check --verify`: what a real resolver is asked, and its word; here it is pip with an index made of files, so no network is needed."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from builders import released, snapshot
from patients import BROKEN, ROOT, wheel

from kdoctor.collect.resolver import _NOT_JUDGED, Ask, _plain, _uv_platform, ask
from kdoctor.doctor import diagnose
from kdoctor.errors import KdoctorError
from kdoctor.model import Distribution, Platform, Python, Remedy, Snapshot, Step
from kdoctor.solve.question import Question, question


def remedy(*installed: str, options: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> Remedy:
    pins = dict(text.split("==") for text in installed if "==" in text)
    return Remedy("a", "a remedy", pins, remove, steps=(Step("install", options, installed),) if installed else ())


KEEP = "tensorflow-probability==0.23.0"
QUESTIONS = (
    # Installed, the remedy, what is asked.
    ("keras==3.6.0 tensorflow==2.15.1", remedy(), None),
    (
        "keras==3.6.0 tensorflow==2.15.1 numpy==1.26.4",
        remedy("keras==2.15.0"),
        Question(("keras==2.15.0",), {"tensorflow": "tensorflow==2.15.1"}, {"numpy": "numpy==1.26.4"}, ()),
    ),
    # tf-keras requires the distribution tensorflow, for which tensorflow-cpu answers here.
    (
        "tensorflow-cpu==2.18.1 keras==3.6.0",
        remedy("tf-keras==2.18.0", options=("--no-deps",)),
        Question(("tf-keras==2.18.0",), {}, {"keras": "keras==3.6.0", "tensorflow-cpu": "tensorflow-cpu==2.18.1"}, ("tensorflow",)),
    ),
    (
        "tensorflow==2.21.0 tensorflow-cpu==2.20.0 tensorflow-text==2.21.1",
        remedy("tensorflow==2.21.0", options=("--force-reinstall", "--no-deps"), remove=("tensorflow-cpu",)),
        Question(("tensorflow==2.21.0",), {"tensorflow-text": "tensorflow-text==2.21.1"}, {}, ()),
    ),
    # Not on any index: a local version is asked for without its end.
    ("keras==3.6.0 torch==2.13.0+cpu", remedy("keras==3.10.0"), Question(("keras==3.10.0",), {}, {"torch": "torch==2.13.0"}, ())),
    ("keras==3.6.0", remedy("torch>=2.1"), Question(("torch>=2.1",), {}, {"keras": "keras==3.6.0"}, ())),
)


@pytest.mark.parametrize(("installed", "one", "asked"), QUESTIONS)
def test_what_is_asked_of_a_remedy(installed: str, one: Remedy, asked: Question | None) -> None:
    assert question(released(installed), one) == asked


def test_what_no_index_can_know_is_not_asked() -> None:
    rows = (Distribution("keras", "3.6.0", ()), Distribution("mine", "1.0", (), editable=True), Distribution("odd", None, ()))
    asked = question(snapshot()._replace(distributions=rows), remedy("keras==3.10.0"))
    assert (asked.dependents, asked.others) == ({}, {})


PLATFORMS = (
    (Platform("linux", "x86_64", "glibc 2.36"), "x86_64-manylinux_2_36"),
    (Platform("linux", "x86_64", "glibc 2.30"), "x86_64-manylinux_2_28"),
    (Platform("linux", "x86_64", "glibc 2.99"), "x86_64-manylinux_2_40"),
    (Platform("linux", "aarch64", None), "aarch64-manylinux_2_31"),
    (Platform("linux", "x86_64", "musl 1.2"), "x86_64-unknown-linux-musl"),
    (Platform("windows", "amd64"), "x86_64-pc-windows-msvc"),
    (Platform("darwin", "arm64"), "aarch64-apple-darwin"),
    (Platform("freebsd", "amd64"), None),
    (None, None),
)


@pytest.mark.parametrize(("one", "name"), PLATFORMS)
def test_what_uv_calls_a_platform(one: Platform | None, name: str | None) -> None:
    assert _uv_platform(one) == name


UNSATISFIABLE = "we can conclude that your requirements are unsatisfiable."
NO_WHEEL = f"Because docopt==0.6.2 has no usable wheels and you require docopt==0.6.2, {UNSATISFIABLE}"
NOT_THERE = f"Because mine was not found in the package registry and you require mine==1.0, {UNSATISFIABLE}"
NO_VERSION = "ERROR: Could not find a version that satisfies the requirement mine==1.0 (from versions: none)"
NO_MATCH = "ERROR: No matching distribution found for mine==1.0"
BEGIN = "error: No solution found when resolving dependencies\n  cause: "
HINT = "\n\nhint: Wheels are required for `docopt` because building from source is disabled for all packages"
SAID = (
    # What uv 0.13 and pip 25 wrote, as one line, and whom they could not judge.
    (f"{BEGIN}{NO_WHEEL}{HINT}\n", NO_WHEEL, {"docopt"}),
    (f"{BEGIN}{NOT_THERE}".replace("that your", "that\n         your"), NOT_THERE, {"mine"}),
    (f"{NO_VERSION}\n{NO_MATCH}\n", f"{NO_VERSION} {NO_MATCH}", {"mine"}),
    ("cause: Failed to fetch: `https://me:secret@host/simple/keras/`\n", "Failed to fetch: `https://***@host/simple/keras/`", set()),
)


@pytest.mark.parametrize(("said", "line", "unknown"), SAID)
def test_what_a_resolver_said_is_read(said: str, line: str, unknown: set[str]) -> None:
    assert _plain(said) == line
    assert {name for pair in _NOT_JUDGED.findall(line) for name in pair if name} == unknown


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of files with a few small wheels."""
    folder = tmp_path_factory.mktemp("index")
    for pin in (*BROKEN, "jaxlib==0.6.1"):
        name, version = pin.split("==")
        place = folder / name.replace("_", "-")
        place.mkdir(exist_ok=True)
        needs = {"jax": "Requires-Dist: jaxlib<=0.6.1\n"}.get(name, "")
        info = f"{name}-{version}.dist-info/METADATA"
        wheel(place, name, version, {info: f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"})
        (place / "index.html").write_text("".join(f'<a href="{file.name}">{file.name}</a>\n' for file in place.glob("*.whl")))
    return folder


@pytest.fixture
def without_uv(monkeypatch: pytest.MonkeyPatch, index: Path, tmp_path: Path) -> None:
    """Leave pip alone to be asked, and the index of files to it."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.as_uri())


HERE = Snapshot(python=Python(platform.python_version()), platform=Platform(platform.system().lower(), platform.machine().lower()))


ASKED = (
    # What is asked, whether pip agrees, and what it names if not.
    (Ask(["jax==0.6.1", "jaxlib==0.6.1"]), True, ""),
    (Ask(["jax==0.6.1", "jaxlib==0.6.2"]), False, "jaxlib<=0.6.1"),
    (Ask(["jax==0.6.1"], {"jaxlib": "jaxlib==0.6.2"}), False, "The user requested (constraint) jaxlib==0.6.2"),
    (Ask(["jaxlib==0.6.2"], {}, {"jax": "jax==0.6.1"}), False, "jax 0.6.1 depends on jaxlib<=0.6.1"),
    (Ask(["jax==0.9.9"]), False, "jax==0.9.9"),
    # What is installed and unknown to the index says nothing against what is asked.
    (Ask(["jax==0.6.1"], {}, {"mine": "mine==1.0"}), True, ""),
)


@pytest.mark.usefixtures("without_uv")
@pytest.mark.parametrize(("asked", "agrees", "named"), ASKED)
def test_the_word_of_pip(asked: Ask, agrees: bool, named: str) -> None:
    word = ask(asked, HERE)
    assert (word.agrees, word.resolver) == (agrees, "pip"), word
    assert named in word.objection


UNASKED = (
    (Ask(["jax"]), HERE._replace(python=Python("3.6.15")), "there is no uv on PATH, and pip resolves for its own Python and platform only"),
    (Ask(["jax"]), HERE._replace(platform=Platform("windows", "amd64")), "for its own Python and platform only"),
    (Ask(["jax"], excluded=("tensorflow",)), HERE, "pip cannot be told that nothing may bring in tensorflow"),
    (Ask(["jax"]), Snapshot(), "a resolver must be told the Python and the platform"),
)


@pytest.mark.usefixtures("without_uv")
@pytest.mark.parametrize(("asked", "target", "why"), UNASKED)
def test_why_nobody_can_be_asked(asked: Ask, target: Snapshot, why: str) -> None:
    with pytest.raises(KdoctorError, match=why):
        ask(asked, target)


@pytest.mark.usefixtures("without_uv")
def test_an_index_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(KdoctorError, match="the package index cannot be reached: pip says: "):
        ask(Ask(["jax==0.6.1"]), HERE)


@pytest.mark.usefixtures("without_uv")
def test_a_resolver_that_takes_too_long_is_told() -> None:
    with pytest.raises(KdoctorError, match="pip had no answer in time"):
        ask(Ask(["jax==0.6.1"]), HERE, patience=0.01)


def checked(tmp_path: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `kdoctor check --verify` on an environment in which jaxlib is newer than jax."""
    document = {
        "schema": "kdoctor.snapshot/1",
        "origin": "environment",
        "complete": True,
        "python": {"version": platform.python_version()},
        "platform": {"system": HERE.platform.system, "machine": HERE.platform.machine},
        "distributions": [
            {"name": name.replace("_", "-"), "version": version, "requires": []} for name, version in (p.split("==") for p in BROKEN)
        ],
        "environment": {"KERAS_BACKEND": "jax"},
        "keras_config": {},
    }
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps(document))
    command = [sys.executable, "-m", "kdoctor", "check", "--from", str(path), "--verify", *options]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("without_uv")
def test_the_report_holds_the_word_of_the_resolver(tmp_path: Path) -> None:
    done = checked(tmp_path, "--format", "json")
    first, second = json.loads(done.stdout)["remedies"]
    assert (done.returncode, first["name"], first["verified"], first.get("objection")) == (1, "keep-jax", "resolver", None)
    assert (second["name"], second["verified"]) == ("keep-jaxlib", "index")
    assert second["objection"].startswith("pip: ")
    assert "jax==0.6.2" in second["objection"]
    said = checked(tmp_path).stdout
    assert "(a real resolver agrees" in said
    assert "pip objects: ERROR: " in said


@pytest.mark.usefixtures("without_uv")
def test_the_report_says_that_nobody_could_be_asked(tmp_path: Path) -> None:
    done = checked(tmp_path, PIP_INDEX_URL="http://127.0.0.1:9/simple")
    assert "Could not judge the remedies by a real resolver: the package index cannot be reached" in " ".join(done.stdout.split())
    assert (done.returncode, done.stderr) == (1, "")


def test_nobody_is_asked_unless_that_is_wanted() -> None:
    report = diagnose(released("jax==0.6.1 jaxlib==0.6.2", env={"KERAS_BACKEND": "jax"}))
    assert {one.verified for one in report.remedies} <= {"index", "none"}
