"""Which dotted names are ways to Keras, and which of its objects are of what kind."""

from __future__ import annotations

from functools import lru_cache

#: The longest first: the prefix of a dotted name -> how a program gets at Keras by it.
_WAYS = (
    ("tensorflow.python.keras", "tensorflow.python.keras"),
    ("tensorflow.contrib.keras", "tensorflow.contrib.keras"),
    ("tensorflow.compat.v1.keras", "tensorflow.keras"),
    ("tensorflow.compat.v2.keras", "tensorflow.keras"),
    ("tensorflow._api.v2.keras", "tensorflow.keras"),
    ("tensorflow.keras", "tensorflow.keras"),
    ("keras._tf_keras.keras", "tensorflow.keras"),
    ("keras.api._v2.keras", "tensorflow.keras"),
    ("keras", "keras"),
    ("tf_keras", "tf_keras"),
    ("keras_core", "keras_core"),
)

#: Modules of Keras whose classes make objects of a kind.
_KINDS = {
    "callbacks": "callback",
    "constraints": "constraint",
    "initializers": "initializer",
    "losses": "loss",
    "metrics": "metric",
    "models": "model",
    "optimizers": "optimizer",
    "regularizers": "regularizer",
    "layers": "layer",
    "applications": "model",
    "optimizer_v2": "optimizer",
    "training": "model",
}
_MODELS = ("Model", "Sequential", "Functional")
#: Functions that give a model.
_GIVE_MODELS = ("load_model", "clone_model", "model_from_json", "model_from_config")

#: Add-ons that are built on one Keras and whose objects meet those of a program: import name -> distribution.
ADDONS = {
    "tensorflow_hub": "tensorflow-hub",
    "tensorflow_model_optimization": "tensorflow-model-optimization",
    "tensorflow_probability": "tensorflow-probability",
    "tensorflow_addons": "tensorflow-addons",
    "tensorflow_recommenders": "tensorflow-recommenders",
    "tensorflow_ranking": "tensorflow-ranking",
    "tensorflow_decision_forests": "tensorflow-decision-forests",
    "tf_agents": "tf-agents",
    "kapre": "kapre",
    "larq": "larq",
    "keras_tuner": "keras-tuner",
    "kerastuner": "keras-tuner",
    "keras_hub": "keras-hub",
    "keras_nlp": "keras-nlp",
    "keras_cv": "keras-cv",
    "keras_contrib": "keras-contrib",
    "keras_rl": "keras-rl",
    "rl": "keras-rl",
    "scikeras": "scikeras",
    "autokeras": "autokeras",
    "keras_adamw": "keras-adamw",
    "keras_radam": "keras-rectified-adam",
    "keras_bert": "keras-bert",
    "keras_self_attention": "keras-self-attention",
    "segmentation_models": "segmentation-models",
    "efficientnet": "efficientnet",
    "vit_keras": "vit-keras",
    "spektral": "spektral",
    "deepctr": "deepctr",
    "tcn": "keras-tcn",
    "mdn": "keras-mdn-layer",
}


@lru_cache(maxsize=8192)
def way_of(name: str) -> str | None:
    """Say by which way to Keras a dotted name goes; None where it is another's."""
    for prefix, way in _WAYS:
        if name == prefix or name.startswith(prefix + "."):
            return way
    return None


@lru_cache(maxsize=8192)
def below(name: str) -> str:
    """Give what a dotted name says below its way: `tensorflow.keras.layers.Dense` is `layers.Dense`."""
    for prefix, _ in _WAYS:
        if name == prefix:
            return ""
        if name.startswith(prefix + "."):
            return name[len(prefix) + 1 :]
    return name


@lru_cache(maxsize=8192)
def library_of(name: str) -> str | None:
    """Say whose a name is: a way to Keras, or the import name of an add-on; None where it is of no concern."""
    top = name.partition(".")[0]
    return way_of(name) or (top if top in ADDONS else None)


#: What a dotted name may begin with that becomes a way to Keras by more of it: tensorflow, tensorflow.compat.v1.
_TOWARDS = frozenset(prefix.rsplit(".", number)[0] for prefix, _ in _WAYS for number in range(1, prefix.count(".") + 1))


@lru_cache(maxsize=8192)
def leads_to_keras(name: str) -> bool:
    """Tell whether a dotted name is of concern, or may become so by an attribute of it."""
    return name in _TOWARDS or library_of(name) is not None


@lru_cache(maxsize=8192)
def kind_of(name: str) -> str:
    """Say of what kind the objects are that a class or function of that name makes; "" where it cannot be told."""
    parts = name.split(".")
    if parts[-1] in _MODELS or parts[-1] in _GIVE_MODELS:
        return "model"
    return next((_KINDS[part] for part in reversed(parts[:-1]) if part in _KINDS), "")


def gives_tensor(name: str) -> bool:
    """Tell whether calling that name gives a symbolic tensor whatever it is given."""
    return name.rpartition(".")[2] == "Input"


#: Modules through which a program sets variables or imports by a string.
_SYSTEM = ("os", "importlib", "sys")


@lru_cache(maxsize=8192)
def is_foreign(name: str) -> bool:
    """Tell whether nothing below a dotted name is of any concern."""
    return not is_framework(name) and library_of(name) is None and name.partition(".")[0] not in _SYSTEM


#: Frameworks whose import may read the variables of Keras.
FRAMEWORKS = ("tensorflow", "jax", "torch")


def is_framework(name: str) -> bool:
    """Tell whether a dotted name is one of a framework under Keras."""
    return name.partition(".")[0] in FRAMEWORKS
