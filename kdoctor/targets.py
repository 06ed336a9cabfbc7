"""A project's files as they would be installed on one Python and one platform."""

from __future__ import annotations

from kdoctor import versions
from kdoctor.model import Declared, Distribution, Platform, Python, Snapshot


def at(snapshot: Snapshot, python: Python | None, platform: Platform | None, extras: tuple[str, ...] = ()) -> Snapshot:
    """Give the snapshot of a project's files for a target; what the files themselves say of Python and platform wins.

    Requirements whose markers do not hold there, or that only come with an extra (a group: "group:NAME") that is not among `extras`,
    are left out; what is pinned exactly is as good as installed. A snapshot that is of no project's file stays as it is.
    """
    if snapshot.declared is None or snapshot.origin == "environment":
        return snapshot
    moved = snapshot._replace(python=snapshot.python or python, platform=snapshot.platform or platform)
    markers = versions.marker_environment(moved)
    kept = tuple(one for one in snapshot.declared if _holds(one, markers, extras))
    pins = {pin.name: pin for one in reversed(kept) if not one.constraint and (pin := _pin(one))}
    named = {wanted.name for one in snapshot.declared if (wanted := versions.requirement(one.requirement))}
    others = [one for one in snapshot.distributions if one.name not in named]
    return moved._replace(declared=kept, distributions=(*reversed(pins.values()), *others))


def _holds(declared: Declared, markers: dict[str, str] | None, extras: tuple[str, ...]) -> bool:
    wanted = versions.requirement(declared.requirement)
    if wanted is None:
        return False
    held = versions.marker_holds(wanted.marker, markers, extras)
    # A marker that cannot be told without knowing the target stays, unless it is one on an extra.
    return held if held is not None else not versions.for_extra_only(wanted.marker)


def _pin(declared: Declared) -> Distribution | None:
    wanted = versions.requirement(declared.requirement)
    version = versions.exactly(wanted.specifier) if wanted else None
    return Distribution(wanted.name, version) if wanted and version else None
