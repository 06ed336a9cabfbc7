"""What of a release can matter to the rules: pairs that are alike in it get the same answer."""

from __future__ import annotations

from functools import lru_cache

from kdoctor import versions
from kdoctor.knowledge.conditions import read
from kdoctor.knowledge.dates import beyond_horizon
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import ROLE_OF, ROLES
from kdoctor.knowledge.tensorflow_keras import TOLERATED

#: What a condition may name that is no distribution.
_CIRCUMSTANCES = ("python", "backend", "legacy", "system", "machine")


def role_of(name: str) -> str:
    """Give the role that a distribution can play, or its name where it plays none."""
    return ROLE_OF.get(name, name)


@lru_cache(maxsize=8192)
def mentioning(requires: tuple[str, ...], roles: frozenset[str]) -> tuple[str, ...]:
    """Choose the requirements on distributions that can play these roles; extras are not asked for."""
    wanted = ((text, versions.requirement(text)) for text in requires)
    return tuple(text for text, one in wanted if one and role_of(one.name) in roles and not versions.for_extra_only(one.marker))


@lru_cache(maxsize=16384)
def standing(name: str, version: str, *pair: str) -> tuple[object, ...]:
    """Tell how a version, of a distribution or of "python", stands to all that the knowledge tables say of two roles.

    For TensorFlow and Keras the minor release belongs to it, since some rules go by that.
    """
    base = versions.base(version)
    minor = versions.minor(version) if role_of(name) in ROLES else None
    stands = (
        version if "{" in specifier else versions.satisfies(base, specifier)
        for specifier in _specifiers(role_of(name), frozenset(map(role_of, pair)))
    )
    return (minor, beyond_horizon(name, version), *stands)


@lru_cache(maxsize=8192)
def sides(requires: tuple[str, ...], name: str, version: str) -> tuple[str, ...]:
    """Tell of each requirement on a distribution whether a version fulfils it (""), or on which side of it the version lies."""
    wanted = [one for one in map(versions.requirement, requires) if one and role_of(one.name) == role_of(name)]
    return tuple("" if versions.satisfies(version, one.specifier) is not False else versions.side(version, one.specifier) for one in wanted)


@lru_cache(maxsize=256)
def _specifiers(role: str, pair: frozenset[str]) -> tuple[str, ...]:
    """Give every specifier on a role, or on "python", in the rows that can speak where only these two stand."""
    rows = [(*fact.when, fact.needs) for fact in FACTS if _can_hold(fact.when, pair)]
    conditions = [read(text) for row in (*rows, *((row.holder, row.target) for row in TOLERATED)) for text in row]
    return tuple(dict.fromkeys(one.specifier for one in conditions if one.name == role and one.specifier))


def _can_hold(when: tuple[str, ...], pair: frozenset[str]) -> bool:
    names = (read(text).name for text in when)
    return all(name in pair or name in _CIRCUMSTANCES or name.isupper() for name in names)
