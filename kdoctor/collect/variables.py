"""The environment variables that matter to Keras, its backends and their accelerators, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.collect.files import encodable

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Only these may enter a snapshot: a report is made to be pasted in public. Names of hosts and projects
#: (TPU_WORKER_HOSTNAMES, TPU_NAME) stay out.
VARIABLES = (
    # Keras
    "KERAS_BACKEND",
    "KERAS_HOME",
    "KERAS_MAX_EPOCHS",
    "KERAS_MAX_STEPS_PER_EPOCH",
    "KERAS_NNX_ENABLED",
    "KERAS_TORCH_DEVICE",
    "TF_USE_LEGACY_KERAS",
    # TensorFlow
    "TF_CPP_MAX_VLOG_LEVEL",
    "TF_CPP_MIN_LOG_LEVEL",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_GPU_ALLOCATOR",
    "TF_XLA_FLAGS",
    # JAX, XLA and PyTorch
    "ENABLE_PJRT_COMPATIBILITY",
    "JAX_ENABLE_X64",
    "JAX_PLATFORMS",
    "JAX_PLATFORM_NAME",
    "JAX_SKIP_CUDA_CONSTRAINTS_CHECK",
    "PJRT_DEVICE",
    "PYTORCH_ENABLE_MPS_FALLBACK",
    "XLA_FLAGS",
    "XLA_PYTHON_CLIENT_ALLOCATOR",
    "XLA_PYTHON_CLIENT_MEM_FRACTION",
    "XLA_PYTHON_CLIENT_PREALLOCATE",
    # Accelerators
    "CUDA_DEVICE_ORDER",
    "CUDA_HOME",
    "CUDA_PATH",
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "HSA_OVERRIDE_GFX_VERSION",
    "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_TF32_OVERRIDE",
    "NVIDIA_VISIBLE_DEVICES",
    "ROCM_PATH",
    "ROCR_VISIBLE_DEVICES",
    "TPU_ACCELERATOR_TYPE",
    "TPU_CHIPS_PER_PROCESS_BOUNDS",
    "TPU_LIBRARY_PATH",
    "TPU_PROCESS_BOUNDS",
    "TPU_SKIP_MDS_QUERY",
    "TPU_VISIBLE_CHIPS",
    "TPU_VISIBLE_DEVICES",
    # The loader, Python, and libraries that TensorFlow stands on
    "DYLD_LIBRARY_PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION",
    "PYTHONHOME",
    "PYTHONNOUSERSITE",
    "PYTHONPATH",
    "SETUPTOOLS_USE_DISTUTILS",
    "WRAPT_DISABLE_EXTENSIONS",
)


def read_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return those of VARIABLES that are set, with their values; an empty value is kept, since some tools mind it."""
    return {name: encodable(environ[name]) for name in VARIABLES if name in environ}
