"""What is read from texts that people paste: `tests/pastes` holds them, `expected.json` what each of them says and what not.

A key that is missing from an expectation is not looked at; "none" are distributions of which the text says nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kdoctor.collect.pastes import READERS, read
from kdoctor.doctor import diagnose
from kdoctor.errors import KdoctorError

FOLDER = Path(__file__).parent / "pastes"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))

#: How each key of an expectation is found in a snapshot.
LOOK = {
    "complete": lambda one, _: one.complete,
    "count": lambda one, _: len(one.distributions),
    "python": lambda one, _: one.python and one.python.version,
    "system": lambda one, _: one.platform and one.platform.system,
    "machine": lambda one, _: one.platform and one.platform.machine,
    "container": lambda one, _: one.platform and one.platform.container,
    "libc": lambda one, _: one.platform and one.platform.libc,
    "has": lambda one, wanted: {row.name: row.version for row in one.distributions if row.name in wanted},
    "none": lambda one, wanted: [name for name in wanted if name not in {row.name for row in one.distributions} and name not in one.absent],
    "absent": lambda one, wanted: [name for name in wanted if name in one.absent],
    "absent_not": lambda one, wanted: [name for name in wanted if name not in one.absent],
    "installer": lambda one, wanted: {row.name: row.installer for row in one.distributions if row.name in wanted},
    "env": lambda one, _: one.environment,
    "config": lambda one, _: one.keras_config,
    "drivers": lambda one, _: one.drivers,
    "libraries": lambda one, _: one.libraries,
    "gpus": lambda one, _: None if one.accelerators is None else [device.name for device in one.accelerators],
    "memory": lambda one, _: one.accelerators[0].memory_mib,
    "capability": lambda one, _: one.accelerators[0].compute_capability,
    "flags": lambda one, wanted: [flag for flag in wanted if flag in (one.cpu_flags or ())],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_paste_says_what_stands_in_it(name):
    expected = dict(EXPECTED[name])
    found = read((FOLDER / name).read_bytes(), name)
    kind = expected.pop("kind")
    assert kind in (found.snapshot.read_as or found.kind), (kind, found.snapshot.read_as)
    assert {key: LOOK[key](found.snapshot, wanted) for key, wanted in expected.items()} == expected
    assert found.snapshot.origin in ("paste", "environment")


@pytest.mark.parametrize("name", EXPECTED)
def test_whatever_is_read_can_be_judged(name):
    assert diagnose(read((FOLDER / name).read_bytes(), name).snapshot).unchecked == ()


def test_each_paste_has_its_expectation():
    assert {path.name for path in FOLDER.iterdir()} - {"expected.json"} == set(EXPECTED)
    assert len(EXPECTED) >= 60


def test_the_last_reader_takes_whatever_is_left():
    assert (READERS[-1].names, READERS[-1].signs) == ("", "")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x: empty"),
        (b" \n\t", "x: empty"),
        (b"Dear all,\nplease help\n", "x: nothing in it was recognized"),
        (bytes(range(256)), "x: not UTF-8 text, and nothing in it was recognized"),
        (b"x" * (32 * 2**20 + 1), "x: larger than 32 MiB, too large for a paste"),
        (b'{"a": 1}', "x: schema is missing, so this is no kdoctor.snapshot/1 document"),
        (b"[]", "x: nothing in it was recognized"),
        (b'[{"name": "keras", "vers', "x: cut off: the JSON text ends too early (line 1, column 20)"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_cannot_be_read_is_told_in_one_line(data, message):
    with pytest.raises(KdoctorError) as caught:
        read(data, "x")
    assert caught.value.message == message
