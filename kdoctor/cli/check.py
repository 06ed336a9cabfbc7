"""`kdoctor check`."""

from __future__ import annotations

import os
import sys

import click


@click.command()
@click.option("--python", metavar="PATH", help="Interpreter, virtual environment folder or conda prefix to examine.")
@click.option("--from", "source", metavar="FILE|-", help="Read a snapshot or report instead of examining this machine.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(python: str | None, source: str | None, style: str) -> None:
    """Examine an environment and say what is wrong and how to mend it."""
    from kdoctor.doctor import diagnose

    if source:
        from kdoctor.contract import read_snapshot

        text = sys.stdin.buffer.read() if source == "-" else open(source, "rb").read()
        snapshot = read_snapshot(text, source)
    else:
        from kdoctor.collect import collect_snapshot

        snapshot = collect_snapshot(python, os.environ, os.getcwd())
    report = diagnose(snapshot)
    from kdoctor.render import json as r

    click.echo(r.render(report))
    sys.exit(1 if report.verdict == "error" else 0)
