"""HDF5 files of Keras: the attributes keras_version, backend and model_config of the root group, and nothing else.

A small reader of its own instead of h5py: kdoctor would need NumPy and a parser in C, which a damaged file can bring down, for three
strings. The layout is that of the HDF5 File Format Specification 3.0: superblock (II.A), object headers (IV.A.1), attribute messages
(IV.A.2.m), datatypes (IV.A.2.d), and the global heap (III.E), where strings of variable length lie.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from kdoctor.collect.model_files.config import signs_of
from kdoctor.collect.model_files.limits import Unreadable, at, parsed
from kdoctor.model import ModelFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTRIBUTE, _CONTINUATION, _DENSE = 0x000C, 0x0010, 0x0015
_FIXED, _VARIABLE = 3, 9
#: Blocks and messages of one header that are followed.
_MOST_BLOCKS, _MOST_MESSAGES = 64, 4096
_SHARED = 0x02
_FOUR, _EIGHT = 4, 8


class _Sizes(NamedTuple):
    """How many bytes addresses and lengths take in this file, and where its addresses begin."""

    offset: int
    length: int
    base: int


def read_hdf5(file: BinaryIO, path: str) -> ModelFile:
    """Read who wrote an HDF5 file of Keras; Unreadable where it is none, or damaged."""
    try:
        told = dict(_attributes(file))
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Unreadable("damaged: its header cannot be followed") from None
    weights = "model_config" not in told
    if weights and not told.keys() & {"keras_version", "layer_names", "backend"} and not path.lower().endswith(".weights.h5"):
        raise Unreadable("an HDF5 file, but not of Keras: it has neither a model nor a version of Keras")
    signs = frozenset[str]() if weights else signs_of(parsed(told["model_config"], "model_config"))
    signs |= {"compiled"} if "training_config" in told else set()
    return ModelFile(path, "weights" if weights else "h5", told.get("keras_version"), told.get("backend"), signs=signs)


def _attributes(file: BinaryIO) -> Iterator[tuple[str, str]]:
    sizes, root = _superblock(file)
    for kind, flags, data in _messages(file, root, sizes):
        if kind == _DENSE and _is_used(data, sizes):
            raise Unreadable("HDF5 with its attributes in a heap of their own, as Keras never writes it; kdoctor cannot read that")
        if kind == _ATTRIBUTE and not flags & _SHARED:
            name, value = _attribute(file, data, sizes)
            if value is not None:
                yield name, value


def _is_used(data: bytes, sizes: _Sizes) -> bool:
    """Tell from an attribute info message whether attributes lie in a heap: its address is defined."""
    start = 4 if data[1] & 1 else 2
    return data[start : start + sizes.offset] != b"\xff" * sizes.offset


def _superblock(file: BinaryIO) -> tuple[_Sizes, int]:
    """Give the sizes, and the address of the root group's object header."""
    version = at(file, 8, 1)[0]
    if version in (0, 1):
        offset, length = at(file, 13, 2)
        start = 24 if version == 0 else 28
        base = _number(at(file, start, offset))
        # Past the four addresses, and the name in the root's entry.
        root = _number(at(file, start + 5 * offset, offset))
    elif version in (2, 3):
        offset, length = at(file, 9, 2)
        base = _number(at(file, 12, offset))
        root = _number(at(file, 12 + 3 * offset, offset))
    else:
        raise Unreadable(f"HDF5 with a superblock of version {version}, which kdoctor cannot read")
    if offset not in (_FOUR, _EIGHT) or length not in (_FOUR, _EIGHT):
        raise Unreadable("damaged: its addresses have an impossible size")
    return _Sizes(offset, length, base), base + root


def _messages(file: BinaryIO, place: int, sizes: _Sizes) -> Iterator[tuple[int, int, bytes]]:
    """Give kind, flags and data of each message of an object header."""
    modern = at(file, place, 4) == b"OHDR"
    first, tracked = _first_modern(file, place) if modern else (_first_old(file, place), False)
    blocks, seen = [first], 0
    for start, size in blocks:
        for kind, flags, data in _block(at(file, start, size), modern=modern, tracked=tracked):
            seen += 1
            if seen > _MOST_MESSAGES:
                raise Unreadable("damaged: its header has no end")
            if kind == _CONTINUATION and len(blocks) < _MOST_BLOCKS:
                blocks.append(_continuation(data, sizes, modern=modern))
            yield kind, flags, data


def _first_old(file: BinaryIO, place: int) -> tuple[int, int]:
    version, _, _, _, size = struct.unpack("<BBHII", at(file, place, 12))
    if version != 1:
        raise Unreadable("damaged: it has no root group")
    return place + 16, size


def _first_modern(file: BinaryIO, place: int) -> tuple[tuple[int, int], bool]:
    flags = at(file, place + 5, 1)[0]
    start = place + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    return (start + width, _number(at(file, start, width))), bool(flags & 0x04)


def _continuation(data: bytes, sizes: _Sizes, *, modern: bool) -> tuple[int, int]:
    start = sizes.base + _number(data[: sizes.offset])
    size = _number(data[sizes.offset : sizes.offset + sizes.length])
    # A modern block has a signature before its messages and a checksum behind them.
    return (start + 4, size - 8) if modern else (start, size)


def _block(data: bytes, *, modern: bool, tracked: bool) -> Iterator[tuple[int, int, bytes]]:
    place, head = 0, (6 if tracked else 4) if modern else 8
    while place + head <= len(data):
        if modern:
            kind, size, flags = struct.unpack_from("<BHB", data, place)
        else:
            kind, size, flags = struct.unpack_from("<HHB", data, place)
        yield kind, flags, data[place + head : place + head + size]
        place += head + size


def _attribute(file: BinaryIO, data: bytes, sizes: _Sizes) -> tuple[str, str | None]:
    """Give name and text of an attribute; None where it is no single text."""
    version, _, named, typed, spaced = struct.unpack_from("<BBHHH", data)
    place = 9 if version == 3 else 8  # noqa: PLR2004 -- the version that tells the character set of names.
    step = _eighth if version == 1 else int
    name = data[place : place + named].split(b"\0")[0].decode()
    place += step(named)
    kind, size = data[place] & 0x0F, _number(data[place + 4 : place + 8])
    place += step(typed) + step(spaced)
    if kind == _FIXED:
        return name, data[place : place + size].rstrip(b"\0 ").decode()
    if kind == _VARIABLE:
        return name, _heap_text(file, data[place + 4 : place + 8 + sizes.offset], sizes)
    return name, None


def _heap_text(file: BinaryIO, reference: bytes, sizes: _Sizes) -> str | None:
    """Follow a reference to a text in the global heap."""
    start = sizes.base + _number(reference[: sizes.offset])
    wanted = _number(reference[sizes.offset :])
    if at(file, start, 4) != b"GCOL":
        raise Unreadable("damaged: a text in it is not where it should be")
    end = start + _number(at(file, start + 8, sizes.length))
    place, head = start + 8 + sizes.length, 8 + sizes.length
    for _ in range(_MOST_MESSAGES):
        if place + head > end:
            return None
        index = _number(at(file, place, 2))
        size = _number(at(file, place + 8, sizes.length))
        if index == wanted:
            return at(file, place + head, size).rstrip(b"\0").decode()
        place += head + _eighth(size)
    return None


def _eighth(size: int) -> int:
    """Round up to a multiple of eight."""
    return (size + 7) // 8 * 8


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
