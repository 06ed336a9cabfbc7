"""From the text of a module to the text of the same module untied."""

from __future__ import annotations

import libcst as cst
from libcst import metadata

from kdoctor.source.facts import SourceFacts
from kdoctor.source.families import below, way_of
from kdoctor.source.reading import facts_of_text
from kdoctor.untie.depth import nested_too_deeply
from kdoctor.untie.found import Finder
from kdoctor.untie.plan import Edits, Planner
from kdoctor.untie.result import Aim, Left, Untied

_STAYS = {
    "tensorflow.compat.v1.keras": "it behaves as in TensorFlow 1",
    "tensorflow.python.keras": "it is another Keras: import from keras by hand",
    "tensorflow.contrib.keras": "it is gone since TensorFlow 2.0",
}


def untie(text: str, aim: Aim) -> Untied:
    """Make `keras` of tensorflow.keras in the text of a module, as far as that is sure; a text that does not parse stays as it is."""
    if "tensorflow" not in text or "keras" not in text:
        return Untied(text)
    facts = facts_of_text(text)
    if facts.problems:
        return Untied(text, problem=facts.problems[0])
    if nested_too_deeply(text):
        return Untied(text, problem="nested too deeply to be read")
    try:
        wrapper = metadata.MetadataWrapper(cst.parse_module(text))
        finder = Finder()
        wrapper.visit(finder)
        positions = wrapper.resolve(metadata.PositionProvider)
        edits = Planner(finder, positions, _lacking(facts, aim), aim).plan()
        new = wrapper.module.visit(_Writer(edits)).code if edits.changes else text
    except cst.ParserSyntaxError as wrong:
        return Untied(text, problem=f"line {wrong.raw_line}: {wrong.message.splitlines()[0]}")
    except (RecursionError, MemoryError):
        return Untied(text, problem="nested too deeply to be read")
    left = sorted((*edits.left, *_staying(facts)), key=lambda one: one[:2])
    return Untied(new, tuple(sorted(edits.changes, key=lambda one: one[:2])), tuple(left))


def _lacking(facts: SourceFacts, aim: Aim) -> dict[tuple[int, int], str]:
    """Give the places at which something is taken from tf.keras that `keras` does not have."""
    found: dict[tuple[int, int], str] = {}
    for use in facts.uses:
        if way_of(use.name) == "tensorflow.keras":
            why = aim.lacks(below(use.name))
            if why:
                found[use.place.line, use.place.column - 1] = why
    return found


def _staying(facts: SourceFacts) -> list[Left]:
    """Give what is told of although nobody tries to change it."""
    told: list[Left] = []
    for use in facts.uses:
        why = next((why for prefix, why in _STAYS.items() if use.name.startswith(prefix)), "")
        if not why and use.form == "dynamic" and way_of(use.name) == "tensorflow.keras":
            why = "its name stands in a string"
        if why:
            told.append(Left(use.place.line, use.place.column, use.name, why))
    return told


class _Writer(cst.CSTTransformer):
    """Carries out the edits."""

    def __init__(self, edits: Edits) -> None:
        super().__init__()
        self._edits = edits

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        if original_node in self._edits.chains:
            return cst.Name("keras", lpar=updated_node.lpar, rpar=updated_node.rpar)
        return updated_node

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        if not any(one in self._edits.imports for one in original_node.body):
            return updated_node
        if len(original_node.body) > 1:
            return _in_one_line(self._edits, original_node, updated_node)
        new = self._edits.imports[original_node.body[0]]  # type: ignore[index]
        if not new:
            return _emptied(updated_node)
        lines = [cst.SimpleStatementLine([one]) for one in new]
        # Comments above stay above, and the one behind the statement stays behind it.
        keeper = next((number for number, one in enumerate(new) if one is original_node.body[0]), len(new) - 1)
        lines[keeper] = lines[keeper].with_changes(trailing_whitespace=updated_node.trailing_whitespace)
        lines[0] = lines[0].with_changes(leading_lines=updated_node.leading_lines)
        return cst.FlattenSentinel(lines)


def _in_one_line(
    edits: Edits, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine
) -> cst.BaseStatement | cst.RemovalSentinel:
    """Give a line with several statements, `import os; import tensorflow as tf`, with the edits in it."""
    body: list[cst.BaseSmallStatement] = []
    for before, after in zip(original.body, updated.body, strict=True):
        body += edits.imports.get(before, [after])  # type: ignore[call-overload]
    spaced = [one.with_changes(semicolon=cst.Semicolon(whitespace_after=cst.SimpleWhitespace(" "))) for one in body[:-1]]
    if not body:
        return _emptied(updated)
    return updated.with_changes(body=[*spaced, body[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])


def _emptied(line: cst.SimpleStatementLine) -> cst.RemovalSentinel | cst.SimpleStatementLine:
    """Take a line away; comments above it belong to what comes next and cannot be given to it, so then `pass` keeps their place."""
    commented = any(one.comment for one in line.leading_lines) or line.trailing_whitespace.comment
    return line.with_changes(body=[cst.Pass()]) if commented else cst.RemoveFromParent()
