"""The report as Markdown made to be pasted into an issue, with a machine block from which `kdoctor check --from` restores all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kdoctor import __version__
from kdoctor.contract import snapshot_document
from kdoctor.contract.block import encode
from kdoctor.model import Report, Severity, UsageResult
from kdoctor.render.depths import USAGES, not_looked_at, tried
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from kdoctor.model import Distribution, Evidence, Finding, Impossible, Remedy, Snapshot

_LABELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
#: GitHub takes 65,536 characters; what the block leaves is enough for the words.
_LARGEST_BLOCK = 48_000
_RESTORE = "Machine block: `kdoctor check --from FILE` restores the whole environment from it"


def render(report: Report, family: Container[str]) -> str:
    """Give the report of a redacted snapshot as Markdown; of the distributions those of `family` are shown, the others folded.

    No text from the environment can carry Markdown, HTML, mentions or references to other issues into it.
    """
    blocks = [
        [f"### kdoctor: {_verdict(report)}"],
        list(_head(report)),
        list(_probed(report)),
        *(list(_finding(one, report)) for one in report.findings),
        list(_installed(report.snapshot.distributions, family)),
        list(_how(report)),
        list(_machine_block(report.snapshot)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def said(text: str) -> str:
    """Give foreign words without meaning to Markdown; what would mention a person or refer to an issue becomes code."""
    return " ".join(_code(word) if re.search(r"@|#\d|://|www\.", word) else _escaped(word) for word in clean(text).split(" "))


def _escaped(word: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|~!#$&])", r"\\\1", word)


def _code(text: str) -> str:
    """Give foreign words as code in a line."""
    shown = clean(text, longest=100_000).replace("`", "'").strip()
    return f"`{shown}`" if shown else ""


def _verdict(report: Report) -> str:
    count = {label: sum(1 for one in report.findings if one.severity is severity) for severity, label in _LABELS.items()}
    told = ", ".join(f"{number} {label}{'' if number == 1 else 's'}" for label, number in count.items() if number)
    if told:
        return told
    return "nothing is wrong" if report.snapshot.complete else "nothing is wrong with what is known"


def _head(report: Report) -> Iterator[str]:
    yield "| | |"
    yield "| --- | --- |"
    python, platform = report.snapshot.python, report.snapshot.platform
    rows = (
        ("TensorFlow", report.head.tensorflow),
        ("Keras", report.head.keras),
        ("Accelerators", report.head.accelerators),
        ("Python", python.version if python and python.version else "unknown"),
        ("Platform", " ".join(part for part in (platform.system, platform.machine, platform.libc) if part) if platform else "unknown"),
    )
    yield from (f"| {name} | {said(text)} |" for name, text in rows)
    yield from (f"| `{USAGES[usage]}` | {_usage(result)} |" for usage, result in report.usages.items())


def _probed(report: Report) -> Iterator[str]:
    """Set what a live probe saw beside what was foretold: where they differ, that is the most telling part of a report."""
    if report.snapshot.probe is None:
        return
    yield "| probed live | happened | foretold | seen |"
    yield "| --- | --- | --- | --- |"
    yield from (f"| {said(one.name)} | {one.happened} | {one.foretold} | {said(one.seen)} |" for one in tried(report))


def _usage(result: UsageResult) -> str:
    state = {True: "works", False: "fails", None: "unknown"}[result.works]
    detail = result.resolves_to or "" if result.works is not False else " ".join(result.because) or "not installed"
    return f"{state}{': ' if detail else ''}{said(detail)}" + (
        f" on {said(result.backend)}" if result.backend and result.works is not False else ""
    )


def _finding(finding: Finding, report: Report) -> Iterator[str]:
    yield f"#### {_LABELS[finding.severity].capitalize()} {finding.rule} {finding.name}: {said(finding.summary)}"
    yield ""
    yield said(finding.cause)
    if finding.evidence:
        yield from ("", *(f"- {_evidence(one)}" for one in finding.evidence))
    yield from _ways(finding, report)


def _evidence(evidence: Evidence) -> str:
    kind = "" if evidence.kind == "seen" else f"{evidence.kind}: "
    return f"{kind}{said(evidence.says)} ({said(evidence.source)})"


def _ways(finding: Finding, report: Report) -> Iterator[str]:
    remedies = [one for one in report.remedies if one.name in finding.remedies]
    first = next((one for one in report.findings if set(one.remedies) & set(finding.remedies)), finding)
    if remedies and first is finding:
        yield from (line for one in remedies for line in _remedy(one))
    elif remedies:
        yield from ("", f"Mended as {first.rule} above.")
    if finding.advice:
        yield from ("", said(finding.advice))
    if not remedies and not finding.advice and finding.severity is not Severity.NOTE:
        yield from (line for one in report.impossible for line in ("", _impossible(one)))


def _remedy(remedy: Remedy) -> Iterator[str]:
    yield from ("", f"To mend it: {said(remedy.title)}")
    if remedy.commands:
        yield from ("", *_fenced("sh", [clean(command, longest=100_000) for command in remedy.commands]))


def _impossible(row: Impossible) -> str:
    return f"No way to {said(row.goal)}: {said('; '.join(row.because[:2]) or 'no release fits')}"


def _fenced(language: str, lines: Sequence[str]) -> list[str]:
    """Give lines as a code block that none of them can end."""
    longest = max((len(found) for line in lines for found in re.findall(r"`{3,}", line)), default=2)
    fence = "`" * (longest + 1)
    return [fence + language, *lines, fence]


def _installed(distributions: Sequence[Distribution], family: Container[str]) -> Iterator[str]:
    if not distributions:
        return
    shown = [one for one in distributions if _belongs(one.name, family)]
    others = [one for one in distributions if not _belongs(one.name, family)]
    if shown:
        yield "#### Installed"
        yield ""
        yield from _fenced("text", [_pin(one) for one in shown])
    if others:
        yield ""
        yield from _folded(f"{len(others)} more distributions", _fenced("text", [_pin(one) for one in others]))


def _belongs(name: str, family: Container[str]) -> bool:
    return name in family or name.startswith(("nvidia-", "tensorflow-", "keras-", "jax-", "intel-extension"))


def _pin(one: Distribution) -> str:
    version = f"=={clean(one.version)}" if one.version else "  (version unknown)"
    marks = [
        word for word, is_so in (("editable", one.editable), ("half removed", one.leftover), (one.problem or "", one.problem)) if is_so
    ]
    return clean(one.name) + version + (f"  # {clean(', '.join(marks))}" if marks else "")


def _folded(summary: str, lines: Sequence[str]) -> list[str]:
    # GitHub renders Markdown inside of HTML only between blank lines.
    return ["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>"]


def _how(report: Report) -> Iterator[str]:
    snapshot = report.snapshot
    yield "#### How it was found"
    yield ""
    yield f"- kdoctor {__version__}, knowledge of {report.knowledge}"
    place = f"{snapshot.patient or _origin(snapshot)}" + (f" ({snapshot.chosen})" if snapshot.chosen else "")
    count = len(snapshot.distributions)
    yield f"- looked at: {said(place)}, {count} distribution{'' if count == 1 else 's'}{'' if snapshot.complete else ', perhaps not all'}"
    if snapshot.environment:
        yield f"- variables: {', '.join(_code(f'{name}={value}') for name, value in sorted(snapshot.environment.items()))}"
    yield from (f"- could not read {said(what)}: {said(why)}" for what, why in snapshot.unread.items())
    yield from (f"- could not judge {said(rule)}" for rule in report.unchecked)
    yield from (f"- not known: {said(one.what)} ({_code(one.command)} tells it)" for one in report.unknown)
    if left := not_looked_at(snapshot):
        yield f"- not looked at: {', '.join(left)}"


def _origin(snapshot: Snapshot) -> str:
    return f"read as: {snapshot.read_as}" if snapshot.read_as else snapshot.origin


def _machine_block(snapshot: Snapshot) -> list[str]:
    document = snapshot_document(snapshot)
    block = encode(document)
    if len(block) > _LARGEST_BLOCK:
        block = encode(_without_requirements(document))
    return _folded(
        _RESTORE.replace("`kdoctor check --from FILE`", "<code>kdoctor check --from FILE</code>"), _fenced("text", block.split("\n"))
    )


def _without_requirements(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what each distribution requires; a reader takes it from its index of releases."""
    return {**document, "distributions": [{**one, "requires": None} for one in document["distributions"]]}
