"""What is suggested: for each environment the remedies, their commands, and why there is none."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from builders import released

from kdoctor.doctor import diagnose
from kdoctor.model import Distribution, Python, Report, Severity, Snapshot
from kdoctor.render.mend import beyond
from kdoctor.solve.commands import commands
from kdoctor.solve.nearness import by_age, by_nearness
from kdoctor.solve.words import title_of

#: Complete environments, as pip made them.
WHOLE_2_15 = (
    "tensorflow==2.15.1 keras==2.15.0 numpy==1.26.4 h5py==3.10.0 ml-dtypes==0.3.2 protobuf==4.25.3 wrapt==1.14.1 gast==0.5.4 "
    "absl-py==2.1.0 astunparse==1.6.3 flatbuffers==24.3.25 google-pasta==0.2.0 grpcio==1.60.0 libclang==16.0.6 opt-einsum==3.3.0 "
    "setuptools==69.0.0 six==1.16.0 tensorboard==2.15.2 tensorflow-estimator==2.15.0 termcolor==2.4.0 typing-extensions==4.9.0 "
    "tensorflow-io-gcs-filesystem==0.36.0 requests==2.31.0 packaging==23.2 markdown==3.5 werkzeug==3.0.1 tensorboard-data-server==0.7.2 "
    "google-auth==2.27.0 google-auth-oauthlib==1.2.0 pip==24.0"
)
WHOLE_2_18 = (
    "tensorflow==2.18.1 keras==3.10.0 numpy==2.0.2 h5py==3.14.0 ml-dtypes==0.4.1 protobuf==5.29.5 wrapt==1.17.2 gast==0.6.0 "
    "absl-py==2.3.1 astunparse==1.6.3 flatbuffers==25.2.10 google-pasta==0.2.0 grpcio==1.73.0 libclang==18.1.1 opt-einsum==3.4.0 "
    "setuptools==80.9.0 six==1.17.0 tensorboard==2.18.0 termcolor==3.1.0 typing-extensions==4.14.0 tensorflow-io-gcs-filesystem==0.37.1 "
    "requests==2.32.4 packaging==25.0 markdown==3.8 werkzeug==3.1.3 tensorboard-data-server==0.7.2 optree==0.16.0 rich==14.0.0 "
    "namex==0.1.0 pip==24.0 pillow==11.0.0"
)
LEGACY, JAX = {"TF_USE_LEGACY_KERAS": "1"}, {"KERAS_BACKEND": "jax"}


def changed(whole: str, *swaps: str) -> str:
    """Give an environment with some distributions in other versions ("keras==3.5.0"), added, or taken out ("-optree")."""
    rows = {row.partition("==")[0]: row for row in whole.split()}
    for swap in swaps:
        if swap.startswith("-"):
            del rows[swap[1:]]
        else:
            rows[swap.partition("==")[0]] = swap
    return " ".join(rows.values())


class Expected(NamedTuple):
    """One remedy: its pins ("keras==2.15.0", other ones beside them if `more`), removals, variables and commands."""

    name: str
    pins: str = ""
    remove: tuple[str, ...] = ()
    environment: Mapping[str, str | None] = {}
    commands: tuple[str, ...] | None = None
    more: bool = False


class Case(NamedTuple):
    name: str
    snapshot: Snapshot
    remedies: tuple[Expected, ...]
    #: Goal -> words that its reasons must hold.
    impossible: Mapping[str, tuple[str, ...]] = {}


def case(name: str, installed: str, *remedies: Expected, impossible: Mapping[str, tuple[str, ...]] | None = None, **more: Any) -> Case:
    return Case(name, released(installed, **more), remedies, impossible or {})


NO_DEPS = "python -m pip install --no-deps "
AGAIN = "python -m pip install --force-reinstall --no-deps "
GONE = "python -m pip uninstall -y "
TO_2_15 = (
    "tensorflow==2.15.1 ml-dtypes==0.3.2 numpy==1.26.4 protobuf==4.25.9 tensorboard==2.15.2 tensorflow-estimator==2.15.0 wrapt==1.14.2"
)
ADDONS = ("tensorflow-addons==0.23.0", "typeguard==2.13.3")
FOR_KERAS_3 = ("optree==0.12.1", "rich==13.7.0", "namex==0.0.8")
WHOLE_2_14 = changed(
    *(WHOLE_2_15, "tensorflow==2.14.0", "keras==2.14.0", "ml-dtypes==0.2.0", "tensorboard==2.14.1", "tensorflow-estimator==2.14.0"),
)

CASES = (
    case(
        "keras 3 under an add-on for keras 2",
        changed(
            WHOLE_2_15, "keras==3.5.0", "optree==0.12.1", "rich==13.7.0", "namex==0.0.8", "tensorflow-addons==0.23.0", "typeguard==2.13.3"
        ),
        Expected("keep-tensorflow-addons", "keras==2.15.0", commands=('python -m pip install "keras==2.15.0"',)),
        impossible={"keep keras 3.5.0": ("tensorflow-addons", "keras<3", "keras.src.engine")},
    ),
    case(
        "keras where no tensorflow was made for",
        changed(WHOLE_2_18, "-tensorflow"),
        impossible={"install tensorflow": ("no final release of tensorflow", "Python 3.13 on macOS x86_64")},
        python="3.13.1",
        system="darwin",
    ),
    case(
        "keras 2 under tensorflow 2.18",
        changed(WHOLE_2_18, "keras==2.15.0"),
        Expected("keep-tensorflow", "keras==3.5.0"),
        Expected("keep-keras", TO_2_15),
    ),
    case(
        "keras 2 under tensorflow 2.18 on Python 3.12",
        changed(WHOLE_2_18, "keras==2.15.0"),
        Expected("keep-tensorflow", "keras==3.5.0"),
        python="3.12.1",
        impossible={
            "keep keras 2.15.0": (
                "tensorflow 2.15.0 to 2.15.1",
                "no wheel for Python 3.12",
                "Python 3.11 is the newest",
                "keras>=3.0.0 or newer",
            )
        },
    ),
    case(
        "keras 2 under tensorflow 2.18, pasted",
        "tensorflow==2.18.1 keras==2.15.0",
        Expected("keep-tensorflow", "keras==3.5.0"),
        Expected("keep-keras", "tensorflow==2.15.1"),
        complete=False,
    ),
    case(
        "numpy 2 under tensorflow 2.14",
        changed(
            WHOLE_2_15,
            "tensorflow==2.14.0",
            "keras==2.14.0",
            "ml-dtypes==0.2.0",
            "numpy==2.0.2",
            "tensorboard==2.14.1",
            "tensorflow-estimator==2.14.0",
        ),
        Expected("keep-tensorflow", "numpy==1.26.4"),
        Expected("keep-numpy", "tensorflow==2.18.1 keras==3.5.0 h5py==3.11.0 ml-dtypes==0.4.1", more=True),
    ),
    case(
        "protobuf 4 under tensorflow 2.10",
        "tensorflow==2.10.1 protobuf==4.25.3",
        Expected("keep-tensorflow", "protobuf==3.19.6"),
        Expected("keep-protobuf", "tensorflow==2.12.1"),
        complete=False,
        python="3.9.18",
    ),
    case(
        "two tensorflows, and add-ons of the newer one",
        changed(
            WHOLE_2_18,
            "tensorflow==2.21.0",
            "tensorflow-cpu==2.20.0",
            "tensorflow-text==2.21.1",
            "keras-hub==0.32.0",
            *("keras==3.15.1", "protobuf==6.33.0", "tensorboard==2.20.0", "ml-dtypes==0.5.4", "flatbuffers==25.9.23"),
            *("regex==2025.1", "kagglehub==1.0.2", "kagglesdk==0.1.28", "sentencepiece==0.2.1", "tokenizers==0.22.0"),
        ),
        Expected(
            "keep-tensorflow",
            "tensorflow==2.21.0",
            ("tensorflow-cpu",),
            commands=(
                'python -m pip uninstall -y tensorflow-cpu && python -m pip install --force-reinstall --no-deps "tensorflow==2.21.0"',
            ),
        ),
        Expected("change-tensorflow-cpu", "tensorflow-cpu==2.21.0", ("tensorflow",)),
        Expected(
            "keep-tensorflow-cpu",
            "tensorflow-cpu==2.20.0 tensorflow-text==2.20.1",
            ("tensorflow",),
            commands=(f'{GONE}tensorflow && {AGAIN}"tensorflow-cpu==2.20.0" && {NO_DEPS}"tensorflow-text==2.20.1"',),
        ),
    ),
    case(
        "legacy Keras asked for, not there",
        WHOLE_2_18,
        Expected("install-tf-keras", "tf-keras==2.18.0", commands=('python -m pip install "tf-keras==2.18.0"',)),
        Expected("drop-legacy", environment={"TF_USE_LEGACY_KERAS": None}, commands=("unset TF_USE_LEGACY_KERAS",)),
        env=LEGACY,
    ),
    case(
        # tf-keras requires the distribution tensorflow, which would be put over tensorflow-cpu.
        "legacy Keras on tensorflow-cpu",
        changed(WHOLE_2_18, "-tensorflow", "tensorflow-cpu==2.18.1"),
        Expected("install-tf-keras", "tf-keras==2.18.0", commands=(NO_DEPS + '"tf-keras==2.18.0"',)),
        Expected("drop-legacy", environment={"TF_USE_LEGACY_KERAS": None}),
        env=LEGACY,
    ),
    case(
        "the backend is missing",
        changed(WHOLE_2_18, "scipy==1.13.0"),
        Expected("use-tensorflow", environment={"KERAS_BACKEND": "tensorflow"}, commands=("export KERAS_BACKEND=tensorflow",)),
        Expected("install-jax", "jax==0.5.3 jaxlib==0.5.3"),
        env=JAX,
    ),
    case("optree is missing", changed(WHOLE_2_18, "-optree"), Expected("install-optree", "optree==0.19.1")),
    case(
        "rich is missing, which the index does not know",
        changed(WHOLE_2_18, "-rich"),
        Expected("install-rich", commands=('python -m pip install "rich"',)),
    ),
    case(
        "a Windows shell without its body",
        "tensorflow==2.15.0 keras==2.15.0",
        Expected("install-tensorflow-intel", "tensorflow-intel==2.15.0"),
        system="windows",
        machine="amd64",
        complete=False,
        absent="tensorflow-intel",
    ),
    case(
        "jax and jaxlib apart",
        "jax==0.4.30 jaxlib==0.4.26 ml-dtypes==0.4.0 numpy==1.26.4 scipy==1.13.0 opt-einsum==3.3.0",
        Expected("keep-jax", "jaxlib==0.4.27"),
        Expected("keep-jaxlib", "jax==0.4.27"),
    ),
    case(
        "two errors at once",
        changed(WHOLE_2_18, "-optree", "h5py==3.8.0"),
        Expected("install-optree", "h5py==3.11.0 optree==0.19.1"),
    ),
    case(
        "two errors with two ways each",
        changed(WHOLE_2_18, "scipy==1.13.0"),
        Expected("install-tf-keras-and-use-tensorflow", "tf-keras==2.18.0", environment={"KERAS_BACKEND": "tensorflow"}),
        Expected("drop-legacy-and-use-tensorflow", environment={"KERAS_BACKEND": "tensorflow", "TF_USE_LEGACY_KERAS": None}),
        Expected("install-tf-keras-and-jax", "jax==0.5.3 jaxlib==0.5.3 tf-keras==2.18.0"),
        env={**LEGACY, **JAX},
    ),
    case(
        # Where nothing is known of the Python, nothing is refused for its sake.
        "an unknown Python",
        "tensorflow==2.18.1 keras==2.15.0",
        Expected("keep-tensorflow", "keras==3.5.0"),
        Expected("keep-keras", "tensorflow==2.15.1"),
        complete=False,
        python=None,
    ),
    case(
        # There was never a final keras 2.16, and rc releases are only for those who have one.
        "pre-releases are not chosen",
        "tensorflow==2.16.1 keras==2.15.0",
        Expected("keep-tensorflow", "keras==3.0.5"),
        Expected("keep-keras", "tensorflow==2.15.1"),
        complete=False,
    ),
    case(
        # A placeholder is near to nothing.
        "an empty placeholder",
        "keras-nlp==0.0.0 keras==3.3.3 tensorflow==2.16.1",
        Expected("change-keras-nlp", "", more=True),
        complete=False,
        python="3.12.1",
    ),
)


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name.replace(" ", "-"))
def test_remedies(one: Case) -> None:
    report = diagnose(one.snapshot)
    shown = [(remedy.name, dict(remedy.pins)) for remedy in report.remedies]
    assert [remedy.name for remedy in report.remedies] == [expected.name for expected in one.remedies], shown
    for remedy, expected in zip(report.remedies, one.remedies, strict=True):
        pins = dict(row.split("==") for row in expected.pins.split())
        got = {name: remedy.pins.get(name) for name in pins} if expected.more else dict(remedy.pins)
        assert (got, remedy.remove, dict(remedy.environment)) == (pins, expected.remove, dict(expected.environment))
        assert expected.commands in (None, remedy.commands)
    assert cured(one.snapshot, report)
    reasons = {row.goal: " ".join(row.because) for row in report.impossible}
    assert all(word in reasons[goal] for goal, words in one.impossible.items() for word in words), report.impossible


def cured(snapshot: Snapshot, report: Report) -> bool:
    """Tell whether each remedy, followed, leaves nothing as bad as before."""
    worst = max(finding.severity for finding in report.findings)
    for remedy in report.remedies:
        after = diagnose(follow(snapshot, remedy.pins, remedy.remove, remedy.environment))
        left = [f"{remedy.name}: {finding.rule} {finding.summary}" for finding in after.findings if finding.severity >= worst]
        # What the index does not know comes in without a version; the installer brings it.
        assert not [row for row in left if "KD002" not in row], left
    return True


def follow(snapshot: Snapshot, pins: Mapping[str, str], remove: tuple[str, ...], variables: Mapping[str, str | None]) -> Snapshot:
    """Give the snapshot after a remedy, made by other means than the solver's own."""
    gone = {*pins, *remove}
    rows = [one for one in snapshot.distributions if one.name not in gone]
    rows += [Distribution(name, version, None) for name, version in pins.items()]
    environment = {name: value for name, value in {**(snapshot.environment or {}), **variables}.items() if value is not None}
    return snapshot._replace(distributions=tuple(rows), environment=environment)


