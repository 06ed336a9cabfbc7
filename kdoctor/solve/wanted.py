"""Requirements as the solver takes them, and the extras that they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kdoctor import versions
from kdoctor.knowledge.index import Release
from kdoctor.solve.ground import Ask, Ground

#: A requirement as written, what it asks, and its extras.
Row = tuple[str, Ask, tuple[str, ...]]


def asked(requirements: Sequence[str], markers: Mapping[str, str] | None, *, limits: bool = False) -> list[Row]:
    """Read the requirements, those aside whose marker does not hold: each text with what it asks and its extras."""
    read_all = ((text, versions.requirement(text)) for text in requirements)
    return [
        (text, Ask(one.name, one.specifier, extras=one.extras, limits=limits), () if limits else one.extras)
        for text, one in read_all
        if one and versions.marker_holds(one.marker, markers) is not False
    ]


def extras_of(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """Give the extras that are asked for, by project."""
    found: dict[str, tuple[str, ...]] = {}
    for _, ask, extras in rows:
        if extras:
            found[ask.name] = tuple(dict.fromkeys((*found.get(ask.name, ()), *extras)))
    return found


def without_extras(ground: Ground, asks: Sequence[Ask], extras: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Name the releases that lack an extra which other releases have, and which is asked for: to them it would mean nothing."""
    lacking = {}
    for name in extras:
        known = ground.known.releases(name) if ground.holds(name) else ()
        admitted = [one for one in known if all(ask.admits(one.version) for ask in asks if ask.name == name)]
        lack = frozenset(one.version for one in admitted if any(not has_extra(ground, one, extra) for extra in extras[name]))
        if len(lack) < len(admitted):
            lacking[name] = lack
    return lacking


def has_extra(ground: Ground, release: Release, extra: str) -> bool:
    """Tell whether a release requires anything for an extra."""
    return any(f'extra == "{extra}"' in text for text in release.requires(ground.target))
