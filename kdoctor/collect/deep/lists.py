"""The lists of files that came with distributions (RECORD), held against the disk and against each other."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.deep.family import some
from kdoctor.collect.files import read_limited, reason
from kdoctor.model import FileList, Overlap, Owner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kdoctor.model import Distribution

#: Bytes of one list that are read; that of TensorFlow, the longest, takes 3 MB.
_LIMIT = 64 * 1024 * 1024

#: Installers that always write a list, and write it last.
_WRITE_LISTS = ("pip", "uv")
#: conda rewrites paths in files after the list was made, and leaves files out; its own tool (conda verify) knows.
_REWRITE = ("conda",)

#: Files up to this size are hashed to tell whose they are, and so many of them.
_HASHED_UP_TO = 1024 * 1024
_HASHED_AT_MOST = 64


#: With so large a part of all files missing, nobody can have meant them to be there.
_HOLLOW = 0.9


class Entry(NamedTuple):
    """One line of a list."""

    #: Relative to the folder that holds the metadata, with forward slashes.
    path: str
    #: Such as "sha256=mzq0…"; "" = not told.
    digest: str
    #: In bytes; -1 = not told.
    size: int


class Lists(NamedTuple):
    """What came of reading the lists."""

    #: Those of which something is to be told.
    faults: tuple[FileList, ...]
    #: How many lists were read.
    number: int
    overlaps: tuple[Overlap, ...]
    #: True where hardly a file of any list is there: the metadata was copied without what it speaks of.
    hollow: bool
    #: Folder -> path in it -> the normalized name of the distribution that lists it; of several, the last.
    owners: dict[str, dict[str, str]]


def read_lists(distributions: Sequence[Distribution]) -> Lists:
    """Hold the list of each distribution against the disk and against the others."""
    faults: list[FileList] = []
    shelves: dict[str, list[tuple[Distribution, list[Entry]]]] = {}
    for one in distributions:
        entries, problem = _read(one)
        if entries is None:
            if problem:
                faults.append(FileList(one.name, one.version, problem=problem))
            continue
        shelves.setdefault(one.location or "", []).append((one, entries))
    seen = {folder: _Folder(folder) for folder in shelves}
    overlaps = [overlap for folder, shelf in shelves.items() for overlap in _overlaps(seen[folder], shelf)]
    held = [_held(seen[folder], one, entries) for folder, shelf in shelves.items() for one, entries in shelf]
    faults += [fault for fault in held if fault.missing.total or fault.changed.total]
    hollow = sum(fault.missing.total for fault in held) > _HOLLOW * sum(fault.listed for fault in held)
    owners = {folder: {entry.path: one.name for one, entries in shelf for entry in entries} for folder, shelf in shelves.items()}
    return Lists(tuple(faults), len(held), tuple(overlaps), hollow, owners)


def _read(one: Distribution) -> tuple[list[Entry] | None, str | None]:
    """Return the entries that count; None where there is no list, with the reason where that is worth telling."""
    if not (one.metadata or "").lower().endswith(".dist-info") or one.installer in _REWRITE or one.editable:
        return None, None
    path = os.path.join(one.location or "", one.metadata or "", "RECORD")
    try:
        content = read_limited(path, _LIMIT)
    except FileNotFoundError:
        return None, "RECORD is missing" if one.installer in _WRITE_LISTS else None
    except OSError as error:
        return None, f"RECORD cannot be read: {reason(error)}"
    text = content.decode("utf-8", "surrogateescape")
    if len(content) == _LIMIT:
        return None, f"RECORD is larger than {_LIMIT // 2**20} MiB"
    return list(_entries(text, one.metadata or "")), None


def _entries(text: str, metadata: str) -> Iterator[Entry]:
    own = f"{metadata}/"
    for line in text.splitlines():
        path, digest, size = _fields(line)
        if _counts(path, own):
            yield Entry(path, digest, int(size) if size.isascii() and size.isdigit() and len(size) < 19 else -1)  # noqa: PLR2004 - 64 bits.


def _fields(line: str) -> tuple[str, str, str]:
    if '"' not in line:
        path, _, rest = line.partition(",")
        digest, _, size = rest.partition(",")
        return path, digest, size
    import csv  # noqa: PLC0415 - Hardly any file name has a comma or a quote in it.

    try:
        path, digest, size, *_ = [*next(csv.reader([line]), []), "", "", ""]
    except csv.Error:
        return "", "", ""
    return path, digest, size


def _counts(path: str, own: str) -> bool:
    """Tell whether a file is one of the distribution's own: not compiled at installation, no script, no metadata, nothing outside."""
    if not path or path.endswith((".pyc", ".pyo", "/")) or path.startswith((own, "../", "/", "__pycache__/")):
        return False
    return not ("\0" in path or "/../" in path or "\\" in path or path[1:2] == ":" or "/__pycache__/" in path)


