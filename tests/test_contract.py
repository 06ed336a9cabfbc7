from __future__ import annotations

import ast
import json
import string
import subprocess
import sys

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kdoctor.cli.schema import read_schema
from kdoctor.cli.schema import schema as schema_command
from kdoctor.contract import read_snapshot, report_document, snapshot_document
from kdoctor.contract.plain import DEEPEST, LARGEST
from kdoctor.contract.reading import normalized
from kdoctor.errors import KdoctorError
from kdoctor.model import (
    Accelerator,
    Declared,
    Disk,
    Distribution,
    Evidence,
    FileList,
    Finding,
    Head,
    Impossible,
    Intent,
    LinkFault,
    Location,
    OldNumpy,
    Overlap,
    Owner,
    Platform,
    Probe,
    ProbeStep,
    Python,
    Remedy,
    Report,
    Severity,
    Shadow,
    Snapshot,
    Some,
    UsageResult,
    Way,
)

SNAPSHOT_SCHEMA = jsonschema.Draft202012Validator(read_schema("snapshot"))
REPORT_SCHEMA = jsonschema.Draft202012Validator(read_schema("report"))

FULL = Snapshot(
    python=Python("3.13.1", executable="/opt/env/bin/python", prefix="/opt/env", free_threaded=True, bits=64),
    platform=Platform("linux", "x86_64", libc="glibc 2.36", release="6.1", wsl=False, container="docker"),
    cpu_flags=frozenset({"sse4_2", "avx"}),
    distributions=(
        Distribution("tensorflow", "2.16.1", requires=("keras>=3.0.0", 'tomli; python_version < "3.11"')),
        Distribution("keras", None, problem="METADATA is empty"),
        Distribution("keras", "2.15.0", (), ">=3.8", "/opt/env/lib", "keras-2.15.0.dist-info", "uv", editable=True, leftover=True),
    ),
    absent=frozenset({"tf-keras", "jax"}),
    environment={"KERAS_BACKEND": "jax"},
    keras_config={"backend": "tensorflow", "epsilon": 1e-7},
    folders={"keras": 26, "tensorflow": None},
    accelerators=(Accelerator("nvidia", "RTX 4090", "8.9", 24564), Accelerator("apple")),
    drivers={"nvidia": "535.54.03"},
    libraries={},
    sources={"train.py": "import keras\n", "scanned.py": ["keras", "tensorflow.keras"]},
    declared=(Declared("keras>=3.5", Location("requirements.txt", 3, 1, None, 11)), Declared("jax", Location("requirements.txt"))),
    intent=Intent("jax", "gpu", ("keras>=3.5",), ">=3.10", {"backend": Location("pyproject.toml", 7)}),
    patient="/opt/env/bin/python",
    chosen="VIRTUAL_ENV",
    unread={"intel": "permission denied"},
    disk=Disk(
        files=(
            FileList("keras", "2.15.0", 700, Some(2, ("keras/a.py",)), Some(), None),
            FileList("jax", None, problem="RECORD is missing"),
        ),
        lists=2,
        overlaps=(Overlap("keras", (Owner("keras", "2.15.0", 3), Owner("keras-nightly", None, 0)), Some(3, ("keras/a.py",))),),
        leftovers=Some(1, ("~eras",)),
        shadows=(Shadow("keras", "/home/x/keras.py", "/opt/env/lib/keras", here=True),),
        conda={"keras": "2.14.0"},
        links=(LinkFault("tensorflow/x.so", "tensorflow", "symbols", Some(1, ("PyInit_x",))), LinkFault("y.so", None, "damaged")),
        modules=12,
        old_numpy=(OldNumpy("h5py", "3.10.0", Some(1, ("h5py/h5.so",))),),
        gpu_libraries={"tensorflow": ("libcudart.so.12",), "jax": ()},
    ),
    probe=Probe(
        ("keras", "jax"),
        (
            ProbeStep("keras", "works", "exit", 900, {"import": 800, "fit": 90}, versions={"keras": "3.0.5"}, devices=()),
            ProbeStep("jax", "exit", "import", 20, where="jax/__init__.py:3", code=0, lines=("bye",), printed=4, left=2),
        ),
        300,
    ),
)

