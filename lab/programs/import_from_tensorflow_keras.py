"""A program that only ever says `from tensorflow.keras import ...`, which skips TensorFlow's lazy attribute."""

from __future__ import annotations

import types

from small_model import tell, train
from tensorflow.keras import Sequential, backend, layers

keras = types.SimpleNamespace(Sequential=Sequential, layers=layers, backend=backend)
tell(train(keras), keras)
