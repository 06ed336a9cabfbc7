"""A program run for its few lines of output: in a session of its own, with a deadline, stopped together with its children."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from kdoctor.collect.files import encodable
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

_HINT = "Name another interpreter or environment: kdoctor check --python PATH"

#: Set by a launcher on macOS for itself alone; a child that sees it takes the launcher for its own name.
_TRAPS = ("__PYVENV_LAUNCHER__",)


class Child:
    """A started program; a context manager that leaves no process behind. Raises KdoctorError where it cannot be started."""

    #: Bytes of output that are kept; no more is read.
    limit = 64 * 1024

    def __init__(self, program: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self._process = _start(program, arguments, environ)
        self._output = b""
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def read(self, deadline: float) -> str | None:
        """Return what it printed (both streams) once it is done; None if it was not by `deadline` (of time.monotonic)."""
        self._reader.join(max(0.0, deadline - time.monotonic()))
        return None if self._reader.is_alive() else self._output.decode("utf-8", "replace")

    def wait(self, deadline: float) -> int | None:
        """Return its exit code, negative for a signal; None if it still ran at `deadline`."""
        try:
            return self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End it and its group if it still runs; one that cannot be killed within a second is left to itself."""
        if self._process.poll() is None:
            # What has said all it had to say ends by itself within milliseconds.
            grace = 0.0 if self._reader.is_alive() else 0.1
            if self.wait(time.monotonic() + grace) is None:
                self._kill()
        if self._process.stdout and not self._reader.is_alive():
            self._process.stdout.close()

    def _kill(self) -> None:
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        except OSError:
            return
        if self.wait(time.monotonic() + 1.0) is not None:
            self._reader.join(1.0)

    def _drain(self) -> None:
        stream = self._process.stdout
        while stream and len(self._output) < self.limit:
            piece = os.read(stream.fileno(), self.limit)
            if not piece:
                return
            self._output += piece


def _start(program: str, arguments: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # The flags make an interpreter ignore PYTHON* variables; site.getuserbase() reads the one that is kept.
    kept = {name: value for name, value in environ.items() if name == "PYTHONUSERBASE" or not name.startswith("PYTHON")}
    try:
        return subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={name: value for name, value in kept.items() if name not in _TRAPS},
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError) as error:
        raise KdoctorError(encodable(_failure(program, error)), _HINT) from error


def _failure(program: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError) and os.path.exists(program):
        return f"{program} cannot be started: the interpreter or loader that it names is not there."
    if isinstance(error, FileNotFoundError):
        return f"{program} is not there."
    if isinstance(error, PermissionError):
        return f"{program} may not be run: permission denied."
    if isinstance(error, OSError) and (error.errno == 8 or getattr(error, "winerror", 0) in (193, 216)):  # noqa: PLR2004 - ENOEXEC.
        return f"{program} is not a program for this machine."
    return f"{program} cannot be started: {error}."
