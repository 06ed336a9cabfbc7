"""What the environment is to compute on, where somebody said: whether such a device is here and whether the installed build can use it."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Accelerator, Evidence, Finding, Probe, Severity
from kdoctor.rules.cuda import NO_DEVICES, all_devices, built_elsewhere, chosen, runs_on, tensorflow_build, torch_cuda
from kdoctor.rules.rows import label

#: What is wanted -> the vendors whose devices are of that kind.
_VENDORS = {"gpu": ("nvidia", "amd", "apple", "intel"), "tpu": ("google",)}
#: What the live probe calls such devices.
_SEEN = {"gpu": ("GPU", "XPU", "METAL", "MPS", "CUDA", "ROCM"), "tpu": ("TPU",)}
_WORDS = {"gpu": "a GPU", "tpu": "a TPU"}
#: The keys of what could not be read that speak of devices of a kind.
_UNREAD = {"gpu": ("nvidia", "amd", "intel", "apple", "pci", "accelerators"), "tpu": ("google", "pci", "accelerators")}
#: What the collector says where a device may be near, and cannot be used from here whatever else is true.
_UNUSABLE = (
    "no driver of NVIDIA's is loaded",
    "was passed in here",
    "driver's libraries is not here",
    "there is no /dev/",
    "neither /dev/",
    "NVML error 9:",
    "NVML error 15:",
    "NVML error 18:",
)
_FRAMEWORKS = ("tensorflow", "jax", "torch")


def unintended_accelerator(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a GPU or TPU is wanted and none can be used; `cpu` is met everywhere.

    It stays quiet where another rule has an error on the devices already, which says more.
    """
    intent = coupling.snapshot.intent
    wanted = intent.accelerator if intent else None
    if wanted not in _VENDORS or _told(coupling):
        return
    seen = _probed(coupling, wanted)
    if seen:
        return
    here = _devices(coupling, wanted)
    if here is None and seen is None:
        summary = f"{_WORDS[wanted]} is wanted, and whether one can be used here is not known"
        yield _finding(coupling, wanted, Severity.WARNING, summary, _why(coupling, wanted))
    elif not here and seen is None:
        state = "every one is hidden" if _hidden(coupling) else "none can be used here"
        yield _finding(coupling, wanted, Severity.ERROR, f"{_WORDS[wanted]} is wanted, but {state}", _why(coupling, wanted))
    elif seen is False:
        summary = f"{_WORDS[wanted]} is wanted, but {_framework(coupling)} lists none"
        yield _finding(coupling, wanted, Severity.ERROR, summary, "The live probe asked the framework for its devices.")
    elif here and not any(_usable(coupling, one) is not False for one in here):
        summary = f"{_WORDS[wanted]} is wanted, but nothing installed can use the one that is here"
        yield _finding(coupling, wanted, Severity.ERROR, summary, _builds(coupling))


def _told(coupling: Coupling) -> bool:
    from kdoctor.rules.devices import DEVICE_RULES  # noqa: PLC0415 -- only where an accelerator is wanted.

    return any(found.severity is Severity.ERROR and found.rule != "KD771" for rule in DEVICE_RULES for found in rule(coupling))


def _devices(coupling: Coupling, wanted: str) -> tuple[Accelerator, ...] | None:
    """Give the devices of the wanted kind that programs may use; None where nobody could tell."""
    vendors = [vendor for vendor in _VENDORS[wanted] if not (vendor == "nvidia" and _hidden(coupling))]
    found = tuple(device for vendor in vendors for device in all_devices(coupling, vendor))
    reasons = _reasons(coupling, wanted)
    if found or _hidden(coupling) or any(word in why for why in reasons for word in _UNUSABLE):
        return found
    return () if coupling.snapshot.accelerators is not None and not reasons else None


def _reasons(coupling: Coupling, wanted: str) -> list[str]:
    """Give why devices of a kind could not be looked at."""
    return [why for what, why in coupling.snapshot.unread.items() if what in _UNREAD[wanted]]


def _hidden(coupling: Coupling) -> bool:
    value = (coupling.snapshot.environment or {}).get("CUDA_VISIBLE_DEVICES")
    return value is not None and value.split(",")[0].strip() in NO_DEVICES and bool(all_devices(coupling))


def _why(coupling: Coupling, wanted: str) -> str:
    """Say what is known of why no device is here."""
    if _hidden(coupling):
        value = (coupling.snapshot.environment or {}).get("CUDA_VISIBLE_DEVICES")
        return f"CUDA_VISIBLE_DEVICES={value!r} hides them; without the variable all are seen."
    reasons = [f"{why[:1].upper()}{why[1:]}." for why in _reasons(coupling, wanted)]
    platform = coupling.snapshot.platform
    if platform and platform.container and not reasons:
        reasons.append(f"This is a container ({platform.container}): its devices are those that it was started with, such as --gpus all.")
    return " ".join(reasons) or "Neither the driver's files nor the PCI bus show one."


def _framework(coupling: Coupling) -> str:
    return chosen(coupling) or "the framework"


def gpu_seen(coupling: Coupling, probe: Probe) -> bool | None:
    """Tell whether the framework that Keras runs on listed a GPU in a live probe; None where it was not asked or could not tell."""
    return _probed(coupling._replace(snapshot=coupling.snapshot._replace(probe=probe)), "gpu")


def _probed(coupling: Coupling, wanted: str) -> bool | None:
    """Tell whether a live probe saw such a device; None where there was none, or where it did not come so far."""
    probe, framework = coupling.snapshot.probe, chosen(coupling)
    lists = [] if probe is None else [devices for name, devices in _lists(probe) if framework is None or name == framework]
    if not lists:
        return None
    return any(device.upper().startswith(_SEEN[wanted]) for devices in lists for device in devices)


