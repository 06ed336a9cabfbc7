"""The command line: parse, call, echo, exit code. Each command lives in a module of its own that is imported when it runs."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING

import click

from kdoctor import __version__
from kdoctor.errors import KdoctorError
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

#: As a shell reports a program that Ctrl-C ended.
_INTERRUPTED = 130

#: Command -> (module, one line of help, so that `kdoctor --help` imports none of them).
COMMANDS = {
    "check": ("kdoctor.cli.check", "Examine an environment and say what is wrong and how to mend it."),
    "explain": ("kdoctor.cli.explain", "Explain a rule, or what a traceback or log comes from."),
    "fix": ("kdoctor.cli.fix", "Apply a remedy with the environment's own installer, or undo it."),
    "init": ("kdoctor.cli.init", "Write a configuration that wants what an environment has."),
    "knowledge": ("kdoctor.cli.knowledge", "Show what kdoctor knows about a distribution, or renew it."),
    "matrix": ("kdoctor.cli.matrix", "Show which releases go together."),
    "pin": ("kdoctor.cli.pin", "Plan a set of releases that holds together."),
    "report": ("kdoctor.cli.report", "Write a report to paste into an issue."),
    "scan": ("kdoctor.cli.scan", "Read source code: which Keras it gets here, and what will fail."),
    "schema": ("kdoctor.cli.schema", "Print the JSON Schema of a document."),
    "snapshot": ("kdoctor.cli.snapshot", "Write down what an environment is, as JSON."),
    "triage": ("kdoctor.cli.triage", "Judge many reports at once."),
}


class _LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature.
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature.
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature.
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 -- click calls it so.
    if value and not ctx.resilient_parsing:
        from kdoctor.knowledge.dates import knowledge_date  # noqa: PLC0415 -- only --version needs it.

        click.echo(f"kdoctor {__version__}, knowledge of {knowledge_date()}")
        ctx.exit()


@click.group(cls=_LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and the date of the knowledge.",
)
@click.pass_context
def _kdoctor(ctx: click.Context) -> None:
    """Find out why TensorFlow and Keras do not get along here, and how to mend it.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage, 3 kdoctor could not do its job.
    """
    if ctx.invoked_subcommand is None:
        # Versions of click differ in what they make of a missing command.
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with these arguments (None = those of the process), and exit; the entry point of `kdoctor`.

    What goes wrong is told in one line on standard error, never by a traceback, unless KDOCTOR_TRACEBACK is set.
    """
    # Commands end before a collection of garbage could pay for itself; those that run for long switch it on again.
    gc.disable()
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        return _kdoctor.main(args=arguments, prog_name="kdoctor", standalone_mode=False) or 0
    except click.ClickException as error:
        return _refuse(error)
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except KdoctorError as error:
        _complain(error.message, f"hint: {error.hint}" if error.hint else "")
        return 3
    except Exception as error:  # noqa: BLE001 -- a fault of kdoctor's own must not look like a finding.
        _complain(f"internal error: {type(error).__name__}: {error}; please report it", _traceback())
        return 3


def _refuse(error: click.ClickException) -> int:
    import io  # noqa: PLC0415 -- only where a command was spelled wrongly.

    words = io.StringIO()
    error.show(words)
    _tell(words.getvalue().rstrip("\n").split("\n"))
    return error.exit_code


def _complain(message: str, more: str) -> None:
    _tell([" ".join(f"kdoctor: {message}".splitlines()), *more.splitlines()])


def _tell(lines: Sequence[str]) -> None:
    """Print on standard error; what it cannot take is lost, as there is nobody else to tell."""
    with contextlib.suppress(OSError):
        for line in lines:
            click.echo(clean(line), err=True)


def _traceback() -> str:
    if not os.environ.get("KDOCTOR_TRACEBACK"):
        return "hint: KDOCTOR_TRACEBACK=1 shows where it happened"
    import traceback  # noqa: PLC0415 -- only where something broke.

    return traceback.format_exc()
