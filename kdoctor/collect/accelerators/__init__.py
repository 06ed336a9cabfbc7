"""Which accelerators a machine has, what drives them and which of their libraries are installed; no framework is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.accelerators.amd import read_amd, read_amd_windows
from kdoctor.collect.accelerators.found import Found
from kdoctor.collect.accelerators.google import read_google
from kdoctor.collect.accelerators.intel import read_intel
from kdoctor.collect.accelerators.libraries import read_libraries
from kdoctor.collect.accelerators.nvidia import read_nvidia, read_nvidia_windows
from kdoctor.collect.accelerators.pci import PciDevice, read_pci
from kdoctor.collect.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kdoctor.collect.accelerators.nvml import Answer
    from kdoctor.model import Accelerator

_EMPTY: Mapping[str, str] = {}


class Accelerators(NamedTuple):
    """What was found, in the three states of the snapshot: empty = looked and none, None = unknown.

    `devices` holds what is known even where one vendor's are not; `unread` then has that vendor's name. Further keys of
    `unread`: `nvml` (devices come from the driver's files instead), `nvidia-gpu-N` (one GPU is silent), `<vendor>-driver`,
    `pci`, `accelerators` (all unknown), `cuda` and the other libraries. Keys of `observed`: `nvidia-cuda` (the newest CUDA that
    the driver serves), `nvidia-mig`, `nvidia-uvm` (its device file is missing), `jetson-linux`, `amd-access`,
    `amd-integrated`, `rosetta`.
    """

    devices: tuple[Accelerator, ...] | None
    drivers: dict[str, str] | None
    libraries: dict[str, str] | None
    unread: dict[str, str]
    observed: Mapping[str, str] = _EMPTY


def read_accelerators(root: str, environ: Mapping[str, str], *, system: str, machine: str, deadline: float = 2.0) -> Accelerators:
    """Look at the machine whose files lie below `root` ("/" = the running one, whose NVIDIA driver is asked too).

    `system` and `machine` are as in the snapshot's platform; asking a driver ends after `deadline` seconds. Nothing raises:
    what cannot be looked at is unknown.
    """
    tree = Tree(root)
    merged = _merge(dict(_search(tree, environ, system, machine, lambda: _ask(tree, environ, deadline))))
    libraries, closed = read_libraries(tree, environ, system=system)
    return merged._replace(libraries=libraries, unread={**merged.unread, **closed})


def _ask(tree: Tree, environ: Mapping[str, str], deadline: float) -> Answer:
    from kdoctor.collect.accelerators.nvml import Answer, ask_nvml  # noqa: PLC0415 -- machines with a driver only.

    if tree.running:
        return ask_nvml(environ, deadline)
    return Answer(failure="NVML was not asked: only the machine that kdoctor runs on can be")


def _search(tree: Tree, environ: Mapping[str, str], system: str, machine: str, ask: Callable[[], Answer]) -> Iterator[tuple[str, Found]]:
    """Each vendor that this system can have, and what was found of it."""
    if system == "linux":
        bus, devices = _bus(tree)
        yield "pci", bus
        yield "nvidia", _guarded("nvidia", lambda: read_nvidia(tree, devices, machine=machine, ask=ask))
        yield "amd", _guarded("amd", lambda: read_amd(tree, devices))
        yield "intel", _guarded("intel", lambda: read_intel(tree, devices))
        yield "google", _guarded("google", lambda: read_google(tree, devices, environ))
    elif system == "windows":
        windows = environ.get("SystemRoot", "C:/Windows") if tree.running else "/Windows"
        yield "nvidia", _guarded("nvidia", lambda: read_nvidia_windows(tree, windows, ask=ask))
        yield "amd", _guarded("amd", lambda: read_amd_windows(tree, windows))
    elif system == "darwin":
        from kdoctor.collect.accelerators.apple import read_apple  # noqa: PLC0415 -- Macs alone need it.

        yield "apple", _guarded("apple", lambda: read_apple(tree, machine=machine))
    else:
        yield "system", Found(None, unread={"accelerators": f"kdoctor cannot look for devices on {system or 'this system'}"})


def _bus(tree: Tree) -> tuple[Found, tuple[PciDevice, ...]]:
    """Return the devices on the PCI bus, and the reason where it is hidden."""
    try:
        return Found(), read_pci(tree)
    except OSError as error:
        return Found(None, unread={"pci": f"the PCI bus cannot be looked at: {error.strerror}"}), ()


def _guarded(vendor: str, look: Callable[[], Found]) -> Found:
    try:
        return look()
    except OSError as error:
        return Found(None, unread={vendor: f"{error.filename or vendor}: {error.strerror}", "driver": "not looked for"})


def _merge(found: Mapping[str, Found]) -> Accelerators:
    known = tuple(device for one in found.values() for device in one.devices or ())
    unknown = any(one.devices is None for one in found.values())
    drivers = {vendor: one.driver for vendor, one in found.items() if one.driver}
    hidden = any("driver" in one.unread for one in found.values()) or "system" in found
    return Accelerators(
        devices=None if unknown and not known else known,
        drivers=None if hidden and not drivers else drivers,
        libraries=None,
        unread=dict(_named((vendor, one.unread) for vendor, one in found.items())),
        observed={key: value for one in found.values() for key, value in one.observed.items()},
    )


def _named(unread: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[tuple[str, str]]:
    for vendor, reasons in unread:
        for key, reason in reasons.items():
            yield (f"{vendor}-driver" if key == "driver" else key), reason
