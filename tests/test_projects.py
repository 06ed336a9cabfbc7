"""Files in which a project says what it needs: what is read of each, at which place, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kdoctor.cli.targets import targeted
from kdoctor.collect.pastes import read
from kdoctor.collect.projects import conda, locks, pyproject, requirements
from kdoctor.collect.projects.graph import Edge, conditions
from kdoctor.collect.projects.pyproject import poetry_specifier
from kdoctor.doctor import diagnose
from kdoctor.errors import KdoctorError
from kdoctor.model import Location, Platform, Python
from kdoctor.targets import at

LINUX, WINDOWS, MAC = Platform("linux", "x86_64", "glibc 2.31"), Platform("windows", "amd64"), Platform("darwin", "arm64")
PROJECTS = Path(__file__).parent / "projects"


def wishes(snapshot):
    return [(one.requirement, one.location.line) for one in snapshot.declared]


def pins(snapshot, version="3.11.7", platform=LINUX, *extras):
    return {one.name: one.version for one in at(snapshot, Python(version), platform, extras).distributions}


REQUIREMENTS = """\
# what it needs
--index-url https://user:secret@index.example/simple
--extra-index-url=https://index.example/other

tensorflow == 2.15.1 ; python_version < "3.12"   # the last with Keras 2
keras>=2.15,\\
    <2.16
  numpy<2 \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb
jax[cuda12]==0.4.30; sys_platform == "linux"
./local/package
-e .
demo @ https://files.example/demo-1.0-py3-none-any.whl
https://files.example/torch-2.3.0%2Bcpu-cp311-cp311-linux_x86_64.whl
git+https://git.example/x.git#egg=tf-keras
"""


def test_a_requirements_file_with_all_that_it_may_hold():
    found = requirements.read(REQUIREMENTS, "requirements.txt")
    assert wishes(found) == [
        ('tensorflow == 2.15.1 ; python_version < "3.12"', 5),
        ("keras>=2.15,     <2.16", 6),
        ("numpy<2", 8),
        ('jax[cuda12]==0.4.30; sys_platform == "linux"', 11),
    ]
    assert found.declared[0].location == Location("requirements.txt", 5, 1, 5, 47)
    assert found.declared[1].location == Location("requirements.txt", 6, 1, 7, 10)
    assert pins(found) == {"tensorflow": "2.15.1", "jax": "0.4.30", "demo": "1.0", "torch": "2.3.0+cpu", "tf-keras": None}
    assert pins(found, "3.12.1", WINDOWS) == {"demo": "1.0", "torch": "2.3.0+cpu", "tf-keras": None}
    assert list(found.unread) == ["line 12 of requirements.txt", "line 13 of requirements.txt"]
    assert "secret" not in repr(found)


def test_includes_and_constraints_are_followed(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "requirements.txt").write_text("-r sub/base.txt\n-c constraints.txt\nkeras==${KERAS}\n", encoding="utf-8")
    (tmp_path / "sub" / "base.txt").write_text("--requirement=more.txt\ntensorflow\n", encoding="utf-8")
    (tmp_path / "sub" / "more.txt").write_bytes(b"\xef\xbb\xbfnumpy\r\n")
    (tmp_path / "constraints.txt").write_text("tensorflow<2.16\n", encoding="utf-8")
    monkeypatch.setenv("KERAS", "2.15.0")
    path = str(tmp_path / "requirements.txt")
    found = read(Path(path).read_bytes(), path).snapshot
    rows = [(one.requirement, one.constraint, one.location.path.rpartition("/")[2]) for one in found.declared]
    assert rows == [
        ("numpy", False, "more.txt"),
        ("tensorflow", False, "base.txt"),
        ("tensorflow<2.16", True, "constraints.txt"),
        ("keras==2.15.0", False, "requirements.txt"),
    ]
    report = diagnose(at(found, Python("3.11.7"), LINUX))
    assert {one.name: one.version for one in report.snapshot.distributions}["tensorflow"] == "2.15.1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("keras\ntensorflow=>2\n", "x/requirements.txt: line 2: 'tensorflow=>2' is no requirement"),
        ("keras==\\\n\\\n", "x/requirements.txt: line 1: 'keras==' is no requirement"),
        ("keras\n-r gone.txt\n", "x/requirements.txt: line 2: 'gone.txt' cannot be read: No such file or directory"),
        ("-r requirements.txt\n", "x/requirements.txt: line 1: 'requirements.txt' is included by itself"),
        ("keras " + "x" * 200, f"x/requirements.txt: line 1: {'keras ' + 'x' * 71 + '...'!r} is no requirement"),
    ],
)
def test_what_is_wrong_in_a_requirements_file_is_told_with_its_line(text, says):
    with pytest.raises(KdoctorError) as told:
        requirements.read(text, "x/requirements.txt")
    assert told.value.message == says


def test_a_listing_that_was_written_into_a_requirements_file_is_read_as_what_it_is():
    assert (
        read("Package    Version\n---------- -------\nkeras      3.5.0\ntensorflow 2.17.0\n", "requirements.txt").kind
        != "requirements file"
    )


PYPROJECT = """\
[project]
name = "demo"
dependencies = [
    "keras>=3.5",
    'tensorflow==2.18.0; python_version < "3.13"',
]

