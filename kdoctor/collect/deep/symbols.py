"""The dynamic symbols of one ELF file: which names it lacks, and whether it offers a name.

TensorFlow's library has half a million names in 90 MB. So a name is looked up as the loader does it, by the GNU hash table, and only the
names that a file lacks are listed: they come first in its table, since they are not hashed.
"""

from __future__ import annotations

import struct
from array import array
from operator import mul
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

_SYMBOL = struct.Struct("<IBBHQQ")
#: String tables are read in blocks of this size, and no name is longer than the other: the longest of TensorFlow takes 10 KiB.
_BLOCK = 256 * 1024
_LONGEST = 16 * 1024
_GLOBAL, _WEAK, _UNIQUE = 1, 2, 10
_DYNSYM = 11


def gnu_hash(name: bytes) -> int:
    """Return the hash of a name in the table DT_GNU_HASH: h = h * 33 + c, beginning with 5381, of 32 bits."""
    while len(_POWERS) <= len(name):
        _POWERS.insert(0, _POWERS[0] * 33 & 0xFFFFFFFF)
    # Powers of 33 weigh the bytes; those for the last bytes stand at the end.
    weighed: int = sum(map(mul, name, _POWERS[len(_POWERS) - len(name) :]))
    return (weighed + 5381 * _POWERS[len(_POWERS) - len(name) - 1]) & 0xFFFFFFFF


_POWERS = [1]


