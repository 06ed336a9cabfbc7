"""What of a module's syntax leads to Keras through TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst
from libcst import metadata

KERAS = "tensorflow.keras"


class Chain(NamedTuple):
    """An attribute such as `tf.keras.layers.Dense`, whose first parts are tensorflow.keras."""

    #: The part that is tensorflow.keras itself.
    keras: cst.Attribute
    #: The name that it starts from, and the scope that it stands in.
    root: cst.Name
    scope: metadata.Scope
    #: True where nothing is taken from it at this place: `K = tf.keras`.
    whole: bool


class Imported(NamedTuple):
    """An import statement."""

    node: cst.Import | cst.ImportFrom
    scope: metadata.Scope
    #: Why it is not touched: it stands behind try/except, or in a class; "" where it may be.
    guarded: str


class Finder(cst.CSTVisitor):
    """Collects imports, attribute chains that lead to Keras, and strings."""

    METADATA_DEPENDENCIES = (metadata.ScopeProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.imports: list[Imported] = []
        self.chains: list[Chain] = []
        self.strings: list[str] = []
        self._guards: list[str] = []

    def visit_Try(self, node: cst.Try) -> None:
        self._guards.append("behind try" if node.handlers else "")

    def leave_Try(self, original_node: cst.Try) -> None:  # noqa: ARG002 -- libcst's signature.
        self._guards.pop()

    def visit_If(self, node: cst.If) -> None:
        self._guards.append("" if _is_main(node.test) else "behind a condition")

    def leave_If(self, original_node: cst.If) -> None:  # noqa: ARG002 -- the same.
        self._guards.pop()

    def visit_Import(self, node: cst.Import) -> None:
        self._import(node)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        self._import(node)

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        self.strings.append(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        parts = list(parts_of(node))
        if not parts or not isinstance(parts[0], cst.Name):
            return True
        scope = self.get_metadata(metadata.ScopeProvider, parts[0], None)
        for position, part in enumerate(parts[1:], 1):
            if scope and isinstance(part, cst.Attribute) and origin_of(scope, parts[0], parts[: position + 1]) == KERAS:
                self.chains.append(Chain(part, parts[0], scope, part is node))
                break
        return False

    def _import(self, node: cst.Import | cst.ImportFrom) -> None:
        scope = self.get_metadata(metadata.ScopeProvider, node, None)
        if scope is not None:
            guard = next((one for one in self._guards if one), "")
            self.imports.append(Imported(node, scope, "in a class" if isinstance(scope, metadata.ClassScope) else guard))


def _is_main(test: cst.BaseExpression) -> bool:
    """Tell whether a condition is the usual one of a script."""
    return isinstance(test, cst.Comparison) and isinstance(test.left, cst.Name) and test.left.value == "__name__"


def parts_of(node: cst.BaseExpression) -> Iterator[cst.Name | cst.Attribute]:
    """Give the parts of a plain dotted name, the root first; nothing where it is none."""
    if isinstance(node, cst.Name):
        yield node
    elif isinstance(node, cst.Attribute):
        inner = list(parts_of(node.value))
        if inner:
            yield from (*inner, node)


def dotted(node: cst.BaseExpression | None) -> str:
    """Give a dotted name as text; "" where it is none."""
    return ".".join(map(_word, parts_of(node))) if node is not None else ""


def _word(part: cst.Name | cst.Attribute) -> str:
    return part.value if isinstance(part, cst.Name) else part.attr.value


def origin_of(scope: metadata.Scope, root: cst.Name, parts: list[cst.Name | cst.Attribute]) -> str | None:
    """Give the dotted name that parts stand for, where their root can be nothing but one import."""
    origins = {bound_by(one) for one in scope[root.value]}
    origin = origins.pop() if len(origins) == 1 else None
    return ".".join((origin, *map(_word, parts[1:]))) if origin else None


def bound_by(assignment: metadata.BaseAssignment) -> str | None:
    """Give the module or name that an assignment by import binds; None for any other."""
    if not isinstance(assignment, metadata.ImportAssignment):
        return None
    node = assignment.node
    if isinstance(node, cst.Import):
        names = ((one.evaluated_alias, one.evaluated_name) for one in node.names)
        return next(
            (name if alias else assignment.name for alias, name in names if (alias or name.partition(".")[0]) == assignment.name), None
        )
    if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar) or node.relative:
        return None
    found = next((one.evaluated_name for one in node.names if (one.evaluated_alias or one.evaluated_name) == assignment.name), None)
    return f"{dotted(node.module)}.{found}" if found else None
