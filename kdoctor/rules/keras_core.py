"""keras-core, the preview of Keras 3 beside a Keras 2: it alone heeds KERAS_BACKEND there."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling, asked_backend, generation
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.backends import PROVIDERS, is_installed
from kdoctor.rules.rows import label

_SOURCE = "keras_core/src/backend/config.py and backend/__init__.py, keras-core 0.1.0 and 0.1.7"
_BACKENDS = ("tensorflow", "jax", "torch", "numpy")


def backend_of_keras_core(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding on the backend of keras-core: one that it does not have, that is missing, or that holds for it alone."""
    core, keras = coupling.present.get("keras-core"), coupling.keras
    backend, source = asked_backend(coupling.snapshot, None)
    if core is None or backend is None or source == "unknown" or (keras and generation(keras) != "tf"):
        return
    if backend not in _BACKENDS:
        yield _unusable("KD401", core, backend, source, f"{label(core)} has no such backend")
    elif is_installed(coupling, backend) is False:
        yield _unusable("KD402", core, backend, source, f"{backend} is not installed")
    elif keras and backend != "tensorflow" and source == "KERAS_BACKEND":
        yield Finding(
            rule="KD403",
            name=name_of("KD403"),
            severity=Severity.NOTE,
            summary=f"KERAS_BACKEND={backend} holds for keras_core alone: {label(keras)} uses TensorFlow",
            cause="Keras 2.4 to 2.15 does not read the variable.",
            subjects=("KERAS_BACKEND", keras.name, core.name),
            evidence=(Evidence("how the backend is chosen", _SOURCE),),
        )


def _unusable(code: str, core: Distribution, backend: str, source: str, but: str) -> Finding:
    asked = {"KERAS_BACKEND": f"KERAS_BACKEND={backend}", "keras.json": f"keras.json names the backend {backend}"}
    missing = (Way(f"install-{backend}", f"install {backend}", needs=(PROVIDERS[backend],)),) if code == "KD402" else ()
    return Finding(
        rule=code,
        name=name_of(code),
        severity=Severity.ERROR,
        summary=f"{asked.get(source, f'keras_core takes {backend}')}, but {but}",
        cause="keras_core imports its backend when it is itself imported.",
        subjects=(*((source,) if source in asked else ()), core.name, *((backend,) if missing else ())),
        evidence=(Evidence("how the backend is chosen", _SOURCE),),
        ways=missing,
    )
