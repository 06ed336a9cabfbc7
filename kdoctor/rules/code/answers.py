"""Which distribution answers a way to Keras here, and of which generation it is."""

from __future__ import annotations

from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge import keras_names
from kdoctor.knowledge.coupling import Coupling, generation
from kdoctor.source.families import way_of

#: From this TensorFlow on tf.keras is the keras distribution, and tensorflow.python.keras a copy that nobody keeps up.
_SPLIT = (2, 6)
#: From this one on it is Keras 3, and TF_USE_LEGACY_KERAS is heeded from the one before.
_THIRD = (2, 16)
_LEGACY = (2, 15)
_GENERATIONS = {"multi": "first", "tf": "2", "3": "3"}


class Answer(NamedTuple):
    """Who answers: two answers that are equal give the same classes."""

    #: The distribution whose classes a program gets.
    distribution: str
    version: str | None
    #: "first", "2", "3" or "copy", as in kdoctor.knowledge.mixing.
    generation: str | None
    #: The namespace of kdoctor.knowledge.keras_names that lists its names, and the minors that it may be.
    namespace: str | None = None
    minors: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The distribution with its version, as it stands in sentences."""
        if self.version:
            return f"{self.distribution} {self.version}"
        return "Keras 3" if self.generation == "3" else self.distribution


def answer(coupling: Coupling, name: str) -> Answer | None:
    """Say who answers a dotted name of a way to Keras; None where that is not known or nobody does."""
    way = way_of(name)
    if way == "keras":
        return _standalone(coupling)
    if way == "tensorflow.keras":
        return _through_tensorflow(coupling)
    if way == "tensorflow.python.keras":
        return _copy(coupling)
    if way == "tf_keras" and coupling.tf_keras:
        return _of("tf-keras", coupling.tf_keras.version, "2", "tf_keras")
    core = coupling.present.get("keras-core")
    return _of("keras-core", core.version, "3", "keras_core") if way == "keras_core" and core else None


def _of(distribution: str, version: str | None, kind: str | None, namespace: str | None) -> Answer:
    minor = versions.minor(version)
    return Answer(distribution, version, kind, namespace, (f"{minor[0]}.{minor[1]}",) if minor else ())


def _standalone(coupling: Coupling) -> Answer | None:
    keras = coupling.keras
    if keras is None or keras.version is None:
        return Answer("keras", None, "3", "keras", _all_of_3("keras")) if coupling.keras_generation == "3" else None
    if versions.minor(keras.version) == (2, 4):
        return _inside(coupling)
    return _of(keras.name, keras.version, _GENERATIONS.get(generation(keras) or ""), "keras")


def _inside(coupling: Coupling) -> Answer | None:
    tensorflow = coupling.tensorflow
    return Answer(tensorflow.name, tensorflow.version, "2") if tensorflow else None


def _through_tensorflow(coupling: Coupling) -> Answer | None:
    tensorflow, keras = coupling.tensorflow, coupling.keras
    minor = versions.minor(tensorflow.version) if tensorflow else None
    if minor and minor < _SPLIT:
        return _inside(coupling)
    if coupling.legacy and (minor is None or minor >= _LEGACY):
        return _of("tf-keras", coupling.tf_keras.version, "2", "tf_keras") if coupling.tf_keras else None
    if keras and keras.version:
        kind = _GENERATIONS.get(generation(keras) or "")
        return _of(keras.name, keras.version, kind, "tensorflow.keras") if kind in ("2", "3") else None
    if minor and minor < _THIRD and coupling.has("keras") is not False:
        return Answer("keras", f"{minor[0]}.{minor[1]}", "2", "tensorflow.keras", (f"{minor[0]}.{minor[1]}",))
    return Answer("keras", None, "3", "tensorflow.keras", _all_of_3("tensorflow.keras")) if coupling.keras_generation == "3" else None


def _copy(coupling: Coupling) -> Answer | None:
    tensorflow = coupling.tensorflow
    minor = versions.minor(tensorflow.version) if tensorflow else None
    if tensorflow is None or minor is None:
        return None
    return _inside(coupling) if minor < _SPLIT else Answer(f"{tensorflow.name} (tensorflow.python.keras)", tensorflow.version, "copy")


def _all_of_3(namespace: str) -> tuple[str, ...]:
    return tuple(minor for minor in keras_names.minors(namespace) if minor.startswith("3."))
