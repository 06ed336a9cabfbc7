"""What a traceback or log says, for a terminal and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kdoctor.render.words import Face, ascii_only, clean, paint, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.model import Explanation

_NOTHING = [
    "Nothing in this text is known to kdoctor.",
    "What helps: the whole text from the first line of the traceback on, or `kdoctor check` in the environment that it comes from.",
]


def document(causes: Sequence[Explanation]) -> dict[str, Any]:
    """Give the `kdoctor.explanation/1` document, with text that no terminal and no CI service obeys."""
    return {"schema": "kdoctor.explanation/1", "causes": [_cause(one) for one in causes]}


def _cause(one: Explanation) -> dict[str, Any]:
    return {key: clean(value) if isinstance(value, str) else value for key, value in one._asdict().items()}


def text(causes: Sequence[Explanation], names: dict[str, str], face: Face) -> str:
    """Give the causes for a person; `names` are those of the rules by code."""
    if not causes:
        return ascii_only("\n".join(line for paragraph in _NOTHING for line in wrapped(paragraph, face.width)), face)
    harmful = [one for one in causes if not one.harmless]
    harmless = [one for one in causes if one.harmless]
    blocks = [_block(one, names, face) for one in harmful]
    if harmless:
        blocks.append(_notices(harmless, face, alone=not harmful))
    return ascii_only("\n\n".join("\n".join(block) for block in blocks), face)


def _block(one: Explanation, names: dict[str, str], face: Face) -> list[str]:
    title = f"{one.rule} {names[one.rule]}" if one.rule else one.topic
    lines = [f"{paint(title, '1', face)}  ({one.topic if one.rule else 'no rule'}; confidence {one.confidence})"]
    lines += wrapped(clean(f"line {one.line}: {one.matched}", 320), face.width, "  seen  ", " " * 8)
    lines += wrapped(clean(one.cause), face.width, "  why   ", " " * 8)
    lines += wrapped(clean(one.remedy), face.width, "  mend  ", " " * 8)
    return [*lines, f"  more  kdoctor explain {one.rule}"] if one.rule else lines


def _notices(harmless: Sequence[Explanation], face: Face, *, alone: bool) -> list[str]:
    lines = [paint("Harmless" if alone else "Harmless beside it", "1", face)]
    for one in harmless:
        lines += wrapped(clean(f"line {one.line}: {one.matched}", 320), face.width, "  seen  ", " " * 8)
        lines += wrapped(clean(one.cause), face.width, "        ", " " * 8)
    return lines
