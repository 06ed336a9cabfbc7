"""Who wants CUDA here and what there is of it: the questions that the accelerator rules share. Nothing here finds fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kdoctor import versions
from kdoctor.gpu_names import capability_of
from kdoctor.knowledge.accelerators import (
    BUILD_INFO,
    BUILDS,
    INSTALL_TABLE,
    JAX_CUDA,
    JAX_CUDA13_CUDNN,
    JAX_CUDNN,
    JAX_NAMED_CUDA,
    JAX_SOURCE,
    TORCH_CUDA,
    Build,
)
from kdoctor.model import Accelerator, Distribution, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

#: Distributions whose wheels for Linux x86_64 (and Windows up to 2.10) are CUDA builds.
_CUDA_DISTRIBUTIONS = ("tensorflow", "tensorflow-gpu", "tf-nightly", "tf-nightly-gpu")
_X86 = ("x86_64", "amd64")
#: A folder on the loader's path that tells its cuDNN: /apps/cudnn/v8.0.3.33-cuda.11.0/lib64, /opt/cudnn-8.6/lib.
_CUDNN_FOLDER = re.compile(r"/cudnn[-_/]v?(\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)(?![\d])")
#: No version of a driver or a library has more characters.
_LONGEST = 80
#: Values of CUDA_VISIBLE_DEVICES that hide every GPU.
NO_DEVICES = ("", "-1", "none", "NoDevFiles", "void")
#: Wheels that carry the CUDA libraries which TensorFlow opens when it starts, but for the suffix.
CUDA_WHEELS = ("cuda-runtime", "cublas", "cufft", "cusolver", "cusparse")


class Consumer(NamedTuple):
    """A framework that loads CUDA libraries."""

    framework: str
    distribution: Distribution
    #: Major release of the CUDA it was built for, and the toolkits whose libraries it can load.
    major: str
    loads: str
    #: The cuDNN it was built with; "" where its own metadata pins it or nobody knows.
    cudnn: str
    #: Whether it finds the nvidia wheels by itself.
    finds_wheels: bool
    source: str


class Library(NamedTuple):
    """A library that would be loaded: the subject it goes by, its version, and whether it is the system's."""

    subject: str
    version: str
    of_system: bool


def devices(coupling: Coupling, vendor: str = "nvidia") -> tuple[Accelerator, ...]:
    """Give the devices of a vendor that programs may use; () where there is none, nobody could tell, or nobody wants them.

    A variable can hide them, and who asks for the CPU does without.
    """
    if coupling.snapshot.intent and coupling.snapshot.intent.accelerator == "cpu":
        return ()
    if vendor == "nvidia" and (coupling.snapshot.environment or {}).get("CUDA_VISIBLE_DEVICES") in NO_DEVICES:
        return ()
    return all_devices(coupling, vendor)


def all_devices(coupling: Coupling, vendor: str = "nvidia") -> tuple[Accelerator, ...]:
    """Give the devices of a vendor that are known, hidden or not; where only the name of one is, with the capability that follows."""
    found = (device for device in coupling.snapshot.accelerators or () if device.vendor == vendor)
    return tuple(_with_capability(device) if vendor == "nvidia" else device for device in found)


def _with_capability(device: Accelerator) -> Accelerator:
    if device.compute_capability or not device.name:
        return device
    return device._replace(compute_capability=capability_of(device.name))


def runs_on(coupling: Coupling, *systems: str) -> bool:
    """Tell whether the system is known to be one of these."""
    platform = coupling.snapshot.platform
    return platform is not None and platform.system in systems


def on_x86(coupling: Coupling) -> bool:
    """Tell whether the machine is known to be of the x86_64 kind."""
    platform = coupling.snapshot.platform
    return platform is not None and platform.machine in _X86


def on_arm(coupling: Coupling) -> bool:
    """Tell whether the machine is known to be of the aarch64 kind."""
    platform = coupling.snapshot.platform
    return platform is not None and platform.machine in ("aarch64", "arm64")


