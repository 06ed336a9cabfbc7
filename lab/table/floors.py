"""Below the floors that TensorFlow declares, and in the holes of its ranges: what a known-to-work row must not claim."""

from __future__ import annotations

from lab.table.bases import on

#: TensorFlow minor -> what is forced in, on the oldest Python that both have wheels for.
_BELOW = {
    "2.7": ("protobuf==3.20.3",),
    "2.8": ("protobuf==3.8.0",),
    "2.11": ("protobuf==3.8.0",),
    "2.12": ("numpy==1.19.5", "numpy==1.21.6", "protobuf==4.21.1", "protobuf==3.19.6"),
    "2.13": ("numpy==1.20.3", "numpy==1.21.6"),
}

ROWS = (
    *(on(minor, f"floor-{swap.replace('==', '')}", python="3.8", swap=swap) for minor, swaps in _BELOW.items() for swap in swaps),
    # TensorFlow 2.5 declares keras-nightly, which no part of it imports.
    on("2.5", "no-nightly-keras2.4", "uninstall keras-nightly", swap="keras==2.4.3"),
    on("2.5", "no-nightly-keras2.6", "uninstall keras-nightly", swap="keras==2.6.0"),
)
