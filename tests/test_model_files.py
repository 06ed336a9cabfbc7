"""Saved models, read without loading: who wrote them, and what damaged and hostile ones do."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from kdoctor.collect.model_files import read_model
from kdoctor.errors import KdoctorError
from kdoctor.model import ModelFile

LAYERS = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "module": "keras.layers", "config": {}}]}}
LAMBDA = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {"function": ["4wEA", None, None]}}]}}
CUSTOM = {"class_name": "Functional", "config": {"layers": [{"class_name": "Mine", "module": "my.layers", "registered_name": "my>Mine"}]}}


def archive(path, metadata, config, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr("metadata.json", metadata if isinstance(metadata, bytes) else json.dumps(metadata))
        file.writestr("config.json", config if isinstance(config, bytes) else json.dumps(config))
        file.writestr("model.weights.h5", b"")
    return str(path)


def hdf5(path, attributes, **how):
    with h5py.File(path, "w", **how) as file:
        for name, value in attributes.items():
            file.attrs[name] = value
        file.create_group("model_weights")
    return str(path)


@pytest.mark.parametrize(
    ("config", "signs"), [(LAYERS, set()), (LAMBDA, {"lambda"}), (CUSTOM, {"custom", "functional"})], ids=["own layers", "lambda", "custom"]
)
def test_keras_archive(tmp_path, config, signs):
    path = archive(tmp_path / "m.keras", {"keras_version": "3.6.0", "date_saved": "2024-01-01"}, config)
    assert read_model(path) == ModelFile(path, "keras", "3.6.0", signs=frozenset(signs))


#: What Keras wrote at different times: bytes, text, texts of a fixed length, more attributes than fit into one block.
FORMS = [
    ({"keras_version": b"2.15.0", "backend": b"tensorflow"}, {}),
    ({"keras_version": "3.6.0", "backend": "jax"}, {}),
    ({"keras_version": np.bytes_("2.3.1"), "backend": np.bytes_("theano")}, {}),
    ({"keras_version": "3.6.0", "backend": "torch"}, {"libver": "latest"}),
    ({"keras_version": "2.15.0", "backend": "tensorflow", "more": 1}, {"track_order": True}),
    ({"keras_version": "2.15.0", "backend": "tensorflow"}, {"userblock_size": 512}),
    ({**{f"first{number}": "x" * 500 for number in range(20)}, "keras_version": b"2.9.0", "backend": b"tensorflow"}, {}),
]


@pytest.mark.parametrize(("attributes", "how"), FORMS, ids=lambda one: str(one)[:40])
def test_hdf5(tmp_path, attributes, how):
    path = hdf5(tmp_path / "m.h5", {**attributes, "model_config": json.dumps(LAMBDA)}, **how)
    if how.get("userblock_size"):
        # What stands before the signature belongs to somebody else; Keras writes nothing there.
        with pytest.raises(KdoctorError, match="nor HDF5"):
            read_model(path)
        return
    told = {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in attributes.items()}
    assert read_model(path) == ModelFile(path, "h5", told["keras_version"], told["backend"], signs=frozenset({"lambda"}))


def test_attributes_in_a_heap_of_their_own(tmp_path):
    many = {f"more{number}": number for number in range(9)}
    with pytest.raises(KdoctorError, match="kdoctor cannot read that"):
        read_model(hdf5(tmp_path / "m.h5", {"keras_version": "2.15.0", **many}, track_order=True))


def test_a_configuration_of_any_size(tmp_path):
    config = {"class_name": "Functional", "config": {"layers": [LAYERS["config"]["layers"][0] for _ in range(20_000)]}}
    path = hdf5(tmp_path / "m.h5", {"keras_version": "2.15.0", "model_config": json.dumps(config)})
    assert read_model(path).form == "h5"


def test_weights_without_a_model(tmp_path):
    old = hdf5(tmp_path / "old.h5", {"layer_names": [b"dense"], "keras_version": b"2.9.0", "backend": b"tensorflow"})
    new = hdf5(tmp_path / "new.weights.h5", {})
    assert read_model(old) == ModelFile(old, "weights", "2.9.0", "tensorflow")
    assert read_model(new) == ModelFile(new, "weights")
    with pytest.raises(KdoctorError, match="not of Keras"):
        read_model(hdf5(tmp_path / "data.h5", {"title": "measurements"}))


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(number):
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*data, number))


def saved_model(folder, tensorflow=b"2.15.1", keras=None):
    folder.mkdir()
    info = field(1, b"v1") + field(2, b"x" * 300_000) + field(5, tensorflow)
    (folder / "saved_model.pb").write_bytes(field(1, 1) + field(2, field(1, info) + field(2, b"graph" * 1000)))
    if keras is not None:
        node = field(2, 0) + field(3, b"root") + field(4, b"_tf_keras_model") + field(5, json.dumps({"keras_version": keras}).encode())
        (folder / "keras_metadata.pb").write_bytes(field(1, node))
    return str(folder)


def test_saved_model(tmp_path):
    of_keras = saved_model(tmp_path / "a", keras="2.15.0")
    exported = saved_model(tmp_path / "b", b"2.18.0")
    assert read_model(of_keras) == ModelFile(of_keras, "saved_model", "2.15.0", "tensorflow", "2.15.1", frozenset({"keras"}))
    assert read_model(exported) == ModelFile(exported, "saved_model", None, "tensorflow", "2.18.0")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"hello", "neither a .keras archive nor HDF5"),
        (b"PK\x03\x04 and no more", "damaged or cut off"),
        (b"\x89HDF\r\n\x1a\n", "cut off"),
        (b"\x89HDF\r\n\x1a\n" + b"\xff" * 200, "superblock of version 255"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 200, "addresses have an impossible size"),
    ],
)
def test_what_is_no_model_is_told_in_one_line(tmp_path, content, told):
    path = tmp_path / "m.keras"
    path.write_bytes(content)
    with pytest.raises(KdoctorError) as caught:
        read_model(str(path))
    assert told in caught.value.message
    assert caught.value.message.startswith(str(path))


@pytest.mark.parametrize(
    ("metadata", "config", "told"),
    [
        (b"{", LAYERS, "metadata.json is not JSON"),
        (b"[]", LAYERS, "metadata.json is no JSON object"),
        ({}, b"[" * 100_000, "config.json is not JSON"),
        (b"{}" + b" " * 2_000_000, LAYERS, "metadata.json in it is larger than 1 MiB"),
        ({}, b"{}" + b" " * (65 * 2**20), "config.json in it is larger than 64 MiB"),
    ],
    ids=["cut", "list", "deep", "large", "bomb"],
)
def test_hostile_archives(tmp_path, metadata, config, told):
    with pytest.raises(KdoctorError, match=told):
        read_model(archive(tmp_path / "m.keras", metadata, config, zipfile.ZIP_DEFLATED))


def test_odd_values_are_unknown(tmp_path):
    assert read_model(archive(tmp_path / "m.keras", {"keras_version": 3}, {"class_name": 7, "module": ["x"]})).keras_version is None


def test_missing_members_and_paths(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("readme.txt", "x")
    for path, told in (("other.zip", "not of Keras"), ("absent.keras", "No such file"), (".", "no SavedModel")):
        with pytest.raises(KdoctorError, match=told):
            read_model(str(tmp_path / path))


def complaint(path):
    """Give what is said of a file that cannot be read; "" for one that can."""
    try:
        read_model(str(path))
    except KdoctorError as error:
        return error.message
    return ""


def whole(tmp_path):
    yield "m.keras", Path(archive(tmp_path / "a.keras", {"keras_version": "3.6.0"}, LAYERS)).read_bytes()
    for number, (attributes, how) in enumerate(FORMS):
        yield "m.h5", Path(hdf5(tmp_path / f"{number}.h5", {**attributes, "model_config": json.dumps(LAYERS)}, **how)).read_bytes()


def test_damage_anywhere_is_told_or_changes_nothing(tmp_path):
    """Cut and changed files end in one line; nothing else is raised, and nothing runs on."""
    chance = random.Random(7)
    for name, data in whole(tmp_path):
        for _ in range(300):
            damaged = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)
            for _ in range(chance.randrange(8) if damaged else 0):
                damaged[chance.randrange(min(len(damaged), 3000))] = chance.randrange(256)
            path = tmp_path / name
            path.write_bytes(damaged)
            assert "\n" not in complaint(path)


def test_a_saved_model_that_is_damaged(tmp_path):
    path = saved_model(tmp_path / "m", keras="2.15.0")
    chance = random.Random(3)
    for name in ("saved_model.pb", "keras_metadata.pb"):
        data = (tmp_path / "m" / name).read_bytes()
        for _ in range(200):
            damaged = bytearray(data)
            for _ in range(3):
                damaged[chance.randrange(min(len(damaged), 200))] = chance.randrange(256)
            (tmp_path / "m" / name).write_bytes(damaged)
            assert "\n" not in complaint(path)
        (tmp_path / "m" / name).write_bytes(data)
