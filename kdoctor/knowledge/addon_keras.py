"""On which Keras an add-on is built, and which of its names make objects that meet those of a program.

Sources: the source of the wheels named beside each row, and the threads named in knowledge/keras_addons.py.
"""

from __future__ import annotations

from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling
from kdoctor.source.families import ADDONS


class Built(NamedTuple):
    """An add-on from one of its releases on."""

    #: The releases for which it holds, as a specifier; "" = all.
    releases: str
    #: The way to Keras by which it gets its own classes; "" where it asks each time.
    way: str
    #: The way instead where tf.keras is Keras 3.
    on_keras_3: str = ""


#: Import name -> how it is built, the first row whose releases hold.
_BUILT: dict[str, tuple[Built, ...]] = {
    # tensorflow_hub/keras_layer.py 0.16.0: `if version_fn and version_fn().startswith("3."): import tf_keras as keras`.
    "tensorflow_hub": (Built(">=0.16", "tensorflow.keras", "tf_keras"), Built("", "tensorflow.keras")),
    # tensorflow_model_optimization/python/core/keras/compat.py 0.8.0; before it takes tf.keras (tensorflow/model-optimization#163).
    "tensorflow_model_optimization": (Built(">=0.8", "tensorflow.keras", "tf_keras"), Built("", "tensorflow.keras")),
    # tensorflow_probability/python/internal/tf_keras.py 0.24.0.
    "tensorflow_probability": (Built(">=0.24", "tensorflow.keras", "tf_keras"), Built("", "tensorflow.keras")),
    # tensorflow_decision_forests/keras/core.py 1.9.0 takes tf_keras.
    "tensorflow_decision_forests": (Built(">=1.9", "tf_keras"), Built("", "tensorflow.keras")),
    "tensorflow_addons": (Built("", "tensorflow.keras"),),
    "tensorflow_recommenders": (Built("", "tensorflow.keras"),),
    "tensorflow_ranking": (Built("", "tensorflow.keras"),),
    "tf_agents": (Built("", "tensorflow.keras"),),
    # keunwoochoi/kapre#73: 0.2 takes tensorflow.keras, before it was keras.
    "kapre": (Built("<0.2", "keras"), Built("", "tensorflow.keras")),
    "larq": (Built("", "tensorflow.keras"),),
    "keras_tuner": (Built("<1.4", "tensorflow.keras"), Built("", "keras")),
    "keras_hub": (Built("", "keras"),),
    "keras_contrib": (Built("", "keras"),),
    "autokeras": (Built("<2", "tensorflow.keras"), Built("", "keras")),
    "vit_keras": (Built("", "tensorflow.keras"),),
    "spektral": (Built("", "tensorflow.keras"),),
}

#: Import name -> parts of dotted names that make or wrap layers, models and their like; () = all names.
_MAKERS: dict[str, tuple[str, ...]] = {
    "tensorflow_hub": ("KerasLayer",),
    "tensorflow_model_optimization": ("sparsity.keras", "quantization.keras", "clustering.keras", "sparsity"),
    "tensorflow_probability": (".layers",),
    "tensorflow_decision_forests": (".keras",),
    "tf_agents": (".networks", ".keras_layers"),
    "tensorflow_recommenders": (".layers", ".Model", ".models"),
    "tensorflow_addons": (".layers", ".rnn", ".seq2seq"),
    "larq": (".layers",),
    "keras_tuner": (),
    "vit_keras": (),
}


def keras_of_addon(coupling: Coupling, addon: str, name: str) -> str | None:
    """Say by which way an add-on gets its Keras here; None where that is not known or it takes whatever it is given."""
    rows = _BUILT.get(addon)
    installed = coupling.present.get(ADDONS[addon])
    if rows is None or makes_keras_objects(addon, name) is False:
        return None
    version = versions.base(installed.version) if installed else None
    row = next((one for one in rows if _holds(version, one.releases)), None)
    if row is None:
        return None
    return row.on_keras_3 if row.on_keras_3 and coupling.keras_generation == "3" and not coupling.legacy else row.way


def _holds(version: str | None, releases: str) -> bool:
    return not releases or (version is not None and versions.satisfies(version, releases) is True) or (version is None and ">=" in releases)


def words() -> frozenset[str]:
    """Give the words of which the names of add-ons consist that are told apart here."""
    return frozenset(word for parts in _MAKERS.values() for part in parts for word in part.split(".") if word)


def makes_keras_objects(addon: str, name: str) -> bool:
    """Tell whether a dotted name of an add-on makes objects that must be of one Keras with those around them."""
    if addon not in _BUILT:
        return False
    parts = _MAKERS.get(addon, ())
    return not parts or any(part in name for part in parts)
