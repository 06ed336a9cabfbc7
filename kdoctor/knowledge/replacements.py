"""What takes the place of names that Keras gave up, where the same name in another place of Keras is not the answer.

Sources: the release notes of Keras 2.x and 3.0 and keras.io/guides/migrating_to_keras_3; each target is held against the wheels by a
test. The key is a dotted name below the namespace, or a module with all that is in it.
"""

from __future__ import annotations

from typing import NamedTuple


class Replacement(NamedTuple):
    """What to write instead of a name."""

    instead: str
    #: The first minor of Keras for which it holds.
    since: str = "2.2"


#: Where it depends on the name; the function of keras.ops may have the same.
SAME_PURPOSE = "the function of keras.ops of that purpose"

REPLACEMENTS: dict[str, Replacement] = {
    # Gone in Keras 3.
    "backend": Replacement(SAME_PURPOSE, "3.0"),
    "backend.function": Replacement("keras.Model(inputs, outputs)", "3.0"),
    "backend.placeholder": Replacement("keras.Input", "3.0"),
    "backend.set_learning_phase": Replacement("the argument training of call()", "2.13"),
    "backend.learning_phase_scope": Replacement("the argument training of call()", "2.13"),
    "backend.random_normal": Replacement("keras.random.normal", "3.0"),
    "backend.random_uniform": Replacement("keras.random.uniform", "3.0"),
    "backend.random_bernoulli": Replacement("keras.random.binomial", "3.0"),
    "backend.truncated_normal": Replacement("keras.random.truncated_normal", "3.0"),
    "backend.random_normal_variable": Replacement("keras.Variable(keras.random.normal(...))", "3.0"),
    "backend.random_uniform_variable": Replacement("keras.Variable(keras.random.uniform(...))", "3.0"),
    "backend.variable": Replacement("keras.Variable", "3.0"),
    "backend.flatten": Replacement("keras.ops.ravel", "3.0"),
    "backend.batch_flatten": Replacement("keras.ops.reshape(x, (keras.ops.shape(x)[0], -1))", "3.0"),
    "backend.permute_dimensions": Replacement("keras.ops.transpose", "3.0"),
    "backend.concatenate": Replacement("keras.ops.concatenate", "3.0"),
    "backend.pow": Replacement("keras.ops.power", "3.0"),
    "backend.gradients": Replacement("the gradients of the backend (tf.GradientTape, jax.grad, torch.autograd)", "3.0"),
    "backend.set_session": Replacement("nothing: sessions went with TensorFlow 1 (tf.compat.v1.keras.backend.set_session)"),
    "backend.get_session": Replacement("nothing: sessions went with TensorFlow 1 (tf.compat.v1.keras.backend.get_session)"),
    "backend.tensorflow_backend": Replacement("keras.backend"),
    "backend.learning_phase": Replacement("the argument training of call()", "2.13"),
    "backend.image_dim_ordering": Replacement("keras.backend.image_data_format"),
    "backend.set_image_dim_ordering": Replacement("keras.backend.set_image_data_format"),
    "wrappers": Replacement("scikeras.wrappers of the distribution scikeras", "2.13"),
    "wrappers.scikit_learn": Replacement("scikeras.wrappers of the distribution scikeras", "2.13"),
    "utils.multi_gpu_model": Replacement("tf.distribute.MirroredStrategy"),
    "utils.multi_gpu_utils": Replacement("tf.distribute.MirroredStrategy"),
    "utils.get_registered_object": Replacement("keras.saving.get_registered_object", "3.0"),
    "layers.experimental.preprocessing": Replacement("keras.layers (the same class names)", "2.6"),
    "layers.experimental.SyncBatchNormalization": Replacement("keras.layers.BatchNormalization(synchronized=True)", "2.13"),
    "layers.experimental.RandomFourierFeatures": Replacement("keras_hub or a layer of your own", "3.0"),
    "layers.experimental.EinsumDense": Replacement("keras.layers.EinsumDense", "2.10"),
    "layers.CuDNNLSTM": Replacement("keras.layers.LSTM, which takes cuDNN by itself"),
    "layers.CuDNNGRU": Replacement("keras.layers.GRU, which takes cuDNN by itself"),
    "layers.ThresholdedReLU": Replacement("keras.layers.ReLU(threshold=...)", "3.0"),
    "layers.LocallyConnected1D": Replacement("nothing in Keras 3; tf_keras.layers.LocallyConnected1D", "3.0"),
    "layers.LocallyConnected2D": Replacement("nothing in Keras 3; tf_keras.layers.LocallyConnected2D", "3.0"),
    "layers.DenseFeatures": Replacement("keras.utils.FeatureSpace", "3.0"),
    "layers.merge": Replacement("keras.layers (add, concatenate, Concatenate, ...)"),
    "layers.Convolution1D": Replacement("keras.layers.Conv1D", "2.2"),
    "layers.normalization": Replacement("keras.layers (BatchNormalization, LayerNormalization)"),
    "layers.convolutional": Replacement("keras.layers", "2.13"),
    "layers.core": Replacement("keras.layers", "2.13"),
    "layers.recurrent": Replacement("keras.layers", "2.9"),
    "layers.pooling": Replacement("keras.layers", "2.13"),
    "layers.embeddings": Replacement("keras.layers", "2.9"),
    "layers.advanced_activations": Replacement("keras.layers", "2.9"),
    "layers.wrappers": Replacement("keras.layers", "2.9"),
    "layers.noise": Replacement("keras.layers", "2.9"),
    "utils.np_utils": Replacement("keras.utils", "2.13"),
    "utils.generic_utils": Replacement("keras.utils", "2.13"),
    "utils.vis_utils": Replacement("keras.utils (plot_model, model_to_dot)", "2.13"),
    "utils.data_utils": Replacement("keras.utils (get_file, Sequence)", "2.13"),
    "utils.training_utils": Replacement("nothing: it was private", "2.13"),
    "utils.layer_utils": Replacement("keras.utils", "2.13"),
    "engine": Replacement("keras.layers (Layer, Input, InputSpec), keras.models (Model)"),
    "engine.topology": Replacement("keras.layers (Layer, Input, InputSpec)"),
    "legacy.interfaces": Replacement("nothing: it was private"),
    "applications.imagenet_utils.preprocess_input": Replacement("keras.applications.imagenet_utils.preprocess_input"),
    "preprocessing.image.ImageDataGenerator": Replacement(
        "keras.utils.image_dataset_from_directory with preprocessing layers; tf.keras.preprocessing.image still has it",
        "3.0",
    ),
    "preprocessing.text": Replacement("keras.layers.TextVectorization; tf.keras.preprocessing.text is still there", "3.0"),
    "preprocessing.text.Tokenizer": Replacement(
        "keras.layers.TextVectorization; tf.keras.preprocessing.text.Tokenizer is still there", "3.0"
    ),
    "optimizers.experimental": Replacement("keras.optimizers", "2.11"),
    "optimizers.adam_v2": Replacement("keras.optimizers (Adam)", "2.12"),
    "optimizers.TFOptimizer": Replacement("an optimizer of keras.optimizers", "2.6"),
    "optimizers.optimizer_v2": Replacement("keras.optimizers.legacy, in Keras 3 keras.optimizers", "2.9"),
    "objectives": Replacement("keras.losses", "2.4"),
    "losses.cosine_proximity": Replacement("keras.losses.cosine_similarity"),
    "experimental": Replacement("nothing in Keras 3; schedules live in keras.optimizers.schedules", "3.0"),
    "experimental.CosineDecay": Replacement("keras.optimizers.schedules.CosineDecay", "3.0"),
    "estimator": Replacement("nothing: estimators are gone since TensorFlow 2.16", "3.0"),
    "estimator.model_to_estimator": Replacement("nothing: estimators are gone since TensorFlow 2.16", "3.0"),
    "mixed_precision.experimental": Replacement("keras.mixed_precision", "2.6"),
    "callbacks.experimental": Replacement("keras.callbacks.BackupAndRestore", "3.0"),
    "dtensor": Replacement("keras.distribution", "3.0"),
    "__internal__": Replacement("nothing: it was private", "3.0"),
    "saving.hdf5_format": Replacement("nothing: it was private", "2.11"),
}

#: Names that are there, but only to say that they are gone; from which minor on.
HOLLOW: dict[str, tuple[str, str]] = {
    "optimizers.legacy": (
        "3.0",
        "keras.optimizers.legacy of Keras 3 holds nothing but classes that raise ImportError: use keras.optimizers, or tf_keras",
    ),
}


def replacement(name: str, minor: str) -> str | None:
    """Give what to write instead of a name in that minor release of Keras, looking up from the name to the modules around it."""
    while name:
        found = REPLACEMENTS.get(name)
        if found and _number(found.since) <= _number(minor):
            return found.instead
        name = name.rpartition(".")[0]
    return None


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))