def _lists(probe: Probe) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give each framework that listed its devices."""
    for step in probe.steps:
        if step.devices is not None:
            name = {"tensorflow.keras": "tensorflow", "keras": step.backend or ""}.get(step.name, step.name)
            yield name, step.devices


def _usable(coupling: Coupling, device: Accelerator) -> bool | None:
    """Tell whether the framework that Keras runs on (any, where none is chosen) has code for a device of that vendor; None = not known."""
    names = (chosen(coupling),) if chosen(coupling) else _FRAMEWORKS
    answers = [vendors if vendors is None else device.vendor in vendors for vendors in (serves(coupling, name or "") for name in names)]
    return True if True in answers else None if None in answers else False


def serves(coupling: Coupling, framework: str) -> frozenset[str] | None:
    """Name the vendors whose devices the installed build of a framework can use; None where nobody knows."""
    present = coupling.present
    if framework == "tensorflow":
        return _of_tensorflow(coupling)
    if framework == "jax":
        return _of_jax(coupling)
    if framework == "torch" and "torch" in present:
        return _of_torch(coupling)
    return frozenset({"intel"}) if framework == "openvino" else frozenset()


def _of_tensorflow(coupling: Coupling) -> frozenset[str] | None:
    tensorflow, present = coupling.tensorflow, coupling.present
    if tensorflow is None:
        return frozenset()
    if built_elsewhere(tensorflow) or any(name.startswith("tensorflow-directml") for name in present):
        return None
    served = {"amd"} if tensorflow.name == "tensorflow-rocm" else set()
    served |= {"nvidia"} if tensorflow_build(coupling) else set()
    served |= {"apple"} if "tensorflow-metal" in present and runs_on(coupling, "darwin") else set()
    served |= {"intel"} if "intel-extension-for-tensorflow" in present else set()
    served |= {"google"} if tensorflow.name == "tensorflow-tpu" else set()
    known = (
        "tensorflow",
        "tensorflow-gpu",
        "tensorflow-cpu",
        "tensorflow-rocm",
        "tensorflow-macos",
        "tensorflow-intel",
        "tensorflow-tpu",
        "tf-nightly",
    )
    unsure = tensorflow.name not in known or (tensorflow.name == "tensorflow-gpu" and not served)
    return None if unsure else frozenset(served)


def _of_jax(coupling: Coupling) -> frozenset[str] | None:
    present = coupling.present
    jaxlib = present.get("jaxlib") or present.get("jax")
    if jaxlib is None:
        return frozenset()
    if built_elsewhere(jaxlib) or jaxlib.version is None:
        return None
    served = {"nvidia"} if any(name in present for name in ("jax-cuda12-plugin", "jax-cuda13-plugin")) else set()
    served |= {"amd"} if any(name.startswith("jax-rocm") for name in present) else set()
    served |= {"apple"} if "jax-metal" in present else set()
    served |= {"google"} if "libtpu" in present or "libtpu-nightly" in present else set()
    return frozenset(served)


def _of_torch(coupling: Coupling) -> frozenset[str] | None:
    version = coupling.present["torch"].version or ""
    if "torch-xla" in coupling.present:
        return None
    if "+rocm" in version:
        return frozenset({"amd"})
    if "+xpu" in version:
        return frozenset({"intel"})
    if runs_on(coupling, "darwin"):
        return frozenset({"apple"})
    cuda = torch_cuda(coupling)
    return None if cuda is None else frozenset() if cuda == "cpu" else frozenset({"nvidia"})


def _builds(coupling: Coupling) -> str:
    """Say which builds are installed that cannot use it."""
    framework = chosen(coupling)
    asked = {"tensorflow": coupling.tensorflow, "jax": coupling.present.get("jaxlib"), "torch": coupling.present.get("torch")}
    found = [label(one) for name, one in asked.items() if one and framework in (None, name)]
    if framework in ("numpy", "openvino"):
        return f"Keras runs on {framework}, which does not compute on it."
    if not found:
        return "Neither TensorFlow nor JAX nor PyTorch is installed."
    return f"{' and '.join(found)} {'is' if len(found) == 1 else 'are'} built without code for it."


def _finding(coupling: Coupling, wanted: str, severity: Severity, summary: str, cause: str) -> Finding:
    intent = coupling.snapshot.intent
    place = intent.places.get("accelerator") if intent else None
    hidden = _hidden(coupling)
    return Finding(
        rule="KD804",
        name=name_of("KD804"),
        severity=severity,
        summary=summary,
        cause=cause,
        subjects=(*(("CUDA_VISIBLE_DEVICES",) if hidden else ()), wanted),
        evidence=(Evidence(f"{wanted} is asked for", "the project's configuration" if place else "--require", "declared"),),
        advice=_advice(coupling, wanted),
        locations=(place,) if place else (),
    )


def _advice(coupling: Coupling, wanted: str) -> str:
    if _hidden(coupling):
        return "Unset CUDA_VISIBLE_DEVICES, or name the GPUs that the program may use."
    framework = chosen(coupling)
    if wanted == "tpu":
        return 'On a machine with a TPU: python -m pip install "jax[tpu]", with KERAS_BACKEND=jax.'
    extra = {"jax": '"jax[cuda12]"', "torch": "torch from PyTorch's own index for your GPU"}.get(framework or "", '"tensorflow[and-cuda]"')
    return f"With an NVIDIA GPU on Linux or in WSL2: the driver, then python -m pip install {extra}."
