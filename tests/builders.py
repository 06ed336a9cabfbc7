"""Snapshots in one line, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kdoctor.knowledge.filling import with_requirements
from kdoctor.model import Accelerator, Distribution, Platform, Python, Snapshot


def snapshot(
    installed: str = "",
    *,
    python: str | None = "3.11.7",
    system: str = "linux",
    machine: str = "x86_64",
    env: Mapping[str, str] | None = None,
    config: Any = None,
    complete: bool = True,
    absent: str = "",
    folders: Mapping[str, int | None] | None = None,
    accelerators: tuple[Accelerator, ...] | None = (),
    requires: Mapping[str, tuple[str, ...]] | None = None,
    **more: Any,
) -> Snapshot:
    """Give a snapshot with these distributions ("name==version", or "name" for an unknown version), requirements given or none."""
    wanted = requires or {}
    rows = [part.partition("==") for part in installed.split()]
    return Snapshot(
        complete=complete,
        python=Python(python) if python else None,
        platform=Platform(system, machine),
        distributions=tuple(Distribution(name, version or None, wanted.get(name, ())) for name, _, version in rows),
        absent=frozenset(absent.split()),
        environment=env or {},
        keras_config={} if config is None else config,
        folders=folders,
        accelerators=accelerators,
        **more,
    )


def released(installed: str, **more: Any) -> Snapshot:
    """Give a snapshot as `snapshot` does, with the requirements that these releases really declare, taken from the index."""
    bare = snapshot(installed, **more)
    return with_requirements(bare._replace(distributions=tuple(one._replace(requires=None) for one in bare.distributions)))
