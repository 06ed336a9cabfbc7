"""The page of `kdoctor knowledge show`: what is known about one distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.render.page import Section, case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.model import DistributionPage

#: More names than that in one line help nobody.
_FEW = 8


def summary(known: DistributionPage) -> str:
    """Give the line below the title: how many releases there are, which is the newest, and of which day the knowledge is."""
    newest = f"newest {known.newest[0]} of {known.newest[1]}" if known.newest else "no final release"
    candidate = f", candidate {known.candidate[0]} of {known.candidate[1]}" if known.candidate else ""
    releases = f"{known.releases} releases, {newest}{candidate}" if known.releases else "not in the index of releases"
    return f"{releases}. Index of {known.index_date}, facts of {known.facts_date}."


def sections(known: DistributionPage) -> Iterator[Section]:
    """Put what is known into sections; what there is none of is left out."""
    if known.folder:
        rivals = f" Others own it too, and only one of them can be installed: {', '.join(known.rivals)}." if known.rivals else ""
        yield Section("Files", (f"It owns the folder {known.folder}/.{rivals}",))
    if known.pythons:
        yield Section("Python", points=tuple((_line(*line),) for line in known.pythons))
    if known.declares:
        yield Section("Declared (METADATA of the releases)", points=tuple((_line(*line),) for line in known.declares))
    if known.known_to_fail:
        yield Section("Known to fail, whatever metadata allows", points=tuple(case(one) for one in known.known_to_fail))
    if known.known_to_work:
        yield Section(
            "Known to work, though metadata forbids it",
            points=tuple((f"{one.when} with {one.needs}", one.says, one.source) for one in known.known_to_work),
        )
    if known.yanked:
        yield Section("Yanked", points=tuple((f"{version}: {reason}" if reason else version,) for version, reason in known.yanked))
    if known.runs:
        yield Section("Runs", points=tuple((f"{version}: {_listed(names)}",) for version, names in known.runs))


def _line(first: str, last: str, says: str) -> str:
    return f"{first}: {says}" if first == last else f"{first} to {last}: {says}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more
