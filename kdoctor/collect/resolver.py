"""A real resolver's word on a set of releases: uv where it is at hand, else pip's dry run; metadata only, nothing is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.model import Snapshot

#: Seconds after which a resolver is given up.
_PATIENCE = 300
#: (system, machine) -> what uv calls it; glibc as old as the wheels of today ask for.
_UV_PLATFORMS = {
    ("linux", "x86_64"): "x86_64-manylinux_2_31",
    ("linux", "aarch64"): "aarch64-manylinux_2_31",
    ("windows", "amd64"): "x86_64-pc-windows-msvc",
    ("darwin", "arm64"): "aarch64-apple-darwin",
    ("darwin", "x86_64"): "x86_64-apple-darwin",
}


class Word(NamedTuple):
    """What a resolver says: whether it agrees, which one it was, and what it objects to."""

    agrees: bool
    resolver: str
    objection: str = ""


def ask_resolver(requirements: Sequence[str], target: Snapshot) -> Word:
    """Ask uv, or pip, whether these requirements resolve for the Python and the platform of a snapshot, from the user's own index.

    pip can only be asked about the interpreter and the platform that it runs on. Raises KdoctorError where nobody can be asked.
    """
    python = target.python.version if target.python else None
    system, machine = (target.platform.system, target.platform.machine) if target.platform else (None, None)
    platform = _UV_PLATFORMS.get((system or "", machine or ""))
    if python is None or platform is None:
        raise KdoctorError("a resolver must be told the Python and the platform")
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "compile", "-", "--quiet", "--no-build", "--python-version", python, "--python-platform", platform]
        return _asked("uv", [*command, "--output-file", os.devnull], "\n".join(requirements))
    here = ".".join(map(str, sys.version_info[:2]))
    if not python.startswith(here) or _system() != system:
        raise KdoctorError(
            "there is no uv on PATH, and pip resolves for its own Python and platform only", "install uv, or plan for this Python"
        )
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--only-binary", ":all:", "--report"]
    return _asked("pip", [*command, os.devnull, *requirements], "")


def _system() -> str:
    return {"win32": "windows"}.get(sys.platform, sys.platform)


def _asked(resolver: str, command: Sequence[str], text: str) -> Word:
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise KdoctorError(f"{resolver} did not answer within {_PATIENCE} s") from error
    except OSError as error:
        raise KdoctorError(f"{resolver} cannot be run: {error.strerror}") from error
    if done.returncode == 0:
        return Word(agrees=True, resolver=resolver)
    # uv draws its error as a tree; its words are enough.
    said = " ".join(re.sub(r"^[^\w(]+", "", line) for line in done.stderr.splitlines()).strip()
    return Word(agrees=False, resolver=resolver, objection=said or f"it ended with {done.returncode}")
