"""What `kdoctor fix` says: the plan before anything is changed, and what came of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.model import Severity
from kdoctor.render.words import clean, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kdoctor.model import Remedy, Report

#: Half a command would be worse than none.
_WHOLE = 1_000_000
_NAME = re.compile(r"[a-z0-9.-]+", re.ASCII)


def plan(report: Report, remedy: Remedy, commands: Sequence[str], width: int) -> Iterator[str]:
    """Give the lines that tell what is wrong, what the remedy changes, what is run for it, and which other remedies there are."""
    for finding in report.findings:
        if finding.severity is not Severity.NOTE:
            yield from wrapped(clean(f"{finding.severity.label} {finding.rule}: {finding.summary}"), width, "", "  ")
    yield ""
    yield from wrapped(clean(f"remedy {remedy.name}: {remedy.title}"), width, "", "  ")
    yield from _changes(report, remedy)
    # A command is never wrapped, so that it can be copied whole.
    yield from (f"  run        {clean(command, _WHOLE)}" for command in commands)
    yield ""
    others = [other for other in report.remedies if other.name != remedy.name]
    for other in others:
        yield from wrapped(clean(f"--remedy {other.name}: {other.title}"), width, "or ", "   ")
    yield from [""] if others else []


def _changes(report: Report, remedy: Remedy) -> Iterator[str]:
    there = {one.name: one.version for one in reversed(report.snapshot.distributions) if not one.leftover}
    for name in remedy.remove:
        yield _line("remove", name, there.get(name), None)
    for name, version in remedy.pins.items():
        verb = "install" if name not in there else "reinstall" if there[name] == version else "change"
        yield _line(verb, name, there.get(name), version)
    # What is installed by name alone gets the version that the installer finds.
    known = {*remedy.pins, *remedy.remove}
    for text in (text for step in remedy.steps if step.verb == "install" for text in step.names):
        found = _NAME.match(text)
        if found and found[0] not in known:
            yield clean(f"  {'change' if found[0] in there else 'install':<9}  {text}, and what it requires")
    yield from (f"  yours      {line}" for line in variables(remedy))


def variables(remedy: Remedy) -> Iterator[str]:
    """Give the variables that a remedy asks for, one line each."""
    for name, value in remedy.environment.items():
        yield f"unset {name}" if value is None else clean(f"set {name}={value}")


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """Give the lines that tell what changes from one set of distributions to another."""
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield _line("install" if before is None else "remove" if after is None else "change", name, before, after)


def _line(verb: str, name: str, old: str | None, new: str | None) -> str:
    versions = f"{old} -> {new}" if old and new and old != new else new or old or ""
    return clean(f"  {verb:<9}  {name} {versions}")


def count(report: Report) -> str:
    """Give the number of errors and warnings in words."""
    labels = [finding.severity.label for finding in report.findings]
    numbers = [(labels.count(label), label) for label in ("error", "warning")]
    return " and ".join(f"{number} {label}{'s' * (number != 1)}" for number, label in numbers if number) or "nothing"
