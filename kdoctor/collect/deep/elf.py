"""The dynamic part of one ELF file, read by few and small reads: what the loader reads of it, and no more.

Only the tables that the loader needs are read: the segments, the dynamic section, versions and, where a symbol is looked up, the hash
table. Nothing is mapped into memory, so that a file that shrinks meanwhile cannot end the process; every number of the file is held
against the file's size. Sources: the System V ABI (gABI, ELF), the Linux Standard Base (symbol versions), glibc elf/dl-lookup.c.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.deep.symbols import Symbols
from kdoctor.collect.files import reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELF64_LITTLE = b"\x7fELF\x02\x01"
_LOAD, _DYNAMIC, _INTERP, _PROPERTY = 1, 2, 3, 0x6474E553
_SEGMENTS_AT_MOST = 4096
#: Bytes of one table or string that are read; TensorFlow's library path, the longest known text, takes 40 KiB.
_TABLE = 1024 * 1024
_STRING = 256 * 1024
#: Bytes of the name of a library or a version, how many libraries a file may need, and how many versions.
_NAME, _MOST = 4096, 4096
#: Note type of GNU properties, and the property that names instruction set levels which the file needs (x86-64 psABI).
_PROPERTIES, _ISA_NEEDED = 5, 0xC0008002
_WEAK = 2

#: Dynamic tags.
_NEEDED, _HASH, _STRTAB, _SYMTAB, _STRSZ, _SONAME, _RPATH, _RUNPATH = 1, 4, 5, 6, 10, 14, 15, 29
_GNU_HASH, _VERDEF, _VERDEFNUM, _VERNEED, _VERNEEDNUM = 0x6FFFFEF5, 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF


class Damaged(Exception):  # noqa: N818 - It never leaves this package; what users see is a fault.
    """What is wrong with a file that should be an ELF file of this machine's kind, in a few words."""


class Foreign(Damaged):
    """A sound ELF file of another machine or word size."""


class Segment(NamedTuple):
    """A part of the file, and where it lies in memory."""

    kind: int
    offset: int
    address: int
    size: int


