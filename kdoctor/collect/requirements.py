"""Requirements from files: requirements.txt with what it includes, and what a project's pyproject.toml depends on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from kdoctor.collect.requirement_lines import INCLUDE, LARGEST, PATH, URL, WHEEL
from kdoctor.errors import KdoctorError

#: An include that includes itself, or a chain that nobody wrote by hand.
_DEEPEST = 10
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)\s*.+")
#: Options behind a requirement, such as --hash.
_OPTIONS = re.compile(r"\s+--[a-z-]+.*")
_NAMED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*@\s*\S")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")


class Wish(NamedTuple):
    """One line of a file: what is asked for, as it is written there."""

    text: str
    #: It limits which release is taken, but asks for none.
    constraint: bool = False
    #: Where it stands, for messages; "" = on the command line.
    where: str = ""


def read_requirements(path: str, *, constraint: bool = False) -> list[Wish]:
    """Give the requirements of a file as they are written, without comments, options and hashes.

    A file that ends in .toml is read as pyproject.toml (what an installer takes without being asked for extras or groups), any other
    as requirements.txt, with the files that it includes. Raises KdoctorError, naming the file, for what cannot be read.
    """
    if path.endswith(".toml"):
        return _from_project(path)
    return list(_from_text(path, 0, constraint=constraint))


def stand_in(text: str) -> str | None:
    """Give the requirement that stands for something from an address or a folder; None for an ordinary requirement.

    "keras" for "keras @ git+https://…", "keras==3.6.0" where it names a wheel of that, "" where it does not tell what it is.
    """
    named, editable = _NAMED.match(text), _EDITABLE.fullmatch(text)
    if not (named or editable or URL.match(text) or PATH.match(text)):
        return None
    wheel, egg = WHEEL.search(text.replace("%2B", "+")), _EGG.search(text)
    if wheel:
        return f"{wheel[1]}=={wheel[2]}"
    found = named or egg
    return found[1] if found else ""


def _from_text(path: str, depth: int, *, constraint: bool) -> Iterator[Wish]:
    if depth > _DEEPEST:
        raise KdoctorError(f"{path} is included by files that include each other")
    for number, line in _joined(_read(path)):
        include = INCLUDE.fullmatch(line)
        if include:
            other = os.path.join(os.path.dirname(path), include[2].strip().strip("'\""))
            yield from _from_text(other, depth + 1, constraint=constraint or "c" in include[1][:3])
        elif not line.startswith("-") or _EDITABLE.fullmatch(line):
            yield Wish(_OPTIONS.sub("", line), constraint, f"{path}: line {number}")


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines with the number of the first, continued ones in one piece, without comments."""
    pieces: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        pieces.append(line.removesuffix("\\"))
        if line.endswith("\\"):
            continue
        bare = re.sub(r"(?:^|\s)#.*", "", " ".join(pieces)).strip()
        if bare:
            yield number - len(pieces) + 1, bare
        pieces = []


def _from_project(path: str) -> list[Wish]:
    from kdoctor.collect.projects import pyproject  # noqa: PLC0415 -- only where such a file is read.

    found = pyproject.read(_read(path), path)
    rows = found.declared or () if found else ()
    # What carries an extra or a group has to be asked for.
    taken = [one for one in rows if not re.search(r";.*\bextra\s*==", one.requirement)]
    if not taken:
        raise KdoctorError(f"{path} has no dependencies that could be read", "it may compute them, or keep them in an extra or a group")
    return [Wish(one.requirement, one.constraint, f"{path}: line {one.location.line}") for one in taken]


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise KdoctorError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > LARGEST:
        raise KdoctorError(f"{path} is larger than {LARGEST // 2**20} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KdoctorError(f"{path} is no UTF-8 text: byte {error.start}") from error
