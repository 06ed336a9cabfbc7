"""Where an environment keeps what may be changed, and whether it may be changed at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.model import Distribution, Snapshot

_OWN = "make an environment of your own: python3 -m venv .venv"
#: Folders of installed distributions are called so, whoever made them.
_SITES = ("site-packages", "dist-packages")
_MARK = "EXTERNALLY-MANAGED"
#: Installers of whole systems, which pip does not know of: what INSTALLER says -> what it is called.
_FOREIGN = {"conda": "conda", "debian": "apt", "rpm": "the system's package manager"}


class Place(NamedTuple):
    """The folder of an environment, and those of its distributions, as an installer would find them."""

    prefix: str
    sites: tuple[str, ...]


def place_of(snapshot: Snapshot, environ: Mapping[str, str]) -> Place:
    """Give the place of an environment that may be changed; KdoctorError where it is unknown, read-only or somebody else's."""
    python = snapshot.python
    if python is None or not python.prefix or not os.path.isdir(python.prefix):
        raise KdoctorError("nobody knows the folder of this environment", "name its interpreter with --python")
    prefix = python.prefix
    is_virtual = os.path.isfile(os.path.join(prefix, "pyvenv.cfg"))
    if not (is_virtual or environ.get("PIP_BREAK_SYSTEM_PACKAGES")) and _is_managed(prefix, python.version or ""):
        raise KdoctorError(f"{python.executable} belongs to the system, which forbids to install into it ({_MARK}, PEP 668)", _OWN)
    place = Place(prefix, tuple(_sites(snapshot, prefix, python.version or "", is_virtual=is_virtual)))
    locked = next((folder for folder in (prefix, *place.sites) if not os.access(folder, os.W_OK | os.X_OK)), None)
    if locked:
        raise KdoctorError(f"{locked} cannot be written, so nothing was changed", f"do it as its owner, or {_OWN}")
    return place


def _is_managed(prefix: str, version: str) -> bool:
    minor = ".".join(version.split(".")[:2])
    return any(os.path.isfile(os.path.join(prefix, *folder, _MARK)) for folder in (("lib", f"python{minor}"), ("Lib",)))


def _sites(snapshot: Snapshot, prefix: str, version: str, *, is_virtual: bool) -> Iterator[str]:
    """Give the folders into which an installer writes, and those from which it may remove; a virtual environment has its own alone."""
    minor = ".".join(version.split(".")[:2])
    usual = [os.path.join(prefix, lib, f"python{minor}", "site-packages") for lib in ("lib", "lib64")]
    found = [one.location for one in snapshot.distributions if one.location and os.path.basename(one.location) in _SITES]
    seen: set[str] = set()
    for folder in (*usual, os.path.join(prefix, "Lib", "site-packages"), *found):
        real = os.path.realpath(folder)
        if real in seen or not os.path.isdir(folder) or (is_virtual and not is_inside(real, os.path.realpath(prefix))):
            continue
        seen.add(real)
        yield folder


def is_inside(path: str, folder: str) -> bool:
    """Tell whether a path lies below a folder, both as they are written."""
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def foreign(distributions: Iterable[Distribution]) -> dict[str, list[str]]:
    """Name the distributions that conda or the system's package manager installed, by who it was."""
    found: dict[str, list[str]] = {}
    for one in distributions:
        who = _FOREIGN.get(_installer(one))
        if who:
            found.setdefault(who, []).append(one.name)
    return found


def _installer(one: Distribution) -> str:
    if one.location is None or one.metadata is None:
        return ""
    try:
        with open(os.path.join(one.location, one.metadata, "INSTALLER"), encoding="utf-8", errors="replace") as file:
            return file.read(100).strip().lower()
    except OSError:
        return ""
