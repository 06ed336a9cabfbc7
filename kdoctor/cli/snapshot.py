"""`kdoctor snapshot`."""

from __future__ import annotations

import click

from kdoctor.cli.options import patient_options, take_snapshot


@click.command()
@patient_options
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of standard output.")
def snapshot(python: str | None, source: str | None, output: str | None) -> None:
    """Write down what an environment is, as JSON; `kdoctor check --from FILE` reads it anywhere."""
    import json  # noqa: PLC0415 -- start-up time of the other commands.

    from kdoctor.contract import snapshot_document  # noqa: PLC0415 -- the same.

    text = json.dumps(snapshot_document(take_snapshot(python, source)), indent=1)
    if output is None:
        click.echo(text)
        return
    from kdoctor.errors import KdoctorError  # noqa: PLC0415 -- only where a file is written.

    try:
        with open(output, "w", encoding="utf-8") as file:  # noqa: PTH123 -- one style for all of the package.
            file.write(text + "\n")
    except OSError as error:
        raise KdoctorError(f"{output} cannot be written: {error.strerror}") from error
