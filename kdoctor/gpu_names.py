"""Compute capabilities by GPU name, for when the driver cannot be asked.

Source: https://developer.nvidia.com/cuda-gpus and https://developer.nvidia.com/cuda-legacy-gpus; rows behind `FROM_FAMILY` are
not listed there and follow from the chip that they share with a listed card.
"""

from __future__ import annotations

import re

#: Compute capability -> names as drivers write them, without the words in front (NVIDIA, Tesla) that come and go.
LISTED = {
    "12.1": ("GB10",),
    "12.0": (
        *("GeForce RTX 5090", "GeForce RTX 5080", "GeForce RTX 5070 Ti", "GeForce RTX 5070", "GeForce RTX 5060 Ti"),
        *("GeForce RTX 5060", "GeForce RTX 5050", "RTX PRO 6000 Blackwell", "RTX PRO 5000 Blackwell"),
        *("RTX PRO 4500 Blackwell", "RTX PRO 4000 Blackwell", "RTX PRO 2000 Blackwell"),
    ),
    "11.0": ("Jetson T5000", "Jetson T4000", "Jetson AGX Thor"),
    "10.3": ("B300", "GB300"),
    "10.0": ("B200", "GB200"),
    "9.0": ("H100", "H200", "GH200"),
    "8.9": (
        *("L4", "L40", "L40S", "GeForce RTX 4090", "GeForce RTX 4080", "GeForce RTX 4070 Ti", "GeForce RTX 4070"),
        *("GeForce RTX 4060 Ti", "GeForce RTX 4060", "GeForce RTX 4050", "RTX 6000 Ada", "RTX 5000 Ada", "RTX 4500 Ada"),
        *("RTX 4000 Ada", "RTX 2000 Ada"),
    ),
    "8.7": ("Jetson AGX Orin", "Jetson Orin NX", "Jetson Orin Nano"),
    "8.6": (
        *("A40", "A10", "A16", "A2", "GeForce RTX 3090 Ti", "GeForce RTX 3090", "GeForce RTX 3080 Ti", "GeForce RTX 3080"),
        *("GeForce RTX 3070 Ti", "GeForce RTX 3070", "GeForce RTX 3060 Ti", "GeForce RTX 3060", "GeForce RTX 3050 Ti"),
        *("GeForce RTX 3050", "RTX A6000", "RTX A5000", "RTX A4000", "RTX A3000", "RTX A2000"),
    ),
    "8.0": ("A100", "A30"),
    "7.5": (
        *("T4", "TITAN RTX", "GeForce RTX 2080 Ti", "GeForce RTX 2080", "GeForce RTX 2070", "GeForce RTX 2060"),
        *("GeForce GTX 1660 Ti", "GeForce GTX 1650 Ti", "GeForce GTX 1650", "Quadro RTX 8000", "Quadro RTX 6000"),
        *("Quadro RTX 5000", "Quadro RTX 4000", "Quadro T2000", "Quadro T1000", "T1000", "T600", "T400"),
    ),
    "7.2": ("Jetson AGX Xavier", "Jetson Xavier NX"),
    "7.0": ("V100", "TITAN V", "Quadro GV100"),
    "6.2": ("Jetson TX2",),
    "6.1": (
        *("GeForce GTX 1080 Ti", "GeForce GTX 1080", "GeForce GTX 1070 Ti", "GeForce GTX 1070", "GeForce GTX 1060"),
        *("GeForce GTX 1050 Ti", "GeForce GTX 1050", "TITAN Xp", "TITAN X Pascal", "P40", "P4", "Quadro P6000", "Quadro P5000"),
        *("Quadro P4000", "Quadro P2000", "Quadro P1000", "GeForce MX150"),
    ),
    "6.0": ("P100", "Quadro GP100"),
    "5.3": ("Jetson Nano", "Jetson TX1"),
    # A TITAN X without further words is Maxwell to some drivers and Pascal to others, so it is left out.
    "5.2": (
        *("GeForce GTX TITAN X", "GeForce GTX 980 Ti", "GeForce GTX 980", "GeForce GTX 970", "GeForce GTX 960"),
        *("GeForce GTX 950", "M60", "M40", "Quadro M6000", "Quadro M4000"),
    ),
    "5.0": (
        *("GeForce GTX 750 Ti", "GeForce GTX 750", "GeForce GTX 960M", "GeForce GTX 950M", "GeForce 940M", "GeForce 930M"),
        *("Quadro K2200", "Quadro K620", "Quadro M1000M"),
    ),
    "3.7": ("K80",),
    "3.5": ("K40", "K20", "GeForce GTX TITAN", "GeForce GTX 780 Ti", "GeForce GTX 780"),
    "3.0": ("GeForce GTX 770", "GeForce GTX 760", "GeForce GTX 680", "GeForce GTX 670", "K10", "GRID K520"),
}
FROM_FAMILY = {
    "12.0": ("RTX PRO 1000 Blackwell",),
    "9.0": ("H800", "H20"),
    "8.9": ("GeForce RTX 4080 SUPER", "GeForce RTX 4070 SUPER", "GeForce RTX 4070 Ti SUPER"),
    "8.6": ("A10G",),
    "8.0": ("A800",),
    "7.5": ("GeForce GTX 1660", "GeForce GTX 1660 SUPER", "GeForce GTX 1650 SUPER", "GeForce MX450", "GeForce MX550"),
    "6.1": ("GeForce GT 1030", "GeForce MX250", "GeForce MX350", "Quadro P400", "Quadro P600"),
}

#: Words around a name that say nothing of the chip: makers' prefixes, memory and its kind, form factor, cooling, vGPU profiles.
_MEANINGLESS = re.compile(
    r"nvidia|geforce|tesla|grid|\d+gb?|hbm\w*|pcie|sxm\d*|sxm|nvl\d*|laptop|mobile|gpu|with|max|q|design|generation|gen|edition"
    r"|workstation|server|super[cp]o?d|developer|kit|engineering|reference|founders|\d+[abcq]|mig|\d+g\.\d+gb(\+me)?"
)
_WORD = re.compile(r"[^\s\-/()]+")


def capability_of(name: str) -> str | None:
    """Return the compute capability of the GPU that a driver calls `name`, such as "8.0" for "NVIDIA A100-SXM4-80GB".

    None where the name is not known, or where words are left over that could make it another chip.
    """
    words = tuple(_WORD.findall(name.lower()))
    best: tuple[int, str] | None = None
    for table in (LISTED, FROM_FAMILY):
        for capability, names in table.items():
            for known in names:
                # People leave the brand out, and no other maker has such numbers.
                length = _match(words, tuple(known.lower().removeprefix("geforce ").split()))
                if length and (best is None or length > best[0]):
                    best = (length, capability)
    return best[1] if best else None


def _match(words: tuple[str, ...], known: tuple[str, ...]) -> int:
    """How many words of `known` stand in `words` next to each other, 0 where not all or where other words matter too."""
    for start in range(len(words) - len(known) + 1):
        if words[start : start + len(known)] == known:
            rest = words[:start] + words[start + len(known) :]
            return len(known) if all(_MEANINGLESS.fullmatch(word) for word in rest) else 0
    return 0
