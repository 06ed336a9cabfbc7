"""`kdoctor explain`."""

from __future__ import annotations

import click

from kdoctor.cli.options import color_option
from kdoctor.cli.output import face_of, say


@click.command()
@click.argument("code", required=False)
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True, help="The form of the page.")
@click.option("--all", "whole", is_flag=True, help="Show all runs behind the rule, not only the first.")
@color_option
def explain(code: str | None, form: str, color: str, *, whole: bool) -> None:
    """Explain a rule by its code or name, with the facts and the runs behind it; without one, list them all."""
    from kdoctor.knowledge.catalogue import codes, name_of  # noqa: PLC0415 -- start-up time of the other commands.
    from kdoctor.render import page  # noqa: PLC0415 -- the same.

    face = face_of(color)
    if code is None:
        from kdoctor.knowledge.explanations import text_of  # noqa: PLC0415 -- the same.

        say(page.listing([(one, name_of(one), text_of(one).title) for one in codes()], face), face)
        return
    wanted = next((one for one in codes() if code.upper() == one or code.lower() == name_of(one)), None)
    if wanted is None:
        raise click.BadParameter(f"there is no rule {code!r}; `kdoctor explain` lists them all.", param_hint="CODE")
    from kdoctor.rules.behind import page_of  # noqa: PLC0415 -- the same.

    found = page_of(wanted)
    title, sections = f"{wanted} {found.text.name}", list(page.sections(found, whole=whole))
    if form == "markdown":
        say(page.markdown(title, found.text.title, sections))
    else:
        say(page.text(title, found.text.title, sections, face), face)
