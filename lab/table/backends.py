"""The backends of Keras 3: which releases each Keras starts and trains with, and who decides which is taken."""

from __future__ import annotations

from lab.row import Row, row
from lab.table.bases import on

JAX = "jax"


def _jax(keras: str, jax: str, python: str = "3.11") -> Row:
    # What NumPy 2 and SciPy 1.13 break in an old jax is another row's affair.
    more = "numpy<2 scipy<1.13" if jax.startswith("0.4.") and int(jax[4:]) < 26 else ""  # noqa: PLR2004 -- 0.4.26.
    return row(f"keras{keras}-jax{jax}", python, f"keras=={keras} jax=={jax} jaxlib=={jax} {more}".strip(), KERAS_BACKEND=JAX)


def _openvino(keras: str, openvino: str, more: str = "") -> Row:
    wanted = f"keras=={keras} openvino=={openvino} {more}".strip()
    return row(f"keras{keras}-openvino{openvino}{'-' + more if more else ''}", "3.11", wanted, KERAS_BACKEND="openvino")


_TENSORFLOW = ("tensorflow", "jax", "torch", "numpy", "openvino", "theano", "pytorch", "TensorFlow", "nonsense", "", "jax,tensorflow")
_JSON = {
    "empty-object": "{}",
    "list": "[]",
    "broken": '{"backend": "jax"',
    "empty-file": "",
    "jax": '{"backend": "jax"}',
    "theano": '{"floatx": "float32", "epsilon": 1e-07, "backend": "theano", "image_data_format": "channels_last"}',
    "null-backend": '{"backend": null}',
    "empty-backend": '{"backend": ""}',
    "number-backend": '{"backend": 3}',
    "floatx-bfloat16": '{"floatx": "bfloat16"}',
    "floatx-float64": '{"floatx": "float64"}',
    "floatx-number": '{"floatx": 32}',
    "epsilon-int": '{"epsilon": 1}',
    "epsilon-text": '{"epsilon": "1e-7"}',
    "format-nonsense": '{"image_data_format": "first"}',
    "format-th": '{"image_dim_ordering": "th", "backend": "tensorflow"}',
    "null": "null",
    "number": "5",
    "text": '"jax"',
    "nan": '{"epsilon": NaN}',
    "byte-order-mark": '\ufeff{"backend": "tensorflow"}',
    "comment": '{"backend": "tensorflow"} // mine',
    "nnx": '{"backend": "tensorflow", "nnx_enabled": true}',
}

