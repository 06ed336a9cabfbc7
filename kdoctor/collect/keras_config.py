"""The keras.json that the installed Keras would read, and what stands in it.

Where each generation looks, read in its sources:

| Keras | KERAS_HOME | home not writable | source |
| --- | --- | --- | --- |
| 0.3 to 2.1 | not read | /tmp/.keras | keras/backend/__init__.py of 0.3.0, 0.3.3 and 1.0.0 to 2.1.6; 0.2.0 reads no file |
| 2.2, 2.3 | before all | /tmp/.keras | keras/backend/load_backend.py of 2.3.1 |
| 2.4 to 2.15, tf-keras | before all | ~/.keras all the same | keras/backend.py of 2.6.0, keras/src/backend.py of 2.15.0, \
tf_keras/src/backend.py of 2.21.0, tensorflow/python/keras/backend.py |
| 3, keras-core | before all | /tmp/.keras | keras/src/backend/config.py of 3.0.5, 3.3.3 and 3.15.1, \
keras_core/src/backend/config.py of 0.1.7 |

All expand "~" in KERAS_HOME, take an empty KERAS_HOME as the working directory, and take a file that is no JSON (or no text)
as none, from 2.0.3 on; a file that is there and cannot be opened, or JSON that is no object, ends the import.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from kdoctor.collect.files import encodable, read_limited, reason

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMIT = 64 * 1024


class KerasConfig(NamedTuple):
    """The content as the snapshot has it, the file that it comes from (None = there is none) and what is wrong with it."""

    content: Any
    path: str | None = None
    problem: str | None = None


def read_keras_config(environ: Mapping[str, str], cwd: str, keras: str | None = None) -> KerasConfig:
    """Return what the keras.json holds that Keras of version `keras` (None = a recent one) would read.

    `content` is {} where there is no file, the JSON object, the raw text of anything else, or {"error": ...} where the file
    cannot be read.
    """
    path = find_keras_config(environ, cwd, keras)
    if not os.path.exists(path):
        return KerasConfig({})
    shown = encodable(path)
    try:
        raw = read_limited(path, _LIMIT + 1)
    except OSError as error:
        return _failed(shown, f"it cannot be read: {reason(error)}")
    if len(raw) > _LIMIT:
        return _failed(shown, f"it is larger than {_LIMIT // 1024} KiB")
    return _parse(raw, shown)


def find_keras_config(environ: Mapping[str, str], cwd: str, keras: str | None = None) -> str:
    """Return where Keras of version `keras` looks for its keras.json, whether there is one or not."""
    release = _release(keras)
    if "KERAS_HOME" in environ and release >= (2, 2):
        return os.path.join(cwd, _expand(environ["KERAS_HOME"], environ), "keras.json")
    home = os.path.join(cwd, _expand("~", environ))
    if not (2, 4) <= release < (3,) and not os.access(home, os.W_OK):
        home = "/tmp"  # noqa: S108 - Keras itself looks there.
    return os.path.join(home, ".keras", "keras.json")


def _release(version: str | None) -> tuple[int, ...]:
    parts = (version or "3").split(".")[:2]
    return tuple(int(part) for part in parts if part.isdigit()) or (3,)


def _expand(path: str, environ: Mapping[str, str]) -> str:
    """Expand "~" as os.path.expanduser does, but with the variables of `environ`."""
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    if home and (path == "~" or path.startswith(("~/", "~" + os.sep))):
        return home.rstrip("/" + os.sep) + path[1:] or os.sep
    return os.path.expanduser(path)


def _parse(raw: bytes, path: str) -> KerasConfig:
    import json  # noqa: PLC0415 - Many have no keras.json.

    text = raw.decode("utf-8", "replace")
    try:
        content = json.loads(raw.decode(), parse_constant=str)
        if b"\\u" in raw:
            content = json.loads(encodable(json.dumps(content, ensure_ascii=False)))
    except RecursionError:
        return _failed(path, "it is nested too deeply")
    except ValueError as error:
        return KerasConfig(text, path, f"it is not JSON: {error}")
    if not isinstance(content, dict):
        return KerasConfig(text, path, "it is JSON but no object")
    return KerasConfig(content, path)


def _failed(path: str, problem: str) -> KerasConfig:
    return KerasConfig({"error": problem}, path, problem)
