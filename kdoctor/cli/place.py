"""A report as a person at this terminal reads it: places told from where they stand, so that no home folder is shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kdoctor.cli.options import here, named

if TYPE_CHECKING:
    from kdoctor.model import Finding, Report, Snapshot

#: Where an environment keeps its interpreter.
_BINARIES = ("bin", "Scripts")
#: Choices that an environment's own folder, not its interpreter, stands for.
_BY_FOLDER = ("VIRTUAL_ENV", "CONDA_PREFIX", ".venv")
#: What makes a folder an environment: a virtual one, or one of conda.
_SIGNS = ("pyvenv.cfg", "conda-meta")
#: Choices that the place itself tells.
_PLAIN = ("--python", ".venv in this folder")


def worded(report: Report, source: str | None) -> Report:
    """Give the report with its places in a reader's words; `source` is what --from read, if anything.

    The patient is its environment's folder, relative where it lies below the current folder; the home folder is `~`. The
    commands stay as they are, since they must work.
    """
    snapshot = report.snapshot
    chosen = f"from {named(source)}" if source is not None else snapshot.chosen
    patient = shortened(_folder(snapshot, local=source is None)) if snapshot.patient else None
    shown = snapshot._replace(
        patient=patient,
        chosen=None if chosen in _PLAIN else chosen,
        unread={homeless(what): homeless(why) for what, why in snapshot.unread.items()},
    )
    return report._replace(snapshot=shown, findings=tuple(map(_finding, report.findings)))


def placed(report: Report) -> Report:
    """Give a worded report in which each finding has a place, told as a reader here reaches it."""
    from kdoctor.render.told import place_of  # noqa: PLC0415 -- only formats that point at files need it.

    def at_home(finding: Finding) -> Finding:
        places = finding.locations or (place_of(finding, report.snapshot),)
        return finding._replace(locations=tuple(place._replace(path=shortened(place.path).replace(os.sep, "/")) for place in places))

    return report._replace(findings=tuple(map(at_home, report.findings)))


def _folder(snapshot: Snapshot, *, local: bool) -> str:
    patient = snapshot.patient or ""
    binaries = os.path.dirname(patient)  # noqa: PTH120 -- start-up time: pathlib is slow to import.
    prefix = os.path.dirname(binaries)  # noqa: PTH120 -- the same.
    if os.path.basename(binaries) not in _BINARIES:  # noqa: PTH119 -- the same.
        return patient
    is_environment = (snapshot.chosen or "").startswith(_BY_FOLDER) or (local and _is_environment(prefix))
    return prefix if is_environment else patient


def _is_environment(prefix: str) -> bool:
    return any(os.path.exists(os.path.join(prefix, sign)) for sign in _SIGNS)  # noqa: PTH110, PTH118 -- the same.


def shortened(path: str) -> str:
    """Give a path relative to the current folder if it lies below it, else with the home folder as `~`."""
    folder = here().rstrip(os.sep)
    if folder and path.startswith(folder + os.sep):
        return path[len(folder) + 1 :]
    return homeless(path)


def homeless(text: str) -> str:
    """Give text with each path in the home folder told from `~`."""
    home = os.path.expanduser("~").rstrip(os.sep)  # noqa: PTH111 -- the same.
    return text.replace(home + os.sep, "~" + os.sep) if os.path.isabs(home) else text  # noqa: PTH117 -- the same.


def _finding(finding: Finding) -> Finding:
    return finding._replace(
        summary=homeless(finding.summary),
        cause=homeless(finding.cause),
        advice=homeless(finding.advice) if finding.advice else None,
        evidence=tuple(one._replace(says=homeless(one.says), source=homeless(one.source)) for one in finding.evidence),
    )