ROWS = (
    *(_jax("3.0.5", jax) for jax in ("0.4.20", "0.4.38", "0.5.3", "0.6.0", "0.6.1")),
    *(_jax("3.6.0", jax) for jax in ("0.4.20", "0.5.3", "0.6.0")),
    *(_jax("3.7.0", jax) for jax in ("0.4.20", "0.4.26", "0.5.3", "0.6.0")),
    _jax("3.9.0", "0.4.23"),
    *(_jax("3.9.2", jax) for jax in ("0.4.23", "0.4.24", "0.4.26", "0.5.3", "0.6.0", "0.6.1", "0.6.2")),
    *(_jax("3.10.0", jax) for jax in ("0.4.23", "0.4.24", "0.4.25", "0.4.26", "0.6.2", "0.10.2")),
    *(_jax("3.11.3", jax) for jax in ("0.4.25", "0.4.26", "0.4.30", "0.10.2")),
    *(_jax("3.12.4", jax) for jax in ("0.4.26", "0.4.28", "0.4.29", "0.4.30", "0.10.2")),
    *(_jax("3.13.2", jax) for jax in ("0.4.29", "0.4.30", "0.10.2")),
    *(_jax("3.15.1", jax) for jax in ("0.4.29", "0.4.30", "0.4.34", "0.10.2")),
    *(_jax("3.15.1", jax, "3.12") for jax in ("0.11.0", "0.12.0")),
    row("keras3.6.0-jax0.4.20-scipy1.13", "3.11", "keras==3.6.0 jax==0.4.20 jaxlib==0.4.20 numpy<2 scipy==1.13.1", KERAS_BACKEND=JAX),
    row("keras3.15.1-jax0.10.2-unset", "3.11", "keras==3.15.1 jax==0.10.2"),
    row("keras3.15.1-jax0.10.2-no-jaxlib", "3.11", "keras==3.15.1 jax==0.10.2", without="jaxlib", KERAS_BACKEND=JAX),
    row("keras3.15.1-jax0.10.2-jaxlib0.10.1", "3.11", "keras==3.15.1 jax==0.10.2", swap="jaxlib==0.10.1", KERAS_BACKEND=JAX),
    row("keras3.15.1-jax0.10.1-jaxlib0.10.2", "3.11", "keras==3.15.1 jax==0.10.1", swap="jaxlib==0.10.2", KERAS_BACKEND=JAX),
    row("keras3.15.1-jax0.10.2-jaxlib0.7.2", "3.11", "keras==3.15.1 jax==0.10.2", swap="jaxlib==0.7.2", KERAS_BACKEND=JAX),
    *(_openvino("3.6.0", release) for release in ("2025.1.0",)),
    *(_openvino("3.8.0", release) for release in ("2024.5.0", "2024.6.0", "2025.3.0", "2026.0.0")),
    *(_openvino("3.10.0", release) for release in ("2024.6.0", "2025.4.1", "2026.0.0")),
    *(_openvino("3.11.3", release) for release in ("2024.6.0", "2025.0.0", "2025.4.1", "2026.0.0")),
    *(_openvino("3.12.4", release) for release in ("2024.6.0", "2025.0.0", "2025.1.0", "2026.0.0")),
    *(_openvino("3.13.2", release) for release in ("2025.1.0", "2025.4.1", "2026.0.0")),
    *(_openvino("3.14.1", release, "scipy") for release in ("2025.1.0", "2025.4.1", "2026.0.0")),
    *(_openvino("3.15.1", release, "scipy") for release in ("2025.4.1", "2026.0.0", "2026.1.0")),
    *(_openvino(keras, "2026.1.0") for keras in ("3.13.2", "3.14.1", "3.15.1")),
    *(
        row(f"keras{keras}-numpy-{name}", "3.11", f"keras=={keras} {more}".strip(), KERAS_BACKEND="numpy")
        for keras in ("3.0.5", "3.6.0", "3.15.1")
        for name, more in (("alone", ""), ("scipy", "scipy"), ("jax", "jax==0.4.38"))
    ),
    *(on("2.18", f"KB-{value or 'empty'}", KERAS_BACKEND=value) for value in _TENSORFLOW),
    *(on("2.15", f"KB-{value}", KERAS_BACKEND=value) for value in ("jax", "nonsense")),
    on("2.10", "KB-torch", KERAS_BACKEND="torch"),
    on("2.18", "jax-KB-jax", also="jax", KERAS_BACKEND="jax"),
    on("2.18", "jax-json-tensorflow-KB-jax", also="jax", KERAS_BACKEND="jax", keras_json='{"backend": "tensorflow"}'),
    on("2.18", "jax-json-jax", also="jax", keras_json='{"backend": "jax"}'),
    *(on("2.18", f"json-{name}", keras_json=text) for name, text in _JSON.items()),
    *(on("2.15", f"json-{name}", keras_json=_JSON[name]) for name in ("list", "broken", "theano", "jax", "floatx-bfloat16", "null")),
    on("2.18", "KERAS_HOME", KERAS_HOME="/nonexistent/keras"),
    row("keras-core-tf2.13", "3.11", "keras-core==0.1.7 tensorflow-cpu==2.13.1", tries={"keras-core": "import keras_core"}),
    row(
        "keras-core-KB-jax",
        "3.11",
        "keras-core==0.1.7 jax==0.4.20 jaxlib==0.4.20 tensorflow-cpu==2.13.1 numpy<2",
        KERAS_BACKEND="jax",
        tries={"keras-core": "import keras_core; assert keras_core.backend.backend() == 'jax'"},
    ),
)
