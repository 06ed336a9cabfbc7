"""Where nothing mends an environment on its own Python: the newest other Python on which the same could be had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import FAMILY
from kdoctor.model import Finding, Python
from kdoctor.solve.goals import Goal, asked
from kdoctor.solve.plan import Wanted, possible
from kdoctor.solve.planner import Rules

#: The usual Pythons, the newest first: older ones are no way out for anybody.
_PYTHONS = tuple(f"3.{minor}" for minor in range(14, 8, -1))


class Elsewhere(NamedTuple):
    """A Python, and what of the family would be there; "" = no Python will do."""

    python: str = ""
    pins: Mapping[str, str] = {}


def another_python(coupling: Coupling, goal: Goal, rules: Rules) -> Elsewhere:
    """Give the newest Python for which there is a set with all that a goal asks for and with what its findings are about, as it is."""
    wanted = tuple(dict.fromkeys(_wanted(coupling, goal)))
    return newest_python(Wanted(wanted, coupling.snapshot._replace(distributions=(), declared=None)), rules) if wanted else Elsewhere()


def newest_python(wanted: Wanted, rules: Rules) -> Elsewhere:
    """Give the newest Python, other than the one that something is wanted for, for which there is a set, and what was named of it."""
    here = wanted.snapshot.python
    names = dict.fromkeys(one.name for text in wanted.requirements if (one := versions.requirement(text)))
    for python in _PYTHONS:
        if here is None or here.version is None or f"{here.version}.".startswith(f"{python}."):
            continue
        pins = possible(wanted._replace(snapshot=wanted.snapshot._replace(python=Python(python))), rules)
        if pins:
            return Elsewhere(python, {name: pins[name] for name in names if name in pins})
    return Elsewhere()


def _wanted(coupling: Coupling, goal: Goal) -> Iterator[str]:
    needed = {asked(need.text).name for need in goal.needs}
    yield from (need.text for need in goal.needs)
    for finding, _ in goal.taken:
        yield from (f"{name}=={version}" for name, version in _kept(coupling, finding) if name not in needed | goal.remove)


def _kept(coupling: Coupling, finding: Finding) -> Iterator[tuple[str, str]]:
    for name in finding.subjects:
        one = coupling.present.get(name)
        if one and one.version and name in FAMILY:
            yield name, one.version
