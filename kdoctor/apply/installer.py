"""The patient's own installer: pip where it has one, else uv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.model import Snapshot, Step


class Installer(NamedTuple):
    """Which installer it is, and the beginnings of its commands."""

    name: str
    install: tuple[str, ...]
    uninstall: tuple[str, ...]

    def command(self, step: Step) -> list[str]:
        """Give a step as the command to run."""
        begin = self.install if step.verb == "install" else self.uninstall
        # An editable requirement is two words.
        names = [word for name in step.names for word in (name.split(" ", 1) if name.startswith("-e ") else (name,))]
        return [*begin, *self.options(step), *names]

    def words(self, step: Step) -> str:
        """Give a step as it would be typed, without the paths."""
        return " ".join([self.name, step.verb, *self.options(step), *step.names])

    def options(self, step: Step) -> tuple[str, ...]:
        """Give the options of a step in the words of this installer."""
        if self.name != "uv":
            return step.options
        return tuple("--reinstall" if option == "--force-reinstall" else option for option in step.options)


def installer_of(snapshot: Snapshot) -> Installer:
    """Choose pip where the environment has it, else uv; KdoctorError where there is neither."""
    python = snapshot.python.executable if snapshot.python else None
    if python is None:
        raise KdoctorError("nobody knows the interpreter of this environment", "name it with --python")
    if any(one.name == "pip" and not one.leftover for one in snapshot.distributions):
        pip = (python, "-m", "pip", "--disable-pip-version-check", "--no-input")
        return Installer("pip", (*pip, "install"), (*pip, "uninstall", "--yes"))
    uv = shutil.which("uv")
    if uv is None:
        raise KdoctorError("this environment has no pip, and there is no uv on PATH", "install uv")
    return Installer("uv", (uv, "pip", "install", "--python", python), (uv, "pip", "uninstall", "--python", python))


def run(installer: Installer, steps: Sequence[Step]) -> str:
    """Run the steps one after the other, their words to standard error; give "" or which one failed and how.

    A Ctrl-C ends the installer and is passed on as KeyboardInterrupt.
    """
    for step in steps:
        command = installer.command(step)
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), env=_surroundings(), check=False)
        except OSError as error:
            return f"{command[0]} cannot be run: {error.strerror}"
        if done.returncode:
            return f"`{installer.words(step)}` ended with {done.returncode}"
    return ""


def _surroundings() -> dict[str, str]:
    """Give the environment for the installer: what would send its files elsewhere is left out."""
    misleading = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PYTHONPATH", "PYTHONHOME")
    return {key: value for key, value in os.environ.items() if key not in misleading}
