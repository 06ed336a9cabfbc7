"""The command line: parse, call, echo, exit code. Each command lives in a module of its own that is imported when it runs."""

from __future__ import annotations

import importlib
import sys

import click

from kdoctor import __version__
from kdoctor.errors import KdoctorError

#: Command -> (module, one line of help, so that `kdoctor --help` imports none of them).
COMMANDS = {
    "check": ("kdoctor.cli.check", "Examine an environment and say what is wrong and how to mend it."),
    "explain": ("kdoctor.cli.explain", "Explain a rule, or list them all."),
    "knowledge": ("kdoctor.cli.knowledge", "Show or renew what kdoctor knows of releases."),
    "schema": ("kdoctor.cli.schema", "Print the JSON Schema of a document."),
    "snapshot": ("kdoctor.cli.snapshot", "Write down what an environment is, as JSON."),
}


class _LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 -- click calls it so.
    if value and not ctx.resilient_parsing:
        from kdoctor.knowledge.dates import knowledge_date  # noqa: PLC0415 -- only --version needs it.

        click.echo(f"kdoctor {__version__}, knowledge of {knowledge_date()}")
        ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version and the date of the knowledge.")
def _kdoctor() -> None:
    """Find out why TensorFlow and Keras do not get along here, and how to mend it.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage, 3 kdoctor could not do its job.
    """


def main() -> None:
    """Run the command line; the entry point of `kdoctor`."""
    try:
        _kdoctor(prog_name="kdoctor")
    except KdoctorError as error:
        click.echo(f"kdoctor: {error.message}", err=True)
        if error.hint:
            click.echo(f"hint: {error.hint}", err=True)
        sys.exit(3)
