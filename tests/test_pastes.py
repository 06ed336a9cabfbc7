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
from kdoctor.model import Declared, Location
from kdoctor.redact import redacted

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


#: A line or two that a person writes, what is understood of the distributions, and of all else.
SENTENCES = [
    ("I tried both TF 2.15 and TF 2.16.1 on Python 3.11 and 3.12", {"tensorflow": None}, {"python": None}),
    (
        "Keras 3.0 or later requires TF >= 2.16. I have tensorflow-cpu 2.16.2 and keras 3.4.1",
        {"tensorflow-cpu": "2.16.2", "keras": "3.4.1"},
        {},
    ),
    ("After updating from Keras 2.15.0 to Keras 3.0.5, tensorflow 2.15.0", {"keras": "3.0.5", "tensorflow": "2.15.0"}, {}),
    (
        "OS: Windows 10 with WSL2 Ubuntu 22.04\nTensorFlow version: 2.15.0.post1\nPython: 3.9.18 (conda)",
        {"tensorflow": "2.15.0.post1"},
        {"python": "3.9.18", "system": "linux"},
    ),
    ("- TensorFlow version (or commit sha / nightly): tf-nightly 2.18.0.dev20240612", {"tf-nightly": "2.18.0.dev20240612"}, {}),
    ("- TensorFlow version (you are using): 2.4\n- Are you willing to contribute it (Yes/No): No", {"tensorflow": "2.4"}, {}),
    ("`tensorflow==2.10`, `keras==2.10`", {"tensorflow": "2.10", "keras": "2.10"}, {}),
    (
        "I use python3.8 and tf2.3.1 with cuda10.1 / cudnn7.6",
        {"tensorflow": "2.3.1"},
        {"python": "3.8", "libraries": {"cuda": "10.1", "cudnn": "7.6"}},
    ),
    ("Python 2.7.15, TensorFlow 1.12", {"tensorflow": "1.12"}, {"python": "2.7.15"}),
    (
        "TensorFlow v2.9.1 on M1 Mac (macOS 12.4), tensorflow-macos 2.9.2, tensorflow-metal 0.5.0",
        {"tensorflow-macos": "2.9.2", "tensorflow-metal": "0.5.0"},
        {"system": "darwin", "machine": "arm64"},
    ),
    ("keras version = 3.6.0, jax version = 0.4.35", {"keras": "3.6.0", "jax": "0.4.35"}, {}),
    ("numpy 2.0.0 breaks tensorflow 2.16.1", {"numpy": "2.0.0", "tensorflow": "2.16.1"}, {}),
    ("pip install tensorflow==2.11.0 fails with python 3.12", {"tensorflow": "2.11.0"}, {}),
    (
        "Name: tensorflow\nVersion: 2.3.0\nLocation: c:\\users\\me\\anaconda3\\lib\\site-packages",
        {"tensorflow": "2.3.0"},
        {"system": "windows"},
    ),
    ("In [2]: tf.__version__\nOut[2]: '2.0.0'\n\nIn [3]: tf.keras.__version__\nOut[3]: '2.2.4-tf'", {"tensorflow": "2.0.0"}, {}),
    ("Python version\n3.11\nTensorFlow version\n2.16", {"tensorflow": "2.16"}, {"python": "3.11"}),
    ("torch 2.1.0 / tensorflow 2.15 / CUDA Version: 12.2", {"torch": "2.1.0", "tensorflow": "2.15"}, {"libraries": {"cuda": "12.2"}}),
    (
        "Collecting tensorflow\n  Downloading tensorflow-2.13.0-cp38-cp38-manylinux_2_17_x86_64.whl (524.1 MB)",
        {"tensorflow": "2.13.0"},
        {"python": "3.8"},
    ),
    (
        "Ubuntu 18.04 LTS, Python 3.6.9, tensorflow-gpu==1.15.0, keras==2.3.1, CUDA 10.0, cuDNN 7.6.5, Tesla K80",
        {"tensorflow-gpu": "1.15.0", "keras": "2.3.1"},
        {"python": "3.6.9", "system": "linux", "libraries": {"cuda": "10.0", "cudnn": "7.6.5"}, "gpus": ["NVIDIA Tesla K80"]},
    ),
    ("environment:\n  - KERAS_BACKEND=torch\n", {}, {"env": {"KERAS_BACKEND": "torch"}}),
    ("I have set KERAS_BACKEND=torch in my shell", {}, {"env": {"KERAS_BACKEND": "torch"}}),
    ("docker run -e KERAS_BACKEND=jax tensorflow/tensorflow:2.17.0-gpu-jupyter bash", {}, {"env": {"KERAS_BACKEND": "jax"}}),
    ("    image: tensorflow/tensorflow:2.15.0", {"tensorflow": "2.15.0"}, {"system": "linux"}),
]


@pytest.mark.parametrize(("text", "distributions", "others"), SENTENCES, ids=[row[0][:40] for row in SENTENCES])
def test_words_are_understood(text, distributions, others):
    found = read(text, "x").snapshot
    assert {one.name: one.version for one in found.distributions} == distributions
    assert {key: LOOK[key](found, wanted) for key, wanted in others.items()} == others
    assert not found.complete


@pytest.mark.parametrize(
    "text",
    [
        "Works with tensorflow 2.12 but not with 2.13",
        "TensorFlow 2.16 uses Keras 3 by default.",
        "tensorflow 2.x",
        "TF 2",
        "Hello 3.11",
        "date 2024-05-01 12.3.4 version 2.3",
        "git clone https://github.com/x/y\ncd y\npython setup.py install",
        "keras-team/keras#19390 tensorflow/tensorflow#62825",
        "Requires TF>=2.15",
        "supported since Keras 3.3",
    ],
)
def test_what_says_nothing_of_this_environment_is_left_alone(text):
    with pytest.raises(KdoctorError, match="nothing in it was recognized"):
        read(text, "x")


def test_what_no_installer_found_is_a_wish_and_not_installed():
    text = "$ pip install tensorflow==2.11.0\nERROR: No matching distribution found for tensorflow==2.11.0\n$ python -V\nPython 3.12.2\n"
    found = read(text, "log.txt").snapshot
    assert (found.distributions, found.declared) == ((), (Declared("tensorflow==2.11.0", Location("log.txt", 2)),))
    report = diagnose(found)
    assert [one.rule for one in report.findings] == ["KD102"]
    assert report.snapshot.read_as == found.read_as


def test_of_a_huge_text_the_beginning_is_read():
    found = read("tensorflow==2.16.1\n" + "nothing\n" * 200_000, "x").snapshot
    assert [one.name for one in found.distributions] == ["tensorflow"]
    assert (found.complete, found.unread) == (False, {"paste": "only the first 1 MiB of it were read"})


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_document_tells_of_a_paste_is_the_same(name):
    found = read((FOLDER / name).read_bytes(), name).snapshot
    shown = redacted(found)
    assert (shown.read_as, shown.unread, shown.python) == (found.read_as, found.unread, found.python)
    assert [(one.name, one.version) for one in shown.distributions] == [(one.name, one.version) for one in found.distributions]
    assert [one.name for one in shown.accelerators or ()] == [one.name for one in found.accelerators or ()]


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
