"""In which order versions are tried: near ones before far ones, those of one time before later ones."""

from __future__ import annotations

from collections.abc import Sequence

from kdoctor import versions


def by_nearness(newest_first: Sequence[str], installed: str) -> list[str]:
    """Order versions by nearness to the installed one, upgrades before downgrades as far away.

    In the same minor release the next patch comes first; of other minor releases, the nearer first, its newest patch comes first.
    """
    here = versions.minor(installed)
    minors = [versions.minor(version) for version in newest_first]
    line = sorted({minor for minor in (*minors, here) if minor})
    place = {minor: position for position, minor in enumerate(line)}
    home = [version for version, minor in zip(newest_first, minors, strict=True) if minor == here]
    older = [version for version in home if versions.satisfies(version, f"<{versions.base(installed) or installed}")]
    newer = [version for version in reversed(home) if version not in older]

    def distance(position: int) -> tuple[int, bool]:
        there = minors[position]
        steps = place[there] - place[here] if there and here else 0
        return abs(steps), steps < 0

    away = [position for position in range(len(newest_first)) if minors[position] != here]
    return [*newer, *older, *(newest_first[position] for position in sorted(away, key=distance))]


def by_age(newest_first: Sequence[tuple[str, str | None]], asked: str | None) -> list[str]:
    """Order versions, given with their days (YYYY-MM-DD), for something that comes in: the newest up to a year after `asked` first.

    A framework of some years ago was never run with the libraries of today, whatever its metadata admits.
    """
    if asked is None:
        return [version for version, _ in newest_first]
    limit = f"{int(asked[:4]) + 1}{asked[4:]}"
    timely = [version for version, date in newest_first if date is None or date <= limit]
    later = [version for version, date in newest_first if date is not None and date > limit]
    return [*timely, *reversed(later)]
