"""Which wheel or system package brings a shared library that is looked for by its file name."""

from __future__ import annotations

import re

#: Libraries of CUDA by the release of CUDA: file name -> the wheel that brings it. TensorFlow opens those of OPENED when it looks for
#: GPUs, and says "Cannot dlopen some GPU libraries" where one is missing. Sources: the file lists of the wheels;
#: tensorflow/stream_executor/platform/default/dlopen_checker.cc (TryDlopenCUDALibraries).
OPENED: dict[str, dict[str, str]] = {
    "12": {
        "libcudart.so.12": "nvidia-cuda-runtime-cu12",
        "libcublas.so.12": "nvidia-cublas-cu12",
        "libcublasLt.so.12": "nvidia-cublas-cu12",
        "libcufft.so.11": "nvidia-cufft-cu12",
        "libcusolver.so.11": "nvidia-cusolver-cu12",
        "libcusparse.so.12": "nvidia-cusparse-cu12",
    },
    "11": {
        "libcudart.so.11.0": "nvidia-cuda-runtime-cu11",
        "libcublas.so.11": "nvidia-cublas-cu11",
        "libcublasLt.so.11": "nvidia-cublas-cu11",
        "libcufft.so.10": "nvidia-cufft-cu11",
        "libcusolver.so.11": "nvidia-cusolver-cu11",
        "libcusparse.so.11": "nvidia-cusparse-cu11",
    },
}

#: What else is looked for by name: a beginning of the file name -> who brings it, in words.
_BROUGHT_BY: tuple[tuple[str, str], ...] = (
    (r"libcupti\.so\.12", "nvidia-cuda-cupti-cu12"),
    (r"libcurand\.so\.10", "nvidia-curand-cu12"),
    (r"libnvrtc\.so\.12", "nvidia-cuda-nvrtc-cu12"),
    (r"libnvJitLink\.so\.12", "nvidia-nvjitlink-cu12"),
    (r"libnccl\.so\.2", "nvidia-nccl-cu12"),
    (r"libcusparseLt\.so\.0", "nvidia-cusparselt-cu12"),
    (r"libnvshmem_host\.so\.3", "nvidia-nvshmem-cu12"),
    (r"libcudnn(_\w+)?\.so\.9", "nvidia-cudnn-cu12 9.x"),
    (r"libcudnn(_\w+)?\.so\.8", "nvidia-cudnn-cu12 8.x (nvidia-cudnn-cu11 for CUDA 11)"),
    (r"libtensorflow_(framework|cc)\.so\.2", "tensorflow"),
    (r"lib(torch|c10)\w*\.so", "torch"),
    (r"libopenvino\w*\.so", "openvino"),
    (r"libstdc\+\+\.so\.6", "the system's libstdc++6 (Debian), libstdc++ (Fedora)"),
    (r"libgomp\.so\.1", "the system's libgomp1 (Debian), libgomp (Fedora)"),
    (r"libGL\.so\.1", "the system's libgl1 (Debian), mesa-libGL (Fedora)"),
    (r"libz\.so\.1", "the system's zlib1g (Debian), zlib (Fedora)"),
    (r"libpython3\.\d+\.so", "the interpreter itself: a module for another Python, or a Python that was removed"),
)


def brought_by(name: str) -> str | None:
    """Name the wheel, or say which package of the system, brings a library; None = not known."""
    file = name.partition(":")[0]
    for files in OPENED.values():
        if file in files:
            return files[file]
    return next((who for pattern, who in _BROUGHT_BY if re.match(pattern, file)), None)