STRANGE = Distribution("strangelib", "1.0", ("numpy>=2",))


def test_what_the_index_does_not_know_still_binds() -> None:
    """A distribution of somebody's own needs NumPy 2: TensorFlow has to go up, and why it cannot stay is told."""
    sick = released(changed(WHOLE_2_15, "numpy==2.0.2"))
    report = diagnose(sick._replace(distributions=(*sick.distributions, STRANGE)))
    assert [remedy.name for remedy in report.remedies] == ["keep-numpy"]
    assert report.remedies[0].pins["tensorflow"] == "2.18.1"
    (impossible,) = report.impossible
    assert impossible.goal == "keep tensorflow 2.15.1"
    assert "strangelib 1.0 requires numpy>=2" in impossible.because
    assert "tensorflow 2.15.1 requires numpy<2.0.0" in impossible.because


#: Where Keras 2.15 stands without TensorFlow, and what is said as no pin mends it there.
NOWHERE = (
    ("3.14", "linux", "x86_64", "Python 3.11 is the newest on which one does (tensorflow 2.15.1 with keras 2.15.0)"),
    ("3.14", "darwin", "x86_64", "Python 3.11 is the newest on which one does (tensorflow 2.15.1 with keras 2.15.0)"),
    ("3.12", "linux", "ppc64le", "it takes a second environment"),
)


