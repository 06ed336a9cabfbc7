"""The NVIDIA driver against the CUDA of each framework, and its two halves against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.knowledge.accelerators import DRIVER_SOURCE, DRIVERS, KEPLER_UNTIL
from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Distribution, Evidence, Finding, Severity
from kdoctor.rules.cuda import below, consumers, devices, loader_path, numbers, runs_on, tensorflow_build, torch_cuda, weight
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

#: Words in the names of GPUs whose driver refuses a newer libcuda, and of those whose driver serves it; the rest is uncertain.
_REFUSE = ("geforce", "gtx", "titan")
_SERVE = ("tesla", "a100", "a800", "h100", "h200", "b200", "b300", "a10", "a30", "a40", "l40", "nvidia l4")
#: Releases of CUDA before there was compatibility within a major.
_EXACT = ("8.0", "9.0", "9.1", "9.2", "10.0", "10.1", "10.2", "11.0")


def driver_too_old(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each framework whose CUDA needs a newer NVIDIA driver than the one loaded."""
    driver = (coupling.snapshot.drivers or {}).get("nvidia")
    if not driver or not devices(coupling):
        return
    platform = coupling.snapshot.platform
    column = 1 if platform and (platform.system == "windows" or platform.wsl) else 0
    served = _compatibility(coupling) or driver
    for framework, who, cuda in _runtimes(coupling):
        oldest = DRIVERS.get(cuda, DRIVERS.get(cuda.partition(".")[0]))
        if oldest and below(served, oldest[column]):
            yield Finding(
                rule="KD711",
                name=name_of("KD711"),
                severity=weight(coupling, framework),
                summary=f"NVIDIA driver {driver} is too old for {label(who)}, which needs {oldest[column]} or later",
                cause=f"It is built for CUDA {cuda}; an older driver refuses it, and it runs on the CPU or stops.",
                subjects=("nvidia-driver", who.name),
                evidence=(Evidence(f"CUDA {cuda} needs driver {oldest[column]}", DRIVER_SOURCE),),
                advice=f"Install NVIDIA driver {oldest[column]} or later; it serves every older CUDA as well.",
            )


def _runtimes(coupling: Coupling) -> Iterator[tuple[str, Distribution, str]]:
    """Give each framework with the CUDA that its driver must serve."""
    cuda = _cuda_of_tensorflow(coupling)
    if cuda and coupling.tensorflow:
        exact = next((known for known in _EXACT if f"{cuda}.".startswith(f"{known}.")), cuda.partition(".")[0])
        yield "tensorflow", coupling.tensorflow, exact
    yield from (("jax", one.distribution, one.major) for one in consumers(coupling) if one.framework == "jax")
    torch, cuda = coupling.present.get("torch"), torch_cuda(coupling)
    if torch and cuda and cuda != "cpu":
        yield "torch", torch, cuda[:2]


def _cuda_of_tensorflow(coupling: Coupling) -> str | None:
    """Give the CUDA that TensorFlow runs on: conda's where that is listed, else that of its build, else, of a paste, the system's."""
    tensorflow, conda, build = coupling.tensorflow, coupling.present.get("cudatoolkit"), tensorflow_build(coupling)
    if tensorflow and conda and tensorflow.installer in (None, "conda"):
        return conda.version
    if build:
        return build.cuda
    unknown = tensorflow is not None and tensorflow.version is None and not coupling.snapshot.complete
    return (coupling.snapshot.libraries or {}).get("cuda") if unknown else None


def _compatibility(coupling: Coupling) -> str | None:
    """Give the version of a newer libcuda that stands before the driver's own, where the GPUs are of the kind that admits it."""
    newer = (coupling.snapshot.libraries or {}).get("libcuda")
    names = [(device.name or "").lower() for device in devices(coupling)]
    return newer if newer and not any(word in name for name in names for word in _REFUSE) else None


def driver_halves_differ(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where libcuda is of another version than the kernel module; data-centre GPUs admit a newer branch."""
    kernel = (coupling.snapshot.drivers or {}).get("nvidia")
    library = (coupling.snapshot.libraries or {}).get("libcuda")
    platform = coupling.snapshot.platform
    if not kernel or not library or not devices(coupling) or not runs_on(coupling, "linux") or (platform and platform.wsl):
        return
    length = min(len(numbers(kernel)), len(numbers(library)))
    if numbers(kernel)[:length] == numbers(library)[:length]:
        return
    names = [(device.name or "").lower() for device in devices(coupling)]
    newer = numbers(library)[:1] > numbers(kernel)[:1]
    kepler = any(below(device.compute_capability, "5.0") for device in devices(coupling)) and below(library, KEPLER_UNTIL) is False
    if newer and not kepler and all(any(word in name for word in _SERVE) for name in names):
        return
    sure = not newer or kepler or any(word in name for name in names for word in _REFUSE)
    yield Finding(
        rule="KD712",
        name=name_of("KD712"),
        severity=Severity.ERROR if sure else Severity.WARNING,
        summary=f"libcuda is of NVIDIA driver {library}, the kernel module of {kernel}",
        cause="Both halves of the driver must be of one version; CUDA does not start otherwise. A newer libcuda from a"
        " compatibility package is served on data-centre GPUs alone.",
        subjects=(
            "nvidia-driver",
            *(("LD_LIBRARY_PATH",) if any("compat" in entry for entry in loader_path(coupling)) else ()),
        ),
        evidence=(
            Evidence(
                "kernel version and DSO version do not match",
                "tensorflow/tensorflow#51641; docs.nvidia.com: CUDA compatibility",
            ),
        ),
        advice="Remove the libcuda that is not the driver's (an image's, a compatibility package's, a leftover); after an update, "
        "restart the machine.",
    )
