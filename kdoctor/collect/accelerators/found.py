"""What the search for one vendor's devices gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kdoctor.model import Accelerator

_EMPTY: Mapping[str, str] = {}


class Found(NamedTuple):
    """Devices: () = looked and none, None = unknown, with the reason in `unread`."""

    devices: tuple[Accelerator, ...] | None = ()
    #: Version of the kernel driver; None where there is no driver or (then `unread` has the key "driver") nobody could tell.
    driver: str | None = None
    #: What could not be read -> why.
    unread: Mapping[str, str] = _EMPTY
    #: What was seen and has no place among the devices, such as MIG mode.
    observed: Mapping[str, str] = _EMPTY
