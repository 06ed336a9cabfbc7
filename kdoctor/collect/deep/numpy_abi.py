"""Which modules were compiled for NumPy 1 alone, by the name under which they look for NumPy's C API.

What is compiled for NumPy 1 asks for `numpy.core._multiarray_umath`. What is compiled for NumPy 2 runs with both: it asks for
`numpy._core._multiarray_umath` first, and for the old name only where NumPy is older. NumPy 2 answers under the old name with a refusal.
Sources: numpy/core/include/numpy/__multiarray_api.h of NumPy 1.26 and 2.x; numpy/core/_multiarray_umath.py of NumPy 2.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kdoctor.collect.deep.elf import Elf

#: A module that looks for the C API lacks this name, which Python provides.
CAPSULE = b"PyCapsule_GetPointer"
_OLD, _NEW = b"numpy.core._multiarray_umath\0", b"numpy._core"
_PROGBITS, _WRITE, _ALLOC, _EXECUTE = 1, 1, 2, 4
_PIECE = 4 * 1024 * 1024
_AT_MOST = 256 * 1024 * 1024


def is_for_old_numpy(elf: Elf) -> bool:
    """Tell whether a file asks for the C API of NumPy under its old name alone; raises struct.error or OSError where it is damaged."""
    old = False
    for content in _constants(elf):
        if _NEW in content:
            return False
        old = old or _OLD in content
    return old


def _constants(elf: Elf) -> Iterator[bytes]:
    """Yield the constants of a file in pieces that overlap by the length of what is looked for."""
    left = _AT_MOST
    for start, size in _sections(elf):
        for at in range(0, min(size, left), _PIECE):
            yield elf.piece(start + at, min(_PIECE + len(_OLD), size - at))
        left -= size


def _sections(elf: Elf) -> Iterable[tuple[int, int]]:
    """Return place and size of the sections that are loaded, never written and no code; of all segments where there are no sections."""
    head = elf.piece(0, 64)
    start, length, number = *struct.unpack_from("<Q", head, 40), *struct.unpack_from("<HH", head, 58)
    table = elf.piece(start, 64 * number) if start and length == 64 else b""  # noqa: PLR2004 - The size of one header.
    found = []
    for at in range(0, len(table) - 63, 64):
        _, kind, flags, _, place, size = struct.unpack_from("<IIQQQQ", table, at)
        if kind == _PROGBITS and flags & (_ALLOC | _WRITE | _EXECUTE) == _ALLOC:
            found.append((place, size))
    return found or [(one.offset, one.size) for one in elf.segments if one.kind == 1]