class _Folder:
    """Sizes of the files below one folder of the path, asked once; None = not there, -1 = not to be told."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._sizes: dict[str, int | None] = {}

    def size(self, path: str) -> int | None:
        if path not in self._sizes:
            self._sizes[path] = _size(f"{self.folder}/{path}")
        return self._sizes[path]


def _size(path: str) -> int | None:
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return -1
    return found.st_size if stat.S_ISREG(found.st_mode) else -1


def _held(folder: _Folder, one: Distribution, entries: list[Entry]) -> FileList:
    missing: list[str] = []
    changed: list[str] = []
    for entry in entries:
        size = folder.size(entry.path)
        if size is None:
            missing.append(entry.path)
        elif size >= 0 and entry.size >= 0 and size != entry.size:
            changed.append(entry.path)
    return FileList(one.name, one.version, len(entries), some(_telling(missing)), some(_telling(changed)))


def _telling(paths: list[str]) -> list[str]:
    """Put what an import would miss first: packages' own files, then code, then the rest."""
    return sorted(paths, key=_weight)


def _weight(path: str) -> tuple[bool, bool, int, str]:
    code = path.endswith((".py", ".so", ".pyd")) or ".so." in path
    return not path.endswith("/__init__.py"), not code, path.count("/"), path


def _overlaps(folder: _Folder, shelf: list[tuple[Distribution, list[Entry]]]) -> Iterator[Overlap]:
    """Yield for each set of distributions the files that all of them list, each in another way."""
    listed: dict[str, list[tuple[int, Entry]]] = {}
    for number, (_, entries) in enumerate(shelf):
        for entry in entries:
            listed.setdefault(entry.path, []).append((number, entry))
    grouped: dict[tuple[int, ...], list[list[tuple[int, Entry]]]] = {}
    for rows in listed.values():
        if len(rows) > 1 and len({entry.digest for _, entry in rows if entry.digest}) > 1:
            grouped.setdefault(tuple(number for number, _ in rows), []).append(rows)
    for numbers, files in grouped.items():
        yield _overlap(folder, [shelf[number][0] for number in numbers], files)


def _overlap(folder: _Folder, owners: list[Distribution], files: list[list[tuple[int, Entry]]]) -> Overlap:
    kept = [0] * len(owners)
    hashed = 0
    for rows in files:
        sizes = {entry.size for _, entry in rows}
        told = len(sizes) == len(rows)
        hashed += not told
        holder = _holder(folder, [entry for _, entry in rows], hashing=not told and hashed <= _HASHED_AT_MOST)
        if holder is not None:
            kept[holder] += 1
    paths = [rows[0][1].path for rows in files]
    tops = [path.partition("/")[0] for path in paths]
    return Overlap(
        folder=max(set(tops), key=lambda top: (tops.count(top), top)),
        owners=tuple(Owner(one.name, one.version, count) for one, count in zip(owners, kept, strict=True)),
        differing=some(_telling(paths)),
    )


def _holder(folder: _Folder, entries: list[Entry], *, hashing: bool) -> int | None:
    """Say whose a file is, by its size and, where that does not tell and it is small, by its hash; None = nobody's, or not told."""
    size = folder.size(entries[0].path)
    fitting = [number for number, entry in enumerate(entries) if entry.size == size]
    if len(fitting) < 2:  # noqa: PLR2004 - Two cannot be told apart by size.
        return fitting[0] if fitting else None
    if not hashing or (size or 0) > _HASHED_UP_TO:
        return None
    digest = _digest(f"{folder.folder}/{entries[0].path}")
    return next((number for number in fitting if entries[number].digest == digest), None)


def _digest(path: str) -> str | None:
    import base64  # noqa: PLC0415 - Few environments have files of two owners.
    import hashlib  # noqa: PLC0415

    try:
        content = read_limited(path, _HASHED_UP_TO)
    except OSError:
        return None
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
