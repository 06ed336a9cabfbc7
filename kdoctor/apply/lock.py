"""One change of an environment at a time."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from kdoctor.errors import KdoctorError

_LOCK = "kdoctor-fix.lock"


@contextlib.contextmanager
def alone(folder: str) -> Iterator[int]:
    """Keep others from changing the environment meanwhile, and give the open lock; KdoctorError where somebody is at it.

    The system drops the lock with its last holder, however that ends. A child that inherits it keeps it, so that an installer which
    outlives a killed kdoctor still keeps the next one away.
    """
    path = os.path.join(folder, _LOCK)
    handle = _locked(path)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield handle
    finally:
        # Removed while it is held: whoever opened it meanwhile sees that it is no longer the file of that name.
        with contextlib.suppress(OSError):
            os.unlink(path)
        os.close(handle)


def _locked(path: str) -> int:
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        except OSError as error:
            raise KdoctorError(f"{path} cannot be written: {error.strerror}", "nothing was changed") from error
        try:
            _take(handle)
        except OSError:
            owner = os.pread(handle, 20, 0).decode("ascii", "replace") if hasattr(os, "pread") else ""
            os.close(handle)
            raise KdoctorError(_told(owner), "wait until it has ended") from None
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        os.close(handle)


def _told(owner: str) -> str:
    """Say who holds the lock; `owner` is the number of the process that wrote it, if that could be read."""
    if not owner.isdigit():
        return "another kdoctor fix is changing this environment"
    if os.name == "posix":
        try:
            os.kill(int(owner), 0)
        except ProcessLookupError:
            return f"a kdoctor fix was killed here (process {owner}), but its installer still runs"
        except OSError:
            pass
    return f"another kdoctor fix is changing this environment (process {owner})"


def _take(handle: int) -> None:
    """Lock the file or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 -- there only.

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 -- there only.

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
