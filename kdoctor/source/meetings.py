"""Where objects of one library are handed to those of another, and functions of TensorFlow to what belongs to Keras."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kdoctor.source.context import Context
from kdoctor.source.facts import GUARDS, Meeting, Operation
from kdoctor.source.families import kind_of, library_of, way_of
from kdoctor.source.values import CALCULATED, Value, evaluate, flat

#: Arguments by keyword that say what their value is to the host.
_ROLES = {
    "callbacks": "callback",
    "optimizer": "optimizer",
    "loss": "loss",
    "losses": "loss",
    "metrics": "metric",
    "weighted_metrics": "metric",
    "layers": "layer",
    "inputs": "input",
    "outputs": "output",
}
#: What a guest of a kind is to a host where the place does not say more.
_BY_KIND = ("initializer", "regularizer", "constraint", "callback", "optimizer", "loss", "metric")
#: Functions of TensorFlow that work on no tensors of Keras.
_HARMLESS = (
    "tensorflow.function",
    "tensorflow.TensorSpec",
    "tensorflow.data",
    "tensorflow.config",
    "tensorflow.io",
    "tensorflow.saved_model",
    "tensorflow.train",
    "tensorflow.summary",
    "tensorflow.distribute",
    "tensorflow.autograph",
    "tensorflow.test",
    "tensorflow.get_logger",
    "tensorflow.executing_eagerly",
    "tensorflow.name_scope",
)
#: Methods of layers, models, losses and metrics through which tensors of the backend go.
CARRY_TENSORS = (
    "call",
    "build",
    "train_step",
    "test_step",
    "predict_step",
    "compute_loss",
    "compute_output_spec",
    "update_state",
    "result",
)
#: Called without arguments, and of no use on another backend.
_TAPE = "tensorflow.GradientTape"
_HOLDS_TENSORS = ("layer", "model", "loss", "metric", "regularizer", "constraint")


def collect(reader: Context, node: ast.Call, called: Value | None) -> None:
    """Write down what meets in a call; `called` is what is called."""
    if called and called.kind == "name" and called.name.startswith("tensorflow.") and way_of(called.name) is None:
        _operation(reader, node, called.name)
    for host, role, guest, at in _handed(reader, node, called):
        for one in flat(guest):
            if one.kind in ("object", *CALCULATED) and _strangers(host, one.name):
                # Numbers may go from one library to another, and who knows whether these are symbols.
                guard = max(reader.guard, "branch", key=GUARDS.index) if one.kind == "result" else reader.guard
                reader.meetings.append(Meeting(host, one.name, _role(role, one), guard, reader.place(at)))


def _handed(reader: Context, node: ast.Call, called: Value | None) -> Iterator[tuple[str, str, Value, ast.expr]]:
    """Give each value that a call hands over: to whom, as what, and where it stands."""
    host, role = _host(reader, node, called)
    if not host:
        return
    for one in node.args:
        yield from ((host, role, value, at) for value, at in _parts(reader, one))
    for keyword in node.keywords:
        yield from ((host, _ROLES.get(keyword.arg or "", role), value, at) for value, at in _parts(reader, keyword.value))


def _parts(reader: Context, node: ast.expr) -> Iterator[tuple[Value, ast.expr]]:
    """Give the values of an argument, those of a list one by one."""
    if isinstance(node, ast.List | ast.Tuple):
        for one in node.elts:
            yield from _parts(reader, one)
    elif isinstance(node, ast.Dict):
        for one in node.values:
            yield from _parts(reader, one)
    elif value := evaluate(node, reader.scope):
        yield value, node


def _host(reader: Context, node: ast.Call, called: Value | None) -> tuple[str, str]:
    """Say who takes the arguments of a call, and as what."""
    if called and called.kind == "name" and library_of(called.name):
        return called.name, "layer" if kind_of(called.name) == "model" else "argument"
    if called and called.kind in ("object", "class"):
        return called.name, "input" if called.kind == "object" else "argument"
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("add", "compile", "fit", "evaluate", "predict"):
        owner = evaluate(node.func.value, reader.scope)
        if owner and owner.kind in ("object", "class"):
            return owner.name, "layer" if node.func.attr == "add" else "argument"
    return "", ""


def collect_inner(reader: Context, owner: str, guest: Value | None, at: ast.expr) -> None:
    """Write down an object that becomes part of an instance of a class: `self.dense = Dense(3)` in a model."""
    for one in flat(guest) if guest else ():
        if one.kind == "object" and kind_of(one.name) in ("layer", "model", "") and _strangers(owner, one.name):
            reader.meetings.append(Meeting(owner, one.name, "inner layer", reader.guard, reader.place(at)))


def _strangers(host: str, guest: str) -> bool:
    one, other = library_of(host), library_of(guest)
    return one is not None and other is not None and one != other


def _role(role: str, guest: Value) -> str:
    kind = kind_of(guest.name)
    if guest.kind in CALCULATED:
        return "input"
    if kind in _BY_KIND:
        return kind
    return kind if kind in ("model", "layer") and role in ("layer", "input", "argument") else role


def _operation(reader: Context, node: ast.Call, name: str) -> None:
    if name.startswith(_HARMLESS):
        return
    base, method = reader.within
    if base and way_of(base) and kind_of(base) in _HOLDS_TENSORS and method in CARRY_TENSORS and (node.args or name == _TAPE):
        reader.operations.append(Operation(name, base, method, reader.guard, reader.place(node)))
        return
    values = [evaluate(one, reader.scope) for one in (*node.args, *(keyword.value for keyword in node.keywords))]
    tensor = next((one for value in values if value for one in flat(value) if one.kind == "tensor" and way_of(one.name)), None)
    if tensor and not base:
        reader.operations.append(Operation(name, "", tensor.name, reader.guard, reader.place(node)))
