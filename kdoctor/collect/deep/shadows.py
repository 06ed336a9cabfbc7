"""What stands in front of, or is left behind by, the installed family: shadowing files, `~eras`, conda's own records."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from kdoctor.collect.deep.family import some
from kdoctor.collect.files import encodable
from kdoctor.collect.metadata import normalize
from kdoctor.model import Shadow, Some

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kdoctor.model import Distribution

#: Import names that programs of the family use, or that it imports itself, and which users give to their own files.
_NAMES = ("keras", "tensorflow", "tf_keras", "jax", "torch", "openvino", "numpy", "h5py", "tensorboard", "scipy", "pandas")
_ENDINGS = (".py", ".pyc", ".so", ".pyd")
_LEFT = re.compile(r"[~-][A-Za-z0-9_.]+")
#: conda-meta/tensorflow-2.15.0-cpu_py311h6aa969b_3.json
_CONDA = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-[^-]+\.json")


def shadows(paths: Sequence[str], cwd: str, distributions: Sequence[Distribution]) -> tuple[Shadow, ...]:
    """Return what an import finds before the copy whose metadata is installed, on the path or in the current folder.

    A folder counts where it is a regular package: one without `__init__` gives way to any package further down the path.
    """
    holders = {one.location for one in distributions if one.location and not one.leftover}
    found: list[Shadow] = []
    for name in _NAMES:
        places = [(path, place) for path in paths if (place := _importable(path, name))]
        installed = next(((path, place) for path, place in places if encodable(path) in holders), None)
        if installed is None:
            continue
        first = places[0]
        if first is not installed and not _is_same(first[1], installed[1]):
            found.append(Shadow(name, encodable(first[1]), encodable(installed[1])))
        beside = _importable(cwd, name)
        if beside and not any(_is_same(cwd, path) for path in paths) and not _is_same(beside, installed[1]):
            found.append(Shadow(name, encodable(beside), encodable(first[1]), here=True))
    return tuple(found)


def _importable(folder: str, name: str) -> str | None:
    """Return the package or module that `import name` would take from a folder; None where there is none."""
    place = os.path.join(folder, name)
    try:
        if any(os.path.isfile(os.path.join(place, f"__init__{ending}")) for ending in _ENDINGS):
            return place
        return next((place + ending for ending in _ENDINGS if os.path.isfile(place + ending)), None)
    except ValueError:
        return None


def _is_same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def leftovers(paths: Sequence[str]) -> Some:
    """Return the folders that pip renames for removal (`~eras`, `-eras`) and that are still there, without their metadata."""
    return some([name for path in paths for name in sorted(_names(path)) if _is_left(path, name)])


def _is_left(path: str, name: str) -> bool:
    if not _LEFT.fullmatch(name) or name.endswith((".dist-info", ".egg-info")):
        return False
    return os.path.isdir(os.path.join(path, name))


def conda_records(prefix: str | None, family: Sequence[Distribution]) -> dict[str, str] | None:
    """Return the versions of the family by conda's records; None where the prefix is no conda environment."""
    folder = os.path.join(prefix or "", "conda-meta")
    if not prefix or not os.path.isdir(folder):
        return None
    wanted = {one.name for one in family}
    return {name: version for name, version in _conda(folder) if name in wanted}


def _conda(folder: str) -> Iterator[tuple[str, str]]:
    for file in sorted(_names(folder)):
        match = _CONDA.fullmatch(encodable(file))
        if match:
            yield normalize(match["name"]), match["version"]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (OSError, ValueError):
        return []
