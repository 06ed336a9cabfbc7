"""`.keras` files: zip archives with metadata.json, config.json and the weights. Only the first two are read."""

from __future__ import annotations

import zipfile
import zlib
from typing import Any, BinaryIO

from kdoctor.collect.model_files.config import signs_of
from kdoctor.collect.model_files.limits import LARGEST_CONFIG, LARGEST_FIELD, Unreadable, parsed
from kdoctor.model import ModelFile

#: Members of an archive; one of Keras has a handful, and assets.
_MOST_MEMBERS = 100_000


def read_archive(file: BinaryIO, path: str) -> ModelFile:
    """Read a `.keras` archive; Unreadable where it is none."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(names) > _MOST_MEMBERS or "metadata.json" not in names or "config.json" not in names:
                raise Unreadable("a zip archive, but not of Keras: it lacks metadata.json or config.json")
            metadata = parsed(_member(archive, "metadata.json", LARGEST_FIELD), "metadata.json")
            config = parsed(_member(archive, "config.json", LARGEST_CONFIG), "config.json")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"damaged or cut off: {' '.join(str(error).split())[:100]}") from None
    return ModelFile(path, "keras", keras_version=_text(metadata, "keras_version"), backend=None, signs=signs_of(config))


def _member(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    with archive.open(name) as member:
        data = member.read(largest + 1)
    if len(data) > largest:
        raise Unreadable(f"{name} in it is larger than {largest // 2**20} MiB")
    return data


def _text(tree: dict[str, Any], key: str) -> str | None:
    value = tree.get(key)
    return value[:100] if isinstance(value, str) else None
