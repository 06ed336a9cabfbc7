"""What really happens where an object of one Keras is handed to a model of another.

Measured on Linux x86_64, CPU: Keras 3.15 beside tf-keras 2.21 and the stale copy in TensorFlow 2.21; Keras 2.15 beside the copy in
TensorFlow 2.15; Keras 2.3.1 beside the tf.keras of TensorFlow 2.2. Each pair was built, trained for an epoch, and its variables counted.
"""

from __future__ import annotations

from typing import NamedTuple

#: Roles in which an object of another Keras works wherever nothing else is said.
_RATE = "callback of learning rate"
_LOSS = "loss class"
_SAVES = "callback that saves"


class Outcome(NamedTuple):
    """What comes of it; `says` is empty where all goes well."""

    says: str
    #: True where no exception tells: the model trains without some of its variables.
    silent: bool = False


_FINE = Outcome("")
_LAYER_3 = Outcome("ValueError: Only instances of `keras.Layer` can be added to a Sequential model")
_LAYER_2 = Outcome("TypeError: The added layer must be an instance of class Layer")
_INPUT_3 = Outcome("AttributeError: 'tuple' object has no attribute 'rank', or ValueError: All `inputs` values must be KerasTensors")
_INPUT_1 = Outcome("AttributeError: 'tuple' object has no attribute 'layer', or 'Node' object has no attribute 'output_masks'")
_OPTIMIZER = Outcome("ValueError: Could not interpret optimizer identifier")
_CALLBACK = Outcome("AttributeError: the callback has no attribute '_implements_train_batch_hooks'")
_LOST = Outcome("the variables of that layer are not among those of the model and are never trained, and nothing is said", silent=True)

#: The generations that meet, host first: "3", "2" (Keras 2.6 to 2.15, tf-keras, and tf.keras up to TensorFlow 2.5), "copy"
#: (tensorflow.python.keras from TensorFlow 2.6 on) and "first" (Keras before 2.4). A role that is missing works.
OUTCOMES: dict[tuple[str, str], dict[str, Outcome]] = {
    ("3", "2"): {
        "layer": _LAYER_3,
        "model": _LAYER_3,
        "input": _INPUT_3,
        "inner layer": _LOST,
        "optimizer": _OPTIMIZER,
        _RATE: Outcome("AttributeError: 'SGD' object has no attribute 'lr'"),
    },
    ("2", "3"): {
        "layer": _LAYER_2,
        "model": _LAYER_2,
        "input": Outcome("the variables of the layer are lost, or AttributeError: 'tuple' object has no attribute 'rank'", silent=True),
        "inner layer": Outcome("an AttributeError in the first call, or the variables of that layer are never trained", silent=True),
        "optimizer": _OPTIMIZER,
        "metric": Outcome("AttributeError: 'Variable' object has no attribute '_distribute_strategy'"),
        "callback": _CALLBACK,
        _RATE: _CALLBACK,
        _SAVES: _CALLBACK,
    },
    ("2", "copy"): {
        "input": Outcome("TypeError: You are passing a KerasTensor of another Keras"),
        "optimizer": _OPTIMIZER,
    },
    ("copy", "2"): {
        "input": Outcome("TypeError: You are passing a KerasTensor of another Keras"),
        "optimizer": _OPTIMIZER,
    },
    ("first", "2"): {
        "layer": _LAYER_2,
        "model": _LAYER_2,
        "input": _INPUT_1,
        "inner layer": _INPUT_1,
        _SAVES: Outcome("AttributeError: 'Sequential' object has no attribute '_in_multi_worker_mode'"),
        "initializer": Outcome("ValueError: Tensor-typed variable initializers must either be wrapped in an init_scope or callable"),
    },
    ("2", "first"): {
        "layer": _LAYER_2,
        "model": _LAYER_2,
        "input": _INPUT_1,
        "inner layer": Outcome("the variables of that layer may never be trained", silent=True),
        "optimizer": _OPTIMIZER,
        _LOSS: Outcome("AttributeError when the loss is computed"),
        "callback": _CALLBACK,
        _RATE: _CALLBACK,
        _SAVES: _CALLBACK,
    },
}
OUTCOMES["3", "copy"] = {**OUTCOMES["3", "2"], _SAVES: Outcome("ValueError: The following argument(s) are not supported: ['options']")}
OUTCOMES["3", "first"] = OUTCOMES["3", "2"]
#: Callbacks of their own kind: they set the learning rate by the name that Keras 2 gave it, or save the model.
_CALLBACKS = {"ReduceLROnPlateau": _RATE, "LearningRateScheduler": _RATE, "ModelCheckpoint": _SAVES}
#: From this TensorFlow on, models of tensorflow.python.keras do not train at all.
COPY_CANNOT_TRAIN = "2.13"


def outcome(host: str, guest: str, role: str, made_by: str) -> Outcome:
    """Say what comes of handing an object (made by the class `made_by`) to a host of another generation of Keras."""
    last = made_by.rpartition(".")[2]
    if role == "callback":
        role = _CALLBACKS.get(last, role)
    elif role == "loss" and last[:1].isupper():
        role = _LOSS
    return OUTCOMES.get((host, guest), {}).get(role, _FINE)
