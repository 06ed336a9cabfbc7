"""What a live probe saw: names and numbers as they are, messages and printed lines without what is private in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.redact import hardware, words
from kdoctor.redact.distributions import is_name
from kdoctor.redact.values import backend

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kdoctor.model import Probe, ProbeStep
    from kdoctor.redact.places import Places

_FRAMEWORKS = ("tensorflow", "keras", "tf_keras", "jax", "torch", "openvino")
_STEPS = ("start", "keras", "tensorflow.keras", "mixed", *_FRAMEWORKS)
_OUTCOMES = ("works", "exception", "signal", "exit", "time out", "not run")
_STAGES = ("start", "import", "import keras", "import tensorflow", "import tf.keras", "build", "fit", "evaluate", "devices", "exit")
_KINDS = ("CPU", "GPU", "TPU", "XPU", "NPU", "METAL", "XLA_CPU", "XLA_GPU")
#: A signal by its name or number, or what Windows says in its place.
_SIGNAL = r"(?a)SIG[A-Z0-9]{2,8}|signal \d{1,3}|[a-z ]{3,20} \(0x[0-9A-F]{8}\)"
#: A file within a package of the family.
_OWN_FILE = (
    r"(?a)(?:tensorflow|keras|tf_keras|jax|jaxlib|torch|openvino|numpy|google|h5py|ml_dtypes|absl|optree)"
    r"(?:[/\\][\w.+-]{1,60}){0,12}:\d{1,7}"
)


def redact_probe(probe: Probe | None, places: Places) -> Probe | None:
    """Give what a probe saw as it may be shown."""
    if probe is None:
        return None
    found = None if probe.found is None else tuple(name for name in probe.found if name in _FRAMEWORKS)
    return probe._replace(found=found, steps=tuple(_step(step, places) for step in probe.steps))


def _step(step: ProbeStep, places: Places) -> ProbeStep:
    def quoted(text: str | None) -> str | None:
        return None if text is None else words.quotable(text, places)

    return step._replace(
        name=words.one_of(step.name, _STEPS, "other"),
        outcome=words.one_of(step.outcome, _OUTCOMES, "not run"),
        stage=words.one_of(step.stage, _STAGES, "start"),
        stages={name: took for name, took in step.stages.items() if name in _STAGES},
        error=quoted(step.error),
        cause=quoted(step.cause),
        where=_where(step.where, places),
        signal=step.signal if step.signal and re.fullmatch(_SIGNAL, step.signal) else None,
        versions=_versions(step.versions),
        resolves_to=_answer(step.resolves_to),
        backend=backend(step.backend) if step.backend else None,
        devices=None if step.devices is None else tuple(filter(None, map(_device, step.devices))),
        devices_error=quoted(step.devices_error),
        lines=_lines(step.lines, places),
    )


def _where(where: str | None, places: Places) -> str | None:
    if where is None or re.fullmatch(_OWN_FILE, where):
        return where
    path, colon, line = where.rpartition(":")
    return f"{places.hidden(path)}{colon}{line}" if line.isdigit() else places.hidden(where)


def _versions(found: Mapping[str, str]) -> dict[str, str]:
    return {name: shown for name, text in found.items() if name in _FRAMEWORKS and (shown := words.version(text))}


def _answer(text: str | None) -> str | None:
    name, _, version = (text or "").rpartition(" ")
    return f"{name} {words.version(version)}" if is_name(name) and words.version(version) else None


def _device(text: str) -> str | None:
    kind, _, name = text.partition(" ")
    named = hardware.named(name) if name else None
    return f"{words.one_of(kind, _KINDS, 'other')}{f' {named}' if named else ''}"


def _lines(lines: Iterable[str], places: Places) -> tuple[str, ...]:
    return tuple(words.quotable(line, places) for line in lines)
