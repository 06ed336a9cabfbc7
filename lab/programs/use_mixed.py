"""A program that trains a `keras` model with a callback made for `tf.keras`."""

from __future__ import annotations

import keras
import tensorflow as tf
from small_model import tell, train


class Count(tf.keras.callbacks.Callback):
    """Count the epochs that ended."""

    epochs = 0

    def on_epoch_end(self, epoch, logs=None):  # noqa: ARG002 - the signature is Keras's.
        """Keras calls this after each epoch."""
        self.epochs += 1


count = Count()
tell(train(keras, [count]), keras)
assert count.epochs == 1, "the callback was not called"
