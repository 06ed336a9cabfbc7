"""What `kdoctor scan` foretells of programs, against what they really do; and what they do after `--fix`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rows import HEALTHY_2_15, LEGACY

from kdoctor import versions
from kdoctor.knowledge.dropped import DROPPED
from lab import environments
from lab.environments import Recipe

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

WITH_JAX = Recipe(
    "three-backends", ("3.11", "3.12", "3.10", "3.13"), ("install tensorflow==2.21.0 tf-keras==2.21.0 keras==3.15.1 jax==0.6.2",)
)
#: The build of PyTorch for the CPU, which not every index has.
WITH_TORCH = Recipe("every-backend", ("3.11",), ("install tensorflow==2.21.0 tf-keras==2.21.0 keras==3.15.1 jax==0.6.2 torch==2.13.0+cpu",))

TRAIN = """
import numpy as np

x, y = np.ones((8, 4), "float32"), np.zeros((8, 1), "float32")
model.compile(optimizer={optimizer}, loss="mse")
model.fit(x, y, epochs=1, verbose=0, callbacks=[{callback}])
assert len(model.trainable_variables) == 4
"""
STANDALONE = "import keras\n\nmodel = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])\n" + TRAIN.format(
    optimizer="keras.optimizers.SGD()", callback="keras.callbacks.EarlyStopping(monitor='loss')"
)
THROUGH = (
    "import tensorflow as tf\nfrom tensorflow.keras.layers import Dense\n\n"
    "model = tf.keras.Sequential([Dense(3), tf.keras.layers.Dense(1)])\n"
    + TRAIN.format(optimizer="tf.keras.optimizers.SGD()", callback="tf.keras.callbacks.EarlyStopping(monitor='loss')")
)
CALLBACK = (
    "import keras\nimport tensorflow as tf\n\nmodel = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])\n"
    + TRAIN.format(optimizer="keras.optimizers.SGD()", callback="tf.keras.callbacks.EarlyStopping(monitor='loss')")
)
RATE = CALLBACK.replace("EarlyStopping(", "ReduceLROnPlateau(")
LAYER = CALLBACK.replace("keras.layers.Dense(1)]", "tf.keras.layers.Dense(1)]")
OPTIMIZER = CALLBACK.replace("optimizer=keras.", "optimizer=tf.keras.")
PROGRAMS = {"standalone": STANDALONE, "through": THROUGH, "callback": CALLBACK, "rate": RATE, "layer": LAYER, "optimizer": OPTIMIZER}
PLACES = {"keras-2.15": (HEALTHY_2_15, {}), "keras-3": (WITH_JAX, {}), "legacy": (WITH_JAX, LEGACY)}
#: What fails where; everything else works.
FAILS = {("legacy", "rate"), ("legacy", "layer"), ("legacy", "optimizer")}


def scanned(python: Path, folder: Path, variables: dict[str, str], *more: str) -> int:
    command = [sys.executable, "-m", "kdoctor", "scan", str(folder), "--python", str(python), "--no-config", *more]
    surroundings = {**environments.surroundings(folder, variables, python), "PYTHONPATH": str(environments.ROOT)}
    done = subprocess.run(command, env=surroundings, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_foretold_of_a_program_happens(place, program, tmp_path):
    recipe, variables = PLACES[place]
    python = environments.kept(recipe)
    (tmp_path / "train.py").write_text(PROGRAMS[program])
    happened = environments.run(python, tmp_path / "train.py", tmp_path, variables)
    assert happened.works is ((place, program) not in FAILS), happened.said
    assert scanned(python, tmp_path, variables) == (0 if happened.works else 1)


def python_for(backend: str) -> Path:
    if backend != "torch":
        return environments.kept(WITH_JAX)
    # uv heeds its own variable for folders of wheels, pip another.
    folder = os.environ.get("PIP_FIND_LINKS")
    if folder:
        os.environ.setdefault("UV_FIND_LINKS", folder)
    try:
        return environments.kept(WITH_TORCH)
    except (LookupError, RuntimeError) as missing:
        pytest.skip(f"no PyTorch for the CPU here: {str(missing).splitlines()[0]}")


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
@pytest.mark.parametrize("program", ["through", "callback"])
def test_a_program_that_was_untied_runs_on_every_backend(program, backend, tmp_path):
    python = python_for(backend)
    (tmp_path / "train.py").write_text(PROGRAMS[program])
    assert scanned(python, tmp_path, {}, "--fix", "--write") == 0
    text = (tmp_path / "train.py").read_text()
    assert "tensorflow" not in text
    done = environments.run(python, tmp_path / "train.py", tmp_path, {"KERAS_BACKEND": backend})
    assert done.works, done.said


#: How what the table names is asked for; arguments stand where the braces are.
OBJECTS = {"optimizer": "keras.optimizers.SGD()", "layer": "model().layers[0]", "model": "model()"}
CALLS = {
    "optimizer": "keras.optimizers.SGD({})",
    "layer": "keras.layers.LSTM(2, {})",
    "layers.Dense": "keras.layers.Dense(1, {})",
    "layers.LSTM": "keras.layers.LSTM(2, {})",
    "layers.GRU": "keras.layers.GRU(2, {})",
    "layers.BatchNormalization": "keras.layers.BatchNormalization({})",
    "layers.Attention": "keras.layers.Attention({})",
    "layers.CategoryEncoding": "keras.layers.CategoryEncoding({})",
    "layers.Dropout": "keras.layers.Dropout({})",
    "callbacks.ModelCheckpoint": "keras.callbacks.ModelCheckpoint('a.keras', {})",
    "callbacks.TensorBoard": "keras.callbacks.TensorBoard({})",
    "utils.to_categorical": "keras.utils.to_categorical([1], {})",
    "model.fit": "model().fit(x, y, verbose=0, {})",
    "model.evaluate": "model().evaluate(x, y, verbose=0, {})",
    "model.predict": "model().predict(x, verbose=0, {})",
    "model.compile": "model().compile('sgd', 'mse', {})",
    "model.save_weights": "model().save_weights('a.weights.h5', {})",
}
VALUES = {
    **dict.fromkeys(("workers", "max_queue_size", "subsample", "nb_epoch"), "1"),
    **dict.fromkeys(("options", "sample_weight_mode", "target_tensors"), "None"),
    **dict.fromkeys(("dynamic", "time_major", "fused", "causal", "write_grads"), "True"),
    **dict.fromkeys(("use_multiprocessing", "experimental_run_tf_function"), "False"),
    "lr": "0.1",
    "p": "0.5",
    "batch_input_shape": "(2, 3, 1)",
    "weights": "[]",
    "max_tokens": "3",
    "save_format": "'h5'",
    "period": "2",
    "batch_size": "3",
    "dtype": "'float32'",
    "border_mode": "'same'",
    "init": "'uniform'",
    "inner_activation": "'tanh'",
    "dim_ordering": "'tf'",
    "nb_filter": "2",
}
ASKING = """
import json, sys
import keras, numpy as np

