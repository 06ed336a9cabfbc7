"""How old the knowledge is."""

from __future__ import annotations

import os

from kdoctor.knowledge.where import own_path

#: The day on which the curated facts were last gone through; the embedded index is not newer.
FACTS_DATE = "2026-11-21"


def knowledge_date() -> str:
    """Give the date of the newest knowledge, YYYY-MM-DD: of the facts, or of an index that the user has renewed since."""
    if not os.path.exists(own_path()):  # noqa: PTH110 -- start-up time: pathlib is slow to import.
        return FACTS_DATE
    from kdoctor.knowledge import index  # noqa: PLC0415 -- only where there is an index of the user's own.

    return max(FACTS_DATE, index.knowledge_date())
