"""The two halves of the NVIDIA driver, whose versions TensorFlow logs where it cannot start CUDA."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.model import Explanation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.explain.lines import Lines

_TOLD = re.compile(r"(libcuda|kernel) reported version is:? ([0-9]{1,4}(?:\.[0-9]{1,4}){1,3})")
_SOURCE = "tensorflow/tensorflow#51641; tensorflow/tensorflow#4349"


def halves(lines: Lines) -> Iterator[tuple[int, Explanation]]:
    """Give what the two versions say together, at the place of the first line; nothing where one is not told."""
    seen: dict[str, tuple[str, int]] = {}
    for place in lines.at(b"reported"):
        for half, version in _TOLD.findall(lines.folded(place)):
            seen.setdefault(half, (version, place))
    if len(seen) == len({"libcuda", "kernel"}):
        (libcuda, place), (kernel, _) = seen["libcuda"], seen["kernel"]
        yield place, _explanation(libcuda, kernel, lines.shown(place))


def _explanation(libcuda: str, kernel: str, line: str) -> Explanation:
    same = _numbers(libcuda) == _numbers(kernel)
    return Explanation(
        topic="healthy" if same else "driver-version",
        rule=None if same else "KD712",
        harmless=same,
        confidence="high",
        matched=line[:300],
        line=0,
        cause=f"Kernel module and libcuda are both {kernel}: the two halves of the driver fit."
        if same
        else f"The kernel module is {kernel} and libcuda {libcuda}: the two halves of the NVIDIA driver must be of one version.",
        remedy="Nothing needs to be done about that line; the reason stands in another one."
        if same
        else "Reboot after an update of the driver; in a container take the host's libcuda, not that of cuda-compat or of the image.",
        source=_SOURCE,
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
