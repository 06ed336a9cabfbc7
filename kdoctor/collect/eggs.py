"""The older forms of installed metadata: .egg-info files and folders, unpacked and zipped eggs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from kdoctor.collect.files import encodable, read_limited
from kdoctor.collect.metadata import LIMIT, parse_header, read_header, read_installer, record, split

if TYPE_CHECKING:
    from importlib_metadata._meta import IDistribution

    from kdoctor.model import Distribution

_TAG = re.compile(r"-py\d.*$")
_PROJECTS = ("setup.py", "pyproject.toml", "setup.cfg")
_INSTALLED = ("site-packages", "dist-packages")


def read_egg_info(folder: str, name: str) -> Distribution:
    """Return the distribution that an .egg-info file or folder describes, or the EGG-INFO of an unpacked egg.

    One that lies in a source tree (with setup.py or pyproject.toml) is a development install.
    """
    place = os.path.join(folder, name)
    is_file = os.path.isfile(place)
    header = read_header(folder, name) if is_file else read_header(place, "PKG-INFO")
    if not is_file and not header.requires:
        header = header._replace(requires=_requires(place) if header.problem is None else None)
    stem = os.path.basename(folder)[:-4] if name.lower() == "egg-info" else name[:-9]
    found = record(folder, name, header, *split(_TAG.sub("", stem)))
    return found._replace(installer=read_installer(place), editable=_is_source_tree(folder))


def _is_source_tree(folder: str) -> bool:
    if os.path.basename(folder) in _INSTALLED:
        return False
    return any(os.path.isfile(os.path.join(folder, name)) for name in _PROJECTS)


def _requires(place: str) -> tuple[str, ...] | None:
    """Return the requirements in requires.txt, whose sections stand for extras and markers, as Requires-Dist would say them."""
    try:
        if len(read_limited(os.path.join(place, "requires.txt"), LIMIT)) == LIMIT:
            return None
    except FileNotFoundError:
        return ()
    except OSError:
        return None
    import importlib_metadata  # noqa: PLC0415 - It takes longer to import than to use.

    try:
        return tuple(encodable(line) for line in importlib_metadata.Distribution.at(place).requires or ())
    except Exception:  # noqa: BLE001 - Whatever stands in a file of a stranger: what it requires is not known.
        return None


def read_zip(path: str) -> tuple[Distribution, ...] | None:
    """Return the distributions in a zip file on the path (an egg): () where it is no zip file, None where it is damaged."""
    try:
        if read_limited(path, 2) != b"PK":
            return ()
    except OSError:
        return None
    import zipfile  # noqa: PLC0415 - Few paths hold a zip file.

    import importlib_metadata  # noqa: PLC0415 - It takes longer to import than to use.

    try:
        if not zipfile.is_zipfile(path):
            return None
        return tuple(_zipped(path, installed) for installed in importlib_metadata.distributions(path=[path]))
    except Exception:  # noqa: BLE001 - A damaged archive fails in a dozen ways, and none of them tells more.
        return None


def _zipped(path: str, installed: IDistribution) -> Distribution:
    text = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    header = parse_header(text, "PKG-INFO")
    if header.problem is None and not header.requires:
        header = header._replace(requires=tuple(encodable(line) for line in installed.requires or ()))
    return record(path, "EGG-INFO", header, *split(_TAG.sub("", os.path.basename(path)[:-4])))
