"""`kdoctor pin`: sets that hold together, proven with packaging, and refusals that name what cannot be had."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from kdoctor import rules, versions
from kdoctor.cli.pin import pin
from kdoctor.cli.schema import read_schema
from kdoctor.collect.projects import toml_of
from kdoctor.errors import KdoctorError
from kdoctor.knowledge.index import Target, open_index
from kdoctor.model import Platform, Python, Snapshot
from kdoctor.solve import fresh
from kdoctor.solve.plan import Plan, Wanted, plan

DATA = Path(__file__).parent / "data"
HEALTHY = [json.loads(line) for line in (DATA / "healthy.jsonl").read_text(encoding="utf-8").splitlines()]
IMPOSSIBLE = [json.loads(line) for line in (DATA / "impossible.jsonl").read_text(encoding="utf-8").splitlines()]
PINS = [json.loads(line) for line in (DATA / "pins.jsonl").read_text(encoding="utf-8").splitlines()]
_SYSTEM = {"macos": "darwin"}


def target_of(row: dict[str, Any]) -> Snapshot:
    system, _, machine = row["platform"].partition("-")
    backend = row.get("backend")
    return Snapshot(
        origin="requirements",
        python=Python(row["python"]),
        platform=Platform(_SYSTEM.get(system, system), machine, "glibc 2.31" if system == "linux" else None),
        environment={"KERAS_BACKEND": backend} if backend not in ("any", None) else {},
        keras_config={},
        accelerators=None if row["platform"].startswith("macos") else (),
    )


def planned(row: dict[str, Any], order: str = "newest", now: dict[str, str] | None = None) -> Plan:
    return plan(Wanted(tuple(row["requirements"]), target_of(row), order, now or {}), lambda coupling: rules.run(coupling)[0])


def wrong_with(made: Plan, row: dict[str, Any]) -> list[str]:
    """Judge a set by packaging alone: every requirement of the user and of every release in the set."""
    snapshot, index = target_of(row), open_index()
    environment = {**(versions.marker_environment(snapshot) or {}), "extra": ""}
    asked = [Requirement(text) for text in row["requirements"]]
    for name, version in made.pins.items():
        asked += [Requirement(text) for text in index.release(name, version).requires(Target.of(snapshot))]
    return [
        str(one)
        for one in asked
        if (one.marker is None or one.marker.evaluate(environment))
        and (version := made.pins.get(versions.normalize(one.name)))
        and not one.specifier.contains(Version(version), prereleases=True)
    ]


@pytest.mark.parametrize("row", HEALTHY, ids=lambda row: row["name"])
def test_what_can_be_had_is_planned(row: dict[str, Any]) -> None:
    made = planned(row)
    assert made.pins, (made.conflicts, made.because)
    assert not made.conflicts
    assert wrong_with(made, row) == []


@pytest.mark.parametrize("row", IMPOSSIBLE, ids=lambda row: row["name"])
def test_what_cannot_be_had_is_said_in_few_words(row: dict[str, Any]) -> None:
    made = planned(row)
    assert not made.pins
    assert made.conflicts
    assert {text for conflict in made.conflicts for text in conflict} <= set(row["requirements"])
    assert all(1 <= len(because) <= 6 for because in made.because)


@pytest.mark.parametrize("row", PINS, ids=lambda row: row["name"])
def test_the_word_of_uv_on_sets_of_all_kinds(row: dict[str, Any]) -> None:
    """Each row tells whether uv found a set (wheels only, pre-releases where they are named), and what is to be said.

    Where the two differ, either something is known to fail that metadata admits, or Requires-Python has an upper bound, which uv passes
    over; or uv refuses for the sake of a project that the index does not hold.
    """
    made = planned(row)
    assert bool(made.pins) is row["possible"], made.because
    assert [list(conflict) for conflict in made.conflicts] == row.get("conflicts", [])
    assert wrong_with(made, row) == []
    if row["uv"] and not row["possible"]:
        assert any(word in made.because[0][0] for word in ("known to fail", "uv ignores upper bounds"))
    if row["possible"] and not row["uv"]:
        assert made.unseen or any(Requirement(text).name not in open_index().projects for text in row["requirements"])


FEW = ("tensorflow==2.15.*", "keras>=3")
CONFLICTS = (
    # Asked for, Python, the groups that exclude each other, what the reasons name.
    (FEW, "3.11", (FEW,), "tensorflow 2.15.0 to 2.15.1 require keras<2.16,>=2.15.0"),
    ((*FEW, "scikeras", "numpy"), "3.11", (FEW,), "you ask for keras>=3"),
    (
        ("tensorflow==2.15.*",),
        "3.12",
        (("tensorflow==2.15.*",),),
        "no wheel for Python 3.12 on Linux x86_64; it has wheels for Python 3.9 to 3.11",
    ),
    (("tensorflow==2.16.0",), "3.11", (("tensorflow==2.16.0",),), "there is no release tensorflow==2.16.0"),
    # What contradicts each other directly is told before what does so by what it requires (tensorflowjs), and all of it.
    (
        ("tf-keras==2.16.*", "tensorflowjs==4.17.*", "keras==2.15.*", "tensorflow>=2.20"),
        "3.11",
        (("tf-keras==2.16.*", "tensorflow>=2.20"), ("keras==2.15.*", "tensorflow>=2.20")),
        "tf-keras 2.16.0 requires tensorflow<2.17,>=2.16",
    ),
    # Another Python would not be the way out: what has no wheel here contradicts the other one besides.
    (
        ("tensorflow==2.18.*", "numpy<1.24", "pandas"),
        "3.12",
        (("numpy<1.24",), ("tensorflow==2.18.*", "numpy<1.24")),
        "tensorflow 2.18.0 to 2.18.1 require numpy<2.1.0,>=1.26.0",
    ),
    ((*FEW, "jax==0.6.2", "jaxlib==0.5.3"), "3.11", (FEW, ("jax==0.6.2", "jaxlib==0.5.3")), "jax 0.6.2 requires jaxlib<=0.6.2,>=0.6.2"),
    (("tensorflow>=2.21", "tensorflow-cpu==2.20.0"), "3.11", (("tensorflow>=2.21", "tensorflow-cpu==2.20.0"),), "both own tensorflow/"),
)


@pytest.mark.parametrize(("asked", "python", "conflicts", "says"), CONFLICTS, ids=lambda one: str(one)[:40])
def test_the_smallest_conflicts_are_named(asked, python, conflicts, says) -> None:
    made = planned({"requirements": asked, "python": python, "platform": "linux-x86_64"})
    assert {frozenset(one) for one in made.conflicts} == {frozenset(one) for one in conflicts}
    assert any(says in sentence for because in made.because for sentence in because), made.because


def test_what_lacks_a_wheel_below_is_told_once() -> None:
    asked = ["tensorflow-cpu", "numpy", "jax>=0.7", "tensorboard>=2.17"]
    made = planned({"requirements": asked, "python": "3.12", "platform": "macos-x86_64"})
    assert made.conflicts == (("tensorflow-cpu", "tensorboard>=2.17"), ("jax>=0.7",))
    assert "has no wheel for Python 3.12 on macOS x86_64" in made.because[1][-1]


def test_what_works_against_metadata_is_told_beside_the_refusal() -> None:
    made = planned({"requirements": FEW, "python": "3.11", "platform": "linux-x86_64"})
    assert made.works["tensorflow"] == "2.15.1"
    assert Version(made.works["keras"]) >= Version("3")
    assert made.forced == ("keras",)
    assert "TensorFlow 2.15 runs with Keras 3" in made.known[0]
    assert not planned({"requirements": ["tensorflow==2.17.*", "numpy>=2.1"], "python": "3.11", "platform": "linux-x86_64"}).works


#: What metadata allows and facts forbid: the plan takes another release.
FACTS = (
    (("keras", "jax==0.4.26"), "jax", "keras", "<3.12"),
    (("keras==3.9.2", "jax"), "jax", "jax", "<0.6.1"),
    (("tensorflow==2.10.*",), None, "numpy", "<2"),
    (("tensorflow==2.14.0",), None, "numpy", "<2"),
    (("keras==2.15.*",), None, "tensorflow", "<2.16"),
    (("tensorflow-text", "tensorflow-cpu==2.18.*"), None, "tensorflow-text", "<2.19"),
)


@pytest.mark.parametrize(("asked", "backend", "name", "specifier"), FACTS[:-1], ids=lambda one: str(one)[:40])
def test_facts_hold_in_a_plan(asked, backend, name, specifier) -> None:
    made = planned({"requirements": asked, "python": "3.10", "platform": "linux-x86_64", "backend": backend})
    assert SpecifierSet(specifier).contains(made.pins[name], prereleases=True), dict(made.pins)


#: What is asked for, for which Python and platform, and what comes of it: releases, or words of the reason.
CORNERS = (
    (("tensorflow==2.22.0rc0",), "3.11", "linux-x86_64", {"tensorflow": "2.22.0rc0"}, ""),
    (("tensorflow>=2.22.0rc0",), "3.11", "linux-x86_64", {"tensorflow": "2.22.0rc0"}, ""),
    (("tensorflow>2.21,<2.23",), "3.11", "linux-x86_64", {}, "only pre-releases are"),
    (("optree<0.10",), "3.11", "linux-x86_64", {}, "were taken back by their authors"),
    # The extras of both ask for one project that the index does not know: only an older jax agrees.
    (("tensorflow[and-cuda]==2.18.*", "jax[cuda12]"), "3.12", "linux-x86_64", {"jax": "0.4.35"}, ""),
    (("tensorflow-text",), "3.11", "windows-amd64", {}, "it has wheels for Python 3.6 to 3.10 there"),
    (("tensorflow>=2.17",), "3.11", "macos-x86_64", {}, "it has wheels for Linux x86_64"),
    (("keras-hub", "tensorflow==2.15.*"), "3.11", "macos-arm64", {"tensorflow": "2.15.1"}, ""),
    (("tensorflow-addons", "numpy", "tensorflow==2.16.*"), "3.11", "linux-x86_64", {}, "but that is known to fail"),
    # Pre-releases stay out of it unless they are named, also where nothing else has a wheel.
    (("tensorflow>=2.20",), "3.14", "linux-x86_64", {}, "it has wheels for Python 3.9 to 3.13 there"),
    # The libraries for the accelerator have no wheels there.
    (("tensorflow[and-cuda]>=2.18",), "3.12", "windows-amd64", {}, "has no wheel for Python 3.12 on Windows amd64"),
    # Sources from years before this Python do not build on it: numpy 1.10.0.post2 and older are nothing else.
    (("numpy<1.26",), "3.12", "linux-x86_64", {}, "it has wheels for Python 2.7 to 3.11 there"),
    (("tensorflow>=2.18", "numpy<2"), "3.13", "linux-x86_64", {}, "numpy<2 has no wheel for Python 3.13"),
    (("scikeras==0.12.*",), "3.12", "linux-x86_64", {}, "its Requires-Python is >=3.8.0,<3.12.0, which pip heeds"),
    # What these require is not on the package index, whatever the versions.
    (("tensorflow[and-cuda]==2.15.0",), "3.11", "linux-x86_64", {}, "the package index has no tensorrt-libs==8.6.1"),
    (("tensorflow[and-cuda]==2.15.*",), "3.11", "linux-x86_64", {"tensorflow": "2.15.1"}, ""),
    (("jax[tpu]==0.4.30",), "3.11", "linux-x86_64", {}, "the package index has no libtpu-nightly==0.1.dev20240617"),
    (("jax[cuda12-pip]==0.4.20",), "3.11", "linux-x86_64", {}, "the package index has no jaxlib==0.4.20+cuda12.cudnn89"),
    # Later releases have no such extra, and would bring nothing of it; where no other is admitted, the extra is moot.
    (("jax[cuda12-pip]",), "3.13", "linux-x86_64", {"jax": "0.5.3"}, ""),
    (("jax[cuda12]==0.4.20",), "3.11", "linux-x86_64", {"jax": "0.4.20"}, ""),
    # Plugins for Metal declare no TensorFlow and no JAX.
    (("tensorflow", "tensorflow-metal"), "3.11", "macos-arm64", {"tensorflow": "2.19.1", "tensorflow-metal": "1.2.0"}, ""),
    (("tensorflow==2.15.*", "tensorflow-metal"), "3.11", "macos-arm64", {"tensorflow-metal": "1.1.0"}, ""),
    (("jax", "jax-metal"), "3.11", "macos-arm64", {"jax": "0.5.0", "jaxlib": "0.5.0"}, ""),
    # 0.9.0, the newest of that time, is a release of nothing but source.
    (("tensorflow==1.14.*",), "3.7", "linux-x86_64", {"absl-py": "0.10.0"}, ""),
    # Newer ones bring tensorflow-text, which does not load with tensorflow-cpu 2.19.
    # To find this out takes many choices below, none of which matters.
    (("keras-hub", "tensorflow-cpu==2.19.*"), "3.12", "linux-x86_64", {"keras-hub": "0.19.0", "tensorflow-cpu": "2.19.1"}, ""),
    (("tensorflow", "tensorflow-cpu==2.20.0"), "3.11", "linux-x86_64", {"tensorflow": "2.20.0"}, ""),
    (("tensorflow-hub<0.16", "tensorflow-datasets", "tensorflow-cpu<2.16"), "3.11", "linux-x86_64", {"tensorflow-cpu": "2.15.1"}, ""),
    (("tensorflow-probability[tf]", "tensorflow-cpu"), "3.12", "linux-x86_64", {"tensorflow": "2.20.0", "tensorflow-cpu": "2.20.0"}, ""),
    # What excludes it stands three requirements away, behind many releases that all come to the same.
    (("keras-nlp>=0.15", "protobuf<4", "keras==2.12.*", "jax<0.4.30"), "3.12", "linux-x86_64", {}, "you ask for keras==2.12.*"),
    (("torch", "autokeras==1.1.*", "tensorflow<2.20"), "3.11", "linux-aarch64", {"autokeras": "1.1.0"}, ""),
)


@pytest.mark.parametrize(("asked", "python", "platform", "pins", "says"), CORNERS, ids=lambda one: str(one)[:40])
def test_corners(asked, python, platform, pins, says) -> None:
    made = planned({"requirements": asked, "python": python, "platform": platform})
    assert bool(made.pins) is bool(pins), (made.pins, made.because)
    assert {name: made.pins[name] for name in pins} == pins
    assert not says or any(says in sentence for because in made.because for sentence in because), made.because


def test_what_is_known_to_fail_is_told_of_as_few_as_possible() -> None:
    made = planned({"requirements": ["numpy", "tensorflow-addons", "tensorflow==2.16.*"], "python": "3.11", "platform": "linux-x86_64"})
    assert made.conflicts == (("tensorflow-addons", "tensorflow==2.16.*"),)


def test_who_asks_for_jax_gets_a_keras_that_is_told_to_use_it() -> None:
    row = {"requirements": ["keras", "jax"], "python": "3.12", "platform": "linux-x86_64"}
    assert (planned(row).backend, "tensorflow" in planned(row).pins) == ("jax", False)
    assert "\n# set KERAS_BACKEND=jax\n" in run("keras", "jax", "--python-version", "3.12")
    assert "tensorflow" in planned({**row, "requirements": ["keras"]}).pins


def test_oldest_and_nearest() -> None:
    row = {"requirements": ["tensorflow>=2.16", "keras>=3.3"], "python": "3.11", "platform": "linux-x86_64"}
    oldest = planned(row, "oldest").pins
    # Of what nobody asks for, what was there at the time: the oldest that metadata admits were never run with it.
    assert (oldest["tensorflow"], oldest["keras"], oldest["typing-extensions"]) == ("2.16.1", "3.3.0", "4.15.0")
    near = planned(row, "close", {"tensorflow": "2.18.0", "keras": "3.6.0", "numpy": "1.26.4"}).pins
    assert (near["tensorflow"], near["keras"], near["numpy"]) == ("2.18.0", "3.6.0", "1.26.4")


#: Written for Keras 2, and running on a later TensorFlow through tf-keras; the last does not.
LEGACY = (
    ("tf-agents", "tensorflow==2.18.*", {"tf-agents": "0.19.0", "tensorflow-probability": "0.23.0", "tf-keras": "2.18.0"}),
    ("tensorflow-probability==0.23.*", "tensorflow==2.18.*", {"tf-keras": "2.18.0"}),
    ("tensorflow-model-optimization==0.7.*", "tensorflow==2.17.*", {"tensorflow-model-optimization": "0.7.3", "tf-keras": "2.17.0"}),
    ("tensorflow-addons==0.23.*", "tensorflow==2.17.*", {}),
)


@pytest.mark.parametrize(("addon", "tensorflow", "pins"), LEGACY)
def test_the_variable_is_told_where_it_is_the_way(addon: str, tensorflow: str, pins: dict[str, str]) -> None:
    made = planned({"requirements": (addon, tensorflow), "python": "3.11", "platform": "linux-x86_64"})
    assert {name: made.pins.get(name) for name in pins} == pins
    assert bool(made.pins) is bool(pins)
    assert made.environment == ({"TF_USE_LEGACY_KERAS": "1"} if pins else {})


#: What cannot be had on Python 3.12 (Linux), and on which other Python it can.
ELSEWHERE = (
    (("tensorflow==2.15.*",), "3.11", {"tensorflow": "2.15.1"}),
    (("keras==2.15.*", "scikeras"), "3.11", {"keras": "2.15.0", "scikeras": "0.12.0"}),
    (("tensorflow==2.17.*", "numpy>=2.1"), "", {}),
)


@pytest.mark.parametrize(("asked", "python", "there"), ELSEWHERE, ids=lambda one: str(one)[:40])
def test_another_python_is_named_where_it_would_do(asked: tuple[str, ...], python: str, there: dict[str, str]) -> None:
    document = json.loads(run(*asked, "--python-version", "3.12", "--format", "json", code=1))
    assert document["another_python"] == ({"python": python, "pins": there} if python else None)
    assert ("Python 3.11 is the newest for which there is a set" in run(*asked, "--python-version", "3.12", code=1)) is bool(python)


def test_a_search_that_ends_at_its_bound_says_neither_yes_nor_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "_SHORT", 1)
    monkeypatch.setattr(fresh, "_ROUNDS", 2)
    with pytest.raises(KdoctorError, match="neither a set nor why"):
        CliRunner().invoke(pin, ["tensorflow", "--python-version", "3.12"], standalone_mode=False, catch_exceptions=False)


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(pin, ["--platform", "linux-x86_64", *arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


FORMATS = (
    ("requirements", "\ntensorflow[and-cuda]=="),
    ("constraints", "\ntensorflow=="),
    ("pip", 'python -m pip install "tensorflow[and-cuda]=='),
    ("uv", 'uv pip install "tensorflow[and-cuda]=='),
    ("pyproject", 'dependencies = [\n    "tensorflow[and-cuda]=='),
    ("json", '"schema": "kdoctor.plan/1"'),
)


@pytest.mark.parametrize(("form", "says"), FORMATS)
def test_formats(form: str, says: str) -> None:
    output = run("tensorflow", "--accelerator", "cuda12", "--python-version", "3.12", "--format", form)
    assert says in f"\n{output}"
    if form == "json":
        document = json.loads(output)
        Draft202012Validator(read_schema("plan")).validate(document)
        assert document["pins"]["nvidia-cudnn-cu12"]


def test_a_backend_is_asked_for_where_nobody_does() -> None:
    output = run("keras>=3.5", "--backend", "jax", "--python-version", "3.12")
    assert "\njax==" in output
    assert "# set KERAS_BACKEND=jax" in output


def test_an_impossible_plan_ends_with_one() -> None:
    assert "cannot be had together" in run(*FEW, "--python-version", "3.11", code=1)
    document = json.loads(run(*FEW, "--python-version", "3.11", "--format", "json", code=1))
    Draft202012Validator(read_schema("plan")).validate(document)
    assert (document["possible"], document["pins"]) == (False, {})
    assert (
        document["known_to_work"]["commands"][1] == f'python -m pip install --no-deps "keras=={document["known_to_work"]["pins"]["keras"]}"'
    )


def test_requirements_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("numpy<2  # for us\n", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text(
        "-r more.txt\n--index-url https://example.org\ntensorflow==2.16.* \\\n  --hash=sha256:0\n", encoding="utf-8"
    )
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["keras<3.5"]\n', encoding="utf-8")
    output = run("-r", str(tmp_path / "requirements.txt"), "-r", str(tmp_path / "pyproject.toml"), "--python-version", "3.11")
    assert output.startswith("# numpy<2, tensorflow==2.16.*, keras<3.5\n")


def test_constraints_limit_and_ask_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "limits.txt").write_text("numpy<2\ntorch==2.3.0\n", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("-c limits.txt\ntensorflow==2.18.*\n", encoding="utf-8")
    for arguments in (("-r", str(tmp_path / "requirements.txt")), ("tensorflow==2.18.*", "-c", str(tmp_path / "limits.txt"))):
        output = run(*arguments, "--python-version", "3.11")
        assert "\nnumpy==1.26.4" in output
        assert "torch" not in output
    refused = run("tensorflow==2.18.*", "-c", str(tmp_path / "limits.txt"), "--python-version", "3.13", code=1)
    assert "tensorflow==2.18.* cannot be had" in refused
    (tmp_path / "limits.txt").write_text("numpy>=2.1\n", encoding="utf-8")
    refused = run("tensorflow==2.18.*", "-c", str(tmp_path / "limits.txt"), "--python-version", "3.11", code=1)
    assert "a constraint admits only numpy>=2.1" in refused


#: What is asked for, for Python 3.11, and lines that come of it.
UNSEEN = (
    (("requests", "tensorflow"), "# not in that index, so left to the installer unseen: requests"),
    (("requests", "tensorflow"), "# and so is what else these require: astunparse, google-pasta"),
    (("tensorlfow", "numpy"), "tensorlfow (did you mean tensorflow?)"),
    (("keras @ git+https://example.org/keras", "jax"), "keras @ git+https://example.org/keras"),
    (("https://example.org/tensorflow-2.15.0-cp311-cp311-linux_x86_64.whl", "keras"), "keras==2.15.0"),
    (("keras-nightly", "jax"), "\nkeras-nightly\n"),
    (('tensorflow==2.15.*; sys_platform == "win32"', "jax"), "# not for this Python and platform: tensorflow==2.15.*"),
    (("keras==3.0.5", "--backend", "jax"), "\npackaging\n"),
    (("keras", "--backend", "numpy"), "\nscipy\n"),
    (("jax[cuda12]==0.4.20",), "# jax 0.4.20 has no extra cuda12, so it brings nothing"),
    (("jax[cuda12]==0.4.20", "--format", "pip"), "kdoctor: jax 0.4.20 has no extra cuda12"),
)


@pytest.mark.parametrize(("arguments", "says"), UNSEEN, ids=lambda one: str(one)[:40])
def test_what_nobody_looked_at_is_told(arguments: tuple[str, ...], says: str) -> None:
    output = run(*arguments, "--python-version", "3.11") + "\n"
    assert says in output
    assert not any(line.startswith(("keras==", "tensorflow==")) for line in output.splitlines() if "git+" in output or ".whl" in says)


@pytest.mark.parametrize("asked", [("kears",), ("pandas", "requests"), ("git+https://example.org/keras",)])
def test_there_is_no_plan_of_nothing_but_unknown(asked: tuple[str, ...]) -> None:
    result = CliRunner().invoke(pin, [*asked, "--platform", "linux-x86_64"])
    assert isinstance(result.exception, KdoctorError)
    assert "nothing of what is asked for is in kdoctor's index" in result.exception.message
    assert ("did you mean keras?" in result.exception.message) is (asked == ("kears",))


def test_what_is_written_for_a_shell_and_for_toml_can_be_read_there() -> None:
    asked = ("tensorflow==2.18.*", "requests ; python_version < '4' and os_name != \"nt\"", "x @ https://example.org/$(touch here)`id`")
    left = ["requests ; python_version < '4' and os_name != \"nt\"", "x @ https://example.org/$(touch here)`id`"]
    command = next(line for line in run(*asked, "--format", "pip", "--python-version", "3.12").splitlines() if line.startswith("python"))
    assert shlex.split(command)[-2:] == left
    table = run(*asked, "--format", "pyproject", "--python-version", "3.12")
    assert toml_of(table[table.index("dependencies") :], "printed")["dependencies"][-2:] == left
    quotes = run("numpy", "requests; python_version < '4'", "--format", "uv").splitlines()[-1]
    assert quotes.endswith("\"requests; python_version < '4'\"")


#: Accelerator, what is asked for and on which platform, and what comes of it.
ACCELERATORS = (
    ("cuda12", ("keras", "torch"), "linux-x86_64", "torch==2.10.0"),
    ("cuda13", ("keras", "torch", "tensorflow"), "linux-x86_64", "changes nothing about tensorflow"),
    ("metal", ("tensorflow",), "macos-arm64", "tensorflow-metal==1.2.0"),
    ("rocm", ("tensorflow==2.14.*",), "linux-x86_64", "tensorflow-rocm==2.14.0.600"),
    ("tpu", ("keras", "jax"), "linux-x86_64", "libtpu=="),
    ("cuda12", ("tensorflow[and-cuda]",), "linux-x86_64", "# tensorflow[and-cuda]\n"),
)


@pytest.mark.parametrize(("accelerator", "asked", "platform", "says"), ACCELERATORS, ids=str)
def test_builds_for_an_accelerator(accelerator: str, asked: tuple[str, ...], platform: str, says: str) -> None:
    result = CliRunner().invoke(pin, [*asked, "--accelerator", accelerator, "--python-version", "3.11", "--platform", platform])
    assert result.exit_code == 0, result.output
    assert says in result.output


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe", "is no UTF-8 text"), (None, "cannot be read"), (b"-r requirements.txt\n", "include each other")],
)
def test_bad_files_are_told_in_one_line(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "requirements.txt"
    if content is not None:
        path.write_bytes(content)
    result = CliRunner().invoke(pin, ["-r", str(path)])
    assert isinstance(result.exception, KdoctorError)
    assert says in result.exception.message


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "nothing is asked for"),
        (("keras >= = 3",), "is no requirement"),
        (("keras", "--oldest", "--stay-close-to", "freeze.txt"), "exclude each other"),
        (("keras", "--python-version", "three"), "is no Python version"),
        (("keras", "--accelerator", "cuda12"), "says nothing of what is asked for"),
        (("torch", "--accelerator", "cuda12", "--platform", "windows-amd64"), "for Linux only"),
    ],
)
def test_bad_usage(arguments: tuple[str, ...], says: str) -> None:
    assert says in " ".join(run(*arguments, code=2).split())


UV = """#!/bin/sh
cat > "$(dirname "$0")/asked"
echo "$@" >> "$(dirname "$0")/asked"
echo "  x No solution found: because of this" >&2
exit $(cat "$(dirname "$0")/code")
"""


@pytest.mark.parametrize(("code", "verified", "ends"), [(0, "resolver", 0), (1, "index", 1)])
def test_a_resolver_is_asked_for_its_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, verified: str, ends: int) -> None:
    (tmp_path / "uv").write_text(UV, encoding="utf-8")
    (tmp_path / "uv").chmod(0o755)
    (tmp_path / "code").write_text(str(code), encoding="utf-8")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    output = run("keras==3.6.0", "--backend", "jax", "--python-version", "3.11", "--format", "json", "--verify", code=ends)
    document = json.loads(output[output.index("{") :])
    assert document["verified"] == verified
    assert ("because of this" in (document["objection"] or "")) is bool(code)
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert "keras==3.6.0\n" in asked
    assert "--python-version 3.11 --python-platform x86_64-manylinux_2_31" in asked


#: Agrees once it is told to leave promise out, which it may not build.
UNBUILT = """#!/bin/sh
cat > /dev/null
while [ $# -gt 0 ]; do [ "$1" = --override ] && left_out=$2; shift; done
grep -q "^$NAME; " "$left_out" && exit 0
echo "  x Because all versions of $NAME have no usable wheels and something depends on $NAME, it cannot be used." >&2
exit 1
"""


@pytest.mark.parametrize(
    ("asked", "python", "unbuilt", "ends"),
    [
        ("tensorflow-datasets==4.9.7", "3.11", "promise", 0),
        # A release of nothing but source that nobody asked for, and one that somebody did.
        ("tensorflow==2.6.*", "3.9", "wrapt", 0),
        ("wrapt==1.12.1", "3.9", "wrapt", 1),
    ],
)
def test_what_a_resolver_may_not_build_is_no_objection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, python: str, unbuilt: str, ends: int
) -> None:
    (tmp_path / "uv").write_text(UNBUILT.replace("$NAME", unbuilt), encoding="utf-8")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    output = run(asked, "--python-version", python, "--verify", code=ends)
    assert (f"uv was not asked about {unbuilt}: it would have to be built" in output) is not bool(ends)
    assert ("agreed by a resolver" in output) is not bool(ends)
