"""The folders where the patient finds distributions, in the order of its own import path, without running anything there."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kdoctor.collect.files import read_limited
from kdoctor.collect.interpreter import read_venv_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kdoctor.collect.interpreter import Answer

#: The patch releases from which site.py skips hidden .pth files (gh-113659 in CPython's tracker); 3.13 and newer always do.
_SKIPS_HIDDEN = {(3, 8): 19, (3, 9): 19, (3, 10): 14, (3, 11): 8, (3, 12): 2}

#: Bytes of one .pth file that are read.
_LIMIT = 1024 * 1024


def build_search_path(answer: Answer, environ: Mapping[str, str], cwd: str) -> tuple[str, ...]:
    """Return what sys.path would hold in a program of the patient, without the program's own folder and without doublets.

    The order is that of CPython's main() in site.py: PYTHONPATH, standard library, virtual environment, user, base. Each site
    folder is followed by the folders that its .pth files name; their `import` lines are not run, though kdoctor's own sys.path
    shows what they did. A patient that is a folder
    without interpreter (no `executable`) has its site folders alone.
    """
    release = _release(answer.version)
    if answer.executable is None:
        return _without_doublets(_with_pth(answer.sites, release))
    plain = [*_from_variable(environ.get("PYTHONPATH", ""), cwd), *answer.stdlib]
    return _without_doublets((*plain, *_with_pth(_site_folders(answer, environ), release), *answer.seen))


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


def _with_pth(sites: Iterable[str], release: tuple[int, ...]) -> Iterator[str]:
    for folder in sites:
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(".pth"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            # It is on the path; whoever reads it says that it is closed.
            names = []
        yield os.path.abspath(folder)
        for name in names:
            yield from _pth_folders(folder, name, release)


def _pth_folders(folder: str, name: str, release: tuple[int, ...]) -> Iterator[str]:
    """Yield the folders that a .pth file names; a line that Python cannot take ends it, as in site.addpackage."""
    for line in _read_pth(os.path.join(folder, name), release).splitlines():
        if line.startswith(("#", "import ", "import\t")) or not line.strip():
            continue
        if "\0" in line:
            return
        path = os.path.abspath(os.path.join(folder, line.rstrip()))
        if os.path.exists(path):
            yield path


def _read_pth(path: str, release: tuple[int, ...]) -> str:
    try:
        if _is_hidden(path) and _skips_hidden(release):
            return ""
        content = read_limited(path, _LIMIT)
    except OSError:
        return ""
    try:
        return content.decode("utf-8-sig" if release >= (3, 13) else "utf-8")
    except UnicodeDecodeError:
        return os.fsdecode(content)


def _skips_hidden(release: tuple[int, ...]) -> bool:
    major, minor, patch = release
    return release >= (3, 13) or patch >= _SKIPS_HIDDEN.get((major, minor), sys.maxsize)


def _is_hidden(path: str) -> bool:
    status = os.lstat(path)
    # UF_HIDDEN on macOS and FILE_ATTRIBUTE_HIDDEN on Windows, as in the stat module.
    flagged = getattr(status, "st_flags", 0) & 0x8000 or getattr(status, "st_file_attributes", 0) & 0x2
    return bool(flagged) or os.path.basename(path).startswith(".")


def _release(version: str | None) -> tuple[int, ...]:
    """Return the three numbers of a version; an unknown Python is taken for a recent one, an unknown patch for the last."""
    numbers = [int(part) for part in (version or "").split(".")[:3] if part.isdigit()]
    return (*(numbers or (3, 13)), 99, 99)[:3]


def _without_doublets(paths: Iterable[str]) -> tuple[str, ...]:
    # As site.makepath: two names are one folder only where the system ignores case.
    found: dict[str, str] = {}
    for path in paths:
        found.setdefault(os.path.normcase(path), path)
    return tuple(found.values())
