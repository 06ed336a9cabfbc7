"""keras.json and the variables of Keras in each generation, and what the first, multi-backend Keras runs with."""

from __future__ import annotations

from lab.row import Row, row
from lab.table.bases import on

_JSON = {
    "list": "[]",
    "broken": '{"backend": ',
    "null-backend": '{"backend": null}',
    "theano": '{"floatx": "float32", "epsilon": 1e-07, "backend": "theano", "image_data_format": "channels_last"}',
    "bfloat16": '{"floatx": "bfloat16"}',
    "infinite-epsilon": '{"epsilon": Infinity}',
    "th": '{"image_dim_ordering": "th", "backend": "tensorflow", "epsilon": 1e-07, "floatx": "float32"}',
}
_LOAD = """
import keras, tempfile
path = tempfile.mkdtemp() + "/model.h5"
model = keras.models.Sequential()
model.add(keras.layers.Dense(1, input_shape=(4,)))
model.compile("adam", "mse")
model.save(path)
keras.models.load_model(path)
"""
#: What TensorFlow 1.15 to 2.2 need today beside what they declare.
_TODAY = "protobuf<3.21 h5py<3 numpy<1.20"
_NO_COMPILER = {"THEANO_FLAGS": "cxx=", "KERAS_BACKEND": "theano"}


def _first(keras: str, tensorflow: str, name: str = "", more: str = "", **options: object) -> Row:
    dist = "tensorflow" if tensorflow < "2.1" else "tensorflow-cpu"
    title = f"config-keras{keras}-tf{tensorflow}{'-' + name if name else ''}"
    return row(title, "3.7", f"keras=={keras} {dist}=={tensorflow} {_TODAY} {more}".strip(), **options)  # type: ignore[arg-type]


def _theano(keras: str, numpy: str, python: str, theano: str = "theano==1.0.5") -> Row:
    h5py = "h5py<3" if python == "3.8" else "h5py"
    wanted = f"keras=={keras} {theano} numpy=={numpy} {h5py} setuptools<70"
    title = f"config-keras{keras}-{theano.replace('==', '')}-numpy{numpy}-python{python}"
    return row(title, python, wanted, **_NO_COMPILER)


def _jax(name: str, keras: str = "3.15.1", jax: str = "0.10.2", more: str = "packaging", **options: object) -> Row:
    wanted = f"keras=={keras} jax=={jax} {more}".strip()
    return row(f"config-keras{keras}-jax-{name}", "3.11", wanted, **{"KERAS_BACKEND": "jax", **options})  # type: ignore[arg-type]


def _core(name: str, **options: object) -> Row:
    wanted = "keras-core==0.1.7 jax==0.4.20 jaxlib==0.4.20 tensorflow-cpu==2.13.1 numpy<2 scipy<1.13"
    return row(f"config-keras-core-{name}", "3.11", wanted, tries={"keras-core": "import keras_core"}, **options)  # type: ignore[arg-type]


ROWS = (
    # The first Keras and its TensorFlow.
    *(_first(keras, "1.15.5") for keras in ("2.0.9", "2.1.6", "2.2.5", "2.3.0", "2.3.1")),
    *(_first(keras, "2.0.4") for keras in ("2.2.5", "2.3.1")),
    *(_first(keras, "2.2.3") for keras in ("2.2.4", "2.3.1")),
    *(
        _first("2.3.1", "1.15.5", f"without-{name}", without=name)
        for name in ("scipy", "pyyaml", "keras-applications", "keras-preprocessing")
    ),
    row("config-keras2.3.1-tf1.13.2", "3.7", "keras==2.3.1 tensorflow==1.13.2 protobuf<3.21 h5py<3 numpy<1.19"),
    _first("2.2.4", "1.15.5", "h5py3", swap="h5py==3.8.0", tries={"h5py": _LOAD}),
    # Theano.
    *(_theano("2.3.1", numpy, "3.8") for numpy in ("1.21.6", "1.22.4")),
    *(_theano("2.3.1", "1.21.6", python) for python in ("3.9", "3.10")),
    *(_theano("2.3.1", "1.21.6", "3.8", f"theano-pymc=={release}") for release in ("1.0.11", "1.1.2")),
    # How the first Keras is told what to do.
    *(_first("2.2.4", "1.15.5", f"KB-{value or 'empty'}", KERAS_BACKEND=value) for value in ("", "theano", "Theano", "nonsense")),
    *(_first("2.2.4", "1.15.5", f"json-{name}", keras_json=text) for name, text in _JSON.items()),
    _first("2.1.6", "1.15.5", "KB-empty", KERAS_BACKEND=""),
    # Keras 2 on TensorFlow alone, and the Keras inside TensorFlow.
    *(
        on("2.10", f"config-json-{name}", keras_json=_JSON[name])
        for name in ("list", "broken", "null-backend", "bfloat16", "infinite-epsilon")
    ),
    *(on("2.4", f"config-json-{name}", keras_json=_JSON[name]) for name in ("list", "broken", "theano", "bfloat16")),
    on("2.8", "config-without-keras-preprocessing", without="keras-preprocessing"),
    # Keras 3 without TensorFlow.
    *(
        _jax(f"json-{name}", keras_json=_JSON[name])
        for name in ("list", "broken", "null-backend", "theano", "bfloat16", "infinite-epsilon")
    ),
    *(_jax(f"json-{name}-unset", keras_json=_JSON[name], KERAS_BACKEND="") for name in ("null-backend", "theano")),
    _jax("json-nnx", keras_json='{"nnx_enabled": true}'),
    _jax("nnx", KERAS_NNX_ENABLED="true"),
    _jax("nnx-flax", more="packaging flax", KERAS_NNX_ENABLED="true"),
    _jax("nnx-yes", KERAS_NNX_ENABLED="yes"),
    _jax("max-epochs", KERAS_MAX_EPOCHS="1"),
    _jax("max-epochs-empty", KERAS_MAX_EPOCHS=""),
    _jax("max-steps-text", KERAS_MAX_STEPS_PER_EPOCH="ten"),
    _jax("packaging", keras="3.0.5", jax="0.5.3"),
    _jax("without-packaging", keras="3.0.5", jax="0.5.3", without="packaging"),
    _jax("without-packaging", without="packaging"),
    on("2.18", "config-max-epochs-text", KERAS_MAX_EPOCHS="ten"),
    # keras-core.
    *(_core(f"KB-{value}", KERAS_BACKEND=value) for value in ("jax", "torch", "openvino")),
    _core("json-list", keras_json="[]"),
)
