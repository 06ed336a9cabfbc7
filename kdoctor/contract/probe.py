"""What a live probe saw, as JSON and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kdoctor.model import Probe, ProbeStep

if TYPE_CHECKING:
    from kdoctor.contract.fields import Fields


def probe_document(probe: Probe) -> dict[str, Any]:
    """Return the `probe` key of a snapshot document."""
    return {
        "found": None if probe.found is None else list(probe.found),
        "seconds": probe.seconds,
        "steps": [_step(step) for step in probe.steps],
    }


def _step(step: ProbeStep) -> dict[str, Any]:
    always = {"name": step.name, "outcome": step.outcome, "stage": step.stage, "milliseconds": step.milliseconds}
    facts = {key: value for key, value in step._asdict().items() if key not in always and value is not False and value != 0}
    texts = {key: dict(value) for key, value in (("stages", step.stages), ("versions", step.versions))}
    said = {key: value for key, value in {**facts, **texts}.items() if value not in (None, (), {})}
    # An empty list of devices was looked at, and an exit code of 0 says much.
    looked = {key: value for key, value in (("devices", step.devices), ("code", step.code)) if value is not None}
    return {**always, **said, **looked}


def read_probe(fields: Fields | None) -> Probe | None:
    """Read the `probe` key of a snapshot document."""
    if fields is None:
        return None
    return Probe(fields.texts("found"), tuple(map(_read_step, fields.inners("steps") or ())), fields.number("seconds") or 0)


def _read_step(fields: Fields) -> ProbeStep:
    stages = fields.inner("stages")
    return ProbeStep(
        name=fields.text("name") or "",
        outcome=fields.text("outcome") or "not run",
        stage=fields.text("stage") or "start",
        milliseconds=fields.number("milliseconds") or 0,
        stages={name: stages.number(name) or 0 for name in stages.values} if stages else {},
        error=fields.text("error"),
        cause=fields.text("cause"),
        where=fields.text("where"),
        signal=fields.text("signal"),
        code=fields.number("code"),
        out_of_memory=bool(fields.flag("out_of_memory")),
        versions=fields.known_texts("versions") or {},
        resolves_to=fields.text("resolves_to"),
        backend=fields.text("backend"),
        devices=fields.texts("devices"),
        devices_error=fields.text("devices_error"),
        lines=fields.texts("lines") or (),
        printed=fields.number("printed") or 0,
        left=fields.number("left") or 0,
        memory_mib=fields.number("memory_mib"),
    )
