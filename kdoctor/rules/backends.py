"""Which backend Keras is asked for, whether this Keras has it, and whether it is installed."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling, backend_known, config_value, generation
from kdoctor.knowledge.families import BACKENDS, TENSORFLOW
from kdoctor.model import Evidence, Finding, Severity, Way
from kdoctor.rules.rows import label

#: Backend -> the distribution that provides it, as a requirement to install it by.
_PROVIDERS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch", "openvino": "openvino", "numpy": "numpy"}
_OLD_BACKENDS = ("tensorflow", "theano", "cntk")
_CONFIG = "keras/src/backend/config.py, Keras 3.0.0 to 3.15.1"
_BOTH = frozenset({"keras", "tf.keras"})


def _asked(coupling: Coupling) -> str:
    """Say who asks for the backend, as it stands in sentences."""
    source = coupling.backend_source
    if source == "KERAS_BACKEND":
        return f"KERAS_BACKEND={coupling.backend}"
    return (
        f'keras.json says "backend": "{coupling.backend}"' if source == "keras.json" else "no backend is chosen, so Keras takes tensorflow"
    )


def _subject(coupling: Coupling) -> tuple[str, ...]:
    return (coupling.backend_source,) if coupling.backend_source in ("KERAS_BACKEND", "keras.json") else ()


def _keras(coupling: Coupling) -> str:
    """Name the Keras that answers; where a paste does not list it, the one that its TensorFlow runs with."""
    return label(coupling.keras) if coupling.keras and coupling.keras.version else "Keras 3"


def _installed(coupling: Coupling, backend: str) -> bool | None:
    if backend == "tensorflow":
        if coupling.tensorflow or any(name in coupling.gone for name in TENSORFLOW):
            return True
        return coupling.has("tensorflow")
    return coupling.has(_PROVIDERS[backend])


def _other_backends(coupling: Coupling, but: str | None) -> list[str]:
    """Name the installed backends that can train, TensorFlow first."""
    return [name for name in ("tensorflow", "jax", "torch") if name != but and _installed(coupling, name)]


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
        summary=f"{_asked(coupling)}, but {_keras(coupling)} has no such backend",
        cause=f"It has it from {since} on." if since else f"Keras 3 takes exactly these: {have}; the spelling matters.",
        subjects=(*_subject(coupling), coupling.keras.name if coupling.keras else "keras"),
        evidence=(Evidence("Unable to import backend", "keras/src/backend/__init__.py, Keras 3.0.0 to 3.15.1"),),
        breaks=_BOTH,
        ways=tuple(ways),
    )


def missing_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the backend that Keras 3 or keras-core would take is not installed."""
    core = coupling.present.get("keras-core") if coupling.keras is None else None
    backend = coupling.backend
    if backend not in _PROVIDERS or _installed(coupling, backend) is not False or coupling.backend_source == "unknown":
        return
    if core is None and not backend_known(coupling):
        return
    answering = core or coupling.keras
    keras = answering.name if answering else "keras"
    others = _other_backends(coupling, backend)
    install = Way(f"install-{backend}", f"install {backend}", needs=(_PROVIDERS[backend],))
    switches = tuple(_switch(name) for name in others)
    yield Finding(
        rule="KD402",
        name=name_of("KD402"),
        severity=Severity.ERROR,
        summary=f"{_asked(coupling)}, but {backend} is not installed",
        cause="Keras imports its backend when it is itself imported, and does not fall back to another that is there."
        + (f" Installed: {', '.join(others)}." if others else ""),
        subjects=(*_subject(coupling), keras, _PROVIDERS[backend]),
        evidence=(Evidence("the order is KERAS_BACKEND, then keras.json, then tensorflow", _CONFIG),),
        breaks=_BOTH,
        ways=(*switches, install) if coupling.backend_source == "default" else (install, *switches),
    )


