"""What is known of AMD's ROCm: which wheel of TensorFlow was built for which ROCm, and which GPUs it has code for."""

from __future__ import annotations

#: tensorflow-rocm release -> ROCm that it is built for; the fourth number of a later release says it exactly.
#: Source: ROCm/tensorflow-upstream, rocm_docs/tensorflow-rocm-release.md.
_WHEELS_BY_ROCM = {
    "2.9": "2.0.0",
    "2.10": "1.15.0 2.0.1",
    "3.0": "1.15.1 2.0.2 2.2.0rc2 2.2.0rc3 2.2.0rc4",
    "3.1": "1.15.2 2.0.3 2.1.0",
    "3.3": "1.15.3 2.0.4 2.1.1 2.2.0rc5",
    "3.5": "1.15.4 2.1.2 2.2.0",
    "3.7": "1.15.5 2.1.3 2.3.0",
    "3.8": "1.15.6 2.1.4 2.3.1",
    "3.9": "1.15.7 2.1.5 2.3.2",
    "3.10": "1.15.8 2.1.6 2.3.3 2.4.0rc3",
    "4.0": "1.15.9 2.3.4 2.4.0",
    "4.1": "1.15.10 1.15.11 2.3.5 2.3.6 2.4.1 2.4.2",
    "4.2": "2.5.0",
    "4.3": "2.6.2",
    "4.5": "2.7.0",
    "5.0": "2.6.3 2.7.1 2.8.0",
    "5.1": "2.6.4 2.7.2 2.7.3 2.8.1 2.8.2 2.9.1",
    "5.2": "2.7.4 2.8.3 2.9.2",
    "5.3": "2.8.4 2.9.3",
}
ROCM_OF_WHEEL: dict[str, str] = {version: rocm for rocm, versions in _WHEELS_BY_ROCM.items() for version in versions.split()}
#: The runtimes of ROCm, by the first release that has them: a wheel opens the one that it was built with, under its file name.
#: Sources: ROCm/tensorflow-upstream#539, #998 and #1207; ROCm/legacy-rocm-build#1126 and #1184.
ROCM_RUNTIMES: tuple[tuple[str, str], ...] = (
    ("2", "libmcwamp.so.2"),
    ("3.0", "libmcwamp.so.3"),
    ("3.5", "libamdhip64.so.3"),
    ("4", "libamdhip64.so.4"),
    ("5", "libamdhip64.so.5"),
    ("6", "libamdhip64.so.6"),
    ("7", "libamdhip64.so.7"),
)
#: ROCm release -> TensorFlow releases that AMD supports on it. Source: rocm.docs.amd.com, third-party support matrix.
ROCM_SUPPORTS: dict[str, tuple[tuple[int, int], ...]] = {
    "6.0": ((2, 12), (2, 13), (2, 14)),
    "6.1": ((2, 13), (2, 14), (2, 15)),
    "6.2": ((2, 14), (2, 15), (2, 16)),
    "6.3": ((2, 15), (2, 16), (2, 17)),
}
ROCM_SOURCE = "tensorflow-rocm-release.md of ROCm/tensorflow-upstream; rocm.docs.amd.com, support matrix; tensorflow/tensorflow#47918"

#: tensorflow-rocm releases -> the GPUs that they take; all others they pass over. In 2.14 two names run together (gfx1030gfx1100), so it
#: takes neither. Sources: what TensorFlow says, ROCm/legacy-rocm-build#2353 and ROCm/tensorflow-upstream#2488, #2524, #3169.
ROCM_GPUS: tuple[tuple[str, str], ...] = (
    (">=2.12,<2.14", "gfx900 gfx906 gfx908 gfx90a gfx1030"),
    (">=2.14,<2.15", "gfx900 gfx906 gfx908 gfx90a gfx940 gfx941 gfx942"),
)
#: Polaris left with this release. Source: ROCm/legacy-rocm-build#1578.
ROCM_POLARIS = ("gfx803", "2.6")
#: The instruction set of a GPU by a part of its name, the longer ones first. Source: LLVM, AMDGPUUsage, table of processors.
AMD_TARGETS: tuple[tuple[str, str], ...] = (
    ("RX 7900", "gfx1100"),
    ("RX 7800", "gfx1101"),
    ("RX 7700", "gfx1101"),
    ("RX 7600", "gfx1102"),
    ("RX 6800M", "gfx1031"),
    ("RX 6950", "gfx1030"),
    ("RX 6900", "gfx1030"),
    ("RX 6800", "gfx1030"),
    ("RX 6700", "gfx1031"),
    ("RX 6600", "gfx1032"),
    ("RX 5700", "gfx1010"),
    ("Radeon VII", "gfx906"),
    ("RX 590", "gfx803"),
    ("RX 580", "gfx803"),
    ("RX580", "gfx803"),
    ("RX 570", "gfx803"),
    ("RX 480", "gfx803"),
)