@pytest.mark.parametrize(("python", "system", "machine", "says"), NOWHERE)
def test_where_nothing_helps_here_another_python_is_named(python: str, system: str, machine: str, says: str) -> None:
    report = diagnose(released("keras==2.15.0 numpy==1.26.4", python=python, system=system, machine=machine))
    assert report.remedies == ()
    assert says in beyond(report.impossible)


@pytest.mark.parametrize("python", [None, "3.12.1"])
def test_nothing_is_suggested_for_a_python_that_cannot_be_the_one_there(python: str | None) -> None:
    """The only TensorFlow that all of it admits as it stands is 2.3, which has no wheel for a Python that TensorFlow 2.16 is for."""
    listed = "tensorflow==2.16.1 tensorflow-recommenders==0.3.1 tensorboard==2.17.1"
    report = diagnose(released(listed, complete=False, python=python, system=None, machine=None))
    assert report.remedies
    assert "2.3.0" not in [remedy.pins.get("tensorflow") for remedy in report.remedies]


def test_what_the_index_does_not_know_may_move_for_the_family() -> None:
    """tensorboard 2.17 wants another tensorboard-data-server; the installer finds it, in whatever version fits."""
    report = diagnose(
        released(
            changed(WHOLE_2_15, "keras==3.3.3", "tensorflow==2.12.1", "tensorboard-data-server==0.6.1", "optree==0.12.1", "rich==13.7.0")
        )
    )
    (remedy,) = [remedy for remedy in report.remedies if remedy.name == "keep-keras"]
    assert "tensorboard-data-server" not in remedy.pins
    assert '"tensorboard-data-server<0.8.0,>=0.7.0"' in remedy.commands[0]


