"""The restore file: what an environment held before it was changed, kept inside of it until the change is undone."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.model import Distribution, Snapshot, Step

_SCHEMA = "kdoctor.restore/1"
_EDITABLE = "-e "
_FILE, _LOCK = "kdoctor-restore.json", "kdoctor-fix.lock"


class Restore(NamedTuple):
    """What was installed before, by name, and how far the change got."""

    #: Exact requirements, with the address that a distribution came from where it came from no index.
    before: Mapping[str, str]
    #: Title of the remedy.
    remedy: str
    #: False while the change is going on, and ever after if it was interrupted.
    done: bool = False


def folder_of(snapshot: Snapshot) -> str:
    """Give the folder of the environment in which the restore file is kept; KdoctorError where nobody can write there."""
    prefix = snapshot.python.prefix if snapshot.python else None
    if not prefix or not os.path.isdir(prefix):
        raise KdoctorError("nobody knows the folder of this environment", "name its interpreter with --python")
    if not os.access(prefix, os.W_OK):
        raise KdoctorError(f"{prefix} cannot be written", "an environment of the system is changed by its own package manager")
    return prefix


def held(snapshot: Snapshot) -> dict[str, str]:
    """Give what an environment holds as requirements that an installer takes, by name: exact versions, or where it came from."""
    there = [one for one in snapshot.distributions if not one.leftover and one.version]
    return {one.name: _address(one) or f"{one.name}=={one.version}" for one in there}


def _address(distribution: Distribution) -> str:
    """Give where a distribution came from if that was no index (PEP 610); "" where it was one or nobody can tell."""
    if distribution.location is None or distribution.metadata is None:
        return ""
    path = os.path.join(distribution.location, distribution.metadata, "direct_url.json")
    try:
        with open(path, encoding="utf-8") as file:
            origin: Any = json.load(file)
        url = str(origin["url"])
        if origin.get("dir_info", {}).get("editable"):
            return f"{_EDITABLE}{url.removeprefix('file://')}"
        vcs = origin.get("vcs_info")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
    return f"{distribution.name} @ {vcs['vcs']}+{url}@{vcs['commit_id']}" if vcs else f"{distribution.name} @ {url}"


def read(folder: str) -> Restore | None:
    """Read the restore file of an environment; None where there is none, KdoctorError where it cannot be read."""
    path = os.path.join(folder, _FILE)
    try:
        with open(path, encoding="utf-8") as file:
            content: Any = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise KdoctorError(f"{path} cannot be read: {error}", "delete it to forget what was there before") from error
    if not isinstance(content, dict) or content.get("schema") != _SCHEMA or not isinstance(content.get("before"), dict):
        raise KdoctorError(f"{path} is no restore file of kdoctor", "delete it to forget what was there before")
    return Restore(
        {str(name): str(text) for name, text in content["before"].items()}, str(content.get("remedy")), content.get("done") is True
    )


def write(folder: str, restore: Restore) -> None:
    """Write the restore file in one step, so that it is whole or not there, whatever happens."""
    document = {"schema": _SCHEMA, "remedy": restore.remedy, "done": restore.done, "before": dict(restore.before)}
    handle, fresh = tempfile.mkstemp(dir=folder, prefix=_FILE)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, os.path.join(folder, _FILE))
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise KdoctorError(f"the restore file cannot be written to {folder}: {error.strerror}", "nothing was changed") from error


def forget(folder: str) -> None:
    """Remove the restore file."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(folder, _FILE))


@contextlib.contextmanager
def alone(folder: str) -> Iterator[None]:
    """Keep others from changing the environment meanwhile; KdoctorError where somebody is at it."""
    path = os.path.join(folder, _LOCK)
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            break
        except FileExistsError:
            owner = _owner(path)
            if owner is None or _lives(owner):
                raise KdoctorError(
                    f"another kdoctor fix is changing this environment (process {owner or 'unknown'})", f"wait, or delete {path}"
                ) from None
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        except OSError as error:
            raise KdoctorError(f"{path} cannot be written: {error.strerror}") from error
    try:
        os.write(handle, str(os.getpid()).encode())
        os.close(handle)
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _owner(path: str) -> int | None:
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def steps_back(before: Mapping[str, str], now: Mapping[str, str], again: frozenset[str] = frozenset()) -> tuple[Step, ...]:
    """Give what leads from what is held now to what was held before; `again` is installed anew even where the version is the same."""
    added = tuple(sorted(name for name in now if name not in before))
    missing = tuple(text for name, text in sorted(before.items()) if now.get(name) != text or name in again)
    steps = (Step("uninstall", (), added), Step("install", ("--force-reinstall", "--no-deps"), missing))
    return tuple(step for step in steps if step.names)
