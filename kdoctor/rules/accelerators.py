"""TensorFlow, JAX and torch against the GPUs, the driver and the CUDA that are here."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.accelerators import BUILD_INFO, DRIVER_SOURCE, DRIVERS, INSTALL_TABLE
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import (
    CUDA_WHEELS,
    Consumer,
    below,
    consumers,
    devices,
    loader_path,
    numbers,
    on_arm,
    other_places,
    runs_on,
    tensorflow_build,
    torch_cuda,
    weight,
)
from kdoctor.rules.rows import label

#: Taken by people who want no GPU; the others became CPU builds without anybody asking.
_ON_PURPOSE = ("tensorflow-cpu", "tf-nightly-cpu", "intel-tensorflow", "intel-tensorflow-avx512")
_OF_WINDOWS = ("tensorflow", "tensorflow-intel", "tensorflow-gpu", "tf-nightly", "tf-nightly-intel", "tf-nightly-gpu")
_OF_AARCH64 = ("tensorflow", "tensorflow-cpu-aws", "tensorflow-aarch64", "tf-nightly")
#: Names of GPUs that NVIDIA's compatibility packages do not serve.
_FOR_PLAY = ("geforce", "rtx", "gtx", "titan")
_FOR_WORK = ("tesla", "a100", "h100", "h200", "v100", "p100", "a10", "a30", "a40", "b200", "gb200", "l40", " l4", "t4")


def tensorflow_on_cpu(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the TensorFlow installed has no CUDA code although an NVIDIA GPU is here: training runs on the CPU without a word."""
    tensorflow = coupling.tensorflow
    if tensorflow is None or not devices(coupling) or weight(coupling, "tensorflow") is not Severity.ERROR:
        return
    asked = next((coupling.present[name] for name in ("tensorflow", *_ON_PURPOSE) if name in coupling.present), tensorflow)
    why = _why_cpu(coupling, tensorflow)
    if asked.name in _ON_PURPOSE and "tensorflow-directml-plugin" not in coupling.present:
        yield _cpu_build(asked, Severity.NOTE, "This distribution is built without CUDA; the GPU stays idle.", BUILD_INFO, advice="Take tensorflow[and-cuda] to use it.")
    elif why and why[3]:
        yield _cpu_build(asked, Severity.ERROR, why[0], why[1], way=why[3])
    elif why:
        yield _cpu_build(asked, Severity.ERROR, why[0], why[1], advice=why[2], platform=True)


def _why_cpu(coupling: Coupling, tensorflow: Distribution) -> tuple[str, str, str, Way | None] | None:
    """Say why this TensorFlow is a CPU build: cause, source, advice, way; None where it is none or nobody knows."""
    minor = versions.minor(tensorflow.version)
    if tensorflow.installer == "conda" or "+" in (tensorflow.version or ""):
        return None
    if runs_on(coupling, "windows") and tensorflow.name in _OF_WINDOWS and _after_2_10(coupling, minor):
        cause = "TensorFlow 2.10 was the last with CUDA on native Windows; wheels from 2.11 on are CPU builds."
        return cause, "tensorflow.org/install/pip#windows-native", "Run it in WSL2 with tensorflow[and-cuda], or use Python 3.10 with tensorflow<2.11.", None
    if runs_on(coupling, "linux") and tensorflow.name in _OF_AARCH64 and on_arm(coupling):
        cause = "TensorFlow's wheels for aarch64 are CPU builds; the extra and-cuda installs libraries that nothing loads."
        return cause, f"{BUILD_INFO}; tensorflow/tensorflow#121157", "Use NVIDIA's TensorFlow container, or Keras on jax or torch, which have CUDA wheels for aarch64.", None
    early = minor is not None and (minor < (1, 15) or minor == (2, 0))
    if early and tensorflow.name == "tensorflow" and not runs_on(coupling, "darwin"):
        way = Way("tensorflow-gpu", "take the CUDA build of the same release", needs=(f"tensorflow-gpu=={tensorflow.version}",), remove=("tensorflow",))
        return "Before 1.15, and in 2.0, the distribution tensorflow is the CPU build; the other is tensorflow-gpu.", INSTALL_TABLE, "", way
    return None


def _after_2_10(coupling: Coupling, minor: tuple[int, int] | None) -> bool:
    """Judge an unknown version by Python: no TensorFlow up to 2.10 has a wheel for 3.11."""
    python = coupling.snapshot.python
    return minor > (2, 10) if minor else below(python.version if python else None, "3.11") is False


def _cpu_build(who: Distribution, severity: Severity, cause: str, source: str, *, advice: str | None = None, way: Way | None = None, platform: bool = False) -> Finding:
    return Finding(
        rule="KD701",
        name=name_of("KD701"),
        severity=severity,
        summary=f"{label(who)} cannot use the GPU that is here: it is a build for the CPU",
        cause=cause,
        subjects=(who.name, *(("platform",) if platform else ()), "gpu"),
        evidence=(Evidence("no CUDA in this build", source),),
        ways=(way,) if way else (),
        advice=advice,
    )


