"""METADATA of a wheel on an index, without downloading the wheel.

Where the index serves it beside the file (PEP 658), that is one small request. Else a wheel is a zip archive whose directory
lies at the end, and HTTP ranges fetch the end and the one member. Builders write the .dist-info folder last, and auditwheel
sorts it first (TensorFlow 2.21 on Linux), so its entry is in the last or the first part of the directory; only where it is in
neither, the whole directory is fetched (megabytes for TensorFlow).
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from kdoctor.collect.registry.transport import Transport, Unreachable

if TYPE_CHECKING:
    from kdoctor.collect.registry.simple import File

#: How much of either end of the directory is fetched at first: the entries of the .dist-info folder fit in.
_TAIL = 16 << 10
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_NAME = b".dist-info/METADATA"
_STORED, _DEFLATED = 0, 8
#: METADATA is text with a readme; nothing honest is as long.
_MOST = 8 << 20
#: Local headers may carry more extra fields than the directory says.
_SLACK = 1024
_UNKNOWN = 0xFFFFFFFF


class Metadata(NamedTuple):
    """What counts of a METADATA file, requirements in a canonical spelling."""

    requires: tuple[str, ...]
    requires_python: str | None


class _Member(NamedTuple):
    """One entry of the directory of a zip archive."""

    method: int
    crc: int
    size: int
    full_size: int
    offset: int
    name_length: int


def read_metadata(transport: Transport, file: File) -> Metadata:
    """Read the METADATA of one wheel; Unreachable where the index serves neither it nor parts of a sound wheel."""
    if file.metadata:
        try:
            return parse(transport.get(file.url + ".metadata").body)
        except Unreachable as error:
            if error.status is None:
                raise
    if urlsplit(file.url).scheme == "file":
        return parse(_from_disk(file.url))
    try:
        return parse(_from_ranges(transport, file.url))
    except (ValueError, struct.error, zlib.error):
        raise Unreachable(file.url, "no wheel, or a damaged one", 200) from None


def _from_disk(url: str) -> bytes:
    import zipfile  # noqa: PLC0415 -- only for an index in a folder.

    try:
        with zipfile.ZipFile(url2pathname(urlsplit(url).path)) as wheel:
            name = next(name for name in wheel.namelist() if name.count("/") == 1 and name.endswith(_NAME.decode()))
            return wheel.read(name)
    except (OSError, zipfile.BadZipFile, StopIteration):
        raise Unreachable(url, "no wheel, or a damaged one", 200) from None


def _from_ranges(transport: Transport, url: str) -> bytes:
    reply = transport.get(url, {"Range": f"bytes=-{_TAIL}"}, partial=True)
    start = _first_byte(reply.content_range)
    end = _end_record(reply.body)
    member = _find(reply.body)
    for length in (_TAIL, end[1]):
        if member is None and start > end[0]:
            member = _find(_fetch(transport, url, end[0], length))
    if member is None or _UNKNOWN in (member.offset, member.size) or member.full_size > _MOST:
        raise ValueError(url)
    length = _LOCAL.size + member.name_length + _SLACK + member.size
    if member.offset >= start:
        return _content(reply.body[member.offset - start :], member)
    return _content(_fetch(transport, url, member.offset, length), member)


def _fetch(transport: Transport, url: str, start: int, length: int) -> bytes:
    return transport.get(url, {"Range": f"bytes={start}-{start + length - 1}"}, partial=True).body


def _first_byte(content_range: str | None) -> int:
    """Give the first number of `bytes 100-199/200`; ValueError for anything else."""
    return int((content_range or "").removeprefix("bytes").strip().partition("-")[0])


def _end_record(tail: bytes) -> tuple[int, int]:
    """Give where the directory begins and how long it is."""
    at = tail.rfind(b"PK\x05\x06")
    record = _END.unpack_from(tail, at) if at >= 0 else None
    if record is None or _UNKNOWN in record:
        raise ValueError(at)
    return record[6], record[5]


def _find(directory: bytes) -> _Member | None:
    """Find the entry of METADATA in a directory or in the last part of one."""
    at = len(directory)
    while (at := directory.rfind(_NAME, 0, at)) >= 0:
        start = directory.rfind(b"PK\x01\x02", 0, at)
        if start < 0 or start + _ENTRY.size > at:
            continue
        entry = _ENTRY.unpack_from(directory, start)
        name = directory[start + _ENTRY.size : start + _ENTRY.size + entry[10]]
        # A package may carry the .dist-info of another deep inside.
        if name.endswith(_NAME) and name.count(b"/") == 1 and len(name) == entry[10]:
            return _Member(entry[4], entry[7], entry[8], entry[9], entry[16], entry[10])
    return None


def _content(local: bytes, member: _Member) -> bytes:
    """Unpack a member from the bytes that begin with its local header, and check its sum."""
    header = _LOCAL.unpack_from(local)
    start = _LOCAL.size + header[9] + header[10]
    packed = local[start : start + member.size]
    if header[0] != b"PK\x03\x04" or len(packed) != member.size or member.method not in (_STORED, _DEFLATED):
        raise ValueError(member)
    content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _MOST) if member.method == _DEFLATED else packed
    if zlib.crc32(content) != member.crc:
        raise ValueError(member)
    return content


def parse(content: bytes) -> Metadata:
    """Take the requirements and Requires-Python from the head of a METADATA file."""
    from email.parser import BytesHeaderParser  # noqa: PLC0415 -- only an update reads it.

    head = BytesHeaderParser().parsebytes(content)
    written = [str(line) for line in head.get_all("Requires-Dist", ())]
    python = head.get("Requires-Python")
    return Metadata(tuple(canonical(line) for line in written), " ".join(str(python).split()) if python else None)


def canonical(requirement: str) -> str:
    """Spell a requirement as the index does: normalized name, sorted specifiers; as written where it is no requirement."""
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 -- only an update reads it.
    from packaging.utils import canonicalize_name  # noqa: PLC0415 -- the same.

    try:
        read = Requirement(requirement)
    except InvalidRequirement:
        return " ".join(requirement.split())
    extras = f"[{','.join(sorted(read.extras))}]" if read.extras else ""
    where = f" @ {read.url}" if read.url else ",".join(sorted(str(part) for part in read.specifier))
    # After a URL the semicolon needs room, since it may be part of one.
    condition = f"{' ; ' if read.url else ';'}{read.marker}" if read.marker else ""
    return f"{canonicalize_name(read.name)}{extras}{where}{condition}"
