"""From snapshots and reports to JSON documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kdoctor import __version__
from kdoctor.contract.disk import disk_document
from kdoctor.contract.plain import DEEPEST_FOREIGN, Unfit, plain
from kdoctor.contract.probe import probe_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kdoctor.model import (
        Declared,
        Distribution,
        Finding,
        Intent,
        Location,
        Platform,
        Python,
        Remedy,
        Report,
        Snapshot,
        UsageResult,
    )


def snapshot_document(snapshot: Snapshot) -> dict[str, Any]:
    """Return a `kdoctor.snapshot/1` document of JSON types alone, from which `read_snapshot` makes an equal snapshot."""
    document: dict[str, Any] = plain(_snapshot(snapshot))
    return document


def report_document(report: Report) -> dict[str, Any]:
    """Return a `kdoctor.report/1` document of JSON types alone."""
    document: dict[str, Any] = plain(
        {
            "schema": "kdoctor.report/1",
            "tool": {"name": "kdoctor", "version": __version__},
            "verdict": report.verdict,
            "head": report.head._asdict(),
            "usages": {usage: _usage(result) for usage, result in report.usages.items()},
            **_said(ways=[way._asdict() for way in report.ways]),
            "findings": [_finding(finding) for finding in report.findings],
            "remedies": [_remedy(remedy) for remedy in report.remedies],
            **_said(impossible=[row._asdict() for row in report.impossible], unchecked=report.unchecked, set_aside=report.set_aside),
            **_said(unknown=[row._asdict() for row in report.unknown]),
            **_said(models=[{**one._asdict(), "loads": dict(one.loads)} for one in report.models]),
            "knowledge": report.knowledge,
            "snapshot": _snapshot(report.snapshot),
        }
    )
    return document


def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    flags = snapshot.cpu_flags
    accelerators = snapshot.accelerators
    return {
        "schema": "kdoctor.snapshot/1",
        "origin": snapshot.origin,
        "complete": snapshot.complete,
        **_said(patient=snapshot.patient, chosen=snapshot.chosen),
        "python": _python(snapshot.python) if snapshot.python else None,
        "platform": _platform(snapshot.platform) if snapshot.platform else None,
        "cpu": None if flags is None else {"flags": sorted(flags)},
        "distributions": [_distribution(row) for row in snapshot.distributions],
        "absent": sorted(snapshot.absent),
        "environment": _mapping(snapshot.environment),
        "keras_config": _foreign(snapshot.keras_config),
        "folders": _mapping(snapshot.folders),
        "accelerators": None if accelerators is None else [device._asdict() for device in accelerators],
        "drivers": _mapping(snapshot.drivers),
        "libraries": _mapping(snapshot.libraries),
        **({} if snapshot.observed is None else {"observed": dict(snapshot.observed)}),
        "sources": _foreign(_mapping(snapshot.sources)),
        **({} if snapshot.declared is None else {"declared": list(map(_declared, snapshot.declared))}),
        **({} if snapshot.intent is None else {"intent": _intent(snapshot.intent)}),
        **_said(unread=dict(snapshot.unread), read_as=snapshot.read_as, probe=probe_document(snapshot.probe) if snapshot.probe else None),
        **({} if snapshot.disk is None else {"disk": disk_document(snapshot.disk)}),
        **_said(models=[_said(**{**one._asdict(), "signs": sorted(one.signs)}) for one in snapshot.models]),
    }


def _declared(declared: Declared) -> dict[str, Any]:
    return {
        "requirement": declared.requirement,
        "location": _location(declared.location),
        **({"constraint": True} if declared.constraint else {}),
    }


def _intent(intent: Intent) -> dict[str, Any]:
    return _said(
        backend=intent.backend,
        accelerator=intent.accelerator,
        requirements=intent.requirements,
        python=intent.python,
        places={wish: _location(place) for wish, place in intent.places.items()},
    )


def _location(location: Location) -> dict[str, Any]:
    return _said(**location._asdict())


def _python(python: Python) -> dict[str, Any]:
    return {
        "version": python.version,
        "implementation": python.implementation,
        **_said(executable=python.executable, prefix=python.prefix, free_threaded=python.free_threaded, bits=python.bits),
    }


def _platform(platform: Platform) -> dict[str, Any]:
    return {
        "system": platform.system,
        "machine": platform.machine,
        "libc": platform.libc,
        "wsl": platform.wsl,
        "container": platform.container,
        **_said(release=platform.release),
    }


def _distribution(row: Distribution) -> dict[str, Any]:
    return {
        "name": row.name,
        "version": row.version,
        "requires": None if row.requires is None else list(row.requires),
        **_said(
            requires_python=row.requires_python,
            location=row.location,
            metadata=row.metadata,
            installer=row.installer,
            editable=row.editable or None,
            leftover=row.leftover or None,
            problem=row.problem,
        ),
    }


def _usage(result: UsageResult) -> dict[str, Any]:
    probed = {"probed": True, "foretold": result.foretold} if result.probed else {}
    return {**{key: value for key, value in result._asdict().items() if key not in ("probed", "foretold")}, **probed}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.label,
        "summary": finding.summary,
        "cause": finding.cause,
        "subjects": finding.subjects,
        "evidence": [evidence._asdict() for evidence in finding.evidence],
        "remedies": finding.remedies,
        **_said(
            breaks=sorted(finding.breaks),
            advice=finding.advice,
            locations=[_location(location) for location in finding.locations],
        ),
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "name": remedy.name,
        "title": remedy.title,
        "pins": dict(remedy.pins),
        "remove": remedy.remove,
        **_said(reinstall=remedy.reinstall),
        "environment": dict(remedy.environment),
        "commands": remedy.commands,
        "changes": remedy.changes,
        "verified": remedy.verified,
        **_said(objection=remedy.objection or None),
    }


def _said(**keys: Any) -> dict[str, Any]:
    """Keep the keys that say something: neither unknown nor an empty collection."""
    return {key: value for key, value in keys.items() if value is not None and value not in ((), [], {})}


def _mapping(mapping: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if mapping is None else dict(mapping)


def _foreign(value: Any) -> Any:
    """Keep what came from a file; nested too deeply for a reader, it counts as unknown."""
    try:
        return plain(value, DEEPEST_FOREIGN)
    except Unfit:
        return None
