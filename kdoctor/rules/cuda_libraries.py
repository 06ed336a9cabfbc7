"""The CUDA libraries that a framework opens when it starts: whether they are here at all, and of the right generation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import versions
from kdoctor.knowledge.accelerators import NEEDS_NVCC
from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import CUDA_WHEELS, Consumer, below, consumers, devices, numbers, other_places, runs_on, weight
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_REFUSED = "_check_cuda_versions of JAX; jax-ml/jax#19121, #20133"
_LIBDEVICE = "tensorflow/tensorflow#58681; conda-forge/tensorflow-feedstock#420; JAX changelog, jax 0.4.31"
_CHANGES = "JAX changelog, jaxlib 0.4.17 and 0.4.24"


def libraries_missing(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a CUDA build has an NVIDIA GPU, but neither wheels nor the system have the libraries it opens."""
    if not devices(coupling) or other_places(coupling) or not runs_on(coupling, "linux"):
        return
    for consumer in _in_use(coupling):
        missing = _missing(coupling, consumer)
        if missing:
            yield _without_libraries(consumer, missing)


def _in_use(coupling: Coupling) -> Iterator[Consumer]:
    """Give the frameworks that count; of one that Keras does not run on, nobody expects a GPU."""
    yield from (one for one in consumers(coupling) if weight(coupling, one.framework) is Severity.ERROR)


def _without_libraries(consumer: Consumer, missing: tuple[str, ...]) -> Finding:
    parts = tuple(dict.fromkeys("cudnn" if "cudnn" in name else "cuda" for name in missing))
    spoken = " and no ".join({"cudnn": "cuDNN", "cuda": "CUDA libraries"}[part] for part in parts)
    built = f"CUDA {consumer.major}" + (f" and cuDNN {consumer.cudnn}" if consumer.cudnn else "")
    system = f"Install CUDA {consumer.loads} and cuDNN {consumer.cudnn} of the system."
    return Finding(
        rule="KD702",
        name=name_of("KD702"),
        severity=Severity.ERROR,
        summary=f"{label(consumer.distribution)} finds no {spoken} for the GPU that is here",
        cause=f"It opens them when it starts; without them it runs on the CPU. It is built for {built}.",
        subjects=(consumer.distribution.name, *parts, *missing),
        evidence=(
            Evidence(f"neither {', '.join(missing)} nor the system's own", "this environment"),
            Evidence(f"built for {built}", consumer.source),
        ),
        advice=_as_wheels(consumer) if consumer.finds_wheels else system,
    )


def _as_wheels(consumer: Consumer) -> str:
    extra = "tensorflow[and-cuda]" if consumer.framework == "tensorflow" else f"jax[cuda{consumer.major}]"
    return f'Install the libraries as wheels: python -m pip install "{extra}=={versions.base(consumer.distribution.version)}"'


