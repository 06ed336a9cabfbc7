"""AMD GPUs that ROCm can compute on, from the compute driver's topology in /sys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kdoctor.collect.accelerators import pci
from kdoctor.collect.accelerators.found import Found
from kdoctor.model import Accelerator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kdoctor.collect.tree import Tree

_NODES = "/sys/class/kfd/kfd/topology/nodes"

#: Graphics inside the processor that ROCm builds do not serve: a healthy desktop has one and computes on something else.
#: Source: the table of processors in LLVM's AMDGPUUsage (column dGPU/APU). gfx1103 and gfx115x do compute and are not here.
_INTEGRATED = frozenset(("gfx902", "gfx909", "gfx90c", "gfx1013", "gfx1033", "gfx1035", "gfx1036", "gfx1037"))

#: Heaps of a node's memory that are on the card: public and private frame buffer (kfd_topology.h).
_ON_CARD = ("1", "2")


def read_amd(tree: Tree, devices: Iterable[pci.PciDevice]) -> Found:
    """Find the AMD GPUs of a Linux machine, named with their instruction set as ROCm writes it ("gfx90a").

    Raises OSError where the topology cannot be looked at.
    """
    on_bus = any(device.vendor == pci.AMD and device.display for device in devices)
    if not tree.exists("/dev/kfd"):
        if not on_bus:
            return Found()
        return Found(None, unread={"amd": "an AMD GPU is on the PCI bus, but there is no /dev/kfd to compute on it"})
    observed = {} if os.access(tree.place("/dev/kfd"), os.R_OK | os.W_OK) else {"amd-access": "/dev/kfd is closed to this user"}
    driver = (tree.text("/sys/module/amdgpu/version") or "").strip() or None
    gpus = list(_gpus(tree))
    integrated = sorted({target for target, _ in gpus if target in _INTEGRATED})
    if integrated:
        observed["amd-integrated"] = ", ".join(integrated)
    return Found(tuple(gpu for target, gpu in gpus if target not in _INTEGRATED), driver, observed=observed)


def read_amd_windows(tree: Tree, windows: str) -> Found:
    """Say whether a driver with HIP is installed below the folder `windows`; which GPUs it serves is not told by files."""
    libraries = ("amdhip64.dll", "amdhip64_6.dll", "amdhip64_7.dll")
    if not any(tree.exists(f"{windows}/System32/{library}") for library in libraries):
        return Found()
    return Found(None, unread={"amd": "AMD's HIP library is installed; which GPUs it serves is not known"})


def _gpus(tree: Tree) -> Iterator[tuple[str, Accelerator]]:
    for node in tree.names(_NODES):
        rows = _properties(tree, f"{_NODES}/{node}/properties")
        if rows.get("simd_count", "0") == "0":
            continue  # A processor, or a GPU that belongs to another container.
        target = _target(int(rows.get("gfx_target_version", "0")))
        minor = rows.get("drm_render_minor", "0")
        product = (tree.text(f"/sys/class/drm/renderD{minor}/device/product_name") or "").strip()
        yield target, Accelerator("amd", f"{product or 'AMD GPU'} ({target})", None, _memory(tree, node))


def _target(version: int) -> str:
    """90010 is gfx90a: major, two digits of minor, two of stepping, the latter a hex digit in the name."""
    return f"gfx{version // 10000}{version // 100 % 100:x}{version % 100:x}"


def _memory(tree: Tree, node: str) -> int | None:
    """MiB of memory on the card; None where the topology does not tell."""
    folder = f"{_NODES}/{node}/mem_banks"
    banks = [_properties(tree, f"{folder}/{bank}/properties") for bank in tree.names(folder)]
    sizes = [int(bank.get("size_in_bytes", "0")) for bank in banks if bank.get("heap_type") in _ON_CARD]
    return sum(sizes) // 2**20 or None


def _properties(tree: Tree, path: str) -> dict[str, str]:
    """Name and number of each row; {} where the node is closed to us: the driver hides GPUs of other containers so."""
    try:
        text = tree.text(path) or ""
    except PermissionError:
        return {}
    return {name: value for name, _, value in (row.partition(" ") for row in text.splitlines()) if value.isdigit()}
