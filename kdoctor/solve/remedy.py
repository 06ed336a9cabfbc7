"""A solution made into a remedy: what is installed, what is removed, and how that is typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling, couple, points_to
from kdoctor.knowledge.families import ROLE_OF, ROLES
from kdoctor.model import Distribution, Remedy, Snapshot, Way
from kdoctor.solve.commands import commands, steps
from kdoctor.solve.goals import Goal
from kdoctor.solve.patched import missing, moot, patched, plain
from kdoctor.solve.problem import Problem
from kdoctor.solve.words import framework_first, name_of, title_of


class Change(NamedTuple):
    """A goal, what was kept for it, and the versions that reach it."""

    goal: Goal
    kept: Distribution | None
    pins: Mapping[str, str]


def made(snapshot: Snapshot, change: Change, problem: Problem) -> Remedy:
    """Give the remedy for a change: everything in it and nothing else is installed, removed or set."""
    goal = change.goal
    there = {one.name: one for one in snapshot.distributions if not one.leftover}
    pins = {name: change.pins[name] for name in sorted(change.pins, key=framework_first)}
    for name in goal.reinstall:
        version = there[name].version if name in there else None
        if version is not None and versions.parse(version) is not None:
            pins.setdefault(name, version)
    after = couple(patched(snapshot, goal, pins, problem.index))
    alone = _alone(after, pins)
    live = [way for way in goal.ways if not _is_moot(way, goal, there, pins)]
    asked_for = plain(goal, there, pins, problem.index)
    loose = [name for name in pins if name in problem.loose]
    moved = {name: ",".join(Problem(after, problem.index).wanted_of(name)) for name in loose}
    known = {name: version for name, version in pins.items() if name not in moved}
    extra = {**moved, **asked_for, **_left_out(after, alone, problem)}
    remove = tuple(sorted(goal.remove & there.keys()))
    return Remedy(
        name=name_of(live, change.kept, pins, there),
        title=title_of(live, change.kept, pins, there, moved),
        pins=known,
        remove=remove,
        reinstall=goal.reinstall,
        environment=goal.environment,
        commands=commands(snapshot, known, remove, goal.reinstall, goal.environment, extra, alone),
        changes=len(pins) + len(remove) + len(goal.environment) + len(asked_for),
        verified="index" if known else "none",
        steps=steps(known, remove, goal.reinstall, extra, alone),
    )


def _is_moot(way: Way, goal: Goal, before: Collection[str], pins: Collection[str]) -> bool:
    """Tell whether a way asked for nothing but what the change made needless."""
    needs = [need for need in goal.needs if need.text in way.needs]
    return bool(needs) and not (way.remove or way.reinstall or way.environment) and all(moot(need, before, pins) for need in needs)


def _alone(after: Coupling, pins: Mapping[str, str]) -> frozenset[str]:
    """Name the pins that require, themselves or through others, a distribution which only a rival of it answers for.

    Installed with its dependencies, tf-keras beside tensorflow-cpu would bring in tensorflow, into the same folder.
    """
    relying = {one.name for one in after.present.values() if _relies_on_stand_in(one, after)}
    if not relying:
        return frozenset()
    while True:
        more = {one.name for one in after.present.values() if one.name not in relying and relying & set(_required(one, after))}
        if not more:
            return frozenset(relying & pins.keys())
        relying |= more


def _required(one: Distribution, after: Coupling) -> list[str]:
    read = (versions.requirement(text) for text in one.requires or ())
    wanted = [row for row in read if row and not versions.for_extra_only(row.marker)]
    return [row.name for row in wanted if versions.marker_holds(row.marker, after.marker_environment)]


def _relies_on_stand_in(one: Distribution, after: Coupling) -> bool:
    absent = [name for name in _required(one, after) if name in ROLE_OF and name not in after.present]
    others = [(name, other) for name in absent for other in ROLES[ROLE_OF[name]] if other in after.present and other != one.name]
    return any(not points_to(after.present[other], name, after.marker_environment) for name, other in others)


def _left_out(after: Coupling, alone: frozenset[str], problem: Problem) -> dict[str, str]:
    """Give what those that are installed without their dependencies would have brought in, by name, with the specifier."""
    there = {name for name, one in after.present.items() if one.version is not None or name in problem.installed}
    wanted = [w for name in sorted(alone) if name in after.present for w in missing(after.present[name], there, after.snapshot)]
    return {w.name: w.specifier for w in wanted if problem.coupling.has(w.name) is False and w.name not in problem.index.projects}
