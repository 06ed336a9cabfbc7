"""What a finding is known by from run to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.model import Finding

#: Findings in source code are known by their file too, since the same one stands in many.
_SOURCES = (".py", ".pyi", ".ipynb")


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Give what each finding is known by: its rule and its subjects, and where several have the same, their order.

    Neither lines nor versions are part of it, so that it outlives edits and upgrades.
    """
    from hashlib import sha256  # noqa: PLC0415 -- start-up time: text needs none.

    seen: dict[str, int] = {}
    prints = []
    for finding in findings:
        where = next((place.path for place in finding.locations if place.path.endswith(_SOURCES)), "")
        known_by = "\0".join((finding.rule, *sorted(finding.subjects), where))
        seen[known_by] = seen.get(known_by, 0) + 1
        text = f"{known_by}\0{seen[known_by]}" if seen[known_by] > 1 else known_by
        prints.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return prints