[project.optional-dependencies]
jax = ["jax==0.4.38"]

[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff==0.6.0"]

[tool.uv]
constraint-dependencies = ["numpy<2.1"]
"""


def test_pyproject_with_extras_and_groups():
    found = pyproject.read(PYPROJECT, "pyproject.toml")
    assert wishes(found) == [
        ("keras>=3.5", 4),
        ('tensorflow==2.18.0; python_version < "3.13"', 5),
        ('jax==0.4.38; extra == "jax"', 9),
        ('pytest; extra == "group:dev"', 12),
        ('ruff==0.6.0; extra == "group:lint"', 13),
        ("numpy<2.1", 16),
    ]
    assert found.declared[-1].constraint
    assert pins(found) == {"tensorflow": "2.18.0"}
    assert pins(found, "3.13.0", LINUX, "jax", "group:lint") == {"jax": "0.4.38", "ruff": "0.6.0"}


def test_pyproject_of_poetry():
    text = """
[tool.poetry.dependencies]
python = "^3.10"
tensorflow = "^2.15"
keras = {version = "~3.5", extras = ["x"], markers = "sys_platform == 'linux'"}
jax = [{version = "0.4.30", python = "<3.12"}, {version = "*", python = ">=3.12"}]
torch = {version = "2.3.0", optional = true}
mine = {path = "../mine"}

[tool.poetry.group.dev.dependencies]
pytest = "*"
"""
    assert wishes(pyproject.read(text, "pyproject.toml")) == [
        ("tensorflow>=2.15,<3", 4),
        ("keras[x]>=3.5,<3.6; (sys_platform == 'linux')", 5),
        ('jax==0.4.30; (python_version < "3.12")', 6),
        ('jax; (python_version >= "3.12")', 6),
        ('torch==2.3.0; extra == "torch"', 7),
        ('pytest; (extra == "group:dev")', 11),
    ]


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        *(("^1.2.3", ">=1.2.3,<2"), ("^0.2.3", ">=0.2.3,<0.3"), ("^0.0.3", ">=0.0.3,<0.0.4"), ("^0", ">=0,<1"), ("^2", ">=2,<3")),
        *(("~1.2.3", ">=1.2.3,<1.3"), ("~1", ">=1,<2"), ("~=1.4", "~=1.4"), ("1.2.*", "==1.2.*"), ("*", ""), ("2.15.0", "==2.15.0")),
        *((">=2.1,<3", ">=2.1,<3"), (">=2.1 <3", ">=2.1,<3"), ("^1.0 || ^2.0", ">=2.0,<3"), ("nonsense!", None)),
    ],
)
def test_constraints_of_poetry(constraint, specifier):
    assert poetry_specifier(constraint) == specifier


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[project\n", "pyproject.toml: no TOML: "),
        ('[project]\ndependencies = "keras"\n', "pyproject.toml: project.dependencies is no list of texts"),
        ('[project]\ndependencies = ["ke ras"]\n', "pyproject.toml: line 2: 'ke ras' is no requirement"),
        ('[tool.poetry.dependencies]\nkeras = "what?"\n', "pyproject.toml: line 2: the version of keras is none that Poetry understands"),
    ],
)
def test_what_is_wrong_in_pyproject_is_told(text, says):
    with pytest.raises(KdoctorError) as told:
        pyproject.read(text, "pyproject.toml")
    assert told.value.message.startswith(says)


def test_the_conditions_of_a_graph():
    edges = {"a": [Edge("b", "m"), Edge("c")], "b": [Edge("a"), Edge("d", "n")], "c": [Edge("d", "o")], "x": [Edge("e")]}
    assert conditions([Edge("a"), Edge("b", "k")], edges) == {
        "a": "",
        "b": "(k) or (m)",
        "c": "",
        "d": "(k) and (n) or (m) and (n) or (o)",
    }


ENVIRONMENT = """\
name: demo
channels: [conda-forge]
dependencies:
  - python=3.11
  - conda-forge::tensorflow=2.15.0=cuda120py311h5cbd639_3
  - pytorch=2.3
  - numpy <2
  - pip
  - pip:
      - keras==2.15.0  # by pip
      - -r more.txt
"""


def test_environment_yml():
    found = conda.read(ENVIRONMENT, "environment.yml")
    assert wishes(found) == [("tensorflow==2.15.0", 5), ("torch==2.3.*", 6), ("numpy<2", 7), ("pip", 8), ("keras==2.15.0", 10)]
    assert found.python == Python("3.11")
    assert pins(found, "3.9") == {"tensorflow": "2.15.0", "keras": "2.15.0"}
    with pytest.raises(KdoctorError, match=r"environment.yml: line 3: no YAML: "):
        conda.read("dependencies:\n  - a: [b\n", "environment.yml")


def test_a_finding_stands_where_the_file_asks_for_what_it_is_about():
    text = "tensorflow-cpu==2.20.*\nkeras-hub==0.32.0\n"
    report = diagnose(at(requirements.read(text, "requirements.txt"), Python("3.11.7"), LINUX))
    finding = next(one for one in report.findings if one.rule == "KD301")
    assert [place.line for place in finding.locations] == [1]
    assert not any(remedy.commands for remedy in report.remedies)
    assert any("ask for" in remedy.title or "without" in remedy.title for remedy in report.remedies)


def test_requirements_that_nothing_satisfies():
    report = diagnose(at(requirements.read("keras>=3\ntensorflow==2.15.1\n", "requirements.txt"), Python("3.11.7"), LINUX))
    (finding,) = [one for one in report.findings if one.rule == "KD104"]
    assert finding.subjects == ("keras", "tensorflow")
    assert "tensorflow 2.15.1 requires keras<2.16,>=2.15.0" in finding.cause
    assert [place.line for place in finding.locations] == [1, 2]


@pytest.mark.parametrize(
    ("text", "version", "rules"),
    [
        ("tensorflow>=2.15\nkeras>=3\n", "3.11.7", set()),
        ("keras\njax\n", "3.11.7", set()),  # Which backend is chosen is not the file's to say.
        ("tensorflow==2.18.0\nnumpy>=99\n", "3.11.7", set()),  # Newer than the index.
        ("tensorflow==2.22.0rc0\n", "3.11.7", set()),  # A pre-release that is asked for by name.
        ("tensorflow==2.5.0\nnumpy\n", "3.9.0", {"KD502"}),  # It sets no upper bound to protobuf.
        ("tensorflow==2.5.0\nprotobuf<3.21\n", "3.9.0", set()),
        ("tensorflow==2.5.0\n", "3.11.7", {"KD102"}),
        ("pandas==2.0\nrequests\n", "3.11.7", set()),
    ],
)
def test_requirements_as_they_would_be_installed_today(text, version, rules):
    report = diagnose(at(requirements.read(text, "requirements.txt"), Python(version), LINUX))
    assert {one.rule for one in report.findings if one.severity > 1} == rules


UV = """\
version = 1
revision = 3
requires-python = ">=3.10"

[[package]]
name = "demo"
version = "0.1"
source = { virtual = "." }
dependencies = [
    { name = "tensorflow" },
    { name = "numpy", version = "1.26.4", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version < '3.11'" },
    { name = "numpy", version = "2.0.2", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version >= '3.11'" },
]

[package.optional-dependencies]
gpu = [
    { name = "tensorflow", extra = ["and-cuda"] },
]

[package.dev-dependencies]
dev = [
    { name = "pytest" },
]

[[package]]
name = "colorama"
version = "0.4.6"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "1.26.4"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version < '3.11'"]

[[package]]
name = "numpy"
version = "2.0.2"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version >= '3.11'"]

[[package]]
name = "nvidia-cudnn-cu12"
version = "8.9.4.25"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "pytest"
version = "9.0.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "colorama", marker = "sys_platform == 'win32'" },
]

[[package]]
name = "tensorflow"
version = "2.15.1"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "tensorflow-macos", marker = "sys_platform == 'darwin'" },
]

