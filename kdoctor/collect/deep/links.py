"""Whether the extension modules of the family can be loaded: their libraries found, and every name that they lack provided.

What the loader would refuse is a fault of the file that lacks something: a library that is nowhere, a version that the library found does
not define, a strong symbol that nobody among those loaded together defines. Python loads modules with RTLD_NOW, so each counts.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.deep.elf import Damaged, Elf
from kdoctor.collect.deep.family import some
from kdoctor.collect.deep.loader import FOREIGN
from kdoctor.collect.deep.numpy_abi import CAPSULE
from kdoctor.collect.deep.symbols import gnu_hash
from kdoctor.model import LinkFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kdoctor.collect.deep.loader import Loader

#: Of more faults no more is told: a broken mixture has a few, a wrong interpreter all.
FAULTS_AT_MOST = 60
#: Libraries of drivers: a machine without the device has none, and what needs them is loaded only where there is one.
_DRIVERS = ("libcuda.so.1", "libnvidia-ml.so.1", "libhsa-runtime64.so.1", "libamdhip64.so", "libze_loader.so.1")
#: How names begin that an interpreter which cannot be looked at provides.
_OF_PYTHON = (b"Py", b"_Py")
#: What reading a damaged or vanished file raises.
_FAILURES = (Damaged, struct.error, OSError, OverflowError, ValueError)
#: Files loaded together, at most: hostile ones could name each other for ever.
_TOGETHER = 2048


class Module(NamedTuple):
    """A file of a distribution that imports load, or that such a file loads."""

    #: With all links followed.
    path: str
    #: Its path below the folder of its distribution.
    shown: str
    distribution: str | None


class _Scope(NamedTuple):
    """Files that are loaded together, in the order in which the loader looks for a name."""

    files: tuple[Elf, ...]
    paths: frozenset[str]
    #: False where some of them could not be had.
    whole: bool


class Audit:
    """Judges modules one after the other; each file that they load is judged once."""

    def __init__(self, loader: Loader, program: Elf | None, ours: Mapping[str, Module], lent: Mapping[str, str], levels: int) -> None:
        self._loader = loader
        self._program = program
        #: Path -> file, for all files of the family's distributions; others are the system's, and not judged.
        self._ours = ours
        #: File name -> path: libraries that a package of the family loads itself before it imports what needs them.
        self._lent = lent
        #: Levels of x86-64 instructions that the processor has, as bits.
        self._levels = levels
        self._judged: set[tuple[str, str]] = set()
        self._provider: dict[bytes, Elf] = {}
        self._hashes: dict[bytes, int] = {}
        #: Symbols that a library lacks in every company it was met in so far.
        self._lacking: dict[str, list[str]] = {}
        self._spoilt: set[str] = set()
        #: Files that look for a C API such as NumPy's.
        self.capsules: set[str] = set()
        self._faults: dict[tuple[str, str], list[str]] = {}
        self._base: tuple[Elf, ...] = ()
        self._base = self._closure(program).files if program else ()

    def judge(self, path: str) -> None:
        """Look at one module and at what it loads."""
        found = self._loader.open(path)
        if isinstance(found, str):
            self._fault(path, "machine" if found == FOREIGN else "damaged", [found])
            return
        scope = self._closure(found)
        for one in scope.files[len(self._base) :]:
            if one.path in self._ours and scope.whole:
                self._judge_symbols(one, scope)

    def faults(self) -> tuple[LinkFault, ...]:
        """Return what was found so far."""
        found = [*self._faults.items(), *(((path, "symbols"), names) for path, names in self._lacking.items())]
        made = [LinkFault(self._ours[path].shown, self._ours[path].distribution, kind, some(names)) for (path, kind), names in found]
        return tuple(sorted(made)[:FAULTS_AT_MOST])

    def _fault(self, path: str, kind: str, names: list[str]) -> None:
        if path in self._ours:
            self._faults.setdefault((path, kind), names)

    def _closure(self, root: Elf) -> _Scope:
        """Return the root with everything that it needs, breadth first as the loader has it, after what is loaded already."""
        files, whole, at = [root], True, 0
        needers: dict[str, tuple[Elf, ...]] = {root.path: (root,)}
        named = {one.soname: one for one in self._base if one.soname}
        while at < len(files) < _TOGETHER:
            one, at = files[at], at + 1
            lost: list[str] = []
            for name in one.needed:
                found = named.get(name) or self._find(name, needers[one.path])
                if isinstance(found, Elf):
                    named[name] = found
                    if found.path not in needers and found not in self._base:
                        needers[found.path] = (found, *needers[one.path])
                        files.append(found)
                else:
                    lost.append(name if found is None else f"{name}: {found}")
            whole = whole and not lost
            self._judge_file(one, [name for name in lost if name not in _DRIVERS], named)
        return _Scope((*self._base, *files), frozenset(file.path for file in (*self._base, *files)), whole)

    def _find(self, name: str, needers: tuple[Elf, ...]) -> Elf | str | None:
        found = self._loader.find(name, (*needers, *((self._program,) if self._program else ())))
        return self._loader.open(self._lent[name]) if found is None and name in self._lent else found

    def _judge_file(self, one: Elf, lost: list[str], named: Mapping[str, Elf]) -> None:
        """Look at what does not depend on the company: libraries, their versions, instructions."""
        if one.path not in self._ours or (one.path, "itself") in self._judged:
            return
        self._judged.add((one.path, "itself"))
        if lost:
            self._fault(one.path, "libraries", lost)
        # A library that defines no versions at all is taken as it is.
        wanted = [(file, version, named[file].versions) for file, version in one.versions_needed if file in named]
        old = [f"{version} of {file}" for file, version, offered in wanted if offered and version not in offered]
        if old:
            self._fault(one.path, "versions", old)
        beyond = one.instruction_levels() & ~self._levels
        if beyond:
            self._fault(one.path, "instructions", [word for bit, word in LEVELS.items() if beyond & bit])

    def _judge_symbols(self, one: Elf, scope: _Scope) -> None:
        if (one.path, "symbols") in self._judged:
            return
        try:
            names = list(one.symbols.lacking())
            lost = [name for name in names if not self._is_provided(name, scope)]
        except _FAILURES:
            self._judged.add((one.path, "symbols"))
            self._spoil(one)
            return
        finally:
            one.close()
        if CAPSULE in names:
            self.capsules.add(one.path)
        if not lost:
            self._judged.add((one.path, "symbols"))
            self._lacking.pop(one.path, None)
        else:
            # In other company the names may be there: then that one loads it first.
            self._lacking.setdefault(one.path, [name.decode("utf-8", "replace") for name in lost])

    def _is_provided(self, name: bytes, scope: _Scope) -> bool:
        last = self._provider.get(name)
        if last is not None and last.path in scope.paths:
            return True
        if self._program is None and name.startswith(_OF_PYTHON):
            return True
        if name not in self._hashes:
            self._hashes[name] = gnu_hash(name)
        hashed = self._hashes[name]
        for one in scope.files:
            # What a file offers whose table is damaged is not known.
            if one.path in self._spoilt or self._offers(one, name, hashed):
                self._provider[name] = one
                return True
        return False

    def _offers(self, one: Elf, name: bytes, hashed: int) -> bool:
        try:
            return one.symbols.offers(name, hashed)
        except _FAILURES:
            self._spoil(one)
            return True

    def _spoil(self, one: Elf) -> None:
        self._spoilt.add(one.path)
        self._fault(one.path, "damaged", ["its table of symbols is damaged"])


#: Bit of a level of x86-64 instructions -> its name.
LEVELS = {2: "x86-64-v2", 4: "x86-64-v3", 8: "x86-64-v4"}


def levels_of(flags: frozenset[str] | None) -> int:
    """Return the levels that a processor has, as bits; all where its features are unknown."""
    if flags is None:
        return ~0
    needs: Sequence[tuple[int, frozenset[str]]] = (
        (2, frozenset({"ssse3", "sse4_1", "sse4_2"})),
        (4, frozenset({"avx", "avx2", "fma", "bmi2"})),
        (8, frozenset({"avx512f"})),
    )
    return 1 | sum(bit for bit, wanted in needs if wanted <= flags)
