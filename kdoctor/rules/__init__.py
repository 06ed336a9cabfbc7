"""What is wrong: pure functions from a coupling to findings.

To add a rule: if a row can say it, write a row in `knowledge/` (and two rows in tests/test_rules.py, one that fires and
one that stays quiet). Otherwise write a generator that takes a Coupling and yields findings, give its code a name in
`knowledge/catalogue.py` and a page in `knowledge/pages.py`, and list it in RULES (on devices: in DEVICE_RULES of devices.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kdoctor.knowledge.coupling import Coupling, generation
from kdoctor.model import Finding, Severity
from kdoctor.rules import backends, declared, horizon, installs, legacy, planned, rows, variables
from kdoctor.rules import provenance as origins

Rule = Callable[[Coupling], Iterator[Finding]]

#: Every rule but those that hardly any environment needs (see below), in the order in which findings of one severity are shown.
RULES: tuple[Rule, ...] = (
    installs.rival_distributions,
    installs.metadata_without_files,
    installs.hollow_release,
    rows.known_failures,
    legacy.legacy_without_tf_keras,
    variables.distutils_of_python,
    backends.unknown_backend,
    backends.missing_backend,
    backends.ignored_backend,
    declared.declared_conflicts,
    declared.python_refused,
    planned.no_wheel,
    planned.pins_exclude_each_other,
    installs.copies_and_leftovers,
    installs.files_without_metadata,
    legacy.legacy_without_effect,
    backends.inference_only_backend,
    horizon.newer_than_known,
)


#: Variables and distributions of which only the rules on devices speak.
_DEVICE_VARIABLES = ("CUDA", "KERAS_TORCH_DEVICE", "NVIDIA", "LD_", "JAX", "XLA", "HIP", "ROCR", "HSA", "TPU", "PJRT")
_DEVICE_DISTRIBUTIONS = ("libtpu", "nvidia-", "jax-", "tensorflow-metal", "tensorflow-rocm")
#: Rules that speak from metadata, and a second time of what --deep saw.
_SEEN_ON_DISK_TOO = ("KD301", "KD304", "KD501", "KD702", "KD771")
_USUAL_INSTRUCTIONS = frozenset({"avx", "avx2"})


def _all_rules(coupling: Coupling) -> tuple[Rule, ...]:
    """Give every rule that can speak here; the others are not even loaded."""
    return (*RULES, *_configuration_rules(coupling), *_device_rules(coupling), *_wishes(coupling), *_disk_rules(coupling))


def _wishes(coupling: Coupling) -> tuple[Rule, ...]:
    """Give the rules on what the environment is wanted for, where anybody said."""
    if coupling.snapshot.intent is None:
        return ()
    from kdoctor.rules import intended  # noqa: PLC0415 -- start-up time: most people ask for nothing.

    return intended.RULES


def _configuration_rules(coupling: Coupling) -> tuple[Rule, ...]:
    """Give the rules on keras.json, the variables of Keras and the Kerases that few have."""
    chosen: tuple[Rule, ...] = ()
    if generation(coupling.keras) == "multi":
        from kdoctor.rules import first_keras  # noqa: PLC0415 -- start-up time.

        chosen += (first_keras.old_backend, first_keras.refused_in_config)
    if "keras-core" in coupling.present:
        from kdoctor.rules import keras_core  # noqa: PLC0415 -- start-up time.

        chosen += (keras_core.backend_of_keras_core,)
    snapshot = coupling.snapshot
    if snapshot.keras_config not in (None, {}) or any(name.startswith("KERAS_") for name in snapshot.environment or ()):
        from kdoctor.rules import configuration  # noqa: PLC0415 -- start-up time.

        chosen += configuration.RULES
    return chosen


def _disk_rules(coupling: Coupling) -> tuple[Rule, ...]:
    """Give the rules on what --deep saw, where it was asked for."""
    if coupling.snapshot.disk is None:
        return ()
    from kdoctor.rules import built_for, files, links  # noqa: PLC0415 -- start-up time: most checks look at metadata alone.

    return (*files.RULES, *links.RULES, *built_for.RULES)


def _device_rules(coupling: Coupling) -> tuple[Rule, ...]:
    snapshot = coupling.snapshot
    silent = (
        snapshot.accelerators == ()
        and not snapshot.sources
        and (snapshot.cpu_flags is None or snapshot.cpu_flags >= _USUAL_INSTRUCTIONS)
        and not any(name.startswith(_DEVICE_VARIABLES) for name in snapshot.environment or ())
        and not any(name.startswith(_DEVICE_DISTRIBUTIONS) for name in coupling.present)
    )
    if silent:
        return ()
    from kdoctor.rules.devices import DEVICE_RULES  # noqa: PLC0415 -- start-up time: most environments are without a GPU.

    return DEVICE_RULES


def run(coupling: Coupling, *, provenance: bool = True) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Judge every rule; give the findings, the worst first, and the names of rules that crashed, with the reason.

    `provenance`: whether the findings are to say who brought their subjects in; whoever only counts them need not know.
    """
    crashed: list[str] = []
    told = _of_environment(coupling, crashed, provenance=provenance)
    if coupling.snapshot.sources:
        from kdoctor.rules.code.judging import judge_code  # noqa: PLC0415 -- start-up time: most snapshots carry no source.

        told = judge_code(coupling, told, lambda changed: _of_environment(changed, [], provenance=provenance), crashed)
    return tuple(sorted(told, key=lambda finding: -finding.severity)), tuple(crashed)


def of_environment(coupling: Coupling) -> list[Finding]:
    """Judge every rule on the environment alone, whatever source the snapshot carries."""
    return _of_environment(coupling, [], provenance=False)


def _of_environment(coupling: Coupling, crashed: list[str], *, provenance: bool) -> list[Finding]:
    """Judge every rule on the environment; the names of those that crash go to `crashed`."""
    found: list[Finding] = []
    for rule in _all_rules(coupling):
        try:
            found += rule(coupling)
        except Exception as error:  # noqa: BLE001, PERF203 -- one broken rule must neither end the others nor look clean.
            crashed.append(f"{rule.__name__} ({type(error).__name__}: {error})")
    merged = _merged(found)
    return [_with_provenance(coupling, finding) for finding in merged] if provenance else merged


def _with_provenance(coupling: Coupling, finding: Finding) -> Finding:
    came = origins.provenance(coupling, finding) if finding.severity is not Severity.NOTE else ""
    return finding._replace(cause=f"{finding.cause} {came}") if came else finding


def _merged(found: list[Finding]) -> list[Finding]:
    """Let one cause be one finding, with the evidence of all that see it.

    A known failure takes over the declared conflict on the same pair, and what metadata foretold takes over what the files show.
    """
    merged: list[Finding] = []
    for finding in found:
        told = next((i for i, other in enumerate(merged) if _is_told_by(finding, other)), None)
        if told is not None:
            merged[told] = merged[told]._replace(evidence=(*merged[told].evidence, *finding.evidence))
        elif finding not in merged:
            merged.append(finding)
    return merged


def _is_told_by(finding: Finding, other: Finding) -> bool:
    same = finding.rule == "KD001" or (finding.rule == other.rule and finding.rule in _SEEN_ON_DISK_TOO)
    return same and set(finding.subjects) <= set(other.subjects) and other.severity >= finding.severity and finding != other
