"""What --deep saw of what compiled files were built for: NumPy 1 under NumPy 2, and GPU libraries that are not here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.libraries import OPENED
from kdoctor.knowledge.loaded_at_start import broken_without
from kdoctor.model import Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import Consumer, consumers, devices, other_places, weight
from kdoctor.rules.files import count_of, disk_of, named
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling


def old_numpy(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each distribution that was compiled for NumPy 1 and stands beside NumPy 2."""
    numpy = coupling.present.get("numpy")
    if numpy is None or not versions.satisfies(versions.base(numpy.version), ">=2"):
        return
    for one in disk_of(coupling).old_numpy or ():
        dead = frozenset().union(*map(broken_without, one.modules.first)) - (set() if "jax" in coupling.present else {"jax"})
        asks = f"{named(one.modules.first, one.modules.total)} ask{'s' if one.modules.total == 1 else ''}"
        seen = (
            Evidence(f"{one.modules.first[0]} asks for numpy.core._multiarray_umath alone", "the file itself")
            if one.modules.first
            else None
        )
        yield Finding(
            rule="KD501",
            name=name_of("KD501"),
            severity=Severity.ERROR if dead else Severity.WARNING,
            summary=f"{one.distribution} {one.version or '(version unknown)'} was compiled for NumPy 1 and cannot use {label(numpy)}",
            cause=f"{asks} for NumPy's C interface under its old name alone; NumPy 2 refuses: A module that was compiled using NumPy 1.x "
            "cannot be run in NumPy 2.",
            subjects=(one.distribution, "numpy"),
            evidence=(seen,) if seen else (),
            breaks=dead,
            ways=(Way("numpy-1", "take NumPy 1", needs=("numpy<2",)),),
            advice=f"Or take a {one.distribution} that was built for NumPy 2.",
        )


def gpu_libraries(coupling: Coupling) -> Iterator[Finding]:
    """Name the GPU libraries that a framework would not find: a note without a GPU, since nothing misses them then."""
    found = disk_of(coupling).gpu_libraries or {}
    for consumer in consumers(coupling) if not other_places(coupling) else ():
        if consumer.framework in found and consumer.major in OPENED:
            cudnn = {f"libcudnn.so.{consumer.cudnn.partition('.')[0]}": f"nvidia-cudnn-cu{consumer.major}"} if consumer.cudnn else {}
            lost = {name: who for name, who in {**OPENED[consumer.major], **cudnn}.items() if name not in found[consumer.framework]}
            # That TensorFlow 2.16.1 does not find the wheels is a rule of its own.
            blind = consumer.distribution.version == "2.16.1" and all(wheel in coupling.present for wheel in lost.values())
            if lost and not blind:
                yield _not_found(consumer, lost, weight(coupling, consumer.framework) if devices(coupling) else Severity.NOTE)


def _not_found(consumer: Consumer, lost: dict[str, str], severity: Severity) -> Finding:
    release, listed = consumer.distribution, ", ".join(f"{name} ({wheel})" for name, wheel in lost.items())
    says = "Cannot dlopen some GPU libraries: " if consumer.framework == "tensorflow" else "Not found: "
    extra = "tensorflow[and-cuda]" if consumer.framework == "tensorflow" else f"jax[cuda{consumer.major}]"
    return Finding(
        rule="KD702",
        name=name_of("KD702"),
        severity=severity,
        summary=f"{label(release)} would not find {count_of(len(lost), 'GPU librar', 'y', 'ies')}: {named(tuple(lost), len(lost))}",
        cause=f"{says}{listed}. "
        + ("Without a GPU nothing misses them." if severity is Severity.NOTE else "Without them it runs on the CPU."),
        subjects=(release.name, *dict.fromkeys("cudnn" if "cudnn" in name else "cuda" for name in lost)),
        evidence=(
            Evidence(
                f"in none of the folders in which the loader looks for {release.name}: {listed}", "the folders, by the rules of the loader"
            ),
            Evidence(f"built for CUDA {consumer.major}", consumer.source),
        ),
        advice=f'Install them as wheels: python -m pip install "{extra}=={versions.base(release.version)}"'
        if consumer.finds_wheels
        else f"Install CUDA {consumer.loads} and cuDNN {consumer.cudnn} of the system.",
    )


RULES = (old_numpy, gpu_libraries)
