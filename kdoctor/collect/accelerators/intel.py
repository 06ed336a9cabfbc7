"""Intel graphics cards; the graphics inside Intel's processors do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.collect.accelerators import pci
from kdoctor.collect.accelerators.found import Found
from kdoctor.model import Accelerator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kdoctor.collect.tree import Tree

#: Where the graphics inside an Intel processor always sit, whatever the machine.
_INTEGRATED = "0000:00:02.0"


def read_intel(tree: Tree, devices: Iterable[pci.PciDevice]) -> Found:
    """Find the Intel graphics cards of a Linux machine, named by their PCI ids, since /sys holds no other name.

    A card without a driver is none: nothing but its id would tell it from the other parts that Intel puts on the bus.
    """
    graphics = [device for device in devices if device.vendor == pci.INTEL and device.driver in pci.INTEL_DRIVERS]
    cards = [device for device in graphics if device.display and device.address != _INTEGRATED]
    if not cards:
        return Found()
    if not any(name.startswith("renderD") for name in tree.names("/dev/dri")):
        return Found(None, unread={"intel": "an Intel graphics card is on the PCI bus, but there is no /dev/dri/renderD*"})
    return Found(tuple(Accelerator("intel", f"Intel GPU {card.vendor}:{card.device}") for card in cards))
