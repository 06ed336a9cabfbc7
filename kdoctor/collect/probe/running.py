"""Starting the guard of a step, waiting for what it says, and ending it whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any, cast

from kdoctor.collect.probe.guard import PATIENCE
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Self

_GUARD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guard.py")

#: Bytes of what a guard says that are read; it says less.
_LIMIT = 4 * 1024 * 1024
_TICK = 0.2
#: Seconds for which the guard's own start and end are waited for, beyond the step's time.
_GRACE = PATIENCE + 15.0


class Guarded:
    """A guard and the step below it; a context manager that leaves neither process nor folder behind."""

    def __init__(self, request: str, environ: Mapping[str, str]) -> None:
        self._process = _start(environ)
        self._output = b""
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()
        with contextlib.suppress(OSError):
            self._pipe().write(request.encode("ascii") + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the guard, which then ends the step; where it is dead itself or does not come to an end, do its work."""
        with contextlib.suppress(OSError):
            self._pipe().close()
        try:
            clean = self._process.wait(PATIENCE + 3.0) == 0
        except subprocess.TimeoutExpired:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
            clean = False
        if not clean:
            self._stand_in()
        self._reader.join(1.0)
        if self._process.stdout and not self._reader.is_alive():
            self._process.stdout.close()

    def wait(self, seconds: float, tick: Callable[[float], object]) -> dict[str, Any]:
        """Return what the guard says at the end, {"failure": ...} where it says nothing; `tick` hears the seconds that have passed."""
        start = time.monotonic()
        while self._reader.is_alive() and time.monotonic() < start + seconds + _GRACE:
            tick(time.monotonic() - start)
            self._reader.join(_TICK)
        lines = self._lines()
        answer = next((line for line in lines if "pid" not in line), None)
        return answer or {"failure": "the process that watched over it ended"}

    def _stand_in(self) -> None:
        for line in self._lines():
            pid, folder = line.get("pid"), line.get("folder")
            if isinstance(pid, int) and hasattr(os, "killpg"):
                with contextlib.suppress(OSError):
                    os.killpg(pid, signal.SIGKILL)
            if isinstance(folder, str):
                shutil.rmtree(folder, ignore_errors=True)

    def _lines(self) -> list[dict[str, Any]]:
        found = []
        for line in self._output.splitlines():
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
        return [line for line in found if isinstance(line, dict)]

    def _pipe(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)

    def _drain(self) -> None:
        stream = self._process.stdout
        while stream and len(self._output) < _LIMIT:
            piece = os.read(stream.fileno(), 65536)
            if not piece:
                return
            self._output += piece


def _start(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    if not sys.executable:
        raise KdoctorError("--probe cannot run: kdoctor runs in an interpreter that cannot be started a second time")
    kept = {name: value for name, value in environ.items() if not name.startswith("PYTHON")}
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", _GUARD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
            # Ctrl-C on the terminal is for kdoctor, which tells the guard by closing its standard input.
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError) as error:
        raise KdoctorError(f"--probe cannot run: {sys.executable} cannot be started: {error}") from error
