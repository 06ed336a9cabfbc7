"""keras.json: the keys that Keras knows, each with a value of its kind."""

from __future__ import annotations

import math
from typing import Any

from kdoctor.redact import words
from kdoctor.redact.values import backend

_WORDS = {
    "floatx": ("float16", "float32", "float64", "bfloat16"),
    "image_data_format": ("channels_first", "channels_last"),
    "image_dim_ordering": ("tf", "th"),
    "dtype_policy": ("float32", "float16", "mixed_float16", "mixed_bfloat16", "bfloat16", "float64"),
}
#: What stands for text that is no JSON object: rules ask no more of it than that it is none.
_NO_JSON = "this is no JSON"


def redact_config(config: Any) -> Any:
    """Give what a keras.json says to Keras: known keys alone; other text or values become a stand-in of their kind."""
    if config is None:
        return None
    if isinstance(config, dict):
        if set(config) == {"error"}:
            return {"error": words.sentence(str(config["error"]))}
        return {key: _value(key, value) for key, value in config.items() if key in _KEYS}
    if isinstance(config, str):
        return _text(config)
    return [] if isinstance(config, list) else config


def _text(config: str) -> str:
    """Keep whether the text of the file is JSON of another kind: that stops Keras, and text that is none does not."""
    import json  # noqa: PLC0415 -- only where keras.json is no JSON object.

    try:
        json.loads(config)
    except (ValueError, RecursionError):
        return _NO_JSON
    return "[]"


def _value(key: str, value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        # JSON has no infinity; a document holds its name.
        return value if not isinstance(value, float) or math.isfinite(value) else str(value)
    if not isinstance(value, str):
        return [] if isinstance(value, list) else {}
    if key == "backend":
        return backend(value)
    if key in _WORDS:
        return words.one_of(value, _WORDS[key], "other-value")
    return value if _is_number(value) else "other-value"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii()


_KEYS = frozenset({*_WORDS, "backend", "epsilon", "nnx_enabled", "max_epochs", "max_steps_per_epoch"})