REPORT = Report(
    verdict="error",
    usages={
        "keras": UsageResult(works=False, resolves_to="keras 3.0.5", because=("KD101",)),
        "tensorflow.keras": UsageResult(works=True, resolves_to="keras 2.15.0", backend="tensorflow"),
        "mixed": UsageResult(works=None),
    },
    findings=(
        Finding(
            rule="KD101",
            name="keras-above-tensorflow",
            severity=Severity.ERROR,
            summary="what",
            cause="why",
            subjects=("keras", "tensorflow"),
            evidence=(Evidence("tensorflow 2.15.1 requires keras<2.16", "tensorflow 2.15.1 metadata"),),
            breaks=frozenset({"tensorflow", "mixed"}),
            ways=(Way("keep-tensorflow", "keep TensorFlow", needs=("keras<2.16",)),),
            advice="ask the administrator",
            locations=(Location("requirements.txt", 3, 1, 3, 14), Location("train.py")),
            remedies=("keep-tensorflow",),
        ),
        Finding("KD900", "newer-than-known", Severity.NOTE, "what", "why", ("keras",)),
    ),
    remedies=(
        Remedy(
            "keep-tensorflow",
            "keep TensorFlow",
            pins={"keras": "2.15.0"},
            remove=("keras-nightly",),
            reinstall=("tensorflow",),
            environment={"TF_USE_LEGACY_KERAS": None},
            commands=('python -m pip install "keras==2.15.0"',),
            changes=2,
            verified="index",
        ),
    ),
    snapshot=FULL,
    head=Head("tensorflow 2.15.1", "keras 3.0.5", "none"),
    knowledge="2025-01-31",
    impossible=(Impossible("keep both", ("tensorflow 2.15.1 requires keras<2.16",)),),
    unchecked=("KD300: drivers are unknown",),
)

SNAPSHOT_KEYS = {
    "schema", "origin", "complete", "python", "platform", "cpu", "distributions", "absent", "environment", "keras_config",
    "folders", "accelerators", "drivers", "libraries", "sources",
}  # fmt: skip


def document(**keys) -> str:
    return json.dumps({"schema": "kdoctor.snapshot/1", "complete": True, "distributions": [], **keys})


def complaint(text) -> str:
    with pytest.raises(KdoctorError) as caught:
        read_snapshot(text, "x.json")
    assert caught.value.hint
    return caught.value.message


# What is written.


def test_a_full_snapshot_comes_back_equal():
    written = snapshot_document(FULL)
    SNAPSHOT_SCHEMA.validate(written)
    assert read_snapshot(json.dumps(written), "x") == FULL
    assert written["cpu"] == {"flags": ["avx", "sse4_2"]}
    assert written["absent"] == ["jax", "tf-keras"]


def test_an_empty_snapshot_has_the_keys_of_the_contract_and_no_more():
    written = snapshot_document(Snapshot())
    assert set(written) == SNAPSHOT_KEYS
    assert written["libraries"] is None
    assert set(snapshot_document(FULL)) == SNAPSHOT_KEYS | {"patient", "chosen", "declared", "intent", "unread", "disk", "probe"}


@pytest.mark.parametrize(
    ("record", "keys"),
    [
        (Distribution("keras", None), {"name": "keras", "version": None, "requires": None}),
        (Distribution("keras", "3", ()), {"name": "keras", "version": "3", "requires": []}),
        (Distribution("keras", "3", editable=True), {"name": "keras", "version": "3", "requires": None, "editable": True}),
        (Distribution("keras", "3", metadata="x"), {"name": "keras", "version": "3", "requires": None, "metadata": "x"}),
    ],
)
def test_a_distribution_says_only_what_is_known(record, keys):
    assert snapshot_document(Snapshot(distributions=(record,)))["distributions"] == [keys]


