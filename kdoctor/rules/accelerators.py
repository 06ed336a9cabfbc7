"""Frameworks that cannot use the GPU that is here, because their build has no code for it: everything runs on the CPU without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kdoctor import versions
from kdoctor.knowledge.accelerators import BUILD_INFO, INSTALL_TABLE, TORCH_SOURCE
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.rocm import ROCM_SOURCE
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import below, built_elsewhere, chosen, devices, on_arm, runs_on, torch_cuda, weight
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

#: Taken by people who want no GPU; the others became CPU builds without anybody asking.
_ON_PURPOSE = ("tensorflow-cpu", "tf-nightly-cpu", "intel-tensorflow", "intel-tensorflow-avx512")
_OF_WINDOWS = ("tensorflow", "tensorflow-intel", "tensorflow-gpu", "tf-nightly", "tf-nightly-intel", "tf-nightly-gpu")
_OF_AARCH64 = ("tensorflow", "tensorflow-cpu-aws", "tensorflow-aarch64", "tf-nightly")
_FOR_NO_TPU = ("tensorflow", "tf-nightly", "tensorflow-cpu", "tf-nightly-cpu")


class _Why(NamedTuple):
    """Why a build is one for the CPU, and what to do."""

    cause: str
    source: str
    advice: str | None = None
    way: Way | None = None
    subjects: tuple[str, ...] = ("platform", "gpu")


_PURPOSE = _Why(
    "This distribution is built without CUDA; the GPU stays idle.",
    BUILD_INFO,
    "Take tensorflow[and-cuda] to use the GPU.",
    subjects=("gpu",),
)
_WINDOWS = _Why(
    "TensorFlow 2.10 was the last with CUDA on native Windows; wheels from 2.11 on are CPU builds.",
    "tensorflow.org/install/pip#windows-native",
    "Run it in WSL2 with tensorflow[and-cuda], or use Python 3.10 with tensorflow<2.11.",
)
_AARCH64 = _Why(
    "TensorFlow's wheels for aarch64 are CPU builds; the extra and-cuda installs libraries that nothing loads.",
    f"{BUILD_INFO}; tensorflow/tensorflow#121157",
    "Use NVIDIA's TensorFlow container, or Keras on jax or torch, which have CUDA wheels for aarch64.",
)
_TORCH_WINDOWS = _Why(
    "The default wheels of torch for Windows are CPU builds.",
    TORCH_SOURCE,
    "Install the build for CUDA from PyTorch's own index (cu126, cu128).",
)


def tensorflow_on_cpu(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the TensorFlow installed has no CUDA code although an NVIDIA GPU is here; one taken on purpose gets a note."""
    tensorflow = coupling.tensorflow
    if tensorflow is None or not devices(coupling) or weight(coupling, "tensorflow") is not Severity.ERROR:
        return
    asked = next((coupling.present[name] for name in ("tensorflow", *_ON_PURPOSE) if name in coupling.present), tensorflow)
    if asked.name in _ON_PURPOSE:
        if "tensorflow-directml-plugin" not in coupling.present:
            yield _cpu_build(asked, Severity.NOTE, _PURPOSE)
        return
    why = None if built_elsewhere(tensorflow) and tensorflow.version else _why_cpu(coupling, tensorflow)
    if why:
        yield _cpu_build(asked, Severity.ERROR, why)


def _why_cpu(coupling: Coupling, tensorflow: Distribution) -> _Why | None:
    """Say why this TensorFlow is a CPU build; None where it is none or nobody knows."""
    minor = versions.minor(tensorflow.version)
    if runs_on(coupling, "windows") and tensorflow.name in _OF_WINDOWS and _after_2_10(coupling, minor):
        return _WINDOWS
    if runs_on(coupling, "linux") and tensorflow.name in _OF_AARCH64 and on_arm(coupling):
        return _AARCH64
    early = minor is not None and (minor < (1, 15) or minor == (2, 0))
    if early and tensorflow.name == "tensorflow" and "tensorflow-gpu" not in coupling.present and runs_on(coupling, "linux", "windows"):
        cause = "Before 1.15, and in 2.0, the distribution tensorflow is the CPU build; the other is tensorflow-gpu."
        needs = (f"tensorflow-gpu=={tensorflow.version}",)
        way = Way("tensorflow-gpu", "take the CUDA build of the same release", needs=needs, remove=("tensorflow",))
        return _Why(cause, INSTALL_TABLE, way=way, subjects=("gpu",))
    return None


def _after_2_10(coupling: Coupling, minor: tuple[int, int] | None) -> bool:
    """Judge an unknown version by Python: no TensorFlow up to 2.10 has a wheel for 3.11."""
    python = coupling.snapshot.python
    return minor > (2, 10) if minor else below(python.version if python else None, "3.11") is False


def _cpu_build(who: Distribution, severity: Severity, why: _Why) -> Finding:
    return Finding(
        rule="KD701",
        name=name_of("KD701"),
        severity=severity,
        summary=f"{label(who)} cannot use the GPU that is here: it is a build for the CPU",
        cause=why.cause,
        subjects=(who.name, *why.subjects),
        evidence=(Evidence("no CUDA in this build", why.source),),
        ways=(why.way,) if why.way else (),
        advice=why.advice,
    )


