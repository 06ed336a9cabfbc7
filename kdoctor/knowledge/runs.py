"""What really happened: environments that the laboratory built and ran, one JSON line each in data/runs.jsonl."""

from __future__ import annotations

from pathlib import Path


def path() -> Path:
    """Give the file of the records."""
    return Path(__file__).parent / "data" / "runs.jsonl"
