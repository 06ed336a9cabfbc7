"""Which Keras stands which TensorFlow: the borders of every range, with all other requirements kept right."""

from __future__ import annotations

from lab.row import Row, row
from lab.table.bases import MINORS, on

#: The last release of each Keras 2 minor.
_KERAS_2 = {
    "2.4": "2.4.3",
    "2.6": "2.6.0",
    "2.7": "2.7.0",
    "2.8": "2.8.0",
    "2.9": "2.9.0",
    "2.10": "2.10.0",
    "2.11": "2.11.0",
    "2.12": "2.12.0",
    "2.13": "2.13.1",
    "2.14": "2.14.0",
    "2.15": "2.15.0",
}
#: TensorFlow minor -> the Keras 2 minors forced onto it: the neighbours, and where a rule reaches further, what is beyond.
_PAIRS = {
    "2.4": ("2.4", "2.6"),
    "2.5": ("2.4", "2.6", "2.7"),
    "2.6": ("2.4", "2.7", "2.8"),
    "2.7": ("2.4", "2.6", "2.8", "2.9"),
    "2.8": ("2.6", "2.7", "2.9", "2.10"),
    "2.9": ("2.6", "2.7", "2.8", "2.10", "2.11"),
    "2.10": ("2.6", "2.7", "2.8", "2.9", "2.11", "2.12"),
    "2.11": ("2.8", "2.9", "2.10", "2.12", "2.15"),
    "2.12": ("2.10", "2.11", "2.13", "2.14"),
    "2.13": ("2.11", "2.12", "2.14", "2.15"),
    "2.14": ("2.11", "2.12", "2.13", "2.15"),
    "2.15": ("2.11", "2.12", "2.13", "2.14"),
    "2.16": ("2.15",),
    "2.17": ("2.15",),
    "2.18": ("2.14", "2.15"),
    "2.19": ("2.15",),
    "2.20": ("2.15",),
    "2.21": ("2.13", "2.15"),
}
#: What Keras 3 imports beside NumPy and h5py; 3.0 needs dm-tree, later ones optree.
NEEDS_3 = "absl-py rich namex optree ml-dtypes packaging"

_WITH_KERAS_3 = {
    "2.8": ("3.3.3", "3.6.0"),
    "2.9": ("3.0.5", "3.6.0"),
    "2.10": ("3.0.5", "3.12.4"),
    "2.11": ("3.0.5", "3.6.0", "3.12.4"),
    "2.12": ("3.0.5", "3.6.0", "3.15.1"),
    "2.13": ("3.6.0", "3.15.1"),
    "2.14": ("3.0.5", "3.6.0", "3.15.1"),
    "2.15": ("3.0.5", "3.6.0", "3.12.4", "3.15.1"),
    "2.16": ("3.0.5", "3.1.1", "3.9.2", "3.15.1"),
    "2.17": ("3.0.5", "3.15.1"),
    "2.18": ("3.0.5", "3.4.1", "3.15.1"),
    "2.19": ("3.0.5", "3.5.0"),
    "2.20": ("3.0.5", "3.9.2"),
    "2.21": ("3.0.5", "3.11.3", "3.12.4"),
}


def _keras_3(minor: str, keras: str) -> Row:
    # Keras 3.0 has no wheel-less dm-tree for Python 3.13, and what TensorFlow pins must stay as it is.
    needs = ("dm-tree attrs " if keras.startswith("3.0") else "") + NEEDS_3
    python = "3.12" if keras.startswith("3.0") and minor in ("2.20", "2.21") else ""
    return on(minor, f"keras{keras}", also=needs, swap=f"keras=={keras}", python=python)


