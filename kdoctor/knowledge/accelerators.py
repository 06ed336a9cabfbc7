"""What is known of accelerators: which CUDA, cuDNN, driver and GPU each framework's wheels were built for.

Every table names its source. A release that is in no table is not judged: it may be newer than what is known here,
or built by somebody else.
"""

from __future__ import annotations

from typing import NamedTuple


class Build(NamedTuple):
    """What one minor release of TensorFlow was built with, in its CUDA wheels."""

    #: The toolkit it was built with, and the toolkits whose libraries it can load.
    cuda: str
    loads: str
    #: The cuDNN it was built with: the loaded one must be of the same major and of no older minor release.
    cudnn: str
    #: The oldest and the newest compute capability that it carries machine code for; None where nobody read it.
    oldest: str | None = None
    newest: str | None = None


INSTALL_TABLE = "tensorflow.org/install/source#gpu: tested build configurations"
BUILD_INFO = "tensorflow/python/platform/build_info.py inside the wheel"

_CUDA80 = Build("8.0", "==8.0.*", "5.1")
_CUDA8 = Build("8.0", "==8.0.*", "6")
_CUDA9 = Build("9.0", "==9.0.*", "7")
_CUDNN70 = _CUDA9._replace(cudnn="7.0")
_CUDA100 = Build("10.0", "==10.0.*", "7.4")
_CUDA101 = Build("10.1", "==10.1.*", "7.6")
_CUDA112 = Build("11.2", ">=11.1,<12", "8.1")
_KEPLER = Build("11.2", ">=11.1,<12", "8.1", "3.5", "8.0")
_CUDA118 = Build("11.8", ">=11.1,<12", "8.6", "3.5", "8.0")
_CUDA125 = Build("12.5", ">=12,<13", "9.3.0", "6.0", "9.0")

#: TensorFlow minor release -> its CUDA build. Up to 2.3 the file names of the libraries carry the toolkit's minor release as well
#: (libcudart.so.10.1); 2.4 opens libcusolver.so.10, which CUDA 11.0 alone has; later ones go by the major release.
#: Sources: INSTALL_TABLE; from 2.8 on BUILD_INFO (a compute_XY entry there carries machine code and PTX).
BUILDS: dict[tuple[int, int], Build] = {
    **dict.fromkeys(((1, 0), (1, 1), (1, 2)), _CUDA80),
    (1, 3): _CUDA8,
    (1, 4): _CUDA8,
    **dict.fromkeys(((1, minor) for minor in range(5, 13)), _CUDA9),
    **dict.fromkeys(((1, 5), (1, 6)), _CUDNN70),
    **dict.fromkeys(((1, 13), (1, 14), (1, 15), (2, 0)), _CUDA100),
    **dict.fromkeys(((2, 1), (2, 2), (2, 3)), _CUDA101),
    (2, 4): Build("11.0", "==11.0.*", "8.0"),
    **dict.fromkeys(((2, 5), (2, 6), (2, 7)), _CUDA112),
    **dict.fromkeys(((2, 8), (2, 9), (2, 10), (2, 11)), _KEPLER),
    (2, 12): _CUDA118,
    (2, 13): _CUDA118,
    (2, 14): _CUDA118._replace(cudnn="8.7"),
    (2, 15): Build("12.2", ">=12,<13", "8.9.4", "5.0", "8.0"),
    (2, 16): Build("12.3", ">=12,<13", "8.9", "5.0", "9.0"),
    (2, 17): Build("12.3", ">=12,<13", "8.9", "6.0", "9.0"),
    **dict.fromkeys(((2, 18), (2, 19), (2, 20), (2, 21)), _CUDA125),
}

#: TensorFlow minor releases that refuse a newer minor release of cuDNN as well. Source: keras-team/keras#9567.
EXACT_CUDNN = ((1, 5), (1, 6))

#: Blackwell (compute capability 10.0 and later) fails on every TensorFlow wheel known: CUDA_ERROR_INVALID_PTX on the first kernel.
BLACKWELL_SOURCE = "tensorflow/tensorflow#89272 (2.20), #90291 (2.18), #97387 (2.19), #99592 (2.20), #101746 (2.16.2 and 2.20), #111958"
TURING_SOURCE = "qqwweee/keras-yolo3#332 (1.8 and 1.12), thmoa/octopus#11 (1.6)"
AMPERE_SOURCE = "tensorflow/tensorflow#43718, #42958: CUDA 10 knows nothing above compute capability 7.5"

