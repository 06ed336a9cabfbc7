"""How old the knowledge is."""

from __future__ import annotations

#: The day on which the curated facts were last gone through.
FACTS_DATE = "2026-11-21"


def knowledge_date() -> str:
    """Give the date of the newest knowledge, YYYY-MM-DD."""
    return FACTS_DATE
