"""From a text to causes: find the known messages, choose the best reading of each line, put the innermost cause first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from kdoctor.explain.halves import halves
from kdoctor.explain.lines import Lines
from kdoctor.explain.pattern import Pattern, compiled, stands_in
from kdoctor.knowledge.symptoms import SYMPTOMS
from kdoctor.knowledge.symptoms.row import Said, Symptom
from kdoctor.model import Explanation, Report

#: What each confidence counts; the lower, the sooner a cause is named.
_WEIGHT = {"high": 0.0, "medium": 1.0, "low": 3.0}
#: What ended the program outweighs what it only mentioned on the way, but a vague end gives way to a clear reason.
_ENDED_IT = -1.5
_ENDING = re.compile(
    r"^\S{0,200}(?:error|exception)\b|illegal instruction|core dumped|segmentation fault|terminate called|^f\d{4} |: f tensorflow/"
)
#: How much text of a matched line is handed on.
_LONGEST_MATCH = 300
#: A message that its surroundings confirm fits better than one that could stand anywhere.
_CONFIRMED = 1000


class _Message(NamedTuple):
    row: Symptom
    said: Said
    pattern: Pattern

    @property
    def fit(self) -> int:
        """The more of the line it names, the better it fits."""
        return sum(map(len, self.pattern.pieces)) + (_CONFIRMED if self.said.beside else 0)


class Hit(NamedTuple):
    """A reading of the line at an offset."""

    place: int
    confidence: str
    fit: int
    explanation: Explanation


def explain(text: str | bytes, report: Report | None = None) -> tuple[Explanation, ...]:
    """Give the causes that a text shows, the likeliest and innermost first and harmless ones last; () where nothing is known.

    `report` is what kdoctor says of the environment in which it happened: a finding of the same rule confirms a cause and
    tells it in that environment's own versions. Text in bytes is UTF-8. The time is linear in the text, whatever it holds.
    """
    lines = Lines(text.encode(errors="replace") if isinstance(text, str) else text)
    best: dict[int, Hit] = {}
    for hit in (*_known(lines), *_halves(lines), *_installers(lines)):
        start = lines.start(hit.place)
        if start not in best or _rank(hit) < _rank(best[start]):
            best[start] = hit
    ordered = sorted(best.values(), key=lambda hit: _order(hit, lines))
    return tuple(_told(one._replace(line=lines.number(place)), report) for place, one in _distinct(ordered))


def _known(lines: Lines) -> Iterator[Hit]:
    messages = _messages()
    for landmark in lines.words(frozenset(messages)):
        told: set[str] = set()
        for place in lines.at(landmark):
            # The same line over and over, as logs have it, says the same.
            if (line := lines.folded(place)) not in told:
                told.add(line)
                yield from (_hit(message, place, lines) for message in messages[landmark] if _stands(message, place, lines))


def _stands(message: _Message, place: int, lines: Lines) -> bool:
    said = message.said
    if not stands_in(message.pattern, lines.folded(place)):
        around = lines.around(place)
        if not (around and stands_in(message.pattern, around)):
            return False
    return not (said.beside and not lines.has(said.beside)) and not (said.unless and lines.has(said.unless))


def _hit(message: _Message, place: int, lines: Lines) -> Hit:
    row = message.row
    confidence = message.said.confidence or row.confidence
    told = Explanation(
        topic=row.topic,
        rule=row.rule or None,
        harmless=row.harmless,
        confidence=confidence,
        matched=lines.shown(place)[:_LONGEST_MATCH],
        line=0,
        cause=row.cause,
        remedy=row.remedy,
        source=message.said.source or row.source,
    )
    return Hit(place, confidence, message.fit, told)


def _halves(lines: Lines) -> Iterator[Hit]:
    return (Hit(place, told.confidence, _CONFIRMED * 2, told) for place, told in halves(lines))


def _installers(lines: Lines) -> Iterator[Hit]:
    if not lines.has("require|depend|no matching distribution|could not find a version|user requested"):
        return
    from kdoctor.explain.installers import complaints  # noqa: PLC0415 -- it loads the rules.

    for place, told in complaints(lines):
        yield Hit(place, told.confidence, _CONFIRMED * 2, told)


def _rank(hit: Hit) -> tuple[float, int]:
    return _WEIGHT[hit.confidence], -hit.fit


def _order(hit: Hit, lines: Lines) -> tuple[bool, float, int]:
    weight = _WEIGHT[hit.confidence] + (_ENDED_IT if _ENDING.search(lines.folded(hit.place)) else 0.0)
    return hit.explanation.harmless, weight, hit.place


def _distinct(ordered: Iterable[Hit]) -> Iterator[tuple[int, Explanation]]:
    """Keep the first of those that name the same cause."""
    kept: set[tuple[str, str | None, str]] = set()
    for place, _, _, one in ordered:
        if (one.topic, one.rule, one.cause) not in kept:
            kept.add((one.topic, one.rule, one.cause))
            yield place, one


def _told(one: Explanation, report: Report | None) -> Explanation:
    """Tell a cause in the environment's own versions where a finding there says the same."""
    finding = next((found for found in report.findings if found.rule == one.rule), None) if report else None
    if report is None or finding is None:
        return one
    commands = [command for remedy in report.remedies if remedy.name in finding.remedies for command in remedy.commands]
    remedy = commands[0] if commands else finding.advice or one.remedy
    return one._replace(confidence="high", cause=f"{finding.summary}. {finding.cause}", remedy=remedy)


@cache
def _messages() -> dict[bytes, tuple[_Message, ...]]:
    """Give all messages by the word that finds them."""
    found: dict[bytes, tuple[_Message, ...]] = {}
    for row in SYMPTOMS:
        for said in row.messages:
            pattern = compiled(said.pattern)
            found[pattern.landmark] = (*found.get(pattern.landmark, ()), _Message(row, said, pattern))
    return found
