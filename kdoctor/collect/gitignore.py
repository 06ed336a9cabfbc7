"""What of a tree is left out: by .gitignore files as git reads them, and by patterns that the user gave."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NAME = ".gitignore"
_HINT = 'python -m pip install "keras-doctor[scan]"'


class Patterns(NamedTuple):
    """The patterns of one .gitignore."""

    #: The folder that it lies in, relative to the root of the scan, with a slash at its end, or "".
    base: str
    #: Where it lies above the root: the way from its folder down to the root.
    above: str
    spec: GitIgnoreSpec


class Ignored:
    """The patterns that hold in a tree below `root`; without pathspec none of .gitignore do, and `blind` says so."""

    def __init__(self, root: str, exclude: Sequence[str] = (), *, gitignore: bool = True) -> None:
        self._root = root
        self._gitignore = gitignore and can_read_gitignore()
        self._exclude = _spec(exclude) if exclude else None

    def around(self) -> tuple[Patterns, ...]:
        """Give the patterns of the folders above the root, up to the one that holds .git."""
        if not self._gitignore:
            return ()
        found: list[Patterns] = []
        folder, above = os.path.abspath(self._root), ""
        while not os.path.exists(os.path.join(folder, ".git")):
            parent = os.path.dirname(folder)
            if parent == folder:
                return ()  # No repository: what lies above is nobody's.
            above = f"{os.path.basename(folder)}/{above}"
            folder = parent
            found += _read(os.path.join(folder, _NAME), "", above)
        return tuple(reversed(found))

    def in_folder(self, inner: str, specs: tuple[Patterns, ...], entries: Sequence[os.DirEntry[str]]) -> tuple[Patterns, ...]:
        """Give the patterns that hold in a folder: those around it and those of its own .gitignore."""
        if self._gitignore:
            for entry in entries:
                if entry.name == _NAME:
                    return (*specs, *_read(entry.path, inner, ""))
        return specs

    def hides(self, specs: Sequence[Patterns], relative: str) -> bool:
        """Tell whether a file, or a folder with a slash at its end, is left out; the innermost .gitignore that speaks decides."""
        if self._exclude is not None and self._exclude.match_file(relative):
            return True
        for patterns in reversed(specs):
            said = patterns.spec.check_file(patterns.above + relative[len(patterns.base) :]).include
            if said is not None:
                return bool(said)
        return False


def can_read_gitignore() -> bool:
    """Tell whether the library is there that reads the patterns; it belongs to an extra."""
    try:
        import pathspec  # noqa: F401, PLC0415 -- an extra.
    except ImportError:
        return False
    return True


def _read(path: str, base: str, above: str) -> tuple[Patterns, ...]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return (Patterns(base, above, _spec(file.read().splitlines())),)
    except OSError:
        return ()
    except ValueError:
        return ()  # A pattern that is none ignores nothing, as git has it.


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    try:
        import pathspec  # noqa: PLC0415 -- an extra.
    except ImportError:
        raise KdoctorError("--exclude needs pathspec, which is not installed", _HINT) from None
    return pathspec.GitIgnoreSpec.from_lines(lines)
