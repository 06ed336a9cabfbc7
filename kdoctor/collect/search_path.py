"""The folders where the patient finds distributions, in the order of its own import path, without running anything there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kdoctor.collect.ask import read_venv_config
from kdoctor.collect.files import read_limited

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kdoctor.collect.ask import Answer

#: Bytes of one .pth file that are read.
_LIMIT = 1024 * 1024


def search_path(answer: Answer, environ: Mapping[str, str], cwd: str) -> tuple[str, ...]:
    """Return what sys.path would hold in a program of the patient, without the program's own folder and without doublets.

    The order is that of CPython's main() in site.py: PYTHONPATH, standard library, virtual environment, user, base. Each site
    folder is followed by the folders that its .pth files name; their `import` lines are not run. A patient that is a folder
    without interpreter (no `executable`) has its site folders alone.
    """
    if answer.executable is None:
        return _without_doublets(_with_pth(answer.sites))
    plain = [*_from_variable(environ.get("PYTHONPATH", ""), cwd), *answer.stdlib]
    return _without_doublets((*plain, *_with_pth(_site_folders(answer, environ))))


def sees_base(answer: Answer) -> bool:
    """Tell whether the base's packages count: always outside virtual environments, else if pyvenv.cfg includes them.

    site.venv() takes a pyvenv.cfg that says nothing as one that includes them.
    """
    if not answer.venv_config:
        return True
    return read_venv_config(answer.venv_config).get("include-system-site-packages", "true").lower() == "true"


def _site_folders(answer: Answer, environ: Mapping[str, str]) -> Iterator[str]:
    yield from answer.sites
    if not sees_base(answer):
        return
    if answer.user_site and not answer.privileged and not environ.get("PYTHONNOUSERSITE"):
        yield answer.user_site
    yield from answer.base_sites


def _from_variable(value: str, cwd: str) -> Iterator[str]:
    # An empty entry is the working directory, as an empty line between colons is for Python; an empty variable is none.
    for entry in value.split(os.pathsep) if value else ():
        yield os.path.abspath(os.path.join(cwd, entry))


def _with_pth(sites: Iterable[str]) -> Iterator[str]:
    for folder in sites:
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(".pth") and not name.startswith("."))
        except NotADirectoryError:
            continue
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                # It is on the path; whoever reads it says that it is closed.
                yield os.path.abspath(folder)
            continue
        yield os.path.abspath(folder)
        for name in names:
            yield from _pth_folders(folder, name)


def _pth_folders(folder: str, name: str) -> Iterator[str]:
    """Yield the folders that a .pth file names; a line that Python cannot take ends it, as in site.addpackage."""
    for line in _read_pth(os.path.join(folder, name)).splitlines():
        if line.startswith(("#", "import ", "import\t")) or not line.strip():
            continue
        if "\0" in line:
            return
        path = os.path.abspath(os.path.join(folder, line.rstrip()))
        if os.path.exists(path):
            yield path


def _read_pth(path: str) -> str:
    try:
        status = os.lstat(path)
        # macOS and Windows can hide a file without a dot: UF_HIDDEN, FILE_ATTRIBUTE_HIDDEN (both from the stat module).
        if getattr(status, "st_flags", 0) & 0x8000 or getattr(status, "st_file_attributes", 0) & 0x2:
            return ""
        content = read_limited(path, _LIMIT)
    except OSError:
        return ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return os.fsdecode(content)


def _without_doublets(paths: Iterable[str]) -> tuple[str, ...]:
    # As site.makepath: two names are one folder only where the system ignores case.
    found: dict[str, str] = {}
    for path in paths:
        found.setdefault(os.path.normcase(path), path)
    return tuple(found.values())
