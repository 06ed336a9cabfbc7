"""What the machine is: C library, processor, WSL, system release."""

from __future__ import annotations

import os
import re
import struct
import sys
from typing import TYPE_CHECKING

from kdoctor.collect.container import read_container
from kdoctor.collect.sysctl import sysctl_number, sysctl_text
from kdoctor.collect.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FLAGS", "read_container", "read_cpu_flags", "read_libc", "read_release", "read_wsl"]

#: Processor features that wheels of the family are built for or choose at run time.
FLAGS = frozenset(("sse3", "ssse3", "sse4_1", "sse4_2", "avx", "avx2", "fma", "f16c", "bmi2", "avx512f", "asimd", "sve", "neon"))

#: Names that Linux gives to features of the list above.
_LINUX_NAMES = {"pni": "sse3"}

#: sysctl hw.optional.* of macOS -> our name; those of the other processor family are not there.
_MACOS_NAMES = {
    "sse3": "sse3",
    "supplementalsse3": "ssse3",
    "sse4_1": "sse4_1",
    "sse4_2": "sse4_2",
    "avx1_0": "avx",
    "avx2_0": "avx2",
    "fma": "fma",
    "f16c": "f16c",
    "bmi2": "bmi2",
    "avx512f": "avx512f",
    "neon": "neon",
    "arm64": "asimd",
}

#: Numbers of IsProcessorFeaturePresent (winnt.h) -> our name.
_WINDOWS_NUMBERS = {13: "sse3", 36: "ssse3", 37: "sse4_1", 38: "sse4_2", 39: "avx", 40: "avx2", 41: "avx512f", 19: "neon"}

_PIECE = 8192

#: The segment of an ELF file that names its loader (elf.h).
_PT_INTERP = 3


def read_libc(root: str, executable: str | None) -> str | None:
    """Name the C library that runs `executable`, such as "glibc 2.36" or "musl 1.2"; None off Linux or where it cannot be told.

    Nothing is run: the loader named in the executable says which library it is, the library's file which version.
    """
    tree = Tree(root)
    try:
        loader = _interpreter(tree, executable) if executable else None
        if loader and "ld-musl-" in loader:
            return _musl(tree, loader)
        own = _own_glibc() if tree.running and (loader or "/lib").startswith("/lib") else None
        return own or (_glibc(tree, loader) if loader else None)
    except OSError:
        return None


def read_cpu_flags(root: str) -> frozenset[str] | None:
    """Return those of `FLAGS` that the processor has; None where nobody could tell."""
    try:
        named = _linux_flags(Tree(root))
    except OSError:
        return None
    if named is not None:
        return named
    if root == "/" and sys.platform == "darwin":
        return _macos_flags()
    if root == "/" and sys.platform == "win32":
        return _windows_flags()
    return None


def read_wsl(root: str, environ: Mapping[str, str]) -> bool | None:
    """Say whether this is the Windows Subsystem for Linux, or a container on it; None where the kernel does not say."""
    if environ.get("WSL_DISTRO_NAME") or environ.get("WSL_INTEROP"):
        return True
    if root == "/" and sys.platform != "linux":
        return False
    try:
        release = Tree(root).text("/proc/sys/kernel/osrelease", 256)
    except OSError:
        return None
    return None if release is None else "microsoft" in release.lower()


def read_release(system: str | None, root: str = "/") -> str | None:
    """Return the version of macOS ("14.5") or Windows ("10.0.22631"; builds from 22000 on are Windows 11), None for others."""
    if system == "darwin":
        return _macos_release(Tree(root))
    if sys.platform == "win32" and system == "windows" and root == "/":
        major, minor, build = sys.getwindowsversion().platform_version
        return f"{major}.{minor}.{build}"
    return None