ROWS = (
    *(on(minor, f"keras{keras}", swap=f"keras=={_KERAS_2[keras]}") for minor, pairs in _PAIRS.items() for keras in pairs),
    *(_keras_3(minor, keras) for minor, releases in _WITH_KERAS_3.items() for keras in releases),
    *(on(minor, "no-keras", without="keras") for minor in MINORS if minor not in ("2.4", "2.5")),
    # The newest TensorFlow that a Keras 3.0 of 2023 can meet, and what people type.
    on("2.12", "pip-U-keras", "install -U keras"),
    on("2.15", "pip-U-keras", "install -U keras"),
    on("2.18", "pip-keras-lt-3", "install keras<3"),
    on("2.12", "keras2.11-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.11.0 protobuf==3.20.3"),
    on("2.12", "keras2.11-py3.10", python="3.10", swap="keras==2.11.0"),
    on("2.12", "keras2.9-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.9.0 protobuf==3.20.3"),
    on("2.12", "keras2.8-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.8.0 protobuf==3.20.3"),
    on("2.13", "keras2.11-py3.10", python="3.10", swap="keras==2.11.0"),
    on("2.13", "keras2.11-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.11.0 protobuf==3.20.3"),
    on("2.15", "keras2.11-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.11.0 protobuf==3.20.3"),
    on("2.15", "keras2.10-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.10.0 protobuf==3.20.3"),
    on("2.14", "keras2.11-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.11.0 protobuf==3.20.3"),
    on("2.14", "keras2.10-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.10.0 protobuf==3.20.3"),
    on("2.13", "keras2.10-protobuf3.20.3-py3.10", python="3.10", swap="keras==2.10.0 protobuf==3.20.3"),
    on("2.14", "keras2.12-py3.10", python="3.10", swap="keras==2.12.0"),
    *(row(f"keras{keras}-alone", "3.11", f"keras=={keras} numpy<2") for keras in ("2.10.0", "2.15.0")),
    row("keras2.4-tf2.2", "3.8", "keras==2.4.3 tensorflow-cpu==2.2.3 protobuf<3.21"),
    row("keras2.4-tf2.1", "3.7", "keras==2.4.3 tensorflow-cpu==2.1.4 protobuf<3.21"),
    row("keras2.3-tf2.1", "3.7", "keras==2.3.1 tensorflow-cpu==2.1.4 protobuf<3.21 h5py<3"),
    row("keras2.3-tf2.2", "3.8", "keras==2.3.1 tensorflow-cpu==2.2.3 protobuf<3.21 h5py<3"),
    row("keras2.3-tf2.3", "3.8", "keras==2.3.1 tensorflow-cpu==2.3.4 protobuf<3.21"),
    row("keras2.3-tf1.15", "3.7", "keras==2.3.1 tensorflow-cpu==1.15.0 protobuf<3.21 h5py<3"),
    row("keras2.2.5-tf1.15", "3.7", "keras==2.2.5 tensorflow-cpu==1.15.0 protobuf<3.21 h5py<3"),
    row("keras2.2.5-tf2.1", "3.7", "keras==2.2.5 tensorflow-cpu==2.1.4 protobuf<3.21 h5py<3"),
    row("keras2.2.4-tf1.14", "3.7", "keras==2.2.4 tensorflow==1.14.0 protobuf<3.21 h5py<3"),
    row("keras2.4-tf1.15", "3.7", "keras==2.4.3 tensorflow-cpu==1.15.0 protobuf<3.21"),
    row("keras2.2.4-tf1.14-KBtheano", "3.7", "keras==2.2.4 theano==1.0.5 numpy<1.20 h5py<3", KERAS_BACKEND="theano"),
    row("keras2.2.4-KBnothing-there", "3.7", "keras==2.2.4 numpy<1.20 h5py<3", KERAS_BACKEND="theano"),
    row("keras2.3.1-KBcntk-missing", "3.7", "keras==2.3.1 tensorflow-cpu==1.15.0 protobuf<3.21 h5py<3", KERAS_BACKEND="cntk"),
    row("keras2.3.1-KBjax", "3.7", "keras==2.3.1 tensorflow-cpu==1.15.0 protobuf<3.21 h5py<3", KERAS_BACKEND="jax"),
    row("keras2.3.1-json-theano", "3.7", "keras==2.3.1 tensorflow-cpu==1.15.0 protobuf<3.21 h5py<3", keras_json='{"backend": "theano"}'),
)
