"""What is only planned: requirements files that came with the snapshot, judged before anything is installed."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import FAMILY
from kdoctor.model import Evidence, Finding, Severity, Way


def no_wheel(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each pin on the family in a requirements file that has no wheel for this Python and platform."""
    for path, text in (coupling.snapshot.sources or {}).items():
        if path.endswith(".txt") and isinstance(text, str):
            for name, version in _pins(text):
                if name in FAMILY:
                    yield from _judge(coupling, path, name, version)


def _pins(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        wanted = versions.requirement(line.partition("#")[0].strip()) if not line.startswith("-") else None
        if wanted and wanted.specifier.startswith("==") and "," not in wanted.specifier and "*" not in wanted.specifier:
            yield wanted.name, wanted.specifier.lstrip("=").strip()


def _judge(coupling: Coupling, path: str, name: str, version: str) -> Iterator[Finding]:
    from kdoctor.knowledge.index import Target, installable, open_index  # noqa: PLC0415 -- only where a requirements file came along.

    index, target = open_index(), Target.of(coupling.snapshot)
    release = index.release(name, version) if name in index.projects else None
    if release is None or installable(release, target) is not False:
        return
    on_python = installable(release, target._replace(system=None, machine=None)) is False
    part = "python" if on_python else "platform"
    where = " on ".join(word for word in (f"Python {target.python}" if target.python else "", target.system or "") if word)
    better = index.newest(name, target)
    yield Finding(
        rule="KD102",
        name=name_of("KD102"),
        severity=Severity.ERROR,
        summary=f"{path} asks for {name} {version}, which has no wheel for {where}",
        cause=f"The newest release with one is {better.version}." if better else f"No release of {name} has one.",
        subjects=(name, part),
        evidence=(Evidence(f"the files of {name} {version}", "the package index"),),
        ways=(Way(f"other-{name}", f"take a {name} that has a wheel", needs=(name,)),) if better else (),
    )
