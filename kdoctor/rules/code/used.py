"""What a program uses of the environment, in the components that findings break."""

from __future__ import annotations

from kdoctor.rules.code.program import Program
from kdoctor.source.families import FRAMEWORKS, way_of

#: What `from X import keras` imports it from; the attribute is asked then, not the module.
_LAZY = ("tensorflow", "tensorflow.compat.v1", "tensorflow.compat.v2")


def used_components(program: Program) -> frozenset[str]:
    """Give the components that the program needs; empty where nothing shows that it has to do with Keras or its backends."""
    used = {module for facts in program.files.values() for module in facts.modules if module in FRAMEWORKS}
    ways = set()
    backends = _backends(program)
    for (name, _), uses in program.uses.items():
        way = way_of(name)
        for form in {use.form for _, use in uses if use.guard != "typing"} if way else ():
            ways.add(way)
            used |= _of_use(program, way or "", backends, by_module=form != "attribute" and name.rpartition(".")[0] not in _LAZY)
    if {"keras", "tensorflow.keras"} <= ways:
        used.add("mixed")
    return frozenset(used)


def _backends(program: Program) -> set[str]:
    return {"tensorflow" if program.coupling.keras_generation == "tf" else program.coupling.backend or "tensorflow"}


def _of_use(program: Program, way: str, backends: set[str], *, by_module: bool) -> set[str]:
    if way in ("keras", "keras_core"):
        return {"keras", *backends}
    if way == "tf_keras":
        return {"tf-keras", "tensorflow"}
    if way != "tensorflow.keras":
        return {"tensorflow"}
    how = {"tensorflow", "tf.keras", "tf.keras.import" if by_module else "tf.keras.attribute"}
    return {*how, "tf-keras"} if program.coupling.legacy else {*how, "keras", *backends}