def test_a_report_has_the_keys_of_the_contract_and_ours():
    written = report_document(REPORT)
    REPORT_SCHEMA.validate(written)
    json.dumps(written, allow_nan=False)
    assert written["findings"][0]["breaks"] == ["mixed", "tensorflow"]
    assert written["findings"][0]["severity"] == "error"
    assert written["findings"][0]["advice"] == "ask the administrator"
    assert written["findings"][0]["locations"] == [
        {"path": "requirements.txt", "line": 3, "column": 1, "end_line": 3, "end_column": 14},
        {"path": "train.py", "line": 1, "column": 1},
    ]
    assert not {"breaks", "advice", "ways", "locations"} & set(written["findings"][1])
    assert written["remedies"][0]["environment"] == {"TF_USE_LEGACY_KERAS": None}
    assert written["remedies"][0]["reinstall"] == ["tensorflow"]
    assert written["usages"]["mixed"] == {"works": None, "resolves_to": None, "backend": None, "because": []}
    assert written["tool"]["name"] == "kdoctor"
    assert written["knowledge"] == "2025-01-31"


def test_the_snapshot_inside_a_report_can_be_read():
    assert read_snapshot(json.dumps(report_document(REPORT)), "x") == FULL


def test_what_json_cannot_carry_is_written_as_something_that_it_can():
    deep = []
    for _ in range(DEEPEST):
        deep = [deep]
    config = {"epsilon": float("nan"), "long": 10**5000}
    written = snapshot_document(Snapshot(keras_config=config, sources={"a": deep}, patient="/caf\udce9"))
    assert json.loads(json.dumps(written, allow_nan=False, ensure_ascii=False).encode())["patient"] == "/caf\ufffd"
    assert written["keras_config"]["epsilon"] == "nan"
    assert written["keras_config"]["long"].startswith("0x")
    assert written["sources"] is None


# Every snapshot comes back equal.

