"""What to do about the findings of a report, each way out told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.model import Severity
from kdoctor.render.words import Face, clean, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kdoctor.model import Finding, Impossible, Remedy, Report

#: What follows a label begins in this column.
INDENT = "        "
#: Half a command would be worse than none.
_WHOLE = 1_000_000
#: A resolver may argue for pages; the report as JSON has all of it.
_OBJECTION = 300
#: In the places of `shown_at`: where it is told that there is no way out.
_NO_WAY = ""


def labelled(label: str, text: str, face: Face) -> list[str]:
    """Give foreign text, made safe and wrapped, behind a label of up to four letters."""
    return wrapped(clean(text), face.width, f"  {label:<4}  ", INDENT)


def shown_at(shown: Sequence[Finding], remedies: Sequence[Remedy]) -> dict[str, Finding]:
    """Give for each remedy the finding, the first in order, under which its commands stand."""
    places: dict[str, Finding] = {}
    for finding in shown:
        if _has_no_way(finding):
            places.setdefault(_NO_WAY, finding)
        for remedy in remedies:
            if remedy.name in finding.remedies:
                places.setdefault(remedy.name, finding)
    return places


def mend(finding: Finding, report: Report, places: Mapping[str, Finding], face: Face, *, verbosity: int) -> Iterator[str]:
    """Give the lines that say what to do about a finding; `places` is what `shown_at` gave."""
    remedies = [remedy for remedy in report.remedies if remedy.name in finding.remedies]
    if any(places[remedy.name] is finding for remedy in remedies):
        yield from _ways_out(remedies, report.impossible, face, verbosity)
    elif remedies:
        yield from labelled("mend", _same(remedies, report.remedies, places), face)
    if finding.advice:
        yield from labelled("or" if remedies else "mend", _without_or(finding.advice), face)
    elif _has_no_way(finding) and places[_NO_WAY] is finding:
        yield from _no_way(report.impossible, face)
    elif _has_no_way(finding):
        yield f"  mend  none, as for {places[_NO_WAY].rule} above"


def _has_no_way(finding: Finding) -> bool:
    return not finding.remedies and not finding.advice and finding.severity is not Severity.NOTE


def _without_or(advice: str) -> str:
    """Drop the first word of advice that was written to stand after a remedy: the label says it."""
    rest = advice.removeprefix("Or ")
    # A command is to be copied as it stands.
    return rest if rest.startswith("python -") else rest[:1].upper() + rest[1:]


def _same(remedies: Sequence[Remedy], known: Sequence[Remedy], places: Mapping[str, Finding]) -> str:
    codes = " and ".join(dict.fromkeys(places[remedy.name].rule for remedy in remedies))
    if len(known) == 1:
        return f"the same command as for {codes} above"
    if len(remedies) == len(known):
        return f"each of the ways shown for {codes} above"
    return f"as shown for {codes} above: {'; or '.join(remedy.title for remedy in remedies)}"


def _ways_out(remedies: Sequence[Remedy], impossible: Sequence[Impossible], face: Face, verbosity: int) -> Iterator[str]:
    for position, remedy in enumerate(remedies):
        label = "or" if position else "mend"
        # A command is never wrapped, so that it can be copied whole.
        commands = [clean(command, longest=_WHOLE) for command in remedy.commands]
        if len(remedies) > 1 or verbosity or not commands:
            yield from labelled(label, remedy.title + (":" if commands else ""), face)
            yield from (INDENT + command for command in commands)
        else:
            yield from (f"  {'' if place else label:<4}  {command}" for place, command in enumerate(commands))
        yield from _asked(remedy, face)
    if verbosity or len(remedies) == 1:
        yield from _impossible(impossible, face)


def _asked(remedy: Remedy, face: Face) -> Iterator[str]:
    """Give what a real resolver says of a remedy, if it was asked."""
    if remedy.objection:
        resolver, _, said = remedy.objection.partition(": ")
        yield from wrapped(clean(f"{resolver} objects: {said}", _OBJECTION), face.width, INDENT)
    elif remedy.verified == "resolver":
        yield f"{INDENT}(a real resolver agrees: your index has it, and it goes together)"


def _no_way(impossible: Sequence[Impossible], face: Face) -> Iterator[str]:
    if impossible:
        yield from labelled("mend", f"no set of releases holds together here; {beyond(impossible)}", face)
        yield from _impossible(impossible, face)
    else:
        yield "  mend  no pin and no variable mends this"


def beyond(impossible: Sequence[Impossible]) -> str:
    """Say where to go when nothing can be had here: to another Python, which one, or to a second environment."""
    known = next((row for row in impossible if row.python is not None), None)
    if known is None:
        return "it takes another Python or a second environment"
    if not known.python:
        return "it takes a second environment"
    there = " with ".join(f"{name} {version}" for name, version in known.pins.items())
    return f"Python {known.python} is the newest on which one does{f' ({there})' if there else ''}, or it takes a second environment"


def _impossible(impossible: Sequence[Impossible], face: Face) -> Iterator[str]:
    for row in impossible:
        yield from labelled("not", f"{row.goal}: {'; '.join(row.because[:2]) or 'no release fits'}", face)
