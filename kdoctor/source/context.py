"""What every reader of a piece of syntax may ask and write down: the names around it, and what was found so far."""

from __future__ import annotations

import ast
from typing import Protocol

from kdoctor.source.facts import Meeting, Operation, Place, Setting
from kdoctor.source.values import Scope


class Context(Protocol):
    """Where in the program the reading is, and the facts of the file so far."""

    scope: Scope
    settings: list[Setting]
    meetings: list[Meeting]
    operations: list[Operation]
    #: The class whose body is read: the dotted name of its base, and the method.
    within: tuple[str, str]

    @property
    def guard(self) -> str:
        """What the code that is read now stands behind."""

    def place(self, node: ast.expr | ast.stmt | ast.alias) -> Place:
        """Give where a node stands."""
