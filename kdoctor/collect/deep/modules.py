"""Which files of the family are audited: extension modules of this interpreter, and libraries of TensorFlow operations."""

from __future__ import annotations

import os
import re
import struct
import time
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.deep.elf import Elf, open_elf
from kdoctor.collect.deep.family import some
from kdoctor.collect.deep.gpu import found_libraries
from kdoctor.collect.deep.links import Audit, Module, levels_of
from kdoctor.collect.deep.loader import MACHINES, Loader
from kdoctor.collect.deep.numpy_abi import is_for_old_numpy
from kdoctor.collect.deep.symbols import gnu_hash
from kdoctor.model import LinkFault, OldNumpy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kdoctor.collect.interpreter import Answer
    from kdoctor.model import Snapshot

_LIBRARY = re.compile(r"\.so(\.\d+)*$")
_TAGGED = re.compile(r"\.(cpython-\d+\w*|pypy\d+\w*|abi3t?)(-[\w-]+)?\.so$|\.so$")
#: Seconds after which no further module is looked at; a large environment takes two.
_PATIENCE = 60
_OF_TENSORFLOW = "libtensorflow_framework"


class Links(NamedTuple):
    """What came of the audit; None = not possible here, for the reason in `problem`, or not asked."""

    faults: tuple[LinkFault, ...] | None = None
    number: int = 0
    old_numpy: tuple[OldNumpy, ...] | None = None
    gpu_libraries: dict[str, tuple[str, ...]] | None = None
    problem: str | None = None


def audit_links(snapshot: Snapshot, answer: Answer, owners: Mapping[str, Mapping[str, str]], environ: Mapping[str, str]) -> Links:
    """Judge every module in the lists of files; `owners` is folder -> path in it -> distribution."""
    platform = snapshot.platform
    machine = {name: number for number, (name, _) in MACHINES.items()}.get((platform.machine if platform else None) or "")
    if platform is None or platform.system != "linux" or machine is None or os.name != "posix":
        return Links(problem="only on Linux, on x86_64 or aarch64")
    if (platform.libc or "").startswith("musl"):
        return Links(problem="not where musl is the C library")
    program = _program(answer)
    loader = Loader(program, machine, environ.get("LD_LIBRARY_PATH", ""))
    ours = {module.path: module for module in _libraries(owners)}
    lent = {os.path.basename(module.shown): path for path, module in ours.items()}
    audit = Audit(loader, program, ours, lent, levels_of(snapshot.cpu_flags))
    chosen = [module for module in ours.values() if _is_module(module, _tag(snapshot))]
    left_out = _judge_all(audit, chosen)
    return Links(
        faults=audit.faults(),
        number=len(chosen) - left_out,
        old_numpy=_old_numpy(snapshot, [ours[path] for path in sorted(audit.capsules)], loader),
        gpu_libraries=found_libraries(loader, {module.shown: path for path, module in ours.items()}),
        problem=f"{left_out} of {len(chosen)} files left out after {_PATIENCE} seconds" if left_out else None,
    )


def _judge_all(audit: Audit, chosen: list[Module]) -> int:
    """Judge modules until the time is up; return how many were left out."""
    end = time.monotonic() + _PATIENCE
    for number, module in enumerate(chosen):
        if time.monotonic() > end:
            return len(chosen) - number
        audit.judge(module.path)
    return 0


def _old_numpy(snapshot: Snapshot, modules: list[Module], loader: Loader) -> tuple[OldNumpy, ...] | None:
    """Return what was compiled for NumPy 1 alone; it matters only where NumPy is newer."""
    numpy = next((one.version for one in snapshot.distributions if one.name == "numpy" and not one.leftover), None)
    if numpy is None or not numpy.partition(".")[0].isdigit() or int(numpy.partition(".")[0]) < 2:  # noqa: PLR2004 - NumPy 2.
        return None
    found: dict[str, list[str]] = {}
    for module in modules:
        if module.distribution not in (None, "numpy") and _is_old(loader.open(module.path)):
            found.setdefault(module.distribution, []).append(module.shown)
    versions = {one.name: one.version for one in snapshot.distributions if not one.leftover}
    return tuple(OldNumpy(name, versions.get(name), some(paths)) for name, paths in found.items())


def _is_old(found: Elf | str) -> bool:
    try:
        return isinstance(found, Elf) and is_for_old_numpy(found)
    except (struct.error, OSError, ValueError, OverflowError):
        return False
    finally:
        if isinstance(found, Elf):
            found.close()


def _program(answer: Answer) -> Elf | None:
    found = open_elf(os.path.realpath(answer.executable)) if answer.executable else None
    return found if isinstance(found, Elf) else None


def _libraries(owners: Mapping[str, Mapping[str, str]]) -> Iterator[Module]:
    for folder, files in owners.items():
        for path, name in files.items():
            # Headers and what lies beside them are for compilers.
            if ".so" in path and _LIBRARY.search(path) and "/include/" not in path:
                real = os.path.realpath(f"{folder}/{path}")
                if os.path.isfile(real):
                    yield Module(real, path, name)


def _tag(snapshot: Snapshot) -> str | None:
    """Return what the names of modules for this interpreter alone carry, such as "cpython-311"; None = unknown."""
    python = snapshot.python
    if python is None or python.version is None or python.implementation != "cpython":
        return None
    return "cpython-" + "".join(python.version.split(".")[:2]) + ("t" if python.free_threaded else "")


def _is_module(module: Module, tag: str | None) -> bool:
    """Tell whether imports load a file: the name of a module for this interpreter or any, or a library of operations."""
    name = os.path.basename(module.shown)
    found = _TAGGED.search(name)
    if not found or (found[1] and found[1].startswith(("cpython", "pypy")) and found[1] != tag):
        return False
    if not name.startswith("lib"):
        return True
    # Libraries are judged with what needs them, unless they are modules all the same, or are opened by the package itself.
    elf = open_elf(module.path)
    if not isinstance(elf, Elf):
        return False
    stem = f"PyInit_{name.partition('.')[0]}".encode()
    try:
        if elf.symbols.offers(stem, gnu_hash(stem)):
            return True
    except Exception:  # noqa: BLE001 - Damaged tables fail in many ways; what needs the file will show them.
        return False
    finally:
        elf.close()
    return module.distribution not in (None, "tensorflow") and any(needed.startswith(_OF_TENSORFLOW) for needed in elf.needed)
