"""Writing files: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat

from kdoctor.errors import KdoctorError


def write_file(path: str, text: str) -> None:
    """Write text and a line feed to a file, in UTF-8, so that a reader sees the old content or the new, and never half of it.

    A pipe or a device is written to as it is. Raises KdoctorError, with the file and the reason, where that cannot be done.
    """
    write_bytes(path, f"{text}\n".encode("utf-8", "replace"))


def write_bytes(path: str, data: bytes) -> None:
    """Write bytes to a file in the same way."""
    try:
        mode = _mode(path)
        if mode is None or stat.S_ISREG(mode):
            _replace(os.path.realpath(path), data, mode)
        else:
            with open(path, "wb") as file:  # noqa: PTH123 -- one style for all of the package.
                file.write(data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KdoctorError(f"{path} cannot be written: {reason}") from error


def append_to_file(path: str, text: str) -> None:
    """Write text and a line feed behind what stands in a file. Raises KdoctorError where that cannot be done."""
    try:
        with open(path, "ab") as file:  # noqa: PTH123 -- the same.
            file.write(f"{text}\n".encode("utf-8", "replace"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KdoctorError(f"{path} cannot be written: {reason}") from error


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode  # noqa: PTH116 -- the same.
    except FileNotFoundError:
        return None


def _replace(path: str, data: bytes, mode: int | None) -> None:
    new = f"{path}.{os.getpid()}.new"
    try:
        # What a new file may be read by is for the umask to say, what an old one was stays.
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:  # noqa: PTH123 -- the same.
            file.write(data)
        if mode is not None:
            os.chmod(new, stat.S_IMODE(mode))  # noqa: PTH101 -- the same.
        os.replace(new, path)  # noqa: PTH105 -- the same.
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)  # noqa: PTH108 -- the same.
        raise