[package.optional-dependencies]
and-cuda = [
    { name = "nvidia-cudnn-cu12" },
]

[[package]]
name = "tensorflow-macos"
version = "2.15.1"
source = { registry = "https://pypi.org/simple" }
"""


def test_a_lock_of_uv():
    found = locks.read(UV, "uv.lock")
    assert (found.read_as, found.origin, found.complete) == ("uv.lock", "lockfile", True)
    assert ("tensorflow==2.15.1", 56) in wishes(found)
    assert pins(found, "3.10.1") == {"tensorflow": "2.15.1", "numpy": "1.26.4"}
    assert pins(found, "3.12.1", MAC) == {"tensorflow": "2.15.1", "numpy": "2.0.2", "tensorflow-macos": "2.15.1"}
    assert pins(found, "3.12.1", LINUX, "gpu") == {"tensorflow": "2.15.1", "numpy": "2.0.2", "nvidia-cudnn-cu12": "8.9.4.25"}
    assert pins(found, "3.12.1", WINDOWS, "group:dev").keys() == {"tensorflow", "numpy", "pytest", "colorama"}


PYLOCK = """\
lock-version = "1.0"
created-by = "some tool"
dependency-groups = ["dev"]

[[packages]]
name = "tensorflow"
version = "2.15.1"
marker = "sys_platform != 'darwin' and 'gpu' in extras"