class Elf:
    """One shared library, extension module or program; raises Damaged or OSError where it cannot be read."""

    def __init__(self, path: str) -> None:
        self.path = path
        #: e_machine, such as 62 for x86-64.
        self.machine = 0
        self.folder = os.path.dirname(path)
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            self._read()
        except struct.error:
            raise Damaged("cut off") from None
        finally:
            self.close()

    def close(self) -> None:
        """Close the file; a later look-up opens it again."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _read(self) -> None:
        self._size = os.fstat(self._file).st_size
        head = self.piece(0, 64)
        if not head.startswith(b"\x7fELF"):
            raise Damaged("empty" if not head.strip(b"\0") else "no ELF file")
        if len(head) < 64:  # noqa: PLR2004 - The header of a 64-bit file.
            raise Damaged("cut off")
        if not head.startswith(_ELF64_LITTLE):
            raise Foreign("not of 64 bits, little-endian")
        (self.machine,) = struct.unpack_from("<H", head, 18)
        start, number = struct.unpack_from("<Q", head, 32)[0], struct.unpack_from("<H", head, 56)[0]
        self.segments = tuple(self._segments(start, number))
        lost = max((one.offset + one.size for one in self.segments if one.kind == _LOAD), default=0) - self._size
        if lost > 0:
            raise Damaged(f"cut off: {lost} bytes are missing")
        tags = self._dynamic()
        one = dict(reversed(tags))
        self._strings = (self.offset(one.get(_STRTAB, 0)), one.get(_STRSZ, 0))
        self.needed = tuple(self.text(value, _NAME) for tag, value in tags[:_MOST] if tag == _NEEDED)
        self.soname = self.text(one[_SONAME], _NAME) if _SONAME in one else None
        self.runpath = self._folders(one.get(_RUNPATH))
        #: As for the loader, one is without effect beside the other.
        self.rpath = self._folders(one.get(_RPATH)) if _RUNPATH not in one else ()
        self.versions_needed = tuple(self._versions_needed(one.get(_VERNEED), one.get(_VERNEEDNUM, 0)))
        self.versions = frozenset(self._versions(one.get(_VERDEF), one.get(_VERDEFNUM, 0)))
        self.symbols = Symbols(self, one.get(_SYMTAB), one.get(_GNU_HASH), one.get(_HASH), one.get(_STRTAB))

    def _segments(self, start: int, number: int) -> Iterator[Segment]:
        if number > _SEGMENTS_AT_MOST:
            raise Damaged("its table of segments is damaged")
        table = self.piece(start, 56 * number)
        if len(table) < 56 * number:
            raise Damaged("cut off")
        for kind, _, offset, address, _, size, _, _ in struct.iter_unpack("<IIQQQQQQ", table):
            if kind in (_LOAD, _DYNAMIC, _INTERP, _PROPERTY):
                yield Segment(kind, offset, address, size)

    def _dynamic(self) -> list[tuple[int, int]]:
        place = next((one for one in self.segments if one.kind == _DYNAMIC), None)
        table = self.piece(place.offset, min(place.size, _TABLE)) if place else b""
        tags: list[tuple[int, int]] = []
        for tag, value in struct.iter_unpack("<QQ", table[: len(table) // 16 * 16]):
            if tag == 0:
                break
            tags.append((tag, value))
        return tags

    def piece(self, offset: int, size: int) -> bytes:
        """Return the bytes at a place of the file, fewer where it ends."""
        if self._file < 0:
            self._file = os.open(self.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
        size = max(0, min(size, self._size - offset))
        content = piece = os.pread(self._file, size, offset) if size else b""
        while piece and len(content) < size:
            piece = os.pread(self._file, size - len(content), offset + len(content))
            content += piece
        return content

    def offset(self, address: int) -> int:
        """Return the place in the file of an address in memory."""
        for one in self.segments:
            if one.kind == _LOAD and one.address <= address < one.address + one.size:
                return address - one.address + one.offset
        if address:
            raise Damaged("a table lies outside of the file")
        return 0

    def text(self, number: int, most: int = _STRING) -> str:
        """Return a string of the string table, cut after `most` bytes."""
        start, size = self._strings
        if number >= size:
            raise Damaged("a name lies outside of its table")
        limit = 256
        while True:
            head, end, _ = self.piece(start + number, min(limit, size - number)).partition(b"\0")
            if end or limit >= min(most, size - number):
                return head.decode("utf-8", "replace")
            limit *= 16

    @property
    def strings(self) -> tuple[int, int]:
        """Where the string table lies in the file, and its size."""
        return self._strings

    @property
    def size(self) -> int:
        """The size of the file in bytes."""
        return self._size

    @property
    def loader(self) -> str | None:
        """The program that loads this one; None where it is no program."""
        place = next((one for one in self.segments if one.kind == _INTERP), None)
        return self.piece(place.offset, min(place.size, 4096)).partition(b"\0")[0].decode("utf-8", "replace") if place else None

    def _folders(self, number: int | None) -> tuple[str, ...]:
        return () if number is None else tuple(dict.fromkeys(entry for entry in self.text(number).split(":") if entry))

    def _versions_needed(self, address: int | None, number: int) -> Iterator[tuple[str, str]]:
        """Yield the file that should define a version, and the version, weak ones left out."""
        if address is None:
            return
        table, at, left = self.piece(self.offset(address), _TABLE), 0, _MOST
        for _ in range(min(number, left)):
            _, count, file, aux, step = struct.unpack_from("<HHIII", table, at)
            place = at + aux
            left -= count
            for _ in range(count if left > 0 else 0):
                _, flags, _, name, further = struct.unpack_from("<IHHII", table, place)
                if not flags & _WEAK:
                    yield self.text(file, _NAME), self.text(name, _NAME)
                if not further:
                    break
                place += further
            if not step:
                break
            at += step

    def _versions(self, address: int | None, number: int) -> Iterator[str]:
        if address is None:
            return
        table, at = self.piece(self.offset(address), _TABLE), 0
        for _ in range(min(number, _MOST)):
            _, _, _, _, _, aux, step = struct.unpack_from("<HHHHIII", table, at)
            yield self.text(struct.unpack_from("<I", table, at + aux)[0], _NAME)
            if not step:
                break
            at += step

    def instruction_levels(self) -> int:
        """Return the levels of x86-64 that the loader must find before it loads the file: 1 = baseline, 2 = v2, 4 = v3, 8 = v4."""
        for one in self.segments:
            if one.kind == _PROPERTY:
                return _isa_needed(self.piece(one.offset, min(one.size, _TABLE)))
        return 0


def _isa_needed(notes: bytes) -> int:
    if len(notes) < 16:  # noqa: PLR2004 - The head of a note and its name.
        return 0
    _, size, kind = struct.unpack_from("<III", notes)
    at, end = 16, min(16 + size, len(notes))
    while kind == _PROPERTIES and at + 8 <= end:
        name, length = struct.unpack_from("<II", notes, at)
        if name == _ISA_NEEDED and at + 12 <= end:
            return int(struct.unpack_from("<I", notes, at + 8)[0])
        at += 8 + (length + 7) // 8 * 8
    return 0


def open_elf(path: str) -> Elf | str | Foreign:
    """Return the file, or what is wrong with it: a Foreign for another machine's, else words."""
    try:
        return Elf(path)
    except Foreign as foreign:
        return foreign
    except Damaged as damaged:
        return str(damaged)
    except OSError as error:
        return f"cannot be read: {reason(error)}"
    except (OverflowError, ValueError, MemoryError):
        return "its tables are damaged"
