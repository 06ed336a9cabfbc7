"""What a project makes of findings: which are ignored and for how long, how bad each is, which were known before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kdoctor.contract.fingerprint import fingerprints
from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Evidence, Finding, Location, Report, Severity


class Ignore(NamedTuple):
    """A rule that a project does not want to hear of."""

    #: Code of the rule.
    rule: str
    reason: str
    #: The last day on which it holds, YYYY-MM-DD; None = for good.
    until: str | None = None
    #: Only findings about one of these; () = all of the rule.
    subjects: tuple[str, ...] = ()
    place: Location = Location("")


class Baseline(NamedTuple):
    """Findings that were there when somebody wrote them down: fingerprint -> rule, and the name of the file."""

    path: str
    known: Mapping[str, str]


class Policy(NamedTuple):
    """All of it."""

    ignores: tuple[Ignore, ...] = ()
    #: Code of a rule -> how bad it is to be taken.
    severities: Mapping[str, Severity] = {}
    baseline: Baseline | None = None


def applied(report: Report, policy: Policy, today: str) -> Report:
    """Give the report as the project takes it; `today` is YYYY-MM-DD. What is left out is told in `set_aside`.

    An ignore whose last day is over does not hold any more, and is itself an error.
    """
    weighed = tuple(one._replace(severity=policy.severities.get(one.rule, one.severity)) for one in report.findings)
    expired = [one for one in policy.ignores if one.until and one.until < today]
    valid = [one for one in policy.ignores if one not in expired]
    left = [one for one in weighed if not _ignoring(one, valid)]
    said = list(dict.fromkeys(_said(ignore) for one in weighed if (ignore := _ignoring(one, valid))))
    left += map(_expired, expired)
    if policy.baseline:
        left, known = _against(left, policy.baseline)
        said += [known] if known else []
    findings = tuple(sorted(left, key=lambda one: -one.severity))
    return report._replace(findings=findings, verdict=_verdict(findings), set_aside=(*report.set_aside, *said))


def _ignoring(finding: Finding, ignores: Iterable[Ignore]) -> Ignore | None:
    return next(
        (one for one in ignores if one.rule == finding.rule and (not one.subjects or set(one.subjects) & set(finding.subjects))), None
    )


def _said(ignore: Ignore) -> str:
    about = f" on {', '.join(ignore.subjects)}" if ignore.subjects else ""
    return f"{ignore.rule}{about} is ignored{f' until {ignore.until}' if ignore.until else ''}: {ignore.reason}"


def _expired(ignore: Ignore) -> Finding:
    return Finding(
        rule="KD805",
        name=name_of("KD805"),
        severity=Severity.ERROR,
        summary=f"{ignore.rule} was to be ignored until {ignore.until}, which is over",
        cause=f"The reason given was: {ignore.reason}",
        subjects=(ignore.rule, *ignore.subjects),
        evidence=(Evidence(f"until {ignore.until}", "the project's configuration", "declared"),),
        advice="Mend what the rule speaks of, or set another day.",
        locations=(ignore.place,) if ignore.place.path else (),
    )


def _against(findings: list[Finding], baseline: Baseline) -> tuple[list[Finding], str]:
    """Give the findings that are new, and a sentence on the others."""
    prints = dict(zip(fingerprints(findings), findings, strict=True))
    known = [one for print_, one in prints.items() if print_ in baseline.known]
    gone = sorted(rule for print_, rule in baseline.known.items() if print_ not in prints)
    told = [f"{len(known)} known from {baseline.path}: {' '.join(sorted({one.rule for one in known}))}"] if known else []
    told += [f"{len(gone)} of it no more there: {' '.join(sorted(set(gone)))}"] if gone else []
    return [one for print_, one in prints.items() if print_ not in baseline.known], "; ".join(told)


def _verdict(findings: tuple[Finding, ...]) -> str:
    worst = max((one.severity for one in findings), default=Severity.NOTE)
    return {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(worst, "ok")
