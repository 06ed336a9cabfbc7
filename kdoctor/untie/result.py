"""What untying a text gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Change(NamedTuple):
    """One place that is written anew."""

    line: int
    column: int
    #: What stood there, and what stands there now.
    before: str
    after: str
    #: False where the program may do something else afterwards, and `why` says what.
    safe: bool = True
    why: str = ""
    cell: int = 0


class Left(NamedTuple):
    """One place that stays, and why."""

    line: int
    column: int
    what: str
    why: str
    cell: int = 0


class Untied(NamedTuple):
    """A text with what was changed in it; `problem` says why it could not be read, and then it is as it was."""

    text: str
    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()
    problem: str = ""


class Aim(NamedTuple):
    """What is known of the Keras that the program is to run with."""

    #: Tells for a dotted name below tensorflow.keras why `keras` does not have it; "" where it has.
    lacks: Callable[[str], str]
    #: Why `keras` and `tf.keras` are not the same in the environment; "" where they are.
    differs: str = ""
    #: Whether unsafe changes are wanted too.
    unsafe: bool = False
    #: Whether others may import names from the file, so that unused imports must stay.
    exports: bool = False