def ignored_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a backend is asked for by variable, but the Keras at hand is TensorFlow only and never reads it."""
    variables = coupling.snapshot.environment or {}
    asked = variables.get("KERAS_BACKEND")
    if not asked or asked == "tensorflow" or coupling.keras is None or generation(coupling.keras) != "tf":
        return
    newer = (Way("newer-keras", "take Keras 3, which reads KERAS_BACKEND", needs=("keras>=3",)),) if asked in BACKENDS else ()
    yield Finding(
        rule="KD403",
        name=name_of("KD403"),
        severity=Severity.ERROR,
        summary=f"KERAS_BACKEND={asked} has no effect: {label(coupling.keras)} always uses TensorFlow",
        cause="Keras 2.4 to 2.15 has no other backend and does not read the variable; the program runs on TensorFlow without a word.",
        subjects=("KERAS_BACKEND", coupling.keras.name),
        evidence=(Evidence("any value, even nonsense, was without effect on Keras 2.10 and 2.15", "measured; keras/backend.py v2.15.0"),),
        ways=(*newer, Way("drop-variable", "do not ask for another backend", environment={"KERAS_BACKEND": None})),
    )


def contradicting_config(coupling: Coupling) -> Iterator[Finding]:
    """Give a note where keras.json names another backend than the variable, which wins."""
    config = config_value(coupling, "backend")
    if coupling.backend_source != "KERAS_BACKEND" or generation(coupling.keras) == "tf" or not isinstance(config, str):
        return
    if config != coupling.backend:
        yield Finding(
            rule="KD404",
            name=name_of("KD404"),
            severity=Severity.NOTE,
            summary=f"KERAS_BACKEND={coupling.backend} wins over keras.json, which says {config}",
            cause="Keras writes keras.json on its first import, so the file is no proof of a wish.",
            subjects=("KERAS_BACKEND", "keras.json"),
            evidence=(Evidence("the order is KERAS_BACKEND, then keras.json, then tensorflow", _CONFIG),),
        )


def invalid_config(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for a keras.json that stops Keras, or that it silently passes over."""
    config = coupling.snapshot.keras_config
    if config is None or config == {} or not (coupling.keras or coupling.keras_generation):
        return
    fault, fatal = config_fault(config)
    if fault:
        yield Finding(
            rule="KD405",
            name=name_of("KD405"),
            severity=Severity.ERROR if fatal else Severity.WARNING,
            summary=f"keras.json {fault}",
            cause=_fault_cause(config, fatal=fatal),
            subjects=("keras.json", coupling.keras.name if coupling.keras else "keras"),
            evidence=(Evidence("how keras.json is read", _CONFIG),),
            breaks=_BOTH | {"tf-keras"} if fatal else frozenset(),
            advice="Mend or delete the file; Keras writes a fresh one.",
        )


def _fault_cause(config: object, *, fatal: bool) -> str:
    if fatal:
        return "Keras stops on it when it is imported."
    if isinstance(config, dict):
        return "If Keras runs with the same rights it cannot read it either, and stops: only text that is no JSON is passed over."
    return "Keras passes over the whole file without a word."


def config_fault(config: object) -> tuple[str, bool]:
    """Say what is wrong with the content of a keras.json and whether it stops Keras; ("", False) where nothing is."""
    if isinstance(config, str):
        return ("holds no JSON object", True) if _is_json(config) else ("is not valid JSON", False)
    if isinstance(config, (list, int, float, bool)):
        return "holds no JSON object", True
    if not isinstance(config, dict):
        return "", False
    if set(config) == {"error"}:
        return f"could not be read: {config['error']}", False
    if config.get("floatx", "float32") not in ("float16", "float32", "float64"):
        return f"has a floatx that Keras refuses: {config['floatx']!r}", True
    if not isinstance(config.get("epsilon", 1e-7), float):
        return f"has an epsilon that is no float: {config['epsilon']!r}", True
    if config.get("image_data_format", "channels_last") not in ("channels_last", "channels_first"):
        return f"has an image_data_format that Keras refuses: {config['image_data_format']!r}", True
    return "", False


def _is_json(text: str) -> bool:
    import json  # noqa: PLC0415 -- only where keras.json is no JSON object.

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


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


def old_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the first, multi-backend Keras is asked for a backend that is unknown to it or not installed."""
    backend, keras = coupling.backend, coupling.keras
    if keras is None or generation(keras) != "multi" or backend is None or coupling.backend_source == "unknown":
        return
    known = backend in _OLD_BACKENDS
    missing = (not coupling.tensorflow if backend == "tensorflow" else True) and coupling.has(backend) is False
    if known and not missing:
        return
    yield Finding(
        rule="KD402" if known else "KD401",
        name=name_of("KD402" if known else "KD401"),
        severity=Severity.ERROR,
        summary=f"{_asked(coupling)}, but {f'{backend} is not installed' if known else f'{label(keras)} has no such backend'}",
        cause="Keras before 2.4 runs on tensorflow, theano or cntk, and imports its backend at once.",
        subjects=(*_subject(coupling), keras.name, *((backend,) if known else ())),
        evidence=(Evidence("the backends of multi-backend Keras", "keras/backend/__init__.py, Keras 2.3.1"),),
        breaks=frozenset({"keras"}),
        ways=(Way("use-tensorflow", "use the tensorflow backend", environment={"KERAS_BACKEND": "tensorflow"}),)
        if backend != "tensorflow"
        else (),
    )
