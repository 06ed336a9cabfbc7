"""What `kdoctor scan` foretells of programs, against what they really do; and what they do after `--fix`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rows import HEALTHY_2_15, LEGACY

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