def compiler_missing(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the CUDA libraries come as wheels, but not nvcc, with which libdevice comes."""
    libraries, flags = coupling.snapshot.libraries, (coupling.snapshot.environment or {}).get("XLA_FLAGS", "")
    looked = libraries is not None or not coupling.snapshot.complete
    if not devices(coupling) or other_places(coupling) or not looked or "cuda" in (libraries or {}) or "cuda_data_dir" in flags:
        return
    for consumer in _in_use(coupling):
        wheel, release = f"nvidia-cuda-nvcc{_suffix(consumer)}", versions.base(consumer.distribution.version)
        if consumer.major != "12" or versions.satisfies(release, NEEDS_NVCC[consumer.framework]) is not True:
            continue
        if coupling.has(wheel) is False and f"nvidia-cudnn{_suffix(consumer)}" in coupling.present:
            yield Finding(
                rule="KD702",
                name=name_of("KD702"),
                severity=Severity.ERROR,
                summary=f"{label(consumer.distribution)} finds no libdevice: {wheel} is not installed",
                cause="XLA compiles the training step for the GPU with it: libdevice not found at ./libdevice.10.bc.",
                subjects=(consumer.distribution.name, wheel, "cuda"),
                evidence=(Evidence(f"no {wheel}, and no toolkit of the system", _LIBDEVICE),),
                advice=_as_wheels(consumer),
            )


def _suffix(consumer: Consumer) -> str:
    """Give what the names of the wheels end in; from CUDA 13 on those of the toolkit have no suffix."""
    return "" if consumer.major == "13" else f"-cu{consumer.major}"


def _missing(coupling: Coupling, consumer: Consumer) -> tuple[str, ...]:
    """Name the wheels that are missing and that nothing of the system stands in for; what is not known counts as there."""
    libraries, unread = coupling.snapshot.libraries, coupling.snapshot.unread
    if (coupling.snapshot.complete and libraries is None) or "cuda" in unread or "cudnn" in unread:
        return ()
    cudnn = () if "cudnn" in (libraries or {}) else (f"nvidia-cudnn-cu{consumer.major}",)
    cuda = () if "cuda" in (libraries or {}) else tuple(f"nvidia-{name}{_suffix(consumer)}" for name in CUDA_WHEELS)
    # TensorFlow before 2.14 does not look into the wheels; that 2.16.1 does not either is a rule of its own.
    blind = not consumer.finds_wheels and consumer.distribution.version != "2.16.1"
    return tuple(name for name in (*cudnn, *cuda) if coupling.has(name) is False or (blind and coupling.has(name)))


def other_cuda(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the only CUDA known here is of another generation than the build."""
    system = (coupling.snapshot.libraries or {}).get("cuda")
    if not devices(coupling) or not system or other_places(coupling):
        return
    for consumer in _in_use(coupling):
        wheel = coupling.present.get(f"nvidia-cuda-runtime{_suffix(consumer)}")
        if not _loads(system, consumer.loads) and not (wheel and consumer.finds_wheels):
            yield _of_another(coupling, consumer, system)


def older_wheels(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a jaxlib with CUDA in it finds wheels of an older CUDA than it was built with, mostly those of torch."""
    for consumer in _in_use(coupling) if devices(coupling) else ():
        for name in (f"nvidia-{part}{_suffix(consumer)}" for part in ("cuda-runtime", "cublas")):
            wheel = coupling.present.get(name)
            floor = consumer.loads.partition(",")[0].strip(">=")
            if wheel and consumer.framework == "jax" and consumer.finds_wheels and below(wheel.version, floor):
                yield Finding(
                    rule="KD703",
                    name=name_of("KD703"),
                    severity=Severity.ERROR,
                    summary=f"{label(wheel)} is too old for {label(consumer.distribution)}, which needs CUDA {floor} or later",
                    cause="JAX refuses CUDA libraries older than those that it was built with, and runs on the CPU.",
                    subjects=(consumer.distribution.name, "jax", wheel.name, "cuda"),
                    evidence=(Evidence("must be at least as new as the version against which JAX was built", f"{_REFUSED}; {_CHANGES}"),),
                    ways=(Way("newer-wheel", "take a wheel of that CUDA", needs=(f"{wheel.name}>={floor},<{int(consumer.major) + 1}",)),),
                )


def _of_another(coupling: Coupling, consumer: Consumer, system: str) -> Finding:
    # Toolkits stand side by side; of those on a machine that was looked at, only the one in use, mostly the newest, is known.
    same = numbers(system)[:1] == numbers(consumer.major)
    perhaps = coupling.snapshot.complete and numbers(system)[:1] > numbers(consumer.major)
    beside = f"Install CUDA {consumer.loads} beside it, with cuDNN {consumer.cudnn}, and name it in LD_LIBRARY_PATH."
    return Finding(
        rule="KD703",
        name=name_of("KD703"),
        severity=Severity.WARNING if perhaps else Severity.ERROR,
        summary=f"{label(consumer.distribution)} cannot load CUDA {system}: it "
        + (f"needs CUDA {consumer.loads}" if same else f"is built for CUDA {consumer.major}"),
        cause="JAX refuses CUDA libraries older than those that it was built with, and runs on the CPU."
        if same and consumer.framework == "jax"
        else "The libraries of another CUDA have other file names; where none of its own is found, it runs on the CPU.",
        subjects=(consumer.distribution.name, "cuda"),
        evidence=(Evidence(f"needs CUDA {consumer.loads}", consumer.source),),
        advice=_as_wheels(consumer) if consumer.finds_wheels else beside,
    )


def _loads(system: str, specifier: str) -> bool:
    """Tell whether a toolkit's libraries can be loaded; of one that is known by its major alone, only that is judged."""
    if len(numbers(system)) < 2:  # noqa: PLR2004 -- major and minor.
        return numbers(system) in ((), numbers(specifier.partition(",")[0].strip("=><*. "))[:1])
    return versions.satisfies(system, specifier) is not False
