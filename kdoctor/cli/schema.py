"""`kdoctor schema`: the JSON Schemas of the documents."""

from __future__ import annotations

from typing import Any

import click

from kdoctor.cli.output import say


def read_schema(document: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a document (`snapshot`, `report`, ...: see the command), whole in itself.

    A report holds a snapshot, so its schema carries that of the snapshot among its definitions.
    """
    # Only this command needs these two.
    import json  # noqa: PLC0415
    from importlib.resources import files  # noqa: PLC0415

    folder = files("kdoctor") / "schema"
    found: dict[str, Any] = json.loads((folder / f"{document}.schema.json").read_text(encoding="utf-8"))
    inner = {"report": "snapshot", "reports": "report"}.get(document)
    if inner:
        found.setdefault("$defs", {})[inner] = read_schema(inner)
    return found


@click.command(
    short_help="Print the JSON Schema of a document.",
    help="Print the JSON Schema (draft 2020-12) of what `kdoctor check --from` reads (snapshot) "
    "or of what `kdoctor check --format json` (report, for several targets reports), `kdoctor matrix --format json` (matrix), "
    "`kdoctor pin --format json` "
    "(plan), `kdoctor explain FILE --format json` (explanation) and each line of `kdoctor triage --format jsonl` (triage) print.",
)
@click.argument("document", type=click.Choice(["snapshot", "report", "reports", "matrix", "plan", "explanation", "triage"]))
def schema(document: str) -> None:
    """Print one schema to standard output."""
    import json  # noqa: PLC0415 - only this command needs it.

    say(json.dumps(read_schema(document), indent=2))
