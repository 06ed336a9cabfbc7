"""Which backend Keras 3 is asked for, whether it has it, and whether it is installed."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling, backend_known, config_value, generation
from kdoctor.knowledge.families import BACKENDS, TENSORFLOW
from kdoctor.model import Evidence, Finding, Severity, Way
from kdoctor.rules.rows import label

#: Backend -> the distribution that provides it, as a requirement to install it by.
PROVIDERS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch", "openvino": "openvino", "numpy": "numpy"}
CONFIG = "keras/src/backend/config.py, Keras 3.0.0 to 3.15.1"
BOTH = frozenset({"keras", "tf.keras"})


def asked(coupling: Coupling) -> str:
    """Say who asks for the backend, as it stands in sentences."""
    source = coupling.backend_source
    if source == "KERAS_BACKEND":
        return f"KERAS_BACKEND={coupling.backend}"
    if source == "keras.json":
        named = config_value(coupling, "backend")
        return f'keras.json says "backend": "{named}"' if isinstance(named, str) else "the backend that keras.json names is no text"
    return f"no backend is chosen, so Keras takes {coupling.backend}"


def chooser(coupling: Coupling) -> tuple[str, ...]:
    """Name what chose the backend, as a subject; nobody where none is chosen."""
    return (coupling.backend_source,) if coupling.backend_source in ("KERAS_BACKEND", "keras.json") else ()


def _keras(coupling: Coupling) -> str:
    """Name the Keras that answers; where a paste does not list it, the one that its TensorFlow runs with."""
    return label(coupling.keras) if coupling.keras and coupling.keras.version else "Keras 3"


def is_installed(coupling: Coupling, backend: str) -> bool | None:
    """Tell whether a backend is installed; None where nobody could tell."""
    if backend == "tensorflow":
        if coupling.tensorflow or any(name in coupling.gone for name in TENSORFLOW):
            return True
        return coupling.has("tensorflow")
    return coupling.has(PROVIDERS[backend])


def _other_backends(coupling: Coupling, but: str | None) -> list[str]:
    """Name the installed backends that can train, TensorFlow first."""
    return [name for name in ("tensorflow", "jax", "torch") if name != but and is_installed(coupling, name)]


def _switch(backend: str) -> Way:
    return Way(f"use-{backend}", f"use the {backend} backend, which is installed", environment={"KERAS_BACKEND": backend})


def unknown_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where Keras 3 is asked for a backend that it does not have; it refuses every other spelling."""
    if backend_known(coupling) is not False or coupling.backend is None:
        return
    since = BACKENDS.get(coupling.backend)
    have = ", ".join(name for name in BACKENDS)
    close = {"pytorch": "torch", "tf": "tensorflow"}.get(coupling.backend.lower(), coupling.backend.lower())
    candidates = [close] if close in BACKENDS and close != coupling.backend else []
    candidates += [name for name in _other_backends(coupling, None) or ["tensorflow"] if name not in candidates]
    needs = (f"keras>={since}",) if since else ()
    ways = [Way(f"use-{name}", f"use the {name} backend", environment={"KERAS_BACKEND": name}) for name in candidates]
    if since:
        ways.append(Way("newer-keras", f"take a Keras that has the {coupling.backend} backend", needs=needs))
    yield Finding(
        rule="KD401",
        name=name_of("KD401"),
        severity=Severity.ERROR,
        summary=f"{asked(coupling)}, but {_keras(coupling)} has no such backend",
        cause=f"It has it from {since} on." if since else f"Keras 3 takes exactly these: {have}; the spelling matters.",
        subjects=(*chooser(coupling), coupling.keras.name if coupling.keras else "keras"),
        evidence=(Evidence("Unable to import backend", "keras/src/backend/__init__.py, Keras 3.0.0 to 3.15.1"),),
        breaks=BOTH | stopped(coupling),
        ways=tuple(ways),
    )


def stopped(coupling: Coupling) -> frozenset[str]:
    """Name tensorflow where it dies with its Keras: from 2.15 on it imports Keras at once, and lets only an ImportError pass."""
    minor = versions.minor(coupling.tensorflow.version) if coupling.tensorflow else None
    return frozenset({"tensorflow"}) if minor and minor >= (2, 15) and coupling.legacy is False else frozenset()


def missing_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the backend that Keras 3 would take is not installed."""
    backend = coupling.backend
    if backend not in PROVIDERS or is_installed(coupling, backend) is not False or coupling.backend_source == "unknown":
        return
    if not backend_known(coupling):
        return
    keras = coupling.keras.name if coupling.keras else "keras"
    others = _other_backends(coupling, backend)
    install = Way(f"install-{backend}", f"install {backend}", needs=(PROVIDERS[backend],))
    switches = tuple(_switch(name) for name in others)
    yield Finding(
        rule="KD402",
        name=name_of("KD402"),
        severity=Severity.ERROR,
        summary=f"{asked(coupling)}, but {backend} is not installed",
        cause="Keras imports its backend when it is itself imported, and does not fall back to another that is there."
        + (f" Installed: {', '.join(others)}." if others else ""),
        subjects=(*chooser(coupling), keras, PROVIDERS[backend]),
        evidence=(Evidence("the order is KERAS_BACKEND, then keras.json, then tensorflow", CONFIG),),
        breaks=BOTH,
        ways=(*switches, install) if coupling.backend_source == "default" else (install, *switches),
    )


def ignored_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a backend is asked for by variable, but the Keras at hand is TensorFlow only and never reads it."""
    variables = coupling.snapshot.environment or {}
    wanted = variables.get("KERAS_BACKEND")
    if not wanted or wanted == "tensorflow" or coupling.keras is None or generation(coupling.keras) != "tf":
        return
    if "keras-core" in coupling.present and wanted in BACKENDS:
        # It is keras_core that is asked; see keras_core.py.
        return
    newer = (Way("newer-keras", "take Keras 3, which reads KERAS_BACKEND", needs=("keras>=3",)),) if wanted in BACKENDS else ()
    yield Finding(
        rule="KD403",
        name=name_of("KD403"),
        severity=Severity.ERROR,
        summary=f"KERAS_BACKEND={wanted} has no effect: {label(coupling.keras)} always uses TensorFlow",
        cause="Keras 2.4 to 2.15 has no other backend and does not read the variable; the program runs on TensorFlow without a word.",
        subjects=("KERAS_BACKEND", coupling.keras.name),
        evidence=(Evidence("any value, even nonsense, was without effect on Keras 2.10 and 2.15", "measured; keras/backend.py v2.15.0"),),
        ways=(*newer, Way("drop-variable", "do not ask for another backend", environment={"KERAS_BACKEND": None})),
    )


def inference_only_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a note for a backend that can predict but not train."""
    if coupling.backend in ("numpy", "openvino") and backend_known(coupling):
        yield Finding(
            rule="KD406",
            name=name_of("KD406"),
            severity=Severity.NOTE,
            summary=f"the {coupling.backend} backend can predict, but not train",
            cause="fit raises NotImplementedError; for training take tensorflow, jax or torch.",
            subjects=("KERAS_BACKEND",),
            evidence=(Evidence("fit is not supported with this backend", "Keras README v3.12.0; measured on Keras 3.6 to 3.15"),),
            breaks=frozenset({"keras", "tf.keras"}),
        )
