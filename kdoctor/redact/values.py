"""Environment variables: each has a type, and only a value of that type gets out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kdoctor.redact import words
from kdoctor.redact.vocabulary import BACKENDS, VALUES

if TYPE_CHECKING:
    from kdoctor.redact.places import Places

_OTHER = "other-value"
_NUMBER = r"(?a)[+-]?\d{0,9}(?:\.\d{0,9})?(?:[eE][+-]?\d{1,3})?"
_DEVICE = r"(?a)-?\d{1,4}(?::\d{1,3})?|(?:cuda|cpu|xpu|mps|hpu):\d{1,3}"
_UUID = r"(?a)(GPU|MIG)-[0-9A-Za-z/-]{4,120}"
_SLICE = r"(?a)v\d[a-z]{0,9}-\d{1,5}|\d{1,4}(?:,\d{1,4}){0,3}"
_FLAG = r"(?a)(--(?:xla|tf)_[a-z0-9_]{2,80})(?:=(.*))?"


def redact_variables(found: Mapping[str, str] | None, places: Places) -> dict[str, str] | None:
    """Give the variables that have a type, with what their type admits."""
    if found is None:
        return None
    return {name: TYPES[name](value, places) for name, value in found.items() if name in TYPES}


def backend(value: str) -> str:
    """Give the name of a backend, also a mistaken or badly quoted one; any other is `other-value`."""
    return value if value.strip(" \t\r\n'\"").lower() in BACKENDS and value.isprintable() else _OTHER if value.strip() else value.strip()


def _backend(value: str, _: Places) -> str:
    return backend(value)


def _version(value: str, _: Places) -> str:
    return value if words.version(value) == value else _OTHER if value else ""


def _listed(value: str, _: Places) -> str:
    """Give a list of devices, numbers or words that the field knows; a device's serial number becomes that of nobody."""
    return ",".join(map(_item, value.split(",")))


def _item(item: str) -> str:
    bare = item.strip(" \t'\"")
    if not bare or re.fullmatch(_DEVICE, bare) or bare.lower() in VALUES or re.fullmatch(_NUMBER, bare):
        return item if item.isprintable() else bare
    found = re.fullmatch(_UUID, bare)
    return f"{found[1]}-{'0' * 8}" if found else _OTHER


def _slice(value: str, _: Places) -> str:
    return value if not value or re.fullmatch(_SLICE, value) else _OTHER


def _place(value: str, places: Places) -> str:
    return _one_place(value, places) if value else value


def _one_place(value: str, places: Places) -> str:
    """Give a path; what names a host or a person, as URLs and addresses do, is none."""
    if "://" in value or "@" in value or not value.isprintable():
        return _OTHER
    return places.hidden(value)


def _places(value: str, places: Places) -> str:
    """Give a list of paths, parted as the system that wrote it parts them."""
    windows = ";" in value or re.match(r"[A-Za-z]:[/\\]", value)
    if "://" in value:
        return _OTHER
    separator = ";" if windows else ":"
    return separator.join(_one_place(part, places) if part else part for part in value.split(separator))


def _preloaded(value: str, places: Places) -> str:
    return " ".join(_places(part, places) if part else part for part in value.split(" "))


def _flags(value: str, places: Places) -> str:
    """Give the flags of XLA: their names, with a value that is a number, a word or a path."""
    return " ".join(_flag(part, places) for part in value.split())


def _flag(part: str, places: Places) -> str:
    found = re.fullmatch(_FLAG, part)
    if not found:
        return _OTHER
    if found[2] is None:
        return part
    path = found[2].startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:[/\\]", found[2])
    return f"{found[1]}={_one_place(found[2], places) if path else _listed(found[2], places)}"


#: Variable -> the type of its values; those that may enter a snapshot at all, one for one.
TYPES: Mapping[str, Callable[[str, Places], str]] = {
    "KERAS_BACKEND": _backend,
    "KERAS_HOME": _place,
    "KERAS_MAX_EPOCHS": _listed,
    "KERAS_MAX_STEPS_PER_EPOCH": _listed,
    "KERAS_NNX_ENABLED": _listed,
    "KERAS_TORCH_DEVICE": _listed,
    "TF_USE_LEGACY_KERAS": _listed,
    "TF_CPP_MAX_VLOG_LEVEL": _listed,
    "TF_CPP_MIN_LOG_LEVEL": _listed,
    "TF_ENABLE_ONEDNN_OPTS": _listed,
    "TF_FORCE_GPU_ALLOW_GROWTH": _listed,
    "TF_GPU_ALLOCATOR": _listed,
    "TF_XLA_FLAGS": _flags,
    "ENABLE_PJRT_COMPATIBILITY": _listed,
    "JAX_ENABLE_X64": _listed,
    "JAX_PLATFORMS": _listed,
    "JAX_PLATFORM_NAME": _listed,
    "JAX_SKIP_CUDA_CONSTRAINTS_CHECK": _listed,
    "PJRT_DEVICE": _listed,
    "PYTORCH_ENABLE_MPS_FALLBACK": _listed,
    "XLA_FLAGS": _flags,
    "XLA_PYTHON_CLIENT_ALLOCATOR": _listed,
    "XLA_PYTHON_CLIENT_MEM_FRACTION": _listed,
    "XLA_PYTHON_CLIENT_PREALLOCATE": _listed,
    "CUDA_DEVICE_ORDER": _listed,
    "CUDA_HOME": _place,
    "CUDA_PATH": _place,
    "CUDA_VISIBLE_DEVICES": _listed,
    "HIP_VISIBLE_DEVICES": _listed,
    "HSA_OVERRIDE_GFX_VERSION": _version,
    "NVIDIA_DRIVER_CAPABILITIES": _listed,
    "NVIDIA_TF32_OVERRIDE": _listed,
    "NVIDIA_VISIBLE_DEVICES": _listed,
    "ROCM_PATH": _place,
    "ROCR_VISIBLE_DEVICES": _listed,
    "TPU_ACCELERATOR_TYPE": _slice,
    "TPU_CHIPS_PER_PROCESS_BOUNDS": _slice,
    "TPU_LIBRARY_PATH": _place,
    "TPU_PROCESS_BOUNDS": _slice,
    "TPU_SKIP_MDS_QUERY": _listed,
    "TPU_VISIBLE_CHIPS": _slice,
    "TPU_VISIBLE_DEVICES": _listed,
    "DYLD_LIBRARY_PATH": _places,
    "LD_LIBRARY_PATH": _places,
    "LD_PRELOAD": _preloaded,
    "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": _listed,
    "PYTHONHOME": _places,
    "PYTHONNOUSERSITE": _listed,
    "PYTHONPATH": _places,
    "SETUPTOOLS_USE_DISTUTILS": _listed,
    "WRAPT_DISABLE_EXTENSIONS": _listed,
}
