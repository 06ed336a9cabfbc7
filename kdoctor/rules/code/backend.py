"""Code that binds a model to TensorFlow as its backend, or hands symbolic tensors to it."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor.model import Evidence, Finding, Severity
from kdoctor.rules.code.answers import answer
from kdoctor.rules.code.program import DOUBTFUL, Program, finding, places
from kdoctor.source.facts import Operation

_MEASURED = "measured on Linux x86_64, CPU: TensorFlow 2.21 and Keras 3.15 on the backends tensorflow, jax and torch"


def symbolic_tensors(program: Program) -> Iterator[Finding]:
    """Give a finding where functions of TensorFlow get the symbolic tensors of Keras 3 while a model is built."""
    found = [(path, one) for path, one in _operations(program) if not one.within and _third(program, one.what)]
    if found:
        yield finding(
            "KD849",
            Severity.ERROR if any(one.guard not in DOUBTFUL for _, one in found) else Severity.WARNING,
            f"{_named(found)} gets a symbolic tensor of Keras 3",
            "ValueError: A KerasTensor cannot be used as input to a TensorFlow function. Keras 2 allowed it.",
            ("keras", "tensorflow"),
            places(found),
            "use the function of keras.ops, or wrap it in a layer of your own",
            (Evidence("on every backend", _MEASURED, "known to fail"),),
        )


def fixed_backend(program: Program) -> Iterator[Finding]:
    """Give a finding where layers, models, losses or metrics of Keras 3 call TensorFlow while another backend is chosen."""
    backend = program.coupling.backend
    found = [(path, one) for path, one in _operations(program) if one.within and _third(program, one.within)]
    if found and backend and backend != "tensorflow":
        yield finding(
            "KD850",
            Severity.ERROR if any(one.guard not in DOUBTFUL for _, one in found) else Severity.WARNING,
            f"{_named(found)} is called inside a Keras model that is to run on {backend}",
            f"Functions of TensorFlow do not take the tensors of {backend}, and give none that it could differentiate.",
            ("keras", "tensorflow", "KERAS_BACKEND"),
            places(found),
            "use the function of keras.ops of that purpose",
            (Evidence(f"fails on {backend}", _MEASURED, "known to fail"),),
        )


def _operations(program: Program) -> Iterator[tuple[str, Operation]]:
    return ((path, one) for path, facts in program.files.items() for one in facts.operations)


def _third(program: Program, name: str) -> bool:
    who = answer(program.coupling, name)
    return who is not None and who.generation == "3"


def _named(found: list[tuple[str, Operation]]) -> str:
    names = list(dict.fromkeys(one.name.replace("tensorflow.", "tf.", 1) for _, one in found))
    return names[0] if len(names) == 1 else f"{names[0]} (and {len(names) - 1} more of TensorFlow)"
