"""One small model, built, trained and evaluated: what `works` means in a report."""

from __future__ import annotations

import json
import sys


def train(keras, callbacks=()):
    """Fit a two-layer model of the given keras module for one epoch; return the model."""
    import numpy as np  # noqa: PLC0415 - keras must be the first to fail.

    random = np.random.default_rng(0)
    x, y = random.random((32, 4)).astype("float32"), random.random((32, 1)).astype("float32")
    # Before 2.2 a model cannot wait for data to know the shape of its input.
    known = {"input_shape": (4,)} if getattr(keras, "__version__", "3").startswith(("2.0.", "2.1.")) else {}
    model = keras.Sequential([keras.layers.Dense(8, activation="relu", **known), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, epochs=1, batch_size=16, verbose=0, callbacks=list(callbacks))
    loss = model.evaluate(x, y, verbose=0)
    assert loss == loss, "the loss is not a number"  # noqa: PLR0124 - only NaN differs from itself.
    return model


def owner(thing):
    """The import name and version of the distribution that the class of `thing` comes from, as reports write it."""
    name = type(thing).__module__.partition(".")[0]
    module = sys.modules[name]
    return "{} {}".format(name.replace("_", "-"), module.__version__)


def tell(model, keras):
    """Print one JSON line: who answered, and with which backend."""
    print(json.dumps({"resolves_to": owner(model), "backend": keras.backend.backend()}))
