"""Devices that are here and out of reach: closed to this user, without a device file, or without the driver's library in a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import chosen, consumers, devices, torch_cuda, weight
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_CLOSED = ("NVML error 4", "Permission denied", "Operation not permitted")
_DETECTION = "docs.nvidia.com: container toolkit; CUDA driver API, error codes"
_ROCM = "rocm.docs.amd.com, prerequisites: groups render and video"

_MADE_IN_CONTAINER = "Nothing inside a container makes it: it must be passed in."
_MADE_ON_HOST = "The driver makes it when the first program asks, where nvidia-modprobe may."


def closed_devices(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the GPU's device files are closed to the user who runs kdoctor."""
    unread, observed = coupling.snapshot.unread, coupling.snapshot.observed or {}
    refused = next((unread[key] for key in ("nvml", "nvidia") if any(word in unread.get(key, "") for word in _CLOSED)), None)
    for framework, who in _first(coupling, _users_of_cuda(coupling)) if refused else ():
        yield _closed(coupling, framework, who, "NVIDIA", refused or "", "Ask whoever runs the machine or the queue for a job with a GPU.")
    for framework, who in _first(coupling, _users_of_rocm(coupling)) if "amd-access" in observed else ():
        advice = "Add the user to the groups render and video, and log in anew; in a container pass the group's number (--group-add)."
        yield _closed(coupling, framework, who, "AMD", observed["amd-access"], advice)


def _closed(coupling: Coupling, framework: str, who: Distribution, maker: str, why: str, advice: str) -> Finding:
    return Finding(
        rule="KD725",
        name=name_of("KD725"),
        severity=weight(coupling, framework),
        summary=f"the {maker} GPU that is here is closed to this user: {why}",
        cause=f"{label(who)} opens the same device files, and is refused as kdoctor was; it runs on the CPU.",
        subjects=("gpu", who.name),
        evidence=(Evidence(why, _ROCM if maker == "AMD" else _DETECTION),),
        advice=advice,
    )


def _first(coupling: Coupling, users: Iterator[tuple[str, Distribution]]) -> list[tuple[str, Distribution]]:
    """Give the user that Keras runs on, else the first one, in a list of at most one."""
    return sorted(users, key=lambda one: -weight(coupling, one[0]))[:1]


def _users_of_cuda(coupling: Coupling) -> Iterator[tuple[str, Distribution]]:
    yield from ((one.framework, one.distribution) for one in consumers(coupling))
    torch, cuda = coupling.present.get("torch"), torch_cuda(coupling)
    if torch and cuda and cuda != "cpu":
        yield "torch", torch


def _users_of_rocm(coupling: Coupling) -> Iterator[tuple[str, Distribution]]:
    present = coupling.present
    rocm = next((present[name] for name in present if name.startswith("jax-rocm")), None)
    torch = present.get("torch")
    yield from (("tensorflow", present[name]) for name in ("tensorflow-rocm",) if name in present)
    yield from (("jax", one) for one in (rocm,) if one)
    yield from (("torch", one) for one in (torch,) if one and "+rocm" in (one.version or ""))


def without_compute(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a container was started without the driver's libraries for computing."""
    value = (coupling.snapshot.environment or {}).get("NVIDIA_DRIVER_CAPABILITIES")
    platform = coupling.snapshot.platform
    if not value or not devices(coupling) or not (platform and platform.container):
        return
    if {"all", "compute"} & {part.strip() for part in value.split(",")} or "libcuda" in (coupling.snapshot.libraries or {}):
        return
    for framework, who in _first(coupling, _users_of_cuda(coupling)):
        yield Finding(
            rule="KD726",
            name=name_of("KD726"),
            severity=weight(coupling, framework),
            summary=f"NVIDIA_DRIVER_CAPABILITIES={value} leaves libcuda out of this container",
            cause=f"nvidia-smi works with utility alone, but {label(who)} needs compute, which brings the driver's libcuda; without it no"
            " GPU is seen.",
            subjects=("NVIDIA_DRIVER_CAPABILITIES", "nvidia-driver", who.name),
            evidence=(Evidence("compute: required for CUDA", "docs.nvidia.com: container toolkit, driver capabilities"),),
            advice="Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility.",
        )


def missing_uvm(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where /dev/nvidia-uvm is missing: a warning in a container, where nothing can make it, else a note."""
    platform = coupling.snapshot.platform
    if "nvidia-uvm" not in (coupling.snapshot.observed or {}) or not devices(coupling):
        return
    inside = bool(platform and platform.container)
    for framework, who in _first(coupling, _users_of_cuda(coupling)):
        yield Finding(
            rule="KD727",
            name=name_of("KD727"),
            severity=min(weight(coupling, framework), Severity.WARNING if inside else Severity.NOTE),
            summary="the GPU is here, but /dev/nvidia-uvm is not",
            cause=f"CUDA needs it, nvidia-smi does not. {_MADE_IN_CONTAINER if inside else _MADE_ON_HOST} Else {label(who)} gets"
            " CUDA_ERROR_UNKNOWN.",
            subjects=("nvidia-driver", "gpu"),
            evidence=(Evidence("no /dev/nvidia-uvm", _DETECTION),),
            advice="On the host: nvidia-modprobe -u -c 0; pass /dev/nvidia-uvm to the container as well.",
        )


def torch_device(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where KERAS_TORCH_DEVICE names a device that the installed torch or this machine does not have."""
    value = (coupling.snapshot.environment or {}).get("KERAS_TORCH_DEVICE", "")
    torch = coupling.present.get("torch")
    kind = value.partition(":")[0]
    if torch is None or chosen(coupling) != "torch" or coupling.keras_generation != "3" or kind not in ("cuda", "mps", "xpu"):
        return
    why = _lacking(coupling, torch, kind)
    if why:
        yield Finding(
            rule="KD736",
            name=name_of("KD736"),
            severity=Severity.ERROR,
            summary=f"KERAS_TORCH_DEVICE={value} asks for a device that {label(torch)} cannot use here",
            cause=f"{why} Keras puts every tensor there without asking whether it can.",
            subjects=("KERAS_TORCH_DEVICE", "torch"),
            evidence=(Evidence("the variable goes before all that torch finds", "keras/src/backend/torch/core.py, Keras 3"),),
            breaks=frozenset({"torch"}),
            ways=(Way("any-device", "let Keras choose the device", environment={"KERAS_TORCH_DEVICE": None}),),
        )


def _lacking(coupling: Coupling, torch: Distribution, kind: str) -> str:
    version, known = torch.version or "", coupling.snapshot.accelerators
    if "+cpu" in version or (kind == "cuda" and torch_cuda(coupling) == "cpu"):
        return "This torch is a build for the CPU."
    vendors = {"cuda": ("nvidia", "amd"), "mps": ("apple",), "xpu": ("intel",)}[kind]
    return "" if known is None or any(devices(coupling, vendor) for vendor in vendors) else f"No device for {kind} is here."
