"""Which file of a program an import leads to."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from kdoctor.source.facts import Import, SourceFacts

#: A project may keep its packages below this folder.
_SOURCE = "src"


class Asked(NamedTuple):
    """An import as it is written, the file that it leads to, and the name that it takes from there; "" for the whole module."""

    said: str
    path: str
    name: str


def asked(path: str, one: SourceFacts, files: Container[str]) -> Iterator[Asked]:
    """Give what a file imports from others of the program; of `from package import name` what the package says comes before a module."""
    for said, *_ in one.imports:
        module, _, name = said.partition(":")
        if found := files_of(path, module, files):
            yield Asked(said, found[-1], name)
        if name and (submodule := files_of(path, f"{module}{'' if module.endswith('.') else '.'}{name}", files)):
            yield Asked(said, submodule[-1], "")


def with_siblings(facts: Mapping[str, SourceFacts], files: Container[str]) -> dict[str, SourceFacts]:
    """Give the facts with their imports led to the files of the program that have facts too; `files` are all that there are.

    Files that have none but imports are left out.
    """
    told = {path: one for path, one in facts.items() if one._replace(imports=()) != SourceFacts()}
    return {path: one._replace(imports=tuple(_led(path, one, told, files))) if one.imports else one for path, one in told.items()}


def _led(path: str, one: SourceFacts, facts: Container[str], files: Container[str]) -> Iterator[Import]:
    for each in one.imports:
        for other in files_of(path, each.path, files):
            if other in facts and other != path:
                yield each._replace(path=other)


def files_of(path: str, said: str, files: Container[str]) -> tuple[str, ...]:
    """Give the files that an import in a file runs, the outermost package first; () where it leads out of the program.

    An import is written as "package.module", or "package.module:name" for `from package.module import name`, with a dot in front for each
    level of a relative one.
    """
    module, _, name = said.lstrip(".").partition(":")
    level = len(said) - len(said.lstrip("."))
    parts = [part for part in module.split(".") if part]
    for base in _bases(path, level, files):
        found = _below(base, [*parts, name], files) if name else ()
        found = found or _below(base, parts, files)
        if found:
            return found
    return ()


def _bases(path: str, level: int, files: Container[str]) -> Iterator[str]:
    """Give the folders that an import may start in: for an absolute one those around the file that are no packages, the nearest first."""
    folders = path.split("/")[:-1]
    if level:
        if level - 1 <= len(folders):
            yield _joined(folders[: len(folders) - level + 1])
        return
    for end in range(len(folders), -1, -1):
        base = _joined(folders[:end])
        if f"{base}__init__.py" not in files:
            yield base
            yield f"{base}{_SOURCE}/"


def _joined(folders: list[str]) -> str:
    return "".join(f"{one}/" for one in folders)


def _below(base: str, parts: list[str], files: Container[str]) -> tuple[str, ...]:
    """Give the file of a module below a folder, and those of the packages around it."""
    whole = base + "/".join(parts)
    last = next((one for one in (f"{whole}.py", f"{whole}/__init__.py") if parts and one in files), None)
    if not parts and f"{base}__init__.py" in files:
        last = f"{base}__init__.py"
    if last is None:
        return ()
    packages = (f"{base}{'/'.join(parts[:end])}/__init__.py" for end in range(1, len(parts)))
    return (*(one for one in packages if one in files), last)
