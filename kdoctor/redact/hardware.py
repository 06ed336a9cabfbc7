"""Devices, drivers, libraries and folders: numbers and the words of makers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kdoctor.redact import words
from kdoctor.redact.vocabulary import BRANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kdoctor.model import Accelerator

_VENDORS = ("nvidia", "amd", "intel", "apple", "google", "unknown")
_MODEL = r"(?a)(?=[A-Za-z+./-]*\d)[A-Za-z0-9]{1,10}(?:[-./+][A-Za-z0-9]{1,10}){0,4}"
_FOLDER = (
    r"(?a)(?:tensorflow|keras|tf_keras|keras_core|jax|jaxlib|torch|openvino|numpy|tensorboard|libtpu|nvidia|google)"
    r"(?:[_.][a-z0-9_]{1,20}){0,3}"
)
_LIBRARY = r"(?a)[a-z][a-z0-9_]{1,15}(?:[-_][a-z0-9]{1,10}){0,3}"
_CAPABILITY = r"(?a)\d{1,3}(?:\.\d{1,3})?|gfx[0-9a-f]{3,5}"


def redact_device(device: Accelerator) -> Accelerator:
    """Give a device with a name of makers' words."""
    capability = device.compute_capability
    return device._replace(
        vendor=words.one_of(device.vendor, _VENDORS, "unknown"),
        name=None if device.name is None else named(device.name),
        compute_capability=capability if capability and re.fullmatch(_CAPABILITY, capability) else None,
    )


def named(name: str) -> str | None:
    """Keep the words that makers use; serial numbers and names of hosts are none."""
    parts = (part for part in name.split() if part.strip("()[],").lower() in BRANDS or re.fullmatch(_MODEL, part.strip("()[],")))
    return " ".join(parts) or None


def versioned(found: Mapping[str, str] | None) -> dict[str, str] | None:
    """Keep what is a version of a driver or a library."""
    if found is None:
        return None
    return {name: shown for name, text in found.items() if re.fullmatch(_LIBRARY, name) and (shown := _version(text))}


def _version(text: str) -> str | None:
    """Give a version; drivers also say things like 32.0.15.6094 or 560.35.03-open."""
    return words.version(text) or words.version(re.split(r"[ (-]", text.strip(), maxsplit=1)[0])


def counted(folders: Mapping[str, Any] | None) -> dict[str, int | None] | None:
    """Keep the import folders of the family with their numbers of entries."""
    return None if folders is None else {name: entries for name, entries in folders.items() if re.fullmatch(_FOLDER, name)}
