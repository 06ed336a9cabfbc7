"""What to ask a real resolver about a remedy: whether what it installs goes together with what stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling, couple, points_to
from kdoctor.knowledge.families import ROLE_OF, ROLES
from kdoctor.knowledge.filling import with_requirements
from kdoctor.model import Distribution, Remedy, Snapshot


class Question(NamedTuple):
    """Requirements that must hold together, and under which conditions."""

    #: What the remedy installs.
    wanted: tuple[str, ...]
    #: What stays and requires something that changes, by name, as requirements too.
    dependents: Mapping[str, str]
    #: What stays besides, by name: it need not be asked for, but is what there is.
    others: Mapping[str, str]
    #: Distributions that nobody may bring in, since a rival answers for them here (tensorflow beside tensorflow-cpu).
    excluded: tuple[str, ...]


def question(snapshot: Snapshot, remedy: Remedy) -> Question | None:
    """Give the question for a remedy; None where it installs nothing."""
    wanted = tuple(dict.fromkeys(text for step in remedy.steps if step.verb == "install" for text in step.names))
    if not wanted:
        return None
    coupling = couple(with_requirements(snapshot))
    named = {row.name for text in wanted if (row := versions.requirement(text))}
    staying = {name: one for name, one in coupling.present.items() if name not in named and name not in remedy.remove}
    coming = with_requirements(snapshot._replace(distributions=tuple(Distribution(*pin) for pin in remedy.pins.items()))).distributions
    relying = _relying(staying, named | set(remedy.remove), coupling)
    pinned = {name: text for name, one in staying.items() if (text := _pinned(one))}
    required = {name for one in (*staying.values(), *coming) for name in _required(one, coupling)}
    return Question(
        wanted,
        {name: text for name, text in pinned.items() if name in relying},
        {name: text for name, text in pinned.items() if name not in relying},
        tuple(sorted(required & _rivals({**staying, **{one.name: one for one in coming}}, coupling))),
    )


def _relying(staying: Mapping[str, Distribution], changed: Collection[str], coupling: Coupling) -> set[str]:
    """Name what stays and requires something that changes, itself or through others."""
    requires = {name: set(_required(one, coupling)) for name, one in staying.items()}
    reached = set(changed)
    while fresh := {name for name, needs in requires.items() if name not in reached and needs & reached}:
        reached |= fresh
    return reached & staying.keys()


def _required(one: Distribution, coupling: Coupling) -> list[str]:
    read = (versions.requirement(text) for text in one.requires or ())
    rows = [row for row in read if row and not versions.for_extra_only(row.marker)]
    return [row.name for row in rows if versions.marker_holds(row.marker, coupling.marker_environment)]


def _pinned(one: Distribution) -> str:
    """Give a distribution as a requirement; "" where no index can know of it."""
    if one.leftover or one.editable or not one.version or versions.parse(one.version) is None:
        return ""
    # A local version such as 2.13.0+cpu comes from another index, or from none.
    return f"{one.name}=={one.version.partition('+')[0]}"


def _rivals(there: Mapping[str, Distribution], coupling: Coupling) -> set[str]:
    """Name the rivals of what will be there, but for those that it is a shell of, as tensorflow is of tensorflow-intel."""
    pairs = {(one, rival) for one in there if one in ROLE_OF for rival in ROLES[ROLE_OF[one]] if rival not in there}
    shells = {rival for one, rival in pairs if points_to(there[one], rival, coupling.marker_environment)}
    return {rival for _, rival in pairs} - shells
