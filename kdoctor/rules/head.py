"""The few lines at the top of a report: what is installed and who answers."""

from __future__ import annotations

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling, asked_backend
from kdoctor.knowledge.dates import beyond_horizon
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.model import Accelerator, Distribution, Head

_SOURCES = {"default": "by default", "unknown": "unless chosen otherwise"}
_VENDORS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel", "apple": "Apple", "google": "Google"}


def head(coupling: Coupling) -> Head:
    """Say which TensorFlow, which Keras with which backend, and which accelerators there are."""
    return Head(_tensorflow(coupling), _keras(coupling), _accelerators(coupling))


def _listed(coupling: Coupling, names: tuple[str, ...]) -> str:
    found = [coupling.present[name] for name in names if name in coupling.present]
    if len(found) == 1 and found[0].name == names[0]:
        return (found[0].version or "version unknown") + _new(found[0])
    words = " and ".join(f"{one.version or 'version unknown'} ({one.name}){_new(one)}" for one in found)
    return f"{words} in one folder" if len(found) > 1 else words


def _new(distribution: Distribution) -> str:
    return " (newer than what kdoctor knows)" if beyond_horizon(distribution.name, distribution.version) else ""


def _absent(coupling: Coupling, names: tuple[str, ...]) -> str:
    gone = [coupling.gone[name] for name in names if name in coupling.gone]
    if gone:
        return " and ".join(f"{one.version or 'version unknown'} ({one.name})" for one in gone) + ", without its files"
    known = [coupling.has(name) for name in names[:1]]
    return "not installed" if known == [False] else "unknown"


def _tensorflow(coupling: Coupling) -> str:
    return _listed(coupling, TENSORFLOW) or _absent(coupling, TENSORFLOW)


def _keras(coupling: Coupling) -> str:
    core = coupling.present.get("keras-core")
    return _answering(coupling) + (_keras_core(coupling, core) if core else "")


def _keras_core(coupling: Coupling, core: Distribution) -> str:
    """Say which backend keras_core has; beside a Keras 2 it is another than Keras's."""
    backend, source = asked_backend(coupling.snapshot, None)
    return f"; keras_core {core.version or 'of unknown version'}, backend {backend or 'unknown'} ({_SOURCES.get(source, f'by {source}')})"


def _answering(coupling: Coupling) -> str:
    keras = _listed(coupling, KERAS)
    if not keras:
        return _absent(coupling, KERAS)
    if coupling.keras_generation == "tf":
        return f"{keras}, on TensorFlow only" + _legacy(coupling)
    source = _SOURCES.get(coupling.backend_source, f"by {coupling.backend_source}")
    return f"{keras}, backend {coupling.backend or 'unknown'} ({source})" + _legacy(coupling)


def _legacy(coupling: Coupling) -> str:
    tensorflow = coupling.tensorflow
    minor = versions.minor(tensorflow.version) if tensorflow else None
    if not coupling.legacy or minor is None or minor < (2, 15):
        return ""
    legacy = coupling.tf_keras
    return f"; tf.keras is tf-keras {legacy.version}" if legacy else "; tf.keras should be tf-keras, which is missing"


def _accelerators(coupling: Coupling) -> str:
    devices = coupling.snapshot.accelerators
    if devices is None:
        return "unknown"
    if not devices:
        return "none"
    counted: dict[str, int] = {}
    for device in devices:
        text = _device(device)
        counted[text] = counted.get(text, 0) + 1
    drivers = coupling.snapshot.drivers or {}
    driver = "".join(f", {_VENDORS.get(vendor, vendor)} driver {version}" for vendor, version in drivers.items())
    return ", ".join(f"{count} x {text}" if count > 1 else text for text, count in counted.items()) + driver


def _device(device: Accelerator) -> str:
    words = device.name or f"a device of {_VENDORS.get(device.vendor, device.vendor)}"
    details = [f"compute capability {device.compute_capability}"] if device.compute_capability else []
    details += [f"{device.memory_mib} MiB"] if device.memory_mib else []
    return f"{words} ({', '.join(details)})" if details else words
