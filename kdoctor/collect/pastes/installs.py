"""What installers print: logs of pip and uv, pip check and uv pip check, pip show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kdoctor.collect.pastes.facts import LOGS, PRINTED, WORDS, Facts
from kdoctor.collect.pastes.listings import NAME, VERSION
from kdoctor.collect.pastes.places import note_place
from kdoctor.collect.pastes.wheels import note_tags

_STEM = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}?[A-Za-z0-9])?)-(\d[0-9A-Za-z.!+_]{0,60})$", re.ASCII)
_INSTALLED = re.compile(r"\s*Successfully installed\s+(\S.*)$")
_CONTINUED = re.compile(rf"\s*(?:{NAME}-{VERSION}\s*)+$", re.ASCII)
_SATISFIED = re.compile(
    rf"\s*Requirement already (?:satisfied|up-to-date)[^:]{{0,40}}: ({NAME})(?:\[[^\]]{{1,100}}\])?(\S*(?:, ?[<>=!~]\S*)*)"
    rf"(?: in (.{{1,300}}?))?(?: \(from [^)]{{1,300}}\))?(?: \(({VERSION})\))?\s*$",
    re.ASCII,
)
_FOUND = re.compile(rf"\s*Found existing installation: ({NAME}) ({VERSION})\s*$", re.ASCII)
_REMOVED = re.compile(rf"\s*Successfully uninstalled ({NAME}?)-({VERSION})\s*$", re.ASCII)
_SKIPPED = re.compile(rf"\s*(?:WARNING: )?Skipping ({NAME}) as it is not installed\.?\s*$", re.ASCII)
_WHEEL = re.compile(
    r"\s*(?:Downloading|Using cached|Obtaining dependency information|Processing)\b.*?"
    r"([A-Za-z0-9_.]+-[0-9][^-\s/]*(?:-\d\w*)?-[a-z0-9_.]+-[a-z0-9_.]+-[a-z0-9_.]+)\.whl"
)
_NO_MATCH = re.compile(
    rf"\s*(?:ERROR: )?(?:No matching distribution found for|Could not find a version that satisfies the requirement) ({NAME})(\S*)",
    re.ASCII,
)
#: pip: "a 1.0 requires b<2, but you have b 2.0 which is incompatible."; pip check: "a 1.0 has requirement b<2, but you have b 2.0."
_CONFLICT = re.compile(
    rf"\s*(?:ERROR: |WARNING: )?({NAME}) ({VERSION}) (?:requires|has requirement) ({NAME})[^,]*?(?:,[^,]*?){{0,9}}, "
    rf"(?:but you(?:'ll)? have {NAME} ({VERSION}?)(?: which is incompatible)?\.?|which is not installed\.?)\s*$",
    re.ASCII,
)
_UV_CONFLICT = re.compile(
    rf"\s*The package `({NAME})(?:\[[^\]]*\])?(?: v({VERSION}))?` requires `({NAME})[^`]*`, "
    rf"but (?:`({VERSION})` is installed|it's not installed)",
    re.ASCII,
)
_UV_CHANGE = re.compile(rf"\s*([+~-]) ({NAME})==({VERSION})(?: \(from .{{1,300}}\))?\s*$", re.ASCII)
_UV_DONE = re.compile(r"\s*(?:Installed|Uninstalled|Prepared|Resolved|Audited|Checked) \d+ packages? in ")
_CHECKED = re.compile(r"\s*(?:No broken requirements found\.|All installed packages are compatible)\s*$")
_SHOWN = re.compile(rf"\s*Name: ({NAME})\s*$", re.ASCII)
_FIELD = re.compile(
    r"\s*(Version|Summary|Home-page|Author(?:-email)?|License(?:-Expression)?|Location|Requires|Required-by|Editable project location"
    r"|Metadata-Version|Installer|Classifiers|Entry-points|Project-URLs): ?(.*)$"
)


def log(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read a line of pip's log that says what is, was or came to be installed."""
    line = lines[at]
    if "nstall" in line and (count := _installed(lines, at, facts)):
        facts.kinds.setdefault("a log of pip", None)
        return count
    if not (_satisfied(line, facts) or _wheel(line, facts) or _lacking(line, at, facts)):
        return 0
    facts.kinds.setdefault("a log of pip", None)
    return 1


