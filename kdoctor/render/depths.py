"""How deep a report looked, and what a live probe saw, as every form of the report says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kdoctor.model import ProbeStep, Report, Snapshot, UsageResult

USAGES = {"keras": "import keras", "tensorflow.keras": "tensorflow.keras", "mixed": "keras + tf.keras"}
#: How a step of a live probe ended, where that is not "fails".
_OUTCOMES = {"works": "works", "not run": "not run", "time out": "hangs"}


class Tried(NamedTuple):
    """One line of what a live probe tried: what happened, what was foretold of it ("" = nothing), and what was seen."""

    name: str
    happened: str
    foretold: str
    seen: str


def not_looked_at(snapshot: Snapshot) -> list[str]:
    """Name the depths that a report on this snapshot does not rest on."""
    disk = snapshot.disk
    depths = (
        (disk is None or disk.files is None, "the files on disk"),
        (disk is None or disk.links is None, "links between libraries"),
        (snapshot.probe is None, "a live import"),
    )
    return [name for missing, name in depths if missing]


def tried(report: Report) -> Iterator[Tried]:
    """Give what a live probe tried: every usage, and every framework that it imported besides."""
    steps = {step.name: step for step in (report.snapshot.probe.steps if report.snapshot.probe else ())}
    for name in [*USAGES, *(name for name in steps if name not in USAGES and name != "start")]:
        result, step = report.usages.get(name), steps.get(name)
        if step is None and not (result and result.probed):
            continue
        told = {True: "works", False: "fails", None: "unknown"}[result.foretold] if result and result.probed else ""
        yield Tried(USAGES.get(name, f"import {name}"), _OUTCOMES.get(step.outcome if step else "", "fails"), told, _seen(step, result))


def _seen(step: ProbeStep | None, result: UsageResult | None) -> str:
    """Say in a few words what a step of the probe saw."""
    if step is None:
        return "not installed"
    if step.outcome == "not run":
        return step.error or ""
    if step.outcome != "works":
        how = (
            step.signal
            or (step.cause or step.error or "").partition("\n")[0]
            or (f"exit code {step.code}" if step.code is not None else "")
        )
        return f"at {step.stage}{': ' if how else ''}{how}"
    who = (result.resolves_to if result else None) or " ".join(step.versions.values())
    parts = [
        who + (f" on {step.backend}" if step.backend and result else ""),
        *_counted(step.devices or ()),
        f"{step.milliseconds / 1000:.1f} s",
    ]
    return ", ".join(part for part in parts if part)


def _counted(devices: Sequence[str]) -> list[str]:
    return [f"{count} x {name}" if (count := devices.count(name)) > 1 else name for name in dict.fromkeys(devices)]
