"""The patient's own installer: pip where it has one, else uv, else the pip of kdoctor's interpreter."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.model import Snapshot, Step


class Installer(NamedTuple):
    """Which installer it is, and the beginnings of its commands."""

    name: str
    install: tuple[str, ...]
    uninstall: tuple[str, ...]

    def command(self, step: Step) -> list[str]:
        """Give a step as the command to run."""
        return [*(self.install if step.verb == "install" else self.uninstall), *self.options(step), *step.names]

    def typed(self, step: Step) -> str:
        """Give the same as a line that a shell takes."""
        return shlex.join(self.command(step))

    def options(self, step: Step) -> tuple[str, ...]:
        """Give the options of a step in the words of this installer."""
        if self.name != "uv":
            return step.options
        return tuple("--reinstall" if option == "--force-reinstall" else option for option in step.options)


def installer_of(snapshot: Snapshot) -> Installer:
    """Choose pip where the environment has it, else uv, else kdoctor's own pip; KdoctorError where there is none of them."""
    python = snapshot.python.executable if snapshot.python else None
    if python is None:
        raise KdoctorError("nobody knows the interpreter of this environment", "name it with --python")
    if any(one.name == "pip" and not one.leftover for one in snapshot.distributions):
        return _pip(python)
    uv = shutil.which("uv")
    if uv:
        return Installer("uv", (uv, "pip", "install", "--python", python), (uv, "pip", "uninstall", "--python", python))
    if find_spec("pip"):
        # It runs itself with the other interpreter: pip 22.3 and newer.
        return _pip(sys.executable, "--python", python)
    raise KdoctorError("this environment has no pip, and there is no uv on PATH", f"install uv, or: {python} -m ensurepip")


def _pip(python: str, *options: str) -> Installer:
    begin = (python, "-m", "pip", *options, "--disable-pip-version-check", "--no-input")
    return Installer("pip", (*begin, "install"), (*begin, "uninstall", "--yes"))


def run(installer: Installer, steps: Sequence[Step], lock: int) -> str:
    """Run the steps one after the other, their words to standard error; give "" or which one failed and how.

    The installer inherits the lock, so that nobody else begins while it runs. A Ctrl-C, and a request to end, stop it and are passed
    on as KeyboardInterrupt.
    """
    inherited: dict[str, Any] = {"pass_fds": (lock,)} if os.name == "posix" else {}
    for step in steps:
        command = installer.command(step)
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), env=_surroundings(), check=False, **inherited
            )
        except OSError as error:
            return f"{command[0]} cannot be run: {error.strerror}"
        if done.returncode:
            ending = f"was stopped by signal {-done.returncode}" if done.returncode < 0 else f"ended with exit code {done.returncode}"
            return f"`{installer.name} {step.verb}` {ending}"
    return ""


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let a closed terminal and a request to end be as a Ctrl-C, so that what was begun is put back."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with _heeding(("SIGTERM", "SIGHUP"), stop):
        yield


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let no Ctrl-C, closed terminal or request to end come between; only killing does."""
    with _heeding(("SIGINT", "SIGTERM", "SIGHUP"), signal.SIG_IGN):
        yield


@contextlib.contextmanager
def _heeding(names: Sequence[str], handler: Any) -> Iterator[None]:
    asked = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # What is ignored already, as under nohup, stays so.
    before = {number: signal.signal(number, handler) for number in asked if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _surroundings() -> dict[str, str]:
    """Give the environment for the installer: what would send its files elsewhere is left out."""
    misleading = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PYTHONPATH", "PYTHONHOME", "UV_TARGET", "UV_PREFIX", "PIP_DRY_RUN")
    return {key: value for key, value in os.environ.items() if key not in misleading}
