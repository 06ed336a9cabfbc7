"""What a change costs: how much it changes, how often for something older, and how far."""

from __future__ import annotations

from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.families import FAMILY, TENSORFLOW
from kdoctor.solve.problem import PLACEHOLDERS, Problem

#: Of the family, but nobody chooses its version for its own sake, nor gives up a framework's for it.
UNDERNEATH = frozenset({
    "jaxlib",
    "ml-dtypes",
    "optree",
    "tensorboard",
    "tensorflow-estimator",
    "tensorflow-io-gcs-filesystem",
    "tensorflow-metadata",
})  # fmt: skip
#: What somebody may have chosen for its own sake.
CHOSEN = FAMILY - UNDERNEATH

#: Versions to install, by name.
Pins = dict[str, str]


class Cost(NamedTuple):
    """Costs compare as tuples do: fewest changes first, of what somebody chose above all, then fewest downgrades, then the shortest way."""

    changes: int = 0
    #: Changes of what is chosen for its own sake, frameworks and add-ons; TensorFlow, which most of the others follow, counts twice.
    chosen: int = 0
    downgrades: int = 0
    #: In minor releases.
    distance: int = 0

    def plus(self, other: Cost) -> Cost:
        """Give the cost of both."""
        return Cost(*(one + more for one, more in zip(self, other, strict=True)))


NOTHING = Cost()


def cost(pins: Pins, problem: Problem) -> Cost:
    """Give the cost of installing these versions."""
    total = NOTHING
    for name, version in pins.items():
        total = total.plus(step(problem, name, version))
    return total


def step(problem: Problem, name: str, version: str) -> Cost:
    """Give the cost of one release; one that stays costs nothing, and what is installed again anyway may as well change."""
    old = problem.installed[name].version if name in problem.installed else None
    if old is not None and old == version:
        return NOTHING
    if old is None or old in PLACEHOLDERS:
        return Cost(1)
    return Cost(
        int(name not in problem.again), (name in CHOSEN) + (name in TENSORFLOW), int(is_downgrade(old, version)), _distance(old, version)
    )


def is_downgrade(old: str, new: str) -> bool:
    """Tell whether the new version is older than the old one."""
    return versions.satisfies(new, f"<{versions.base(old) or old}") is True


def _distance(old: str, new: str) -> int:
    one, other = versions.minor(old), versions.minor(new)
    return abs((one[0] - other[0]) * 100 + one[1] - other[1]) if one and other else 0
