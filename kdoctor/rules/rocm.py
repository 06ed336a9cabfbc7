"""TensorFlow on AMD's GPUs: whether the wheel fits the ROCm and the GPU that are here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.rocm import AMD_TARGETS, ROCM_GPUS, ROCM_OF_WHEEL, ROCM_POLARIS, ROCM_RUNTIMES, ROCM_SOURCE, ROCM_SUPPORTS
from kdoctor.model import Accelerator, Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import below, devices, numbers, weight
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_TENSORFLOW = frozenset({"tensorflow"})
_GPUS_SOURCE = "ROCm/tensorflow-upstream#2488, #2524, #3169; ROCm/legacy-rocm-build#1578, #2353"


def rocm_pair(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where tensorflow-rocm was built for another ROCm than the one installed."""
    tensorflow, rocm = coupling.present.get("tensorflow-rocm"), (coupling.snapshot.libraries or {}).get("rocm")
    if not tensorflow or not tensorflow.version or not rocm or not numbers(rocm) or coupling.snapshot.accelerators == ():
        return
    wanted, minor = _rocm_of(tensorflow.version), versions.minor(tensorflow.version)
    opened = _runtime(wanted) if wanted else "libmcwamp.so" if below(tensorflow.version, "1.15") else None
    there = _runtime(rocm)
    if opened and there and not there.startswith(opened):
        built = f"It is built for ROCm {wanted or 'before 3.5'} and opens {opened}, which ROCm {rocm} does not have."
        yield _rocm(tensorflow, rocm, Severity.ERROR, built)
    elif _unnamed(tensorflow.version, wanted, rocm) or (
        not wanted and minor not in ROCM_SUPPORTS.get(".".join(map(str, numbers(rocm)[:2])), (minor,))
    ):
        built = f"AMD does not name this pair{f'; it is built for ROCm {wanted}' if wanted else ''}."
        yield _rocm(tensorflow, rocm, Severity.WARNING, built)


def _rocm_of(version: str) -> str | None:
    """Say the ROCm of a release: by the table, else by the fourth number (2.14.0.600 is for 6.0.0)."""
    parts = numbers(version)
    if len(parts) > 3:  # noqa: PLR2004 -- three numbers are TensorFlow's own.
        return ".".join(str(parts[3]))[:3]
    return ROCM_OF_WHEEL.get(version)


def _runtime(rocm: str) -> str | None:
    """Name the file of the HIP runtime that a ROCm has; None for one that nobody knows."""
    return next((file for since, file in reversed(ROCM_RUNTIMES) if below(rocm, since) is False), None)


def _unnamed(version: str, wanted: str | None, rocm: str) -> bool:
    """Tell whether a release that says its ROCm in its number meets another minor release; older pairs proved patient."""
    exact = len(numbers(version)) > 3 and wanted is not None and len(numbers(rocm)) > 1  # noqa: PLR2004 -- as above.
    return exact and numbers(wanted)[:2] != numbers(rocm)[:2]


def _rocm(tensorflow: Distribution, rocm: str, severity: Severity, cause: str) -> Finding:
    way = Way("rocm-3", "take the last release for ROCm 3", needs=("tensorflow-rocm==2.3.3",)) if rocm.startswith("3.") else None
    return Finding(
        rule="KD751",
        name=name_of("KD751"),
        severity=severity,
        summary=f"{label(tensorflow)} does not fit ROCm {rocm}",
        cause=cause,
        subjects=("tensorflow-rocm", "rocm"),
        evidence=(Evidence("the wheel and ROCm are updated together", ROCM_SOURCE),),
        breaks=_TENSORFLOW if severity is Severity.ERROR else frozenset(),
        ways=(way,) if way and severity is Severity.ERROR else (),
        advice="Take the tensorflow-rocm that is named for this ROCm (from ROCm 6.1 on, AMD's own repository has it), or another ROCm.",
    )


def amd_gpu_not_in_build(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where tensorflow-rocm passes over the AMD GPU that is here; where there are several, a warning."""
    tensorflow, gpus = coupling.present.get("tensorflow-rocm"), devices(coupling, "amd")
    if tensorflow is None or tensorflow.version is None:
        return
    targets = dict.fromkeys(target for target in (_target(coupling, gpu) for gpu in gpus) if target)
    for target in targets:
        taken = _taken(tensorflow.version, target)
        if taken:
            yield Finding(
                rule="KD713",
                name=name_of("KD713"),
                severity=min(weight(coupling, "tensorflow"), Severity.ERROR if len(gpus) == 1 else Severity.WARNING),
                summary=f"{label(tensorflow)} has no code for {target}, the AMD GPU that is here",
                cause=f"It passes over every GPU that it does not name, and runs on the CPU; {taken}.",
                subjects=(tensorflow.name, "gpu"),
                evidence=(Evidence("Ignoring visible gpu device with AMDGPU version", _GPUS_SOURCE),),
                advice="Take another release of tensorflow-rocm; where one names a GPU of the same kind, HSA_OVERRIDE_GFX_VERSION"
                " can make this one pass for it (10.3.0 for gfx103x).",
            )


def _target(coupling: Coupling, gpu: Accelerator) -> str | None:
    """Give the instruction set that a GPU goes by: the one that the variable puts on it, or its own, by its name."""
    override = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", (coupling.snapshot.environment or {}).get("HSA_OVERRIDE_GFX_VERSION", ""), re.ASCII)
    if override:
        return f"gfx{override[1]}{int(override[2]):x}{int(override[3]):x}"
    told = re.search(r"gfx[0-9a-f]{3,4}", f"{gpu.compute_capability} {gpu.name}")
    return told[0] if told else next((target for part, target in AMD_TARGETS if part.lower() in (gpu.name or "").lower()), None)


def _taken(version: str, target: str) -> str | None:
    """Say which GPUs a release takes, where it is known not to take this one."""
    if target == ROCM_POLARIS[0] and below(version, ROCM_POLARIS[1]) is False:
        return f"{target} left with {ROCM_POLARIS[1]}"
    known = next((names for specifier, names in ROCM_GPUS if versions.satisfies(versions.base(version), specifier)), None)
    return f"it names {known.replace(' ', ', ')}" if known and target not in known.split() else None
