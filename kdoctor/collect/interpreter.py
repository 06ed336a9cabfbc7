"""Ask an interpreter who it is, in a child that runs nothing of the patient's own, or read what a folder without one shows."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from kdoctor.collect import whoami
from kdoctor.collect.files import encodable, read_limited
from kdoctor.collect.patient import Patient, bare_sites
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

#: The oldest Python that can answer.
OLDEST = (3, 6)

_LIMIT = 64 * 1024
_HINT = "Name another interpreter or environment: kdoctor check --python PATH"
_FLAGS = ("-I", "-S", "-B")  # -B: leave no compiled files behind either.
_OLD = ("-E", "-s", "-S", "-B", "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])")


class Answer(NamedTuple):
    """What the patient says of itself; None = it could not tell."""

    version: str | None = None
    implementation: str | None = None
    executable: str | None = None
    prefix: str | None = None
    base_prefix: str | None = None
    #: As sys.platform.
    platform: str | None = None
    machine: str | None = None
    bits: int | None = None
    free_threaded: bool | None = None
    #: Runs with another's rights, so that the user's folders are not searched.
    privileged: bool = False
    #: The pyvenv.cfg of a virtual environment, None where it is none.
    venv_config: str | None = None
    stdlib: tuple[str, ...] = ()
    #: Site folders: those of the virtual environment, those of the base, that of the user.
    sites: tuple[str, ...] = ()
    base_sites: tuple[str, ...] = ()
    user_site: str | None = None
    #: kdoctor's own sys.path, where kdoctor is in the patient: lines of .pth files that ran have had their effect on it.
    seen: tuple[str, ...] = ()


class Question:
    """An interpreter that was asked who it is; use it as a context manager, so that no process is left behind.

    The child starts with the object, so that its caller can do other things until `answer()`.
    """

    def __init__(self, executable: str, environ: Mapping[str, str], timeout: float) -> None:
        from kdoctor.collect.child import Child  # noqa: PLC0415 - Not needed where kdoctor looks at its own interpreter.

        self._executable = executable
        self._shown = encodable(executable)
        self._environ = environ
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._child = Child(executable, [*_FLAGS, whoami.__file__], environ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()

    def answer(self) -> Answer:
        """Wait for the answer; raises KdoctorError, which names the file, where there is none or Python is too old."""
        output = self._child.read(self._deadline)
        if output is None:
            raise KdoctorError(f"{self._shown} did not answer within {self._timeout:g} seconds.", _HINT)
        line = next((line for line in output.splitlines() if line.startswith(whoami.MARK)), None)
        answer = _parse(line) if line else None
        if answer is None:
            raise self._explain(output)
        _refuse_old(self._shown, answer.version or "")
        return answer

    def _explain(self, output: str) -> KdoctorError:
        if len(output) >= self._child.limit:
            return KdoctorError(f"{self._shown} is no Python interpreter: it prints without end.", _HINT)
        code = self._child.wait(min(self._deadline, time.monotonic() + 1.0))
        if code == 2 and "-I" in output:  # noqa: PLR2004 - Python's exit code for options it does not know.
            with type(self._child)(self._executable, _OLD, self._environ) as child:
                version = (child.read(self._deadline) or "").strip()
            if version.replace(".", "").isdigit():
                return _too_old(self._shown, version)
        if code:
            ending = f"was stopped by signal {-code}" if code < 0 else f"ended with exit code {code}"
            return KdoctorError(f"{self._shown} {ending} when asked for its version{_last_words(output)}", _HINT)
        return KdoctorError(f"{self._shown} does not answer as a Python interpreter{_last_words(output)}", _HINT)


class Known:
    """The same as a Question where no child is needed: the answer is there."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def answer(self) -> Answer:
        """Return what was known from the start."""
        return self._answer


def ask(patient: Patient, environ: Mapping[str, str], timeout: float = 10.0) -> Question | Known:
    """Start asking `patient` who it is; `timeout` in seconds. Raises KdoctorError where it cannot be started."""
    if patient.kind == "own":
        # The first entry is the folder of the command that was started, unless Python was told to leave it out.
        seen = sys.path[0 if getattr(sys.flags, "safe_path", False) else 1 :]
        return Known(_from_facts(whoami.describe())._replace(seen=tuple(seen)))
    if patient.kind == "folder":
        return Known(read_folder(patient.executable))
    return Question(patient.executable, environ, timeout)


def read_folder(folder: str) -> Answer:
    """Return what an unpacked environment without interpreter shows; its version is in pyvenv.cfg or the name of lib/pythonX.Y.

    What a folder cannot tell (machine, build) is None.
    """
    sites = bare_sites(folder)
    config = os.path.join(folder, "pyvenv.cfg")
    facts = read_venv_config(config)
    version = ".".join((facts.get("version_info") or facts.get("version") or "").split(".")[:3])
    named = [name for name in sites.values() if name]
    if not any(f"{version}.".startswith(f"{name}.") for name in named):
        # Python looks where its own version says; where the two disagree, the packages that are there count.
        version = named[-1] if named else version
    matching = [place for place, name in sites.items() if name is None or f"{version}.".startswith(f"{name}.")]
    return Answer(
        version=version or None,
        implementation=(facts.get("implementation") or "cpython").lower(),
        prefix=folder,
        platform="win32" if os.path.isdir(os.path.join(folder, "Scripts")) else None,
        venv_config=config if facts else None,
        sites=tuple(matching),
    )


def read_venv_config(path: str | None) -> dict[str, str]:
    """Return the lines `key = value` of a pyvenv.cfg, keys in lower case; {} where there is no such file."""
    try:
        text = read_limited(path or "", _LIMIT).decode("utf-8", "replace")
    except OSError:
        return {}
    pairs = [line.partition("=") for line in text.splitlines() if "=" in line]
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _parse(line: str) -> Answer | None:
    import json  # noqa: PLC0415 - Not needed where kdoctor looks at its own interpreter.

    try:
        return _from_facts(json.loads(line)["whoami"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _from_facts(facts: dict[str, Any]) -> Answer:
    known = {name: facts[name] for name in Answer._fields if name in facts}
    lists = {name: tuple(map(str, known[name])) for name in ("stdlib", "sites", "base_sites")}
    return Answer(**{**known, **lists})


def _refuse_old(executable: str, version: str) -> None:
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST:
        raise _too_old(executable, version)


def _too_old(executable: str, version: str) -> KdoctorError:
    oldest = ".".join(map(str, OLDEST))
    return KdoctorError(f"{executable} is Python {version}: too old, kdoctor looks at Python {oldest} and newer.", _HINT)


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return f": {lines[-1][:200]}" if lines else "."