[[packages]]
name = "keras"
version = "2.15.0"

[[packages]]
name = "pytest"
version = "9.0.0"
marker = "'dev' in dependency_groups"

[[packages]]
name = "mine"
directory = { path = "." }
"""


def test_a_lock_as_the_standard_has_it():
    found = locks.read(PYLOCK, "pylock.toml")
    assert [line for _, line in wishes(found)] == [6, 11, 15]
    assert pins(found) == {"keras": "2.15.0"}
    assert pins(found, "3.11", LINUX, "gpu", "group:dev") == {"tensorflow": "2.15.1", "keras": "2.15.0", "pytest": "9.0.0"}


POETRY_2 = """\
# This file is automatically @generated by Poetry 2.2.1 and should not be changed by hand.

[[package]]
name = "Keras"
version = "2.15.0"
description = "Deep learning for humans."
optional = false
python-versions = ">=3.8"
groups = ["main"]
files = [
    {file = "keras-2.15.0-py3-none-any.whl", hash = "sha256:aa"},
]

[[package]]
name = "pytest"
version = "9.0.0"
optional = false
groups = ["dev"]
markers = "python_version >= \\"3.10\\""

[[package]]
name = "jax"
version = "0.4.30"
optional = true
groups = ["main"]
markers = "extra == \\"jax\\""

[[package]]
name = "tensorflow-macos"
version = "2.15.1"
optional = false
groups = ["main", "dev"]
markers = {main = "platform_system == \\"Darwin\\"", dev = "platform_system == \\"Darwin\\""}

[package.dependencies]
keras = ">=2.15.0,<2.16"

[metadata]
lock-version = "2.1"
python-versions = ">=3.10"
content-hash = "aa"
"""
POETRY_1 = """\
[[package]]
name = "tensorflow"
version = "2.15.1"
optional = false
python-versions = ">=3.9"
files = []

[package.dependencies]
tensorflow-intel = {version = "2.15.1", markers = "platform_system == \\"Windows\\""}
keras = [{version = ">=2.15", markers = "python_version < \\"3.12\\""}, "*"]
jax = {version = "*", optional = true, markers = "extra == \\"jax\\""}

[[package]]
name = "tensorflow-intel"
version = "2.15.1"

[[package]]
name = "keras"
version = "2.15.0"

[[package]]
name = "jax"
version = "0.4.30"

[metadata]
lock-version = "2.0"
"""
PDM = """\
# This file is @generated by PDM.
# It is not intended for manual editing.