TEXT = st.text(max_size=12)
KEYS = st.dictionaries(TEXT, TEXT, max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 10**39, 10**39 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
LOWER = st.text(string.ascii_lowercase + string.digits + "_", min_size=1, max_size=8)
NAMES = st.text(min_size=1, max_size=10).map(normalized).filter(lambda name: name and normalized(name) == name)


def maybe(strategy):
    return st.none() | strategy


def listed(strategy):
    return maybe(st.lists(strategy, max_size=2).map(tuple))


DISTRIBUTIONS = st.builds(
    Distribution,
    NAMES,
    maybe(TEXT),
    maybe(st.lists(TEXT, max_size=3).map(tuple)),
    *[maybe(TEXT)] * 4,
    st.booleans(),
    st.booleans(),
    maybe(TEXT),
)
LINES = st.integers(1, 10**6)
LOCATIONS = st.builds(Location, TEXT, LINES, LINES, *([maybe(LINES)] * 4))
INTENTS = st.builds(
    Intent, maybe(TEXT), maybe(TEXT), st.lists(TEXT, max_size=2).map(tuple), maybe(TEXT), st.dictionaries(TEXT, LOCATIONS, max_size=2)
)
WORD = TEXT.filter(bool)
SOME = st.builds(lambda more, first: Some(more + len(first), first), st.integers(0, 9999), st.lists(TEXT, max_size=2).map(tuple))
DISKS = st.builds(
    Disk,
    files=listed(st.builds(FileList, WORD, maybe(TEXT), st.integers(0, 9999), SOME, SOME, maybe(TEXT))),
    lists=st.integers(0, 999),
    overlaps=st.lists(
        st.builds(Overlap, WORD, st.lists(st.builds(Owner, WORD, maybe(TEXT), st.integers(0, 99)), max_size=2).map(tuple), SOME), max_size=2
    ).map(tuple),
    leftovers=SOME,
    shadows=listed(st.builds(Shadow, WORD, WORD, TEXT, st.booleans())),
    conda=maybe(KEYS),
    links=listed(st.builds(LinkFault, WORD, maybe(TEXT), WORD, SOME)),
    modules=st.integers(0, 999),
    old_numpy=listed(st.builds(OldNumpy, WORD, maybe(TEXT), SOME)),
    gpu_libraries=maybe(st.dictionaries(TEXT, st.lists(TEXT, max_size=2).map(tuple), max_size=2)),
)
COUNTS = st.integers(0, 10**9)
STEPS = st.builds(
    ProbeStep,
    TEXT.filter(bool),
    st.sampled_from(("works", "exception", "signal", "exit", "time out", "not run")),
    TEXT.filter(bool),
    COUNTS,
    st.dictionaries(TEXT, COUNTS, max_size=3),
    *[maybe(TEXT)] * 4,
    maybe(COUNTS),
    st.booleans(),
    KEYS,
    *[maybe(TEXT)] * 2,
    maybe(st.lists(TEXT, max_size=3).map(tuple)),
    maybe(TEXT),
    st.lists(TEXT, max_size=3).map(tuple),
    COUNTS,
    COUNTS,
    maybe(COUNTS.filter(bool)),
)
SNAPSHOTS = st.builds(
    Snapshot,
    origin=LOWER,
    complete=st.booleans(),
    python=maybe(st.builds(Python, maybe(TEXT), LOWER, maybe(TEXT), maybe(TEXT), maybe(st.booleans()), maybe(st.sampled_from((32, 64))))),
    platform=maybe(st.builds(Platform, maybe(LOWER), maybe(LOWER), maybe(TEXT), maybe(TEXT), maybe(st.booleans()), maybe(TEXT))),
    cpu_flags=maybe(st.frozensets(LOWER, max_size=3)),
    distributions=st.lists(DISTRIBUTIONS, max_size=3).map(tuple),
    absent=st.frozensets(NAMES, max_size=3),
    environment=maybe(KEYS),
    keras_config=JSON,
    folders=maybe(st.dictionaries(TEXT, maybe(st.integers(0, 9999)), max_size=3)),
    accelerators=maybe(
        st.lists(st.builds(Accelerator, LOWER, maybe(TEXT), maybe(TEXT), maybe(st.integers(0, 10**6))), max_size=2).map(tuple)
    ),
    drivers=maybe(KEYS),
    libraries=maybe(KEYS),
    sources=maybe(st.dictionaries(TEXT, JSON, max_size=2)),
    declared=maybe(st.lists(st.builds(Declared, TEXT, LOCATIONS, st.booleans()), max_size=2).map(tuple)),
    intent=maybe(INTENTS),
    patient=maybe(TEXT),
    chosen=maybe(TEXT),
    unread=KEYS,
    disk=maybe(DISKS),
    probe=maybe(st.builds(Probe, maybe(st.lists(TEXT, max_size=3).map(tuple)), st.lists(STEPS, max_size=2).map(tuple), COUNTS)),
)


@settings(max_examples=150, deadline=None)
@given(SNAPSHOTS)
def test_every_snapshot_comes_back_equal_and_fits_the_schema(snapshot):
    written = snapshot_document(snapshot)
    SNAPSHOT_SCHEMA.validate(written)
    assert read_snapshot(json.dumps(written), "x") == snapshot
    assert read_snapshot(json.dumps(written, ensure_ascii=False).encode(), "x") == snapshot


# What is read: forgiving.


@pytest.mark.parametrize(
    ("keys", "field", "expected"),
    [
        ({}, "python", None),
        ({}, "environment", None),
        ({"a-key-of-the-future": [1, {"x": None}]}, "complete", True),
        ({"complete": None}, "complete", False),
        ({"distributions": None}, "complete", False),
        ({"distributions": []}, "complete", True),
        ({"python": None}, "python", None),
        ({"python": {}}, "python", Python(None)),
        ({"python": {"version": "three point nonsense"}}, "python", Python("three point nonsense")),
        ({"python": {"version": "3.11.7", "implementation": "CPython"}}, "python", Python("3.11.7", "cpython")),
        (
            {"platform": {"system": "Windows", "machine": "AMD64", "wsl": False}},
            "platform",
            Platform("windows", "amd64", wsl=False),
        ),
        ({"cpu": {}}, "cpu_flags", None),
        ({"cpu": {"flags": []}}, "cpu_flags", frozenset()),
        ({"absent": ["TF_Keras"]}, "absent", frozenset({"tf-keras"})),
        (
            {"distributions": [{"name": " TF_Keras..Nightly ", "x": 1}]},
            "distributions",
            (Distribution("tf-keras-nightly", None),),
        ),
        ({"distributions": [{"name": "keras", "requires": []}]}, "distributions", (Distribution("keras", None, ()),)),
        ({"environment": {}}, "environment", {}),
        ({"environment": {"KERAS_BACKEND": ""}}, "environment", {"KERAS_BACKEND": ""}),
        ({"keras_config": {}}, "keras_config", {}),
        ({"keras_config": None}, "keras_config", None),
        ({"keras_config": [1]}, "keras_config", [1]),
        ({"keras_config": "{backend: jax}"}, "keras_config", "{backend: jax}"),
        ({"folders": {"keras": 26, "tensorflow": None}}, "folders", {"keras": 26, "tensorflow": None}),
        ({"accelerators": []}, "accelerators", ()),
        ({"accelerators": [{"vendor": "NVIDIA", "name": None, "x": 1}]}, "accelerators", (Accelerator("nvidia"),)),
        ({"accelerators": [{}]}, "accelerators", (Accelerator("unknown"),)),
        ({"accelerators": [{"vendor": "amd", "memory_mib": 512.0}]}, "accelerators", (Accelerator("amd", memory_mib=512),)),
        ({"drivers": {"nvidia": None}}, "drivers", None),
        ({"libraries": {"cuda": None, "cudnn": "9.1"}}, "libraries", {"cudnn": "9.1"}),
        ({"sources": None}, "sources", None),
        ({"sources": {"a.py": "import keras"}}, "sources", {"a.py": "import keras"}),
        ({"patient": "a\ud800b"}, "patient", "a\ufffdb"),
    ],
)
def test_what_is_missing_is_unknown_and_what_is_foreign_is_ignored(keys, field, expected):
    text = document(**keys)
    SNAPSHOT_SCHEMA.validate(json.loads(text))
    assert getattr(read_snapshot(text, "x"), field) == expected


def test_the_example_of_the_contract_is_read():
    text = """{
      "schema": "kdoctor.snapshot/1", "origin": "environment", "complete": true,
      "python": {"version": "3.11.7", "implementation": "cpython"},
      "platform": {"system": "linux", "machine": "x86_64", "libc": "glibc 2.36", "wsl": false, "container": null},
      "cpu": {"flags": ["avx", "avx2", "sse4_2"]},
      "distributions": [{"name": "tensorflow", "version": "2.16.1", "requires": ["keras>=3.0.0"]},
                        {"name": "keras", "version": "3.0.5", "requires": null}],
      "environment": {"KERAS_BACKEND": "jax"}, "keras_config": {"backend": "tensorflow"},
      "accelerators": [{"vendor": "nvidia", "name": "RTX 4090", "compute_capability": "8.9", "memory_mib": 24564}],
      "drivers": {"nvidia": "535.54.03"}, "libraries": {"cuda": "12.2", "cudnn": "8.9.7"}, "sources": null}"""
    assert read_snapshot(text, "x") == Snapshot(
        python=Python("3.11.7"),
        platform=Platform("linux", "x86_64", "glibc 2.36", wsl=False),
        cpu_flags=frozenset({"avx", "avx2", "sse4_2"}),
        distributions=(Distribution("tensorflow", "2.16.1", ("keras>=3.0.0",)), Distribution("keras", "3.0.5")),
        environment={"KERAS_BACKEND": "jax"},
        keras_config={"backend": "tensorflow"},
        accelerators=(Accelerator("nvidia", "RTX 4090", "8.9", 24564),),
        drivers={"nvidia": "535.54.03"},
        libraries={"cuda": "12.2", "cudnn": "8.9.7"},
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_editors_and_shells_write_are_read(encoding):
    assert read_snapshot('{"schema": "kdoctor.snapshot/1", "patient": "é"}'.encode(encoding), "x").patient == "é"


# What is read: strict.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "x.json: empty"),
        (b"\xef\xbb\xbf \n", "x.json: empty"),
        ("[]", "x.json: the JSON is no object, so it is no snapshot"),
        ("tensorflow==2.15", "x.json: not JSON: Expecting value (line 1, column 1)"),
        ('{"schema":\n 1 2}', "x.json: not JSON: Expecting ',' delimiter (line 2, column 4)"),
        ('{"schema": "kdoctor', "x.json: cut off: the JSON text ends too early (line 1, column 12)"),
        ('{"schema": "\\u00', "x.json: cut off: the JSON text ends too early (line 1, column 14)"),
        ('{"complete": tru', "x.json: cut off: the JSON text ends too early (line 1, column 14)"),
        (b'{"a": "\xe9"}', "x.json: not UTF-8 text: invalid continuation byte (byte 7)"),
        (b'{"a": "\xc3', "x.json: cut off in the middle of a character (byte 7)"),
        (b"\xff\xfe{\x00\x00", "x.json: cut off in the middle of a character (byte 4)"),
        ('{"a": NaN}', "x.json: NaN is no JSON"),
        ('{"a": -Infinity}', "x.json: -Infinity is no JSON"),
        ('{"a": 1e999}', "x.json: the number 1e999 is too large"),
        (f'{{"a": {"9" * 5000}}}', "x.json: a number of 5000 digits is too long"),
        ('{"a": 1, "a": 2}', "x.json: the key 'a' stands twice in one object"),
        ('{"a\\u001b[2J": 1, "a\\u001b[2J": 2}', "x.json: the key 'a?[2J' stands twice in one object"),
        ("[" * 100_000, "x.json: nested too deeply"),
        ("[" * 200 + "]" * 200, "x.json: nested too deeply"),
        (" " * (LARGEST + 1), "x.json: larger than 32 MiB, too large for a snapshot"),
        ("{}", "x.json: schema is missing, so this is no kdoctor.snapshot/1 document"),
        ('{"schema": 1}', "x.json: schema is a number, not text"),
        ('{"schema": "kdoctor.explanation/1"}', 'x.json: schema is "kdoctor.explanation/1", not kdoctor.snapshot/1'),
        ('{"schema": "kdoctor.snapshot/0"}', 'x.json: schema is "kdoctor.snapshot/0", not kdoctor.snapshot/1'),
        ('{"schema": "kdoctor.snapshot/2"}', "x.json: kdoctor.snapshot/2 is newer than this kdoctor reads"),
        ('{"schema": "kdoctor.report/2"}', "x.json: kdoctor.report/2 is newer than this kdoctor reads"),
        ('{"schema": "kdoctor.report/1"}', "x.json: the report has no snapshot in it"),
        ('{"schema": "kdoctor.report/1", "snapshot": []}', "x.json: snapshot is a list, not an object"),
        (
            '{"schema": "kdoctor.report/1", "snapshot": {"schema": "kdoctor.report/1"}}',
            "x.json: the snapshot in the report is itself a report",
        ),
        (
            '{"schema": "kdoctor.report/1", "snapshot": {"schema": "kdoctor.snapshot/1", "python": 3}}',
            "x.json: snapshot.python is a number, not an object",
        ),
    ],
    ids=lambda value: None if len(value) > 90 else repr(value)[:50],
)
def test_what_is_no_snapshot_is_told_in_one_line(text, expected):
    assert complaint(text) == expected


