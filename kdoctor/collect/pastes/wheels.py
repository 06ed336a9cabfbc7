"""What the name of a wheel that an installer chose says of the interpreter and the machine."""

from __future__ import annotations

import re

from kdoctor.collect.pastes.facts import LOGS, Facts

_SYSTEMS = (("manylinux", "linux"), ("linux", "linux"), ("musllinux", "linux"), ("macosx", "darwin"), ("win", "windows"))
_MACHINES = ("x86_64", "aarch64", "arm64", "amd64", "i686", "universal2", "win32", "ppc64le", "armv7l")


def note_tags(name: str, facts: Facts) -> None:
    """Note the tags of a wheel; `name` is the file's, without its ending."""
    *_, python, abi, platform = name.split("-")
    if (found := re.fullmatch(r"cp(\d)(\d{1,2})", python)) and not abi.startswith("abi"):
        facts.tell("python", f"{found[1]}.{found[2]}", LOGS if facts.told("python") is None else 0)
    system = next((system for start, system in _SYSTEMS if platform.startswith(start)), None)
    facts.tell("system", system, LOGS)
    machine = next((machine for machine in _MACHINES if platform.endswith(machine)), None)
    facts.tell("machine", {"win32": "x86", "universal2": None}.get(machine or "", machine), LOGS)
