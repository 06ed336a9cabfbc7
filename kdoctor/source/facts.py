"""What was read in one file of source: values that every rule on sources judges, and their form in a snapshot.

A dotted name is written with every alias resolved: `K = tf.keras; K.layers.Dense` is `tensorflow.keras.layers.Dense`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

#: Ways to guard a piece of code, the weakest last: what stands behind one may never run.
GUARDS = ("", "function", "branch", "try", "fallback", "typing")


class Place(NamedTuple):
    """Where it stands: lines and columns from 1, in characters; in a notebook they count in the cell, else `cell` is 0."""

    line: int
    column: int
    end_line: int
    end_column: int
    cell: int = 0
    #: In a notebook the line of the file; 0 where that is the line itself, or not known.
    file_line: int = 0


class Use(NamedTuple):
    """A place where the code gets at something by its dotted name."""

    name: str
    #: "import" (import a.b), "from" (from a import b), "star", "dynamic" (import_module) or "attribute".
    form: str
    guard: str
    place: Place
    #: What the name stands for instead where an import fell back to something else.
    others: tuple[str, ...] = ()


class Setting(NamedTuple):
    """A place where the code sets an environment variable."""

    variable: str
    #: None where it is no constant, or where the variable is taken away.
    value: str | None
    #: "set", "default" (setdefault), "unset", "putenv" (os.putenv, which Python itself does not see) or "shell" (!export).
    how: str
    guard: str
    place: Place


class Meeting(NamedTuple):
    """A place where an object of one library is handed to an object of another."""

    #: The dotted name of the class or function that takes it, and of the one that made it.
    host: str
    guest: str
    #: What the guest is to the host: layer, inner layer, input, model, optimizer, loss, metric, callback, argument.
    role: str
    guard: str
    place: Place


class Operation(NamedTuple):
    """A place where a function of a framework is called on what belongs to Keras."""

    name: str
    #: The base of the class in whose method it stands; "" where it is called on a symbolic tensor while a model is built.
    within: str
    #: The method, or the dotted name of what made the symbolic tensor.
    what: str
    guard: str
    place: Place


class Call(NamedTuple):
    """A place where something of Keras is asked for what not every Keras has."""

    #: The dotted name of the class or function that is called; of an attribute of an object, that of the class and the attribute.
    name: str
    #: The keyword; "" where the attribute itself is meant.
    argument: str
    guard: str
    place: Place


class Import(NamedTuple):
    """A place where a file imports another one of the program."""

    #: While one file is read what is written there, as kdoctor.source.siblings reads it; then the path of the file that it leads to.
    path: str
    cell: int
    line: int
    guard: str = ""


class SourceFacts(NamedTuple):
    """All that was read in one file."""

    uses: tuple[Use, ...] = ()
    settings: tuple[Setting, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    operations: tuple[Operation, ...] = ()
    calls: tuple[Call, ...] = ()
    #: Top-level modules that are imported anywhere in it.
    modules: tuple[str, ...] = ()
    #: (cell, line, rule codes) of each `# kdoctor: ignore[...]`; no codes = every rule.
    ignores: tuple[tuple[int, int, tuple[str, ...]], ...] = ()
    #: Why it, or a part of it, could not be read.
    problems: tuple[str, ...] = ()
    #: What it imports of the program.
    imports: tuple[Import, ...] = ()
    #: True where it is but a part of a program, such as a few lines of a paste.
    excerpt: bool = False


_Record = TypeVar("_Record", Use, Setting, Meeting, Operation, Call)


def facts_document(facts: SourceFacts) -> dict[str, Any]:
    """Return the facts as JSON types, without what is empty."""
    document: dict[str, Any] = {
        "uses": [_plain(one) for one in facts.uses],
        "settings": [_plain(one) for one in facts.settings],
        "meetings": [_plain(one) for one in facts.meetings],
        "operations": [_plain(one) for one in facts.operations],
        "calls": [_plain(one) for one in facts.calls],
        "modules": list(facts.modules),
        "ignores": [[cell, line, list(codes)] for cell, line, codes in facts.ignores],
        "problems": list(facts.problems),
        "imports": [list(one) for one in facts.imports],
        "excerpt": facts.excerpt,
    }
    return {key: value for key, value in document.items() if value}


def facts_from(document: Mapping[str, Any]) -> SourceFacts:
    """Read facts back; whatever has another shape is passed over, since nothing can be said of it."""
    return SourceFacts(
        uses=tuple(_records(Use, document.get("uses"))),
        settings=tuple(_records(Setting, document.get("settings"))),
        meetings=tuple(_records(Meeting, document.get("meetings"))),
        operations=tuple(_records(Operation, document.get("operations"))),
        calls=tuple(_records(Call, document.get("calls"))),
        modules=tuple(one for one in _listed(document.get("modules")) if isinstance(one, str)),
        ignores=tuple(_ignores(document.get("ignores"))),
        problems=tuple(one for one in _listed(document.get("problems")) if isinstance(one, str)),
        imports=tuple(_imports(document.get("imports"))),
        excerpt=document.get("excerpt") is True,
    )


def _plain(record: Use | Setting | Meeting | Operation | Call) -> dict[str, Any]:
    values = {key: value for key, value in record._asdict().items() if value not in ("", None, ())}
    return {
        **{key: list(value) if isinstance(value, tuple) else value for key, value in values.items()},
        "place": list(record.place if record.place.file_line else record.place[:-1]),
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _records(kind: type[_Record], value: Any) -> Iterable[_Record]:
    texts = [field for field in kind._fields if field not in ("place", "others")]
    for one in _listed(value):
        place = _place(one.get("place")) if isinstance(one, dict) else None
        if place is None:
            continue
        read: dict[str, Any] = {field: one.get(field) if isinstance(one.get(field), str) else "" for field in texts}
        if kind is Setting:
            read["value"] = one.get("value") if isinstance(one.get("value"), str) else None
        if kind is Use:
            read["others"] = tuple(name for name in _listed(one.get("others")) if isinstance(name, str))
        yield kind(**read, place=place)


def _place(value: Any) -> Place | None:
    numbers = [one for one in _listed(value) if type(one) is int and one >= 0]
    expected = len(Place._fields)
    return Place(*numbers) if len(numbers) == len(_listed(value)) and len(numbers) in (expected - 1, expected) else None


def _imports(value: Any) -> Iterable[Import]:
    for one in _listed(value):
        match one:
            case [str() as path, int() as cell, int() as line, str() as guard]:
                yield Import(path, cell, line, guard)
            case _:
                continue


def _ignores(value: Any) -> Iterable[tuple[int, int, tuple[str, ...]]]:
    for one in _listed(value):
        match one:
            case [int() as cell, int() as line, list() as codes]:
                yield cell, line, tuple(code for code in codes if isinstance(code, str))
            case _:
                continue
