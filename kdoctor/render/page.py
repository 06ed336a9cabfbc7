"""The pages of `kdoctor explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.model import RuleText

_TITLE_AT = 41


def listing(rows: Sequence[tuple[str, str, str]], face: Face) -> str:
    """Give the list of all rules: code, name, title."""
    lines: list[str] = []
    for code, name, title in rows:
        first, *rest = wrapped(title, face.width, f"{code}  {name:<32}  ", " " * _TITLE_AT)
        lines += [paint(code, "1", face) + first.removeprefix(code), *rest]
    return ascii_only("\n".join(lines), face)


def page(rule: RuleText, facts: Sequence[tuple[str, str, str, str, str]], face: Face) -> str:
    """Give the page of one rule: what, why, how to mend it, and the facts behind it.

    Each fact is (when, needs, says, source, observed).
    """
    lines = [paint(f"{rule.code} {rule.name}", "1", face), *wrapped(rule.title, face.width), ""]
    for heading, text in (("What", rule.what), ("Why", rule.why), ("Mend", rule.mend)):
        lines += [paint(heading, "1", face), *wrapped(text, face.width, "  "), ""]
    if facts:
        lines.append(paint("Known cases", "1", face))
        for when, needs, says, source, observed in facts:
            lines += wrapped(clean(f"{when}: {_need(needs)}"), face.width, "  ")
            lines += wrapped(clean(says), face.width, "    ")
            lines += wrapped(clean(f"seen for {observed}; {source}"), face.width, "    ")
    return ascii_only("\n".join(lines).rstrip(), face)


def _need(needs: str) -> str:
    if needs.startswith("!"):
        return f"not with {needs[1:]}"
    return f"needs {needs.lstrip('?')}"
