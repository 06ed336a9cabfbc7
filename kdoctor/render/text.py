"""The report as a person reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kdoctor import __version__
from kdoctor.model import Finding, Impossible, Remedy, Report, Severity, UsageResult
from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

_MARKS = {Severity.ERROR: ("\N{BALLOT X}", "x", "31"), Severity.WARNING: ("!", "!", "33"), Severity.NOTE: ("\N{BULLET}", "-", "36")}
_USAGES = {"keras": "import keras", "tensorflow.keras": "tensorflow.keras", "mixed": "both mixed"}
_INDENT = "        "


def render(report: Report, face: Face, verbosity: int = 0) -> str:
    """Give the report as text; verbosity 0 shows what matters, 1 and more adds notes, evidence and all ways out.

    Every piece of text that came from the environment is made safe for the terminal.
    """
    shown = [finding for finding in report.findings if verbosity or finding.severity is not Severity.NOTE]
    blocks = [[_first_line(report)], _head(report), _usages(report, face, verbosity)]
    blocks += [_finding(finding, report, face, verbosity, first=not position) for position, finding in enumerate(shown)]
    blocks += [_unread(report, verbosity), [_last_line(report, face, shown)]]
    return ascii_only("\n\n".join("\n".join(block) for block in blocks if block), face)


def _first_line(report: Report) -> str:
    snapshot = report.snapshot
    python, platform = snapshot.python, snapshot.platform
    details = [f"Python {python.version}" if python and python.version else "Python unknown"]
    if platform and platform.system:
        details.append(" ".join(part for part in (platform.system, platform.machine) if part))
    why = f", {snapshot.chosen}" if snapshot.chosen else ""
    count = len(snapshot.distributions)
    parts = [
        f"kdoctor {__version__}",
        f"{snapshot.patient or snapshot.origin}{why} ({', '.join(details)})",
        f"{count} distribution{'' if count == 1 else 's'}{'' if snapshot.complete else ' named'}",
        f"knowledge of {report.knowledge}",
    ]
    return clean(" \N{MIDDLE DOT} ".join(parts))


def _head(report: Report) -> list[str]:
    head = report.head
    rows = (("TensorFlow", head.tensorflow), ("Keras", head.keras), ("Accelerators", head.accelerators))
    return [clean(f"  {name:<13} {text}") for name, text in rows]


def _usages(report: Report, face: Face, verbosity: int) -> list[str]:
    results = report.usages
    separate = results["keras"].works and results["tensorflow.keras"].works
    shown = [name for name in _USAGES if name != "mixed" or verbosity or (separate and not results["mixed"].works)]
    return [_usage(_USAGES[name], results[name], face) for name in shown]


def _usage(name: str, result: UsageResult, face: Face) -> str:
    state, color = {True: ("works", "32"), False: ("fails", "31"), None: ("unknown", "33")}[result.works]
    if result.works is False:
        detail = " ".join(result.because) or "not installed"
    else:
        detail = (result.resolves_to or "") + (f" on {result.backend}" if result.backend else "")
    return f"  {name:<22}  {paint(state, color, face)}{'' if not detail else ' ' * (9 - len(state)) + clean(detail)}"


def _finding(finding: Finding, report: Report, face: Face, verbosity: int, *, first: bool) -> list[str]:
    mark, plain, color = _MARKS[finding.severity]
    title = f"{finding.rule} {finding.name}"
    lines = [f"{paint(mark if face.unicode else plain, color, face)} {paint(title, '1', face)}: {clean(finding.summary)}"]
    lines += _labelled("why", clean(finding.cause), face)
    if verbosity:
        for evidence in finding.evidence:
            lines += _labelled("from", clean(f"{evidence.says} [{evidence.source}]"), face)
    lines += _mend(finding, report, face, verbosity, first=first)
    return [*lines, f"  more  kdoctor explain {finding.rule}"]


def _labelled(label: str, text: str, face: Face) -> list[str]:
    body = wrapped(text, _INDENT, face.width)
    return [f"  {label:<4}  {line}" if not position else f"{_INDENT}{line}" for position, line in enumerate(body)]


def _mend(finding: Finding, report: Report, face: Face, verbosity: int, *, first: bool) -> Iterator[str]:
    remedies = [remedy for remedy in report.remedies if remedy.name in finding.remedies]
    if finding.advice:
        yield from _labelled("mend", clean(finding.advice), face)
    elif remedies and first:
        yield from _ways_out(remedies, report.impossible, face, verbosity)
    elif remedies:
        yield "  mend  the same"
    elif finding.severity is not Severity.NOTE:
        yield from _no_way(report.impossible, face)


def _ways_out(remedies: Sequence[Remedy], impossible: Sequence[Impossible], face: Face, verbosity: int) -> Iterator[str]:
    for position, remedy in enumerate(remedies):
        label = "or" if position else "mend"
        if len(remedies) > 1 or verbosity:
            yield from _labelled(label, clean(remedy.title) + ":", face)
            yield from (f"{_INDENT}{clean(command)}" for command in remedy.commands)
        else:
            commands = [clean(command) for command in remedy.commands]
            yield f"  {label:<4}  {commands[0]}" if commands else f"  {label:<4}  {clean(remedy.title)}"
            yield from (f"{_INDENT}{command}" for command in commands[1:])
    if verbosity or len(remedies) == 1:
        yield from _impossible(impossible, face)


def _impossible(impossible: Sequence[Impossible], face: Face) -> Iterator[str]:
    for row in impossible:
        yield from _labelled("not", clean(f"{row.goal}: {'; '.join(row.because[:2]) or 'no release fits'}"), face)


def _no_way(impossible: Sequence[Impossible], face: Face) -> Iterator[str]:
    if impossible:
        yield "  mend  no set of releases holds together here; it takes another Python or a second environment"
        yield from _impossible(impossible, face)
    else:
        yield "  mend  no pin and no variable mends this"


def _unread(report: Report, verbosity: int) -> list[str]:
    rows = [clean(f"  could not read {what}: {why}") for what, why in report.snapshot.unread.items()]
    rows += [clean(f"  could not judge {rule}") for rule in report.unchecked]
    return rows if verbosity or report.unchecked or report.snapshot.accelerators is None else []


def _last_line(report: Report, face: Face, shown: Sequence[Finding]) -> str:
    counts = [(severity, sum(1 for f in report.findings if f.severity is severity)) for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)]
    words = [f"{count} {severity.label}{'' if count == 1 else 's'}" for severity, count in counts if count]
    hidden = len(report.findings) - len(shown)
    notes = " (-v shows the notes)" if hidden else ""
    state = ", ".join(words) if words else "nothing is wrong"
    color = {"error": "31", "warning": "33"}.get(report.verdict, "32")
    return f"{paint(state[0].upper() + state[1:], color, face)}{notes}. Not looked at: links between libraries (--deep), a live import (--probe)."