def test_a_nightly_answers_by_the_release_it_leads_up_to() -> None:
    report = diagnose(released("tf-nightly==2.16.0.dev20231101 tf-keras==2.14.1", complete=False))
    assert dict(report.remedies[0].pins) == {"tf-keras": "2.16.0"}
    assert report.remedies[0].commands == (NO_DEPS + '"tf-keras==2.16.0"',)


def test_pre_releases_may_be_kept_by_those_who_have_one() -> None:
    report = diagnose(released("tensorflow==2.16.0rc0 keras==2.15.0", complete=False))
    assert dict(report.remedies[0].pins) == {"keras": "3.0.5"}


def test_what_is_kept_is_named_though_nobody_knows_its_version() -> None:
    pins, there = {"keras": "2.15.0"}, {"keras": Distribution("keras", "3.5.0")}
    kept = title_of([], Distribution("tensorflow-addons", None), pins, there)
    assert kept == "keep tensorflow-addons: keras 3.5.0 becomes 2.15.0 (loses Keras 3)"


def test_names_and_goals_are_told_apart_and_reasons_are_few() -> None:
    for one in CASES:
        report = diagnose(one.snapshot)
        names = [remedy.name for remedy in report.remedies]
        assert len(set(names)) == len(names) <= 3
        assert all(len(set(row.because)) == len(row.because) <= 4 for row in report.impossible)
        assert all(remedy.title and len(remedy.title) < 200 for remedy in report.remedies)


