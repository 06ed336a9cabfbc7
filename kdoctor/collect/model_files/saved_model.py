"""SavedModel folders: TensorFlow's version in saved_model.pb, and Keras' in keras_metadata.pb, where Keras 2 wrote one.

The fields are those of tensorflow/core/protobuf/saved_model.proto, meta_graph.proto and keras/protobuf/saved_metadata.proto. Only the
few that tell versions are read; whatever else is in them is skipped by its length.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, BinaryIO

from kdoctor.collect.model_files.limits import LARGEST_CONFIG, Unreadable, at
from kdoctor.model import ModelFile

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Field numbers: SavedModel.meta_graphs, MetaGraphDef.meta_info_def, MetaInfoDef.tensorflow_version.
_META_GRAPHS, _META_INFO, _TENSORFLOW = 2, 1, 5
#: SavedMetadata.nodes, SavedObject.metadata.
_NODES, _METADATA = 1, 5
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
#: TensorFlow before 2.5 writes what Keras says of a model into saved_model.pb itself, among everything else.
_TELLS_INSIDE = re.compile(r"[01]\.|2\.[0-4]\.")
_MOST_FIELDS = 100_000


def read(path: str) -> ModelFile:
    """Read a SavedModel folder; Unreadable where it is none."""
    main = os.path.join(path, "saved_model.pb")
    if not os.path.isfile(main):
        raise Unreadable("a folder without saved_model.pb, so no SavedModel")
    with open(main, "rb") as file:
        tensorflow = _tensorflow(file, os.fstat(file.fileno()).st_size)
    keras = _keras(os.path.join(path, "keras_metadata.pb"))
    sign = "keras" if keras is not None else "keras-untold" if _TELLS_INSIDE.match(tensorflow or "") else None
    return ModelFile(path, "saved_model", keras or None, "tensorflow", tensorflow, frozenset({sign} if sign else ()))


def _tensorflow(file: BinaryIO, size: int) -> str | None:
    for number, start, length in _fields(file, 0, size):
        if number == _META_GRAPHS:
            for inner, place, extent in _fields(file, start, start + length):
                if inner == _META_INFO:
                    return _version(file, place, extent)
    raise Unreadable("damaged: saved_model.pb holds no graph")


def _version(file: BinaryIO, start: int, length: int) -> str | None:
    for number, place, extent in _fields(file, start, start + length):
        if number == _TENSORFLOW:
            return at(file, place, min(extent, 100)).decode(errors="replace")
    return None


def _keras(path: str) -> str | None:
    """Give the version of the Keras that wrote keras_metadata.pb; "" where it tells none, None where there is no such file."""
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        for number, start, length in _fields(file, 0, os.fstat(file.fileno()).st_size):
            if number == _NODES and (version := _node_version(file, start, length)):
                return version
    return ""


def _node_version(file: BinaryIO, start: int, length: int) -> str | None:
    for number, place, extent in _fields(file, start, start + length):
        if number == _METADATA and extent <= LARGEST_CONFIG:
            try:
                version = json.loads(at(file, place, extent)).get("keras_version")
            except (ValueError, RecursionError, AttributeError):
                return None
            return version[:100] if isinstance(version, str) else None
    return None


def _fields(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Give number, place and length of the fields that hold bytes; others are skipped."""
    place = start
    for _ in range(_MOST_FIELDS):
        if place >= end:
            return
        key, place = _varint(file, place)
        kind = key & 7
        if kind == _BYTES:
            length, place = _varint(file, place)
            if place + length > end:
                raise Unreadable("damaged or cut off")
            yield key >> 3, place, length
            place += length
        elif kind == _VARINT:
            _, place = _varint(file, place)
        elif kind in (_FIXED64, _FIXED32):
            place += 8 if kind == _FIXED64 else 4
        else:
            raise Unreadable("damaged: not a protocol buffer")


def _varint(file: BinaryIO, place: int) -> tuple[int, int]:
    file.seek(place)
    data = file.read(_LONGEST_VARINT)
    number = 0
    for index, byte in enumerate(data):
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004 -- the bit that says that more follows.
            return number, place + index + 1
    raise Unreadable("damaged or cut off")
