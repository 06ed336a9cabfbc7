"""Google's TPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.collect.accelerators import pci
from kdoctor.collect.accelerators.found import Found
from kdoctor.model import Accelerator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kdoctor.collect.tree import Tree

#: PCI device id -> chip. Source: jax/_src/hardware_utils.py. Google's network cards have the same vendor and other ids.
CHIPS = {
    "0027": "TPU v2/v3",
    "005e": "TPU v4",
    "0062": "TPU v5p",
    "0063": "TPU v5e",
    "006f": "TPU v6e",
    "0076": "TPU 7x",
    "0083": "TPU 8i",
    "007c": "TPU 8t",
}

#: Variables that Cloud TPU machines and notebooks set; they may also speak of a TPU on another machine.
_VARIABLES = ("TPU_ACCELERATOR_TYPE", "TPU_WORKER_ID", "COLAB_TPU_ADDR")


def read_google(tree: Tree, devices: Iterable[pci.PciDevice], environ: Mapping[str, str]) -> Found:
    """Find the TPU chips of a Linux machine; Google's metadata server is not asked."""
    chips = [CHIPS[device.device] for device in devices if device.vendor == pci.GOOGLE and device.device in CHIPS]
    if chips and _has_files(tree):
        return Found(tuple(Accelerator("google", chip) for chip in chips))
    if chips:
        return Found(None, unread={"google": "a TPU is on the PCI bus, but neither /dev/accel* nor /dev/vfio/* is here"})
    named = next((name for name in _VARIABLES if environ.get(name)), None)
    if named:
        return Found(None, unread={"google": f"{named} speaks of a TPU, but none is on the PCI bus"})
    return Found()


def _has_files(tree: Tree) -> bool:
    """Chips up to v4 have /dev/accel0 and so on, later ones a numbered group in /dev/vfio."""
    if any(name.startswith("accel") for name in tree.names("/dev")):
        return True
    return any(name.isdigit() for name in tree.names("/dev/vfio"))