@pytest.mark.parametrize(
    ("installed", "python", "back"),
    [
        ("keras==2.15.0", "3.10.13", False),
        ("keras==2.2.5 tensorflow==2.4.0", "3.8.18", False),
        ("keras==2.4.3 tensorflow==1.15.0", "3.7.17", True),
    ],
)
def test_nobody_is_sent_back_to_the_keras_of_theanos_days_who_is_not_in_them(installed: str, python: str, back: bool) -> None:
    report = diagnose(released(f"{installed} pip==24.0", python=python))
    assert report.remedies
    assert any(remedy.pins.get("keras", "9") < "2.4" for remedy in report.remedies) is back


def test_what_cannot_be_mended_does_not_hide_what_can() -> None:
    """The index has no keras for the one, an own package holds the other's numpy: one is told, the other mended."""
    sick = released(changed(WHOLE_2_15, "numpy==2.0.2", "-opt-einsum"))
    own = (STRANGE, Distribution("own", "1", ("tensorflow==2.15.1",)))
    report = diagnose(sick._replace(distributions=(*sick.distributions, *own)))
    assert [remedy.commands for remedy in report.remedies] == [('python -m pip install "opt-einsum>=2.3.2"',)]
    assert any("strangelib 1.0 requires numpy>=2" in row.because for row in report.impossible)


COMMANDS = (
    ({}, (), (), {}, ()),
    ({"keras": "3.5.0"}, (), (), {}, ('python -m pip install "keras==3.5.0"',)),
    ({}, ("keras",), (), {}, ("python -m pip uninstall -y keras",)),
    ({}, (), (), {"KERAS_BACKEND": "jax"}, ("export KERAS_BACKEND=jax",)),
    ({}, (), (), {"LD_LIBRARY_PATH": "/a b:/c"}, ("export LD_LIBRARY_PATH='/a b:/c'",)),
    ({}, (), (), {"LD_LIBRARY_PATH": "/a$(id)'`id`"}, ("export LD_LIBRARY_PATH='/a$(id)'\"'\"'`id`'",)),
    ({}, (), (), {"LD_LIBRARY_PATH": "/a\nid"}, ()),
    ({}, (), (), {"A; id": "1"}, ()),
    ({"keras": "3.5.0; id"}, (), (), {}, ('python -m pip install "keras"',)),
    ({"keras": "$(id)"}, (), ("keras",), {}, ('python -m pip install --force-reinstall --no-deps "keras"',)),
    ({"x; id": "1.0", "$(id)": "1.0", "-r": "1.0"}, ("a b", "--yes"), ("`id`",), {}, ()),
)


