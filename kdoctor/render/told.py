"""What every format for programs says of a finding: one list, made once, from one report or from several."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kdoctor.contract.fingerprint import fingerprints
from kdoctor.model import Finding, Location, Report, Severity
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kdoctor.model import Distribution, Snapshot

_SYSTEMS = {"linux": "Linux", "darwin": "macOS", "windows": "Windows"}
#: Where the metadata folder of a distribution keeps its text.
_FILES = {".dist-info": "/METADATA", ".egg-info": "/PKG-INFO"}
#: A command that is cut is worse than a long line.
_WHOLE = 100_000


class Told(NamedTuple):
    """A finding as programs are told of it; all text is safe, and in one line."""

    finding: Finding
    severity: Severity
    place: Location
    #: The same for the same finding, whatever lines moved and whichever releases changed; different for each in one list.
    fingerprint: str
    summary: str
    #: Why, and how it is mended.
    details: str
    #: The targets that it is about; () where only one was looked at.
    targets: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Give code and name of the rule."""
        return f"{self.finding.rule} {self.finding.name}"

    @property
    def message(self) -> str:
        """Give all of it as one text."""
        return " ".join(filter(None, (f"{self.summary}.", self.details)))


def told(reports: Sequence[Report]) -> list[Told]:
    """Give the findings of all reports, the gravest first; what stands in several reports is told once."""
    found: dict[str, Told] = {}
    for report, label in zip(reports, targets_of(reports), strict=True):
        target = label if len(reports) > 1 else ""
        for finding, print_ in zip(report.findings, fingerprints(report.findings), strict=True):
            known = found.get(print_)
            if known is None:
                found[print_] = _first(finding, print_, report, target)
            else:
                found[print_] = known._replace(severity=max(known.severity, finding.severity), targets=(*known.targets, target))
    return sorted(found.values(), key=lambda one: -one.severity)


def _first(finding: Finding, print_: str, report: Report, target: str) -> Told:
    return Told(
        finding,
        finding.severity,
        in_file(place_of(finding, report.snapshot)),
        print_,
        clean(finding.summary),
        " ".join(filter(None, (clean(finding.cause), *_mending(finding, report)))),
        (target,) if target else (),
    )


def _mending(finding: Finding, report: Report) -> Iterator[str]:
    remedies = [remedy for remedy in report.remedies if remedy.name in finding.remedies]
    if remedies:
        yield clean(f"To mend it: {' && '.join(remedies[0].commands) or remedies[0].title}", longest=_WHOLE)
    elif finding.advice:
        yield clean(finding.advice)


def target_of(snapshot: Snapshot) -> str:
    """Say for which Python and platform a snapshot is, such as "Python 3.12, Linux x86_64"."""
    python, platform = snapshot.python, snapshot.platform
    version = f"Python {python.version}" if python and python.version else "Python unknown"
    words = [_SYSTEMS.get(platform.system or "", platform.system), platform.machine] if platform else []
    return clean(", ".join(filter(None, (version, " ".join(word for word in words if word)))))


def targets_of(reports: Sequence[Report]) -> list[str]:
    """Give the target of each report, with its file where they are of several."""
    files = [report.snapshot.declared[0].location.path if report.snapshot.declared else "" for report in reports]
    named = len(set(files)) > 1
    return [clean(f"{file}: " if named and file else "") + target_of(report.snapshot) for file, report in zip(files, reports, strict=True)]


def place_of(finding: Finding, snapshot: Snapshot) -> Location:
    """Give the place that a finding points at, of which there always is one.

    That is where a file of the project asks for what it is about, else the first line of that file, else the metadata of the
    first subject that is installed (the file that says which version is there), else pyvenv.cfg of the environment.
    """
    if finding.locations:
        return finding.locations[0]
    if snapshot.declared:
        return Location(snapshot.declared[0].location.path)
    installed = {one.name: one for one in reversed(snapshot.distributions) if one.location and one.metadata}
    for name in finding.subjects:
        if name in installed:
            return Location(_metadata_of(installed[name]))
    prefix = snapshot.python.prefix if snapshot.python else None
    return Location(f"{prefix.rstrip('/')}/pyvenv.cfg" if prefix else snapshot.patient or snapshot.origin)


def in_file(place: Location) -> Location:
    """Give a place as readers of files take it: in a notebook the whole line of the file, since columns count in the cell."""
    return place if place.cell is None else Location(place.path, place.file_line or 1)


def _metadata_of(distribution: Distribution) -> str:
    folder = f"{(distribution.location or '').rstrip('/')}/{distribution.metadata}"
    return next((folder + name for end, name in _FILES.items() if folder.endswith(end)), folder)