def _installed(lines: Sequence[str], at: int, facts: Facts) -> int:
    if found := _INSTALLED.match(lines[at]):
        words, end = found[1].split(), at + 1
        while end < len(lines) and _CONTINUED.match(lines[end]):
            words += lines[end].split()
            end += 1
        for word in words:
            if stem := _STEM.match(word):
                facts.distribution(stem[1], stem[2], LOGS)
        return end - at
    if found := _FOUND.match(lines[at]):
        facts.distribution(found[1], found[2], LOGS)
    elif (found := _REMOVED.match(lines[at])) or (found := _SKIPPED.match(lines[at])):
        facts.missing(found[1], LOGS)
    return 1 if found else 0


def _satisfied(line: str, facts: Facts) -> bool:
    found = _SATISFIED.match(line)
    if not found:
        return False
    pinned = re.fullmatch(rf"==({VERSION})", found[2] or "", re.ASCII)
    facts.distribution(found[1], found[4] or (pinned[1] if pinned else None), LOGS)
    note_place(found[3] or "", facts)
    return True


def _wheel(line: str, facts: Facts) -> bool:
    found = _WHEEL.match(line)
    if found:
        note_tags(found[1], facts)
        name, version, *_ = found[1].split("-")
        facts.distribution(name, version, WORDS)
    return found is not None


def _lacking(line: str, at: int, facts: Facts) -> bool:
    """Note what an installer could not find: whatever was asked for is not installed in that version."""
    found = _NO_MATCH.match(line)
    if found and not found[2]:
        facts.missing(found[1], LOGS)
    elif found and (wanted := re.match(rf"==({VERSION})$", found[2], re.ASCII)):
        facts.not_found(found[1], wanted[1], at + 1)
    return found is not None


def conflict(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read a line of pip check, of uv pip check or of pip's warning behind an installation."""
    line = lines[at]
    if " requires" not in line and " has requirement" not in line:
        if _CHECKED.match(line):
            facts.kinds.setdefault("pip check", None)
            facts.checked = True
            return 1
        return 0
    if (found := _CONFLICT.match(line)) or (found := _UV_CONFLICT.match(line)):
        facts.distribution(found[1], found[2], PRINTED)
        version, wanted = found[4], found[3]
    else:
        return 0
    if version:
        facts.distribution(wanted, version.rstrip("."), PRINTED)
    else:
        facts.missing(wanted, PRINTED)
    facts.kinds.setdefault("pip check", None)
    return 1


def uv_log(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read what uv says that it changed: `+ keras==3.0.5`."""
    place = at
    changes: list[tuple[str, str, str]] = []
    while place < len(lines) and (_UV_DONE.match(lines[place]) or _UV_CHANGE.match(lines[place])):
        if found := _UV_CHANGE.match(lines[place]):
            changes.append((found[1], found[2], found[3]))
        place += 1
    if not changes:
        return 0
    for sign, name, version in sorted(changes, key=lambda change: change[0] != "-"):
        if sign == "-":
            facts.missing(name, LOGS)
        else:
            facts.distribution(name, version, LOGS)
    facts.kinds.setdefault("a log of uv", None)
    return place - at


def show(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read one record of pip show."""
    found = _SHOWN.match(lines[at])
    if not found or at + 1 >= len(lines) or not _FIELD.match(lines[at + 1]):
        return 0
    place = at + 1
    fields: dict[str, str] = {}
    while place < len(lines) and lines[place] != "---" and not _SHOWN.match(lines[place]):
        field = _FIELD.match(lines[place])
        if field:
            fields.setdefault(field[1], field[2].strip())
        elif "License" not in fields or "Location" in fields:
            # Some put the whole text of their licence into that field.
            break
        place += 1
    version = fields.get("Version", "")
    facts.distribution(found[1], version if re.fullmatch(VERSION, version, re.ASCII) else None, PRINTED)
    note_place(fields.get("Location", ""), facts)
    facts.kinds.setdefault("pip show", None)
    return place - at
