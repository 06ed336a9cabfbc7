"""One release of a project, and for whom its wheels are made."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kdoctor.model import Platform, Python, Snapshot

#: Such as "linux-x86_64@cp311": the wheel of one platform and one Python.
WheelKey = str

_SYSTEM_WORD = {"linux": "linux", "darwin": "mac", "windows": "win"}
_WINDOWS_MACHINE = {"x86_64": "amd64", "aarch64": "arm64", "i386": "x86", "i686": "x86"}
_APPLE_MACHINE = {"amd64": "x86_64", "aarch64": "arm64"}
_LINUX_MACHINE = {"amd64": "x86_64", "arm64": "aarch64"}
#: What a 32-bit interpreter on a 64-bit machine takes wheels for.
_NARROW = {"x86_64": "i686", "amd64": "x86", "aarch64": "armv7l", "arm64": "armv7l"}
_MACHINE_WORDS = {"linux": _LINUX_MACHINE, "darwin": _APPLE_MACHINE, "windows": _WINDOWS_MACHINE}


class Target(NamedTuple):
    """An interpreter on a machine, as far as known; None = unknown, and then taken as able."""

    #: Full or short, such as "3.11.7" or "3.11".
    python: str | None
    #: linux, darwin or windows.
    system: str | None
    #: x86_64, aarch64, arm64 or amd64, in the words of any system.
    machine: str | None
    #: Such as "glibc 2.36" or "musl 1.2".
    libc: str | None = None
    #: The version of macOS.
    release: str | None = None
    implementation: str = "cpython"
    free_threaded: bool = False

    @classmethod
    def of(cls, snapshot: Snapshot) -> Target:
        """Give the target that an environment is; what the snapshot does not know stays unknown."""
        python, platform = snapshot.python, snapshot.platform
        return cls(
            python.version if python else None,
            platform.system if platform else None,
            _machine(python, platform),
            platform.libc if platform else None,
            platform.release if platform else None,
            python.implementation if python else "cpython",
            bool(python and python.free_threaded),
        )

    @property
    def minor(self) -> tuple[int, int] | None:
        """The first two numbers of the Python version; None where unknown or no such thing."""
        return _minor(self.python)

    @property
    def architecture(self) -> str | None:
        """The machine in the word that wheels of this system use."""
        if self.machine is None:
            return None
        return _MACHINE_WORDS.get(self.system or "", {}).get(self.machine, self.machine)

    @property
    def family(self) -> str | None:
        """The platform part of a wheel key, such as "mac-arm64"; None where system or machine is unknown."""
        word = _SYSTEM_WORD.get(self.system or "")
        return f"{word}-{self.architecture}" if word and self.machine else None


class Variant(NamedTuple):
    """The Requires-Dist that some of a release's wheels share."""

    keys: tuple[WheelKey, ...]
    requires: tuple[str, ...]


class Release(NamedTuple):
    """One version of one project on the index."""

    version: str
    requires_python: str | None = None
    #: The day of its first upload, YYYY-MM-DD; None where the index does not say.
    date: str | None = None
    yanked: bool = False
    prerelease: bool = False
    sdist: bool = False
    #: Compressed wheel tags as in the file names, with the build number in front where there is one.
    tags: tuple[str, ...] = ()
    #: Requires-Dist of the wheel of most platforms; None = nobody could read it.
    requirements: tuple[str, ...] | None = None
    #: Where the wheels of one release differ: the first is that of `requirements`, the others deviate.
    variants: tuple[Variant, ...] = ()
    #: Where the requirements were read: wheel, sdist:pkg-info, sdist:requires.txt, sdist:setup.py, sdist:none, none.
    source: str = "none"
    yanked_reason: str | None = None

    def requires(self, target: Target) -> tuple[str, ...]:
        """Requires-Dist of the wheel that `target` would get; () too where `requirements` is None, that is unknown.

        Of the wheels read for a platform, the one of the nearest Python counts (the lower of two as near); where the platform
        is unknown or was not read, the default list.
        """
        if self.variants and (family := target.family):
            return _nearest(self.variants, family, target.minor) or self.requirements or ()
        return self.requirements or ()


def _nearest(variants: tuple[Variant, ...], family: str, minor: tuple[int, int] | None) -> tuple[str, ...] | None:
    prefix = family + "@"
    read = [(_key_minor(key), v.requires) for v in variants for key in v.keys if key.startswith(prefix)]
    if minor is None:
        return read[0][1] if read else None
    wanted = _rank(minor)
    best = min(read, key=lambda item: (abs(_rank(item[0]) - wanted), _rank(item[0])), default=None)
    return best[1] if best else None


def _rank(minor: tuple[int, int]) -> int:
    # A gap between major versions wider than any within one: 2.7 is nearer to 2.6 than to 3.0.
    return minor[0] * 100 + minor[1]


@lru_cache(maxsize=256)
def _key_minor(key: WheelKey) -> tuple[int, int]:
    digits = key.rpartition("@cp")[2].rstrip("mut")
    return (int(digits[0]), int(digits[1:])) if digits.isdecimal() and len(digits) > 1 else (0, 0)


def _machine(python: Python | None, platform: Platform | None) -> str | None:
    machine = platform.machine if platform else None
    narrow = python is not None and python.bits == 32  # noqa: PLR2004 -- bits.
    return _NARROW.get(machine, machine) if narrow and machine else machine


@lru_cache(maxsize=64)
def _minor(version: str | None) -> tuple[int, int] | None:
    major, _, rest = (version or "").partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None