def torch_on_cpu(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where Keras runs on a torch for the CPU beside an NVIDIA GPU; one marked +cpu was taken on purpose."""
    torch = coupling.present.get("torch")
    if torch is None or chosen(coupling) != "torch" or not devices(coupling) or torch_cuda(coupling) != "cpu":
        return
    purpose = "+cpu" in (torch.version or "")
    why = _PURPOSE._replace(advice="Take a build of torch for CUDA to use the GPU.", source=TORCH_SOURCE)
    yield _cpu_build(torch, Severity.NOTE if purpose else Severity.ERROR, why if purpose else _TORCH_WINDOWS)


def tensorflow_without_tpu(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a TPU is here, and the only framework is a TensorFlow that does not know it."""
    tensorflow = coupling.tensorflow
    others = ("jax", "torch-xla", "tensorflow-tpu")
    if tensorflow is None or not devices(coupling, "google") or any(name in coupling.present for name in others):
        return
    if weight(coupling, "tensorflow") is not Severity.ERROR:
        return
    if tensorflow.name in _FOR_NO_TPU and not built_elsewhere(tensorflow) and below(tensorflow.version, "2.16") is False:
        yield Finding(
            rule="KD764",
            name=name_of("KD764"),
            severity=Severity.WARNING if below(tensorflow.version, "2.19") else Severity.ERROR,
            summary=f"{label(tensorflow)} cannot use the TPU that is here",
            cause="The wheels on the package index are built without TPUs; tensorflow-tpu is the distribution for them.",
            subjects=(tensorflow.name, "tensorflow-tpu"),
            evidence=(
                Evidence("No OpKernel was registered to support Op ConfigureDistributedTPU", "tensorflow/tensorflow#96203"),
                Evidence("tensorflow-tpu mended it", "googlecolab/colabtools#5228"),
            ),
            advice=f'python -m pip install "tensorflow-tpu=={versions.base(tensorflow.version)}", in place of {tensorflow.name}.',
        )


def amd_beside_another_build(coupling: Coupling) -> Iterator[Finding]:
    """Give a warning where Keras runs on a JAX or torch that has no code for the AMD GPU that is here, the only one."""
    framework = chosen(coupling)
    who = {"jax": coupling.present.get("jaxlib"), "torch": coupling.present.get("torch")}.get(framework or "")
    if who is None or not devices(coupling, "amd") or devices(coupling) or not runs_on(coupling, "linux"):
        return
    if _knows_amd(coupling, framework or "", who) is False:
        extra = "jax[rocm7-local]" if framework == "jax" else "the build of torch for ROCm from PyTorch's own index"
        yield Finding(
            rule="KD752",
            name=name_of("KD752"),
            severity=Severity.WARNING,
            summary=f"{label(who)} cannot use the AMD GPU that is here",
            cause=("jax alone is the build for the CPU" if framework == "jax" else "This torch is a build for CUDA or the CPU")
            + "; training runs on the CPU.",
            subjects=(who.name, "gpu"),
            evidence=(Evidence("builds for ROCm are other distributions or carry +rocm", ROCM_SOURCE),),
            advice=f"Take {extra}, for the ROCm that serves this GPU.",
        )


def _knows_amd(coupling: Coupling, framework: str, who: Distribution) -> bool | None:
    """Tell whether a JAX or torch was built for ROCm; None where nobody knows."""
    if who.version is None or who.installer == "conda":
        return None
    if framework == "jax":
        return None if "+" in who.version or not coupling.snapshot.complete else any(n.startswith("jax-rocm") for n in coupling.present)
    return False if torch_cuda(coupling) is not None else None


def amd_without_rocm(coupling: Coupling) -> Iterator[Finding]:
    """Give a warning where an AMD GPU is here, no other, and TensorFlow is not the build for ROCm."""
    tensorflow = coupling.tensorflow
    if tensorflow is None or not devices(coupling, "amd") or devices(coupling) or "tensorflow-rocm" in coupling.present:
        return
    if tensorflow.name not in ("tensorflow", "tensorflow-gpu", "tf-nightly") or built_elsewhere(tensorflow):
        return
    served = any(name.startswith("tensorflow-directml") for name in coupling.present)
    # Up to 1.13 the CUDA build is linked against the driver of NVIDIA; without it the import fails.
    fails = tensorflow.name == "tensorflow-gpu" and below(tensorflow.version, "1.14") is True
    if weight(coupling, "tensorflow") is Severity.ERROR and not served:
        yield Finding(
            rule="KD752",
            name=name_of("KD752"),
            severity=Severity.ERROR if fails else Severity.WARNING,
            summary=f"{label(tensorflow)} cannot use the AMD GPU that is here",
            cause="Its wheels know NVIDIA's CUDA alone; "
            + ("the import ends where a library of CUDA is missing." if fails else "training runs on the CPU."),
            subjects=(tensorflow.name, "gpu"),
            evidence=(
                Evidence("tensorflow-rocm is the build for AMD", ROCM_SOURCE),
                *((Evidence("ImportError: libcublas.so.9.0", "ROCm/legacy-rocm-build#442; tensorflow/tensorflow#10073"),) if fails else ()),
            ),
            breaks=frozenset({"tensorflow"}) if fails else frozenset(),
            advice="Take AMD's tensorflow-rocm for the ROCm that serves this GPU, in place of tensorflow.",
        )
