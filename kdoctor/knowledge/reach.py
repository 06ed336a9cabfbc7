"""For which Pythons and platforms releases have wheels, and who is at fault where they have none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kdoctor import versions
from kdoctor.knowledge.release import Release, Target
from kdoctor.knowledge.wheel_tags import admits, fits, installable

#: Pythons that wheels were made for, oldest first.
PYTHONS = ("2.7", *(f"3.{minor}" for minor in range(5, 17)))
#: Platforms that wheels were made for, in the order in which they are told.
_PLATFORMS = {
    "Linux x86_64": Target(None, "linux", "x86_64"),
    "Linux aarch64": Target(None, "linux", "aarch64"),
    "Windows": Target(None, "windows", "amd64"),
    "macOS arm64": Target(None, "darwin", "arm64"),
    "macOS x86_64": Target(None, "darwin", "x86_64"),
}
_SYSTEMS = {"linux": "Linux", "darwin": "macOS", "windows": "Windows"}
_IMPLEMENTATIONS = {"cpython": "Python", "pypy": "PyPy", "graalpy": "GraalPy"}


def in_words(target: Target) -> str:
    """Say for whom a wheel is looked for: "Python 3.14 on Linux x86_64", what is unknown left out."""
    name = _IMPLEMENTATIONS.get(target.implementation, target.implementation)
    build = "free-threaded " * target.free_threaded + "32-bit " * _is_narrow(target)
    python = f"{build}{name} {'.'.join(map(str, target.minor))}" if target.minor else ""
    release = f" {target.release}" if target.release and target.system == "darwin" and _is_old(target.release, (12, 0)) else ""
    system = " ".join(word for word in (_SYSTEMS.get(target.system or "", target.system), target.architecture) if word)
    system = f"{system.replace('macOS', f'macOS{release}')}{_libc(target.libc)}"
    return " on ".join(word for word in (python, system) if word)


def _is_narrow(target: Target) -> bool:
    return target.architecture in ("x86", "i686", "armv7l")


def _libc(libc: str | None) -> str:
    """Name a C library that wheels are rarely made for: musl, and glibc before the one of Debian 10."""
    name, _, version = (libc or "").partition(" ")
    return f" with {libc}" if name == "musl" or (name == "glibc" and _is_old(version, (2, 28))) else ""


def _is_old(version: str, than: tuple[int, int]) -> bool:
    number = versions.minor(version)
    return number is not None and number < than


def usual(target: Target) -> str:
    """Say what wheels are made for where the target is something else: "Python", or in full "the usual CPython"."""
    return "the usual CPython" if target.free_threaded or target.implementation != "cpython" else "Python"


def has_wheel(release: Release, target: Target) -> bool:
    """Tell whether a release has a wheel for the target; one of source alone has none."""
    return admits(release.requires_python, target.python) and any(fits(tag, target) for tag in release.tags)


def fit_otherwise(releases: Iterable[Release], target: Target) -> bool:
    """Tell whether one of the releases has a wheel that would run on the target, whatever Pythons its metadata admits."""
    return any(fits(tag, target) for release in releases for tag in release.tags)


def pythons(releases: Iterable[Release], target: Target) -> list[str]:
    """Give the Pythons of the usual build, oldest first, for which one of the releases has a wheel on the target's platform."""
    plain = target._replace(implementation="cpython", free_threaded=False)
    known = [release for release in releases if release.tags]
    return [python for python in PYTHONS if any(has_wheel(release, plain._replace(python=python)) for release in known)]


def platforms(releases: Iterable[Release]) -> list[str]:
    """Give the platforms for which one of the releases has a wheel."""
    known = list(releases)
    return [word for word, target in _PLATFORMS.items() if any(has_wheel(release, target) for release in known)]


def at_fault(releases: Sequence[Release], target: Target) -> tuple[str, ...]:
    """Say why none of the releases has a wheel for the target: the "python", the "platform", or both only together."""
    anywhere = target._replace(system=None, machine=None, libc=None, release=None)
    if not any(installable(release, anywhere) for release in releases):
        return ("python",)
    if _is_narrow(target):
        return ("python", "platform")
    return ("python", "platform") if pythons(releases, target) else ("platform",)


def span(found: Sequence[str]) -> str:
    """Say which Pythons: "3.9 to 3.12", "3.9"."""
    return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"
