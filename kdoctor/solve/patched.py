"""An environment as it would be after a change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from kdoctor import versions
from kdoctor.knowledge.families import OWNERS, ROLE_OF, ROLES
from kdoctor.knowledge.index import Index, Target
from kdoctor.model import Disk, Distribution, Snapshot
from kdoctor.solve.goals import Goal, Need, asked


def patched(snapshot: Snapshot, goal: Goal, pins: Mapping[str, str], index: Index) -> Snapshot:
    """Give the snapshot after the goal's removals and variables and these pins; folders that change are no longer known.

    What an installer brings in by itself, because a pin requires it and the index does not know it, is there in an unknown version.
    """
    target = Target.of(snapshot)
    stays = [one for one in snapshot.distributions if one.name not in goal.remove and one.name not in pins]
    comes = [_installed(name, version, index, target) for name, version in pins.items()]
    there = {one.name for one in (*stays, *comes) if not one.leftover}
    before = {one.name for one in snapshot.distributions}
    brought = (wanted.name for one in comes for wanted in missing(one, there, snapshot))
    new = {*plain(goal, before, pins, index), *(name for name in brought if name not in index.projects)}
    touched = {*pins, *goal.remove, *goal.reinstall}
    return snapshot._replace(
        distributions=(*stays, *comes, *(Distribution(name, None, ()) for name in sorted(new))),
        absent=(snapshot.absent - pins.keys() - new) | goal.remove,
        environment=_variables(snapshot.environment, goal.environment),
        folders=snapshot.folders and {f: n for f, n in snapshot.folders.items() if not touched & set(OWNERS.get(f, ()))},
        disk=snapshot.disk and _disk(snapshot.disk, touched, _leaning_on(touched, snapshot)),
    )


def _leaning_on(touched: set[str], snapshot: Snapshot) -> set[str]:
    """Name what changes and what requires something that changes: whether their libraries can be loaded afterwards is not known."""
    required = {
        one.name: {wanted.name for text in one.requires or () if (wanted := versions.requirement(text))} for one in snapshot.distributions
    }
    return touched | {name for name, names in required.items() if names & touched}


def _disk(disk: Disk, touched: set[str], leaning: set[str]) -> Disk:
    """Give what stays true of the disk when some distributions are written anew or removed."""
    return disk._replace(
        files=disk.files and tuple(one for one in disk.files if one.distribution not in touched),
        overlaps=tuple(one for one in disk.overlaps if not touched & {owner.name for owner in one.owners}),
        links=disk.links and tuple(one for one in disk.links if one.distribution not in leaning),
        old_numpy=disk.old_numpy and tuple(one for one in disk.old_numpy if one.distribution not in touched),
    )


def plain(goal: Goal, before: Collection[str], pins: Collection[str], index: Index) -> dict[str, str]:
    """Give what the goal wants installed although the index does not know it, by name, with the specifier."""
    wanted = [asked(need.text) for need in goal.needs if not moot(need, before, pins)]
    return {one.name: one.specifier for one in wanted if one.name and one.name not in before and one.name not in index.projects}


def moot(need: Need, before: Collection[str], pins: Collection[str]) -> bool:
    """Tell whether all those have changed for whose sake something was needed, and it did not come in with the change."""
    holders = [name for name in need.holders if name in before]
    return bool(holders) and all(name in pins for name in holders) and asked(need.text).name not in pins


def missing(distribution: Distribution, there: set[str], snapshot: Snapshot) -> Iterator[versions.Requirement]:
    """Give the requirements of a distribution that nothing answers to, extras aside."""
    markers = versions.marker_environment(snapshot)
    for text in distribution.requires or ():
        wanted = versions.requirement(text)
        if wanted is None or wanted.name in there or versions.for_extra_only(wanted.marker):
            continue
        stand_in = any(other in there for other in ROLES.get(ROLE_OF.get(wanted.name, ""), ()))
        if not stand_in and versions.marker_holds(wanted.marker, markers):
            yield wanted


def _variables(before: Mapping[str, str] | None, changes: Mapping[str, str | None]) -> Mapping[str, str] | None:
    after = {name: value for name, value in {**(before or {}), **changes}.items() if value is not None}
    return after if before is not None or after else None


def _installed(name: str, version: str, index: Index, target: Target) -> Distribution:
    release = index.release(name, version)
    return Distribution(name, version, release.requires(target) if release else (), release.requires_python if release else None)
