"""What a complaint of an installer is about, by the names in it, and what it means that no wheel was found."""

from __future__ import annotations

import re
from typing import NamedTuple


class _Words(NamedTuple):
    works: str = "Nothing needs to be done: pip prints this after it has installed everything, and this pair works nevertheless."
    fails: str = "Install a set that holds together: `kdoctor pin` plans one; here, {needs} for {holder}."
    unknown: str = "The installed version is outside of what the other one declares; kdoctor has no evidence on whether it works."
    missing: str = "{holder} declares that it needs {needs}, which is not there."
    refused: str = "What was asked for contradicts itself: no release satisfies all of these requirements, so the installer gave up."


CONFLICT = _Words()

#: What is required -> the topic, where the holder does not decide; the first that fits counts.
_NEEDED = (
    (r"(?:tf-)?keras-nightly|keras", "keras-coupling"),
    (r"tf-keras", "legacy-keras"),
    (r"numpy", "numpy-abi"),
    (r"protobuf", "protobuf"),
    (r"ml-dtypes", "ml-dtypes"),
    (r"nvidia-cudnn-cu\d+", "cudnn-version"),
    (r"tensorrt.*", "cuda-missing"),
    (r"jax-cuda\d+-p.*", "jax-plugin"),
    (r"nvidia-.*|cuda-.*", "cuda-version"),
    (r"jax-metal|tensorflow-metal|tensorflow-macos", "metal"),
    (r"libtpu.*", "tpu"),
    (r"tf-estimator-nightly|tb-nightly|tf-nightly.*", "duplicate-dist"),
    (r"tensorflow-io-gcs-filesystem|tensorflow-intel", "platform-wheel"),
    (r"python", "python-version"),
)
#: Distributions that are built on TensorFlow or Keras and say of which.
_ADDONS = re.compile(
    r"tensorflow-(?:text|addons|probability|hub|datasets|io|decision-forests|federated|ranking|recommenders|model-optimization|"
    r"serving-api|data-validation|transform|model-analysis|lattice|gan|compression|quantum|privacy|similarity|graphics|cloud)|tf-models-official|"
    r"tf-slim|tf-agents|tfx.*|tf2onnx|tfa-nightly|tensorflowjs|keras-(?:cv|nlp|hub|tuner|contrib|applications|preprocessing|rl2?|"
    r"self-attention|bert|ocr|adamw|tcn|cv-attention-models)|autokeras|deepface|retina-face|kapre|spektral|transformers|larq|kecam|"
    r"segmentation-models|image-classifiers|efficientnet|vit-keras|qkeras|hls4ml|stellargraph|magenta|t5|ddsp|dm-sonnet|trax|gpflow|bayesflow"
)
_BACKENDS = re.compile(r"jax|jaxlib|torch|openvino")
_FRAMEWORKS = re.compile(r"tensorflow(?:-cpu|-gpu|-macos|-intel|-rocm)?|keras|tf-nightly.*|tf-keras")


def topic_of(holder: str, needs: str) -> str:
    """Give the topic of "holder requires needs", both as names of distributions."""
    holder, needs = (re.sub(r"[-_.]+", "-", name).lower() for name in (holder, needs))
    if _BACKENDS.fullmatch(needs) and (_BACKENDS.fullmatch(holder) or holder == "keras"):
        return "backend-version"
    if _ADDONS.fullmatch(holder) and (_FRAMEWORKS.fullmatch(needs) or _ADDONS.fullmatch(needs)):
        return "addon-package"
    if holder == "tf-keras" and _FRAMEWORKS.fullmatch(needs):
        return "legacy-keras"
    if _FRAMEWORKS.fullmatch(needs) and needs.startswith("tensorflow") and holder != needs:
        return "addon-package"
    return next((topic for name, topic in _NEEDED if re.fullmatch(name, needs)), "other-dependency")


class AbsentWheel(NamedTuple):
    """What it means that an installer finds no release of a distribution."""

    name: re.Pattern[str]
    topic: str
    rule: str
    cause: str
    remedy: str
    source: str
    confidence: str = "high"
    #: Words one of which must stand in the text.
    beside: tuple[str, ...] = ()


_PYTHON = (
    "pip passes over releases that have no wheel for this Python and platform. TensorFlow is published as wheels only, for some "
    "versions of 64-bit CPython; a Python that is too new or too old, a 32-bit one, or PyPy gets none."
)
_OTHER_PYTHON = (
    "Use a Python for which there is a wheel (`kdoctor matrix` shows which), 64-bit CPython; for older releases an older Python."
)

