"""Where findings stand in source, and by which ways a program gets at Keras, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.render.mend import labelled
from kdoctor.render.words import Face, clean, paint

if TYPE_CHECKING:
    from kdoctor.model import Finding, Location, Report, WayUsed

#: Rules whose findings stand in as many places of the source as they have locations.
_OF_SOURCE = ("KD84", "KD85")
#: Places shown of one finding unless all are asked for.
_FEW = 5


def spot(location: Location) -> str:
    """Give a place as editors understand it: path:line:column, in a notebook path:cell N:line:column."""
    cell = f"cell {location.cell}:" if location.cell else ""
    return f"{location.path}:{cell}{location.line}:{location.column}"


def places(finding: Finding, face: Face, *, whole: bool) -> list[str]:
    """Give the lines that say where a finding stands, one place a line, so that each can be clicked."""
    shown = finding.locations if whole else finding.locations[:_FEW]
    lines = [line for one in shown for line in labelled("at", spot(one), face)]
    hidden = len(finding.locations) - len(shown)
    return [*lines, *(labelled("at", f"{hidden} more (-v shows them)", face) if hidden else [])]


def one_per_place(report: Report) -> Report:
    """Give the report with a finding for each place in source, so that a reviewer sees each line that is meant."""
    split: list[Finding] = []
    for finding in report.findings:
        if finding.rule.startswith(_OF_SOURCE):
            split += (finding._replace(summary=_with_cell(finding.summary, one), locations=(one,)) for one in finding.locations)
        else:
            split.append(finding)
    return report._replace(findings=tuple(split))


def _with_cell(summary: str, location: Location) -> str:
    """Name the cell: the formats that point at files know lines of files alone."""
    return f"{summary} (cell {location.cell}, line {location.line})" if location.cell else summary


def files(number: int) -> str:
    """Give a number of files in words."""
    return f"{number} file{'' if number == 1 else 's'} of source"


def ways(used: tuple[WayUsed, ...], face: Face) -> list[str]:
    """Give one line for each way to Keras: how often it is used, and what it gets here."""
    width = max(26, *(len(_where(one)) + 2 for one in used)) if used else 0
    return [_way(one, width, face) for one in used]


def _where(one: WayUsed) -> str:
    return f"{one.places} place{'' if one.places == 1 else 's'} in {one.files} file{'' if one.files == 1 else 's'}"


def _way(one: WayUsed, width: int, face: Face) -> str:
    state, color = {True: ("works", "32"), False: ("fails", "31"), None: ("unknown", "33")}[one.works]
    detail = " ".join(one.because) if one.works is False else (one.resolves_to or "") + (f" on {one.backend}" if one.backend else "")
    detail = " " * (9 - len(state)) + clean(detail) if detail else ""
    return f"  {one.way:<24}{_where(one):<{width}}{paint(state, color, face)}{detail}".rstrip()
