"""The form of the rows on messages: what people see, and what it comes from."""

from __future__ import annotations

from typing import NamedTuple

#: How sure a row is of its cause, from the surest.
LEVELS = ("high", "medium", "low")


class Said(NamedTuple):
    """One wording of a message.

    `pattern` is the message itself. `…` stands for any text in between, `$` at the end for the end of the line; capitals do not count,
    quotes of all kinds are one and backquotes none.
    """

    pattern: str
    #: Where this wording was seen, if not where the row says: a thread as owner/repository#number, a file, a run.
    source: str = ""
    #: Alternatives separated by `|`, one of which must stand somewhere in the text; "" = none needed.
    beside: str = ""
    #: Alternatives none of which may stand in the text.
    unless: str = ""
    #: Where this wording is more or less sure than its row.
    confidence: str = ""


class Symptom(NamedTuple):
    """A cause, and the messages that it shows itself by."""

    topic: str
    #: The rule of kdoctor that sees the same in an environment; "" where none does.
    rule: str
    cause: str
    remedy: str
    #: Where that is known from: threads as owner/repository#number, files of a library, or runs of the laboratory.
    source: str
    messages: tuple[Said, ...]
    confidence: str = "high"
    harmless: bool = False


def symptom(  # noqa: D103 -- the constructor of a row: the fields are documented above.
    topic: str, rule: str, cause: str, remedy: str, source: str, *messages: Said, confidence: str = "high"
) -> Symptom:
    return Symptom(topic, rule, cause, remedy, source, messages, confidence)


def notice(cause: str, source: str, *messages: Said, topic: str = "healthy", remedy: str = "Nothing needs to be done.") -> Symptom:
    """Give the row of messages that look bad and mean no harm."""
    return Symptom(topic, "", cause, remedy, source, messages, "high", harmless=True)