ABSENT_WHEEL = (
    AbsentWheel(
        re.compile(r"tensorrt(?:-libs|-bindings)?"),
        "cuda-missing",
        "KD702",
        "The and-cuda extra of TensorFlow 2.14 pins tensorrt 8.5.3.1, which has wheels for Python up to 3.10 only, and that of 2.15.0 pins "
        "tensorrt-libs 8.6.1, which the package index does not have: so the CUDA libraries are not installed.",
        'Take TensorFlow 2.15.1 or later: python -m pip install "tensorflow[and-cuda]>=2.15.1"; with 2.14, Python 3.10 or older.',
        "tensorflow/tensorflow#61986; tensorflow/tensorflow#62100; requirements of tensorflow 2.14.0, 2.15.0 and 2.15.1",
    ),
    AbsentWheel(
        re.compile(r"nvidia-.*"),
        "cuda-missing",
        "KD702",
        "The NVIDIA wheels are published for Linux (some also for Windows) on x86_64 and, in part, aarch64; here there is none of that "
        "version.",
        "Install on Linux or WSL2, without the cuda extra elsewhere; for old wheels NVIDIA's own index is needed.",
        "wheel tags of the nvidia-*-cu12 distributions on the package index",
        "medium",
    ),
    AbsentWheel(
        re.compile(r"tensorflow-(?:macos|metal)|jax-metal"),
        "metal",
        "KD102",
        "tensorflow-macos, tensorflow-metal and jax-metal have wheels for macOS on Apple silicon only, and for some Pythons; a Python for "
        "x86_64 (Rosetta) or a newer one finds none. From TensorFlow 2.13 on `tensorflow` itself is what to install on a Mac.",
        "Use an arm64 Python (python -c 'import platform; print(platform.machine())' says arm64) that has wheels, and install tensorflow.",
        "apple/tensorflow_macos#46; wheel tags of tensorflow-metal on the package index",
    ),
    AbsentWheel(
        re.compile(r"tensorflow-io(?:-gcs-filesystem)?"),
        "platform-wheel",
        "KD102",
        "tensorflow-io-gcs-filesystem stopped publishing wheels for this platform (Windows: after 0.31.0) or has none for this Python yet.",
        "On Windows: tensorflow-io-gcs-filesystem==0.31.0; TensorFlow 2.20 and later do not require it.",
        "tensorflow/io#1881; tensorflow/tensorflow#60202; wheel tags of tensorflow-io-gcs-filesystem",
    ),
    AbsentWheel(
        re.compile(r"tensorflow-(?:text|decision-forests|addons)"),
        "platform-wheel",
        "KD102",
        "That add-on has no wheel for this platform and Python: tensorflow-text stopped Windows and macOS-on-Intel wheels, TensorFlow "
        "Decision Forests is for Linux and (in part) macOS, TensorFlow Addons ended with Python 3.11.",
        "Use Linux or WSL2 with a Python that has a wheel, or do without the add-on.",
        "wheel tags on the package index; tensorflow/text#1206; tensorflow/addons#2807",
        beside=("win", "macos", "darwin", "windows", "arm64", "aarch64"),
    ),
    AbsentWheel(
        re.compile(r"tensorflow-(?:text|decision-forests|addons|probability|hub)|tfa-nightly|tf-models-official"),
        "python-version",
        "KD102",
        "That add-on has no wheel for this Python or platform, or not in the version that is asked for.",
        "Take the release that belongs to the TensorFlow at hand (`kdoctor pin`), on a Python for which it has a wheel.",
        "wheel tags on the package index; tensorflow/addons#2807; tensorflow/text#1206",
        "medium",
    ),
    AbsentWheel(
        re.compile(r"tensorflow-gpu"),
        "duplicate-dist",
        "KD102",
        "tensorflow-gpu was withdrawn: it ended with 2.11, and 2.12 is an empty package that refuses to install. tensorflow holds the "
        "GPU code.",
        'Install tensorflow (with the CUDA libraries: "tensorflow[and-cuda]") instead of tensorflow-gpu.',
        "tensorflow-gpu 2.12.0 on the package index; tensorflow/tensorflow#61082",
        "medium",
        beside=("2.12", "sdist", ".tar.gz", "metadata-generation-failed"),
    ),
    AbsentWheel(
        re.compile(r"tensorflow-(?:intel|rocm|directml(?:-plugin)?|cpu-aws|aarch64)"),
        "platform-wheel",
        "KD102",
        "That build of TensorFlow is published for one platform and some Pythons only.",
        "Install `tensorflow`, which brings what the platform needs.",
        "wheel tags on the package index",
        "medium",
    ),
    AbsentWheel(
        re.compile(r"(?:tensorflow|tf-nightly|keras-nightly|tf-keras)(?:-cpu|-gpu)?"),
        "platform-wheel",
        "KD102",
        "TensorFlow has no wheel for this platform: 32-bit systems, musl (Alpine), Windows on ARM and Intel Macs (after 2.16.2) have none.",
        "Use 64-bit Linux with glibc, WSL2, an Apple silicon Mac, or Windows on x86_64; on an Intel Mac TensorFlow 2.16.2 or older.",
        "wheel tags of tensorflow on the package index; tensorflow/tensorflow#76497",
        "medium",
        beside=("32 bit", "32-bit", "armv7", "alpine", "musl", "i686", "win32", "freebsd", "aarch64"),
    ),
    AbsentWheel(
        re.compile(r"(?:tensorflow|tf-nightly|tensorflow-cpu|tensorflow-gpu|tf-nightly-cpu|tf-nightly-gpu|tflite-runtime)"),
        "python-version",
        "KD102",
        _PYTHON,
        _OTHER_PYTHON,
        "tensorflow/tensorflow#62003; wheel tags of tensorflow on the package index",
    ),
    AbsentWheel(
        re.compile(r"jaxlib"),
        "platform-wheel",
        "KD102",
        "jaxlib has wheels for 64-bit Linux, macOS and Windows and for some Pythons only; releases with +cuda in their version were on an "
        "index of their own, and each jaxlib is kept on the package index for the Pythons of its time.",
        "Use a Python for which that jaxlib has a wheel, or a newer jax.",
        "wheel tags of jaxlib on the package index; jax-ml/jax#5501",
        "medium",
    ),
    AbsentWheel(
        re.compile(r"jax|keras|keras-hub|keras-nlp|keras-cv|torch|numpy|libtpu|libtpu-nightly|h5py|ml-dtypes|scipy|pandas|openvino"),
        "python-version",
        "KD102",
        "No release of it that fits what was asked for admits this Python.",
        "Use a Python that the wanted release admits, or another release (`kdoctor pin`).",
        "Requires-Python and wheel tags on the package index",
        "medium",
    ),
)
