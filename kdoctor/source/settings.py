"""Where a program sets the environment variables that Keras, its backends and their accelerators read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kdoctor.source.context import Context
from kdoctor.source.facts import Place, Setting
from kdoctor.source.notebook import said_in
from kdoctor.source.spans import FileLines
from kdoctor.source.values import Value, evaluate

_ENVIRON = "os.environ"
#: Such variables are written down, no others.
PREFIXES = ("KERAS_", "TF_USE_LEGACY_KERAS", "CUDA_VISIBLE_DEVICES", "JAX_PLATFORM", "SM_FRAMEWORK")
#: jax.config.update("jax_platforms", ...) is the variable JAX_PLATFORMS by another way.
_JAX_OPTIONS = {"jax_platforms": "JAX_PLATFORMS", "jax_platform_name": "JAX_PLATFORM_NAME"}


def concerns(variable: str) -> bool:
    """Tell whether a variable is one of those that are written down."""
    return variable.startswith(PREFIXES)


def collect(reader: Context, node: ast.stmt) -> None:
    """Write down what a statement sets: os.environ["X"] = ..., del os.environ["X"], os.environ |= {...}."""
    match node:
        case ast.Assign():
            for target in node.targets:
                _note(reader, _key(reader, target), node.value, "set", target)
        case ast.Delete():
            for target in node.targets:
                _note(reader, _key(reader, target), None, "unset", target)
        case ast.AugAssign(op=ast.BitOr(), target=ast.expr() as target, value=ast.Dict() as value) if _is_environ(reader, target):
            _pairs(reader, value)


def collect_call(reader: Context, node: ast.Call, called: Value | None) -> None:
    """Write down what a call (of what `called` is) sets: os.environ.setdefault, update and pop, os.putenv, and the platforms of JAX."""
    if called is None or called.kind != "name":
        return
    texts = [one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else None for one in node.args]
    value = node.args[1] if len(node.args) > 1 else None
    match called.name:
        case "os.environ.setdefault":
            _note(reader, texts[0] if texts else None, value, "default", node)
        case "os.environ.pop" | "os.unsetenv":
            _note(reader, texts[0] if texts else None, None, "unset", node)
        case "os.putenv":
            _note(reader, texts[0] if texts else None, value, "putenv", node)
        case "os.environ.update":
            for keyword in node.keywords:
                _note(reader, keyword.arg, keyword.value, "set", keyword.value)
            for one in node.args:
                if isinstance(one, ast.Dict):
                    _pairs(reader, one)
        case "jax.config.update":
            _note(reader, _JAX_OPTIONS.get(texts[0] or "") if texts else None, value, "set", node)


def said_by_ipython(source: str, cell: int, at: FileLines) -> Iterator[Setting]:
    """Give what lines of IPython in a cell set."""
    for said in said_in(source):
        if concerns(said.variable):
            place = Place(said.line, 1, said.line, len(source.split("\n")[said.line - 1]) + 1, cell, at.line(said.line))
            yield Setting(said.variable, said.value, said.how, "", place)


def _is_environ(reader: Context, node: ast.expr) -> bool:
    value = evaluate(node, reader.scope)
    return value is not None and value.name == _ENVIRON


def _key(reader: Context, target: ast.expr) -> str | None:
    match target:
        case ast.Subscript(value=ast.expr() as owner, slice=ast.Constant(value=str() as key)) if _is_environ(reader, owner):
            return key
        case _:
            return None


def _pairs(reader: Context, node: ast.Dict) -> None:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            _note(reader, key.value, value, "set", value)


def _note(reader: Context, variable: str | None, value: ast.expr | None, how: str, node: ast.expr) -> None:
    if variable is None or not concerns(variable):
        return
    text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
    if text is None and how in ("set", "default"):
        text = _string_of(value)
    reader.settings.append(Setting(variable, text, how, reader.guard, reader.place(node)))


def _string_of(value: ast.expr | None) -> str | None:
    """Give the constant behind str(1), as people write it."""
    match value:
        case ast.Call(func=ast.Name(id="str"), args=[ast.Constant(value=constant)]):
            return str(constant)
        case _:
            return None
