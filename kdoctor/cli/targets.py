"""For which Pythons and platforms a project's files are judged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.model import Snapshot

#: Name -> system, machine, and the C library that wheels are at least made for.
PLATFORMS = {
    "linux-x86_64": ("linux", "x86_64", "glibc 2.31"),
    "linux-aarch64": ("linux", "aarch64", "glibc 2.31"),
    "windows-amd64": ("windows", "amd64", None),
    "macos-arm64": ("darwin", "arm64", None),
    "macos-x86_64": ("darwin", "x86_64", None),
}
_SYSTEMS = {"darwin": "macos"}
_LARGEST = 16 * 2**20
#: What is read of a project's folder: what is locked before what leaves versions open.
_FILES = (
    *("pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"),
    *("requirements.txt", "pyproject.toml", "environment.yml", "environment.yaml"),
)


def platform_here() -> str:
    """Give the name of this platform; a usage error where it is none of PLATFORMS."""
    import platform as machine  # noqa: PLC0415 -- start-up time.

    system, architecture = machine.system().lower(), machine.machine().lower()
    name = f"{_SYSTEMS.get(system, system)}-{architecture}"
    if name not in PLATFORMS:
        raise click.UsageError(f"this platform ({name}) is none that kdoctor plans for; name one with --platform.")
    return name


def python_version(text: str) -> str:
    """Give a version of Python as it was given; a usage error where it is none."""
    from kdoctor.versions import minor  # noqa: PLC0415 -- start-up time of `--help`.

    if minor(text) is None or "." not in text:
        raise click.BadParameter(f"{text!r} is no Python version such as 3.12", param_hint="--python-version")
    return text


def file_of(what: str) -> str:
    """Give the file that tells what a project needs: the one named, or that of a folder; KdoctorError where it has none."""
    if not os.path.isdir(what):  # noqa: PTH112 -- one style for all of the package.
        return what
    there = [name for name in _FILES if os.path.isfile(os.path.join(what, name))]  # noqa: PTH113, PTH118 -- the same.
    if not there:
        hint = "an environment is examined with --python" if os.path.exists(os.path.join(what, "pyvenv.cfg")) else ""  # noqa: PTH110, PTH118 -- the same.
        raise KdoctorError(f"{what} holds none of {', '.join(_FILES)}", hint)
    return os.path.normpath(os.path.join(what, there[0]))  # noqa: PTH118 -- the same.


def targeted(
    snapshot: Snapshot, source: str | None, pythons: Sequence[str], platforms: Sequence[str], extras: Sequence[str]
) -> list[Snapshot]:
    """Give the snapshot of a project's files for each Python and platform asked for, in their order; any other snapshot as it is.

    Where none is asked for, a file is judged for the Python that runs kdoctor and this platform; a paste says nothing of either.
    """
    asked = bool(pythons or platforms or extras)
    # environment.yml counts as a paste, since what conda would add to it is not known here; it can be asked about all the same.
    if snapshot.declared is None or snapshot.origin == "environment" or (snapshot.origin == "paste" and not asked):
        if asked:
            raise click.UsageError("--python-version, --platform and --extra are for a project's files, such as a lock or requirements.")
        return [snapshot]
    import platform as machine  # noqa: PLC0415 -- start-up time: only for such files.

    from kdoctor.model import Platform, Python  # noqa: PLC0415 -- the same.
    from kdoctor.targets import at  # noqa: PLC0415 -- the same.

    if source == "-" and not asked:
        return [at(snapshot, None, None)]
    versions = [python_version(text) for text in pythons] or [machine.python_version()]
    names = list(platforms) or [platform_here()]
    wanted = snapshot._replace(python=None) if pythons else snapshot
    return [at(wanted, Python(version), Platform(*PLATFORMS[name]), tuple(extras)) for name in names for version in versions]


def with_places(snapshot: Snapshot, folder: str) -> Snapshot:
    """Give the snapshot of an environment with what the project in a folder declares, so that findings point into its files.

    Where there is no such file, or none that can be read, it stays as it is: what is wrong with the environment is still told.
    """
    from kdoctor.collect.pastes import read  # noqa: PLC0415 -- start-up time: only for formats that point at files.

    try:
        path = os.path.normpath(file_of(folder))
        with open(path, "rb") as file:  # noqa: PTH123 -- one style for all of the package.
            found = read(file.read(_LARGEST), path).snapshot
    except (KdoctorError, OSError):
        return snapshot
    return snapshot._replace(declared=found.declared)
