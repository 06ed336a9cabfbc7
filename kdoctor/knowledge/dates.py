"""How old the knowledge is, and how far it reaches."""

from __future__ import annotations

import os

from kdoctor import versions
from kdoctor.knowledge.families import ROLE_OF
from kdoctor.knowledge.where import own_path

#: The day on which the curated facts were last gone through; the embedded index is not newer.
FACTS_DATE = "2026-11-21"

#: The newest minor release, candidates and nightlies among them, that there was on that day; what is newer is judged by its
#: own metadata. For a role the newest of all who play it.
HORIZON: dict[str, tuple[int, int]] = {
    "tensorflow": (2, 23),
    "keras": (3, 16),
    "tf-keras": (2, 21),
    "jax": (0, 12),
    "jaxlib": (0, 12),
    "torch": (2, 15),
    "openvino": (2026, 4),
}


#: Python -> the day of its first release. Source: peps.python.org, release schedules.
PYTHON_RELEASED: dict[tuple[int, int], str] = {
    (3, 6): "2016-12-23",
    (3, 7): "2018-06-27",
    (3, 8): "2019-10-14",
    (3, 9): "2020-10-05",
    (3, 10): "2021-10-04",
    (3, 11): "2022-10-24",
    (3, 12): "2023-10-02",
    (3, 13): "2024-10-07",
    (3, 14): "2025-10-07",
}


def beyond_horizon(name: str, version: str | None) -> bool:
    """Tell whether a release is newer than the newest that was known when the facts were gone through."""
    newest = HORIZON.get(ROLE_OF.get(name, name))
    minor = versions.minor(version) if newest else None
    return newest is not None and minor is not None and minor > newest


def knowledge_date() -> str:
    """Give the date of the newest knowledge, YYYY-MM-DD: of the facts, or of an index that the user has renewed since."""
    if not os.path.exists(own_path()):  # noqa: PTH110 -- start-up time: pathlib is slow to import.
        return FACTS_DATE
    from kdoctor.knowledge import index  # noqa: PLC0415 -- only where there is an index of the user's own.

    return max(FACTS_DATE, index.knowledge_date())
