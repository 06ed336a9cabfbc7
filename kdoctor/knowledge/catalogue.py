"""The rules by code: their names, and what `kdoctor explain` says of each.

The families: KD0xx declared requirements, KD1xx Python and platform, KD2xx TensorFlow and Keras, KD3xx how things are installed,
KD4xx backends, KD5xx neighbouring libraries, KD6xx add-ons, KD7xx accelerators, KD9xx kdoctor itself.
"""

from __future__ import annotations

_NAMES = {
    "KD001": "declared-conflict",
    "KD002": "missing-requirement",
    "KD101": "python-refused",
    "KD102": "no-wheel",
    "KD201": "keras-too-new-for-tensorflow",
    "KD202": "keras-3-behind-old-tf-keras",
    "KD203": "tensorflow-too-old-for-keras-3",
    "KD204": "keras-2-under-new-tensorflow",
    "KD205": "keras-too-old-for-tensorflow",
    "KD206": "keras-2-without-tensorflow",
    "KD211": "legacy-keras-missing",
    "KD212": "tf-keras-of-another-tensorflow",
    "KD213": "legacy-flag-without-effect",
    "KD301": "rival-distributions",
    "KD302": "metadata-without-files",
    "KD303": "files-without-metadata",
    "KD304": "duplicate-metadata",
    "KD305": "leftover-of-uninstall",
    "KD401": "backend-unknown",
    "KD402": "backend-missing",
    "KD403": "backend-ignored",
    "KD404": "backend-contradicted",
    "KD405": "keras-json-invalid",
    "KD406": "backend-cannot-train",
    "KD407": "backend-of-wrong-version",
    "KD408": "backend-requirement-missing",
    "KD409": "jaxlib-newer-than-jax",
    "KD410": "jax-plugin-newer-than-jaxlib",
    "KD411": "training-cut-short",
    "KD412": "jaxlib-older-than-jax-needs",
    "KD501": "numpy-abi-mismatch",
    "KD502": "protobuf-too-new",
    "KD503": "protobuf-too-old",
    "KD504": "ml-dtypes-mismatch",
    "KD505": "distutils-missing",
    "KD506": "typing-extensions-too-old",
    "KD507": "wrapt-too-new",
    "KD508": "gast-too-new",
    "KD509": "h5py-too-new",
    "KD601": "add-on-of-another-tensorflow",
    "KD602": "add-on-of-another-keras",
    "KD603": "add-on-needs-tf-keras",
    "KD604": "add-on-needs-pkg-resources",
    "KD605": "placeholder-release",
    "KD606": "add-on-needs-numpy-1",
    "KD607": "add-on-of-another-backend",
    "KD608": "add-on-needs-legacy-keras",
    "KD609": "broken-release",
    "KD701": "cpu-build-beside-gpu",
    "KD702": "cuda-libraries-missing",
    "KD703": "cuda-of-another-generation",
    "KD704": "cudnn-mismatch",
    "KD705": "cudnn-without-this-gpu",
    "KD706": "cudnn-fails-convolutions",
    "KD707": "cuda-wheels-not-found",
    "KD711": "nvidia-driver-too-old",
    "KD712": "driver-halves-differ",
    "KD713": "gpu-not-in-build",
    "KD714": "kernels-translated-at-start",
    "KD721": "gpus-hidden",
    "KD722": "gpu-index-missing",
    "KD723": "stubs-on-loader-path",
    "KD724": "older-cuda-on-loader-path",
    "KD731": "jax-without-gpu-plugin",
    "KD732": "jax-plugin-older-than-jaxlib",
    "KD733": "jax-plugins-of-two-cudas",
    "KD734": "jax-platform-unavailable",
    "KD735": "nccl-too-old",
    "KD741": "metal-of-another-tensorflow",
    "KD742": "metal-without-xla",
    "KD743": "jax-metal-too-old",
    "KD751": "rocm-of-another-release",
    "KD752": "amd-gpu-without-rocm",
    "KD761": "libtpu-of-another-jax",
    "KD762": "libtpu-without-library",
    "KD763": "libtpu-missing",
    "KD764": "tensorflow-without-tpu",
    "KD771": "cpu-instructions-missing",
    "KD901": "newer-than-knowledge",
}


def name_of(code: str) -> str:
    """Give the kebab-case name of a rule; a code without a name is a fault in the tables and raises KeyError."""
    return _NAMES[code]


def codes() -> tuple[str, ...]:
    """Give all codes in order."""
    return tuple(sorted(_NAMES))
