"""Which file of a program an import leads to."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from kdoctor.source.facts import SourceFacts

#: A project may keep its packages below this folder.
_SOURCE = "src"


def with_siblings(facts: Mapping[str, SourceFacts], files: Container[str]) -> dict[str, SourceFacts]:
    """Give the facts with their imports led to the files of the program that have facts too; `files` are all that there are."""
    return {path: one._replace(imports=tuple(_led(path, one, facts, files))) if one.imports else one for path, one in facts.items()}


def _led(path: str, one: SourceFacts, facts: Container[str], files: Container[str]) -> Iterator[tuple[str, int, int]]:
    for said, cell, line in one.imports:
        for other in files_of(path, said, files):
            if other in facts and other != path:
                yield other, cell, line


def files_of(path: str, said: str, files: Container[str]) -> tuple[str, ...]:
    """Give the files that an import in a file runs, the outermost package first; () where it leads out of the program.

    An import is written as "package.module", or "package.module:name" for `from package.module import name`, with a dot in front for each
    level of a relative one.
    """
    module, _, name = said.lstrip(".").partition(":")
    level = len(said) - len(said.lstrip("."))
    parts = [part for part in module.split(".") if part]
    for base in _bases(path, level):
        found = _below(base, [*parts, name], files) if name else ()
        found = found or _below(base, parts, files)
        if found:
            return found
    return ()


def _bases(path: str, level: int) -> Iterator[str]:
    """Give the folders that an import may start in: for an absolute one those around the file, the nearest first."""
    folders = path.split("/")[:-1]
    if level:
        if level - 1 <= len(folders):
            yield _joined(folders[: len(folders) - level + 1])
        return
    for end in range(len(folders), -1, -1):
        yield _joined(folders[:end])
        yield _joined([*folders[:end], _SOURCE])


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
