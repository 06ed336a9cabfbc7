"""Where the loader of Linux finds a library: the rules of ld.so(8) and glibc elf/dl-load.c.

In this order: the DT_RPATH of the one that needs it, of whoever loaded that one, and of the program (each only where there is no
DT_RUNPATH beside it); LD_LIBRARY_PATH; the DT_RUNPATH of the one that needs it; /etc/ld.so.cache; the default folders.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

from kdoctor.collect.deep.elf import Elf, Foreign, open_elf
from kdoctor.collect.files import read_limited

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_CACHE = "/etc/ld.so.cache"
_CACHE_LIMIT = 16 * 1024 * 1024
_MAGIC = b"glibc-ld.so.cache1.1"
#: e_machine -> the word for $PLATFORM, and the folder that Debian gives its libraries.
MACHINES = {62: ("x86_64", "x86_64-linux-gnu"), 183: ("aarch64", "aarch64-linux-gnu")}
#: What is wrong with a file for another machine; the loader passes over it.
FOREIGN = "made for another machine"
#: So many files are looked at in search of one name, of a hostile path too.
_FOLDERS_AT_MOST = 4096


class Loader:
    """Finds libraries for one interpreter; every file is opened once."""

    def __init__(self, program: Elf | None, machine: int, environ_path: str) -> None:
        self.machine = machine
        self._platform, triplet = MACHINES[machine]
        self._environ = tuple(entry for entry in environ_path.replace(";", ":").split(":") if entry)
        self._program = program
        own = os.path.dirname(os.path.realpath(program.loader)) if program and program.loader else ""
        standard = (f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib64", "/usr/lib64", "/lib", "/usr/lib")
        self._default = tuple(dict.fromkeys((*((own,) if own else ()), *standard)))
        self._cache: dict[str, list[str]] | None = None
        self._files: dict[str, Elf | str] = {}
        self._there: dict[str, frozenset[str]] = {}
        self._folders: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def open(self, path: str) -> Elf | str:
        """Return the file at a path, or what is wrong with it."""
        real = os.path.realpath(path)
        if real not in self._files:
            found = open_elf(real)
            foreign = isinstance(found, Foreign) or (isinstance(found, Elf) and found.machine != self.machine)
            self._files[real] = FOREIGN if foreign or isinstance(found, Foreign) else found
        return self._files[real]

    def find(self, name: str, needers: Sequence[Elf]) -> Elf | str | None:
        """Return the library of that name; `needers` are who needs it, who loaded that one, and so on, the program last.

        None = there is none; text = what is wrong with the one that the loader would take.
        """
        if "/" in name:
            return self.open(name) if os.path.isfile(name) else None
        return self._in(self._search(needers), name) or self._cached(name) or self._in(self._default, name)

    def _in(self, folders: Iterable[str], name: str) -> Elf | str | None:
        for folder in folders:
            if name in self._names(folder):
                found = self.open(f"{folder}/{name}")
                # The loader passes over libraries of another machine, and goes on.
                if found != FOREIGN:
                    return found
        return None

    def _search(self, needers: Sequence[Elf]) -> Iterator[str]:
        first = needers[0]
        for one in needers if not first.runpath else ():
            yield from self._expanded(one, one.rpath)
        yield from self._environ
        yield from self._expanded(first, first.runpath)

    def names_for(self, one: Elf) -> frozenset[str]:
        """Return the names of all files that the loader would find for what one file opens while it runs."""
        if self._cache is None:
            self._cache = read_cache(_CACHE)
        folders = (*self._expanded(one, one.rpath), *self._environ, *self._expanded(one, one.runpath), *self._default)
        return frozenset(self._cache).union(*(self._names(folder) for folder in folders))

    def _expanded(self, one: Elf, entries: tuple[str, ...]) -> tuple[str, ...]:
        key = (one.folder, entries)
        if key not in self._folders:
            paths = (os.path.normpath(self._expand(one, entry)) for entry in entries[:_FOLDERS_AT_MOST])
            self._folders[key] = tuple(path for path in dict.fromkeys(paths) if self._names(path))
        return self._folders[key]

    def _expand(self, one: Elf, entry: str) -> str:
        for word, value in (("ORIGIN", one.folder), ("LIB", "lib64"), ("PLATFORM", self._platform)):
            entry = entry.replace(f"${{{word}}}", value).replace(f"${word}", value)
        return entry

    def _names(self, folder: str) -> frozenset[str]:
        """Return the names in a folder."""
        if folder not in self._there:
            try:
                self._there[folder] = frozenset(os.listdir(folder))
            except (OSError, ValueError):
                self._there[folder] = frozenset()
        return self._there[folder]

    def _cached(self, name: str) -> Elf | None:
        """Return the library that /etc/ld.so.cache names, the first that can be opened."""
        if self._cache is None:
            self._cache = read_cache(_CACHE)
        for path in self._cache.get(name, ()):
            found = self.open(path) if os.path.isfile(path) else None
            if isinstance(found, Elf):
                return found
        return None


def read_cache(path: str) -> dict[str, list[str]]:
    """Return the libraries that an ld.so.cache names, by file name; {} where it cannot be read or is damaged."""
    try:
        content = read_limited(path, _CACHE_LIMIT)
        return _parse_cache(content)
    except (OSError, struct.error, ValueError):
        return {}


def _parse_cache(content: bytes) -> dict[str, list[str]]:
    # An older table may stand before it; then the newer one begins at the next multiple of eight.
    start = content.find(_MAGIC)
    if start < 0:
        return {}
    number, _ = struct.unpack_from("<II", content, start + 20)
    found: dict[str, list[str]] = {}
    for at in range(start + 48, min(start + 48 + 24 * number, len(content) - 23), 24):
        _, key, value, _, _ = struct.unpack_from("<iIIIQ", content, at)
        found.setdefault(_string(content, start + key), []).append(_string(content, start + value))
    return found


def _string(content: bytes, place: int) -> str:
    end = content.find(b"\0", place)
    return os.fsdecode(content[place : end if end >= 0 else place])
