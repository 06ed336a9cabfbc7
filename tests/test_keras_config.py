from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from builders import snapshot

from kdoctor.collect import keras_generation
from kdoctor.collect.keras_config import find_keras_config, read_keras_config
from kdoctor.collect.variables import read_variables
from kdoctor.knowledge.coupling import couple
from kdoctor.model import Distribution
from kdoctor.rules.head import head

if TYPE_CHECKING:
    from pathlib import Path

#: Keras, its variables (H = the home folder, which can be written, L = one that cannot) -> where it looks.
PLACES = [
    ("2.1.6", {"HOME": "H", "KERAS_HOME": "H/k"}, "H/.keras/keras.json"),
    ("2.1.6", {"HOME": "L"}, "/tmp/.keras/keras.json"),
    ("2.2.4", {"HOME": "H", "KERAS_HOME": "H/k"}, "H/k/keras.json"),
    ("2.3.1", {"HOME": "L"}, "/tmp/.keras/keras.json"),
    ("2.15.0", {"HOME": "L"}, "L/.keras/keras.json"),
    ("2.15.0", {"HOME": "L", "KERAS_HOME": "H/k"}, "H/k/keras.json"),
    ("3.0.5", {"HOME": "H"}, "H/.keras/keras.json"),
    ("3.15.1", {"HOME": "H", "KERAS_HOME": "H/k"}, "H/k/keras.json"),
    ("3.15.1", {"HOME": "L"}, "/tmp/.keras/keras.json"),
    (None, {"HOME": "L"}, "/tmp/.keras/keras.json"),
    ("nonsense", {"HOME": "L"}, "/tmp/.keras/keras.json"),
    ("3.1.0", {"HOME": "H", "KERAS_HOME": "~/k"}, "H/k/keras.json"),
    ("3.1.0", {"HOME": "H", "KERAS_HOME": ""}, "cwd/keras.json"),
    ("3.1.0", {"HOME": "H", "KERAS_HOME": "rel"}, "cwd/rel/keras.json"),
]


@pytest.mark.skipif(os.name == "nt", reason="/tmp and HOME")
@pytest.mark.parametrize("row", PLACES)
def test_the_file_is_where_that_keras_looks(tmp_path: Path, row: tuple) -> None:
    keras, variables, expected = row
    (tmp_path / "home").mkdir()
    # A folder that is not there cannot be written to either, not even by the superuser.
    real = {"H": str(tmp_path / "home"), "L": str(tmp_path / "locked"), "cwd": str(tmp_path / "cwd")}

    def place(text: str) -> str:
        head, slash, rest = text.partition("/")
        return real.get(head, head) + slash + rest

    environ = {name: place(value) for name, value in variables.items()}
    assert os.path.normpath(find_keras_config(environ, real["cwd"], keras)) == place(expected)


CONTENTS = [
    ("object", b'{"backend": "jax"}', {"backend": "jax"}, None),
    ("empty object", b"{}", {}, None),
    ("list", b'["jax"]', '["jax"]', "no object"),
    ("null", b"null", "null", "no object"),
    ("not json", b"{backend: jax}", "{backend: jax}", "not JSON"),
    ("empty", b"", "", "not JSON"),
    ("byte order mark", b"\xef\xbb\xbf{}", "\ufeff{}", "not JSON"),
    ("not utf-8", b'{"backend": "\xe9"}', '{"backend": "\ufffd"}', "not JSON"),
    ("half a character", rb'{"backend": "\ud800"}', {"backend": "\ufffd"}, None),
    ("no number", b'{"epsilon": NaN}', {"epsilon": "NaN"}, None),
    ("deep", b"[" * 60000, {"error": "it is nested too deeply"}, "nested"),
    ("large", b" " * 70000 + b"{}", {"error": "it is larger than 64 KiB"}, "larger"),
]


@pytest.mark.parametrize(("raw", "content", "problem"), [row[1:] for row in CONTENTS], ids=[row[0] for row in CONTENTS])
def test_the_content_is_an_object_or_text_or_an_error(tmp_path: Path, raw: bytes, content: object, problem: str | None) -> None:
    (tmp_path / "keras.json").write_bytes(raw)
    found = read_keras_config({"KERAS_HOME": str(tmp_path)}, "/")
    assert (found.content, found.path) == (content, str(tmp_path / "keras.json"))
    assert problem in (found.problem or "") if problem else found.problem is None


def test_no_file_is_an_empty_object_and_a_folder_an_error(tmp_path: Path) -> None:
    assert read_keras_config({"KERAS_HOME": str(tmp_path)}, "/") == ({}, None, None)
    (tmp_path / "keras.json").mkdir()
    assert read_keras_config({"KERAS_HOME": str(tmp_path)}, "/").content == {"error": "it cannot be read: is a directory"}


@pytest.mark.parametrize(
    ("installed", "generation"),
    [
        ([], None),
        ([("keras", "2.1.6")], "2.1.6"),
        ([("keras", "3.1.0"), ("keras", "2.15.0")], "3.1.0"),
        ([("tf-keras", "2.16.0")], "2.15"),
        ([("tf-keras", "2.16.0"), ("keras-nightly", "3.9.0")], None),
        ([("keras", None)], None),
    ],
)
def test_the_first_keras_on_the_path_decides(installed: list[tuple[str, str | None]], generation: str | None) -> None:
    half_removed = Distribution("keras", "2.2.0", leftover=True)
    assert keras_generation([half_removed, *(Distribution(*row) for row in installed)]) == generation


@pytest.mark.parametrize("name", ["KERAS_BACKEND", "KERAS_HOME", "KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED"])
def test_the_variables_that_keras_reads_at_its_import_are_collected(name: str) -> None:
    assert read_variables({name: "", "KERAS_SECRET": "1"}) == {name: ""}


@pytest.mark.parametrize(
    ("installed", "variables", "config", "expected"),
    [
        (
            "keras==2.13.1 keras-core==0.1.7",
            {"KERAS_BACKEND": "jax"},
            None,
            "2.13.1, on TensorFlow only; keras_core 0.1.7, backend jax (by KERAS_BACKEND)",
        ),
        ("keras-core==0.1.7", {}, {"backend": "torch"}, "not installed; keras_core 0.1.7, backend torch (by keras.json)"),
        ("keras==1.0.8", {}, None, "1.0.8, backend theano (by default)"),
        ("keras==1.1.0", {}, None, "1.1.0, backend tensorflow (by default)"),
        ("keras==3.6.0", {"KERAS_BACKEND": ""}, None, "3.6.0, backend tensorflow (by default)"),
    ],
)
def test_the_head_says_which_backend_is_taken(installed: str, variables: dict, config: dict | None, expected: str) -> None:
    assert head(couple(snapshot(installed, env=variables, config=config))).keras == expected
