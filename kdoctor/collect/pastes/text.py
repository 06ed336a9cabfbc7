"""Text of whatever kind: each piece goes to the reader that knows its form, and the rest is read as a person's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kdoctor.collect.pastes import commands, conda, installs, listings, machine, printed, prose, traces, variables
from kdoctor.collect.pastes.facts import Facts
from kdoctor.collect.pastes.lines import lines_of

if TYPE_CHECKING:
    from kdoctor.model import Snapshot

#: Takes the lines, the place of one and the facts; gives how many lines it has read from there on, 0 = they are not of its form.
Form = Callable[[Sequence[str], int, Facts], int]

#: In the order in which they are asked.
FORMS: tuple[Form, ...] = (
    printed.heading,
    machine.nvidia_smi,
    machine.nvidia_csv,
    conda.export,
    conda.listing,
    listings.table,
    listings.legacy,
    printed.asked,
    printed.row,
    variables.variable,
    variables.keras_json,
    commands.image,
    commands.command,
    listings.tree,
    listings.freeze,
    installs.log,
    installs.conflict,
    installs.uv_log,
    installs.show,
    machine.tools,
    traces.trace,
    listings.bare_table,
)
#: Of a line with the time in front, as TensorFlow writes them by the thousand; what numbers it names are seldom versions in use.
OF_LOGS: tuple[Form, ...] = (machine.tools, traces.trace)
_LOG = re.compile(r"\s*(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d|[IWEF]\d{4} \d\d:\d\d:\d\d)")
#: More is not read: no listing and no log of an installation is longer.
_LONGEST = 2**20


def read(text: str, name: str) -> Snapshot | None:
    """Read what a text says of an environment; None where it says nothing."""
    facts = gathered(text, name)
    return facts.snapshot() if facts.anything() else None


def gathered(text: str, name: str) -> Facts:
    """Gather what the pieces of a text say."""
    facts = Facts(name)
    words = prose.Words()
    for sentence in prose.fields(_without_forms(lines_of(text[:_LONGEST]), facts), facts):
        words.sentence(sentence)
        prose.gpus(sentence, facts)
    words.tell(facts)
    if len(text) > _LONGEST:
        facts.complete = False
        facts.unread["paste"] = f"only the first {_LONGEST // 2**20} MiB of it were read"
    return facts


def _without_forms(lines: Sequence[str], facts: Facts) -> list[str]:
    """Read all lines that are of a known form, and give the others."""
    rest: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        is_log = _LOG.match(line) is not None
        forms = OF_LOGS if is_log else FORMS
        taken = next((count for form in forms if (count := form(lines, at, facts))), 0) if line and not line.isspace() else 0
        if not taken and not is_log:
            rest.append(line)
        at += taken or 1
    return rest
