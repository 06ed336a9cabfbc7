"""Many releases with the same answer, told as ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kdoctor import versions
from kdoctor.contract.matrix import Range, State

#: What is known of one release, by Python.
States = Mapping[str, State]
_Key = tuple[State, tuple[str, ...]]


def collapse(states: Mapping[str, States], *, majors_apart: bool = False) -> tuple[Range, ...]:
    """Give the runs of neighbouring versions (oldest first) of which the same is known on the same Pythons, by state.

    With `majors_apart` no run goes on beyond a major release.
    """
    listed = list(states)
    runs: list[tuple[_Key, list[str]]] = []
    going: dict[_Key, list[str]] = {}
    for version, by_python in states.items():
        now: dict[_Key, list[str]] = {}
        for key in _keys(by_python):
            run = going.get(key)
            if run is None or (majors_apart and _major(run[-1]) != _major(version)):
                run = []
                runs.append((key, run))
            run.append(version)
            now[key] = run
        going = now
    order = list(State)
    runs.sort(key=lambda item: order.index(item[0][0]))
    return tuple(Range(key[0], run[0], run[-1], _shown(run, listed), key[1]) for key, run in runs)


def _keys(by_python: States) -> list[_Key]:
    """Give each state of a release with the Pythons for which it holds; () = for all."""
    found = dict.fromkeys(by_python.values())
    if len(found) == 1:
        return [(state, ()) for state in found]
    return [(state, tuple(python for python, one in by_python.items() if one is state)) for state in found]


def _shown(run: Sequence[str], listed: Sequence[str]) -> str:
    """Say a run in minor releases, and exactly where it begins or ends within one."""
    start, end = listed.index(run[0]), listed.index(run[-1]) + 1
    one, other = _minor(run[0]), _minor(run[-1])
    begins = start == 0 or _minor(listed[start - 1]) != one
    ends = end == len(listed) or _minor(listed[end]) != other
    if one == other:
        return one if begins and ends else "-".join(dict.fromkeys((run[0], run[-1])))
    return f"{one if begins else run[0]}-{other if ends else run[-1]}"


def _major(version: str) -> int | None:
    minor = versions.minor(version)
    return minor[0] if minor else None


def _minor(version: str) -> str:
    minor = versions.minor(version)
    return f"{minor[0]}.{minor[1]}" if minor else version
