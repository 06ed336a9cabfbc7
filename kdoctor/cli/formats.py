"""What `kdoctor check` gives out: one list of findings, in one format on standard output and in others to files."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from kdoctor.cli.output import face_of, say
from kdoctor.errors import KdoctorError
from kdoctor.render.words import Face, ascii_only

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kdoctor.model import Report, RuleText

_Command = TypeVar("_Command", bound=Callable[..., Any])

FORMATS = ("text", "json", "markdown", "sarif", "github", "gitlab", "junit")
#: Formats that point at files, so that each finding needs a place.
POINTING = ("sarif", "github", "gitlab", "junit")
#: What GitHub takes for a job summary, in bytes; the rest of a longer one would be lost, all of it.
_LONGEST_SUMMARY = 1_000_000


class Style(NamedTuple):
    """How reports are to be said on standard output."""

    format: str
    color: str
    verbosity: int


class Output(NamedTuple):
    """A format, and the file that it goes to."""

    format: str
    path: str


def format_options(command: _Command) -> _Command:
    """Add --format and --output."""
    command = click.option(
        "--output", "outputs", multiple=True, metavar="FORMAT:FILE", help="Write the report to FILE in this format too; can be repeated."
    )(command)
    return click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True, help="How the report is said.")(
        command
    )


def read_outputs(values: Sequence[str]) -> tuple[Output, ...]:
    """Read the values of --output; a usage error where one is no FORMAT:FILE."""
    found = []
    for value in values:
        form, colon, path = value.partition(":")
        if form not in FORMATS or not colon or not path or path == "-":
            raise click.BadParameter(
                f"{value!r} is no FORMAT:FILE, such as sarif:kdoctor.sarif; the formats: {', '.join(FORMATS)}.", param_hint="--output"
            )
        found.append(Output(form, path))
    return tuple(found)


class Reports(NamedTuple):
    """The same diagnosis twice, a report a target."""

    #: For the terminal of this machine: places are told as they are, so that commands work. Of use for text alone.
    here: Sequence[Report]
    #: For documents, which others may read: without anything private.
    leaving: Sequence[Report]


def give_out(reports: Reports, source: str | None, style: Style | None, outputs: Sequence[Output]) -> None:
    """Say the reports on standard output (None = not at all), write the files, and on GitHub the job summary.

    What cannot be written keeps nothing else from being written; the first such KdoctorError is raised at the end.
    """
    if style is not None:
        face = face_of(style.color)
        said = rendered(reports.here if style.format == "text" else reports.leaving, source, style.format, face, style.verbosity)
        if said:
            say(ascii_only(said, face), face)
    failures = [failure for output in outputs if (failure := _written(reports.leaving, source, output))]
    if "github" in {style.format if style else "", *(output.format for output in outputs)}:
        failures += _summarized(reports.leaving, source)
    if failures:
        raise failures[0]


def _written(reports: Sequence[Report], source: str | None, output: Output) -> KdoctorError | None:
    from kdoctor.cli.files import write_file  # noqa: PLC0415 -- only where a file is written.

    try:
        write_file(output.path, rendered(reports, source, output.format, Face(), 1))
    except KdoctorError as error:
        return error
    return None


def _summarized(reports: Sequence[Report], source: str | None) -> list[KdoctorError]:
    """Append the report to the job summary, where GitHub names a file for it."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return []
    from kdoctor.cli.files import append_to_file  # noqa: PLC0415 -- only where a file is written.

    text = rendered(reports, source, "markdown", Face(), 0)
    if len(text.encode("utf-8", "replace")) > _LONGEST_SUMMARY:
        text = "## kdoctor\n\nThe report is too long for a job summary; it stands in the log."
    try:
        append_to_file(path, text)
    except KdoctorError as error:
        return [error]
    return []


def rendered(reports: Sequence[Report], source: str | None, form: str, face: Face, verbosity: int) -> str:
    """Give reports in one of FORMATS; `source` is what --from read, if anything."""
    if form == "json":
        from kdoctor.render import json  # noqa: PLC0415 -- only where it is asked for.

        return json.render(reports[0]) if len(reports) == 1 else json.render_several(reports)
    from kdoctor.cli.place import placed, worded  # noqa: PLC0415 -- only where it is asked for.

    shown = [worded(report, source) for report in reports]
    if form == "text":
        if len(shown) > 1:
            from kdoctor.render import several  # noqa: PLC0415 -- most look at one environment.

            return several.render(shown, face, verbosity)
        from kdoctor.render import text  # noqa: PLC0415 -- the same.

        return text.render(shown[0], face, verbosity)
    if form in POINTING:
        from kdoctor.render.places import one_per_place  # noqa: PLC0415 -- only where it is asked for.

        shown = [placed(one_per_place(report)) for report in shown]
    render = importlib.import_module(f"kdoctor.render.{form}").render
    text_: str = render(shown, _pages(shown) if form == "sarif" else {})
    return text_


def _pages(reports: Sequence[Report]) -> Mapping[str, RuleText]:
    from kdoctor.knowledge.explanations import text_of  # noqa: PLC0415 -- only where it is asked for.

    return {code: text_of(code) for code in {finding.rule for report in reports for finding in report.findings}}
