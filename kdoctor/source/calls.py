"""What a program asks of classes, functions and objects of Keras that not every Keras has: arguments, methods and attributes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kdoctor.source.families import way_of
from kdoctor.source.values import Scope, Value, evaluate

#: Arguments and attributes that are worth writing down; which Keras lacks them is for kdoctor.knowledge.dropped to say.
ARGUMENTS = frozenset(
    (
        "batch_input_shape",
        "batch_size",
        "border_mode",
        "causal",
        "dim_ordering",
        "dtype",
        "dynamic",
        "experimental_run_tf_function",
        "fused",
        "init",
        "inner_activation",
        "lr",
        "max_queue_size",
        "max_tokens",
        "nb_epoch",
        "nb_filter",
        "options",
        "p",
        "period",
        "sample_weight_mode",
        "save_format",
        "subsample",
        "target_tensors",
        "time_major",
        "use_multiprocessing",
        "weights",
        "workers",
        "write_grads",
    )
)
ATTRIBUTES = frozenset(
    (
        "add_update",
        "evaluate_generator",
        "fit_generator",
        "get_gradients",
        "get_input_at",
        "get_output_at",
        "get_weights",
        "input_shape",
        "lr",
        "minimize",
        "output_shape",
        "predict_classes",
        "predict_generator",
        "predict_proba",
        "reset_states",
        "updates",
        "weights",
    )
)
#: Methods that take some of these arguments.
METHODS = frozenset(
    (
        "compile",
        "evaluate",
        "fit",
        "predict",
        "save_weights",
    )
)


def asked_of(node: ast.Call, called: Value | None, scope: Scope) -> Iterator[tuple[str, str, ast.keyword]]:
    """Give each keyword of a call that is worth writing down, with the dotted name of what is called."""
    keywords = [one for one in node.keywords if one.arg in ARGUMENTS]
    name = _called(node.func, called, scope) if keywords else ""
    for one in keywords:
        if name:
            yield name, one.arg or "", one


def attribute_of(node: ast.Attribute, scope: Scope) -> str:
    """Give the dotted name of an attribute of an object of Keras that is worth writing down; "" for any other."""
    base = evaluate(node.value, scope) if node.attr in ATTRIBUTES else None
    return f"{base.name}.{node.attr}" if base and _is_of_keras(base, "object") else ""


def _called(func: ast.expr, called: Value | None, scope: Scope) -> str:
    if called:
        return called.name if _is_of_keras(called, "name") else ""
    base = evaluate(func.value, scope) if isinstance(func, ast.Attribute) else None
    return f"{base.name}.{func.attr}" if isinstance(func, ast.Attribute) and base and _is_of_keras(base, "object") else ""


def _is_of_keras(value: Value, kind: str) -> bool:
    """Tell whether a value is of that kind and of Keras alone; what a class of the program made may have more of its own."""
    return value.kind == kind and not value.others and way_of(value.name) is not None
