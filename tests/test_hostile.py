from __future__ import annotations

import copy
import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kdoctor.cli.schema import read_schema
from kdoctor.contract import read_snapshot, snapshot_document
from kdoctor.errors import KdoctorError
from kdoctor.model import Snapshot

SCHEMA = jsonschema.Draft202012Validator(read_schema("snapshot"))

SAMPLE = {
    "schema": "kdoctor.snapshot/1",
    "origin": "paste",
    "complete": False,
    "python": {"version": "3.11.7", "implementation": "cpython", "free_threaded": False},
    "platform": {"system": "linux", "machine": "x86_64", "libc": "glibc 2.36", "wsl": False, "container": None},
    "cpu": {"flags": ["avx", "sse4_2"]},
    "distributions": [
        {"name": "tensorflow", "version": "2.16.1", "requires": ["keras>=3.0.0"], "editable": True},
        {"name": "keras", "version": None, "requires": None},
    ],
    "absent": ["tf-keras"],
    "environment": {"KERAS_BACKEND": "jax"},
    "keras_config": {"backend": "tensorflow", "epsilon": 1e-07},
    "folders": {"keras": 26, "tensorflow": None},
    "accelerators": [{"vendor": "nvidia", "name": None, "compute_capability": "8.9", "memory_mib": 24564}],
    "drivers": {"nvidia": "535.54.03"},
    "libraries": {"cuda": "12.2"},
    "sources": {"café.py": "import keras\n"},
    "patient": "/opt/café",
    "unread": {},
}
REPORT = {"schema": "kdoctor.report/1", "verdict": "ok", "snapshot": SAMPLE}
TEXTS = [json.dumps(SAMPLE, ensure_ascii=False).encode(), json.dumps(REPORT).encode()]


def places(value, path=()):
    """Yield the path of each value in a JSON tree."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def put(tree, path, value):
    if not path:
        return value
    changed = copy.deepcopy(tree)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def fit_to_print(error):
    assert error.message.startswith("x.json: ")
    assert error.message.isprintable()
    assert len(error.message) < 300
    assert error.hint.isprintable()
    return error.message


def answer(text):
    """Read hostile text; whatever comes, it must be a sound snapshot or one clean line."""
    try:
        snapshot = read_snapshot(text, "x.json")
    except KdoctorError as error:
        return fit_to_print(error)
    written = snapshot_document(snapshot)
    SCHEMA.validate(written)
    assert read_snapshot(json.dumps(written, allow_nan=False, ensure_ascii=False).encode(), "x") == snapshot
    return snapshot


PLACES = [(tree, path) for tree in (SAMPLE, REPORT) for path in places(tree)]
NUMBERS = [0, -1, 7, 1.5, 1e308, 10**38, 10**39, 10**5000, float("nan"), float("inf")]
TEXT = ["", " ", "\0", "\x1b[31m", "a\nb", "\ud800", "\u202e", "é" * 1000, "kdoctor.snapshot/1", "kdoctor.report/1"]
LISTS = [[], [None], [[]], [{}], ["x"], [0]]
OBJECTS = [{}, {"": None}, {"a": {}}, {"name": "x"}, {"schema": "kdoctor.snapshot/1"}]
STRAY = [None, True, False, *NUMBERS, *TEXT, *LISTS, *OBJECTS]
HUGE = "1" + "0" * 5000


def dumped(tree) -> str:
    # json.dumps refuses integers of so many digits, so one stands in for it.
    return json.dumps(tree, default=str).replace('"<huge>"', HUGE)


@pytest.mark.parametrize("stray", STRAY, ids=lambda value: ascii(value)[:20] if value != 10**5000 else "huge")
def test_each_stray_value_at_each_place(stray):
    value = "<huge>" if stray == 10**5000 else stray
    answers = [answer(dumped(put(tree, path, value))) for tree, path in PLACES]
    # No stray value fits everywhere, so a reader that refuses nothing fails here.
    assert any(isinstance(told, str) for told in answers)


def test_the_samples_themselves_are_read():
    assert all(isinstance(answer(text), Snapshot) for text in TEXTS)
    assert answer(TEXTS[0]) == answer(TEXTS[1])


@pytest.mark.parametrize("text", TEXTS, ids=["snapshot", "report"])
def test_truncation_at_every_byte_is_told_as_such(text):
    assert answer(text[:0]) == "x.json: empty"
    for end in range(1, len(text)):
        assert answer(text[:end]).startswith("x.json: cut off"), text[:end]


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("place", ["keras_config", "sources", "anything", "distributions"])
@pytest.mark.parametrize("levels", [10, 50, 78, 79, 80, 81, 98, 99, 100, 101, 900, 5000, 50_000])
def test_nesting_is_either_carried_through_or_refused(place, opening, levels):
    closing = "".join({"[": "]", "{": "}"}[c] for c in reversed(opening) if c in "[{")
    value = opening * levels + "1" + closing * levels
    text = '{"schema": "kdoctor.snapshot/1", "' + place + '": ' + value + "}"
    told = answer(text)
    depth = levels * len(closing)
    if depth >= 100:
        assert told == "x.json: nested too deeply"
    if place == "keras_config":
        assert isinstance(told, Snapshot) == (depth <= 80)
    if place == "anything":
        assert isinstance(told, Snapshot) == (depth < 100)


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), WILD, st.booleans())
def test_any_value_at_any_place(place, value, ascii_only):
    text = json.dumps(put(*place, value), ensure_ascii=ascii_only)
    answer(text)
    answer(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data):
    assert isinstance(answer(data), str)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TEXTS), st.data(), st.binary(max_size=6), st.integers(0, 6))
def test_bytes_spliced_into_a_document(text, data, bytes_in, bytes_out):
    at = data.draw(st.integers(0, len(text)))
    answer(text[:at] + bytes_in + text[at + bytes_out :])


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=50))
def test_any_text_as_the_place(where):
    with pytest.raises(KdoctorError) as caught:
        read_snapshot(b"\xff", where)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp037"])
def test_other_encodings_are_read_or_refused(encoding):
    told = answer(TEXTS[0].decode().encode(encoding))
    assert isinstance(told, Snapshot) == (encoding == "utf-16")
