"""The cuDNN that would be loaded, against the one that each framework was built with and the GPUs that are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import versions
from kdoctor.knowledge.accelerators import CUDNN_DROPPED, CUDNN_DROPPED_SOURCE, EXACT_CUDNN
from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import (
    CUDA_WHEELS,
    Consumer,
    Library,
    below,
    consumers,
    cudnn,
    devices,
    loader_path,
    numbers,
    on_x86,
    other_places,
    runs_on,
    weight,
)
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

#: What other programs than ours load cuDNN: without one of them a system's cuDNN concerns nobody.
_OTHERS = ("torch", "onnxruntime-gpu", "jax-cuda12-plugin", "jax-cuda13-plugin")
_MATCH = "message of TensorFlow and JAX (cuda_dnn.cc): same major and no older minor release than it was compiled with"


def cudnn_mismatch(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the cuDNN at hand is of another major release than a framework was built with, or of an older minor one."""
    if not devices(coupling):
        return
    for consumer in consumers(coupling):
        library = cudnn(coupling, consumer)
        if library is None or not numbers(library.version) or not consumer.cudnn or (library.of_system and other_places(coupling)):
            continue
        major = consumer.cudnn.partition(".")[0]
        other = numbers(library.version)[:1] != numbers(major)
        there, built = ".".join(map(str, numbers(library.version)[:2])), ".".join(consumer.cudnn.split(".")[:2])
        newer = below(built, there) and versions.minor(consumer.distribution.version) in EXACT_CUDNN and consumer.framework == "tensorflow"
        if not other and not below(there, built) and not newer:
            continue
        yield _mismatch(coupling, consumer, library, other=other)


def _mismatch(coupling: Coupling, consumer: Consumer, library: Library, *, other: bool) -> Finding:
    # Systems keep several cuDNN side by side; of those only the newest was seen.
    perhaps = library.of_system and coupling.snapshot.complete and numbers(library.version)[:1] > numbers(consumer.cudnn)[:1]
    severity = weight(coupling, consumer.framework)
    return Finding(
        rule="KD704",
        name=name_of("KD704"),
        severity=min(severity, Severity.WARNING) if perhaps else severity,
        summary=f"{_told(library)} does not fit {label(consumer.distribution)}, which was built with cuDNN {consumer.cudnn}",
        cause="A cuDNN of another major release is not even found: the GPU is passed over, and training runs on the CPU."
        if other
        else "It must be of the same or (from TensorFlow 1.7 on) a newer minor release; else convolutions fail, or JAX takes the CPU.",
        subjects=(
            library.subject,
            consumer.distribution.name,
            *(("jax",) if consumer.framework == "jax" and consumer.distribution.name != "jax" else ()),
        ),
        evidence=(Evidence(_MATCH, consumer.source),),
        ways=_ways(coupling, consumer),
        advice=None if consumer.finds_wheels else f"Install cuDNN {consumer.cudnn} or a later one of the same major release.",
    )


def _told(library: Library) -> str:
    return f"the system's cuDNN {library.version}" if library.of_system else f"{library.subject} {library.version}"


def _ways(coupling: Coupling, consumer: Consumer) -> tuple[Way, ...]:
    """Offer the wheel, below the release that dropped the oldest GPU here; only to a framework that finds wheels."""
    wheel = f"nvidia-cudnn-cu{consumer.major}"
    if not consumer.finds_wheels:
        return ()
    until = _dropped_at(coupling) if consumer.cudnn.startswith("9") else None
    ceiling = until or str(int(consumer.cudnn.partition(".")[0]) + 1)
    return (
        Way(
            "fitting-cudnn",
            f"take the cuDNN that {consumer.framework} was built with",
            needs=(f"{wheel}>={consumer.cudnn},<{ceiling}",),
        ),
    )


def _dropped_at(coupling: Coupling) -> str | None:
    """Give the first cuDNN without code for the oldest GPU here; None where every one known serves it."""
    capabilities = [device.compute_capability for device in devices(coupling)]
    return next((since for since, oldest in CUDNN_DROPPED if any(below(one, oldest) for one in capabilities)), None)


