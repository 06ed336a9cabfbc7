"""One metadata file (METADATA, PKG-INFO): only its headers are read, and whatever is wrong with it, a record comes out."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from kdoctor.collect.files import encodable, read_limited, reason
from kdoctor.model import Distribution

#: Bytes of a metadata file that are looked at; the headers of the largest known ones end before 40 KiB.
LIMIT = 1024 * 1024

_PIECE = 8192

#: The first line that is no header ends them, as for the email parser that metadata readers use; mostly it is a blank line.
#: Both patterns want a line feed before the first line too: a literal first character makes them three times as fast.
_END = re.compile(rb"\n(?![!-9;-~]*:|[ \t])")
_FIELDS = re.compile(rb"\n(name|version|requires-python|requires-dist):[ \t]*(.*(?:\n[ \t].*)*)", re.IGNORECASE)
_FOLDED = re.compile(r"\s*\n\s*")
_SEPARATORS = re.compile(r"[-_.]+")


class Header(NamedTuple):
    """The headers that count; None = the file does not say or could not be read."""

    name: str | None = None
    version: str | None = None
    requires: tuple[str, ...] | None = None
    requires_python: str | None = None
    problem: str | None = None


def record(folder: str, metadata: str, header: Header, name: str, version: str | None) -> Distribution:
    """Join what the header says and what the folder is called; where they differ, the header counts, as for every reader."""
    leftover = metadata.startswith(("~", "-"))
    name = name.strip()
    return Distribution(
        # The contract wants a name; who has none can still be counted.
        name=normalize((header.name or "").strip() or name) or "unnamed",
        version=header.version or version,
        requires=header.requires,
        requires_python=header.requires_python,
        location=encodable(folder),
        metadata=encodable(metadata),
        leftover=leftover,
        problem=header.problem or _contradiction(header, None if leftover else name, version),
    )


def normalize(name: str) -> str:
    """Return the name of a project as PEP 503 compares it."""
    return _SEPARATORS.sub("-", encodable(name)).strip("-").lower()


def split(stem: str) -> tuple[str, str | None]:
    """Return the name and the version that a metadata folder is called by."""
    name, dash, version = stem.rpartition("-")
    return (encodable(name).lstrip("~-"), encodable(version) or None) if dash and name else (encodable(stem).lstrip("~-"), None)


def _contradiction(header: Header, name: str | None, version: str | None) -> str | None:
    if name and header.name and normalize(header.name) != normalize(name):
        return f"the metadata is that of {header.name}, the folder is named for {name}"
    if version and header.version and not _same_version(header.version, version):
        return f"the metadata says version {header.version}, the name of the folder {version}"
    return None


def _same_version(one: str, other: str) -> bool:
    if one == other:
        return True
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - Few folders are named unlike their metadata.

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one.lower().replace("-", "_") == other.lower().replace("-", "_")


def read_header(folder: str, name: str) -> Header:
    """Return the headers of the file `name` in `folder`; what is wrong with the file is told in `problem`."""
    path = os.path.join(folder, name)
    try:
        head, whole = _read_head(path)
    except FileNotFoundError:
        return Header(problem=f"{name} is a link to nothing" if os.path.islink(path) else f"{name} is missing")
    except OSError as error:
        return Header(problem=f"{name} cannot be read: {reason(error)}")
    return _parse(head, name, whole=whole)


def _read_head(path: str) -> tuple[bytes, bool]:
    """Return the headers of a file, a line feed before each, and whether these are all (False: they go beyond LIMIT)."""
    size = _PIECE
    while True:
        content = b"\n" + read_limited(path, size)
        end = _END.search(content)
        # A line cut in the middle may look like no header.
        if len(content) <= size or (end and content.find(b"\n", end.end()) >= 0):
            return content[: end.start() if end else None], True
        if size >= LIMIT:
            return content, False
        size = min(size * 16, LIMIT)


def parse_header(text: str, file: str) -> Header:
    """Return the headers at the beginning of `text`, the content of `file`."""
    content = b"\n" + text.encode("utf-8", "replace")
    end = _END.search(content)
    return _parse(content[: end.start() if end else None], file, whole=True)


def _parse(head: bytes, file: str, *, whole: bool) -> Header:
    if not head:
        return Header(problem=f"{file} is empty or begins with no header")
    first: dict[bytes, str] = {}
    requires = []
    odd = False
    for field, value in _FIELDS.findall(head):
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text, odd = value.decode("utf-8", "replace"), True
        text = (_FOLDED.sub(" ", text) if "\n" in text else text).strip()
        if len(field) == 13:  # noqa: PLR2004 - The length of Requires-Dist tells it from the other three.
            requires.append(text)
        else:
            first.setdefault(field.lower(), text)
    name, version = first.get(b"name"), first.get(b"version")
    faults = (
        (not whole, f"{file} has more than {LIMIT // 1024} KiB of headers"),
        (not name, f"{file} has no Name"),
        (not version, f"{file} has no Version"),
        (odd, f"{file} is not UTF-8"),
    )
    problem = next((text for holds, text in faults if holds), None)
    # A file that ends before its version may have lost its requirements too.
    known = tuple(requires) if whole and name and version else None
    return Header(name or None, version or None, known, first.get(b"requires-python") or None, problem)


def read_installer(folder: str) -> str | None:
    """Return which program installed what the metadata folder describes; None where it does not say."""
    try:
        content = read_limited(os.path.join(folder, "INSTALLER"), 100)
    except OSError:
        return None
    return content.decode("utf-8", "replace").strip().partition("\n")[0] or None
