"""What in a model's configuration decides whether another Keras can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Nodes of a configuration that are looked at.
_MOST_NODES = 2_000_000
#: Modules that belong to Keras itself.
_OWN = ("keras", "tf_keras", "keras_core", "tensorflow.python.keras", "tensorflow.keras", "builtins")


def signs_of(config: dict[str, Any]) -> frozenset[str]:
    """Give the signs that `ModelFile.signs` lists, of a whole configuration."""
    top = {"functional"} if config.get("class_name") == "Functional" else set()
    return frozenset(top.union(sign for node in _nodes(config) for sign in _signs(node)))


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting, seen = [tree], 0
    while waiting and seen < _MOST_NODES:
        seen += 1
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(value for value in node.values() if isinstance(value, dict | list))
        elif isinstance(node, list):
            waiting.extend(value for value in node if isinstance(value, dict | list))


def _signs(node: dict[str, Any]) -> Iterator[str]:
    kind, module, registered = node.get("class_name"), node.get("module"), node.get("registered_name")
    if not isinstance(kind, str):
        return
    if kind in ("Lambda", "__lambda__"):
        yield "lambda"
    inner = node.get("config")
    if isinstance(inner, dict) and "time_major" in inner:
        yield "time-major"
    if kind == "Bidirectional":
        yield "bidirectional"
    if kind == "DepthwiseConv2D" and isinstance(inner, dict) and "groups" in inner:
        yield "depthwise-groups"
    if isinstance(module, str) and module and not module.startswith(_OWN):
        yield "custom"
    if isinstance(registered, str) and ">" in registered and not registered.startswith(("keras", "Keras")):
        yield "custom"