#: Toolkit -> the oldest driver that serves it, on Linux and on Windows (WSL shows the Windows driver). From CUDA 11 on the driver of
#: the first release of a major serves the whole major. Sources: CUDA release notes, table of drivers; CUDA minor version compatibility.
DRIVERS: dict[str, tuple[str, str]] = {
    "8.0": ("375.26", "376.51"),
    "9.0": ("384.81", "385.54"),
    "9.1": ("390.46", "391.29"),
    "9.2": ("396.26", "397.44"),
    "10.0": ("410.48", "411.31"),
    "10.1": ("418.39", "418.96"),
    "10.2": ("440.33", "441.22"),
    "11.0": ("450.51.05", "451.48"),
    "11": ("450.80.02", "452.39"),
    "12": ("525.60.13", "527.41"),
    "13": ("580.65.06", "580"),
}
DRIVER_SOURCE = "docs.nvidia.com: CUDA toolkit release notes and CUDA compatibility"

#: jaxlib release from which on the cuDNN floor holds. Sources: JAX changelog; jax-cuda12-plugin METADATA, extra with-cuda.
JAX_CUDNN: tuple[tuple[str, str], ...] = (
    ("0.4.26", "8.9.2"),
    ("0.4.29", "9.0"),
    ("0.4.31", "9.1"),
    ("0.6.0", "9.8"),
    ("0.11.2", "9.10.2"),
)
#: CUDA of a jaxlib with CUDA in it -> jaxlib release from which on it refuses CUDA libraries older than these.
#: Sources: JAX changelog, jaxlib 0.4.17, 0.4.24 and 0.4.26; _check_cuda_versions in jax/_src/xla_bridge.py.
JAX_CUDA: dict[str, tuple[tuple[str, str], ...]] = {
    "11": (("0.4.17", "11.8"),),
    "12": (("0.4.17", "12.2"), ("0.4.24", "12.3"), ("0.4.26", "12.1")),
}
#: CUDA in the name of a jaxlib -> its cuDNN, where the name does not tell. Source: jax-ml/jax#6517.
JAX_NAMED_CUDA = {"112": "8.1"}
#: TensorFlow and jax releases that look for libdevice in the wheel of nvcc, as XLA compiles what they train with.
#: Sources: tensorflow/tensorflow#58681; conda-forge/tensorflow-feedstock#420 (2.18); JAX changelog, jax 0.4.31.
NEEDS_NVCC = {"tensorflow": ">=2.14,<2.19", "jax": ">=0.4.31,<0.9"}
#: CUDA of a jax plugin -> oldest cuDNN, NCCL and compute capability. Sources: plugin METADATA, extra with-cuda; docs.jax.dev/installation.
JAX_CUDA13_CUDNN = "9.12.0"
JAX_NCCL = {"12": "2.18.1", "13": "2.27.7"}
JAX_OLDEST_GPU = {"11": "5.0", "12": "5.0", "13": "7.5"}
#: Releases of jaxlib before this one carry code for Kepler. Source: JAX changelog, jaxlib 0.4.4.
JAX_KEPLER = "0.4.4"
#: The last branch of the NVIDIA driver that serves Kepler is 470. Source: NVIDIA, support plan for Kepler; jax-ml/jax#15961.
KEPLER_UNTIL = "471"
#: Releases from here on carry code for Blackwell. Source: .bazelrc of jax at the tags.
JAX_BLACKWELL = "0.6.0"
JAX_SOURCE = "jax-cuda12-plugin and jax-cuda13-plugin METADATA; docs.jax.dev/en/latest/installation.html"

#: jax release -> libtpu that its extra tpu asks for. Source: jax METADATA.
JAX_LIBTPU: dict[str, str] = {
    "0.4.35": "0.0.2",
    "0.4.36": "0.0.5",
    "0.4.37": "0.0.6",
    "0.4.38": "0.0.7",
    "0.5.0": "0.0.8",
    "0.5.1": "0.0.10",
    "0.5.2": "0.0.10",
    "0.5.3": "0.0.11",
    "0.6.0": "0.0.13",
    "0.6.1": "0.0.15",
    "0.6.2": "0.0.17",
    "0.7.0": "0.0.19",
    "0.7.1": "0.0.20",
    "0.7.2": "0.0.23",
    "0.8.0": "0.0.24",
    "0.8.1": "0.0.30",
    "0.8.2": "0.0.32",
    "0.9.0": "0.0.34",
    "0.9.1": "0.0.35",
    "0.9.2": "0.0.37",
    "0.10.0": "0.0.40",
    "0.10.1": "0.0.41",
    "0.10.2": "0.0.42",
    "0.11.0": "0.0.44",
    "0.11.1": "0.0.46",
    "0.11.2": "0.0.48",
    "0.12.0": "0.0.50",
}
#: libtpu builds without their shared library. Source: jax-ml/jax#24987.
LIBTPU_BROKEN = ("0.1.dev20230727",)
#: libtpu builds -> the first jax that goes with them. Source: jax-ml/jax#12550 and the JAX changelog, 0.3.20.
LIBTPU_AHEAD = {"0.1.dev20220926": "0.3.20"}
#: From here on the numbers of libtpu are those of tensorflow-tpu, whose libtpu has no get_library_path. Source: jax-ml/jax#29989.
LIBTPU_OF_TENSORFLOW = "2"

