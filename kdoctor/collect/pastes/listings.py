"""Listings of distributions: pip list in its forms, pip freeze, and what prints the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from kdoctor.collect.pastes.facts import LISTED, Facts
from kdoctor.collect.pastes.lines import plain, without_prompt
from kdoctor.contract.reading import normalized

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?"
VERSION = r"v?\d[0-9A-Za-z.!]{0,40}(?:[-_][0-9A-Za-z.]{1,30})?(?:\+[0-9A-Za-z._-]{1,60})?"
_RULE = re.compile(r"\s*[-=| ]*-{3,}[-=| ]*$")
#: Of uv tree, and of pipdeptree.
_BRANCH = re.compile(
    rf"[\s|`+\u2500-\u257f-]*({NAME})(?:\[[^\]]{{1,100}}\])? "
    rf"(?:v({VERSION})(?: .*)?|\[required: .{{1,200}}?, installed: ({VERSION}|\?)\])$",
    re.ASCII,
)
_ROW = re.compile(rf"\s*({NAME})\s+({VERSION})(?:\s+\S.*)?$", re.ASCII)
_BARE_ROW = re.compile(rf"\s*({NAME})\s{{2,}}({VERSION})(?:\s{{2,}}\S.*)?$", re.ASCII)
_LEGACY = re.compile(rf"\s*({NAME}) \(({VERSION})(?:, .{{1,300}})?\)$", re.ASCII)
_PIN = re.compile(rf"\s*({NAME})(?:\[[A-Za-z0-9,._ -]{{1,100}}\])?\s?===?\s?({VERSION})\s*(?:;.*|#.*|\\)?$", re.ASCII)
_URL = re.compile(rf"\s*({NAME})(?:\[[A-Za-z0-9,._ -]{{1,100}}\])? ?@ ?(?:file|https?|git\+\w+)://\S+$", re.ASCII)
_EDITABLE = re.compile(rf"\s*(?:-e|--editable) \S+#egg=({NAME})(?:&\S*)?$|# Editable [^(]{{1,80}}\(({NAME})==({VERSION})\)$", re.ASCII)
_WHEEL = re.compile(rf"/({NAME})-(\d[^-/]{{0,60}})-[^/]+\.whl", re.ASCII)
_COMMENT = re.compile(r"\s*#|\s*$|\s*(?:-e|--editable) ")
#: Fewer rows than that are a choice that somebody made, and no environment that holds TensorFlow.
_FEWEST = 12
#: What pip freeze leaves out though it is there: pip always, setuptools before Python 3.12 (pip/_internal/commands/freeze.py, 23.2 on).
_LEFT_OUT = ("pip", "setuptools")
_FRAMEWORKS = re.compile(
    r"(?:tensorflow(?:-cpu|-gpu|-intel|-macos|-rocm|-aarch64)?|tf-nightly(?:-\w+)?|keras|tf-keras|jax|intel-tensorflow)$"
)
_NEIGHBOURS = ("numpy", "absl-py", "six", "h5py", "scipy")


def table(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read the table of pip list: a line of dashes below a header, in whatever language, and a row for each distribution."""
    head = plain(lines[at])
    ruled = at + 1 < len(lines) and _RULE.match(lines[at + 1]) and len(head.split()) in range(2, 7)
    if not ruled or _ROW.match(head):
        return 0
    first = next((place for place in (at + 2, at + 3) if place < len(lines) and lines[place].strip()), len(lines))
    rows, end = _rows(lines, first, _ROW)
    if not rows or len(rows) < 2 <= 2 - len(rows):  # noqa: PLR2004 -- one row may be all there is.
        return 0
    _note(facts, "pip list", rows, whole=_is_whole(rows, ends=_ends(lines, end)))
    return end - at