class Source(Protocol):
    """The file whose symbols are read."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    @property
    def strings(self) -> tuple[int, int]:
        """Where its string table lies in the file, and the size of that."""

    def piece(self, offset: int, size: int) -> bytes:
        """Return the bytes at a place of the file, fewer where it ends."""

    def offset(self, address: int) -> int:
        """Return the place in the file of an address in memory."""


class Symbols:
    """Reads the tables when they are asked for; raises struct.error or Damaged where they are damaged."""

    def __init__(self, elf: Source, symtab: int | None, gnu: int | None, old: int | None, strtab: int | None) -> None:
        self._elf = elf
        self._symtab = elf.offset(symtab) if symtab else None
        self._gnu = elf.offset(gnu) if gnu else None
        self._old = elf.offset(old) if old else None
        self._distance = strtab - symtab if symtab and strtab and strtab > symtab else 0
        self._blocks: dict[int, bytes] = {}
        self._table: _Hashed | None = None
        self._names: frozenset[bytes] | None = None

    def lacking(self) -> Iterator[bytes]:
        """Yield the names that others must provide when the file is loaded; weak ones may be absent."""
        if self._symtab is None:
            return
        table = self._elf.piece(self._symtab, _SYMBOL.size * self._first_hashed())
        # Names may share their ends, but not all of them all the time.
        left = 4 * self._elf.strings[1] + _LONGEST
        for name, info, _, section, _, _ in _SYMBOL.iter_unpack(table[: len(table) // _SYMBOL.size * _SYMBOL.size]):
            if section == 0 and info >> 4 == _GLOBAL and name:
                found = self._name(name)
                left -= len(found)
                if left < 0:
                    raise struct.error
                yield found
        self._blocks.clear()

    def offers(self, name: bytes, hashed: int) -> bool:
        """Tell whether the file defines a name; `hashed` is its gnu_hash."""
        if self._gnu is not None:
            if self._table is None:
                self._table = _Hashed(self._elf, self._gnu)
            return any(self._is(number, name) for number in self._table.find(hashed))
        if self._names is None:
            self._names = frozenset(self._defined())
        return name in self._names

    def _is(self, number: int, name: bytes) -> bool:
        entry = self._elf.piece((self._symtab or 0) + number * _SYMBOL.size, _SYMBOL.size)
        place, info, _, section, _, _ = _SYMBOL.unpack(entry)
        if section == 0 or info >> 4 not in (_GLOBAL, _WEAK, _UNIQUE):
            return False
        start, size = self._elf.strings
        wanted = name + b"\0"
        return place < size and self._elf.piece(start + place, len(wanted)) == wanted

    def _name(self, place: int) -> bytes:
        start, size = self._elf.strings
        if place >= size:
            return b""
        block, inner = divmod(place, _BLOCK)
        if block not in self._blocks:
            # What is asked for lies close together, and a name may go on in the next block.
            self._blocks[block] = self._elf.piece(start + block * _BLOCK, min(_BLOCK + _LONGEST, size - block * _BLOCK))
        content = self._blocks[block]
        end = content.find(b"\0", inner)
        return content[inner:end] if end >= 0 else b""

    def _defined(self) -> Iterator[bytes]:
        """Yield the names that a file without a GNU hash table defines; without any hash table the loader finds none."""
        if self._symtab is None or self._old is None:
            return
        table = self._elf.piece(self._symtab, _SYMBOL.size * self._count())
        for name, info, _, section, _, _ in _SYMBOL.iter_unpack(table[: len(table) // _SYMBOL.size * _SYMBOL.size]):
            if section and info >> 4 in (_GLOBAL, _WEAK, _UNIQUE):
                yield self._name(name)

    def _first_hashed(self) -> int:
        """Return the number of the first symbol that is in the hash table; all that is lacking stands before it."""
        if self._gnu is None:
            return self._count()
        if self._table is None:
            self._table = _Hashed(self._elf, self._gnu)
        return self._table.first if self._table.last >= self._table.first else self._count()

    def _count(self) -> int:
        """Return how many symbols there are where the hash table does not say."""
        most = self._elf.size // _SYMBOL.size
        if self._old is not None:
            (told,) = struct.unpack("<I", self._elf.piece(self._old + 4, 4))
            return min(int(told), most)
        return min(_by_section(self._elf) or self._distance // _SYMBOL.size, most)


def _by_section(elf: Source) -> int | None:
    """Return how many symbols the section headers tell, which a stripped file may lack."""
    head = elf.piece(0, 64)
    start, size, number = *struct.unpack_from("<Q", head, 40), *struct.unpack_from("<HH", head, 58)
    table = elf.piece(start, size * number) if start and size == 64 else b""  # noqa: PLR2004 - The size of one header.
    for at in range(0, len(table) - 63, 64):
        if struct.unpack_from("<I", table, at + 4)[0] == _DYNSYM:
            return int(struct.unpack_from("<Q", table, at + 32)[0]) // _SYMBOL.size
    return None


class _Hashed:
    """A table DT_GNU_HASH: a bloom filter, buckets, and chains of hashes each of which ends with an odd one."""

    def __init__(self, elf: Source, place: int) -> None:
        buckets, self.first, filters, self._shift = struct.unpack("<IIII", elf.piece(place, 16))
        self._bloom = _numbers("Q", elf.piece(place + 16, 8 * filters))
        place += 16 + 8 * filters
        self._buckets = _numbers("I", elf.piece(place, 4 * buckets))
        place += 4 * buckets
        #: The number of the last symbol; chains are read to the end of the one that begins last.
        self.last = self._last(elf, place)
        self._chains = _numbers("I", elf.piece(place, 4 * max(0, self.last + 1 - self.first)))

    def _last(self, elf: Source, place: int) -> int:
        number = max(self._buckets, default=0)
        while number >= self.first:
            piece = _numbers("I", elf.piece(place + 4 * (number - self.first), 4096))
            end = next((at for at, value in enumerate(piece) if value & 1), None)
            if end is not None:
                return number + end
            if not piece:
                return number - 1
            number += len(piece)
        return 0

    def find(self, hashed: int) -> Iterator[int]:
        """Yield the numbers of the symbols that have this hash."""
        if not self._bloom or not self._buckets:
            return
        word = self._bloom[(hashed >> 6) % len(self._bloom)]
        if not (word >> (hashed & 63)) & (word >> ((hashed >> (self._shift & 31)) & 63)) & 1:
            return
        number = self._buckets[hashed % len(self._buckets)]
        while 0 <= number - self.first < len(self._chains):
            value = self._chains[number - self.first]
            if (value ^ hashed) >> 1 == 0:
                yield number
            if value & 1:
                return
            number += 1


def _numbers(kind: str, content: bytes) -> array[int]:
    numbers = array(kind)
    numbers.frombytes(content[: len(content) // numbers.itemsize * numbers.itemsize])
    return numbers
