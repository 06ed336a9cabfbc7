"""kdoctor: the environment compatibility doctor for TensorFlow and Keras."""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
