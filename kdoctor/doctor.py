"""The main path: from a snapshot to a report."""

from __future__ import annotations

from collections.abc import Iterable

from kdoctor import rules
from kdoctor.knowledge.coupling import Coupling, couple
from kdoctor.knowledge.dates import knowledge_date
from kdoctor.model import Finding, ModelOutlook, Report, Severity, Snapshot, Unknown, WayUsed
from kdoctor.rules.head import head
from kdoctor.rules.usages import foretell

#: Origins of snapshots that are of an environment that was built already, whatever its files declare.
_BUILT = ("environment", "paste")


def diagnose(snapshot: Snapshot, *, code_only: bool = False) -> Report:
    """Judge a snapshot: who answers, what is wrong, what will work, and what to do.

    `code_only` leaves out what does not concern the source that the snapshot carries.
    Raises KdoctorError where the index of releases is needed and cannot be read.
    """
    return _report(snapshot, solve=True, code_only=code_only)


def judge(snapshot: Snapshot) -> Report:
    """Judge a snapshot as `diagnose` does, without looking for a way out, which takes longer than all else."""
    return _report(snapshot, solve=False)


def _report(snapshot: Snapshot, *, solve: bool, code_only: bool = False) -> Report:
    unsatisfiable: tuple[Finding, ...] = ()
    if snapshot.declared and snapshot.origin not in _BUILT:
        from kdoctor.solve.today import as_installed  # noqa: PLC0415 -- only where files leave open what will be installed.

        snapshot, unsatisfiable = as_installed(snapshot)
    coupling = couple(_with_requirements(snapshot))
    report = _judged(coupling, snapshot, unsatisfiable, code_only=code_only)
    if solve and report.verdict != "ok":
        report = _with_remedies(report, coupling)
    return _in_files(report, coupling.snapshot) if snapshot.declared else report


def _judged(coupling: Coupling, snapshot: Snapshot, unsatisfiable: tuple[Finding, ...], *, code_only: bool) -> Report:
    findings, crashed = rules.run(coupling)
    findings = (*unsatisfiable, *findings)
    usages = foretell(coupling, _of_all(coupling, findings))
    if snapshot.probe:
        from kdoctor.explain import explain  # noqa: PLC0415 -- only where a live probe was run.
        from kdoctor.rules.probed import compare  # noqa: PLC0415 -- the same.

        findings, usages = compare(coupling, findings, usages, snapshot.probe, explain)
    models: tuple[ModelOutlook, ...] = ()
    if snapshot.models:
        from kdoctor.rules.model_files import load  # noqa: PLC0415 -- only where a saved model was named.

        findings, models = load(snapshot.models, findings, usages)
    if code_only:
        findings = tuple(filter(_concerns_code, findings))
    return Report(
        verdict=verdict(findings),
        usages=usages,
        findings=findings,
        remedies=(),
        snapshot=snapshot,
        head=head(coupling),
        knowledge=knowledge_date(),
        unchecked=crashed,
        unknown=() if snapshot.complete or snapshot.declared is not None else _unknown(coupling),
        models=models,
        ways=_ways(coupling, findings),
    )


def _concerns_code(finding: Finding) -> bool:
    """Tell whether a finding is one on source, or stops the source in its way to Keras."""
    return bool(finding.locations) or (bool(finding.breaks) and finding.severity is not Severity.NOTE)


def _ways(coupling: Coupling, findings: tuple[Finding, ...]) -> tuple[WayUsed, ...]:
    if not coupling.snapshot.sources:
        return ()
    from kdoctor.rules.code.outlook import ways_used  # noqa: PLC0415 -- only where there is source.

    return ways_used(coupling, findings, rules.of_environment)


def _of_all(coupling: Coupling, findings: tuple[Finding, ...]) -> Iterable[Finding]:
    if not coupling.snapshot.sources:
        return findings
    from kdoctor.rules.code.outlook import of_all  # noqa: PLC0415 -- only where there is source.

    return of_all(coupling, findings)


def _in_files(report: Report, snapshot: Snapshot) -> Report:
    """Give the report with places in the project's files; where nothing is installed yet, a way out is what to write into them."""
    from kdoctor.rules.located import located  # noqa: PLC0415 -- only where such files were read.
    from kdoctor.solve.today import as_pins  # noqa: PLC0415 -- the same.

    remedies = report.remedies if snapshot.origin in _BUILT else as_pins(report.remedies)
    return report._replace(findings=located(report.findings, snapshot), remedies=remedies)


def _unknown(coupling: Coupling) -> tuple[Unknown, ...]:
    from kdoctor.rules.unknown import unknown  # noqa: PLC0415 -- an environment that was looked at leaves nothing open.

    return unknown(coupling)


def verdict(findings: tuple[Finding, ...]) -> str:
    """Give the one word for it: error, warning or ok."""
    worst = max((finding.severity for finding in findings), default=Severity.NOTE)
    return {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(worst, "ok")


def _with_requirements(snapshot: Snapshot) -> Snapshot:
    """Take from the index the requirements that a paste or a lock file does not carry."""
    if all(distribution.requires is not None for distribution in snapshot.distributions):
        return snapshot
    from kdoctor.knowledge.filling import with_requirements  # noqa: PLC0415 -- it opens the index.

    return with_requirements(snapshot)


def _with_remedies(report: Report, coupling: Coupling) -> Report:
    from kdoctor.solve.remedies import remedies  # noqa: PLC0415 -- only where something is wrong is anything solved.

    ways_out, impossible = remedies(coupling, report.findings, lambda changed: rules.run(changed, provenance=False)[0])
    names = tuple(remedy.name for remedy in ways_out)
    findings = tuple(one._replace(remedies=names) if _mended_by_remedies(one) else one for one in report.findings)
    return report._replace(remedies=ways_out, impossible=impossible, findings=findings)


def _mended_by_remedies(finding: Finding) -> bool:
    """Tell whether pins and variables mend a finding; advice that comes without any other way says that they do not."""
    return finding.severity is not Severity.NOTE and (finding.advice is None or bool(finding.ways))
