"""The libraries around: NumPy, protobuf, ml-dtypes, h5py and the like, at the borders of what each TensorFlow stands."""

from __future__ import annotations

from lab.row import Row
from lab.table.bases import on

_SWAPS = {
    "2.4": ("numpy==1.24.4",),
    "2.5": ("numpy==1.24.4",),
    "2.6": ("numpy==1.24.4", "protobuf==4.21.12", "typing-extensions==4.12.2"),
    "2.7": ("numpy==2.0.2", "protobuf==4.21.12"),
    "2.8": ("numpy==2.0.2", "protobuf==3.20.3", "flatbuffers==1.12"),
    "2.9": ("protobuf==4.21.12", "gast==0.7.0"),
    "2.10": ("protobuf==3.20.3", "protobuf==4.25.9"),
    "2.11": ("protobuf==3.20.3", "protobuf==4.21.12", "gast==0.7.0"),
    "2.12": ("numpy==1.26.4", "numpy==2.0.2", "protobuf==7.35.0", "wrapt==2.0.1"),
    "2.13": ("numpy==1.26.4", "protobuf==6.33.6", "typing-extensions==4.15.0"),
    "2.14": ("protobuf==6.33.6", "ml-dtypes==0.1.0", "ml-dtypes==0.3.2", "wrapt==2.0.1"),
    "2.15": (
        "numpy==2.0.2",
        "numpy==2.0.2 ml-dtypes==0.5.4",
        "protobuf==6.33.6",
        "ml-dtypes==0.1.0",
        "ml-dtypes==0.5.4",
    ),
    "2.16": ("numpy==2.0.2 ml-dtypes==0.5.4 h5py==3.11.0", "protobuf==5.29.6", "ml-dtypes==0.5.4"),
    "2.17": ("numpy==2.0.2", "protobuf==6.33.6"),
    "2.18": (
        "numpy==2.5.0",
        "protobuf==3.20.3",
        "ml-dtypes==0.3.2",
        "h5py==3.10.0",
        "typing-extensions==3.10.0.2",
        "typing-extensions==4.0.0",
        "flatbuffers==2.0",
        "gast==0.4.0",
        "absl-py==1.0.0",
    ),
    "2.19": ("protobuf==4.25.9", "ml-dtypes==0.4.1"),
    "2.20": ("protobuf==4.25.9", "protobuf==5.27.5", "protobuf==5.28.3", "ml-dtypes==0.4.1"),
    "2.21": ("protobuf==5.29.6", "protobuf==6.30.2", "protobuf==7.35.0", "ml-dtypes==0.4.1", "h5py==3.16.0"),
}
_PURE = "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"
_CONVERT = """
import tensorflow as tf
f = tf.function(lambda x: x if tf.reduce_sum(x) > 0 else -x)
assert float(f(tf.constant([-1.0]))[0]) == 1.0
"""
_SAVE = """
import tempfile, tensorflow as tf
model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
tf.saved_model.save(model, tempfile.mkdtemp())
"""
_RECURRENT = """
import numpy as np, tensorflow as tf
model = tf.keras.Sequential([tf.keras.layers.LSTM(2, input_shape=(3, 4))])
model.compile(loss="mse")
model.fit(np.zeros((2, 3, 4), "float32"), np.zeros((2, 2), "float32"), verbose=0)
"""


#: What is tried beside the three programs where one of these is swapped.
_TRIES = {"gast": {"gast": _CONVERT}, "wrapt": {"saving a model": _SAVE}}


def _swapped(minor: str, swap: str) -> Row:
    tries = _TRIES.get(swap.partition("==")[0], {"recurrent": _RECURRENT} if minor == "2.4" else {})
    return on(minor, swap.replace("==", "").replace(" ", "-"), swap=swap, tries=tries)


#: What TensorFlow 2.18 imports when it starts, and what it does not.
_REQUIRED = ("absl-py flatbuffers grpcio h5py namex numpy optree packaging protobuf requests six tensorboard wrapt").split()

ROWS = (
    *(_swapped(minor, swap) for minor, swaps in _SWAPS.items() for swap in swaps),
    *(on("2.18", f"without-{name}", without=name) for name in _REQUIRED),
    *(on("2.21", f"without-{name}", without=name) for name in ("packaging", "setuptools")),
    on("2.4", "recurrent-numpy1.19", tries={"recurrent": _RECURRENT}),
    on("2.8", "protobuf4.21.12-pure", swap="protobuf==4.21.12", **{_PURE: "python"}),
    on("2.8", "protobuf4.25.9-pure", swap="protobuf==4.25.9", **{_PURE: "python"}),
    *(on(minor, "without-setuptools", without="setuptools") for minor in ("2.17", "2.19")),
    on("2.18", "py3.11-without-setuptools", python="3.11", without="setuptools"),
    on("2.18", "setuptools-newest", "install -U setuptools"),
    on("2.18", "distutils-stdlib", SETUPTOOLS_USE_DISTUTILS="stdlib"),
    on("2.16", "distutils-stdlib", SETUPTOOLS_USE_DISTUTILS="stdlib"),
    on("2.20", "distutils-stdlib", SETUPTOOLS_USE_DISTUTILS="stdlib"),
    on("2.15", "estimator2.10.0", swap="tensorflow-estimator==2.10.0"),
    on("2.12", "without-estimator", without="tensorflow-estimator"),
    on("2.15", "jax-newest", "install jax"),
    on("2.18", "jax-newest", "install jax"),
)
