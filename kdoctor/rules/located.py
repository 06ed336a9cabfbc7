"""Where in a project's files that stands which findings are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kdoctor import versions
from kdoctor.model import Declared, Finding, Location, Snapshot


def located(findings: Sequence[Finding], snapshot: Snapshot) -> tuple[Finding, ...]:
    """Give findings with the places in the project's files that ask for what they are about.

    A subject that no file names stands where what brings it in is asked for; where neither is, the finding gets no place.
    """
    places: dict[str, list[Declared]] = {}
    for one in snapshot.declared or ():
        wanted = versions.requirement(one.requirement)
        if wanted:
            places.setdefault(wanted.name, []).append(one)
    holders = _holders(snapshot)
    return tuple(one if one.locations else one._replace(locations=_places(one, places, holders)) for one in findings)


def _places(finding: Finding, places: Mapping[str, Sequence[Declared]], holders: Mapping[str, Sequence[str]]) -> tuple[Location, ...]:
    direct = [one.location for name in finding.subjects for one in places.get(name, ())]
    if not direct:
        direct = [one.location for name in finding.subjects for holder in _above(name, holders) for one in places.get(holder, ())]
    return tuple(dict.fromkeys(direct))


def _above(name: str, holders: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Name everything that brings a distribution in, the nearest first."""
    seen, waiting = {name}, [name]
    while waiting:
        for holder in holders.get(waiting.pop(0), ()):
            if holder not in seen:
                seen.add(holder)
                waiting.append(holder)
                yield holder


def _holders(snapshot: Snapshot) -> dict[str, list[str]]:
    holders: dict[str, list[str]] = {}
    for one in snapshot.distributions:
        for text in one.requires or ():
            wanted = versions.requirement(text)
            if wanted and not versions.for_extra_only(wanted.marker):
                holders.setdefault(wanted.name, []).append(one.name)
    return holders