[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"
content_hash = "sha256:aa"

[[package]]
name = "colorama"
version = "0.4.6"
groups = ["dev"]
marker = "sys_platform == \\"win32\\""

[[package]]
name = "tensorflow"
version = "2.15.1"
groups = ["default"]
dependencies = [
    "tensorflow-intel==2.15.1; platform_system == \\"Windows\\"",
    "keras<2.16,>=2.15.0",
]

[[package]]
name = "tensorflow-intel"
version = "2.15.1"
groups = ["default"]

[[package]]
name = "keras"
version = "2.15.0"
groups = ["default"]
"""
PIPFILE = """\
{
    "_meta": {"hash": {"sha256": "aa"}, "pipfile-spec": 6, "requires": {"python_version": "3.11"}},
    "default": {
        "keras": {
            "hashes": ["sha256:aa"],
            "version": "==2.15.0"
        },
        "tensorflow-macos": {
            "markers": "sys_platform == 'darwin'",
            "version": "==2.15.1"
        },
        "mine": {"editable": true, "path": "."}
    },
    "develop": {
        "pytest": {"version": "==9.0.0"}
    }
}
"""


@pytest.mark.parametrize(
    ("text", "kind", "complete", "here", "elsewhere"),
    [
        (POETRY_2, "poetry.lock", True, {"keras": "2.15.0"}, {"keras": "2.15.0"}),
        (
            POETRY_1,
            "poetry.lock",
            False,
            {"tensorflow": "2.15.1", "keras": "2.15.0", "jax": "0.4.30"},
            {"tensorflow": "2.15.1", "keras": "2.15.0", "jax": "0.4.30", "tensorflow-intel": "2.15.1"},
        ),
        (
            PDM,
            "pdm.lock",
            True,
            {"tensorflow": "2.15.1", "keras": "2.15.0"},
            {"tensorflow": "2.15.1", "keras": "2.15.0", "tensorflow-intel": "2.15.1"},
        ),
        (PIPFILE, "Pipfile.lock", True, {"keras": "2.15.0"}, {"keras": "2.15.0"}),
    ],
    ids=["poetry-2", "poetry-1", "pdm", "pipfile"],
)
def test_locks_of_other_tools(text, kind, complete, here, elsewhere):
    paste = read(text, kind)
    found = paste.snapshot
    assert (paste.kind, found.complete) == (kind, complete)
    assert pins(found) == here
    assert pins(found, "3.11", WINDOWS) == elsewhere
    lines = text.splitlines()
    for one in found.declared:
        name = one.requirement.partition("=")[0]
        place = one.location
        assert name in lines[place.line - 1][place.column - 1 : place.end_column - 1].lower()


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("[[package]]\nname = 1\n", "uv.lock", "uv.lock: line 2: package 1 has no name or no version that is text"),
        (
            'version = 1\n[[package]]\nname = "x"\nversion = 1\n',
            "uv.lock",
            "uv.lock: line 3: package 1 has no name or no version that is text",
        ),
        ("version = 1\n[[package]\n", "uv.lock", "uv.lock: no TOML: "),
        ("{", "Pipfile.lock", "Pipfile.lock: no JSON: "),
        ('version = 1\n[[package]]\nname = "x"\nversion = "1"\ndependencies = [1]\n', "uv.lock", "uv.lock: a lock file whose tables"),
    ],
)
def test_what_is_wrong_in_a_lock_is_told(text, name, says):
    with pytest.raises(KdoctorError) as told:
        locks.read(text, name)
    assert told.value.message.startswith(says)


SAMPLES = {
    "requirements.txt": REQUIREMENTS,
    "pyproject.toml": PYPROJECT,
    "uv.lock": UV,
    "pylock.toml": PYLOCK,
    "poetry.lock": POETRY_2,
    "pdm.lock": PDM,
    "Pipfile.lock": PIPFILE,
    "environment.yml": ENVIRONMENT,
}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_damaged_file_is_read_or_refused_in_one_line(name, data):
    text = SAMPLES[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    put = data.draw(
        st.sampled_from(["", "\n", '"', "[", "{", "= 1", "\x00", "[[package]]\n", "\\", "::error::x", "\x1b[31m", "-r x\n", "\ud800"])
    )
    try:
        found = read(text[:start] + put + text[end:], name)
    except KdoctorError as refused:
        message = refused.message
    else:
        diagnose(at(found.snapshot, Python("3.11.7"), LINUX))
        return
    assert len(message.splitlines()) == 1
    assert len(message) < 400


def test_a_lock_is_judged_as_it_would_be_installed():
    windows = diagnose(at(locks.read(UV, "uv.lock"), Python("3.10.1"), WINDOWS))
    missing = next(one for one in windows.findings if one.rule == "KD002" and "tensorflow-intel" in one.subjects)
    assert [place.line for place in missing.locations] == [56]


def test_an_environment_yml_can_be_asked_about_a_python_and_a_platform():
    snapshot = read("dependencies:\n  - pip:\n      - keras==2.15.0\n", "environment.yml").snapshot
    (one,) = targeted(snapshot, "environment.yml", ("3.11",), ("windows-amd64",), ())
    assert (one.python.version, one.platform.system) == ("3.11", "windows")
