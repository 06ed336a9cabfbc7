"""Many reports in a line each, and what they have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kdoctor.model import Severity
from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COLORS = {"error": "31", "warning": "33", "ok": "32", "unread": "35"}
_WIDEST_NAME = 40


class Line(NamedTuple):
    """A report as its line tells it: the findings as (rule, name, severity, summary, subjects)."""

    source: str
    verdict: str
    found: Sequence[tuple[str, str, Severity, str, Sequence[str]]] = ()
    works: Sequence[tuple[str, bool | None]] = ()
    commands: Sequence[str] = ()
    problem: str = ""


class Cause(NamedTuple):
    """What several reports have in common."""

    rule: str
    name: str
    severity: str
    reports: int
    #: The first report that has it, and what it says there.
    first: str
    summary: str


def json_line(line: Line) -> str:
    """Give a `kdoctor.triage/1` document in one line."""
    document: dict[str, Any] = {
        "schema": "kdoctor.triage/1",
        "source": clean(line.source),
        "verdict": line.verdict,
        "usages": dict(line.works),
        "findings": [
            {"rule": rule, "name": name, "severity": severity.label, "summary": summary, "subjects": list(subjects)}
            for rule, name, severity, summary, subjects in line.found
        ],
    }
    if line.commands:
        document["commands"] = list(line.commands)
    if line.problem:
        document["problem"] = line.problem
    return json.dumps(document, ensure_ascii=False)


def text_line(line: Line, face: Face) -> str:
    """Give a report in one line: where it comes from, the verdict, the rules that say so, or why it could not be read."""
    told = [f"{rule} {name}" for rule, name, severity, _, _ in line.found if severity is not Severity.NOTE]
    said = line.problem if line.verdict == "unread" else ", ".join(dict.fromkeys(told))
    verdict = paint(f"{line.verdict:<8}", _COLORS[line.verdict], face)
    shown = f"{clean(line.source):<{_WIDEST_NAME}}  {verdict} {said}".rstrip()
    more = [f"{'':{_WIDEST_NAME}}  {'mend':<8} {command}" for command in line.commands]
    return ascii_only("\n".join([shown, *more]), face)


def summary(verdicts: Mapping[str, int], causes: Sequence[Cause], face: Face) -> str:
    """Give how many reports there were, and what they have in common, the most frequent first."""
    count = sum(verdicts.values())
    counts = ", ".join(f"{verdicts[name]} {name}" for name in _COLORS if verdicts.get(name))
    lines = [f"{count} report{'' if count == 1 else 's'}: {counts}" if count else "no reports"]
    if causes:
        lines.append("")
    for cause in causes:
        title = f"{cause.rule} {cause.name}"
        lines.append(f"{cause.reports:>9}  {paint(title, '1', face)} ({cause.severity})")
        lines += wrapped(clean(f"such as {cause.first}: {cause.summary}"), face.width, " " * 11)
    return ascii_only("\n".join(lines), face)
