"""An environment as it would be after a change."""

from __future__ import annotations

from kdoctor.knowledge.families import OWNERS
from kdoctor.knowledge.index import Index, Target
from kdoctor.model import Distribution, Snapshot
from kdoctor.solve.goals import Goal


def patched(snapshot: Snapshot, goal: Goal, pins: dict[str, str], index: Index) -> Snapshot:
    """Give the snapshot after the goal's removals and variables and these pins; folders that change are no longer known."""
    target = Target.of(snapshot)
    stays = [one for one in snapshot.distributions if one.name not in goal.remove and one.name not in pins]
    comes = [_installed(name, version, index, target) for name, version in pins.items()]
    touched = {*pins, *goal.remove, *goal.reinstall}
    folders = {f: n for f, n in (snapshot.folders or {}).items() if not touched & set(OWNERS.get(f, ()))}
    variables = dict(snapshot.environment or {})
    for name, value in goal.environment.items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
    return snapshot._replace(
        distributions=(*stays, *comes),
        absent=(snapshot.absent - pins.keys()) | goal.remove,
        environment=variables if snapshot.environment is not None or variables else None,
        folders=None if snapshot.folders is None else folders,
    )


def _installed(name: str, version: str, index: Index, target: Target) -> Distribution:
    release = index.release(name, version)
    return Distribution(name, version, release.requires(target) if release else None, release.requires_python if release else None)