#: torch release -> CUDA of the default Linux x86_64 wheel. Source: torch METADATA (its nvidia requirements).
TORCH_CUDA: tuple[tuple[str, str], ...] = (
    ("<1.3", ""),
    ("<1.5", "101"),
    ("<1.13", "102"),
    ("<2.1", "117"),
    ("<2.5", "121"),
    ("<2.7", "124"),
    ("<2.8", "126"),
    ("<2.11", "128"),
    ("<2.15", "130"),
    ("<2.16", "132"),
)
#: torch releases and CUDA of the build -> compute capabilities with machine code; from cu129 on the newest comes as PTX as well.
#: Source: pytorch .ci/manywheel/build_cuda.sh; pytorch/test-infra#7046; pytorch/pytorch#157517; for the older
#: ones their warning, pytorch/pytorch#57922 and #90761, and that CUDA 10 knows nothing above compute capability 7.5.
TORCH_CODE: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    (">=1,<1.13", ("100", "101", "102"), "3.5", "7.5"),
    (">=1.8,<1.14", ("111", "113", "115", "116"), "3.5", "8.6"),
    (">=1.13,<2.1", ("117",), "3.7", "8.6"),
    (">=2,<2.6", ("118",), "3.7", "9.0"),
    (">=2.1,<2.8", ("121", "124"), "5.0", "9.0"),
    (">=2.6,<2.15", ("126",), "5.0", "9.0"),
    (">=2.7,<2.8", ("128",), "7.5", "12.0"),
    (">=2.8,<2.11", ("128", "129"), "7.0", "12.0"),
    (">=2.9,<2.15", ("130",), "7.5", "12.0"),
)
TORCH_SOURCE = "pytorch .ci/manywheel/build_cuda.sh; pytorch/test-infra#7046; pytorch/pytorch#157517"

#: From this cuDNN on the compute capabilities below have no code any more: Maxwell and Pascal left with 9.11; Volta had left by 9.24.
CUDNN_DROPPED: tuple[tuple[str, str], ...] = (("9.11", "7.0"), ("9.24", "7.5"))
CUDNN_DROPPED_SOURCE = "NVIDIA cuDNN support matrices 9.10, 9.11 and 9.24; immich-app/immich#23110; JuliaGPU/CUDA.jl#2890"

#: TensorFlow minor release -> (oldest tensorflow-metal that it was released with, first one made for a later TensorFlow).
#: Sources: description of tensorflow-metal 1.2.0 (release table); tensorflow/tensorflow#81987, #84167 and #126360.
METAL: dict[tuple[int, int], tuple[str, str]] = {
    (2, 5): ("0.1.2", "0.2"),
    (2, 6): ("0.2", "0.3"),
    (2, 7): ("0.3", "0.4"),
    (2, 8): ("0.4", "0.5"),
    (2, 9): ("0.5", "0.6"),
    (2, 10): ("0.6", "0.7"),
    (2, 11): ("0.7", "0.8"),
    (2, 12): ("0.8", "1"),
    (2, 13): ("1", "1.1"),
    **dict.fromkeys(((2, 14), (2, 15), (2, 16), (2, 17)), ("1.1", "1.2")),
    **dict.fromkeys(((2, 18), (2, 19)), ("1.2", "2")),
}
METAL_SOURCE = "description of tensorflow-metal 1.2.0; tensorflow/tensorflow#58869, #81987, #84167, #126360"
#: No tensorflow-metal up to this one can be loaded by TensorFlow 2.20 and later.
METAL_LAST = "1.2.0"

#: jax-metal -> the first jaxlib whose plugin interface is too new for it. From 0.1.0 on it is let in with an older one.
#: Sources: jax-ml/jax#21383 (0.0.7 works with 0.4.26, fails with 0.4.28), #27062 and #27146 (0.1.1 works with 0.5.0, fails with 0.5.1).
JAX_METAL: tuple[tuple[str, str, str], ...] = (("<0.1", "0.4.28", "0.4.26"), ("<=0.1.1", "0.5.1", "0.5.0"))
