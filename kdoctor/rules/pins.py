"""Pins of a requirements file that exclude each other by what they require; loaded only where such a file came along."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.index import Target, open_index
from kdoctor.model import Evidence, Finding, Severity


def excluding(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each distribution of which no release fits all that the pins of one requirements file require."""
    for path, text in (coupling.snapshot.sources or {}).items():
        if path.endswith(".txt") and isinstance(text, str):
            wishes: dict[str, dict[str, str]] = {}
            for name, version in pins_of(text):
                for wanted, specifier in _required(coupling, name, version):
                    wishes.setdefault(wanted, {})[f"{name} {version}"] = specifier
            yield from (_excluded(path, wanted, by) for wanted, by in wishes.items() if _none_fits(wanted, by))


def _required(coupling: Coupling, name: str, version: str) -> Iterator[tuple[str, str]]:
    """Give what a pinned release requires here, by name and specifier; what a marker leaves open is left out."""
    index = open_index()
    release = index.release(name, version) if name in index.projects else None
    for text in release.requires(Target.of(coupling.snapshot)) if release else ():
        wanted = versions.requirement(text)
        if wanted and wanted.specifier and (not wanted.marker or versions.marker_holds(wanted.marker, coupling.marker_environment)):
            yield wanted.name, wanted.specifier


def _none_fits(name: str, by: dict[str, str]) -> bool:
    """Tell whether no known release fulfils all specifiers although each has one that fulfils it: else the index lacks some."""
    fitting = [
        {release.version for release in open_index().releases(name) if versions.satisfies(release.version, specifier)}
        for specifier in by.values()
    ]
    return len(fitting) > 1 and all(fitting) and not set.intersection(*fitting)


def _excluded(path: str, name: str, by: dict[str, str]) -> Finding:
    wants = " and ".join(f"{holder} requires {name}{specifier}" for holder, specifier in by.items())
    return Finding(
        rule="KD103",
        name=name_of("KD103"),
        severity=Severity.ERROR,
        summary=f"{path} asks for releases that exclude each other: {wants}",
        cause=f"No release of {name} satisfies all of them, so an installer refuses the file.",
        subjects=(name, *(holder.partition(" ")[0] for holder in by)),
        evidence=tuple(
            Evidence(f"{holder} requires {name}{specifier}", f"{holder} metadata", "declared") for holder, specifier in by.items()
        ),
        advice=f"Pin other releases of {' or '.join(holder.partition(' ')[0] for holder in by)}, or use two environments.",
    )


def pins_of(text: str) -> Iterator[tuple[str, str]]:
    """Give every exact pin of a requirements file, as name and version."""
    for line in text.splitlines():
        wanted = versions.requirement(line.partition("#")[0].strip()) if not line.startswith("-") else None
        if wanted and wanted.specifier.startswith("==") and "," not in wanted.specifier and "*" not in wanted.specifier:
            yield wanted.name, wanted.specifier.lstrip("=").strip()
