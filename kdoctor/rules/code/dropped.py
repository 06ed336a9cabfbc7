"""Arguments, methods and attributes that the Keras at hand does not have."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.dropped import DROPPED, Dropped
from kdoctor.model import Evidence, Finding, Severity
from kdoctor.rules.code.answers import Answer, answer
from kdoctor.rules.code.program import DOUBTFUL, FORGIVING, Program, finding, places
from kdoctor.source.facts import Call
from kdoctor.source.families import below, kind_of

_SOURCE = "measured: asked of Keras 2.10, 2.11, 2.15, 3.0 and 3.15"


def dropped(program: Program) -> Iterator[Finding]:
    """Give a finding for each argument, method or attribute that the program asks for and that the Keras that answers does not have."""
    groups: dict[tuple[Dropped, Answer], list[tuple[str, Call]]] = {}
    for path, facts in program.files.items():
        for call in facts.calls:
            who = answer(program.coupling, call.name) if call.guard not in FORGIVING else None
            row = _row(call, who) if who else None
            if row and who:
                groups.setdefault((row, who), []).append((path, call))
    for (row, who), calls in groups.items():
        yield _finding(row, who, calls)


def _row(call: Call, who: Answer) -> Dropped | None:
    asked = call.argument or call.name.rpartition(".")[2]
    rows = (row for row in DROPPED if row.name == asked and row.attribute is not bool(call.argument))
    return next((row for row in rows if _is_of(call, row) and _lacks(who, row)), None)


def _is_of(call: Call, row: Dropped) -> bool:
    """Tell whether a row speaks of what is called: of its kind, of a method of that kind, or of that very name."""
    name = below(call.name)
    if "legacy" in name.split(".") or name == row.but:
        return False
    owner, _, method = call.name.rpartition(".")
    if row.attribute:
        return kind_of(owner) == row.owner
    kind, _, wanted = row.owner.partition(".")
    if wanted and kind == "model":
        return method == wanted and kind_of(owner) == kind
    return name == row.owner or (not wanted and kind_of(call.name) == kind)


def _lacks(who: Answer, row: Dropped) -> bool:
    if who.generation == "copy":
        return False
    if who.version is None:
        return who.generation == "3"
    return versions.satisfies(versions.base(who.version), row.since) is True


def _finding(row: Dropped, who: Answer, calls: list[tuple[str, Call]]) -> Finding:
    certain = any(call.guard not in DOUBTFUL for _, call in calls)
    names = list(dict.fromkeys(_said(call) for _, call in calls))
    shown = " and ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")  # noqa: PLR2004 -- two are told.
    lacks = f"no {row.name}" if row.attribute else f"no argument {row.name}"
    instead = row.instead if row.instead.startswith(("leave", "give")) else f"use {row.instead} instead"
    return finding(
        "KD854",
        Severity.ERROR if certain else Severity.NOTE,
        f"{shown} of {who.label} {'has' if row.attribute else 'takes'} {lacks}",
        f"Keras {row.since.lstrip('>=')} and later do without it. The program fails with "
        f"{'AttributeError' if row.attribute else 'TypeError or ValueError'} where it asks for it.",
        (who.distribution,),
        places(calls),
        instead,
        (Evidence(f"{row.owner}: {row.name}", _SOURCE, "known to fail"),),
    )


def _said(call: Call) -> str:
    """Give the name of what is asked, without the attribute itself."""
    name = below(call.name)
    return name if call.argument else name.rpartition(".")[0]
