"""Which distributions answer for which import, and which of them tread on each other's files.

Sources: the file lists (RECORD) of the wheels themselves; see the index for the releases.
"""

from __future__ import annotations

#: Import folder -> the distributions whose wheels own it, the usual one first.
OWNERS: dict[str, tuple[str, ...]] = {
    "tensorflow": (
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-gpu",
        "tensorflow-intel",
        "tensorflow-macos",
        "tensorflow-rocm",
        "tensorflow-aarch64",
        "tensorflow-cpu-aws",
        "tensorflow-tpu",
        "intel-tensorflow",
        "intel-tensorflow-avx512",
        "tensorflow-directml",
        "tf-nightly",
        "tf-nightly-cpu",
        "tf-nightly-gpu",
        "tf-nightly-intel",
        "tf-nightly-macos",
    ),
    "keras": ("keras", "keras-nightly"),
    "tf_keras": ("tf-keras", "tf-keras-nightly"),
    "keras_core": ("keras-core",),
    "tensorboard": ("tensorboard", "tb-nightly", "tensorboard-nightly"),
    "tensorflow_estimator": ("tensorflow-estimator", "tf-estimator-nightly"),
    "tensorflow_text": ("tensorflow-text", "tensorflow-text-nightly"),
    "tensorflow_probability": ("tensorflow-probability", "tfp-nightly"),
    "libtpu": ("libtpu", "libtpu-nightly"),
    "torch": ("torch", "torch-nightly"),
    "jax": ("jax",),
    "openvino": ("openvino", "openvino-nightly"),
    # The wheels of different CUDA generations unpack into the same nvidia/cudnn and nvidia/nccl folders.
    "nvidia.cudnn": ("nvidia-cudnn-cu12", "nvidia-cudnn-cu11", "nvidia-cudnn-cu13"),
    "nvidia.nccl": ("nvidia-nccl-cu12", "nvidia-nccl-cu11", "nvidia-nccl-cu13"),
}

#: Import folder -> entries below which it holds no code any more. Uninstalling one of two rivals leaves tensorflow/include and
#: nothing else; a whole TensorFlow has 14 to 17 entries. Measured: tensorflow and tensorflow-cpu 2.20.0, the latter uninstalled.
FEWEST_ENTRIES = {"tensorflow": 5}

TENSORFLOW = OWNERS["tensorflow"]
KERAS = OWNERS["keras"]
TF_KERAS = OWNERS["tf_keras"]

#: The roles that conditions may name, with the distributions that can play them.
ROLES: dict[str, tuple[str, ...]] = {"tensorflow": TENSORFLOW, "keras": KERAS, "tf-keras": TF_KERAS}
#: Distribution -> the role that it can play.
ROLE_OF = {name: role for role, names in ROLES.items() for name in names}

#: Backends by the first Keras 3 that has them; source: keras/src/backend/__init__.py of 3.0.0 to 3.15.1.
BACKENDS: dict[str, str] = {"tensorflow": "3.0", "jax": "3.0", "torch": "3.0", "numpy": "3.0", "openvino": "3.8"}

#: Values that TensorFlow's lazy loader takes as "on"; source: tensorflow/python/util/lazy_loader.py, 2.15.1 to 2.22.0rc0.
LEGACY_ON = ("1", "true", "True")

#: Distributions that TensorFlow, Keras and JAX really import when they start; without one of them nothing works.
#: Measured on TensorFlow 2.18 by taking them out one by one; tensorboard, h5py, grpcio, libclang, google-pasta, namex,
#: tensorflow-estimator and tensorflow-io-gcs-filesystem were not needed, nor was packaging where setuptools lends its own: see
#: MISSED_AT_START in first_keras.py for that and for what only some releases miss.
IMPORTED_AT_START = frozenset({
    "absl-py",
    "astunparse",
    "dm-tree",
    "flatbuffers",
    "gast",
    "h5py",
    "jaxlib",
    "keras",
    "keras-nightly",
    "ml-dtypes",
    "numpy",
    "opt-einsum",
    "optree",
    "protobuf",
    "requests",
    "rich",
    "six",
    "tensorflow",
    "tensorflow-cpu-aws",
    "tensorflow-intel",
    "tensorflow-macos",
    "termcolor",
    "typing-extensions",
    "wrapt",
})  # fmt: skip

#: Declared, but never missed when TensorFlow or Keras start; a missing one is worth a note. h5py is in both: where it is there
#: it is imported at start, and an unfit one ends the import.
NOT_IMPORTED_AT_START = frozenset({
    "google-pasta",
    "grpcio",
    "h5py",
    "libclang",
    "namex",
    "packaging",
    "tensorboard",
    "tensorflow-estimator",
    "tensorflow-io-gcs-filesystem",
    "setuptools",
})  # fmt: skip

#: Whose declared requirements are checked: the family around TensorFlow, Keras, JAX and torch.
FAMILY = frozenset({
    *(name for owners in OWNERS.values() for name in owners),
    "autokeras",
    "deepface",
    "jaxlib",
    "jax-cuda12-pjrt",
    "jax-cuda12-plugin",
    "jax-cuda13-pjrt",
    "jax-cuda13-plugin",
    "jax-metal",
    "keras-applications",
    "keras-cv",
    "keras-hub",
    "keras-nlp",
    "keras-preprocessing",
    "keras-tuner",
    "ml-dtypes",
    "optree",
    "retina-face",
    "scikeras",
    "spektral",
    "tensorflow-addons",
    "tensorflow-datasets",
    "tensorflow-decision-forests",
    "tensorflow-hub",
    "tensorflow-io",
    "tensorflow-io-gcs-filesystem",
    "tensorflow-metadata",
    "tensorflow-metal",
    "tensorflow-model-optimization",
    "tensorflow-ranking",
    "tensorflow-recommenders",
    "tensorflow-recommenders-addons",
    "tensorflow-serving-api",
    "tensorflowjs",
    "tf-agents",
    "tf-models-official",
    "tf2onnx",
})  # fmt: skip
