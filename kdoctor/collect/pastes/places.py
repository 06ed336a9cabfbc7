"""What a path gives away: the system, Python, and whether conda made the environment. The path itself is not kept."""

from __future__ import annotations

import re

from kdoctor.collect.pastes.facts import LOGS, Facts

#: .../lib/python3.11/site-packages, ...\Python311\Lib\site-packages, .../python@3.11/...
_POSIX = re.compile(r"[/\\]python(\d\.\d{1,2})t?[/\\](?:site|dist)-packages")
_WINDOWS = re.compile(r"[Pp]ython(3)(\d{1,2})(?:-32)?[/\\](?:Lib|lib|Scripts|python)|PythonSoftwareFoundation\.Python\.(3)\.(\d{1,2})_")
_DRIVE = re.compile(r"(?<![A-Za-z])[A-Za-z]:\\")
_MAC = re.compile(r"/Users/|/opt/homebrew/|/Library/Frameworks/Python\.framework")
_LINUX = re.compile(
    r"/home/|/usr/local/lib/python\d|/usr/lib/python\d|/opt/conda/|/root/|/usr/lib/x86_64-linux-gnu|/content/|/kaggle/|/mnt/"
)
_SYSTEM_PYTHON = re.compile(r"/usr/(?:local/)?lib(?:64)?/python(\d\.\d{1,2})/")


def note_place(path: str, facts: Facts) -> bool:
    """Note what a path tells; True where it told something of Python."""
    found = _POSIX.search(path) or _SYSTEM_PYTHON.search(path)
    version = next(filter(None, found.groups()), None) if found else None
    if version is None and (windows := _WINDOWS.search(path)):
        version = f"{windows[1] or windows[3]}.{windows[2] or windows[4]}"
    facts.tell("python", version, LOGS if facts.told("python") is None else 0)
    if _DRIVE.search(path):
        facts.tell("system", "windows", LOGS)
    elif _MAC.search(path):
        facts.tell("system", "darwin", LOGS)
    elif _LINUX.search(path):
        facts.tell("system", "linux", LOGS)
    return version is not None
