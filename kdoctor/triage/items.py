"""The reports of a folder or of a file of JSON lines, one by one, so that no more than one of them is ever in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from kdoctor.contract.plain import LARGEST
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINES = (".jsonl", ".ndjson")
_HINT = "give a folder of reports, a file with one JSON document a line, or - for such lines on standard input"


class Item(NamedTuple):
    """A report that nobody has read yet."""

    #: The path, for a line with its number: "reports.jsonl:17".
    name: str
    #: Its bytes; None = they are in the file of that name.
    data: bytes | None = None
    #: Why it cannot be read, if that is known already.
    problem: str = ""
    #: Bytes of the input that are behind it, to show how far the work is.
    size: int = 0


def items(path: str, stdin: BinaryIO) -> Iterator[Item]:
    """Give the reports in the order of the lines, or of the names in a folder; KdoctorError where there is no such input."""
    if path == "-":
        yield from _lines(stdin, "standard input")
    elif Path(path).is_dir():
        yield from _folder(path)
    else:
        with _opened(path) as file:
            yield from _lines(file, path)


def total(path: str) -> int | None:
    """Give the bytes that `items` will go through; None where nobody can tell."""
    if path == "-":
        return None
    try:
        names = _names(path) if Path(path).is_dir() else (path,)
        return sum(Path(name).stat().st_size for name in names)
    except OSError:
        return None


def contents(item: Item) -> bytes:
    """Give the bytes of an item; KdoctorError where its file cannot be read."""
    if item.problem:
        raise KdoctorError(item.problem)
    if item.data is not None:
        return item.data
    with _opened(item.name) as file:
        return file.read(LARGEST + 1)


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        raise KdoctorError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", _HINT) from error


def _lines(file: BinaryIO, name: str) -> Iterator[Item]:
    number = 0
    while line := file.readline(LARGEST + 1):
        number += 1
        size = len(line)
        too_long = size > LARGEST and not line.endswith(b"\n")
        while too_long and (more := file.readline(LARGEST)):
            size += len(more)
            if more.endswith(b"\n"):
                break
        if too_long:
            yield Item(f"{name}:{number}", problem=f"{name}:{number}: larger than {LARGEST // 2**20} MiB", size=size)
        elif line.strip():
            yield Item(f"{name}:{number}", line, size=size)


def _folder(path: str) -> Iterator[Item]:
    for name in _names(path):
        yield from _listed(name)


def _listed(name: str) -> Iterator[Item]:
    try:
        if name.lower().endswith(_LINES):
            with _opened(name) as file:
                yield from _lines(file, name)
        else:
            yield Item(name, size=Path(name).stat().st_size)
    except OSError as error:
        yield Item(name, problem=f"{name} cannot be read: {error.strerror}")
    except KdoctorError as error:
        yield Item(name, problem=error.message)


def _names(path: str) -> Iterator[str]:
    """Give the files of a folder and of those below it, by name; hidden ones and links are left alone."""
    for folder, below, files in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for file in sorted(files):
            path_of = Path(folder) / file
            if not file.startswith(".") and path_of.is_file() and not path_of.is_symlink():
                yield str(path_of)