KERAS = {"name": "keras"}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"distributions": {}}, "distributions is an object, not a list"),
        ({"distributions": "keras==3"}, "distributions is text, not a list"),
        ({"distributions": [KERAS, None]}, "distributions[1] is null, not an object"),
        ({"distributions": [KERAS, "keras"]}, "distributions[1] is text, not an object"),
        ({"distributions": [KERAS, {}]}, "distributions[1].name is missing or empty"),
        ({"distributions": [{"name": " "}]}, "distributions[0].name is missing or empty"),
        ({"distributions": [{"name": 3}]}, "distributions[0].name is a number, not text"),
        ({"distributions": [KERAS] * 3 + [KERAS | {"version": 2.1}]}, "distributions[3].version is a number, not text"),
        ({"distributions": [KERAS | {"requires": "numpy"}]}, "distributions[0].requires is text, not a list"),
        ({"distributions": [KERAS | {"requires": ["a", 1]}]}, "distributions[0].requires[1] is a number, not text"),
        ({"distributions": [KERAS | {"requires": [None]}]}, "distributions[0].requires[0] is null, not text"),
        ({"complete": "yes"}, "complete is text, not true or false"),
        ({"complete": 1}, "complete is a number, not true or false"),
        ({"python": "3.11"}, "python is text, not an object"),
        ({"python": {"version": 3.1}}, "python.version is a number, not text"),
        ({"cpu": {"flags": "avx"}}, "cpu.flags is text, not a list"),
        ({"absent": [False]}, "absent[0] is true or false, not text"),
        ({"environment": ["A=1"]}, "environment is a list, not an object"),
        ({"environment": {"A\n\x1b[1m": 1}}, "environment.A??[1m is a number, not text"),
        ({"folders": {"keras": -1}}, "folders.keras is -1, not a count"),
        ({"folders": {"keras": True}}, "folders.keras is true or false, not a number"),
        ({"accelerators": {}}, "accelerators is an object, not a list"),
        ({"accelerators": [{"memory_mib": 1.5}]}, "accelerators[0].memory_mib is 1.5, not a count"),
        ({"libraries": {"cuda": 12.2}}, "libraries.cuda is a number, not text"),
        ({"sources": ["a.py"]}, "sources is a list, not an object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_of_the_wrong_type_is_named_by_its_place(keys, expected):
    text = document(**keys)
    assert complaint(text) == f"x.json: {expected}"
    assert not SNAPSHOT_SCHEMA.is_valid(json.loads(text))


def test_the_place_of_the_text_cannot_break_the_line():
    with pytest.raises(KdoctorError) as caught:
        read_snapshot("", "a\nb\x1b[31m")
    assert caught.value.message == "a?b?[31m: empty"


def test_a_newer_document_hints_at_a_newer_kdoctor():
    with pytest.raises(KdoctorError) as caught:
        read_snapshot('{"schema": "kdoctor.snapshot/2"}', "x")
    assert "keras-doctor" in caught.value.hint


# The schemas.


@pytest.mark.parametrize("name", ["snapshot", "report"])
def test_the_command_prints_a_whole_schema(name):
    result = CliRunner().invoke(schema_command, [name])
    assert result.exit_code == 0
    printed = json.loads(result.output)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed["properties"]["schema"] == {
        "description": "Name and number of this kind of document.",
        "const": f"kdoctor.{name}/1",
    }


def test_the_command_refuses_another_document():
    assert CliRunner().invoke(schema_command, ["symptoms"]).exit_code == 2


def described(schema, place):
    for key, value in schema.get("properties", {}).items():
        assert "description" in value or "$ref" in str(value), f"{place}.{key} has no description"
        described(value, f"{place}.{key}")
        described(value.get("items", {}), f"{place}.{key}[]")
    for name, value in schema.get("$defs", {}).items():
        described(value, name)


@pytest.mark.parametrize("name", ["snapshot", "report"])
def test_every_key_is_described(name):
    described(read_schema(name), name)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("verdict",), "fine"),
        (("usages", "keras", "works"), "yes"),
        (("findings", 0, "severity"), "critical"),
        (("remedies", 0, "pins", "keras"), None),
        (("snapshot", "distributions", 0, "version"), 2.1),
        (("snapshot", "schema"), "kdoctor.snapshot/2"),
    ],
)
def test_the_schema_of_a_report_refuses_what_the_contract_does_not_know(path, value):
    broken = report_document(REPORT)
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not REPORT_SCHEMA.is_valid(broken)


def test_importing_the_contract_imports_neither_json_nor_anything_large():
    program = "import sys; before = set(sys.modules); import kdoctor.contract; print(sorted(set(sys.modules) - before))"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    loaded = ast.literal_eval(out)
    assert "kdoctor.contract.reading" in loaded
    assert not {"json", "inspect", "dataclasses", "click", "packaging"} & set(loaded)
