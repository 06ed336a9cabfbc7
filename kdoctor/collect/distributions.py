"""Which distributions lie on a path, read from their metadata alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kdoctor.collect.files import encodable, read_limited, reason
from kdoctor.collect.metadata import read_header, read_installer, record, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kdoctor.model import Distribution

#: The import names of the family.
FAMILY = ("keras", "tensorflow", "tf_keras")

#: Of these it matters who installed them and whether they are editable, since a remedy may change them. Two more files to open for
#: each of hundreds of others would take a third of the time of a survey.
_MENDED = ("keras", "tensorflow", "tf", "tb-", "intel-tensorflow", "jax", "torch", "openvino", "numpy", "protobuf", "ml-dtypes", "h5py")

#: Stands for a count that could not be taken.
UNREADABLE = -1

_MODULES = (".py", ".pyc", ".so", ".pyd")
_SMALL = 64 * 1024

#: The distributions of one folder on a path, and why it could not be listed.
Shelf: TypeAlias = "tuple[tuple[Distribution, ...], str | None]"


class Survey(NamedTuple):
    """What lies on a path: every distribution found, and why some of its folders could not be looked at."""

    distributions: tuple[Distribution, ...]
    unread: dict[str, str]


def read_distributions(paths: Sequence[str]) -> tuple[Distribution, ...]:
    """Return every distribution in the folders and zip files of `paths`, in their order and by file name within one.

    Copies of one name are all kept; the first on the path is the one that imports. What cannot be read in full is kept with a
    `problem`. Nothing raises.
    """
    return survey(paths).distributions


def survey(paths: Sequence[str], ahead: Mapping[str, Shelf] | None = None) -> Survey:
    """Return what `read_distributions` does, and the folders that could not be listed, each with the reason.

    `ahead` holds folders that were read before it was known that they are on the path.
    """
    found: list[Distribution] = []
    unread: dict[str, str] = {}
    for path in paths:
        records, problem = (ahead or {}).get(path) or read_shelf(path)
        found.extend(records)
        if problem:
            unread[encodable(path)] = problem
    return Survey(tuple(found), unread)


def read_shelf(path: str) -> Shelf:
    """Return the distributions in one folder or zip file of a path, or why it could not be listed."""
    try:
        return tuple(_in_folder(path, os.listdir(path))), None
    except (FileNotFoundError, ValueError):
        return (), None
    except NotADirectoryError:
        from kdoctor.collect.eggs import read_zip  # noqa: PLC0415 - Few paths hold a file.

        zipped = read_zip(path)
        return zipped or (), "neither a folder nor a readable zip file" if zipped is None else None
    except OSError as error:
        return (), reason(error)


def _in_folder(folder: str, names: list[str]) -> Iterator[Distribution]:
    is_egg = folder.lower().endswith(".egg")
    for name in sorted(names):
        ending = name[-10:].lower()
        if ending == ".dist-info":
            yield _dist_info(folder, name)
        elif ending.endswith(".egg-info") or (is_egg and ending == "egg-info"):
            from kdoctor.collect.eggs import read_egg_info  # noqa: PLC0415 - New environments hold none.

            yield read_egg_info(folder, name)


def _dist_info(folder: str, name: str) -> Distribution:
    place = os.path.join(folder, name)
    header = read_header(place, "METADATA")
    found = record(folder, name, header, *split(name[:-10]))
    if not found.name.startswith(_MENDED):
        return found
    return found._replace(installer=read_installer(place), editable=_is_editable(place))


def _is_editable(folder: str) -> bool:
    """Tell whether direct_url.json says so (PEP 610)."""
    try:
        content = read_limited(os.path.join(folder, "direct_url.json"), _SMALL)
    except OSError:
        return False
    if b"editable" not in content:
        return False
    import json  # noqa: PLC0415 - Few distributions are editable.

    try:
        return json.loads(content)["dir_info"]["editable"] is True
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def import_folders(paths: Sequence[str]) -> dict[str, int | None]:
    """Return for each import name of the family how many entries the folder has that `import` would take; None = not there.

    As the path finder does, the first regular package or module on the path counts, and only where there is none the first
    folder without `__init__`. A module in one file counts 1; compiled left-overs (`__pycache__`) do not count. A name whose
    folder may not be looked at is left out.
    """
    counts = {name: _count(name, paths) for name in FAMILY}
    return {name: count for name, count in counts.items() if count != UNREADABLE}


def _count(name: str, paths: Sequence[str]) -> int | None:
    bare = None
    for path in paths:
        try:
            names = set(os.listdir(os.path.join(path, name))) - {"__pycache__"}
        except (FileNotFoundError, NotADirectoryError, ValueError):
            names = None
        except OSError:
            return UNREADABLE
        if names == {"__init__.py"}:
            # Metadata packed without the files it speaks of: the count says nothing of the installation that it was taken from.
            return UNREADABLE
        if names and any(f"__init__{ending}" in names for ending in _MODULES):
            return len(names)
        if any(os.path.isfile(os.path.join(path, name + ending)) for ending in _MODULES):
            return 1
        if names is not None and bare is None:
            bare = len(names)
    return bare
