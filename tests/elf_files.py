"""Small ELF files for the tests, with the tables that a loader reads: as a linker would write them, or damaged at will."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

from kdoctor.collect.deep.symbols import gnu_hash

X86_64, AARCH64 = 62, 183


class Library(NamedTuple):
    """What is in a file: the names that it offers and lacks, what it needs, and where that is looked for."""

    offers: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    soname: str = ""
    rpath: str = ""
    runpath: str = ""
    #: Versions that it defines, and pairs of a needed file and a version.
    versions: tuple[str, ...] = ()
    wants: tuple[tuple[str, str], ...] = ()
    machine: int = X86_64
    #: Level of x86-64 instructions that it is marked to need: 2 = v2, 4 = v3.
    level: int = 0
    constants: bytes = b""
    #: Whether the hash table is of the older kind.
    old_hash: bool = False
    interpreter: str = ""

    def write(self, path: Path) -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content())
        return str(path)

    def content(self) -> bytes:
        strings = _Strings()
        symbols = [struct.pack("<IBBHQQ", 0, 0, 0, 0, 0, 0)]
        symbols += [struct.pack("<IBBHQQ", strings.add(name), 0x12, 0, 0, 0, 0) for name in self.lacks]
        symbols += [struct.pack("<IBBHQQ", strings.add(name), 0x22, 0, 0, 0, 0) for name in self.weak]
        first = len(symbols)
        symbols += [struct.pack("<IBBHQQ", strings.add(name), 0x12, 0, 7, 0x1000, 8) for name in self.offers]
        tags = [(1, strings.add(name)) for name in self.needed]
        tags += [(tag, strings.add(text)) for tag, text in ((14, self.soname), (15, self.rpath), (29, self.runpath)) if text]
        needs, defines = _version_needs(self.wants, strings), _version_definitions(self.versions, strings)
        parts = {
            6: b"".join(symbols),
            5: bytes(strings.content),
            (4 if self.old_hash else 0x6FFFFEF5): _old_hash(len(symbols)) if self.old_hash else _gnu_hash(first, self.offers),
            **({0x6FFFFFFE: needs} if self.wants else {}),
            **({0x6FFFFFFC: defines} if self.versions else {}),
        }
        at, body = 64 + 4 * 56, b""
        for tag, part in parts.items():
            tags.append((tag, at + len(body)))
            body += part + b"\0" * (-len(part) % 8)
        tags += [
            (10, len(strings.content)),
            (11, 24),
            (0x6FFFFFFF, len({file for file, _ in self.wants})),
            (0x6FFFFFFD, len(self.versions)),
        ]
        note = struct.pack("<III4sIIII", 4, 16, 5, b"GNU\0", 0xC0008002, 4, self.level, 0) if self.level else b""
        program = self.interpreter.encode() + b"\0" if self.interpreter else b""
        body += note + program + self.constants
        dynamic = b"".join(struct.pack("<QQ", *tag) for tag in (*tags, (0, 0)))
        end = at + len(body)
        places = [(1, 0, end + len(dynamic)), (2, end, len(dynamic))]
        notes = end - len(self.constants) - len(program) - len(note)
        places.append((0x6474E553, notes, len(note)) if note else (0, 0, 0))
        places.append((3, notes + len(note), len(program)) if program else (0, 0, 0))
        segments = b"".join(struct.pack("<IIQQQQQQ", kind, 4, place, place, place, size, size, 8) for kind, place, size in places)
        head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, self.machine, 1, 0, 64, 0, 0, 64, 56, 4, 64, 0, 0)
        return head + segments + body + dynamic


class _Strings:
    def __init__(self) -> None:
        self.content = bytearray(b"\0")

    def add(self, text: str) -> int:
        place = len(self.content)
        self.content += text.encode() + b"\0"
        return place


def _gnu_hash(first: int, names: tuple[str, ...]) -> bytes:
    """One bucket, and a filter that lets everything through."""
    hashes = [gnu_hash(name.encode()) & ~1 for name in names]
    if hashes:
        hashes[-1] |= 1
    head = struct.pack("<IIIIQI", 1, first if names else 1, 1, 6, 2**64 - 1, first if names else 0)
    return head + b"".join(struct.pack("<I", value) for value in hashes)


def _old_hash(number: int) -> bytes:
    return struct.pack("<II", 1, number) + bytes(4 + 4 * number)


def _version_needs(wants: tuple[tuple[str, str], ...], strings: _Strings) -> bytes:
    files = list(dict.fromkeys(file for file, _ in wants))
    content = b""
    for file in files:
        names = [version for one, version in wants if one == file]
        size = 16 + 16 * len(names)
        content += struct.pack("<HHIII", 1, len(names), strings.add(file), 16, 0 if file == files[-1] else size)
        for name in names:
            content += struct.pack("<IHHII", 0, 0, 2, strings.add(name), 0 if name == names[-1] else 16)
    return content


def _version_definitions(versions: tuple[str, ...], strings: _Strings) -> bytes:
    content = b""
    for name in versions:
        content += struct.pack("<HHHHIII", 1, 0, 2, 1, 0, 20, 0 if name == versions[-1] else 28) + struct.pack("<II", strings.add(name), 0)
    return content
