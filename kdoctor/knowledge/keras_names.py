"""Which names each Keras has, and what takes the place of those that are gone.

Source: the wheels of every minor release of keras 2.2 to 3.15, tf-keras 2.15 to 2.21 and keras-core, read by `lab/keras_names.py`;
held against what is really there in Keras 2.12, 2.15, 3.15 and tf-keras 2.21 by importing every name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from kdoctor.knowledge.replacements import SAME_PURPOSE, replacement

_FILE = Path(__file__).parent / "data" / "keras_names.json"
#: What is everybody's only by accident: Keras makes no promise on it.
_PRIVATE = ("src", "engine", "api", "_tf_keras", "legacy_tf_layers", "protobuf")


class Gone(NamedTuple):
    """A name that the Keras at hand does not have."""

    #: The first part of the dotted name that is missing, below the namespace: "layers.merge".
    name: str
    #: The releases that have it: "2.2-2.8", or "2.2-2.3, 2.9-3.15".
    where: str
    #: True where no older release has it: it came later.
    later: bool
    #: What to write instead, as a dotted name below the namespace or in words; None = nothing is known.
    instead: str | None


class Namespace(NamedTuple):
    """The names of one namespace."""

    minors: tuple[str, ...]
    #: Name below the namespace -> the ranges of minors that have it.
    names: Mapping[str, str]


@lru_cache(maxsize=1)
def _table() -> dict[str, Namespace]:
    read = json.loads(_FILE.read_text(encoding="utf-8"))
    return {name: Namespace(tuple(part["minors"]), dict(_names(part["names"]))) for name, part in read.items()}


def _names(grouped: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for where, modules in grouped.items():
        for module, names in modules.items():
            prefix = f"{module}." if module else ""
            for name in names.split():
                yield prefix + name, where


def namespaces() -> tuple[str, ...]:
    """Give the namespaces that are known: keras, keras_core, tensorflow.keras, tf_keras."""
    return tuple(_table())


def minors(namespace: str) -> tuple[str, ...]:
    """Give the minor releases whose names are known."""
    space = _table().get(namespace)
    return space.minors if space else ()


@lru_cache(maxsize=2**16)  # A program uses the same few names again and again.
def gone(namespace: str, name: str, of: tuple[str, ...]) -> Gone | None:
    """Say what of a dotted name every one of these minor releases lacks; None where one has it or nothing is known of it.

    A name that no release ever had is unknown: it may be made when Keras is imported, or be the attribute of a class.
    """
    space = _table().get(namespace)
    if space is None or not of or any(minor not in space.minors for minor in of):
        return None
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        prefix = ".".join(parts[:end])
        where = space.names.get(prefix)
        if where is None:
            return None
        if not any(within(minor, where, space.minors) for minor in of):
            before = space.minors.index(of[0])
            later = all(space.minors.index(minor) > before for minor in _firsts(where))
            return Gone(prefix, where.replace(",", ", "), later, _instead(namespace, name, prefix, of))
    return None


def has(namespace: str, name: str, minor: str) -> bool:
    """Tell whether that minor release is known to have that very name."""
    space = _table().get(namespace)
    where = space.names.get(name) if space else None
    return bool(space and where and minor in space.minors and within(minor, where, space.minors))


def within(minor: str, where: str, ordered: tuple[str, ...]) -> bool:
    """Tell whether a minor release is in one of the ranges."""
    position = ordered.index(minor)
    return any(ordered.index(first) <= position <= ordered.index(last) for first, last in map(_ends, where.split(",")))


def is_private(name: str) -> bool:
    """Tell whether a name below a namespace leads through a module of which Keras promises nothing."""
    parts = name.split(".")
    return parts[0] in _PRIVATE or any(part.startswith("_") and not part.startswith("__") for part in parts)


def lives_in(namespace: str, name: str) -> str:
    """Say in which releases the private module at the start of a name exists: "2.13-3.15"; "" where that is not known."""
    space = _table().get(namespace)
    return space.names.get(name.split(".", maxsplit=1)[0], "").replace(",", ", ") if space else ""


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Give every word of which names of Keras consist."""
    return frozenset(word for space in _table().values() for name in space.names for word in name.split("."))


def _ends(one: str) -> tuple[str, str]:
    first, _, last = one.partition("-")
    return first, last or first


def _firsts(where: str) -> list[str]:
    return [_ends(one)[0] for one in where.split(",")]


def _instead(namespace: str, name: str, prefix: str, of: tuple[str, ...]) -> str | None:
    """Look for what to write instead: what is written down by hand, else the same name in another place of the same Keras."""
    told = replacement(name, of[-1]) or replacement(prefix, of[-1])
    last = name.rpartition(".")[2]
    if told and not (told == SAME_PURPOSE and all(has("keras", f"ops.{last}", minor) for minor in of)):
        return told
    if told:
        return f"keras.ops.{last}"
    if namespace == "tensorflow.keras" and all(has("keras", name, minor) for minor in of):
        return f"keras.{name}"
    if len(of) == 1 and (elsewhere := _elsewhere(namespace, last, of[0])):
        return f"{namespace}.{elsewhere}"
    if namespace == "keras" and all(has("tensorflow.keras", name, minor) for minor in of):
        return f"tensorflow.keras.{name}"
    return None


def _elsewhere(namespace: str, last: str, minor: str) -> str | None:
    """Give the shortest public name of that Keras that ends alike."""
    space = _table()[namespace]
    found = [
        name
        for name, where in space.names.items()
        if name.rpartition(".")[2] == last and not is_private(name) and within(minor, where, space.minors) and _is_api(name)
    ]
    return min(found, key=lambda name: (name.count("."), len(name), name), default=None)


#: The modules that users are meant to import from.
_API = (
    "activations", "applications", "backend", "callbacks", "constraints", "datasets", "initializers", "layers", "losses", "metrics",
    "mixed_precision", "models", "ops", "optimizers", "preprocessing", "regularizers", "saving", "utils",
)  # fmt: skip


def _is_api(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 1 or (parts[0] in _API and all(not part[0].isupper() for part in parts[1:-1]) and "legacy" not in parts)
