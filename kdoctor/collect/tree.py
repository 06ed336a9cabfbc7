"""The files of one machine: the running one, or a recorded one kept below a folder."""

# pathlib is slow to import, and paths of a recorded machine are none of this one.

from __future__ import annotations

import os
from errno import ELOOP
from typing import NamedTuple

_MISSING = (FileNotFoundError, NotADirectoryError)
_LINKS_AT_MOST = 40


class Tree(NamedTuple):
    """Reads absolute paths of the machine whose file system starts at `root`.

    What is not there is None, False or (); what is there and cannot be read raises OSError, since unknown is not absent.
    Links are followed inside the root, absolute ones too, so that a recorded machine never shows files of the running one.
    """

    root: str = "/"

    @property
    def running(self) -> bool:
        """True for the machine that kdoctor runs on, the only one that can be asked more than its files."""
        return self.root == "/"

    def exists(self, path: str) -> bool:
        """Say whether something is at `path`, a device file too; a link to nothing is nothing."""
        try:
            os.stat(self.place(path))
        except _MISSING:
            return False
        return True

    def names(self, path: str) -> list[str]:
        """Return the sorted names in the folder `path`; [] where there is no such folder."""
        try:
            return sorted(os.listdir(self.place(path)))
        except _MISSING:
            return []

    def text(self, path: str, limit: int = 65536) -> str | None:
        """Return the first `limit` bytes of `path` as text, what is no UTF-8 replaced; None where there is no such file."""
        content = self.content(path, limit)
        return None if content is None else content.decode("utf-8", "replace")

    def content(self, path: str, limit: int) -> bytes | None:
        """Return the first `limit` bytes of `path`; None where there is no such file."""
        try:
            descriptor = os.open(self.place(path), os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        except _MISSING:
            return None
        try:
            return _read(descriptor, limit)
        finally:
            os.close(descriptor)

    def link(self, path: str) -> str | None:
        """Return what the link at `path` says, unfollowed; None where there is no link."""
        folder, name = os.path.split(path)
        try:
            return os.readlink(os.path.join(self.place(folder), name))
        except OSError:
            return None

    def follow(self, path: str) -> str:
        """Return the path of this machine that `path` leads to when all links are followed."""
        return os.path.realpath(path) if self.running else _follow(self.root, path)

    def place(self, path: str) -> str:
        """Say where `path` of this machine lies on the running one."""
        return path if self.running else self.root + _follow(self.root, path)


def _read(descriptor: int, limit: int) -> bytes:
    content = b""
    while len(content) < limit:
        piece = os.read(descriptor, min(limit - len(content), 65536))
        if not piece:
            break
        content += piece
    return content


def _follow(root: str, path: str) -> str:
    """Follow the links in `path` as the kernel would if `root` were its root folder."""
    done, waiting, links = "", path.split("/")[::-1], 0
    while waiting:
        name = waiting.pop()
        if name in ("", "."):
            continue
        if name == "..":
            done = done.rpartition("/")[0]
            continue
        try:
            target = os.readlink(f"{root}{done}/{name}")
        except OSError:
            done = f"{done}/{name}"
            continue
        links += 1
        if links > _LINKS_AT_MOST:
            raise OSError(ELOOP, "too many links", path)
        done = "" if target.startswith("/") else done
        waiting += target.split("/")[::-1]
    return done or "/"
