"""The GPU of Apple silicon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.collect.accelerators.found import Found
from kdoctor.collect.sysctl import sysctl_number, sysctl_text
from kdoctor.model import Accelerator

if TYPE_CHECKING:
    from kdoctor.collect.tree import Tree


def read_apple(tree: Tree, *, machine: str) -> Found:
    """Return the one GPU of an Apple silicon Mac, named by its chip ("Apple M2 Pro"); GPUs of Intel Macs are not looked for.

    `machine` is what the patient was built for: an x86_64 one on Apple silicon runs translated by Rosetta.
    """
    translated = machine != "arm64" and tree.running and sysctl_number("sysctl.proc_translated") == 1
    if machine != "arm64" and not translated:
        return Found(None, unread={"apple": "the GPUs of Intel Macs are not looked for"})
    name = sysctl_text("machdep.cpu.brand_string") if tree.running else None
    observed = {"rosetta": "an x86_64 Python translated by Rosetta"} if translated else {}
    return Found((Accelerator("apple", name or "Apple GPU"),), observed=observed)
