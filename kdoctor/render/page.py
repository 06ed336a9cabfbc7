"""The pages of `kdoctor explain`."""

from __future__ import annotations

from collections.abc import Sequence

from kdoctor.model import RuleText
from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped


def listing(rows: Sequence[tuple[str, str, str]], face: Face) -> str:
    """Give the list of all rules: code, name, title."""
    return ascii_only("\n".join(f"{paint(code, '1', face)}  {name:<32}  {title}" for code, name, title in rows), face)


def page(rule: RuleText, facts: Sequence[tuple[str, str, str, str, str]], face: Face) -> str:
    """Give the page of one rule: what, why, how to mend it, and the facts behind it, each (when, needs, says, source, observed)."""
    lines = [paint(f"{rule.code} {rule.name}", "1", face), rule.title, ""]
    for heading, text in (("What", rule.what), ("Why", rule.why), ("Mend", rule.mend)):
        lines += [paint(heading, "1", face), *(f"  {line}" for line in wrapped(text, "  ", face.width)), ""]
    if facts:
        lines.append(paint("Known cases", "1", face))
        for when, needs, says, source, observed in facts:
            lines += _fact(clean(f"{when}: {_need(needs)}"), clean(says), clean(f"seen for {observed}; {source}"), face)
    return ascii_only("\n".join(lines).rstrip(), face)


def _need(needs: str) -> str:
    if needs.startswith("!"):
        return f"not with {needs[1:]}"
    return f"needs {needs.lstrip('?')}"


def _fact(case: str, says: str, source: str, face: Face) -> list[str]:
    body = [*wrapped(says, "    ", face.width), *wrapped(source, "    ", face.width)]
    return [f"  {case}", *(f"    {line}" for line in body)]
