"""tf-keras and TF_USE_LEGACY_KERAS: who answers for tf.keras, when the variable is read, and what goes with what."""

from __future__ import annotations

from lab.table.bases import on

_PAIRED = {"2.15": "2.15.1", "2.16": "2.16.0", "2.17": "2.17.0", "2.18": "2.18.0", "2.19": "2.19.0", "2.20": "2.20.1", "2.21": "2.21.0"}

#: TensorFlow minor -> the tf-keras releases one minor off, and the last of the first generation.
_OFF = {
    "2.15": ("2.16.0",),
    "2.16": ("2.15.1", "2.17.0"),
    "2.17": ("2.16.0",),
    "2.18": ("2.15.1", "2.17.0", "2.19.0"),
    "2.19": ("2.18.0", "2.21.0"),
    "2.20": ("2.16.0", "2.21.0"),
    "2.21": ("2.15.1", "2.20.1", "2.16.0"),
}
#: TensorFlow minor -> an early tf-keras, which declares no TensorFlow.
_EARLY = (("2.11", "2.15.0"), ("2.12", "2.14.1"), ("2.12", "2.15.0"), ("2.13", "2.15.0"))
_AFTER_IMPORT = """
import os, tensorflow as tf
os.environ["TF_USE_LEGACY_KERAS"] = "1"
assert tf.keras.__version__.startswith("2."), tf.keras.__version__
"""
_AFTER_TOUCH = """
import os, tensorflow as tf
tf.keras.layers
os.environ["TF_USE_LEGACY_KERAS"] = "1"
assert tf.keras.__version__.startswith("2."), tf.keras.__version__
"""
_LAYER = """
import keras, tf_keras
keras.Sequential([tf_keras.layers.Dense(1)])
"""
_FROM = """
from tensorflow.keras.layers import Dense
assert Dense.__module__.startswith("keras.src"), Dense.__module__
"""
_CALLBACK = """
import keras, numpy as np, tf_keras
x = np.zeros((8, 4), "float32")
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(x, x[:, :1], verbose=0, callbacks=[tf_keras.callbacks.EarlyStopping("loss")])
"""

ROWS = (
    *(on(minor, f"tf-keras{release}-legacy", swap=f"tf-keras=={release}", TF_USE_LEGACY_KERAS=1) for minor, release in _PAIRED.items()),
    *(
        on(minor, f"tf-keras{release}-legacy", swap=f"tf-keras=={release}", TF_USE_LEGACY_KERAS=1)
        for minor, releases in _OFF.items()
        for release in releases
    ),
    *(
        on("2.18", f"tf-keras-legacy-{value or 'empty'}", swap="tf-keras==2.18.0", TF_USE_LEGACY_KERAS=value)
        for value in ("0", "true", "True", "TRUE", "yes", "on", "")
    ),
    *(
        on(minor, "legacy-without-tf-keras", TF_USE_LEGACY_KERAS=1, tries={"from tensorflow.keras": _FROM})
        for minor in ("2.14", "2.15", "2.16", "2.18", "2.20", "2.21")
    ),
    *(
        on(minor, f"tf-keras{release}", swap=f"tf-keras=={release}", tries={"import tf_keras": "import tf_keras"})
        for minor, release in _EARLY
    ),
    on("2.14", "tf-keras2.14.1-legacy", swap="tf-keras==2.14.1", TF_USE_LEGACY_KERAS=1),
    on("2.15", "keras3.6.0-tf-keras2.15.1-legacy", also="rich namex optree", swap="keras==3.6.0 tf-keras==2.15.1", TF_USE_LEGACY_KERAS=1),
    on("2.15", "keras3.6.0-tf-keras2.15.1", also="rich namex optree", swap="keras==3.6.0 tf-keras==2.15.1"),
    on(
        "2.18",
        "tf-keras-not-legacy",
        swap="tf-keras==2.18.0",
        tries={
            "set after import tensorflow": _AFTER_IMPORT,
            "set after tf.keras was touched": _AFTER_TOUCH,
            "tf_keras layer in a keras model": _LAYER,
            "tf_keras callback in a keras model": _CALLBACK,
        },
    ),
    on("2.18", "legacy-no-keras", swap="tf-keras==2.18.0", without="keras", TF_USE_LEGACY_KERAS=1),
    on("2.18", "legacy-keras2.15", swap="tf-keras==2.18.0 keras==2.15.0", TF_USE_LEGACY_KERAS=1),
    on("2.18", "legacy-KBjax", swap="tf-keras==2.18.0", TF_USE_LEGACY_KERAS=1, KERAS_BACKEND="jax"),
    on("2.18", "legacy-KBnonsense", swap="tf-keras==2.18.0", TF_USE_LEGACY_KERAS=1, KERAS_BACKEND="nonsense"),
    on("2.18", "pip-install-tf-keras", "install tf-keras"),
)