def _interpreter(tree: Tree, executable: str) -> str | None:
    """Return the dynamic loader that an ELF file asks for (its PT_INTERP segment); None for others, and for static ones."""
    head = tree.content(executable, 4096) or b""
    if head[:4] != b"\x7fELF":
        return None
    wide, order = head[4:5] == b"\2", "<" if head[5:6] == b"\1" else ">"
    word, places = (order + "Q", (32, 54, 8)) if wide else (order + "I", (28, 42, 4))
    try:
        start = struct.unpack_from(word, head, places[0])[0]
        size, count = struct.unpack_from(order + "HH", head, places[1])
        for place in range(start, start + size * count, size or 1):
            if struct.unpack_from(order + "I", head, place)[0] == _PT_INTERP:
                offset = struct.unpack_from(word, head, place + places[2])[0]
                return head[offset : offset + 256].partition(b"\0")[0].decode("utf-8", "replace") or None
    except struct.error:
        pass  # Cut short, or its segments lie far behind the header: no ordinary executable.
    return None


def _own_glibc() -> str | None:
    """Return the version of the C library that this process runs on: the patient's too, since a system has one in /lib."""
    if sys.platform != "linux":
        return None
    try:
        return os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError):
        return None  # An interpreter on another C library.


def _glibc(tree: Tree, loader: str) -> str | None:
    folders = (loader.rpartition("/")[0], "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/lib64", "/lib")
    library = next((f"{folder}/libc.so.6" for folder in folders if tree.exists(f"{folder}/libc.so.6")), None)
    if library is None:
        return None
    # Up to 2.33 the file's name tells; later ones have a sentence for those who run the library.
    named = re.search(r"/libc-(\d+\.\d+)\.so$", tree.follow(library))
    if named:
        return f"glibc {named[1]}"
    said = re.search(rb"stable release version (\d+\.\d+)", tree.content(library, 1 << 24) or b"")
    return said and f"glibc {said[1].decode()}"


def _musl(tree: Tree, loader: str) -> str | None:
    """Read the version from the loader, which is the library and holds it as a string of its own."""
    versions = set(re.findall(rb"\0(1\.\d+)\.\d+\0", tree.content(loader, 1 << 22) or b""))
    return f"musl {versions.pop().decode()}" if len(versions) == 1 else None


def _linux_flags(tree: Tree) -> frozenset[str] | None:
    """Read the first processor's line only: the kernel makes the file for each reader and takes long for hundreds of them."""
    text = tree.text("/proc/cpuinfo", _PIECE)
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE) if text else None
    return frozenset(_LINUX_NAMES.get(name, name) for name in found[1].split()) & FLAGS if found else None


def _macos_flags() -> frozenset[str] | None:
    answers = {ours: sysctl_number(f"hw.optional.{theirs}") for theirs, ours in _MACOS_NAMES.items()}
    if all(answer is None for answer in answers.values()):
        return None
    return frozenset(name for name, answer in answers.items() if answer)


def _windows_flags() -> frozenset[str] | None:
    if sys.platform != "win32":
        return None
    import ctypes  # noqa: PLC0415 -- only Windows pays for it.

    has = ctypes.windll.kernel32.IsProcessorFeaturePresent
    found = {name for number, name in _WINDOWS_NUMBERS.items() if has(number)}
    if "neon" in found:
        return frozenset(found | {"asimd"})
    # Windows before 10 version 2004 knows nothing above SSE3 and says no to all of it.
    if "sse4_2" not in found:
        return None
    # There are no numbers for these; every processor of Intel's and AMD's with AVX2 has them (x86-64-v3 of the psABI).
    return frozenset(found | {"fma", "f16c", "bmi2"} if "avx2" in found else found)


def _macos_release(tree: Tree) -> str | None:
    try:
        text = tree.text("/System/Library/CoreServices/SystemVersion.plist") or ""
    except OSError:
        text = ""
    found = re.search(r"<key>ProductVersion</key>\s*<string>([\d.]+)</string>", text)
    # An interpreter built for old systems is shown 10.16 for 11 and all that follow.
    if found and found[1] != "10.16":
        return found[1]
    return sysctl_text("kern.osproductversion") if tree.running else None
