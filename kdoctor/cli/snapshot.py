"""`kdoctor snapshot`."""

from __future__ import annotations

import click

from kdoctor.cli.options import Probing, deep_option, patient_options, probe_options, take_snapshot
from kdoctor.cli.output import say


@click.command()
@patient_options
@deep_option
@probe_options
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of standard output.")
def snapshot(
    *,
    python: str | None,
    source: str | None,
    output: str | None,
    deep: bool,
    probe: bool,
    probe_timeout: int | None,
    probe_memory: int | None,
) -> None:
    """Write down what an environment is, as JSON; `kdoctor check --from FILE` reads it anywhere."""
    from kdoctor.contract import snapshot_document  # noqa: PLC0415 -- start-up time of the other commands.
    from kdoctor.render.json import document_text  # noqa: PLC0415 -- the same.

    probing = Probing(probe, probe_timeout, probe_memory)
    text = document_text(snapshot_document(take_snapshot(python, source, leaves=True, deep=deep, probing=probing)))
    if output in (None, "-"):
        say(text)
    else:
        from kdoctor.cli.files import write_file  # noqa: PLC0415 -- only where a file is written.

        write_file(str(output), text)
