"""The guard of one step of the live probe: it starts the patient's interpreter, watches it, ends all that came of it, and cleans up.

It is run as `PYTHON -I -S -B guard.py` with kdoctor's own interpreter, in a session of its own, so that Ctrl-C reaches kdoctor and not
the guard. It reads one line of JSON (see `Request`), prints one line on whom it started, and at the end one line on what happened. When
its standard input closes, kdoctor is gone, be it by Ctrl-C or SIGKILL: then it ends all as well, and says nothing.

How no process is left behind: on Linux the guard is a child subreaper (prctl(2)), so that every orphan below it, also one that left its
session by setsid, becomes its child; it kills its children until there are none. On macOS it kills the process groups of all
descendants that `ps` shows while the child lives; what orphaned itself into a session of its own before escapes. On Windows
`taskkill /T` ends the tree. Nothing here is imported from kdoctor or from site-packages.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, NamedTuple

#: Seconds that processes may take to die of SIGKILL; one that sits in the kernel for longer is left to itself.
PATIENCE = 5.0

#: Bytes kept of the beginning and of the end of what the child prints, of what it tells, and of a crash report.
_KEPT = 64 * 1024
_TOLD = 256 * 1024

_PR_SET_CHILD_SUBREAPER = 36
_PAUSE = 0.02
_POSIX = os.name == "posix"
_LINUX = sys.platform == "linux"


class Request(NamedTuple):
    """What kdoctor asks for."""

    #: The interpreter and its options.
    command: list[str]
    #: Path of step.py and the name of the step.
    step: str
    name: str
    environment: dict[str, str]
    #: Where the user stands.
    cwd: str
    seconds: float
    #: Content of the keras.json that Keras would read, in base 64; None = there is none.
    keras_json: str | None = None
    #: MiB of data that a process may have; None = no limit.
    memory: int | None = None


class Ending(NamedTuple):
    """How the child ended: by an exit code or signal, or (both None) not by itself; and its largest size in KiB."""

    code: int | None = None
    signal: int | None = None
    size: int | None = None


class _Drain(threading.Thread):
    """Reads all that the child prints, and keeps the beginning and the end."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(daemon=True)
        self._descriptor = descriptor
        self.head = b""
        self.tail = b""
        self.total = 0

    def run(self) -> None:
        while piece := os.read(self._descriptor, _KEPT):
            self.total += len(piece)
            room = _KEPT - len(self.head)
            self.head += piece[:room]
            self.tail = (self.tail + piece[room:])[-_KEPT:]


def main() -> None:
    """Read the request, run the step, print the outcome."""
    gone = _heed_signals()
    request = Request(**json.loads(sys.stdin.buffer.readline()))
    orphans_come_here = _become_subreaper()
    folder = tempfile.mkdtemp(prefix="kdoctor-probe-")
    try:
        outcome = _run(request, folder, gone, orphans_come_here=orphans_come_here)
    except OSError as error:
        outcome = {"failure": error.strerror or type(error).__name__}
    finally:
        _remove(folder)
    if outcome is not None:
        _say(outcome)


def _become_subreaper() -> bool:
    if not _LINUX:
        return False
    try:
        import ctypes  # noqa: PLC0415 - Some builds of Python come without it.

        return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def _say(outcome: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(outcome) + "\n")
    sys.stdout.flush()


def _run(request: Request, folder: str, gone: threading.Event, *, orphans_come_here: bool) -> dict[str, Any] | None:
    """Return what happened, None where kdoctor is gone."""
    said, crashed = os.path.join(folder, "said"), os.path.join(folder, "crashed")
    # The child tells where it hangs a while before its time is up, by the clock: nobody knows how long it takes to start.
    warning = time.time() + request.seconds - min(request.seconds / 4, 5.0)
    arguments = [request.step, request.name, said, crashed, f"{warning:.2f}", request.cwd]
    killed_for_memory = _kills_for_memory()
    start = time.monotonic()
    # The child starts before any thread does, since what runs between fork and exec must find no lock taken.
    child = subprocess.Popen(
        [*request.command, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**request.environment, **_surroundings(request, folder)},
        cwd=folder,
        start_new_session=True,
        preexec_fn=(lambda: _limit(request.memory)) if _POSIX else None,  # noqa: PLW1509 - See above.
        bufsize=0,
    )
    _say({"pid": child.pid, "folder": folder})
    drain = _Drain(child.stdout.fileno() if child.stdout else -1)
    drain.start()
    _watch_kdoctor(gone)
    ending = _wait(child, start + request.seconds, gone)
    if ending is None and not gone.is_set():
        _await_report(crashed)
    seconds = time.monotonic() - start
    left, stuck = _end_all(child.pid, ended=ending is not None, orphans_come_here=orphans_come_here)
    drain.join(1.0)
    if gone.is_set():
        return None
    return {
        **(ending or Ending())._asdict(),
        "timeout": ending is None,
        "milliseconds": int(seconds * 1000),
        "left": left,
        "stuck": stuck,
        "out_of_memory": killed_for_memory is not None and killed_for_memory < (_kills_for_memory() or 0),
        "said": _read(said, _TOLD),
        "crashed": _read(crashed, _KEPT),
        "head": drain.head.decode("utf-8", "replace"),
        "tail": drain.tail.decode("utf-8", "replace"),
        "printed": drain.total,
    }


def _surroundings(request: Request, folder: str) -> dict[str, str]:
    """Make a home folder and a folder for temporary files, and return the variables that lead there."""
    home, temporary = os.path.join(folder, "home"), os.path.join(folder, "tmp")
    keras = os.path.join(home, ".keras")
    os.makedirs(keras)
    os.makedirs(temporary)
    if request.keras_json is not None:
        with open(os.path.join(keras, "keras.json"), "wb") as file:
            file.write(base64.b64decode(request.keras_json))
    homes = ("HOME",) if _POSIX else ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
    return {**dict.fromkeys(homes, home), **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary), "KERAS_HOME": keras}


