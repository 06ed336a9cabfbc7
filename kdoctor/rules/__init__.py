"""What is wrong: pure functions from a coupling to findings.

To add a rule: if a row can say it, write a row in `knowledge/` (and two rows in tests/test_rules.py, one that fires and
one that stays quiet). Otherwise write a generator that takes a Coupling and yields findings, give its code a name in
`knowledge/catalogue.py` and a page in `knowledge/pages.py`, and list it in RULES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Finding, Severity
from kdoctor.rules import (
    accelerators,
    backends,
    capabilities,
    cuda_libraries,
    cudnn,
    declared,
    driver,
    installs,
    jax_devices,
    legacy,
    loading,
    other_devices,
    planned,
    rows,
)
from kdoctor.rules.provenance import provenance

Rule = Callable[[Coupling], Iterator[Finding]]

#: Every rule, in the order in which findings of one severity are shown.
RULES: tuple[Rule, ...] = (
    installs.rival_distributions,
    installs.metadata_without_files,
    rows.known_failures,
    legacy.legacy_without_tf_keras,
    backends.unknown_backend,
    backends.missing_backend,
    backends.old_backend,
    backends.ignored_backend,
    backends.invalid_config,
    other_devices.missing_instructions,
    accelerators.tensorflow_on_cpu,
    accelerators.torch_on_cpu,
    driver.driver_too_old,
    driver.driver_halves_differ,
    capabilities.gpu_not_in_build,
    cuda_libraries.libraries_missing,
    cuda_libraries.other_cuda,
    cudnn.cudnn_mismatch,
    cudnn.cudnn_without_gpu,
    cudnn.failing_convolutions,
    cudnn.wheels_not_found,
    loading.hidden_devices,
    loading.stubs_on_path,
    loading.other_cuda_on_path,
    loading.jax_platforms,
    jax_devices.jax_without_plugin,
    jax_devices.plugin_behind,
    jax_devices.nccl_too_old,
    jax_devices.jax_metal,
    jax_devices.libtpu,
    other_devices.metal_pair,
    other_devices.metal_without_xla,
    other_devices.rocm_pair,
    accelerators.amd_without_rocm,
    declared.declared_conflicts,
    declared.python_refused,
    planned.no_wheel,
    installs.copies_and_leftovers,
    installs.files_without_metadata,
    legacy.legacy_without_effect,
    backends.contradicting_config,
    backends.inference_only_backend,
)


def run(coupling: Coupling) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Judge every rule; give the findings, the worst first, and the names of rules that crashed, with the reason."""
    found: list[Finding] = []
    crashed: list[str] = []
    for rule in RULES:
        try:
            found += rule(coupling)
        except Exception as error:  # noqa: BLE001, PERF203 -- one broken rule must neither end the others nor look clean.
            crashed.append(f"{rule.__name__} ({type(error).__name__}: {error})")
    told = [_with_provenance(coupling, finding) for finding in _merged(found)]
    return tuple(sorted(told, key=lambda finding: -finding.severity)), tuple(crashed)


def _with_provenance(coupling: Coupling, finding: Finding) -> Finding:
    came = provenance(coupling, finding) if finding.severity is not Severity.NOTE else ""
    return finding._replace(cause=f"{finding.cause} {came}") if came else finding


def _merged(found: list[Finding]) -> list[Finding]:
    """Let a known failure take over the declared conflict on the same pair: one cause is one finding, with both evidences."""
    merged: list[Finding] = []
    for finding in found:
        if finding.rule == "KD001":
            told = next(
                (
                    i
                    for i, other in enumerate(merged)
                    if set(finding.subjects) <= set(other.subjects) and other.severity >= finding.severity
                ),
                None,
            )
            if told is not None:
                merged[told] = merged[told]._replace(evidence=(*merged[told].evidence, *finding.evidence))
                continue
        if finding not in merged:
            merged.append(finding)
    return merged
