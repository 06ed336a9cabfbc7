"""Arguments, methods and attributes that Keras gave up: each was measured to fail where it is said to, and to work before."""

from __future__ import annotations

from typing import NamedTuple


class Dropped(NamedTuple):
    """Something that a Keras no longer has."""

    #: Of whom: a kind of objects (layer, model, optimizer), one of its methods (model.fit), or a name below keras (layers.LSTM).
    owner: str
    #: An argument, or where `attribute` is set a method or an attribute of the objects.
    name: str
    #: What to write instead, or why it is not needed.
    instead: str
    #: The Keras that lacks it.
    since: str = ">=3"
    attribute: bool = False
    #: A class of that kind which takes it all the same, below keras.
    but: str = ""


_QUEUE = "give it to the keras.utils.PyDataset that is the data"
_GONE = "leave it out"

_THIRD = (
    Dropped("optimizer", "lr", "learning_rate"),
    Dropped("layer", "batch_input_shape", "keras.Input(batch_shape=...) in front", but="layers.InputLayer"),
    Dropped("layer", "dynamic", _GONE),
    Dropped("layers.Dense", "weights", "set_weights() once it is built"),
    Dropped("layers.LSTM", "time_major", "keras.ops.transpose of the input"),
    Dropped("layers.GRU", "time_major", "keras.ops.transpose of the input"),
    Dropped("layers.BatchNormalization", "fused", _GONE),
    Dropped("layers.Attention", "causal", "use_causal_mask=True in the call of the layer"),
    Dropped("layers.CategoryEncoding", "max_tokens", "num_tokens"),
    *(Dropped(f"model.{method}", name, _QUEUE) for method in ("fit", "evaluate", "predict") for name in ("workers", "use_multiprocessing")),
    *(Dropped(f"model.{method}", "max_queue_size", _QUEUE) for method in ("fit", "evaluate", "predict")),
    *(Dropped("model.compile", name, _GONE) for name in ("sample_weight_mode", "target_tensors", "experimental_run_tf_function")),
    Dropped("model.save_weights", "save_format", "a file name that ends in .weights.h5"),
    Dropped("callbacks.ModelCheckpoint", "period", "save_freq"),
    Dropped("callbacks.ModelCheckpoint", "options", _GONE),
    Dropped("callbacks.TensorBoard", "write_grads", _GONE),
    Dropped("callbacks.TensorBoard", "batch_size", _GONE),
    Dropped("utils.to_categorical", "dtype", "astype() of what it gives"),
    Dropped("model", "fit_generator", "fit", attribute=True),
    Dropped("model", "evaluate_generator", "evaluate", attribute=True),
    Dropped("model", "predict_generator", "predict", attribute=True),
    Dropped("model", "reset_states", "reset_states of each layer that has it", attribute=True),
    Dropped("layer", "output_shape", "output.shape", attribute=True),
    Dropped("layer", "input_shape", "input.shape", attribute=True),
    Dropped("layer", "get_output_at", "output", attribute=True),
    Dropped("layer", "get_input_at", "input", attribute=True),
    Dropped("layer", "updates", _GONE, attribute=True),
    Dropped("layer", "add_update", "assign() of the variable in call()", attribute=True),
    Dropped("optimizer", "lr", "learning_rate", attribute=True),
    Dropped("optimizer", "minimize", "apply_gradients with the gradients of the backend", attribute=True),
)
#: With the optimizers of Keras 2.11, and the clearing up of 2.6; measured from the release named here on.
_SECOND = (
    Dropped("optimizer", "weights", "variables", ">=2.15", attribute=True),
    Dropped("optimizer", "get_weights", "variables", ">=2.15", attribute=True),
    Dropped("optimizer", "get_gradients", "the gradients of the backend (tf.GradientTape)", ">=2.15", attribute=True),
    Dropped("model", "predict_classes", "predict(x).argmax(axis=-1), or predict(x) > 0.5", ">=2.10", attribute=True),
    Dropped("model", "predict_proba", "predict", ">=2.10", attribute=True),
)
#: The names of Keras 1, which Keras 2.0 to 2.3 still translated.
_FIRST = (
    Dropped("layer", "border_mode", "padding", ">=2.10"),
    Dropped("layer", "subsample", "strides", ">=2.10"),
    Dropped("layer", "init", "kernel_initializer", ">=2.10"),
    Dropped("layer", "inner_activation", "recurrent_activation", ">=2.10"),
    Dropped("layer", "dim_ordering", "data_format", ">=2.10"),
    Dropped("layer", "nb_filter", "filters", ">=2.10"),
    Dropped("layers.Dropout", "p", "rate", ">=2.10"),
    Dropped("model.fit", "nb_epoch", "epochs", ">=2.10"),
)

DROPPED: tuple[Dropped, ...] = (*_THIRD, *_SECOND, *_FIRST)
