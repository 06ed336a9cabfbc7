"""Which interpreter, or which folder without one, is to be looked at."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.files import encodable
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WINDOWS = os.name == "nt"

#: Where an environment or an installation keeps its interpreter, relative to its prefix.
_INTERPRETERS = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")

#: Metadata folders of these projects, and of all that begin with tensorflow or tf_, make kdoctor's own interpreter the patient.
_FAMILY = ("keras", "keras_core", "keras_nightly")

_HINT = "Name an interpreter, a virtual environment or a conda prefix: kdoctor check --python PATH"


class Patient(NamedTuple):
    """What is looked at: an interpreter, or (kind "folder") packages without an interpreter that answers."""

    executable: str
    #: A short phrase for the first line of the report.
    why: str
    #: "own" = kdoctor's interpreter, "interpreter" = another one, "folder" = nobody to ask.
    kind: str
    #: Why there is nobody to ask.
    note: str = ""


def find_patient(python: str | None, environ: Mapping[str, str], cwd: str) -> Patient:
    """Choose the patient: `python` if given (path, environment or command name), else as a person in this shell would expect.

    That is the active environment, `.venv` in `cwd`, kdoctor's own interpreter if the family is installed there, and at last
    the python3 on PATH. conda's base, active in every shell of many machines, comes after `.venv`. Raises KdoctorError if
    `python` names nothing that can be looked at, or if there is no Python at all.
    """
    if python is not None:
        return _named(python, environ, cwd)
    active = [(environ.get("VIRTUAL_ENV"), "VIRTUAL_ENV"), (os.path.join(cwd, ".venv"), ".venv in this folder")]
    is_base = environ.get("CONDA_DEFAULT_ENV") in ("base", "root")
    active.insert(2 if is_base else 1, (environ.get("CONDA_PREFIX"), "CONDA_PREFIX"))
    missed = ""
    for folder, why in active:
        patient = _in_folder(os.path.join(cwd, folder), why + missed) if folder else None
        if patient:
            return patient
        if folder and why in environ:
            missed = f" ({why} names a folder without Python)"
    patient = _unnamed(environ)
    return patient._replace(why=patient.why + missed)


def _unnamed(environ: Mapping[str, str]) -> Patient:
    if _has_family(sys.path):
        return Patient(sys.executable, "kdoctor's own interpreter", "own")
    # A tool runner puts the environment that it made for kdoctor first on PATH; that is nobody's patient.
    avoid = os.path.dirname(sys.executable) if sys.prefix != sys.base_prefix else None
    for name in ("python", "python3") if WINDOWS else ("python3", "python"):
        found = next((path for path in _on_path(name, environ) if os.path.dirname(path) != avoid), None)
        if found:
            return _interpreter(found, f"{name} on PATH")
    if not sys.executable:
        raise KdoctorError("No Python was found to look at.", _HINT)
    return Patient(sys.executable, "kdoctor's own interpreter, as there is no other", "own")


def _named(python: str, environ: Mapping[str, str], cwd: str) -> Patient:
    if not python.strip() or "\0" in python:
        raise KdoctorError("--python needs the path or the name of an interpreter.", _HINT)
    path = os.path.join(cwd, os.path.expanduser(python))
    if os.path.isdir(path):
        patient = _in_folder(path, "--python")
        if patient:
            return patient
    elif os.path.lexists(path):
        return _interpreter(path, "--python")
    if os.path.basename(python) == python:
        names = [f"python{python}", python] if python[0].isdigit() else [python]
        for found in (path for name in names for path in _on_path(name, environ)):
            return _interpreter(found, "--python")
        if not os.path.isdir(path):
            raise KdoctorError(f"{encodable(python)} is neither a file or folder here nor a command on PATH.", _HINT)
    if os.path.isdir(path):
        raise KdoctorError(f"{encodable(path)} holds neither a Python interpreter nor site-packages.", _HINT)
    raise KdoctorError(f"{encodable(path)} does not exist.", _HINT)


def _in_folder(folder: str, why: str) -> Patient | None:
    """Return the patient in an environment or installation, None where the folder holds neither interpreter nor packages."""
    dead = ""
    for place in _INTERPRETERS:
        path = os.path.normpath(os.path.join(folder, place))
        if os.path.isfile(path):
            return _interpreter(path, why)
        if os.path.islink(path):
            dead = dead or encodable(f"{path} points to {os.path.realpath(path)}, which is not there")
    if bare_sites(folder):
        return Patient(os.path.normpath(folder), why, "folder", dead or "there is no interpreter in this folder")
    return None


def _interpreter(path: str, why: str) -> Patient:
    path = os.path.abspath(path)
    return Patient(path, why, "own" if _is_own(path) else "interpreter")


def _is_own(path: str) -> bool:
    # Two links to one binary are two environments, unless they lie side by side (python, python3).
    own = sys.executable or ""
    if os.path.dirname(path) != os.path.dirname(os.path.abspath(own)):
        return False
    try:
        return os.path.samefile(path, own)
    except OSError:
        return False


def bare_sites(folder: str) -> dict[str, str | None]:
    """Return the package folders of an unpacked environment, each with the "X.Y" that its path names (None = it names none).

    Known are lib/pythonX.Y/site-packages (POSIX, conda), Lib/site-packages (Windows), and a folder that itself holds metadata.
    """
    found: dict[str, str | None] = {}
    for lib in ("lib", "lib64", "Lib"):
        if os.path.islink(os.path.join(folder, lib)):
            continue
        for name in sorted(_list(os.path.join(folder, lib))):
            if name.startswith(("python", "pypy")):
                found[os.path.join(folder, lib, name, "site-packages")] = _named_version(name)
    found[os.path.join(folder, "Lib", "site-packages")] = None
    found = {sites: version for sites, version in found.items() if os.path.isdir(sites)}
    if any(name.endswith((".dist-info", ".egg-info")) for name in _list(folder)):
        found[folder] = _named_version(os.path.basename(os.path.dirname(os.path.abspath(folder))))
    return found


def _named_version(name: str) -> str | None:
    version = name.removeprefix("python").removeprefix("pypy").rstrip("t")
    return version if version.count(".") == 1 and version.replace(".", "").isdigit() else None


def _has_family(paths: list[str]) -> bool:
    names = (name.lower() for path in paths if path for name in _list(path) if name.endswith((".dist-info", ".egg-info")))
    projects = (name.partition("-")[0] for name in names)
    return any(project in _FAMILY or project.startswith(("tensorflow", "tf_")) for project in projects)


def _list(folder: str) -> list[str]:
    try:
        return os.listdir(folder or ".")
    except OSError:
        return []


def _on_path(name: str, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the programs of that name in the folders of PATH (shutil.which takes milliseconds to import and finds only one)."""
    endings = ("", ".exe") if WINDOWS else ("",)
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        for ending in endings if folder else ():
            path = os.path.join(folder, name + ending)
            # The store's stand-in for Python on Windows opens a shop window.
            if os.path.isfile(path) and os.access(path, os.X_OK) and "WindowsApps" not in folder:
                yield path
