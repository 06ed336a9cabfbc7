"""`kdoctor check`."""

from __future__ import annotations

import sys

import click

from kdoctor.cli.options import color_option, face_of, patient_options, take_snapshot
from kdoctor.model import Report, Severity

_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}


@click.command()
@patient_options
@click.option("--example", is_flag=True, help="Examine an embedded example environment instead.")
@click.option("--or-example", is_flag=True, help="Show the example too where neither TensorFlow nor Keras is installed.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How the report is said.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="error", show_default=True, help="Exit with 1 from here on.")
@color_option
@click.option("-v", "--verbose", count=True, help="Show notes, evidence and all ways out.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
def check(
    python: str | None, source: str | None, example: bool, or_example: bool, style: str, fail_on: str, color: str, verbose: int, quiet: bool
) -> None:  # fmt: skip
    """Examine an environment and say what is wrong and how to mend it.

    The patient is --python PATH, else the active VIRTUAL_ENV or CONDA_PREFIX, else .venv in this folder, else kdoctor's own
    interpreter if TensorFlow or Keras are there, else python3 on PATH. Nothing of it is imported or executed.
    """
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- after the patient was asked, so that both run at once.

    if example:
        source = "example"
    report = diagnose(take_snapshot(python, source, example=example))
    if not quiet:
        _show(report, style, color, verbose, labelled=example)
    if or_example and not report.snapshot.has_family:
        click.echo("\nNeither TensorFlow nor Keras is installed here. This is what kdoctor says of an example environment:\n")
        _show(diagnose(take_snapshot(None, None, example=True)), style, color, verbose, labelled=True)
    sys.exit(exit_code(report, fail_on))


def _show(report: Report, style: str, color: str, verbose: int, *, labelled: bool) -> None:
    if style == "json":
        from kdoctor.render import json  # noqa: PLC0415 -- only where it is asked for.

        click.echo(json.render(report))
        return
    from kdoctor.render import text  # noqa: PLC0415 -- only where it is asked for.

    face = face_of(color)
    click.echo(("EXAMPLE, not this machine: " if labelled else "") + text.render(report, face, verbose), color=True if face.color else None)


def exit_code(report: Report, fail_on: str) -> int:
    """Give 1 where a finding is at or above the level, else 0; 3 where a rule could not do its job and nothing else speaks."""
    level = _LEVELS.get(fail_on)
    if level is not None and any(finding.severity >= level for finding in report.findings):
        return 1
    return 3 if report.unchecked else 0
