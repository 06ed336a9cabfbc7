"""Which Keras can load what which Keras wrote: rows in order, the first that fits decides.

Measured on 2026-11-29: small models (dense, convolutional, recurrent, with an embedding, with a Lambda layer), saved in all three forms
by TensorFlow 2.4, 2.10, 2.12, 2.13 and 2.15, tf-keras 2.18 and Keras 3.0, 3.6, 3.12 and 3.15, were loaded by TensorFlow 2.10, 2.12 and
2.15, tf-keras 2.18 and Keras 3.0, 3.6, 3.12 and 3.15.
"""

from __future__ import annotations

from typing import NamedTuple

#: What stands for "of a newer minor release than the reader" in `written`, alone or before a specifier.
NEWER = "newer"
_MEASURED = "models saved and loaded for real on 2026-11-29"


class Loading(NamedTuple):
    """What becomes of a file of one form, written by some versions of Keras, in others."""

    form: str
    #: Specifiers on the Keras that wrote it and on the one that reads it; "" = any, also an unknown one.
    written: str
    reads: str
    #: A sign that must be in the file; "" = none needed.
    sign: str
    #: None = it depends on what else is in the model, or on how load_model is called.
    works: bool | None
    says: str
    advice: str
    #: The error that a program dies of.
    error: str = ""
    source: str = _MEASURED


_REBUILD = (
    'Install Keras 3 (python -m pip install "keras>=3") and load it with `import keras`; or build the model anew and load its weights.'
)
_RESAVE = "Load it with the Keras that wrote it, and save it from there as .h5, or its weights alone."
_TF_KERAS = (
    "Load it with tf_keras (python -m pip install tf-keras, TF_USE_LEGACY_KERAS=1), and save it from there as .h5 or its weights alone."
)
_UNCOMPILED = "Pass compile=False to load_model, and compile the model anew."
_SAFE = "Pass safe_mode=False to load_model if you trust who made the file, with the minor version of Python that saved it."
_NAMES = "custom classes: load_model finds them only where they are registered or given as custom_objects"
_UNKNOWN_TO_2 = "Keras 2 does not know the configuration that Keras 3 writes (batch_shape, DTypePolicy, keras.src.models)"
_TIME_MAJOR = "Keras 3 refuses the recurrent layers of Keras 2, whose configuration says time_major"

_LOADS, _FAILS, _DEPENDS = True, False, None

_KERAS_3 = (
    Loading(
        "saved_model",
        "",
        ">=3",
        "",
        _FAILS,
        "load_model of Keras 3 reads no SavedModel folders",
        'For inference: keras.layers.TFSMLayer(folder, call_endpoint="serving_default"). Else load it with tf_keras and save it as .h5.',
        "File format not supported",
    ),
    Loading(
        "h5",
        "",
        ">=3",
        "named-keras",
        _FAILS,
        "it is HDF5 under a name that ends in .keras, as TensorFlow up to 2.12 wrote it, and Keras 3 opens such a name as an archive only",
        "Rename it to .h5, and pass compile=False to load_model.",
        "File not found: Please ensure the file is an accessible `.keras` zip file",
    ),
    Loading(
        "keras",
        "<2.15",
        ">=3",
        "",
        _FAILS,
        "Keras 3 reads no archives of Keras before 2.15",
        _TF_KERAS,
        "parent module keras.src.engine.functional cannot be imported; or: expected 2 variables, but received 0 variables during loading",
    ),
    Loading(
        "keras",
        "<3",
        ">=3",
        "functional",
        _FAILS,
        "Keras 3 does not find the Functional class of Keras 2 that the archive names",
        _TF_KERAS,
        "Could not deserialize class 'Functional' because its parent module keras.src.engine.functional cannot be imported",
    ),
    Loading(
        "keras", "<3", ">=3", "time-major", _FAILS, _TIME_MAJOR, _TF_KERAS, "Unrecognized keyword arguments passed to LSTM: {'time_major'"
    ),
    Loading(
        "keras",
        "<3",
        ">=3",
        "lambda",
        _FAILS,
        "Keras 3 refuses the Lambda layers of Keras 2",
        _TF_KERAS,
        "Unrecognized keyword arguments passed to Lambda: {'function_type'",
    ),
    Loading(
        "h5", "<3", ">=3", "time-major", _FAILS, _TIME_MAJOR, _TF_KERAS, "Unrecognized keyword arguments passed to LSTM: {'time_major'"
    ),
    Loading(
        "h5",
        "<3",
        ">=3",
        "depthwise-groups",
        _FAILS,
        "Keras 3 refuses the DepthwiseConv2D layers of Keras 2, whose configuration says groups",
        "Give load_model custom_objects with a DepthwiseConv2D that drops the argument groups; or load it with tf_keras.",
        "Error when deserializing class 'DepthwiseConv2D'",
    ),
    *(
        Loading(
            form,
            "newer >=3.15",
            ">=3,<3.15",
            "",
            _FAILS,
            "Keras 3.15 writes arguments of initializers and layers that older releases refuse",
            'Upgrade Keras: python -m pip install -U "keras>=3.15".',
            "could not be deserialized properly; Error when deserializing class 'Dense'",
        )
        for form in ("keras", "h5")
    ),
    *(
        Loading(
            form,
            NEWER,
            ">=3",
            "",
            _DEPENDS,
            "it was written by a newer Keras than the one here, which may not know what it says",
            "Upgrade Keras to the version that wrote it, if it does not load.",
            "Error when deserializing class",
        )
        for form in ("keras", "h5")
    ),
    Loading(
        "keras",
        "",
        ">=3,<3.1",
        "bidirectional",
        _FAILS,
        "Keras 3.0 does not find the weights of bidirectional layers again, not even those that it saved itself",
        'Upgrade Keras: python -m pip install -U "keras>=3.3".',
        "objects could not be loaded; Layer 'lstm_cell' expected 3 variables",
    ),
    Loading(
        "keras",
        "",
        ">=3",
        "lambda",
        _DEPENDS,
        "a Lambda layer in it is stored as code",
        _SAFE,
        "Requested the deserialization of a Lambda layer",
    ),
    Loading(
        "h5",
        "",
        ">=3",
        "lambda",
        _DEPENDS,
        "a Lambda layer in it is stored as code",
        _SAFE,
        "bad marshal data; Requested the deserialization",
    ),
    *(
        Loading(form, "", ">=3", "custom", _DEPENDS, f"it has {_NAMES}", "Pass custom_objects, or import what registers them.")
        for form in ("keras", "h5")
    ),
    Loading(
        "h5",
        "",
        ">=3",
        "compiled",
        _DEPENDS,
        "the file says how the model was compiled, and Keras 3 does not find losses and metrics that were given by a short name such as "
        '"mse"',
        _UNCOMPILED,
        "Could not locate function 'mse'; Could not deserialize 'keras.metrics.mse'",
    ),
    Loading("keras", "", ">=3", "", _LOADS, "", ""),
    Loading("h5", "", ">=3", "", _LOADS, "", ""),
)

