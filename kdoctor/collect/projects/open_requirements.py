"""Requirements under any name: a text of nothing else, at least one of which leaves the version open.

Exact pins alone may be what pip freeze printed of an environment; that is for the reader of listings to tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kdoctor.model import Snapshot

_OPEN = re.compile(r"[ \t]*[A-Za-z0-9][A-Za-z0-9._-]*[ \t]*(?:\[[^\]]*\][ \t]*)?\(?[<>~!]")
_SPECIFIER = r"(?:[<>~!=]=|===|[<>])[ \t]?[0-9][0-9A-Za-z.*+!_-]*"
_LINE = re.compile(
    rf"[A-Za-z0-9][A-Za-z0-9._-]*(?:[ \t]?\[[^\]]*\])?(?:[ \t]?\(?{_SPECIFIER}(?:[ \t]?,[ \t]?{_SPECIFIER})*\)?)?(?:[ \t]?;.*)?"
    r"|(?:-[rcefi]|--(?:requirement|constraint|editable|find-links|[a-z-]*index[a-z-]*|pre|no-binary|only-binary))(?:[ =].*)?"
)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_LONGEST = 1000


def read(text: str, name: str) -> Snapshot | None:
    """Read a text as a requirements file; None where any line of it is something else, or where every version is pinned.

    Raises KdoctorError as the reader of requirements files does.
    """
    lines = text.splitlines()
    if not any(map(_OPEN.match, lines)) or not all(map(_is_requirement, lines)):
        return None
    from kdoctor.collect.projects import requirements  # noqa: PLC0415 -- most texts are none.

    return requirements.read(text, name)


def _is_requirement(line: str) -> bool:
    if len(line) > _LONGEST:
        return False
    bare = " ".join(_COMMENT.sub("", line).split())
    return not bare or _LINE.fullmatch(bare) is not None
