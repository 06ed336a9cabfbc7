"""NVIDIA GPUs: the driver's files first, NVML only where a driver is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.collect.accelerators import pci
from kdoctor.collect.accelerators.found import Found
from kdoctor.model import Accelerator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from kdoctor.collect.accelerators.nvml import Answer
    from kdoctor.collect.tree import Tree

    Ask: TypeAlias = Callable[[], Answer]

_DRIVER = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/sys/module/nvidia")
_VERSION = r"\b\d{3,4}\.\d+(?:\.\d+)*\b"
_WSL = "/usr/lib/wsl/lib"


def read_nvidia(tree: Tree, devices: Iterable[pci.PciDevice], *, machine: str, ask: Ask) -> Found:
    """Find the NVIDIA GPUs of a Linux machine and the version of the loaded kernel driver.

    `ask` is called where a driver is, and nowhere else. Raises OSError where the driver's files cannot be looked at.
    """
    if machine == "aarch64" and _is_jetson(tree):
        return _read_jetson(tree)
    if any(tree.exists(path) for path in _DRIVER):
        return _read_driven(tree, ask)
    if tree.exists("/dev/dxg"):
        return _read_wsl(tree, ask)
    return _read_undriven([device for device in devices if device.vendor == pci.NVIDIA and device.display])


def read_nvidia_windows(tree: Tree, windows: str, *, ask: Ask) -> Found:
    """Find the NVIDIA GPUs of a Windows machine whose folder `windows` holds the driver's libraries."""
    if not any(tree.exists(f"{windows}/System32/{library}") for library in ("nvcuda.dll", "nvml.dll")):
        return Found()
    return _read_asked(ask(), Found(None))


def _read_driven(tree: Tree, ask: Ask) -> Found:
    control = tree.exists("/dev/nvidiactl")
    named = tuple(_named(tree)) if control else ()
    version, missing = _kernel_version(tree), {} if tree.exists("/dev/nvidia-uvm") else {"nvidia-uvm": "no /dev/nvidia-uvm"}
    found = _read_asked(ask(), Found(named or None, version))
    if found.devices is None and not control:
        why = "the NVIDIA driver is loaded, but there is no /dev/nvidiactl: no GPU was passed in here"
        return found._replace(unread={**found.unread, "nvidia": why})
    return found._replace(observed={**missing, **found.observed}) if control else found


def _read_asked(answer: Answer, files: Found) -> Found:
    """Take what NVML says, completed from the driver's files; the files alone where NVML failed."""
    driver = files.driver or answer.driver
    unread = {} if driver else {"driver": "no version of the NVIDIA driver could be read"}
    if answer.failure is not None:
        reason = {"nvml" if files.devices else "nvidia": answer.failure}
        return Found(files.devices, driver, {**unread, **reason}, files.observed)
    silent = {f"nvidia-gpu-{place}": reason for place, reason in answer.silent.items()}
    return Found(answer.devices, driver, {**unread, **silent}, dict(_observed(answer)))


def _observed(answer: Answer) -> Iterator[tuple[str, str]]:
    if answer.cuda:
        yield "nvidia-cuda", answer.cuda
    if answer.mig:
        yield "nvidia-mig", f"GPU {', '.join(map(str, answer.mig))} of {len(answer.devices or ())} split by MIG"


def _kernel_version(tree: Tree) -> str | None:
    """Return the version of the loaded module, which can differ from that of the libraries beside it."""
    line = (tree.text("/proc/driver/nvidia/version") or "").partition("\n")[0]
    found = re.search(_VERSION, line.partition("Module")[2]) or re.search(_VERSION, tree.text("/sys/module/nvidia/version") or "")
    return found and found[0]


def _named(tree: Tree) -> Iterator[Accelerator]:
    """GPUs by the driver's own list, those whose device file is here: containers see the whole list and some of the files."""
    folder = "/proc/driver/nvidia/gpus"
    for address in tree.names(folder):
        text = tree.text(f"{folder}/{address}/information")
        if text is None:
            continue
        rows = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
        minor = rows.get("Device Minor")
        if minor is None or tree.exists(f"/dev/nvidia{minor}"):
            yield _by_name(rows.get("Model"))


def _by_name(name: str | None) -> Accelerator:
    from kdoctor.gpu_names import capability_of  # noqa: PLC0415 -- a table for the rare case.

    # The driver writes Unknown until somebody first opens the GPU.
    known = name if name and name != "Unknown" else None
    return Accelerator("nvidia", known, capability_of(known) if known else None)


def _read_wsl(tree: Tree, ask: Ask) -> Found:
    """WSL has no kernel module of NVIDIA's: Windows lends the GPU through /dev/dxg and its libraries through a folder."""
    if tree.exists(f"{_WSL}/libnvidia-ml.so.1"):
        return _read_asked(ask(), Found(None))
    if tree.exists(_WSL):
        return Found()
    return Found(None, unread={"nvidia": f"WSL lends a GPU, but {_WSL} with its driver's libraries is not here"})


def _is_jetson(tree: Tree) -> bool:
    return tree.exists("/etc/nv_tegra_release") or "nvidia,tegra" in (tree.text("/proc/device-tree/compatible", 4096) or "")


def _read_jetson(tree: Tree) -> Found:
    """Name a Jetson's one GPU, which is part of the chip, not on the PCI bus; its driver is numbered like the system."""
    if not any(tree.exists(path) for path in ("/dev/nvhost-gpu", "/dev/nvgpu", "/dev/nvhost-ctrl-gpu", "/dev/nvidiactl")):
        return Found(None, unread={"nvidia": "a Jetson without the device files of its GPU: none was passed in here"})
    model = (tree.text("/proc/device-tree/model", 256) or "").strip("\0 \n")
    release = re.match(r"# R(\d+) \(release\), REVISION: ([\d.]+)", tree.text("/etc/nv_tegra_release", 1024) or "")
    observed = {"jetson-linux": f"{release[1]}.{release[2]}"} if release else {}
    return Found((_by_name(model),), _kernel_version(tree), observed=observed)


def _read_undriven(gpus: list[pci.PciDevice]) -> Found:
    """No driver is loaded here; a GPU on the bus may be another's, since containers see the bus of their host."""
    if not gpus:
        return Found()
    other = next((gpu.driver for gpu in gpus if gpu.driver), None)
    holder = f"; {other} has it" if other else ""
    return Found(None, unread={"nvidia": f"an NVIDIA GPU is on the PCI bus, but no driver of NVIDIA's is loaded{holder}"})