_KERAS_2 = (
    Loading("keras", ">=3", "<3", "", _FAILS, _UNKNOWN_TO_2, _REBUILD, "Error when deserializing class 'InputLayer'"),
    Loading("h5", ">=3", "<3", "", _FAILS, _UNKNOWN_TO_2, _REBUILD, "Unrecognized keyword arguments: ['batch_shape']"),
    Loading(
        "keras",
        "",
        "<2.12",
        "",
        _FAILS,
        "the archive form of .keras came with TensorFlow 2.12; before, the name stood for HDF5",
        "Use the TensorFlow that wrote it, or let it save the model as .h5.",
        "file signature not found",
    ),
    Loading(
        "keras",
        "<2.15",
        ">=2.15",
        "",
        _FAILS,
        "archives from before 2.15 keep the weights in another order than Keras 2.15 and tf-keras expect",
        _RESAVE,
        "expected 2 variables, but received 0 variables during loading",
    ),
    Loading(
        "keras",
        ">=2.15",
        "<2.15",
        "",
        _FAILS,
        "archives of 2.15 and later keep the weights in another order than older Kerases expect",
        _RESAVE,
        "expected 2 variables, but received 0 variables during loading",
    ),
    Loading(
        "keras",
        ">=2.16",
        "<2.16",
        "functional",
        _FAILS,
        "it names the Functional class of tf_keras, which keras does not find",
        _TF_KERAS,
        "its parent module tf_keras.src.engine.functional cannot be imported",
    ),
    Loading(
        "keras",
        ">=2.13",
        "<2.13",
        "functional",
        _FAILS,
        "it names keras.src, which Keras before 2.13 does not have",
        _RESAVE,
        "its parent module keras.src.engine.functional cannot be imported",
    ),
    Loading(
        "saved_model",
        ">=2.12",
        "<2.11",
        "keras",
        _DEPENDS,
        "it says how it was compiled, and optimizers of TensorFlow up to 2.10 refuse what later ones write",
        _UNCOMPILED,
        "weight_decay is not a valid argument",
    ),
    Loading(
        "saved_model",
        "",
        "<3",
        "keras-untold",
        _DEPENDS,
        "TensorFlow before 2.5 wrote it, and whether a Keras model is in it is not told apart",
        "If load_model gives an object that cannot predict, use tf.saved_model.load(folder).",
        "'_UserObject' object has no attribute 'predict'",
    ),
    Loading(
        "saved_model",
        "",
        "<3",
        "keras",
        _LOADS,
        "",
        "",
    ),
    Loading(
        "saved_model",
        "",
        "<3",
        "",
        _FAILS,
        "it was exported for inference and holds no Keras model, so load_model gives an object that cannot predict",
        "Load it with tf.saved_model.load(folder) and call its signature.",
        "'_UserObject' object has no attribute 'predict'",
    ),
    Loading(
        "h5",
        ">=2.12",
        "<2.11",
        "compiled",
        _DEPENDS,
        "the file says how the model was compiled, and optimizers of TensorFlow up to 2.10 refuse what later ones write",
        _UNCOMPILED,
        "weight_decay is not a valid argument",
    ),
    *(
        Loading(form, "", "<3", "lambda", _DEPENDS, "a Lambda layer in it is stored as code", _SAFE, "bad marshal data")
        for form in ("keras", "h5")
    ),
    *(
        Loading(form, "", "<3", "custom", _DEPENDS, f"it has {_NAMES}", "Pass custom_objects, or import what registers them.")
        for form in ("keras", "h5")
    ),
    Loading("keras", "", "<3", "", _LOADS, "", ""),
    Loading("h5", "", "<3", "", _LOADS, "", ""),
)

LOADING: tuple[Loading, ...] = (*_KERAS_3, *_KERAS_2)
