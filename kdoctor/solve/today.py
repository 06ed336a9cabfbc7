"""What an installer would take today for the files of a project that leave versions open, by metadata and wheels alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.knowledge.index import Target, installable, open_index
from kdoctor.model import Distribution, Evidence, Finding, Remedy, Severity, Snapshot
from kdoctor.solve.chain import because
from kdoctor.solve.fresh import resolve
from kdoctor.solve.ground import Ground
from kdoctor.solve.offers import Offers
from kdoctor.solve.plan import conflicts
from kdoctor.solve.wanted import Row, asked


class Today(NamedTuple):
    """The snapshot as it would be installed, and what stands in the way where it cannot be."""

    snapshot: Snapshot
    findings: tuple[Finding, ...]


def as_installed(snapshot: Snapshot) -> Today:
    """Resolve what a project declares as an installer does: the newest releases that metadata lets stand together.

    A pin that a resolver could not choose here (newer than the index, yanked, without a wheel) stands as it is; other rules judge it.
    Where nothing fits, the pins alone are left, with a finding that says why. Raises KdoctorError where the index cannot be read.
    """
    if snapshot.origin == "lockfile":
        return Today(snapshot._replace(complete=snapshot.complete and _says_which_backend(snapshot)), ())
    ground = Ground(Offers(open_index(), Target.of(snapshot), "latest"), versions.marker_environment(snapshot))
    declared = [one for one in snapshot.declared or () if not one.constraint]
    rows = asked([one.requirement for one in declared], ground.markers)
    chosen = [row for row in rows if _has_candidate(ground, row)]
    found = resolve(ground, [ask for _, ask, _ in chosen], _extras(chosen), _without(ground, snapshot))
    if found.pins is None:
        return Today(snapshot, tuple(_unsatisfiable(ground, chosen)))
    strange = [ask.name for _, ask, _ in rows if not ground.holds(ask.name)]
    whole = snapshot._replace(
        distributions=_with_others(ground, _taken(found.pins, strange, snapshot)), read_as=f"{snapshot.read_as}, as installed today"
    )
    there = {one.name for one in whole.distributions}
    known = all(ask.name in there for _, ask, _ in rows)
    return Today(whole._replace(complete=known and _says_which_backend(whole)), ())


def _says_which_backend(snapshot: Snapshot) -> bool:
    """Tell whether nothing that files leave open decides on Keras: without TensorFlow, a variable must choose the backend."""
    names = {one.name for one in snapshot.distributions}
    return bool(names & set(TENSORFLOW)) or not names & set(KERAS) or "KERAS_BACKEND" in (snapshot.environment or {})


def _has_candidate(ground: Ground, row: Row) -> bool:
    _, ask, _ = row
    return any(
        ask.admits(release.version) and not (release.yanked or release.prerelease) and installable(release, ground.target) is not False
        for release in (ground.known.releases(ask.name) if ground.holds(ask.name) else ())
    )


def _extras(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    return {ask.name: extras for _, ask, extras in rows if extras}


def _without(ground: Ground, snapshot: Snapshot) -> dict[str, frozenset[str]]:
    """Name the releases that constraints exclude."""
    found: dict[str, frozenset[str]] = {}
    for one in snapshot.declared or ():
        wanted = versions.requirement(one.requirement) if one.constraint else None
        if wanted and ground.holds(wanted.name):
            known = [release.version for release in ground.known.releases(wanted.name)]
            refused = {version for version in known if versions.satisfies(version, wanted.specifier) is False}
            found[wanted.name] = found.get(wanted.name, frozenset()) | refused
    return found


def _taken(pins: Mapping[str, str], strange: Sequence[str], snapshot: Snapshot) -> tuple[Distribution, ...]:
    """Put the releases together: what is pinned as pinned, then what was chosen; what the index does not know has no version."""
    there = {one.name: one for one in snapshot.distributions}
    there |= {name: Distribution(name, version) for name, version in pins.items() if name not in there}
    there |= {name: Distribution(name, None) for name in strange if name not in there}
    return tuple(there.values())


def _with_others(ground: Ground, taken: Sequence[Distribution]) -> tuple[Distribution, ...]:
    """Add what these require and the index does not hold, in unknown versions: an installer brings it."""
    there = {one.name: one for one in taken}
    for one in taken:
        release = ground.known.release(one.name, one.version) if one.version else None
        for text in release.requires(ground.target) if release else ():
            wanted = versions.requirement(text)
            if wanted and versions.marker_holds(wanted.marker, ground.markers) and wanted.name not in there:
                there[wanted.name] = Distribution(wanted.name, None, ())
    return tuple(there.values())


def _unsatisfiable(ground: Ground, rows: Sequence[Row]) -> Iterator[Finding]:
    for core, found, where in conflicts(ground, rows):
        texts = [f"{ask.name}{ask.specifier}" for _, ask, _ in core]
        sentences = because(where, [ask for _, ask, _ in core], found)
        yield Finding(
            rule="KD104",
            name=name_of("KD104"),
            severity=Severity.ERROR,
            summary=f"no set of releases satisfies {' and '.join(texts)}{' together' if len(texts) > 1 else ''}",
            cause=f"An installer refuses the file: {'; '.join(sentences)}." if sentences else "An installer refuses the file.",
            subjects=tuple(dict.fromkeys(ask.name for _, ask, _ in core)),
            evidence=tuple(Evidence(sentence, "metadata of the releases on the package index", "declared") for sentence in sentences),
            advice=f"Let one of them go further; what goes together: kdoctor pin {' '.join(sorted({ask.name for _, ask, _ in core}))}",
        )


def as_pins(remedies: Sequence[Remedy]) -> tuple[Remedy, ...]:
    """Give remedies for files that are yet to be installed: what to write into them, in place of commands for an environment."""
    return tuple(one._replace(title=_with_pins(one), commands=(), steps=()) for one in remedies)


def _with_pins(remedy: Remedy) -> str:
    pins = ", ".join(f"{name}=={version}" for name, version in remedy.pins.items())
    gone = ", ".join(remedy.remove)
    set_to = ", ".join(f"{name}={value}" if value is not None else f"no {name}" for name, value in remedy.environment.items())
    wanted = "; ".join(filter(None, (f"ask for {pins}" if pins else "", f"without {gone}" if gone else "", set_to and f"set {set_to}")))
    return f"{remedy.title} ({wanted})" if wanted else remedy.title
