"""Under which condition a locked package is installed, where the lock writes conditions on the edges of its graph alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: With more alternatives than that a package is taken as wanted under any condition.
_MOST = 8
#: What can only hold where somebody asked for it.
_ALWAYS: frozenset[str] = frozenset()


class Edge(NamedTuple):
    """One package needs another under a marker ("" = always)."""

    target: str
    marker: str = ""


def conditions(roots: Iterable[Edge], edges: Mapping[str, Iterable[Edge]]) -> dict[str, str]:
    """Give for each package that is reached from the roots the marker under which it is installed, "" where it always is.

    A package is installed where a package that needs it is, and the marker of the edge holds: a conjunction for each way to it.
    """
    ways: dict[str, set[frozenset[str]]] = {}
    waiting = [(edge.target, frozenset(filter(None, (edge.marker,)))) for edge in roots]
    while waiting:
        name, way = waiting.pop()
        known = ways.setdefault(name, set())
        if any(one <= way for one in known):
            continue
        known -= {one for one in known if way < one}
        known.add(_ALWAYS if len(known) >= _MOST else way)
        if _ALWAYS in known:
            known.intersection_update({_ALWAYS})
            way = _ALWAYS
        waiting += [(edge.target, way | frozenset(filter(None, (edge.marker,)))) for edge in edges.get(name, ())]
    return {name: _worded(known) for name, known in ways.items()}


def _worded(ways: Iterable[frozenset[str]]) -> str:
    alternatives = sorted(" and ".join(f"({marker})" for marker in sorted(way)) for way in ways)
    return "" if "" in alternatives else " or ".join(alternatives)
