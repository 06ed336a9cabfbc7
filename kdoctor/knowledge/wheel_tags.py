"""Whether a release has a file for an interpreter on a machine: what packaging says of tags, never asking this machine."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kdoctor import versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.release import Release, Target

#: Far above any that exists: a version that nobody knows is taken as new enough.
_ANY_GLIBC, _ANY_MUSL, _ANY_MACOS = 99, 9, (99, 0)
_LEGACY_MANYLINUX = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_MACHINES = {
    "linux": ("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x", "riscv64"),
    "darwin": ("x86_64", "arm64"),
    "windows": ("amd64", "arm64", "x86"),
}
#: (interpreter, abi), such as ("cp311", "abi3").
Pair = tuple[str, str]


def installable(release: Release, target: Target) -> bool | None:
    """Tell whether an installer on `target` could take this release: Requires-Python and a wheel for it.

    A release of nothing but source counts as installable. None where nobody knows the release's files. Parts of the target
    that are unknown are taken as able.
    """
    if not admits(release.requires_python, target.python):
        return False
    if release.tags:
        return _any_fits(release.tags, target)
    if release.sdist:
        return True
    return None if release.source == "none" else False


@lru_cache(maxsize=8192)
def _any_fits(tags: tuple[str, ...], target: Target) -> bool:
    """Tell whether one of these wheels fits; neighbouring releases mostly have the same tags."""
    return any(fits(tag, target) for tag in tags)


@lru_cache(maxsize=1024)
def admits(requires_python: str | None, python: str | None) -> bool:
    """Tell whether Requires-Python admits a Python; as pip does, what cannot be read admits all."""
    if requires_python is None or python is None:
        return True
    if versions.satisfies(python, requires_python) is not False:
        return True
    # A short version stands for all its patch releases.
    return python.count(".") == 1 and versions.satisfies(f"{python}.99", requires_python) is True


@lru_cache(maxsize=65536)
def fits(tag: str, target: Target) -> bool:
    """Tell whether a wheel with this compressed tag set (a build number in front may stay) installs on the target."""
    parts = tag.split("-")[-3:]
    if len(parts) != 3:  # noqa: PLR2004 -- interpreter, abi and platform.
        return False
    interpreters, abis, platforms = (part.split(".") for part in parts)
    pairs, supported = _pairs(target), _platforms(target)
    return (supported is None or any(p == "any" or p in supported for p in platforms)) and (
        pairs is None or any((i, a) in pairs for i in interpreters for a in abis)
    )


@lru_cache(maxsize=64)
def _pairs(target: Target) -> frozenset[Pair] | None:
    minor = target.minor
    if minor is None:
        return None
    from packaging import tags  # noqa: PLC0415 -- start-up time: only the solver asks for tags.

    digits = f"{minor[0]}{minor[1]}"
    # Which platforms there are does not matter for the pairs, so any word does.
    if target.implementation == "cpython":
        native = tags.cpython_tags(minor, _abis(minor, free_threaded=target.free_threaded), ["p"])
        interpreter = f"cp{digits}"
    else:
        interpreter = {"pypy": "pp", "graalpy": "graalpy"}.get(target.implementation, target.implementation) + digits
        native = tags.generic_tags(interpreter, [f"{target.implementation}{digits}_pp73"], ["p"])
    pure = tags.compatible_tags(minor, interpreter, ["p"])
    return frozenset((tag.interpreter, tag.abi) for found in (native, pure) for tag in found)


def _abis(minor: tuple[int, int], *, free_threaded: bool) -> list[str]:
    name = f"cp{minor[0]}{minor[1]}"
    if minor >= (3, 8):
        return [name + "t" * free_threaded]
    # Wide and narrow Unicode builds of Python 2 cannot be told apart from outside.
    return [name + "m"] if minor[0] > 2 else [name + "mu", name + "m"]  # noqa: PLR2004 -- Python 2.


@lru_cache(maxsize=64)
def _platforms(target: Target) -> frozenset[str] | None:
    if target.system is None:
        return None
    machines = (target.architecture,) if target.architecture else _MACHINES.get(target.system, ())
    names: set[str] = set()
    for machine in machines:
        if target.system == "linux":
            names.update(_linux(machine, target.libc))
        elif target.system == "darwin":
            names.update(_macos(machine, target.release))
        elif target.system == "windows":
            names.add("win32" if machine == "x86" else f"win_{machine}")
    return frozenset(names)


def _linux(machine: str, libc: str | None) -> Iterator[str]:
    # An unknown C library may be either.
    yield f"linux_{machine}"
    name, _, version = (libc or "").partition(" ")
    number = versions.minor(version)
    if name != "musl":
        newest = number[1] if number and number[0] == 2 else _ANY_GLIBC  # noqa: PLR2004 -- glibc 2.
        for minor in range(5, newest + 1):
            yield f"manylinux_2_{minor}_{machine}"
            if minor in _LEGACY_MANYLINUX:
                yield f"{_LEGACY_MANYLINUX[minor]}_{machine}"
    if name != "glibc":
        for minor in range((number[1] if number and name == "musl" else _ANY_MUSL) + 1):
            yield f"musllinux_1_{minor}_{machine}"


def _macos(machine: str, release: str | None) -> Iterator[str]:
    from packaging import tags  # noqa: PLC0415 -- start-up time: only the solver asks for tags.

    yield from tags.mac_platforms(versions.minor(release) or _ANY_MACOS, machine)
