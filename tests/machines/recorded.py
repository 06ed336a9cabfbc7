"""Recorded machines: each JSON file holds the few files that matter of one machine, and what is to be seen in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDED = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(__file__).parent.glob("*.json"))}


def build(machine: dict[str, Any], root: Path) -> str:
    """Lay the machine's files and links out below `root`; names such as 0000:01:00.0 are no names on Windows."""
    for path, text in machine["files"].items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for path, target in machine["links"].items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    return str(root)
