"""`kdoctor check`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from kdoctor.cli.formats import FORMATS, Reports, Style, give_out, read_outputs
from kdoctor.cli.options import Probing, color_option, deep_option, patient_options, probe_options, take_snapshot, wish_options, with_wishes
from kdoctor.cli.output import say
from kdoctor.model import Severity

if TYPE_CHECKING:
    from kdoctor.model import Report, Snapshot

_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}
_EXAMPLE = "EXAMPLE: an environment that was once built for real. It is not this machine."


@click.command()
@patient_options
@deep_option
@probe_options
@wish_options
@click.option("--example", is_flag=True, help="Examine an embedded example environment instead.")
@click.option("--or-example", is_flag=True, help="Show the example too where neither TensorFlow nor Keras is installed (text only).")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True, help="How the report is said.")
@click.option(
    "--output", "outputs", multiple=True, metavar="FORMAT:FILE", help="Write the report to FILE in this format too; can be repeated."
)
@click.option("--fail-on", type=click.Choice([*_LEVELS, "never"]), default="error", show_default=True, help="Exit with 1 from here on.")
@color_option
@click.option("-v", "--verbose", count=True, help="Show notes and evidence too.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
def check(
    *,
    python: str | None,
    source: str | None,
    deep: bool,
    example: bool,
    or_example: bool,
    style: str,
    outputs: tuple[str, ...],
    fail_on: str,
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
    """
    if quiet and verbose:
        raise click.UsageError("-q prints nothing, -v more than usual: give one of them.")
    if example and or_example:
        raise click.UsageError("--example shows the example anyway, --or-example only if need be: give one of them.")
    files = read_outputs(outputs)
    probing = Probing(probe, probe_timeout, probe_memory)
    snapshot = take_snapshot(python, source, example=example, meanwhile=_load_rules, deep=deep, probing=probing)
    snapshot = with_wishes(snapshot, require, backend)
    documents = style != "text" or bool(files)
    here = [_judged(snapshot)] if style == "text" else []
    leaving = [_judged(snapshot if example else _leaving(snapshot))] if documents else []
    if example and style == "text" and not quiet:
        say(_EXAMPLE)
    give_out(Reports(here, leaving), source, None if quiet else Style(style, color, verbose), files)
    report = (here or leaving)[0]
    if or_example and not quiet and style == "text" and _is_bare(report):
        say(f"\n{_EXAMPLE}")
        other = _judged(take_snapshot(None, None, example=True))
        give_out(Reports([other], []), None, Style(style, color, verbose), ())
    sys.exit(exit_code(report, fail_on))


def _judged(snapshot: Snapshot) -> Report:
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- loaded while the patient's interpreter answered.

    return diagnose(snapshot)


def _leaving(snapshot: Snapshot) -> Snapshot:
    """Give what of a snapshot may be in a document, which others may read."""
    from kdoctor.redact import redacted  # noqa: PLC0415 -- only where a document is made.

    return redacted(snapshot, os.path.expanduser("~"))  # noqa: PTH111 -- start-up time: pathlib is slow to import.


def _load_rules() -> None:
    import kdoctor.doctor  # noqa: PLC0415 -- `kdoctor check --help` needs no rules.
    import kdoctor.render.text  # noqa: F401, PLC0415 -- the same.


def _is_bare(report: Report) -> bool:
    from kdoctor.render.text import has_neither  # noqa: PLC0415 -- only --or-example asks.

    return has_neither(report)


def exit_code(report: Report, fail_on: str) -> int:
    """Give 1 where a finding is at or above the level, else 0; 3 where a rule could not do its job and nothing else speaks."""
    level = _LEVELS.get(fail_on)
    if level is not None and any(finding.severity >= level for finding in report.findings):
        return 1
    return 3 if report.unchecked else 0
