"""The report as a person reads it on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import __version__
from kdoctor.model import Evidence, Finding, Report, Severity, Snapshot, UsageResult
from kdoctor.render import places
from kdoctor.render.depths import USAGES, not_looked_at, tried
from kdoctor.render.mend import labelled, mend, shown_at
from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKS = {
    Severity.ERROR: ("\N{BALLOT X}", "x", "31"),
    Severity.WARNING: ("!", "!", "33"),
    Severity.NOTE: ("\N{BULLET}", "-", "36"),
}
#: The colours of what a live probe saw; all else is a failure.
_COLORS = {"works": "32", "not run": "33"}
_DOT = "\N{MIDDLE DOT} "
#: What a snapshot is called that names no interpreter.
_ORIGINS = {
    "environment": "an environment",
    "lockfile": "a lock file",
    "requirements": "requirements",
    "paste": "a pasted report",
}
#: Facts whose loss takes nothing away where the devices are known all the same.
_MINOR = ("nvml", "driver", "pci")
_MOST_UNREAD = 5
_NEITHER = ["Neither TensorFlow nor Keras is installed here.", "To examine another environment: kdoctor check --python PATH"]


def render(report: Report, face: Face, verbosity: int = 0, read: int | None = None) -> str:
    """Give the report as text; verbosity 0 shows what matters, 1 and more adds notes, evidence and all ways out.

    `read` is the number of files of source that it is about, where it is about source alone.

    Every piece of text that came from the environment is made safe for the terminal.
    """
    neither = has_neither(report) and read is None
    # Where nothing is installed yet, a note is all there is to say: that nothing can be.
    shown = [finding for finding in report.findings if verbosity or neither or finding.severity is not Severity.NOTE]
    blocks = [_first_line(report, face, read)]
    blocks += [_NEITHER] if neither else [_head(report, face), _usages(report, face, verbosity)] if read is None else []
    blocks += [places.ways(report.ways, face)] if report.ways else []
    blocks += [_models(report, face)]
    blocks += _findings(shown, report, face, verbosity)
    blocks += [_unread(report, face, verbosity), _unknown(report, face), _set_aside(report, face)]
    if report.findings or report.unchecked or not neither:
        blocks += [_last_line(report, face, hidden=len(report.findings) - len(shown), depths=read is None)]
    return ascii_only("\n\n".join("\n".join(block) for block in blocks if block), face)


def _first_line(report: Report, face: Face, read: int | None) -> list[str]:
    snapshot = report.snapshot
    read_as = f"read as: {snapshot.read_as}" if snapshot.read_as else None
    parts = (
        f"{_DOT}{snapshot.patient or read_as or _ORIGINS.get(snapshot.origin, snapshot.origin)}",
        f"({_details(snapshot)})",
        f"{_DOT}{_count(snapshot) if read is None else places.files(read)}",
        f"{_DOT}knowledge of {report.knowledge}",
    )
    lines = [f"kdoctor {__version__}"]
    for part in map(clean, parts):
        if len(lines[-1]) + 1 + len(part) <= face.width:
            lines[-1] += f" {part}"
        else:
            lines.append(f"  {part.removeprefix(_DOT)}")
    return lines


def _count(snapshot: Snapshot) -> str:
    count = len(snapshot.distributions)
    words = f"{count} distribution{'' if count == 1 else 's'}"
    if snapshot.complete:
        return words
    return f"at least {words}" if snapshot.origin == "environment" else f"{words} named"


def _details(snapshot: Snapshot) -> str:
    python, platform = snapshot.python, snapshot.platform
    details = f"Python {python.version}" if python and python.version else "Python unknown"
    if platform and platform.system:
        details += ", " + " ".join(part for part in (platform.system, platform.machine) if part)
    return f"{snapshot.chosen}; {details}" if snapshot.chosen else details


def has_neither(report: Report) -> bool:
    """Tell whether it is certain that neither TensorFlow nor Keras is there."""
    results = (report.usages["keras"], report.usages["tensorflow.keras"])
    return all(result.works is False and not result.because and not result.resolves_to for result in results)


def _head(report: Report, face: Face) -> list[str]:
    head = report.head
    rows = (("TensorFlow", head.tensorflow), ("Keras", head.keras), ("Accelerators", head.accelerators))
    return [line for name, text in rows for line in wrapped(clean(text), face.width, f"  {name:<12}  ", " " * 16)]


def _usages(report: Report, face: Face, verbosity: int) -> list[str]:
    results = report.usages
    if report.snapshot.probe:
        return _probed(report, face)
    separate = results["keras"].works and results["tensorflow.keras"].works
    shown = [name for name in USAGES if name != "mixed" or verbosity or (separate and not results["mixed"].works)]
    return [_usage(USAGES[name], results[name], face) for name in shown]


def _usage(name: str, result: UsageResult, face: Face) -> str:
    state, color = {True: ("works", "32"), False: ("fails", "31"), None: ("unknown", "33")}[result.works]
    if result.works is False:
        detail = " ".join(result.because) or "not installed"
    else:
        detail = (result.resolves_to or "") + (f" on {result.backend}" if result.backend else "")
    return f"  {name:<22}  {paint(state, color, face)}{' ' * (9 - len(state)) + clean(detail) if detail else ''}"


def _models(report: Report, face: Face) -> list[str]:
    """Say of each saved model who wrote it and which ways to use Keras load it."""
    lines: list[str] = []
    for model in report.models:
        lines += wrapped(clean(f"{model.path}: {model.written}"), face.width, "  ", "    ")
        for usage, loads in model.loads.items():
            state, color = {True: ("loads", "32"), False: ("fails", "31"), None: ("it depends", "33")}[loads]
            lines.append(f"    {USAGES[usage]:<20}  {paint(state, color, face)}")
        if not model.loads:
            lines.append("    no Keras here that works")
    return lines


def _probed(report: Report, face: Face) -> list[str]:
    """Set what happened beside what was foretold."""
    lines = ["  probed live             happened  foretold"]
    room = max(20, face.width - 47)
    for one in tried(report):
        color = _COLORS.get(one.happened, "31")
        seen = one.seen if one.happened in _COLORS or len(one.seen) <= room else f"{one.seen[: room - 3]}..."
        words = f"{one.foretold:<10}{clean(seen)}".rstrip()
        lines.append(f"  {one.name:<22}  {paint(one.happened, color, face)}{' ' * (10 - len(one.happened))}{words}".rstrip())
    return lines


def _findings(shown: Sequence[Finding], report: Report, face: Face, verbosity: int) -> list[list[str]]:
    shown_first = shown_at(shown, report.remedies)
    blocks: list[list[str]] = []
    for finding in shown:
        lines = [*_title(finding, face), *labelled("why", finding.cause, face)]
        if finding.locations and report.ways:
            lines += places.places(finding, face, whole=verbosity > 0)
        if verbosity:
            lines += [line for one in finding.evidence for line in labelled("from", _evidence(one), face)]
        lines += mend(finding, report, shown_first, face, verbosity=verbosity)
        blocks.append([*lines, f"  more  kdoctor explain {finding.rule}"])
    return blocks


def _evidence(evidence: Evidence) -> str:
    kind = "" if evidence.kind == "seen" else f"{evidence.kind}: "
    return f"{kind}{evidence.says} [{evidence.source}]"


def _title(finding: Finding, face: Face) -> list[str]:
    mark, plain, color = _MARKS[finding.severity]
    title = f"{finding.rule} {finding.name}"
    shown = mark if face.unicode else plain
    first, *rest = wrapped(f"{title}: {clean(finding.summary)}", face.width, f"{shown} ", "  ")
    return [first.replace(f"{shown} {title}", f"{paint(shown, color, face)} {paint(title, '1', face)}", 1), *rest]


def _unread(report: Report, face: Face, verbosity: int) -> list[str]:
    known = report.snapshot.accelerators is not None and not verbosity
    rows = [f"{what}: {why}" for what, why in report.snapshot.unread.items() if not (known and what.endswith(_MINOR))]
    hidden = 0 if verbosity else max(0, len(rows) - _MOST_UNREAD)
    lines = [f"Could not read {row}" for row in rows[: len(rows) - hidden]]
    lines += [f"Could not read {hidden} more (-v shows them)"] if hidden else []
    lines += [f"Could not judge {rule}" for rule in report.unchecked]
    return [line for text in lines for line in wrapped(clean(text), face.width, "  ", "    ")]


def _unknown(report: Report, face: Face) -> list[str]:
    """Give what would decide, and how to find out; a command is never wrapped, so that it can be copied whole."""
    lines: list[str] = []
    for command in dict.fromkeys(one.command for one in report.unknown):
        told = "; ".join(one.what for one in report.unknown if one.command == command)
        lines += [*wrapped(f"Not known: {told}. This tells it there:", face.width, "  ", "    "), f"    {command}"]
    return lines


def _set_aside(report: Report, face: Face) -> list[str]:
    return [line for said in report.set_aside for line in wrapped(clean(said), face.width, "  ", "    ")]


def _last_line(report: Report, face: Face, hidden: int, *, depths: bool) -> list[str]:
    count = {severity: sum(1 for one in report.findings if one.severity is severity) for severity in sorted(Severity, reverse=True)}
    words = [f"{number} {severity.label}{'' if number == 1 else 's'}" for severity, number in count.items() if number]
    state = ", ".join(words) if words else _all_clear(report)
    color = {"error": "31", "warning": "33"}.get(report.verdict, "33" if report.unchecked else "32")
    first, *rest = wrapped(
        f"{state}{' (-v shows the notes)' if hidden else ''}.{f' {_not_looked_at(report.snapshot)}' if depths else ''}", face.width
    )
    return [first.replace(state, paint(state, color, face), 1), *rest]


def _not_looked_at(snapshot: Snapshot) -> str:
    left = not_looked_at(snapshot)
    return f"Not looked at: {', '.join(left)}." if left else ""


def _all_clear(report: Report) -> str:
    if report.unchecked:
        return "Nothing was found, but not every rule could be judged"
    if report.set_aside:
        return "Nothing else is wrong"
    return "Nothing is wrong" if report.snapshot.complete else "Nothing is wrong with what is known"
