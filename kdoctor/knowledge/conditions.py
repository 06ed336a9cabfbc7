"""Conditions of the knowledge tables, judged against a coupling."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling, generation
from kdoctor.knowledge.families import ROLES
from kdoctor.knowledge.schema import Fact
from kdoctor.model import Distribution

_CONDITION = re.compile(r"([?!~]?)([A-Za-z0-9._-]+?)\s*((?:[<>=!~]=?|===).*)?", re.ASCII)
_CIRCUMSTANCES = ("backend", "legacy", "system", "machine", "absent")


class Condition(NamedTuple):
    """A condition in parts: its mark ("?", "!", "~" or ""), on whom, and the specifier ("" = any version)."""

    mark: str
    name: str
    specifier: str


@lru_cache(maxsize=2048)
def read(text: str) -> Condition:
    """Split a condition of a knowledge row; a row that cannot be split is a fault in the table and raises ValueError."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a condition: {text!r}")
    return Condition(match[1], match[2], (match[3] or "").strip())


def who(name: str, coupling: Coupling) -> Distribution | None:
    """Give the distribution that a condition means: whoever plays the role, or the one of that name."""
    if name == "tensorflow":
        return coupling.tensorflow
    if name == "keras":
        return coupling.keras
    if name == "tf-keras":
        return coupling.tf_keras
    return coupling.present.get(name)


def is_circumstance(name: str) -> bool:
    """Tell whether a condition of this name is on something else than a distribution."""
    return name in _CIRCUMSTANCES or name == "python" or name.isupper()


def holds(text: str, coupling: Coupling) -> bool | None:
    """Tell whether a condition of `when` holds; None where it cannot be told."""
    condition = read(text)
    if condition.name in _CIRCUMSTANCES:
        return _circumstance(condition, coupling)
    if condition.name.isupper():
        return _variable(condition, coupling)
    if condition.name == "python":
        python = coupling.snapshot.python
        return versions.satisfies(python.version if python else None, condition.specifier)
    distribution = who(condition.name, coupling)
    if condition.mark == "!":
        return distribution is None
    if condition.mark == "~":
        return distribution is not None or not _missing(condition.name, coupling)
    if distribution is None:
        return None if _missing(condition.name, coupling) is None else False
    if not condition.specifier:
        return True
    return versions.satisfies(versions.base(distribution.version), condition.specifier)


def need_of(fact: Fact, coupling: Coupling) -> str:
    """Give what a row needs here, with the version of the first distribution that it speaks of."""
    first = who(read(fact.when[0]).name, coupling)
    return fact.need(versions.base(first.version) if first else None)


def violated(text: str, coupling: Coupling) -> bool | None:
    """Tell whether a `needs` condition is violated; None where it cannot be told."""
    condition = read(text)
    if condition.name in _CIRCUMSTANCES:
        held = _circumstance(condition, coupling)
        return None if held is None else not held
    distribution = who(condition.name, coupling)
    if condition.mark == "!":
        return distribution is not None
    if distribution is None:
        return False if condition.mark == "?" else _missing(condition.name, coupling)
    if not condition.specifier:
        return False
    fits = versions.satisfies(versions.base(distribution.version), condition.specifier)
    return None if fits is None else not fits


def _missing(name: str, coupling: Coupling) -> bool | None:
    """Tell whether nobody plays a role or has a name; whoever says that the usual player is missing means the role."""
    return True if coupling.has(ROLES.get(name, (name,))[0]) is False else None


def _variable(condition: Condition, coupling: Coupling) -> bool:
    """Tell whether an environment variable has (=) or has not (!=) a value; where the variables are unknown it counts as unset."""
    value = (coupling.snapshot.environment or {}).get(condition.name)
    unequal = condition.specifier.startswith("!")
    return (value == condition.specifier.lstrip("!=").strip()) is not unequal


def _circumstance(condition: Condition, coupling: Coupling) -> bool | None:
    wanted = condition.specifier.lstrip("=").strip()
    platform = coupling.snapshot.platform
    if condition.name == "absent":
        return wanted in coupling.snapshot.absent
    if condition.name == "backend":
        asked = coupling.backend if generation(coupling.keras) != "tf" else "tensorflow"
        return None if asked is None else asked == wanted
    if condition.name == "legacy":
        return None if coupling.legacy is None else coupling.legacy is (wanted == "on")
    if platform is None:
        return None
    value = platform.system if condition.name == "system" else platform.machine
    return None if value is None else value in wanted.split("|")
