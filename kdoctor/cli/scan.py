"""`kdoctor scan`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kdoctor.cli.check import exit_code, for_others
from kdoctor.cli.configuration import Choice, config_options, settings_for, weighed
from kdoctor.cli.formats import Reports, Style, format_options, give_out, read_outputs
from kdoctor.cli.options import color_option, patient_options, take_snapshot
from kdoctor.cli.output import face_of, say
from kdoctor.cli.project import read_project, with_project

if TYPE_CHECKING:
    from kdoctor.collect.sources import Scanned
    from kdoctor.model import Report, Snapshot


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@patient_options
@click.option("--fix", is_flag=True, help="Show how tensorflow.keras becomes keras, as a diff, instead of the report.")
@click.option("--write", is_flag=True, help="With --fix: write the changes.")
@click.option("--unsafe", is_flag=True, help="With --fix: also changes after which the program may do something else.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out files and folders, by patterns as in .gitignore; repeatable.")
@click.option("--no-gitignore", is_flag=True, help="Read what .gitignore leaves out, too.")
@format_options
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="Exit with 1 from here on. [default: what the configuration says, else error]",
)
@config_options
@color_option
@click.option("-v", "--verbose", count=True, help="Show notes, all places and evidence too.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
def scan(
    *,
    paths: tuple[str, ...],
    python: str | None,
    source: str | None,
    fix: bool,
    write: bool,
    unsafe: bool,
    exclude: tuple[str, ...],
    no_gitignore: bool,
    style: str,
    outputs: tuple[str, ...],
    fail_on: str | None,
    config: str | None,
    no_config: bool,
    baseline: str | None,
    write_baseline: str | None,
    color: str,
    verbose: int,
    quiet: bool,
) -> None:
    """Read the source of a program: by which ways it gets at Keras, what each gets in an environment, and what will fail.

    PATH is a file or a folder (Python files and notebooks; default: this folder). The environment is found as `kdoctor check`
    finds it. Nothing of the program is run. --fix makes `keras` of tensorflow.keras, as far as that is sure. A line can ask to
    be passed over: `# kdoctor: ignore[KD841]`.
    """
    if quiet and verbose:
        raise click.UsageError("-q prints nothing, -v more than usual: give one of them.")
    if (write or unsafe) and not fix:
        raise click.UsageError("--write and --unsafe say how --fix is meant: give it too.")
    if fix and (outputs or style != "text"):
        raise click.UsageError("--fix shows a diff and gives no report: leave --format and --output away.")
    files = read_outputs(outputs)
    snapshot = take_snapshot(python, source)
    scanned = read_project(paths or (".",), exclude, gitignore=not no_gitignore)
    if fix:
        from kdoctor.cli.untying import Wish, untie_project  # noqa: PLC0415 -- only where it is asked for.

        code = untie_project(snapshot, scanned, Wish(write, unsafe, quiet), face_of(color))
        sys.exit(3 if scanned.unread else code)
    settings = settings_for((source, snapshot), Choice(config, no_config, baseline, write_baseline))
    here = [_judged(snapshot, scanned, leaves=False)]
    documents = bool(files) or style != "text" or bool(baseline or write_baseline)
    here, leaving = weighed(here, [_judged(snapshot, scanned, leaves=True)] if documents else [], settings)
    if style == "text" and not quiet:
        _say(here[0], source, color, verbose, scanned.files)
    said = Style(style, color, verbose) if style != "text" and not quiet else None
    if files or said:
        give_out(Reports([], leaving), source, said, files)
    code = exit_code(here[0], fail_on or settings.fail_on or "error")
    sys.exit(3 if scanned.unread and code == 0 else code)


def _judged(snapshot: Snapshot, scanned: Scanned, *, leaves: bool) -> Report:
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- `--help` needs no rules.

    whole = with_project(snapshot, scanned)
    return diagnose(for_others(whole) if leaves else whole, code_only=True)


def _say(report: Report, source: str | None, color: str, verbose: int, files: int) -> None:
    from kdoctor.cli.place import worded  # noqa: PLC0415 -- only where it is asked for.
    from kdoctor.render import text  # noqa: PLC0415 -- the same.

    face = face_of(color)
    say(text.render(worded(report, source), face, verbose, files), face)
