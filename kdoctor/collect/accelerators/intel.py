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
_DRIVERS = ("i915", "xe")


def read_intel(tree: Tree, devices: Iterable[pci.PciDevice]) -> Found:
    """Find the Intel graphics cards of a Linux machine, named by their PCI ids, since /sys holds no other name."""
    cards = [d for d in devices if d.vendor == pci.INTEL and d.display and d.address != _INTEGRATED]
    driven = [card for card in cards if card.driver in _DRIVERS]
    if not cards:
        return Found()
    if not driven:
        return Found(None, unread={"intel": "an Intel graphics card is on the PCI bus, but no driver for it is loaded"})
    if not any(name.startswith("renderD") for name in tree.names("/dev/dri")):
        return Found(None, unread={"intel": "an Intel graphics card is on the PCI bus, but there is no /dev/dri/renderD*"})
    return Found(tuple(Accelerator("intel", f"Intel GPU {card.vendor}:{card.device}") for card in driven))
