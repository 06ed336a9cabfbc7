"""What really happened: environments that the laboratory built and ran, one JSON line each in data/runs.jsonl.

A record holds the Python, the platform, how the environment was made, what was installed in the end, the variables and
keras.json, and for each usage either "works" or the line that the program died of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from kdoctor.knowledge.filling import with_requirements
from kdoctor.model import Distribution, Platform, Python, Snapshot


class Run(NamedTuple):
    """One environment that was built for real, and what became of the programs in it."""

    name: str
    #: The day of the measurement, YYYY-MM-DD.
    measured: str
    snapshot: Snapshot
    #: Arguments of the installer, one step after the other.
    steps: tuple[str, ...]
    #: For each usage "works", or the error that ended the program.
    outcome: Mapping[str, str]
    #: Who answered for a usage that works, and on which backend: "keras 3.6.0 on jax".
    answers: Mapping[str, str]
    #: The same for further programs, by the name of the add-on that they try or a few words.
    tried: Mapping[str, str]

    def installed(self, name: str) -> str | None:
        """Give the version of a distribution that was there, or None."""
        return next((one.version for one in self.snapshot.distributions if one.name == name and not one.leftover), None)


def path() -> Path:
    """Give the file of the records."""
    return Path(__file__).parent / "data" / "runs.jsonl"


def records() -> list[dict[str, Any]]:
    """Give the records as they stand in the file."""
    return [json.loads(line) for line in path().read_text(encoding="utf-8").splitlines()] if path().exists() else []


@lru_cache(maxsize=1)
def runs() -> tuple[Run, ...]:
    """Give every run, in the order of their names."""
    return tuple(
        Run(
            name=one["name"],
            measured=one["measured"],
            snapshot=snapshot_of(one),
            steps=tuple(one["steps"]),
            outcome=one["outcome"],
            answers=one.get("answers", {}),
            tried=one.get("tried", {}),
        )
        for one in records()
    )


def snapshot_of(record: Mapping[str, Any]) -> Snapshot:
    """Give the snapshot of the environment of a record, its requirements taken from the index."""
    system, _, machine = record["platform"].partition(" ")
    return with_requirements(
        Snapshot(
            python=Python(record["python"]),
            platform=Platform(system, machine),
            distributions=(*_distributions(record["installed"]), *_distributions(record.get("leftover", ""), leftover=True)),
            environment=record.get("environment", {}),
            keras_config=_config(record.get("keras_json")),
            folders=record.get("folders"),
            accelerators=(),
        )
    )


def _distributions(text: str, *, leftover: bool = False) -> tuple[Distribution, ...]:
    pairs = (part.partition("==") for part in text.split())
    return tuple(Distribution(name, version, leftover=leftover) for name, _, version in pairs)


def _config(text: str | None) -> Any:
    """Give the content of a keras.json as a snapshot holds it: its text where it is no JSON object, {} where there is none."""
    if text is None:
        return {}
    try:
        content = json.loads(text)
    except ValueError:
        return text
    return content if isinstance(content, dict) else text
