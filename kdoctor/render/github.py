"""Findings as workflow commands of GitHub Actions, which it shows beside the lines of a change.

Source: docs.github.com, "Workflow commands for GitHub Actions"; what is escaped: packages/core/src/command.ts of actions/toolkit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.model import Severity
from kdoctor.render.told import Told, told
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kdoctor.model import Report, RuleText

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_DATA, ":": "%3A", ",": "%2C"}


def render(reports: Sequence[Report], _pages: Mapping[str, RuleText]) -> str:
    """Give a command a line, the gravest first, since GitHub shows ten of a kind; "" where nothing was found."""
    return "\n".join(map(_command, told(reports)))


def _command(one: Told) -> str:
    place = one.place
    properties = {
        "file": clean(place.path),
        "line": place.line,
        "endLine": place.end_line or place.line,
        # Columns go with single lines only.
        **({"col": place.column, "endColumn": place.end_column} if place.end_column and place.end_line in (None, place.line) else {}),
        "title": one.title,
    }
    told_of = "\n".join(filter(None, (f"{one.summary}.", one.details, "; ".join(one.targets))))
    listed = ",".join(f"{name}={_escaped(str(value), _IN_PROPERTIES)}" for name, value in properties.items())
    return f"::{_COMMANDS[one.severity]} {listed}::{_escaped(told_of, _IN_DATA)}"


def _escaped(text: str, how: Mapping[str, str]) -> str:
    return "".join(how.get(character, character) for character in text)
