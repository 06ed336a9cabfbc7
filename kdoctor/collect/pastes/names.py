"""What people call the distributions that matter."""

from __future__ import annotations

import re

#: What is written -> the distribution.
NAMES: dict[str, str] = {
    "tf": "tensorflow",
    "tensorflow": "tensorflow",
    "tensor flow": "tensorflow",
    "tensorflow-gpu": "tensorflow-gpu",
    "tensorflow-cpu": "tensorflow-cpu",
    "tensorflow-macos": "tensorflow-macos",
    "tensorflow-metal": "tensorflow-metal",
    "tensorflow-intel": "tensorflow-intel",
    "tensorflow-rocm": "tensorflow-rocm",
    "tensorflow-hub": "tensorflow-hub",
    "tensorflow-text": "tensorflow-text",
    "tensorflow-probability": "tensorflow-probability",
    "tensorflow-addons": "tensorflow-addons",
    "tensorflow-datasets": "tensorflow-datasets",
    "tensorflow-io": "tensorflow-io",
    "tensorflow-decision-forests": "tensorflow-decision-forests",
    "tensorflow-model-optimization": "tensorflow-model-optimization",
    "tf-nightly": "tf-nightly",
    "tf-keras": "tf-keras",
    "tf-agents": "tf-agents",
    "tf2onnx": "tf2onnx",
    "tensorflowjs": "tensorflowjs",
    "keras": "keras",
    "keras-nightly": "keras-nightly",
    "keras-core": "keras-core",
    "keras-cv": "keras-cv",
    "keras-nlp": "keras-nlp",
    "keras-hub": "keras-hub",
    "keras-tuner": "keras-tuner",
    "keras-applications": "keras-applications",
    "keras-preprocessing": "keras-preprocessing",
    "jax": "jax",
    "jaxlib": "jaxlib",
    "flax": "flax",
    "torch": "torch",
    "pytorch": "torch",
    "openvino": "openvino",
    "numpy": "numpy",
    "np": "numpy",
    "scipy": "scipy",
    "pandas": "pandas",
    "protobuf": "protobuf",
    "h5py": "h5py",
    "ml-dtypes": "ml-dtypes",
    "typing-extensions": "typing-extensions",
    "wrapt": "wrapt",
    "optree": "optree",
    "setuptools": "setuptools",
    "transformers": "transformers",
    "autokeras": "autokeras",
    "scikeras": "scikeras",
    "jax-metal": "jax-metal",
    "jax-cuda12-plugin": "jax-cuda12-plugin",
    "huggingface hub": "huggingface-hub",
    "accelerate": "accelerate",
    "tensorboard": "tensorboard",
    "deepface": "deepface",
}


def name_of(text: str) -> str | None:
    """Give the distribution that is called so; None where it is none that matters."""
    return NAMES.get(re.sub(r"[-_. ]+", "-", text.strip().lower())) or NAMES.get(text.strip().lower())


#: As an alternation for patterns, the longest first.
PATTERN = "|".join(
    sorted((re.escape(name).replace(r"\-", r"[-_ ]").replace(r"\ ", r"[-_ ]?") for name in NAMES if name != "np"), key=len, reverse=True)
)