@pytest.mark.parametrize(("pins", "remove", "reinstall", "environment", "expected"), COMMANDS)
def test_commands(pins: Any, remove: Any, reinstall: Any, environment: Any, expected: Any) -> None:
    assert commands(released("pip==24.0"), pins, remove, reinstall, environment) == expected
    for line in expected:
        assert all(";" not in word and "$" not in word for word in shlex.split(line) if "LD_LIBRARY_PATH" not in word)


EXECUTABLES = (
    ("/venv/bin/python", "linux", "uv pip install --python /venv/bin/python"),
    ("/my env/bin/python", "linux", "uv pip install --python '/my env/bin/python'"),
    ("/$(id)/bin/python", "linux", "uv pip install --python '/$(id)/bin/python'"),
    ("/a\nid/bin/python", "linux", "python -m pip install"),
    ("C:\\my env\\python.exe", "windows", 'uv pip install --python "C:\\my env\\python.exe"'),
    ("C:\\%PATH%\\python.exe", "windows", "python -m pip install"),
    (None, "linux", "python -m pip install"),
)


@pytest.mark.parametrize(("executable", "system", "expected"), EXECUTABLES)
def test_an_environment_without_pip(executable: str | None, system: str, expected: str) -> None:
    bare = released("keras==3.5.0", system=system)._replace(python=Python("3.11.7", executable=executable))
    assert commands(bare, {"keras": "3.6.0"}, (), (), {}) == (f'{expected} "keras==3.6.0"',)


def test_variables_on_windows() -> None:
    windows = released("pip==24.0", system="windows", machine="amd64")
    environment = {"KERAS_BACKEND": "jax", "TF_USE_LEGACY_KERAS": None, "LD_LIBRARY_PATH": "C:/a b", "CUDA_VISIBLE_DEVICES": '0" & id'}
    expected = ("set KERAS_BACKEND=jax", "set TF_USE_LEGACY_KERAS=", 'set "LD_LIBRARY_PATH=C:/a b"')
    assert commands(windows, {}, (), (), environment) == expected


def test_nothing_of_a_hostile_environment_gets_into_a_command() -> None:
    bad = '2.21.0"; touch pwned; "'
    rows = (
        Distribution("tensorflow", bad, ()),
        Distribution("tensorflow-cpu", "2.20.0", ()),
        Distribution("keras", "3.5.0", ("rich; id", "$(id)>1", "optree>=1$(id)")),
    )
    report = diagnose(Snapshot(distributions=rows, environment={"KERAS_BACKEND": "$(touch pwned)"}))
    assert report.remedies
    for remedy in report.remedies:
        assert not any(word in line for line in remedy.commands for word in ("pwned", "$(", "touch", ";"))


NEARNESS = (
    ("2.15.1 2.15.0 2.14.1 2.16.2 2.16.1", "2.15.0", "2.15.0 2.15.1 2.16.2 2.16.1 2.14.1"),
    ("3.5.0 3.4.1 2.15.0 2.14.0", "2.15.0", "2.15.0 3.4.1 2.14.0 3.5.0"),
    ("1.26.4 1.25.2", "2.0.0", "1.26.4 1.25.2"),
    ("", "1.0", ""),
)


@pytest.mark.parametrize(("offered", "installed", "expected"), NEARNESS)
def test_near_versions_come_first(offered: str, installed: str, expected: str) -> None:
    newest_first = sorted(offered.split(), key=lambda version: [int(part) for part in version.split(".")], reverse=True)
    assert by_nearness(newest_first, installed) == expected.split()


def test_what_comes_in_is_of_the_time_of_who_asks_for_it() -> None:
    offered = [("2.5", "2026-06-01"), ("2.0", "2024-06-16"), ("1.26", "2023-09-16"), ("1.23", "2022-06-22"), ("1.0", None)]
    assert by_age(offered, "2022-11-15") == ["1.26", "1.23", "1.0", "2.0", "2.5"]
    assert by_age(offered, None) == ["2.5", "2.0", "1.26", "1.23", "1.0"]
    report = diagnose(released("keras==2.11.0 tensorflow==2.11.1 jax==0.3.25", python="3.9.18"))
    assert all(remedy.pins["numpy"].startswith("1.") for remedy in report.remedies)


def test_nothing_is_suggested_to_the_healthy() -> None:
    report = diagnose(released(WHOLE_2_18))
    assert report.verdict == "ok"
    assert (report.remedies, report.impossible) == ((), ())
    assert max((finding.severity for finding in report.findings), default=Severity.NOTE) is Severity.NOTE