def _limit(memory: int | None) -> None:
    """Limit the child before it becomes the patient's interpreter: no core file, and the first to go where memory runs out."""
    import resource  # noqa: PLC0415 - Not on Windows.

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory is not None:
        # Address space that is only reserved, as CUDA does by the terabyte, does not count as data.
        resource.setrlimit(resource.RLIMIT_DATA, (memory * 2**20, memory * 2**20))
    if _LINUX:
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write("900")


def _kills_for_memory() -> int | None:
    """Return how many processes the kernel has killed for want of memory since it started, None where nobody can tell."""
    try:
        with open("/proc/vmstat") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), None)
    except OSError:
        return None


def _heed_signals() -> threading.Event:
    """Return an event that is set when somebody asks the guard to end."""
    gone = threading.Event()
    for number in {signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGTERM)}:
        signal.signal(number, lambda *_: gone.set())
    return gone


def _watch_kdoctor(gone: threading.Event) -> None:
    """Set the event as soon as kdoctor is gone and standard input is at its end."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        gone.set()

    threading.Thread(target=watch, daemon=True).start()


def _wait(child: subprocess.Popen[bytes], deadline: float, gone: threading.Event) -> Ending | None:
    """Return how the child ended, None where it did not before the deadline or kdoctor is gone."""
    while time.monotonic() < deadline and not gone.is_set():
        ending = _reap(child.pid) if _POSIX else (None if child.poll() is None else Ending(code=child.returncode))
        if ending is not None:
            return ending
        gone.wait(_PAUSE)
    return None


def _await_report(path: str) -> None:
    """Give a child that was kept from running one second more to tell where it hangs."""
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if os.path.getsize(path):
                return
        time.sleep(_PAUSE)


def _reap(pid: int) -> Ending | None:
    """Collect all children that have ended, orphans too; return how this one ended, if it is among them."""
    found = None
    try:
        while True:
            ended, status, usage = os.wait4(-1, os.WNOHANG)
            if not ended:
                return found
            if ended == pid:
                found = _ending(status, usage.ru_maxrss // (1 if _LINUX else 1024))
    except ChildProcessError:
        return found


def _ending(status: int, size: int) -> Ending:
    if os.WIFSIGNALED(status):
        return Ending(signal=os.WTERMSIG(status), size=size)
    return Ending(code=os.WEXITSTATUS(status), size=size)


def _end_all(pid: int, *, ended: bool, orphans_come_here: bool) -> tuple[int, int]:
    """End the child and all that came of it; return how many others there were, and how many would not die."""
    if not _POSIX:
        # Found on PATH, as ps is below; both belong to the system.
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False, timeout=PATIENCE)  # noqa: S607 - See above.
        return 0, 0
    return _end_children(pid) if orphans_come_here else _end_groups(pid, ended=ended)


def _end_children(pid: int) -> tuple[int, int]:
    """End whatever is below the guard: a killed child leaves its own children to the guard, until there are none."""
    others: set[int] = set()
    deadline = time.monotonic() + PATIENCE
    while True:
        _reap(pid)
        alive = _children()
        if not alive or time.monotonic() > deadline:
            return len(others), len(alive)
        others |= alive - {pid}
        for one in alive:
            _kill(os.kill, one)
        time.sleep(0.001)


def _children() -> set[int]:
    """Return the guard's children, with the orphans that came to it."""
    found: set[int] = set()
    try:
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children") as file:
                found.update(map(int, file.read().split()))
    except OSError:
        # Some kernels are built without that file.
        return {int(name) for name in os.listdir("/proc") if name.isdigit() and _parent(name) == os.getpid()}
    return found


def _parent(pid: str) -> int | None:
    try:
        with open(f"/proc/{pid}/stat") as file:
            # The name in brackets may hold anything.
            return int(file.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


def _end_groups(pid: int, *, ended: bool) -> tuple[int, int]:
    """End the child's process group, and while it lives the groups of its descendants as `ps` shows them."""
    others = set() if ended else _descendants(pid)
    groups = {pid, *(group for group in map(_group, others) if group is not None)} - {os.getpgid(0)}
    for group in groups:
        _kill(os.killpg, group)
    deadline = time.monotonic() + PATIENCE
    while not ended and time.monotonic() < deadline:
        ended = _reap(pid) is not None
        time.sleep(_PAUSE)
    return len(others), int(not ended)


def _descendants(pid: int) -> set[int]:
    try:
        shown = subprocess.run(
            ["ps", "-axo", "pid=,ppid="],  # noqa: S607 - The system's own.
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return set()
    rows = [line.split() for line in shown.stdout.decode("ascii", "replace").splitlines()]
    pairs = [(int(row[0]), int(row[1])) for row in rows if len(row) == 2 and all(part.isdigit() for part in row)]  # noqa: PLR2004
    found: set[int] = set()
    latest = {pid}
    while latest:
        latest = {one for one, parent in pairs if parent in latest} - found
        found |= latest
    return found


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def _kill(how: Any, whom: int) -> None:
    with contextlib.suppress(OSError):
        how(whom, signal.SIGKILL)


def _read(path: str, limit: int) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return ""
    with open(descriptor, "rb") as file:
        try:
            return file.read(limit).decode("utf-8", "replace")
        except OSError:
            return ""


def _remove(folder: str) -> None:
    """Remove the folder, also where the patient has closed parts of it."""
    for _ in range(3):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return
        for place, _names, _files in os.walk(folder):
            with contextlib.suppress(OSError):
                os.chmod(place, 0o700)


if __name__ == "__main__":
    main()
