"""What files of a program hand to each other: objects, classes and modules of Keras that one makes and another imports."""

from __future__ import annotations

from collections.abc import Container, Mapping

from kdoctor.source.facts import SourceFacts
from kdoctor.source.reading import Given, exports_of, facts_of
from kdoctor.source.siblings import Asked, asked
from kdoctor.source.values import Value

#: What is imported from a file may come from another one in turn.
_ROUNDS = 2
_Exports = Mapping[str, Mapping[str, Value]]


def read_again(facts: Mapping[str, SourceFacts], files: Container[str]) -> dict[str, SourceFacts]:
    """Give the facts of those files anew that import something of concern from another file of the program."""
    telling = {path for path, one in facts.items() if (one.uses or one.imports) and not path.endswith(".ipynb")}
    asks = {path: found for path, one in facts.items() if (found := [each for each in asked(path, one, files) if each.path in telling])}
    exports: dict[str, Mapping[str, Value]] = {}
    targets = dict.fromkeys(each.path for found in asks.values() for each in found)
    for number in range(_ROUNDS):
        for path in targets:
            given = _given(asks.get(path, ()), exports)
            if given or (number == 0 and facts[path].uses):
                exports[path] = _exports(path, given)
    again: dict[str, SourceFacts] = {}
    for path, found in asks.items():
        given = _given(found, exports)
        if given and (data := _bytes(path)) is not None and (read := facts_of(data, is_notebook=path.endswith(".ipynb"), given=given)):
            again[path] = read
    return again


def _given(found: list[Asked] | tuple[Asked, ...], exports: _Exports) -> Given:
    given: dict[str, Value] = {}
    for one in found:
        known = exports.get(one.path) or {}
        if one.said in given:
            continue
        if one.name and one.name in known:
            given[one.said] = known[one.name]
        elif not one.name and known:
            given[one.said] = Value("module", one.said, tuple(known), tuple(known.values()))
    return given


def _exports(path: str, given: Given) -> Mapping[str, Value]:
    data = _bytes(path)
    return {} if data is None else exports_of(data, given)


def _bytes(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:  # It was there a moment ago.
        return None
