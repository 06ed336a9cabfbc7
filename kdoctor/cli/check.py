"""`kdoctor check`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from kdoctor.cli.configuration import Choice, as_meant, config_options, settings_for, weighed, with_intent
from kdoctor.cli.formats import POINTING, Reports, Style, format_options, give_out, read_outputs
from kdoctor.cli.options import (
    Probing,
    color_option,
    deep_option,
    patient_options,
    probe_options,
    projects_and_models,
    take_snapshot,
    wish_options,
    with_models,
    with_wishes,
)
from kdoctor.cli.output import say
from kdoctor.cli.targets import PLATFORMS, file_of, targeted, with_places
from kdoctor.errors import KdoctorError
from kdoctor.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kdoctor.model import Report, Snapshot

_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}
_EXAMPLE = "EXAMPLE: an environment that was once built for real. It is not this machine."


@click.command()
@click.argument("given", nargs=-1, metavar="[PROJECT|FILE|MODEL]...")
@patient_options
@click.option("--python-version", "pythons", multiple=True, metavar="X.Y", help="Judge a project's files for this Python; repeatable.")
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    type=click.Choice(list(PLATFORMS)),
    metavar="NAME",
    help=f"Judge them for this platform; repeatable. [{', '.join(PLATFORMS)}]",
)
@click.option("--extra", "extras", multiple=True, metavar="NAME", help="Take an extra of the project, or group:NAME; repeatable.")
@deep_option
@probe_options
@wish_options
@click.option("--project", multiple=True, metavar="PATH", help="Judge by what this source uses of Keras; repeatable.")
@click.option("--example", is_flag=True, help="Examine an embedded example environment instead.")
@click.option("--or-example", is_flag=True, help="Show the example too where neither TensorFlow nor Keras is installed (text only).")
@format_options
@click.option("--verify", is_flag=True, help="Ask uv, or pip, for its word on the remedies, against your own index.")
@click.option("--fail-on", type=click.Choice([*_LEVELS, "never"]), show_default="error", help="Exit with 1 from here on.")
@config_options
@color_option
@click.option("-v", "--verbose", count=True, help="Show notes and evidence too.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
def check(
    *,
    given: tuple[str, ...],
    python: str | None,
    source: str | None,
    pythons: tuple[str, ...],
    platforms: tuple[str, ...],
    extras: tuple[str, ...],
    deep: bool,
    project: tuple[str, ...],
    example: bool,
    or_example: bool,
    style: str,
    outputs: tuple[str, ...],
    verify: bool,
    fail_on: str | None,
    config: str | None,
    no_config: bool,
    baseline: str | None,
    write_baseline: str | None,
    color: str,
    verbose: int,
    quiet: bool,
    probe: bool,
    probe_timeout: int | None,
    probe_memory: int | None,
    require: str | None,
    backend: str | None,
) -> None:
    """Examine an environment and say what is wrong and how to mend it.

    The patient is --python PATH, else the active VIRTUAL_ENV or CONDA_PREFIX, else .venv in this folder, else kdoctor's own
    interpreter if TensorFlow or Keras are there, else python3 on PATH. Nothing of it is imported; its interpreter is only asked
    who it is; with --probe it is really run: each framework is imported and a tiny model trained, in processes of their own that
    leave nothing behind.

    A PROJECT folder or a FILE (a lock, requirements, pyproject.toml, environment.yml) is judged as it would be installed, before
    anything is; what leaves versions open is taken as an installer would take it today.

    A MODEL (.keras, .h5, or the folder of a SavedModel) is read, never loaded: the report says who wrote it and whether it can be
    loaded here.
    """
    if quiet and verbose:
        raise click.UsageError("-q prints nothing, -v more than usual: give one of them.")
    if example and or_example:
        raise click.UsageError("--example shows the example anyway, --or-example only if need be: give one of them.")
    files = read_outputs(outputs)
    what, models = projects_and_models(given)
    probing = Probing(probe, probe_timeout, probe_memory)
    sources = _sources(what, source)
    found = [(one, take_snapshot(python, one, example=example, meanwhile=_load_rules, deep=deep, probing=probing)) for one in sources]
    if project:
        from kdoctor.cli.project import read_project, with_project  # noqa: PLC0415 -- only where source is read.

        scanned = read_project(project)
        found = [(one, with_project(each, scanned, plain=example)) for one, each in found]
    settings = settings_for(found[0], Choice(config, no_config or example, baseline, write_baseline))
    meant = [(one, as_meant(with_wishes(with_intent(each, settings), require, backend))) for one, each in found]
    snapshots = [with_models(target, models) for one, each in meant for target in targeted(each, one, pythons, platforms, extras)]
    documents = style != "text" or bool(files)
    if sources == [None] and not example and {style, *(output.format for output in files)} & {*POINTING}:
        pointed = [with_places(one, os.curdir) for one in snapshots]
    else:
        pointed = snapshots
    judged = _verified if verify else _judged
    here = [judged(one) for one in snapshots] if style == "text" else []
    leaving = [judged(one if example else for_others(one)) for one in pointed] if documents else []
    here, leaving = weighed(here, leaving, settings)
    if example and style == "text" and not quiet:
        say(_EXAMPLE)
    give_out(Reports(here, leaving), sources[0], None if quiet else Style(style, color, verbose), files)
    reports = here or leaving
    if or_example and not quiet and style == "text" and _is_bare(reports[0]):
        say(f"\n{_EXAMPLE}")
        other = _judged(take_snapshot(None, None, example=True))
        give_out(Reports([other], []), None, Style(style, color, verbose), ())
    level = fail_on or settings.fail_on or "error"
    sys.exit(worst(exit_code(report, level) for report in reports))


def _sources(what: tuple[str, ...], source: str | None) -> list[str | None]:
    """Give the files to read: that of --from, or those of the projects that are named; None = an environment is examined."""
    if not what:
        return [source]
    if source is not None:
        raise click.UsageError("PROJECT or FILE and --from both say what to read: give one of them.")
    return [file_of(one) for one in what]


def _judged(snapshot: Snapshot) -> Report:
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- loaded while the patient's interpreter answered.

    return diagnose(snapshot)


def _verified(snapshot: Snapshot) -> Report:
    """Give the report with a real resolver's word on each remedy, or why there is none."""
    from kdoctor.cli.verifying import verified  # noqa: PLC0415 -- only where somebody asks for it.

    report = _judged(snapshot)
    try:
        return verified(report)
    except KdoctorError as error:
        return report._replace(unchecked=(*report.unchecked, f"the remedies by a real resolver: {error.message}"))


def for_others(snapshot: Snapshot) -> Snapshot:
    """Give what of a snapshot may be in a document, which others may read."""
    from kdoctor.redact import redacted  # noqa: PLC0415 -- only where a document is made.

    return redacted(snapshot, os.path.expanduser("~"))  # noqa: PTH111 -- start-up time: pathlib is slow to import.


def _load_rules() -> None:
    import kdoctor.doctor  # noqa: PLC0415 -- `kdoctor check --help` needs no rules.
    import kdoctor.render.text  # noqa: F401, PLC0415 -- the same.


def _is_bare(report: Report) -> bool:
    from kdoctor.render.text import has_neither  # noqa: PLC0415 -- only --or-example asks.

    return has_neither(report)


def worst(codes: Iterable[int]) -> int:
    """Give the exit code for several reports: findings before what could not be judged, and that before nothing."""
    return max(codes, key=(0, 3, 1).index)


def exit_code(report: Report, fail_on: str) -> int:
    """Give 1 where a finding is at or above the level, else 0; 3 where a rule could not do its job and nothing else speaks."""
    level = _LEVELS.get(fail_on)
    if level is not None and any(finding.severity >= level for finding in report.findings):
        return 1
    return 3 if report.unchecked else 0