def chosen(coupling: Coupling) -> str | None:
    """Give the framework that Keras runs on here; None where nothing says so: then every framework counts."""
    if coupling.keras_generation == "tf":
        return "tensorflow"
    if coupling.keras_generation is not None or coupling.backend_source in ("KERAS_BACKEND", "keras.json"):
        return coupling.backend
    return None


def weight(coupling: Coupling, framework: str) -> Severity:
    """Weigh a fault of one framework: an error, but only a note where Keras runs on another."""
    return Severity.ERROR if chosen(coupling) in (None, framework) else Severity.NOTE


def numbers(version: str | None) -> tuple[int, ...]:
    """Give the release numbers of a version, trailing zeros kept; () where it is none, has an epoch or is longer than any real one."""
    base = versions.base(version) or ""
    return tuple(int(part) for part in base.split(".")) if 0 < len(base) <= _LONGEST and "!" not in base else ()


def below(version: str | None, bound: str) -> bool | None:
    """Tell whether a version lies below a bound in the numbers that both have: "8" is not below "8.9"; None = unknown version."""
    one, other = numbers(version), numbers(bound)
    length = min(len(one), len(other))
    return one[:length] < other[:length] if one else None


def built_elsewhere(distribution: Distribution) -> bool:
    """Tell whether a distribution is no wheel of the index: conda's builds, NVIDIA's (+nv) and other local versions differ from it."""
    return distribution.installer == "conda" or "+" in (distribution.version or "+")


def tensorflow_build(coupling: Coupling) -> Build | None:
    """Give the CUDA build that TensorFlow is; None where it is none, or one that nobody knows."""
    tensorflow = coupling.tensorflow
    minor = versions.minor(tensorflow.version) if tensorflow else None
    if tensorflow is None or minor is None or tensorflow.name not in _CUDA_DISTRIBUTIONS or built_elsewhere(tensorflow):
        return None
    if tensorflow.name == "tensorflow" and (minor < (1, 15) or minor == (2, 0)):
        return None
    windows = runs_on(coupling, "windows") and minor <= (2, 10)
    return BUILDS.get(minor) if on_x86(coupling) and (windows or runs_on(coupling, "linux")) else None


def consumers(coupling: Coupling) -> Iterator[Consumer]:
    """Give TensorFlow and JAX where they are CUDA builds."""
    build, tensorflow = tensorflow_build(coupling), coupling.tensorflow
    if build and tensorflow:
        minor = versions.minor(tensorflow.version) or (0, 0)
        finds = minor >= (2, 14) and tensorflow.version != "2.16.1"
        source = BUILD_INFO if minor >= (2, 8) else INSTALL_TABLE
        yield Consumer("tensorflow", tensorflow, build.cuda.partition(".")[0], build.loads, build.cudnn, finds, source)
    yield from _jax(coupling)


def _jax(coupling: Coupling) -> Iterator[Consumer]:
    jax = coupling.present.get("jaxlib") or coupling.present.get("jax")
    if jax is None or jax.version is None or jax.installer == "conda" or not runs_on(coupling, "linux"):
        return
    plugin = next((p for p in (coupling.present.get(f"jax-cuda{n}-plugin") for n in ("13", "12")) if p), None)
    whole = re.search(r"\+cuda(\d\d)(\d?)(?:\.cudnn(\d+))?$", jax.version)
    if whole:
        yield Consumer("jax", jax, whole[1], _jax_loads(jax.version, whole[1]), _jax_cudnn(whole), finds_wheels=True, source=JAX_SOURCE)
    elif plugin and plugin.name == "jax-cuda13-plugin":
        yield Consumer("jax", plugin, "13", ">=13,<14", JAX_CUDA13_CUDNN, finds_wheels=True, source=JAX_SOURCE)
    elif plugin or (coupling.has("jax-cuda12-plugin") is None and devices(coupling) and below(jax.version, "0.4.26") is False):
        floor = next((cudnn for since, cudnn in reversed(JAX_CUDNN) if below(jax.version, since) is False), "")
        yield Consumer("jax", plugin or jax, "12", ">=12.1,<13", floor, finds_wheels=True, source=JAX_SOURCE)


