"""What keras.json and the variables of Keras make it do: stop, pass over the file, or cut every training short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kdoctor import versions
from kdoctor.knowledge import reading
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling, config_value, generation
from kdoctor.model import Evidence, Finding, Severity, Way
from kdoctor.rules.backends import BOTH, CONFIG, stopped
from kdoctor.rules.rows import label

#: Whatever reads keras.json: tensorflow imports a Keras when it is itself imported, and lets at most an ImportError pass.
_READERS = BOTH | {"tf-keras", "tensorflow"}
_SEEN = Evidence("import tensorflow died of it as well", "measured on TensorFlow 1.15, 2.1, 2.4, 2.10 and 2.18")
_CAPS = {"KERAS_MAX_EPOCHS": "fit after {} epochs", "KERAS_MAX_STEPS_PER_EPOCH": "every epoch, evaluation and prediction after {} steps"}
_NNX_ON = ("1", "true")


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
            evidence=(Evidence("the order is KERAS_BACKEND, then keras.json, then tensorflow", CONFIG),),
        )


def invalid_config(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for a keras.json that stops Keras, or that it silently passes over."""
    config = coupling.snapshot.keras_config
    if config is None or config == {} or not _read_by_someone(coupling):
        return
    keras = coupling.keras
    fault, breaks = config_fault(config, keras.version if keras else None)
    if fault:
        yield Finding(
            rule="KD405",
            name=name_of("KD405"),
            severity=Severity.ERROR if breaks else Severity.WARNING,
            summary=f"keras.json {fault}",
            cause=_fault_cause(config, fatal=bool(breaks)),
            subjects=("keras.json", keras.name if keras else "keras"),
            evidence=(Evidence("how keras.json is read", CONFIG), *((_SEEN,) if breaks >= _READERS else ())),
            breaks=breaks,
            advice="Mend or delete the file; Keras writes a fresh one.",
        )


def _read_by_someone(coupling: Coupling) -> bool:
    return bool(coupling.keras or coupling.keras_generation or coupling.tensorflow or coupling.tf_keras)


def _fault_cause(config: object, *, fatal: bool) -> str:
    if fatal:
        return "Keras stops on it when it is imported, and TensorFlow with it."
    if isinstance(config, dict) and set(config) == {"error"}:
        return "If Keras runs with the same rights it cannot read it either, and stops: only text that is no JSON is passed over."
    return "Keras passes over the whole file without a word." if isinstance(config, str) else "Whatever is computed with it is no number."


def config_fault(config: object, keras: str | None = None) -> tuple[str, frozenset[str]]:
    """Say what is wrong with the content of a keras.json for a Keras of that version, and which components it stops."""
    if isinstance(config, str) and not _is_json(config):
        return "is not valid JSON", frozenset({"keras"} if reading.stops_on_text(keras) else ())
    if isinstance(config, (str, list, int, float, bool)):
        return "holds no JSON object", _READERS
    if not isinstance(config, dict):
        return "", frozenset()
    if set(config) == {"error"}:
        return f"could not be read: {config['error']}", frozenset()
    return _value_fault(config, keras)


def _value_fault(config: dict[str, Any], keras: str | None) -> tuple[str, frozenset[str]]:
    if fault := reading.refused(config):
        return fault, _READERS
    if fault := reading.refused_format(config, keras):
        return fault, _READERS if "image_data_format" in fault else frozenset({"keras"})
    return ("" if reading.is_finite(config) else f"has an epsilon that is no number: {config['epsilon']}"), frozenset()


def _is_json(text: str) -> bool:
    import json  # noqa: PLC0415 -- only where keras.json is no JSON object.

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def nnx_without_flax(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where Keras 3.11 or later is told to work with NNX, and flax is not installed."""
    keras = coupling.keras
    variable = (coupling.snapshot.environment or {}).get("KERAS_NNX_ENABLED")
    on = bool(config_value(coupling, "nnx_enabled")) if variable is None else variable.lower() in _NNX_ON
    if (
        not on
        or keras is None
        or versions.satisfies(versions.base(keras.version), ">=3.11") is not True
        or coupling.has("flax") is not False
    ):
        return
    source = "KERAS_NNX_ENABLED" if variable is not None else "keras.json"
    off = (Way("without-nnx", "do without NNX", environment={source: None}),) if variable is not None else ()
    yield Finding(
        rule="KD408",
        name=name_of("KD408"),
        severity=Severity.ERROR,
        summary=f"{source} switches NNX on, which needs flax, and flax is not installed",
        cause="Keras imports flax then when it is itself imported, on every backend.",
        subjects=(source, keras.name, "flax"),
        evidence=(
            Evidence("To use NNX with the JAX backend, you must install `flax`", "keras/src/backend/config.py, Keras 3.11.3 to 3.15.1"),
        ),
        breaks=BOTH,
        ways=(Way("install-flax", "install flax", needs=("flax",)), *off),
    )


def capped_training(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for the variables that cut every training short: an error where Keras cannot read the number."""
    keras, variables = coupling.keras, coupling.snapshot.environment or {}
    if keras is None or versions.satisfies(versions.base(keras.version), ">=3.10") is not True:
        return
    for name, effect in _CAPS.items():
        value = variables.get(name)
        if value is not None:
            readable = value.strip().lstrip("+-").replace("_", "").isdigit()
            does = f"ends {effect.format(value.strip())}" if readable else "is no whole number, and Keras stops on it"
            yield Finding(
                rule="KD411",
                name=name_of("KD411"),
                severity=Severity.WARNING if readable else Severity.ERROR,
                summary=f"{name}={value} {does}",
                cause=f"{label(keras)} reads it when it is imported"
                + ("; it is meant for debugging, and no call says that it was cut short." if readable else " and dies of it."),
                subjects=(name, keras.name),
                evidence=(Evidence("the variable is read from 3.10 on", "keras/src/backend/config.py, Keras 3.10.0 to 3.15.1"),),
                breaks=frozenset() if readable else BOTH | stopped(coupling),
                ways=(Way(f"unset-{name.lower().replace('_', '-')}", f"unset {name}", environment={name: None}),),
            )


#: In the order in which findings of one severity are shown.
RULES = (invalid_config, nnx_without_flax, capped_training, contradicting_config)
