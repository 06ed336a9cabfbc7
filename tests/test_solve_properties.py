"""What every remedy must hold, on environments made at random from the real index."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache, lru_cache

import pytest
from builders import released

from kdoctor import rules, versions
from kdoctor.doctor import diagnose
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.families import FAMILY
from kdoctor.knowledge.index import Target, installable, open_index
from kdoctor.model import Finding, Remedy, Report, Severity, Snapshot
from kdoctor.rules.declared import violations
from kdoctor.solve.goals import Goal
from kdoctor.solve.patched import patched

#: What is taken besides TensorFlow, as far as it requires it, and what is swapped for another release.
SWAPPED = ("keras", "numpy", "protobuf", "ml-dtypes", "h5py", "wrapt", "typing-extensions", "tensorflow")
ADDED = (
    "tensorflow-probability",
    "tensorflow-hub",
    "tf-keras",
    "tensorflow-text",
    "jax",
    "tensorflow-addons",
    "keras-hub",
    "tensorflow-cpu",
)
MACHINES = (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("windows", "amd64"))
VARIABLES = ({}, {}, {}, {"KERAS_BACKEND": "jax"}, {"TF_USE_LEGACY_KERAS": "1"})


def environments(count: int) -> Iterator[tuple[str, Snapshot]]:
    """Give environments that pip could have made once, with one or two distributions in the wrong release."""
    for seed in range(count):
        chance = random.Random(seed)  # Seeded: the same environments in every run.
        minor = chance.randrange(8, 22)
        python = f"3.{chance.choice([9, 10] if minor < 12 else [9, 10, 11] if minor < 16 else [11, 12])}.5"
        system, machine = chance.choice(MACHINES)
        target = Target(python, system, machine)
        line = [r for r in fitting("tensorflow", target) if versions.minor(r) == (2, minor)]
        if not line:
            continue
        rows = filled({"tensorflow": chance.choice(line)}, target)
        for name in chance.sample(SWAPPED, chance.randrange(1, 3)) + chance.sample(ADDED, chance.randrange(2)):
            rows[name] = chance.choice(fitting(name, target) or (None,))
        rows = filled({name: version for name, version in rows.items() if version is not None}, target)
        for name in chance.sample(sorted(rows), chance.randrange(2)):
            if name != "tensorflow":
                del rows[name]
        listed = " ".join(f"{name}=={version}" if version else name for name, version in rows.items())
        env = chance.choice(VARIABLES)
        yield f"{seed}", released(f"{listed} pip==24.0", python=python, system=system, machine=machine, env=env)


@cache
def fitting(name: str, target: Target) -> tuple[str, ...]:
    releases = open_index().releases(name)
    return tuple(r.version for r in releases if not (r.prerelease or r.yanked) and installable(r, target) is not False)


def filled(rows: dict[str, str], target: Target) -> dict[str, str]:
    """Add what is required and missing, in the newest release that its first asker admits; "" is a version that nobody knows."""
    index, rows = open_index(), dict(rows)
    markers = versions.marker_environment(released("", python=target.python, system=target.system, machine=target.machine))
    for name in (waiting := list(rows)):
        release = index.release(name, rows[name]) if name in index.projects else None
        for text in release.requires(target) if release else ():
            wanted = versions.requirement(text)
            if wanted is None or wanted.name in rows or versions.for_extra_only(wanted.marker):
                continue
            if versions.marker_holds(wanted.marker, markers):
                known = fitting(wanted.name, target) if wanted.name in index.projects else ()
                admitted = [version for version in known if versions.satisfies(version, wanted.specifier)]
                rows[wanted.name] = admitted[-1] if admitted else ""
                waiting.append(wanted.name)
    return rows


@lru_cache(maxsize=1)
def judged() -> tuple[tuple[str, Snapshot, Report], ...]:
    return tuple((name, snapshot, diagnose(snapshot)) for name, snapshot in environments(150))


def remedies() -> Iterator[tuple[str, Snapshot, Report, Remedy]]:
    for name, snapshot, report in judged():
        for remedy in report.remedies:
            yield f"{name} {remedy.name}: {remedy.title}", snapshot, report, remedy


def after(snapshot: Snapshot, remedy: Remedy, pins: dict[str, str] | None = None) -> Snapshot:
    goal = Goal(remove=frozenset(remedy.remove), reinstall=remedy.reinstall, environment=remedy.environment)
    return patched(snapshot, goal, dict(remedy.pins) if pins is None else pins, open_index())


def worst(findings: tuple[Finding, ...]) -> Severity:
    return max((finding.severity for finding in findings), default=Severity.NOTE)


def left(snapshot: Snapshot, severity: Severity) -> list[str]:
    """Give what is as bad as `severity`, apart from what an installer brings in by itself."""
    found, crashed = rules.run(couple(snapshot))
    assert not crashed
    bad = [finding for finding in found if finding.severity >= severity and finding.advice is None]
    return [f"{one.rule} {one.summary}" for one in bad if one.subjects[0] in open_index().projects and "version unknown" not in one.summary]


def test_the_environments_are_worth_it() -> None:
    """Nearly all conflicts of the sample have a way out, and many have two."""
    sick = [report for _, _, report in judged() if report.verdict == "error"]
    assert len(sick) > 60
    assert sum(bool(report.remedies) for report in sick) > len(sick) * 0.9
    assert sum(len(report.remedies) > 1 for report in sick) > len(sick) * 0.3
    assert all(report.remedies or report.impossible for report in sick)


def test_every_remedy_cures() -> None:
    bad = [
        f"{name}: {rows}"
        for name, snapshot, report, remedy in remedies()
        if (rows := left(after(snapshot, remedy), worst(report.findings)))
    ]
    assert not bad


def test_no_remedy_brings_a_new_alarm() -> None:
    bad = []
    for name, snapshot, report, remedy in remedies():
        before = {finding.rule for finding in report.findings if finding.severity is not Severity.NOTE}
        new = [row for row in left(after(snapshot, remedy), Severity.WARNING) if row.split()[0] not in before]
        bad += [f"{name}: {new}"] if new else []
    assert not bad


def test_pins_hold_together_with_everything_that_is_required() -> None:
    bad = []
    for name, snapshot, _, remedy in remedies():
        coupling = couple(after(snapshot, remedy))
        wrong = [v for v in violations(coupling) if v.target and v.target.version and {v.holder.name, v.target.name} & remedy.pins.keys()]
        bad += [
            f"{name}: {v.holder.name} {v.holder.version} {v.text}, but {v.target.version}"
            for v in wrong
            if v.target and v.target.name in FAMILY
        ]
    assert not bad


def test_pins_can_be_installed_here_and_are_final() -> None:
    index = open_index()
    for name, snapshot, _, remedy in remedies():
        for project, version in remedy.pins.items():
            release = index.release(project, version)
            assert release, name
            if project not in remedy.reinstall:
                assert not release.yanked, name
                assert not release.prerelease, name
                assert installable(release, Target.of(snapshot)) is not False, name


def test_no_single_pin_can_be_left_out() -> None:
    """Without any one of its changes of what is installed, a remedy does not do."""
    bad = []
    for name, snapshot, report, remedy in remedies():
        there = {one.name for one in snapshot.distributions}
        for project in remedy.pins.keys() & there - set(remedy.reinstall):
            fewer = {other: version for other, version in remedy.pins.items() if other != project}
            coupling = couple(after(snapshot, remedy, fewer))
            declared = [v for v in violations(coupling) if v.target and {v.holder.name, v.target.name} & {*remedy.pins}]
            if not declared and not left(coupling.snapshot, worst(report.findings)):
                bad.append(f"{name} without {project}")
    assert not bad


def test_the_same_environment_gets_the_same_remedies() -> None:
    for _, snapshot, report in judged()[:20]:
        again = snapshot._replace(distributions=tuple(reversed(snapshot.distributions)))
        assert [one.commands for one in diagnose(snapshot).remedies] == [one.commands for one in report.remedies]
        assert {one.name for one in diagnose(again).remedies} == {one.name for one in report.remedies}


@pytest.mark.parametrize("count", [200])
def test_a_large_environment_takes_no_longer(count: int) -> None:
    """What has nothing to do with TensorFlow costs nothing: the solver asks for no release of it."""
    strangers = " ".join(f"stranger-{number}==1.0" for number in range(count))
    small = "tensorflow==2.18.1 keras==2.15.0 numpy==2.0.2 ml-dtypes==0.4.1 protobuf==5.29.5"
    assert [one.commands for one in diagnose(released(f"{small} pip==24.0 {strangers}", complete=False)).remedies] == [
        one.commands for one in diagnose(released(f"{small} pip==24.0", complete=False)).remedies
    ]
