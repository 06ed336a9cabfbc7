"""The GPUs here against the machine code in each framework's wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import versions
from kdoctor.knowledge.accelerators import (
    AMPERE_SOURCE,
    BLACKWELL_SOURCE,
    BUILD_INFO,
    JAX_BLACKWELL,
    JAX_KEPLER,
    JAX_OLDEST_GPU,
    JAX_SOURCE,
    TORCH_CODE,
    TORCH_SOURCE,
    TURING_SOURCE,
)
from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Accelerator, Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import below, consumers, devices, numbers, on_x86, runs_on, tensorflow_build, torch_cuda, weight
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_ANOTHER = "Use NVIDIA's TensorFlow container, a build from source, or Keras on a jax or torch that knows this GPU."


def gpu_not_in_build(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each framework whose wheels have no code for a GPU that is here, one finding a kind of GPU."""
    for capability, gpu in _kinds(coupling).items():
        yield from _tensorflow(coupling, capability, gpu)
        yield from _jax(coupling, capability, gpu)
        yield from _torch(coupling, capability, gpu)


def _kinds(coupling: Coupling) -> dict[str, Accelerator]:
    return {gpu.compute_capability: gpu for gpu in devices(coupling) if gpu.compute_capability and numbers(gpu.compute_capability)}


def _tensorflow(coupling: Coupling, capability: str, gpu: Accelerator) -> Iterator[Finding]:
    build, tensorflow = tensorflow_build(coupling), coupling.tensorflow
    if build is None or tensorflow is None:
        return
    if not below(capability, "10.0"):
        why = f"Its wheels end at compute capability {build.newest}; " if build.newest else ""
        cause = f"{why}the kernels that it translates for a GPU of the Blackwell generation fail: CUDA_ERROR_INVALID_PTX."
        yield _finding(coupling, "tensorflow", tensorflow, gpu, cause, BLACKWELL_SOURCE, _ANOTHER)
    elif below(build.cuda, "11.0") and not below(capability, "8.0"):
        cause = f"It is built for CUDA {build.cuda}, whose libraries know nothing above compute capability 7.5."
        yield _finding(coupling, "tensorflow", tensorflow, gpu, cause, AMPERE_SOURCE, "Take TensorFlow 2.5 or later.")
    elif build.oldest and below(capability, build.oldest):
        cause = f"TensorFlow passes over a GPU below compute capability {build.oldest} and runs on the CPU."
        yield _finding(
            coupling,
            "tensorflow",
            tensorflow,
            gpu,
            cause,
            BUILD_INFO,
            "Take an older TensorFlow, whose wheels still have code for this GPU.",
        )
    elif build.cuda == "9.0" and not below(capability, "7.5"):
        cause = "CUDA 9.0 knows nothing above compute capability 7.0; its cuBLAS fails on a newer GPU, some say not with all its patches."
        found = _finding(coupling, "tensorflow", tensorflow, gpu, cause, TURING_SOURCE, "Take TensorFlow 1.13 or later.")
        yield found._replace(severity=min(found.severity, Severity.WARNING))
    elif build.newest and numbers(capability)[:1] > numbers(build.newest)[:1]:
        yield _translated(tensorflow, gpu, build.newest)


def _translated(tensorflow: Distribution, gpu: Accelerator, newest: str) -> Finding:
    return Finding(
        rule="KD714",
        name=name_of("KD714"),
        severity=Severity.NOTE,
        summary=f"{label(tensorflow)} translates its kernels for {_gpu(gpu)} when it first starts",
        cause=f"Its machine code ends at compute capability {newest}; the driver compiles the rest from PTX and keeps it. That can take "
        f"half an hour once.",
        subjects=(tensorflow.name, "gpu"),
        evidence=(Evidence("CUDA kernels will be jit-compiled from PTX", f"{BUILD_INFO}; tensorflow/tensorflow#62320"),),
    )


def _jax(coupling: Coupling, capability: str, gpu: Accelerator) -> Iterator[Finding]:
    for one in consumers(coupling):
        if one.framework != "jax" or "jax" not in coupling.present:
            continue
        oldest = JAX_OLDEST_GPU.get(one.major)
        if one.major == "11" and below(one.distribution.version, JAX_KEPLER):
            continue
        if oldest and below(capability, oldest):
            cause = f"Builds of JAX for CUDA {one.major} begin at compute capability {oldest}."
            advice = "Take jax[cuda12], which begins at 5.0." if not below(capability, "5.0") else f"Take a jaxlib before {JAX_KEPLER}."
            yield _finding(coupling, "jax", one.distribution, gpu, cause, JAX_SOURCE, advice)
        elif not below(capability, "10.0") and below(one.distribution.version, JAX_BLACKWELL):
            cause = f"JAX has code for GPUs of the Blackwell generation from {JAX_BLACKWELL} on."
            yield _finding(
                coupling,
                "jax",
                one.distribution,
                gpu,
                cause,
                JAX_SOURCE,
                f'python -m pip install "jax[cuda12]>={JAX_BLACKWELL}"',
            )


def _torch(coupling: Coupling, capability: str, gpu: Accelerator) -> Iterator[Finding]:
    torch, cuda = coupling.present.get("torch"), torch_cuda(coupling)
    if torch is None or cuda in (None, "cpu") or not on_x86(coupling):
        return
    code = next((row for row in TORCH_CODE if cuda in row[1] and versions.satisfies(versions.base(torch.version), row[0])), None)
    if code and (below(capability, code[2]) or numbers(capability)[:1] > numbers(code[3])[:1]):
        cause = (
            f"Builds of this release for CUDA {cuda[:2]}.{cuda[2:]} have code for compute capability {code[2]} to {code[3]}."
            if cuda
            else ""
        )
        old = below(capability, code[2])
        advice = "Or take the build for CUDA 12.6 (cu126)." if old else "Or take torch 2.7 built for CUDA 12.8 (cu128)."
        yield _finding(coupling, "torch", torch, gpu, cause, TORCH_SOURCE, advice)._replace(ways=tuple(_other_torch(coupling, capability)))


def _other_torch(coupling: Coupling, capability: str) -> Iterator[Way]:
    """Offer the releases whose default wheel for Linux has code for a GPU."""
    if runs_on(coupling, "linux"):
        ranges = (("5.0", "9.0", ">=2.1,<2.8"), ("7.0", "12.0", ">=2.8,<2.11"))
        fitting = next(
            (
                wanted
                for oldest, newest, wanted in ranges
                if not below(capability, oldest) and numbers(capability)[:1] <= numbers(newest)[:1]
            ),
            None,
        )
        if fitting:
            yield Way("fitting-torch", "take a torch with code for this GPU", needs=(f"torch{fitting}",))


def _finding(
    coupling: Coupling, framework: str, who: Distribution, gpu: Accelerator, cause: str, source: str, advice: str | None
) -> Finding:
    several = len(_kinds(coupling)) > 1
    severity = weight(coupling, framework)
    return Finding(
        rule="KD713",
        name=name_of("KD713"),
        severity=min(severity, Severity.WARNING) if several else severity,
        summary=f"{label(who)} has no code for {_gpu(gpu)}",
        cause=cause,
        subjects=(who.name, "gpu", *(("jax",) if framework == "jax" and who.name != "jax" else ())),
        evidence=(Evidence(f"compute capability {gpu.compute_capability}", source),),
        advice=advice,
    )


def _gpu(gpu: Accelerator) -> str:
    return f"{gpu.name or 'this GPU'} (compute capability {gpu.compute_capability})"
