"""Popular advice that does not hold: what people tell each other, and what really happens."""

from __future__ import annotations

from kdoctor.knowledge.schema import MEASURED, Advice

ADVICE: tuple[Advice, ...] = (
    Advice(
        "KD201",
        "To use a feature of Keras 2.10 with TensorFlow 2.8, upgrade only Keras.",
        "It cannot be imported any more: cannot import name 'dtensor'. Up to TensorFlow 2.12 a Keras 2 newer than its TensorFlow "
        "never runs; upgrade both to the same minor release.",
        MEASURED,
        ("tf2.8-keras2.10", "tf2.8-keras2.9", "tf2.10-keras2.11"),
    ),
    Advice(
        "KD202",
        "pip install -U keras, to get rid of an import error.",
        "With TensorFlow 2.6 to 2.14 it brings Keras 3, which their tf.keras cannot use; only on 2.15 and later does tf.keras survive it.",
        MEASURED,
        ("tf2.12-pip-U-keras", "tf2.15-pip-U-keras"),
    ),
    Advice(
        "KD204",
        'If a model was written for Keras 2, pin "keras<3".',
        "Under TensorFlow 2.16 and later neither keras nor tf.keras can be imported then. Keras 2 lives on as tf-keras, with "
        "TF_USE_LEGACY_KERAS=1.",
        MEASURED,
        ("tf2.18-pip-keras-lt-3", "tf2.18-tf-keras2.18.0-legacy"),
    ),
    Advice(
        "KD403",
        "Set KERAS_BACKEND=jax to run Keras on JAX.",
        "Under Keras 2.4 to 2.15 the variable is ignored without a word, whatever its value: the model goes on with TensorFlow. "
        "It takes Keras 3.",
        MEASURED,
        ("tf2.15-KB-jax", "tf2.15-KB-nonsense", "tf2.10-KB-torch"),
    ),
    Advice(
        "KD211",
        "A tf.keras callback works in any keras model.",
        "It depends on which Keras answers. On one Keras 3 both are the same classes. With tf-keras behind tf.keras a callback still "
        "works in a Keras 3 model, a layer does not.",
        MEASURED,
        ("tf2.18-tf-keras-not-legacy", "tf2.18-tf-keras2.18.0-legacy"),
    ),
    Advice(
        "KD211",
        "TF_USE_LEGACY_KERAS=1 is enough to get Keras 2 back.",
        "Without tf-keras it makes `tf.keras.X` fail, while `from tensorflow.keras import X` silently goes on with Keras 3; on "
        "TensorFlow 2.15 it breaks an environment that was healthy.",
        MEASURED,
        ("tf2.18-legacy-without-tf-keras", "tf2.15-legacy-without-tf-keras"),
    ),
    Advice(
        "KD213",
        "Any true-looking value of TF_USE_LEGACY_KERAS will do.",
        "1, true and True switch it on; TRUE, yes and on do not, and nothing says so.",
        MEASURED,
        ("tf2.18-tf-keras-legacy-true", "tf2.18-tf-keras-legacy-TRUE", "tf2.18-tf-keras-legacy-yes"),
    ),
    Advice(
        "KD301",
        "pip install tf-keras, to have Keras 2 beside tensorflow-cpu.",
        "tf-keras requires the distribution tensorflow, so pip lays the newest one over tensorflow-cpu. Install it with --no-deps.",
        MEASURED,
        ("tf2.18-pip-install-tf-keras",),
    ),
    Advice(
        "KD301",
        "pip check says that all is well, so the installation is not the problem.",
        "pip check reads requirements only. It sees neither two distributions in one folder nor files that are gone.",
        MEASURED,
        ("tf2.18-and-cpu-cpu-removed", "cpu2.20-keras-hub"),
    ),
    Advice(
        "KD001",
        "What pip check reports must be mended before anything can work.",
        "Many upper bounds are declared and not real: TensorFlow 2.15 runs with Keras 3, TensorFlow 2.12 to 2.19 with any newer "
        "protobuf, TensorFlow 2.18 with NumPy 2.5. kdoctor calls these warnings and says what is known to work.",
        MEASURED,
        ("tf2.15-keras3.6.0", "tf2.15-protobuf6.33.6", "tf2.18-numpy2.5.0"),
    ),
    Advice(
        "KD501",
        "Upgrade ml-dtypes to make an old TensorFlow work with NumPy 2.",
        "It only moves the failure on: TensorFlow before 2.18 was compiled for NumPy 1. Install numpy<2.",
        MEASURED,
        ("tf2.15-numpy2.0.2", "tf2.15-numpy2.0.2-ml-dtypes0.5.4"),
    ),
    Advice(
        "KD502",
        "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python mends every protobuf error.",
        "It lets TensorFlow before 2.12 run with protobuf 4.21, slowly; protobuf 4.22 and later fail all the same.",
        MEASURED,
        ("tf2.8-protobuf4.21.12-pure", "tf2.8-protobuf4.25.9-pure"),
    ),
    Advice(
        "KD401",
        "KERAS_BACKEND=pytorch chooses PyTorch.",
        "The name is torch, in small letters as all of them; another name stops the import of keras and of tensorflow as well.",
        MEASURED,
        ("tf2.18-KB-pytorch", "tf2.18-KB-TensorFlow"),
    ),
    Advice(
        "KD402",
        "Keras 3 takes whatever backend is installed.",
        "Without KERAS_BACKEND and keras.json it takes tensorflow, also where only JAX or PyTorch is there, and fails.",
        MEASURED,
        ("keras3.15.1-jax0.10.2-unset", "story-keras-newest-alone"),
    ),
)