def legacy(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read the rows of pip list before 10: `numpy (1.16.4)`."""
    rows, end = _rows(lines, at, _LEGACY)
    if len(rows) < 2:  # noqa: PLR2004 -- a single one may be anything.
        return 0
    _note(facts, "pip list", rows, whole=_is_whole(rows, ends=_ends(lines, end)))
    return end - at


def tree(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read what uv tree and pipdeptree print."""
    place = at
    rows: list[tuple[str, str | None]] = []
    while place < len(lines) and (found := _BRANCH.match(lines[place])):
        rows.append((found[1], found[2] or (None if found[3] == "?" else found[3])))
        place += 1
    if not rows or (len(rows) < 2 and not lines[at].startswith((" ", "|", "\u2514", "\u251c"))):  # noqa: PLR2004 -- a line may be a sentence.
        return 0
    _note(facts, "a tree", rows, whole=False)
    return place - at


def bare_table(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read rows of pip list without their header, as grep leaves them."""
    rows, end = _rows(lines, at, _BARE_ROW)
    if len(rows) < 2 and not (rows and _FRAMEWORKS.match(normalized(rows[0][0]))):  # noqa: PLR2004 -- the same.
        return 0
    _note(facts, "pip list", rows, whole=False)
    return end - at


def freeze(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read pins, as pip freeze and requirements files have them."""
    rows, end = _pins(lines, at)
    if not rows:
        return 0
    whole = len(rows) > 1 and _is_whole(rows, ends=_ends(lines, end)) and _is_sorted(name for name, _ in rows)
    _note(facts, "pip freeze" if whole else "pins", rows, whole=whole)
    if whole:
        for name in _LEFT_OUT:
            facts.distribution(name, None, LISTED)
    return end - at


def _pins(lines: Sequence[str], at: int) -> tuple[list[tuple[str, str | None]], int]:
    rows: list[tuple[str, str | None]] = []
    end = place = at
    while place < len(lines):
        line = without_prompt(lines[place])[1] if place == at else lines[place]
        row = _pin(line)
        if row:
            rows.append(row)
            end = place + 1
        elif not rows or not _COMMENT.match(line) or (place - end) > 1:
            break
        place += 1
    return rows, end


def _pin(line: str) -> tuple[str, str | None] | None:
    if found := _PIN.match(line):
        return found[1], found[2]
    if found := _URL.match(line):
        wheel = _WHEEL.search(line.replace("%2B", "+"))
        return found[1], wheel[2] if wheel and normalized(wheel[1]) == normalized(found[1]) else None
    found = _EDITABLE.match(line)
    return (found[1] or found[2], found[3]) if found else None


def _rows(lines: Sequence[str], at: int, form: re.Pattern[str]) -> tuple[list[tuple[str, str | None]], int]:
    rows: list[tuple[str, str | None]] = []
    place = at
    while place < len(lines) and (found := form.match(_cells(lines[place]))):
        rows.append((found[1], found[2]))
        place += 1
    return rows, place


def _cells(line: str) -> str:
    """Give a row of a Markdown table as a row of pip's."""
    return line.replace("|", "  ").strip() if "|" in line else line


def _ends(lines: Sequence[str], end: int) -> bool:
    """Tell whether a listing ends by itself and not at a mark that says that it goes on."""
    following = next((line for line in lines[end : end + 2] if line.strip()), "")
    return not re.match(r"\s*(?:\.{2,}|\u2026|\[?(?:\.\.\.)?(?:snip|truncated|cut|omitted))", following, re.IGNORECASE)


def _is_whole(rows: Sequence[tuple[str, str | None]], *, ends: bool) -> bool:
    """Tell whether a listing is of a whole environment: TensorFlow, Keras and JAX never come without their neighbours."""
    names = {normalized(name) for name, _ in rows}
    cut_down = any(map(_FRAMEWORKS.match, names)) and not ("numpy" in names and len(names & set(_NEIGHBOURS)) > 1)
    return ends and len(rows) >= _FEWEST and not cut_down


def _is_sorted(names: Iterable[str]) -> bool:
    """Tell whether names are in the order of pip freeze, but for the few that an editor or another pip put elsewhere."""
    keys = [normalized(name) for name in names]
    return sum(one > other for one, other in pairwise(keys)) <= len(keys) // 12


def note_listing(facts: Facts, kind: str, rows: Sequence[tuple[str, str | None]]) -> None:
    """Note a listing that ends by itself."""
    _note(facts, kind, rows, whole=_is_whole(rows, ends=True))


def _note(facts: Facts, kind: str, rows: Sequence[tuple[str, str | None]], *, whole: bool) -> None:
    seen: dict[str, list[str]] = {}
    for name, version in rows:
        seen.setdefault(normalized(name), []).append(version or "")
        facts.distribution(name, version, LISTED if whole else LISTED - 1)
    for name, versions in seen.items():
        if len(set(versions)) > 1:
            facts.copies(name, tuple(versions), LISTED)
    facts.complete = facts.complete or whole
    facts.kinds[kind] = max(len(rows), facts.kinds.get(kind) or 0)
