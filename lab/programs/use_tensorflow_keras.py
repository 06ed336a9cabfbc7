"""A program that gets at Keras through TensorFlow in each of the usual ways."""

from __future__ import annotations

import tensorflow as tf
from small_model import tell, train
from tensorflow import keras
from tensorflow.keras.layers import Dense

assert tf.keras.layers.Dense is Dense
assert keras.layers.Dense is Dense
tell(train(tf.keras), keras)
