"""Paths with their shape kept and their names gone."""

from __future__ import annotations

import re

from kdoctor.redact.vocabulary import LIBRARIES, PUBLIC

_SHAPES = (
    r"(?a)(?:[Cc]uda|CUDA|cudnn|cuDNN|nccl|tensorrt|TensorRT|rocm|hpc_sdk)?[-_/]?v?\d{1,4}(?:\.\d{1,5}){0,3}(?:-linux-x64)?"
    r"|(?:c?python|pypy|Python)-?\d(?:\.?\d{1,2})?(?:\.\d{1,2})?t?(?:\.exe)?|python\d?@\d\.\d{1,2}|lib[a-z+_]{2,14}\.so(?:\.\d{1,4}){0,3}"
    r"|(?:ana|mini)conda\d|py(?:thon)?\d{2,3}|[A-Za-z]:|dir(?:-conda)?(?:-with-space)?(?:-non-ascii)?\d{1,4}|other-value|cpython-3\.\d{1,2}(?:\.\d{1,2})?"
)
#: A folder of one person, and where such folders lie.
_HOME = r"(?:/home|/Users|/mnt/[a-z]/Users|[A-Za-z]:[/\\]Users|[A-Za-z]:[/\\]Documents and Settings)[/\\][^/\\:;]+|/root(?![^/\\:;])"
_CONDA = ("conda", "mamba", "miniforge")
_ABSOLUTE = r"~?[/\\]|~$|[A-Za-z]:[/\\]"


class Places:
    """Gives each private name a word of its own, the same for the same name wherever it stands in one snapshot.

    With `keep`, for what does not leave its machine, every path stays as it is.
    """

    def __init__(self, home: str | None = None, *, keep: bool = False) -> None:
        self._home = home.rstrip("/\\") if home else None
        self._keep = keep
        self._words: dict[str, str] = {}

    def place(self, path: str | None) -> str | None:
        """Give a path that may be shown; None stays None."""
        return None if path is None else self.hidden(path)

    def hidden(self, path: str) -> str:
        """Give a path with `~` for the home folder and a word for each name that is not known to be public."""
        if self._keep:
            return path
        text = self._without_home(path)
        return "".join(part if part in "/\\" else self._name(part) for part in re.split(r"([/\\])", text) if part)

    def _without_home(self, path: str) -> str:
        if self._home and (path == self._home or path.startswith((self._home + "/", self._home + "\\"))):
            return "~" + path[len(self._home) :]
        found = re.match(_HOME, path)
        return "~" + path[found.end() :] if found else path

    def _name(self, name: str) -> str:
        if name in PUBLIC or (re.fullmatch(_SHAPES, name) and (not name.startswith("lib") or name.split(".", maxsplit=1)[0] in LIBRARIES)):
            return name
        if name not in self._words:
            conda = "-conda" if any(word in name.lower() for word in _CONDA) else ""
            space = "-with-space" if any(char.isspace() for char in name) else ""
            foreign = "" if name.isascii() else "-non-ascii"
            self._words[name] = f"dir{conda}{space}{foreign}{len(self._words) + 1}"
        return self._words[name]


def is_path(text: str) -> bool:
    """Tell whether text is an absolute path, of whatever system."""
    return re.match(_ABSOLUTE, text) is not None