def cudnn_without_gpu(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the cuDNN at hand has no code any more for a GPU as old as the one here."""
    gpus, until = devices(coupling), _dropped_at(coupling) if devices(coupling) else None
    found = _any_cudnn(coupling) if until else None
    if until is None or found is None or below(found.version, until) is not False:
        return
    oldest = dict(CUDNN_DROPPED)[until]
    every = all(below(gpu.compute_capability, oldest) for gpu in gpus)
    wheel = found.subject if not found.of_system else "nvidia-cudnn-cu12"
    way = Way(
        "older-cudnn",
        f"take the last cuDNN for compute capability below {oldest}",
        needs=(f"{wheel}>={_floor(coupling)},<{until}",),
    )
    yield Finding(
        rule="KD705",
        name=name_of("KD705"),
        severity=Severity.ERROR if every else Severity.WARNING,
        summary=f"{_told(found)} has no code for this GPU: from {until} on it starts at compute capability {oldest}",
        cause="Convolutions fail with CUDNN_STATUS_EXECUTION_FAILED or a crash on an older GPU.",
        subjects=(found.subject, "gpu"),
        evidence=(Evidence(f"compute capability {', '.join(str(gpu.compute_capability) for gpu in gpus)}", CUDNN_DROPPED_SOURCE),),
        ways=(way,) if not found.of_system or any(one.finds_wheels for one in consumers(coupling)) else (),
        advice=f"Install a cuDNN below {until}." if found.of_system else None,
    )


def _any_cudnn(coupling: Coupling) -> Library | None:
    """Give the cuDNN that somebody here loads, whoever it is."""
    using = list(consumers(coupling))
    for major in ("12", "13", "11"):
        wheel = coupling.present.get(f"nvidia-cudnn-cu{major}")
        if wheel and wheel.version:
            return Library(wheel.name, wheel.version, of_system=False)
    system = (coupling.snapshot.libraries or {}).get("cudnn")
    concerned = using or not coupling.snapshot.complete or any(name in coupling.present for name in _OTHERS)
    return Library("cudnn", system, of_system=True) if system and concerned else None


def _floor(coupling: Coupling) -> str:
    floors = [one.cudnn for one in consumers(coupling) if one.cudnn.startswith("9")]
    return max(floors, key=numbers, default="9.0")


def failing_convolutions(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for TensorFlow 2.21 with cuDNN 9.3 to 9.5, which cannot serve the fused convolutions of its XLA."""
    for consumer in consumers(coupling) if devices(coupling) else ():
        if consumer.framework != "tensorflow" or versions.minor(consumer.distribution.version) != (2, 21):
            continue
        library = cudnn(coupling, consumer)
        if library and numbers(library.version)[:1] == (9,) and below(library.version, "9.6") and not below(library.version, "9.3"):
            yield Finding(
                rule="KD706",
                name=name_of("KD706"),
                severity=weight(coupling, "tensorflow"),
                summary=f"{label(consumer.distribution)} fails on convolutions with {_told(library)}",
                cause="Its requirements admit this cuDNN, but XLA's fused convolutions find no engine in it: Autotuner could not find "
                "any supported configs.",
                subjects=(library.subject, consumer.distribution.name),
                evidence=(Evidence("9.3 and 9.5.1 fail, 9.24.0.43 trains", "aws/deep-learning-containers#6417, #6418; calad0i/HGQ2#14"),),
                ways=(Way("proven-cudnn", "take the cuDNN that was seen to work", needs=("nvidia-cudnn-cu12==9.24.0.43",)),),
            )


def refused_by_jax(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the CUDA plugin of JAX refuses a cuDNN by its number; it then runs on the CPU."""
    if "JAX_SKIP_CUDA_CONSTRAINTS_CHECK" in (coupling.snapshot.environment or {}):
        return
    for consumer in consumers(coupling) if devices(coupling) else ():
        library = cudnn(coupling, consumer)
        if consumer.framework != "jax" or library is None or below(consumer.distribution.version, "0.7") is not False:
            continue
        cublas = coupling.present.get("nvidia-cublas-cu12") or coupling.present.get("nvidia-cublas")
        number = numbers(library.version)[:3]
        several = len(devices(coupling)) > 1 and cublas is not None and below(cublas.version, "12.9") is False
        if number == (9, 10, 0) or (several and below(library.version, "9.10.1")):
            why = (
                "cuDNN 9.10.0 renumbered some of its constants; JAX asks for 9.10.1."
                if number == (9, 10, 0)
                else "With cuBLAS 12.9 and several GPUs, cuDNN before 9.10.1 computes some products wrongly."
            )
            yield Finding(
                rule="KD708",
                name=name_of("KD708"),
                severity=weight(coupling, "jax"),
                summary=f"{label(consumer.distribution)} refuses {_told(library)}",
                cause=f"{why} The CUDA backend is then not available, and JAX runs on the CPU.",
                subjects=(library.subject, consumer.distribution.name, "jax"),
                evidence=(Evidence("CUDA version check failed during initialization", "jax_plugins/cuda/__init__.py"),),
                ways=(Way("later-cudnn", "take the next cuDNN", needs=(f"nvidia-cudnn-cu{consumer.major}>=9.10.1,<10",)),),
            )


def wheels_not_found(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for TensorFlow 2.16.1 with its CUDA libraries as wheels, which it does not find without LD_LIBRARY_PATH."""
    tensorflow, cudnn_wheel = coupling.tensorflow, coupling.present.get("nvidia-cudnn-cu12")
    if tensorflow is None or tensorflow.version != "2.16.1" or cudnn_wheel is None or not devices(coupling):
        return
    libraries = coupling.snapshot.libraries or {}
    served = below(libraries.get("cudnn"), "8.9") is False and numbers(libraries.get("cuda"))[:1] == (12,)
    if served or other_places(coupling) or tensorflow.installer == "conda" or not runs_on(coupling, "linux") or not on_x86(coupling):
        return
    yield Finding(
        rule="KD707",
        name=name_of("KD707"),
        severity=weight(coupling, "tensorflow"),
        summary="tensorflow 2.16.1 does not find its CUDA libraries, which are installed as wheels",
        cause="This release looks for them on the loader's path alone; 2.15 and 2.17 find them by themselves. Training runs on the CPU.",
        subjects=(tensorflow.name, "LD_LIBRARY_PATH", cudnn_wheel.name),
        evidence=(Evidence("Cannot dlopen some GPU libraries", "tensorflow/tensorflow#63362, #65842"),),
        ways=(
            *_by_path(coupling, cudnn_wheel.location),
            Way("tensorflow-2.17", "take a TensorFlow that finds them", needs=(f"{tensorflow.name}>=2.17,<2.18",)),
        ),
        advice="Or name every nvidia/*/lib folder of site-packages in LD_LIBRARY_PATH.",
    )


def _by_path(coupling: Coupling, location: str | None) -> tuple[Way, ...]:
    """Offer the loader's path where it is known where the wheels lie."""
    if not location or loader_path(coupling):
        return ()
    parts = ("cudnn", "cuda_cupti", *(name.replace("-", "_") for name in CUDA_WHEELS), "curand", "nccl", "nvjitlink")
    path = ":".join(f"{location}/nvidia/{part}/lib" for part in parts)
    return (Way("loader-path", "name the folders of the wheels to the loader", environment={"LD_LIBRARY_PATH": path}),)
