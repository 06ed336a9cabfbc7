"""What an update has read so far, so that one that was cut off goes on where it stopped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Found(NamedTuple):
    """One release as the index has it; the columns are those of a release in the knowledge, in the same order."""

    version: str
    requires_python: str | None
    date: str | None
    yanked: bool
    prerelease: bool
    sdist: bool
    tags: tuple[str, ...]
    requirements: tuple[str, ...] | None
    variants: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    source: str
    yanked_reason: str | None


class Journal:
    """Lines of JSON: what it belongs to, then one release a line. A file that cannot be read or written is as good as none."""

    def __init__(self, path: Path, belongs_to: str) -> None:
        self._path = path
        self._head = json.dumps({"belongs to": belongs_to})
        self.found = dict(self._read())
        self._write([self._head, *(_line(project, found) for (project, _), found in self.found.items())], "w")

    def add(self, project: str, found: Found, *, lasting: bool) -> None:
        """Note one release; if `lasting`, it is on the disk when this returns."""
        self.found[project, found.version] = found
        if lasting:
            self._write([_line(project, found)], "a")

    def done(self) -> None:
        """Forget all."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            self._write([], "w")

    def _read(self) -> list[tuple[tuple[str, str], Found]]:
        try:
            head, *lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return []
        return [row for row in map(_row, lines) if row] if head == self._head else []

    def _write(self, lines: list[str], mode: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open(mode, encoding="utf-8") as file:
                file.writelines(line + "\n" for line in lines)
        except OSError:
            return


def _line(project: str, found: Found) -> str:
    return json.dumps([project, *found], separators=(",", ":"))


def _row(line: str) -> tuple[tuple[str, str], Found] | None:
    """Read one line; None for one that was cut off in the middle."""
    try:
        project, *columns = json.loads(line)
        found = Found(*map(_tuples, columns))
    except (ValueError, TypeError):
        return None
    return (project, found.version), found


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
