"""`kdoctor explain`."""

from __future__ import annotations

import click

from kdoctor.cli.options import color_option
from kdoctor.cli.output import face_of, say


@click.command()
@click.argument("code", required=False)
@color_option
def explain(code: str | None, color: str) -> None:
    """Explain a rule by its code or name, with the facts behind it; without one, list them all."""
    from kdoctor.knowledge.catalogue import codes, name_of  # noqa: PLC0415 -- start-up time of the other commands.
    from kdoctor.knowledge.explanations import text_of  # noqa: PLC0415 -- the same.
    from kdoctor.knowledge.facts import FACTS  # noqa: PLC0415 -- the same.
    from kdoctor.render import page  # noqa: PLC0415 -- the same.

    face = face_of(color)
    if code is None:
        say(page.listing([(one, name_of(one), text_of(one).title) for one in codes()], face), face)
        return
    wanted = next((one for one in codes() if code.upper() == one or code.lower() == name_of(one)), None)
    if wanted is None:
        raise click.BadParameter(f"there is no rule {code!r}; `kdoctor explain` lists them all.", param_hint="CODE")
    facts = [(" and ".join(fact.when), fact.needs, fact.says, fact.source, fact.observed) for fact in FACTS if fact.rule == wanted]
    say(page.page(text_of(wanted), facts, face), face)
