"""Several reports as a person reads them on a terminal: a line for each target, then every finding once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import __version__
from kdoctor.model import Report, Severity, UsageResult
from kdoctor.render.mend import labelled
from kdoctor.render.told import Told, targets_of, told
from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKS = {Severity.ERROR: ("\N{BALLOT X}", "x", "31"), Severity.WARNING: ("!", "!", "33"), Severity.NOTE: ("\N{BULLET}", "-", "36")}
_STATES = {"error": ("fails", "31"), "warning": ("fragile", "33"), "ok": ("ok", "32")}
_GAP = "  "


def render(reports: Sequence[Report], face: Face, verbosity: int = 0) -> str:
    """Give the table of the targets and the findings; notes are shown from verbosity 1 on."""
    findings = [one for one in told(reports) if verbosity or one.severity is not Severity.NOTE]
    first = clean(f"kdoctor {__version__} \N{MIDDLE DOT} {len(reports)} targets \N{MIDDLE DOT} knowledge of {reports[0].knowledge}")
    blocks = [[first], _table(reports, face), *(_finding(one, face) for one in findings)]
    blocks += [
        [f"  {clean(text)}" for text in dict.fromkeys(text for report in reports for text in (*report.unchecked, *report.set_aside))]
    ]
    blocks += [[_last(reports)]]
    return ascii_only("\n\n".join("\n".join(block) for block in blocks if block), face)


def _table(reports: Sequence[Report], face: Face) -> list[str]:
    rows: list[tuple[str, ...]] = [("target", "verdict", "import keras", "tensorflow.keras", "rules")]
    rows += [_row(target, report) for target, report in zip(targets_of(reports), reports, strict=True)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        if number:
            cells[1] = cells[1].replace(row[1], paint(row[1], _STATES[reports[number - 1].verdict][1], face), 1)
        lines.append(_GAP + _GAP.join(cells).rstrip())
    return lines


def _row(target: str, report: Report) -> tuple[str, ...]:
    rules = dict.fromkeys(finding.rule for finding in report.findings if finding.severity is not Severity.NOTE)
    answers = (_answer(report.usages["keras"]), _answer(report.usages["tensorflow.keras"]))
    return (target, _STATES[report.verdict][0], *answers, " ".join(rules))


def _answer(result: UsageResult) -> str:
    return {True: clean(result.resolves_to or "works"), False: "fails", None: "unknown"}[result.works]


def _finding(one: Told, face: Face) -> list[str]:
    mark, plain, color = _MARKS[one.severity]
    shown = mark if face.unicode else plain
    first, *rest = wrapped(f"{one.title}: {one.summary}", face.width, f"{shown} ", "  ")
    lines = [first.replace(f"{shown} {one.title}", f"{paint(shown, color, face)} {paint(one.title, '1', face)}", 1), *rest]
    lines += labelled("on", "; ".join(one.targets), face) if one.targets else []
    if one.finding.locations:
        lines += labelled("at", ", ".join(f"{place.path}:{place.line}" for place in one.finding.locations), face)
    return [*lines, *labelled("why", one.details, face), f"  more  kdoctor explain {one.finding.rule}"]


def _last(reports: Sequence[Report]) -> str:
    bad = sum(report.verdict == "error" for report in reports)
    return f"{bad} of {len(reports)} targets fail." if bad else f"None of {len(reports)} targets fails."