x, y = np.zeros((4, 3), "float32"), np.zeros((4, 1), "float32")


def model():
    made = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    made.compile("sgd", "mse")
    return made


said = {}
for text in json.load(open("asked.json")):
    try:
        eval(text)
    except (AttributeError, TypeError, ValueError):
        said[text] = False
    else:
        said[text] = True
json.dump(said, open("said.json", "w"))
"""


@pytest.mark.parametrize(("place", "keras"), [("keras-2.15", "2.15.0"), ("keras-3", "3.15.1")])
def test_keras_refuses_what_the_table_says_that_it_dropped(place, keras, tmp_path):
    asked = {
        row: f"{OBJECTS[row.owner]}.{row.name}" if row.attribute else CALLS[row.owner].format(f"{row.name}={VALUES[row.name]}")
        for row in DROPPED
    }
    (tmp_path / "asked.json").write_text(json.dumps(list(asked.values())))
    (tmp_path / "ask.py").write_text(ASKING)
    done = environments.run(environments.kept(PLACES[place][0]), tmp_path / "ask.py", tmp_path, {})
    assert done.works, done.said
    said = json.loads((tmp_path / "said.json").read_text())
    wrong = [text for row, text in asked.items() if said[text] is bool(versions.satisfies(keras, row.since))]
    assert wrong == []
