"""The report as Markdown, for job summaries, comments and issues. All text of the environment is inert in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor import __version__
from kdoctor.model import Finding, Report, Severity, UsageResult
from kdoctor.render.told import Told, target_of, targets_of, told
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kdoctor.model import Remedy, RuleText

_USAGES = {"keras": "import keras", "tensorflow.keras": "tensorflow.keras"}
_WORKS = {True: "works", False: "fails", None: "unknown"}
_VERDICTS = {"error": "Something is wrong", "warning": "It works, but is fragile", "ok": "Nothing is wrong"}
#: What has a meaning anywhere; an underscore has none between letters or digits.
_MARKS = re.compile(r"([\\`*\[\]<>|~$&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
#: What has a meaning where a line begins: headings, lists, rules, underlines of headings; and a number that begins a list.
_AT_START = re.compile(r"^(\s*)([-+=#:])|^(\s*\d+)([.)])(?=\s|$)")
#: What GitHub makes links of by itself: names of people, addresses of pages.
_LINKED = re.compile(r"@(?=\w)|(?:https?|ftp)(?=://)|www(?=\.)", re.IGNORECASE)
_WHOLE = 1_000_000


def inert(text: str) -> str:
    """Give foreign text in a form that Markdown, HTML and GitHub show as it is, in one line."""
    shown = _MARKS.sub(r"\\\1", _LINKED.sub(r"\g<0> ", clean(text)))
    return _AT_START.sub(lambda start: f"{start[1] or start[3] or ''}\\{start[2] or start[4]}", shown)


def render(reports: Sequence[Report], _pages: Mapping[str, RuleText]) -> str:
    """Give the page: the verdict, who answers for what, each finding with its place and its remedies."""
    verdict = next(word for word in _VERDICTS if word in {report.verdict for report in reports})
    unjudged = any(report.unchecked for report in reports)
    words = "Not every rule could be judged" if verdict == "ok" and unjudged else _VERDICTS[verdict]
    lines = [f"## kdoctor: {words}", "", *(_one(reports[0]) if len(reports) == 1 else _several(reports)), ""]
    for one in told(reports):
        lines += [*_finding(one, reports), ""]
    lines += [f"- Could not judge {inert(rule)}" for rule in dict.fromkeys(rule for report in reports for rule in report.unchecked)]
    lines += [f"- {inert(text)}" for text in dict.fromkeys(text for report in reports for text in report.set_aside)]
    lines += ["", f"<sub>kdoctor {__version__}, knowledge of {inert(reports[0].knowledge)}</sub>"]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _one(report: Report) -> Iterator[str]:
    yield f"{inert(target_of(report.snapshot))}, {len(report.snapshot.distributions)} distributions"
    yield ""
    rows = [("TensorFlow", report.head.tensorflow), ("Keras", report.head.keras), ("Accelerators", report.head.accelerators)]
    rows += [(f"`{name}`", _outlook(report.usages[usage])) for usage, name in _USAGES.items()]
    yield from ("| | |", "| --- | --- |")
    yield from (f"| {name} | {inert(said)} |" for name, said in rows)


def _outlook(result: UsageResult) -> str:
    detail = " ".join(result.because) if result.works is False else result.resolves_to or ""
    return f"{_WORKS[result.works]} {detail}".strip()


def _several(reports: Sequence[Report]) -> Iterator[str]:
    yield "| target | TensorFlow | Keras | import keras | tensorflow.keras | errors | warnings |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for target, report in zip(targets_of(reports), reports, strict=True):
        counts = [sum(one.severity is severity for one in report.findings) for severity in (Severity.ERROR, Severity.WARNING)]
        cells = [
            inert(target),
            inert(report.head.tensorflow),
            inert(report.head.keras),
            *(inert(_outlook(report.usages[usage])) for usage in _USAGES),
            *map(str, counts),
        ]
        yield f"| {' | '.join(cells)} |"


def _finding(one: Told, reports: Sequence[Report]) -> Iterator[str]:
    finding = one.finding
    yield f"### {one.severity.label} {one.title}: {inert(finding.summary)}"
    yield ""
    yield inert(finding.cause)
    if one.targets:
        yield f"For {inert('; '.join(one.targets))}."
    if finding.locations:
        yield ""
        yield "Where: " + ", ".join(f"{inert(place.path)} line {place.line}" for place in finding.locations)
    yield ""
    yield from _mend(finding, reports)
    yield f"More: `kdoctor explain {finding.rule}`"


def _mend(finding: Finding, reports: Sequence[Report]) -> Iterator[str]:
    report = next(one for one in reports if finding in one.findings)
    for remedy in report.remedies:
        if remedy.name in finding.remedies:
            yield from _remedy(remedy)
    if finding.advice:
        yield from (inert(finding.advice), "")


def _remedy(remedy: Remedy) -> Iterator[str]:
    yield f"To mend it: {inert(remedy.title)}"
    yield ""
    commands = [clean(command, longest=_WHOLE) for command in remedy.commands]
    if commands:
        longest = max((len(run) for command in commands for run in re.findall("`+", command)), default=0)
        fence = "`" * max(3, longest + 1)
        yield from (f"{fence}console", *commands, fence, "")
