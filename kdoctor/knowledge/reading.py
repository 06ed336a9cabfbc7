"""How each generation of Keras reads KERAS_BACKEND and keras.json.

Read in keras/backend/__init__.py or keras/backend/load_backend.py of every release from 1.0.0 to 2.3.1 and of 0.3.0 and 0.3.3, and in
keras/src/backend/config.py of one of each minor release from 3.0 to 3.15. Measured on Keras 2.1.6 (the empty variable), 2.2.4, 2.10.0,
3.0.5 and 3.15.1 and on the Keras inside TensorFlow 1.15, 2.1 and 2.4; what is said of older ones was read, not run.
"""

from __future__ import annotations

from typing import Any

from kdoctor import versions

#: Backend of the first, multi-backend Keras -> the distributions that provide it; TensorFlow is a role of its own.
FIRST_BACKENDS: dict[str, tuple[str, ...]] = {"tensorflow": (), "theano": ("theano", "theano-pymc"), "cntk": ("cntk", "cntk-gpu")}

#: The values that all generations take; a type that is not hashable is refused as well.
FLOATX = ("float16", "float32", "float64")
_FORMATS = ("channels_last", "channels_first")
#: JSON has no number that is none; the snapshot holds the words that Python's reader takes for them.
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")


def _before(keras: str | None, version: str) -> bool:
    return versions.satisfies(versions.base(keras), f"<{version}") is True


def default_backend(keras: str | None, system: str | None) -> str:
    """Give the backend that Keras takes where nothing is chosen: theano before 1.1, on Windows before 1.2 with an exception."""
    on_windows = system == "windows" and _before(keras, "1.2") and not versions.satisfies(versions.base(keras), "==1.1.0")
    return "theano" if _before(keras, "1.1") or on_windows else "tensorflow"


def takes_empty_variable(keras: str | None) -> bool:
    """Tell whether an empty KERAS_BACKEND is taken for the name of a backend; from 2.2.1 on it counts as unset."""
    return _before(keras, "2.2.1")


def takes_any_module(keras: str | None) -> bool:
    """Tell whether Keras takes every importable module that has placeholder, variable and function, as PlaidML's has."""
    return not _before(keras, "2.2")


def known_backends(keras: str | None) -> tuple[str, ...]:
    """Name the backends that this multi-backend Keras has itself."""
    return tuple(name for name in FIRST_BACKENDS if name != "cntk" or not _before(keras, "2.0.5"))


def stops_on_text(keras: str | None) -> bool:
    """Tell whether a keras.json that is no JSON ends the import; from 2.0.3 on it is passed over."""
    return _before(keras, "2.0.3")


def refused(config: dict[str, Any]) -> str:
    """Say which value of keras.json every Keras refuses, or ""."""
    if config.get("floatx", "float32") not in FLOATX:
        return f"has a floatx that Keras refuses: {config['floatx']!r}"
    epsilon = config.get("epsilon", 1e-7)
    if not isinstance(epsilon, float) and epsilon not in _NO_NUMBERS:
        return f"has an epsilon that is no float: {epsilon!r}"
    return ""


def refused_format(config: dict[str, Any], keras: str | None) -> str:
    """Say how this Keras refuses the order of image dimensions that keras.json names, or ""."""
    if _before(keras, "2"):
        old = config.get("image_dim_ordering", "th")
        known = old in ("tf", "th") or _before(keras, "1.0.4")
        return "" if known else f"has an image_dim_ordering that Keras refuses: {old!r}"
    order = config.get("image_data_format", "channels_last")
    return "" if order in _FORMATS else f"has an image_data_format that Keras refuses: {order!r}"


def is_finite(config: dict[str, Any]) -> bool:
    """Tell whether the epsilon is a number that can be computed with."""
    return config.get("epsilon") not in _NO_NUMBERS
