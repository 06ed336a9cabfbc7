"""What a pasted text leaves open that would decide most, and the commands that tell it."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Distribution, Unknown

_MOST = 3
_LIST = "python -m pip list"
_VARIABLES = "python -c \"import os; print({k: v for k, v in os.environ.items() if 'KERAS' in k})\""


def unknown(coupling: Coupling) -> tuple[Unknown, ...]:
    """Give the facts, the most telling first, that are unknown here; none where the whole environment was seen."""
    if coupling.snapshot.complete:
        return ()
    return tuple(dict.fromkeys(_facts(coupling)))[:_MOST]


def _facts(coupling: Coupling) -> Iterator[Unknown]:
    snapshot = coupling.snapshot
    for name, found in (("TensorFlow", coupling.tensorflow), ("Keras", coupling.keras)):
        if _matters(coupling, name) and _is_open(coupling, name.lower(), found):
            yield Unknown(f"which {name} is installed, if any", _LIST)
    if snapshot.python is None or snapshot.python.version is None:
        yield Unknown("which Python it is", "python -V")
    if coupling.legacy and coupling.has("tf-keras") is None:
        yield Unknown("whether tf-keras is installed", _LIST)
    if snapshot.environment is None and coupling.keras_generation == "3":
        yield Unknown("KERAS_BACKEND and TF_USE_LEGACY_KERAS", _VARIABLES)
    if snapshot.accelerators is None and (snapshot.drivers or snapshot.libraries):
        yield Unknown("which GPU and driver there are", "nvidia-smi")
    if coupling.tensorflow and coupling.has("numpy") is None:
        yield Unknown("what else is installed", _LIST)
    if snapshot.platform is None or snapshot.platform.system is None:
        yield Unknown("which system and machine it is", 'python -c "import platform; print(platform.platform())"')


def _matters(coupling: Coupling, name: str) -> bool:
    """Tell whether the text is about this framework: of Keras always, of TensorFlow where nobody works with another backend."""
    return name == "Keras" or coupling.backend not in ("jax", "torch", "openvino", "numpy")


def _is_open(coupling: Coupling, name: str, found: Distribution | None) -> bool:
    return coupling.has(name) is None if found is None else found.version is None
