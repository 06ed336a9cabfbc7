"""Requirements from files: requirements.txt with what it includes, and a project's pyproject.toml."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

from kdoctor.errors import KdoctorError

#: An include that includes itself, or a chain that nobody wrote by hand.
_DEEPEST = 10
_INCLUDE = re.compile(r"(?:-r|--requirement|-c|--constraint)[ =]?\s*(.+)")
#: Options behind a requirement, such as --hash.
_OPTIONS = re.compile(r"\s+--[a-z-]+.*")
_LARGEST = 4 * 2**20


def read_requirements(path: str) -> list[str]:
    """Give the requirements of a file as they are written, without comments, options and hashes.

    A file that ends in .toml is read as pyproject.toml (project.dependencies), any other as requirements.txt, with the files that
    it includes. Raises KdoctorError, naming file and line, for what cannot be read.
    """
    if path.endswith(".toml"):
        return _from_project(path)
    return list(_from_text(path, 0))


def _from_text(path: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise KdoctorError(f"{path} is included by files that include each other")
    for line in _joined(_read(path)):
        include = _INCLUDE.fullmatch(line)
        if include:
            yield from _from_text(os.path.join(os.path.dirname(path), include[1].strip()), depth + 1)
        elif not line.startswith("-"):
            yield _OPTIONS.sub("", line)


def _joined(text: str) -> Iterator[str]:
    """Give the lines, continued ones in one piece, without comments."""
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        bare = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if bare:
            yield bare


def _from_project(path: str) -> list[str]:
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 -- the same.
    else:
        import tomli as tomllib  # noqa: PLC0415 -- the same, before Python 3.11.
    try:
        project = tomllib.loads(_read(path)).get("project")
    except tomllib.TOMLDecodeError as error:
        raise KdoctorError(f"{path} is no TOML: {error}") from error
    found = project.get("dependencies", []) if isinstance(project, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise KdoctorError(f"{path} has no list project.dependencies")
    return found


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise KdoctorError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise KdoctorError(f"{path} is larger than {_LARGEST // 2**20} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KdoctorError(f"{path} is no UTF-8 text: byte {error.start}") from error
