"""Two releases in one environment, judged by the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kdoctor import rules, versions
from kdoctor.contract.matrix import State
from kdoctor.knowledge.coupling import Coupling, couple, points_to
from kdoctor.knowledge.families import ROLES
from kdoctor.matrix.alike import mentioning, role_of, sides, standing
from kdoctor.matrix.releases import Releases
from kdoctor.model import Distribution, Finding, Platform, Python, Severity, Snapshot
from kdoctor.rules.usages import foretell


class Column(NamedTuple):
    """A project whose releases are held against one release, and what is asked of the two."""

    project: str
    #: The usage that must work; "" = no error at all.
    usage: str = ""
    #: Environment variables, name and value.
    variables: tuple[tuple[str, str], ...] = ()


class Side(NamedTuple):
    """A release as it stands in a pair: with its body where it is a shell, and with what it requires of the other side alone."""

    distributions: tuple[Distribution, ...]
    requires: tuple[str, ...]
    #: The Python, where a requirement depends on it.
    python: str


class _Verdict(NamedTuple):
    """What the rules say of a pair; the states, by usage, are told of it as they are asked for."""

    coupling: Coupling
    findings: tuple[Finding, ...]
    states: dict[str, State]

    def state(self, usage: str) -> State:
        """Tell what is known of the pair for a usage."""
        found = self.states.get(usage)
        if found is None:
            found = self.states[usage] = _state(self.coupling, self.findings, usage)
        return found


class Pairs:
    """What the rules say of pairs of releases; pairs that no rule can tell apart are judged once."""

    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self._platform = Platform(*releases.platform)
        self._verdicts: dict[object, dict[object, _Verdict]] = {}
        self._sides: dict[tuple[str, ...], Side] = {}

    def states(self, project: str, version: str, column: Column, candidates: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, State]]:
        """Tell by Python what is known of a release with each candidate (version -> Pythons) that shares a Python with it."""
        found: dict[str, dict[str, State]] = {candidate: {} for candidate in candidates}
        for python in self._releases.of(project)[version]:
            own = self.side(project, version, python, column.project)
            same = (project, version, column.project, column.variables, own, standing("python", python, project, column.project))
            verdicts = self._verdicts.setdefault(same, {})
            for candidate in (candidate for candidate, pythons in candidates.items() if python in pythons):
                other = self.side(column.project, candidate, python, project)
                alike = standing(column.project, candidate, project, column.project)
                key = (alike, other.requires, other.python, sides(own.requires, column.project, candidate))
                if key not in verdicts:
                    coupling = self.together(own, other, python, column)
                    verdicts[key] = _Verdict(coupling, rules.run(coupling)[0], {})
                found[candidate][python] = verdicts[key].state(column.usage)
        return {candidate: states for candidate, states in found.items() if states}

    def side(self, project: str, version: str, python: str, *others: str) -> Side:
        """Give a release with what it requires of others."""
        key = (project, version, python, *others)
        if key not in self._sides:
            whole = self._whole(project, version, python)
            roles = frozenset(map(role_of, others))
            told = tuple(one._replace(requires=mentioning(one.requires or (), roles)) for one in whole)
            texts = tuple(text for one in told for text in one.requires or ())
            self._sides[key] = Side(told, texts, python if any(";" in text for text in texts) else "")
        return self._sides[key]

    def together(self, one: Side, other: Side, python: str, column: Column, absent: Iterable[str] = ()) -> Coupling:
        """Give the view of an environment where two stand, and nothing is known of others but of the `absent`."""
        snapshot = self._with((*one.distributions, *other.distributions), python)
        return couple(snapshot._replace(environment=dict(column.variables), absent=frozenset(absent)))

    def alone(self, project: str, version: str, python: str) -> Coupling:
        """Give the view of an environment where one release stands, and nothing is known of others."""
        return couple(self._with(self._whole(project, version, python), python))

    def _with(self, distributions: tuple[Distribution, ...], python: str) -> Snapshot:
        return Snapshot(
            complete=False,
            python=Python(python),
            platform=self._platform,
            distributions=distributions,
            environment={},
            keras_config={},
            accelerators=(),
        )

    def _whole(self, project: str, version: str, python: str) -> tuple[Distribution, ...]:
        """Give a release, and its body where it is but a shell, as tensorflow is on Windows."""
        shell = Distribution(project, version, self._releases.requires(project, version, python))
        markers = versions.marker_environment(Snapshot(python=Python(python), platform=self._platform))
        names = [name for name in ROLES.get(project, ()) if name != project and points_to(shell, name, markers)]
        return (shell, *(Distribution(name, version, self._releases.requires(name, version, python)) for name in names))


def _state(coupling: Coupling, findings: tuple[Finding, ...], usage: str) -> State:
    kinds = {evidence.kind for finding in findings for evidence in finding.evidence}
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    fails = foretell(coupling, errors)[usage].works is False if usage else bool(errors)
    if "declared" not in kinds:
        return State.FAILS if fails else State.WORKS
    if fails:
        return State.REFUSED
    return State.TOLERATED if "known to work" in kinds else State.UNPROVEN
