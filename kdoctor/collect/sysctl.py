"""Ask macOS for a kernel value; everywhere else there is none."""

from __future__ import annotations

import sys


def sysctl_number(name: str) -> int | None:
    """Return an integer of macOS's sysctl; None where it has no such name."""
    value = _sysctl(name)
    return int.from_bytes(value, sys.byteorder) if value else None


def sysctl_text(name: str) -> str | None:
    """Return a string of macOS's sysctl; None where it has no such name."""
    value = _sysctl(name)
    return value.partition(b"\0")[0].decode("utf-8", "replace") or None if value else None


def _sysctl(name: str) -> bytes | None:
    if sys.platform != "darwin":
        return None
    import ctypes  # noqa: PLC0415 -- only macOS pays for it.

    buffer = ctypes.create_string_buffer(256)
    size = ctypes.c_size_t(len(buffer))
    failed = ctypes.CDLL(None).sysctlbyname(name.encode(), buffer, ctypes.byref(size), None, 0)
    return None if failed else buffer.raw[: size.value]
