"""A program that says `import keras`."""

from __future__ import annotations

import keras
from small_model import tell, train

tell(train(keras), keras)
