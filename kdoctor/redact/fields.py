"""The allow-list: how each field of a snapshot gets out; what has no row does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kdoctor.redact import configuration, distributions, hardware, values, wishes, words
from kdoctor.redact.disk import redact_disk
from kdoctor.redact.probed import redact_probe
from kdoctor.redact.sources import redact_sources

if TYPE_CHECKING:
    from kdoctor.model import ModelFile, Platform, Python
    from kdoctor.redact.places import Places

_ORIGINS = ("environment", "lockfile", "requirements", "paste")
_IMPLEMENTATIONS = ("cpython", "pypy", "graalpy", "jython", "ironpython")


def _python(python: Python | None, places: Places) -> Python | None:
    if python is None:
        return None
    return python._replace(
        version=words.version(python.version),
        implementation=words.one_of(python.implementation, _IMPLEMENTATIONS, "other"),
        executable=places.place(python.executable),
        prefix=places.place(python.prefix),
    )


def _platform(platform: Platform | None, _: Places) -> Platform | None:
    if platform is None:
        return None
    return platform._replace(
        system=words.word(platform.system),
        machine=words.word(platform.machine),
        libc=words.libc(platform.libc),
        release=words.version(platform.release),
        container=words.word(platform.container),
    )


_FORMS = ("keras", "h5", "weights", "saved_model")
_SIGNS = frozenset(
    {"lambda", "custom", "functional", "bidirectional", "keras-untold", "time-major", "depthwise-groups", "compiled", "keras"}
)


def _models(models: tuple[ModelFile, ...], places: Places) -> tuple[ModelFile, ...]:
    return tuple(
        one._replace(
            path=places.place(one.path) or "model",
            form=words.one_of(one.form, _FORMS, "other"),
            keras_version=words.version(one.keras_version),
            backend=words.word(one.backend),
            tensorflow_version=words.version(one.tensorflow_version),
            signs=one.signs & _SIGNS,
        )
        for one in models
    )


def _unread(unread: Mapping[str, str], places: Places) -> dict[str, str]:
    shown = ((what if words.is_known_phrase(what) else places.hidden(what), words.sentence(why, places)) for what, why in unread.items())
    return {what: why or "unknown" for what, why in shown}


FIELDS: Mapping[str, Callable[[Any, Places], Any]] = {
    "origin": lambda origin, _: words.one_of(origin, _ORIGINS, "paste"),
    "complete": lambda complete, _: bool(complete),
    "python": _python,
    "platform": _platform,
    "cpu_flags": lambda flags, _: None if flags is None else frozenset(filter(words.is_word, flags)),
    "distributions": distributions.redact_all,
    "absent": lambda names, _: frozenset(filter(distributions.is_name, names)),
    "environment": values.redact_variables,
    "keras_config": lambda config, _: configuration.redact_config(config),
    "folders": lambda folders, _: hardware.counted(folders),
    "accelerators": lambda devices, _: None if devices is None else tuple(map(hardware.redact_device, devices)),
    "drivers": lambda drivers, _: hardware.versioned(drivers),
    "libraries": lambda libraries, _: hardware.versioned(libraries),
    "sources": redact_sources,
    "declared": wishes.redact_declared,
    "intent": wishes.redact_intent,
    "patient": lambda path, places: places.place(path),
    "chosen": lambda why, _: words.sentence(why),
    "unread": _unread,
    "probe": redact_probe,
    "observed": lambda seen, places: None if seen is None else _unread(seen, places),
    "read_as": lambda kind, _: words.sentence(kind),
    "disk": redact_disk,
    "models": _models,
}
