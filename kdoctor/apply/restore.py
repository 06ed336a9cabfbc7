"""The restore file: what an environment held before it was changed, kept inside of it until that is undone or forgotten."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from kdoctor.apply.keeping import Kept, drop
from kdoctor.errors import KdoctorError
from kdoctor.model import Distribution, Snapshot

_SCHEMA = "kdoctor.restore/1"
_FILE = "kdoctor-restore.json"
_HINT = "kdoctor fix --forget gives up what was installed before"


class Restore(NamedTuple):
    """What was installed before, where its files are kept, and how far the change got."""

    #: By name: the version, and the address where it came from no index.
    before: Mapping[str, str]
    #: Name of the remedy.
    remedy: str
    kept: Kept
    #: False while the change is going on, and ever after if it was interrupted.
    done: bool = False
    #: What an earlier fix had kept, which counts again if this one comes to nothing.
    earlier: Restore | None = None


def held(snapshot: Snapshot, sites: Collection[str]) -> dict[str, str]:
    """Give what the site folders of an environment hold, by name: the version, and the address where it came from no index."""
    there = [one for one in snapshot.distributions if not one.leftover and one.location in sites]
    # The first copy on the path is the one that counts.
    return {one.name: f"{one.version or 'unknown'}{_address(one)}" for one in reversed(there)}


def _address(distribution: Distribution) -> str:
    """Give where a distribution came from if that was no index (PEP 610); "" where it was one or nobody can tell."""
    if distribution.location is None or distribution.metadata is None:
        return ""
    path = os.path.join(distribution.location, distribution.metadata, "direct_url.json")
    try:
        with open(path, encoding="utf-8") as file:
            origin: Any = json.load(file)
        commit = origin.get("vcs_info", {}).get("commit_id", "")
        editable = "editable, " if origin.get("dir_info", {}).get("editable") else ""
        return f" ({editable}{origin['url']}{'@' if commit else ''}{commit})"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""


def read(folder: str) -> Restore | None:
    """Read the restore file of an environment; None where there is none, KdoctorError where it cannot be read."""
    path = os.path.join(folder, _FILE)
    try:
        with open(path, encoding="utf-8") as file:
            content: Any = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise KdoctorError(f"{path} cannot be read: {error}", _HINT) from error
    try:
        return _restore(content)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise KdoctorError(f"{path} is no restore file of kdoctor", _HINT) from error


def _restore(content: Any) -> Restore:
    if content["schema"] != _SCHEMA:
        raise ValueError(content["schema"])
    kept = content["kept"]
    folder = str(kept["folder"])
    if folder != os.path.basename(folder):
        raise ValueError(folder)
    earlier = content.get("earlier")
    return Restore(
        before={str(name): str(text) for name, text in content["before"].items()},
        remedy=str(content["remedy"]),
        kept=Kept(folder, tuple(map(str, kept["sites"])), tuple(map(str, kept["outside"]))),
        done=content["done"] is True,
        earlier=_restore(earlier) if earlier else None,
    )


def write(folder: str, restore: Restore) -> None:
    """Write the restore file in one step, so that it is whole or not there, whatever happens; KdoctorError where it cannot be."""
    fresh = ""
    try:
        handle, fresh = tempfile.mkstemp(dir=folder, prefix=_FILE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(_document(restore), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, os.path.join(folder, _FILE))
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise KdoctorError(f"the restore file cannot be written to {folder}: {error.strerror}") from error


def _document(restore: Restore) -> dict[str, Any]:
    earlier = _document(restore.earlier) if restore.earlier else None
    return {"schema": _SCHEMA, **restore._asdict(), "kept": restore.kept._asdict(), "earlier": earlier}


def settle(folder: str, restore: Restore | None) -> None:
    """Let this be what can be undone from now on (None: nothing), and let go of all else that was kept."""
    if restore:
        write(folder, restore)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, _FILE))
    tidy(folder, restore)


def tidy(folder: str, restore: Restore | None) -> None:
    """Remove kept files and half-written restore files to which nothing points any more."""
    needed = [one.kept.folder for one in (restore, restore and restore.earlier) if one]
    drop(folder, tuple(needed))
    for name in os.listdir(folder):
        if name.startswith(_FILE) and name != _FILE:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, name))
