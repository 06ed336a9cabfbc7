"""The index as a file: a header, a directory, and one compressed block a project, so that one look decodes one project.

The first line is `kdoctor-index/1 <date> <bytes of the directory> <crc32 of date and directory>`. The directory has lines
`<name> <bytes of its block> <most releases to keep, or ->`, sorted by name, after one named `*` for the shared dictionary of
deflate. The blocks follow in that order.

A block is deflated text of three parts, parted by an empty line: requirements, wheel tags, and releases, oldest first, one a
line, whose columns are parted by tabs. A number in a column counts the lines of the parts before. The same releases give the
same bytes.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.knowledge.release import Release, Variant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAGIC = b"kdoctor-index/1 "
_DICTIONARY = "*"
#: What deflate can look back on; a longer dictionary would not be seen.
_WINDOW = 32_000
_HINT = "remove the file if `kdoctor knowledge update` wrote it, else reinstall kdoctor"


class Project(NamedTuple):
    """All releases of one project, oldest first; `keep` = only so many of the newest are kept."""

    releases: tuple[Release, ...]
    keep: int | None = None


class Entry(NamedTuple):
    """Where the block of one project lies."""

    start: int
    length: int
    keep: int | None


class Directory(NamedTuple):
    """What stands in front of the blocks."""

    date: str
    dictionary: bytes
    entries: Mapping[str, Entry]


def read_date(head: bytes) -> str | None:
    """Give the date in the first bytes of an index file (64 are enough); None where this is no such file."""
    if not head.startswith(MAGIC):
        return None
    date = head[len(MAGIC) :].partition(b" ")[0].decode("ascii", "replace")
    return date if date.count("-") == 2 and len(date) == len("YYYY-MM-DD") else None  # noqa: PLR2004 -- the same.


def read_directory(content: bytes, where: str) -> Directory:
    """Read all but the blocks; KdoctorError naming `where` for a file that is foreign, cut off or damaged."""
    date = read_date(content[:64])
    if date is None:
        raise KdoctorError(f"{where} is no index that this kdoctor can read", _HINT)
    head, _, rest = content.partition(b"\n")
    try:
        length, check = (int(word) for word in head.split()[2:])
        return _directory(date, content, rest[:length], check, len(head) + 1 + length)
    except (KeyError, ValueError, zlib.error) as error:
        raise _damaged(where) from error


def _directory(date: str, content: bytes, text: bytes, check: int, start: int) -> Directory:
    if _sum(date, text) != check:
        raise ValueError(check)
    entries: dict[str, Entry] = {}
    for line in text.decode().splitlines():
        name, length, keep = line.split(" ")
        entries[name] = Entry(start, int(length), None if keep == "-" else int(keep))
        start += int(length)
    if start != len(content):
        raise ValueError(start)
    shared = entries.pop(_DICTIONARY)
    return Directory(date, zlib.decompress(content[shared.start : shared.start + shared.length]), entries)


def read_project(content: bytes, directory: Directory, name: str, where: str) -> Project:
    """Decode one project; without releases for a name that the index does not hold."""
    entry = directory.entries.get(name)
    if entry is None:
        return Project(())
    block = content[entry.start : entry.start + entry.length]
    try:
        return Project(_releases(_inflate(block, directory.dictionary)), entry.keep)
    except (ValueError, IndexError, zlib.error) as error:
        raise _damaged(where) from error


def _inflate(block: bytes, dictionary: bytes) -> str:
    inflate = zlib.decompressobj(zdict=dictionary)
    text = inflate.decompress(block) + inflate.flush()
    if not inflate.eof:
        raise ValueError(len(block))
    return text.decode()


def _damaged(where: str) -> KdoctorError:
    return KdoctorError(f"{where} is damaged", _HINT)


def _releases(text: str) -> tuple[Release, ...]:
    requirements, tags, lines = (part.split("\n") for part in text.split("\n\n"))
    required, tagged = _Numbers(requirements), _Numbers(tags)
    return tuple([_release(line.split("\t"), required, tagged) for line in lines])


class _Numbers(dict[str, tuple[str, ...]]):
    """Number columns turned into what they stand for; neighbours share most columns, so each is turned but once."""

    def __init__(self, table: list[str]) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, column: str) -> tuple[str, ...]:
        self[column] = value = tuple([self._table[int(number)] for number in column.split()])
        return value


def _release(columns: list[str], required: _Numbers, tagged: _Numbers) -> Release:
    version, date, python, flags, tags, needs, variants, source, reason = columns
    return Release(
        version,
        python or None,
        date or None,
        "y" in flags,
        "p" in flags,
        "s" in flags,
        tagged[tags],
        None if needs == "?" else required[needs],
        tuple([_variant(part, required) for part in variants.split(";")]) if variants else (),
        source or "wheel",
        reason or None,
    )


def _variant(text: str, required: _Numbers) -> Variant:
    keys, _, needs = text.partition(":")
    return Variant(tuple(keys.split(",")), required[needs])


def write(date: str, projects: Mapping[str, Project]) -> bytes:
    """Give the bytes of an index file; `date` is YYYY-MM-DD, the names are normalized, the releases oldest first."""
    texts = {name: _text(projects[name].releases) for name in sorted(projects) if projects[name].releases}
    dictionary = _dictionary(texts.values())
    blocks = [zlib.compress(dictionary, 9), *(_deflate(text, dictionary) for text in texts.values())]
    keeps = ["-", *(str(projects[name].keep or "-") for name in texts)]
    rows = zip((_DICTIONARY, *texts), blocks, keeps, strict=True)
    directory = "".join(f"{name} {len(block)} {keep}\n" for name, block, keep in rows).encode()
    head = MAGIC + f"{date} {len(directory)} {_sum(date, directory)}\n".encode()
    return head + directory + b"".join(blocks)


def _sum(date: str, directory: bytes) -> int:
    return zlib.crc32(directory, zlib.crc32(date.encode()))


def _deflate(text: bytes, dictionary: bytes) -> bytes:
    deflate = zlib.compressobj(9, zdict=dictionary)
    return deflate.compress(text) + deflate.flush()


def _dictionary(texts: Iterable[bytes]) -> bytes:
    """Give the lines that most projects share, the commonest last, since deflate reaches the end most cheaply."""
    count: dict[bytes, int] = {}
    for text in texts:
        for line in set(text.rpartition(b"\n\n")[0].split(b"\n")):
            count[line] = count.get(line, 0) + 1
    shared = sorted((line for line, times in count.items() if times > 1), key=lambda line: (-count[line], line))
    return b"\n".join(reversed(b"\n".join(shared)[:_WINDOW].split(b"\n")))


def _text(releases: Iterable[Release]) -> bytes:
    required: dict[str, int] = {}
    tagged: dict[str, int] = {}
    lines = [_line(release, required, tagged) for release in releases]
    return "\n\n".join("\n".join(part) for part in (required, tagged, lines)).encode()


def _line(release: Release, required: dict[str, int], tagged: dict[str, int]) -> str:
    known = release.requirements
    columns = (
        release.version,
        release.date or "",
        " ".join((release.requires_python or "").split()),
        "y" * release.yanked + "p" * release.prerelease + "s" * release.sdist,
        _numbers(release.tags, tagged),
        "?" if known is None else _numbers(known, required),
        ";".join(f"{','.join(v.keys)}:{_numbers(v.requires, required)}" for v in release.variants),
        "" if release.source == "wheel" else release.source,
        " ".join((release.yanked_reason or "").split()),
    )
    return "\t".join(columns)


def _numbers(values: Iterable[str], table: dict[str, int]) -> str:
    # Metadata comes from strangers: a line break in it must not start a line here.
    lines = (" ".join(value.split()) for value in values)
    return " ".join([str(table.setdefault(line, len(table))) for line in lines])
