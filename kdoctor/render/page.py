"""The pages of `kdoctor explain` and `kdoctor knowledge show`, for a terminal and as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kdoctor.model import KnownCase, RulePage, ShownRun

_TITLE_AT = 41
#: More runs of one kind than that are shown on demand only.
_FEW = 6


class Section(NamedTuple):
    """A heading with paragraphs, and points that each have lines below them."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[tuple[str, ...], ...] = ()


def listing(rows: Sequence[tuple[str, str, str]], face: Face) -> str:
    """Give the list of all rules: code, name, title."""
    lines: list[str] = []
    for code, name, title in rows:
        first, *rest = wrapped(title, face.width, f"{code}  {name:<32}  ", " " * _TITLE_AT)
        lines += [paint(code, "1", face) + first.removeprefix(code), *rest]
    return ascii_only("\n".join(lines), face)


def sections(page: RulePage, *, whole: bool) -> Iterator[Section]:
    """Put the page of a rule into sections: what, why, since when, how to mend it, the known cases, advice, sources, runs."""
    rule = page.text
    yield Section("What", (rule.what,))
    yield Section("Why", (rule.why,))
    yield Section("Since", (rule.since,))
    yield Section("Mend", (rule.mend,))
    if page.cases:
        yield Section("Known to fail", points=tuple(case(one) for one in page.cases))
    if page.advice:
        yield Section("Advice that does not hold", points=tuple((f'"{advice}"', answer) for advice, answer in page.advice))
    if rule.sources:
        yield Section("Sources", points=tuple((source,) for source in rule.sources))
    yield from runs_sections(page.failing, page.working, whole=whole)


def runs_sections(failing: Sequence[ShownRun], working: Sequence[ShownRun], *, whole: bool) -> Iterator[Section]:
    """Give the runs behind something: those that show it, and those just beyond its borders."""
    for heading, found in (("Runs that show it", failing), ("Runs beyond its borders, where all works", working)):
        if found:
            few = found if whole else found[:_FEW]
            more = (f"and {len(found) - len(few)} more: --all",) if len(few) < len(found) else ()
            yield Section(heading, more, tuple(run_lines(one) for one in few))


def case(known: KnownCase) -> tuple[str, ...]:
    """Give the lines of one row of the knowledge."""
    seen = [known.effect, f"seen for {known.observed}" if known.observed else ""]
    told = "; ".join(filter(None, seen))
    return (f"{known.when}: {_need(known.needs)}", known.says, *((told,) if told else ()), known.source)


def run_lines(run: ShownRun) -> tuple[str, ...]:
    """Give the lines of one run: its name, what was installed, what happened; equal results are told together."""
    results: dict[str, list[str]] = {}
    for name, said in run.outcome:
        results.setdefault(said, []).append(name)
    return (f"{run.name} ({run.measured})", run.installed, *(f"{', '.join(names)}: {said}" for said, names in results.items()))


def text(title: str, below: str, found: Sequence[Section], face: Face) -> str:
    """Give a page for a terminal."""
    lines = [paint(clean(title), "1", face), *wrapped(clean(below), face.width), ""]
    for section in found:
        lines.append(paint(section.heading, "1", face))
        for first, *rest in section.points:
            lines += wrapped(clean(first), face.width, "  ", "    ")
            for line in rest:
                lines += wrapped(clean(line), face.width, "      ")
        for paragraph in section.paragraphs:
            lines += wrapped(clean(paragraph), face.width, "  ")
        lines.append("")
    return ascii_only("\n".join(lines).rstrip(), face)


def markdown(title: str, below: str, found: Sequence[Section]) -> str:
    """Give the same page as Markdown."""
    lines = [f"# {_escaped(title)}", "", _escaped(below), ""]
    for section in found:
        lines += [f"## {section.heading}", ""]
        for first, *rest in section.points:
            lines += [f"- {_escaped(first)}  ", *(f"  {_escaped(line)}  " for line in rest)]
        if section.points:
            lines.append("")
        for paragraph in section.paragraphs:
            lines += [_escaped(paragraph), ""]
    return "\n".join(line.rstrip() if not line.endswith("  ") else line for line in lines).rstrip()


def _escaped(words: str) -> str:
    """Take the meaning that Markdown and HTML give to characters, outside of what stands in backquotes."""
    parts = re.split(r"(`[^`]*`)", clean(words))
    return "".join(part if part.startswith("`") and part.endswith("`") else re.sub(r"([\\*_\[\]<>|#~])", r"\\\1", part) for part in parts)


def _need(needs: str) -> str:
    if needs.startswith("!"):
        return f"not with {needs[1:]}"
    return f"needs {needs.lstrip('?')}"
