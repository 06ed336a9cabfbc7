"""What a name stands for at a place in the source: a dotted name, an object that it made, or a symbolic tensor."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from kdoctor.source.families import gives_tensor, kind_of, library_of

#: What comes of a calculation, the surest first.
CALCULATED = ("tensor", "result")
_IMPORTERS = ("importlib.import_module", "__import__", "import_module")
_LAZY = ("LazyLoader", "_LazyModule", "LazyModule", "LazyImport")


#: The last words of the names of functions that import by a string.
IMPORTERS = frozenset((*(name.rpartition(".")[2] for name in _IMPORTERS), *_LAZY))


#: What an object of a class of the program has in `others`: it may have more than the base of that class.
OWN = ("",)


class Value(NamedTuple):
    """One value: `kind` is "name" (a module, class or function), "object", "tensor", "result", "many", "class" or "module".

    A class and a module are of this program; of a module `others` are the names in it, and `items` what they stand for. A tensor
    is symbolic for sure. A result is what an object gave that was called on something unknown: symbolic in a function that
    builds a model, a tensor with numbers in a loop that trains one.
    """

    kind: str
    #: The dotted name, or that of what made the object or tensor, or of the class's base.
    name: str = ""
    others: tuple[str, ...] = ()
    items: tuple[Value, ...] = ()


class Scope:
    """The names of a module, a class or a function; what it does not know, the scope around it may."""

    def __init__(self, around: Scope | None = None) -> None:
        self.around = around
        self.values: dict[str, Value | None] = {}

    def find(self, name: str) -> Value | None:
        """Give what a name stands for; None where that is not known."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.around
        return None


def evaluate(node: ast.expr | None, scope: Scope) -> Value | None:
    """Give the value of an expression, as far as the source tells."""
    kind = type(node)
    if kind is ast.Name:
        return scope.find(node.id)  # type: ignore[union-attr]
    if kind is ast.Attribute:
        return _attribute(node, scope)  # type: ignore[arg-type]
    if kind is ast.Call:
        return _made(node, scope)  # type: ignore[arg-type]
    match node:
        case ast.List() | ast.Tuple():
            items = [evaluate(one, scope) for one in node.elts]
            return Value("many", items=tuple(one for one in items if one))
        case ast.BinOp():
            sides = (evaluate(node.left, scope), evaluate(node.right, scope))
            return next((one for kind in CALCULATED for one in sides if one and one.kind == kind), None)
        case ast.IfExp():
            return evaluate(node.body, scope) or evaluate(node.orelse, scope)
        case ast.BoolOp():
            return next((one for one in (evaluate(part, scope) for part in node.values) if one), None)
        case ast.NamedExpr():
            return evaluate(node.value, scope)
        case ast.Subscript():
            return _element(evaluate(node.value, scope))
        case _:
            return None


def _attribute(node: ast.Attribute, scope: Scope) -> Value | None:
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        return scope.find(f"self.{node.attr}")
    base = evaluate(node.value, scope)
    if base and base.kind == "name":
        return Value("name", f"{base.name}.{node.attr}", tuple(f"{other}.{node.attr}" for other in base.others))
    if base and base.kind == "module":
        return dict(zip(base.others, base.items, strict=True)).get(node.attr)
    if base and base.kind == "object" and node.attr in ("output", "input", "outputs", "inputs"):
        return Value("tensor", base.name)
    return None


def _element(value: Value | None) -> Value | None:
    if value and value.kind == "many":
        return value.items[0] if value.items else None
    return value if value and value.kind in CALCULATED else None


def _made(node: ast.Call, scope: Scope) -> Value | None:
    """Give what a call gives."""
    called = evaluate(node.func, scope)
    if called is None:
        return imported_by(node, None)
    if called.kind == "class":
        return Value("object", called.name, OWN)
    if called.kind == "object":
        return Value(_calculated(node, scope), called.name)
    if called.kind != "name":
        return None
    return imported_by(node, called) or _made_by(called.name, node, scope)


def _made_by(name: str, node: ast.Call, scope: Scope) -> Value | None:
    if library_of(name) is None:
        return None
    if gives_tensor(name):
        return Value("tensor", name)
    last = name.rpartition(".")[2]
    if last[:1].isupper() or kind_of(name) == "model":
        return Value("object", name)
    first = evaluate(node.args[0], scope) if node.args else None
    first = _element(first) if first and first.kind == "many" else first
    return Value(first.kind, name) if first and first.kind in CALCULATED else Value("object", name)


def _calculated(node: ast.Call, scope: Scope) -> str:
    """Say of what kind that is which an object gives for the arguments of a call."""
    given = [evaluate(one, scope) for one in (*node.args, *(keyword.value for keyword in node.keywords))]
    return "tensor" if any(one.kind == "tensor" for value in given if value for one in flat(value)) else "result"


def flat(value: Value) -> Iterator[Value]:
    """Give a value, or those of a list one by one."""
    if value.kind == "many":
        for one in value.items:
            yield from flat(one)
    else:
        yield value


def imported_by(node: ast.Call, called: Value | None) -> Value | None:
    """Give the module that a call (of what `called` is) imports by a string: import_module("keras"), LazyLoader("keras", ...)."""
    name = called.name if called else _spelled(node.func)
    texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if name in _IMPORTERS and texts and not texts[0].startswith("."):
        return Value("name", texts[0] if name != "__import__" else texts[0].partition(".")[0])
    if name.rpartition(".")[2] in _LAZY and texts:
        return Value("name", texts[-1])
    return None


def _spelled(node: ast.expr) -> str:
    """Give a plain dotted name as it is written."""
    if isinstance(node, ast.Attribute):
        owner = _spelled(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return node.id if isinstance(node, ast.Name) else ""