def _jax_loads(version: str, major: str) -> str:
    """Give the CUDA that a jaxlib with CUDA in it takes: of its major release, and from some release on no older than a floor."""
    floors = (floor for since, floor in reversed(JAX_CUDA.get(major, ())) if below(version, since) is False)
    return f">={next(floors, major)},<{int(major) + 1}"


def _jax_cudnn(whole: re.Match[str]) -> str:
    """Read the cuDNN off the name of a jaxlib: cudnn82 is 8.2, cudnn805 is 8.0.5."""
    return ".".join(whole[3]) if whole[3] else JAX_NAMED_CUDA.get(whole[1] + whole[2], "")


def torch_cuda(coupling: Coupling) -> str | None:
    """Give the CUDA that torch was built for, as its builds are tagged ("126", "cpu"); None where that is not known."""
    torch = coupling.present.get("torch")
    if torch is None or torch.version is None or torch.installer == "conda":
        return None
    tag = torch.version.partition("+")[2]
    if tag:
        return "cpu" if tag == "cpu" else tag[2:] if re.fullmatch(r"cu\d{3}", tag) else None
    if runs_on(coupling, "windows"):
        return "cpu"
    if not runs_on(coupling, "linux") or not on_x86(coupling):
        return None
    return next((cuda or None for until, cuda in TORCH_CUDA if versions.satisfies(versions.base(torch.version), until)), None)


def cudnn(coupling: Coupling, consumer: Consumer) -> Library | None:
    """Give the cuDNN that a framework would load: the wheel where it finds wheels, else the loader path's, else the system's."""
    wheel = coupling.present.get(f"nvidia-cudnn-cu{consumer.major}")
    if wheel and (consumer.finds_wheels or loader_path(coupling)):
        return Library(wheel.name, wheel.version, of_system=False) if wheel.version else None
    named = next((found[1] for entry in loader_path(coupling) if (found := _CUDNN_FOLDER.search(entry))), None)
    if named:
        return Library("LD_LIBRARY_PATH", named, of_system=False)
    system = (coupling.snapshot.libraries or {}).get("cudnn")
    return Library("cudnn", system, of_system=True) if system else None


def loader_path(coupling: Coupling) -> tuple[str, ...]:
    """Give the entries of LD_LIBRARY_PATH, empty ones left out."""
    value = (coupling.snapshot.environment or {}).get("LD_LIBRARY_PATH", "")
    return tuple(entry for entry in value.split(":") if entry)


def other_places(coupling: Coupling) -> bool:
    """Tell whether libraries may come from where nobody looked: conda's folders or an entry of LD_LIBRARY_PATH."""
    python = coupling.snapshot.python
    places = ((python.prefix or "") + (python.executable or "")).lower() if python else ""
    if any(name in places for name in ("conda", "mamba", "miniforge")):
        return True
    if any(one.installer == "conda" for one in coupling.snapshot.distributions):
        return True
    return any(not _looked_at(coupling, entry) for entry in loader_path(coupling))


def _looked_at(coupling: Coupling, entry: str) -> bool:
    """Tell whether a folder holds nothing but what is known: stubs, the driver's libraries, the toolkit that was found."""
    toolkit = re.match(r"/usr/local/cuda(?:-(\d+\.\d+))?/", f"{entry}/")
    found = (coupling.snapshot.libraries or {}).get("cuda")
    if toolkit:
        return toolkit[1] is None or (found is not None and f"{found}.".startswith(f"{toolkit[1]}."))
    return "stubs" in entry or entry.startswith(("/usr/local/nvidia/", "/usr/lib/wsl/"))