def libraries_missing(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a CUDA build has an NVIDIA GPU, but neither wheels nor the system have the libraries it opens."""
    if not devices(coupling) or other_places(coupling) or not runs_on(coupling, "linux"):
        return
    for consumer in consumers(coupling):
        missing = _missing(coupling, consumer)
        if missing:
            extra = f"{'tensorflow[and-cuda]' if consumer.framework == 'tensorflow' else f'jax[cuda{consumer.major}]'}=={versions.base(consumer.distribution.version)}"
            wheels = consumer.finds_wheels
            yield Finding(
                rule="KD702",
                name=name_of("KD702"),
                severity=weight(coupling, consumer.framework),
                summary=f"{label(consumer.distribution)} finds no {' and no '.join(_spoken(missing))} for the GPU that is here",
                cause=f"It opens them when it starts, and without them it runs on the CPU. It is built for CUDA {consumer.major}"
                + (f" and cuDNN {consumer.cudnn}." if consumer.cudnn else "."),
                subjects=(consumer.distribution.name, *dict.fromkeys("cudnn" if "cudnn" in name else "cuda" for name in missing), *missing),
                evidence=(Evidence(f"neither {', '.join(missing)} nor the system's own", "this environment"), Evidence("what it was built with", consumer.source)),
                advice=f'python -m pip install "{extra}"' if wheels else f"Install CUDA {consumer.loads} and cuDNN {consumer.cudnn} of the system.",
            )


def _spoken(missing: list[str]) -> list[str]:
    return list(dict.fromkeys("cuDNN" if "cudnn" in name else "CUDA libraries" for name in missing))


def _missing(coupling: Coupling, consumer: Consumer) -> list[str]:
    """Name the wheels that are missing and that nothing of the system stands in for; what is not known counts as there."""
    libraries, unread, complete = coupling.snapshot.libraries, coupling.snapshot.unread, coupling.snapshot.complete
    if (complete and libraries is None) or "cuda" in unread or "cudnn" in unread:
        return []
    suffix = "" if consumer.major == "13" else f"-cu{consumer.major}"
    wheels = {"cudnn": (f"nvidia-cudnn-cu{consumer.major}",), "cuda": tuple(f"nvidia-{name}{suffix}" for name in CUDA_WHEELS)}
    found = libraries or {}
    return [
        name
        for part, names in wheels.items()
        if part not in found
        for name in names
        if coupling.has(name) is False or (coupling.has(name) and not consumer.finds_wheels and consumer.distribution.version != "2.16.1")
    ]


def other_cuda(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the only CUDA known here is of another generation than the build."""
    system = (coupling.snapshot.libraries or {}).get("cuda")
    if not devices(coupling) or not system or other_places(coupling):
        return
    for consumer in consumers(coupling):
        suffix = "" if consumer.major == "13" else f"-cu{consumer.major}"
        wheel = coupling.present.get(f"nvidia-cuda-runtime{suffix}")
        if _loads(system, consumer.loads) or (wheel and consumer.finds_wheels):
            continue
        yield Finding(
            rule="KD703",
            name=name_of("KD703"),
            severity=weight(coupling, consumer.framework),
            summary=f"{label(consumer.distribution)} cannot load CUDA {system}: it is built for CUDA {consumer.major}",
            cause="The libraries of another CUDA have other file names; none is found, and it runs on the CPU.",
            subjects=(consumer.distribution.name, "cuda"),
            evidence=(Evidence(f"needs CUDA {consumer.loads}", consumer.source),),
            advice=_right_cuda(consumer),
        )


def _loads(system: str, specifier: str) -> bool:
    """Tell whether a toolkit's libraries can be loaded; of one that is known by its major alone, only that is judged."""
    if len(numbers(system)) < 2:  # noqa: PLR2004 -- major and minor.
        return system.strip() in (clause.strip("=><*. ").partition(".")[0] for clause in specifier.split(",")[:1])
    return versions.satisfies(system, specifier) is not False


def _right_cuda(consumer: Consumer) -> str:
    if not consumer.finds_wheels:
        return f"Install CUDA {consumer.loads} beside it, with cuDNN {consumer.cudnn}, and point LD_LIBRARY_PATH at it."
    extra = "tensorflow[and-cuda]" if consumer.framework == "tensorflow" else f"jax[cuda{consumer.major}]"
    return f'Install the libraries as wheels: python -m pip install "{extra}=={versions.base(consumer.distribution.version)}"'


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
    build = tensorflow_build(coupling)
    if build and coupling.tensorflow:
        exact = build.cuda if build.cuda in ("8.0", "9.0", "10.0", "10.1", "11.0") else build.cuda.partition(".")[0]
        yield "tensorflow", coupling.tensorflow, exact
    yield from (("jax", one.distribution, one.major) for one in consumers(coupling) if one.framework == "jax")
    torch, cuda = coupling.present.get("torch"), torch_cuda(coupling)
    if torch and cuda and cuda != "cpu":
        yield "torch", torch, cuda[:2]


def _compatibility(coupling: Coupling) -> str | None:
    """Give the version of a newer libcuda that stands before the driver's own, where the GPUs are of the kind that admits it."""
    newer = (coupling.snapshot.libraries or {}).get("libcuda")
    names = [(device.name or "").lower() for device in devices(coupling)]
    return newer if newer and not any(word in name for name in names for word in _FOR_PLAY) else None


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
    if newer and all(any(word in name for word in _FOR_WORK) for name in names):
        return
    sure = not newer or any(word in name for name in names for word in _FOR_PLAY)
    yield Finding(
        rule="KD712",
        name=name_of("KD712"),
        severity=Severity.ERROR if sure else Severity.WARNING,
        summary=f"libcuda is of NVIDIA driver {library}, the kernel module of {kernel}",
        cause="Both halves of the driver must be of one version; CUDA does not start otherwise. A newer libcuda from a"
        " compatibility package is served on data-centre GPUs alone.",
        subjects=("nvidia-driver", *(("LD_LIBRARY_PATH",) if any("compat" in entry for entry in loader_path(coupling)) else ())),
        evidence=(Evidence("kernel version and DSO version do not match", "tensorflow/tensorflow#51641; docs.nvidia.com: CUDA compatibility"),),
        advice="Remove the libcuda that is not the driver's (an image's, a compatibility package's, a leftover); after an update, restart the machine.",
    )

