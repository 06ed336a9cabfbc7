"""The devices on the PCI bus, of the few vendors that make accelerators."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kdoctor.collect.tree import Tree

NVIDIA, AMD, INTEL, GOOGLE = "10de", "1002", "8086", "1ae0"

#: The kernel drivers of Intel's GPUs; the last field of a row names the driver.
INTEL_DRIVERS = ("i915", "xe")

_VENDORS = frozenset((NVIDIA, AMD, INTEL, GOOGLE))
_FOLDER = "/sys/bus/pci/devices"

#: VGA controller, 3D controller, other display controller: what GPUs call themselves (PCI code and ID assignment, class 03).
_DISPLAYS = ("0300", "0302", "0380")


class PciDevice(NamedTuple):
    """One function on the bus; ids and class are lower-case hex, `0300` is class 03 subclass 00."""

    address: str
    vendor: str
    device: str
    kind: str
    #: The kernel driver that has it, such as nvidia, nouveau or vfio-pci.
    driver: str | None

    @property
    def display(self) -> bool:
        """True for GPUs; their audio, USB and bridge functions are no GPUs."""
        return self.kind in _DISPLAYS


def read_pci(tree: Tree) -> tuple[PciDevice, ...]:
    """Return the devices of NVIDIA, AMD, Intel and Google; () where there is no PCI bus.

    Raises OSError where the bus is hidden.
    """
    table = tree.text("/proc/bus/pci/devices", 1 << 20)
    if table is None:
        return tuple(filter(None, (_device(tree, name) for name in tree.names(_FOLDER))))
    wanted = _addresses(table)
    if not wanted:
        return ()
    # The table leaves out the domain with which the folders' names begin.
    return tuple(filter(None, (_device(tree, n) for n in tree.names(_FOLDER) if n.partition(":")[2] in wanted)))


def _addresses(table: str) -> frozenset[str]:
    """Where the wanted vendors' devices sit, as `01:00.0`.

    A row starts with bus and devfn (two hex digits each) and the vendor's and device's ids (four each): one read of it spares
    opening a file for each of a server's hundred devices, most of them Intel's, of which those with a graphics driver count.
    """
    found = set()
    for row in table.splitlines():
        vendor, driver = row[5:9], row.rpartition("\t")[2].strip()
        if vendor in _VENDORS and (vendor != INTEL or driver in INTEL_DRIVERS):
            devfn = int(row[2:4], 16)
            found.add(f"{row[:2]}:{devfn >> 3:02x}.{devfn & 7}")
    return frozenset(found)


def _device(tree: Tree, address: str) -> PciDevice | None:
    # modalias holds the ids and the class in one file: pci:v000010DEd00002204sv00001458sd0000403Bbc03sc00i00.
    alias = (tree.text(f"{_FOLDER}/{address}/modalias", 128) or "").lower()
    vendor, device, kind = alias[9:13], alias[18:22], alias[44:46] + alias[48:50]
    if not alias.startswith("pci:v0000") or vendor not in _VENDORS:
        return None
    driver = tree.link(f"{_FOLDER}/{address}/driver") if kind in _DISPLAYS else None
    return PciDevice(address, vendor, device, kind, driver and driver.rpartition("/")[2])
