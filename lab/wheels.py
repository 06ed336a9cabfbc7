"""For which Pythons and platforms the releases of the family have wheels: written by hand from the file lists of the index.

The tests hold kdoctor's embedded index against this table; those that may use the network hold uv's resolver against it too.
Whatever is not named here has no wheel: no 32-bit Python, no PyPy, no musl, no free-threaded build unless it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.knowledge.index import Target
from lab.layouts import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Platforms beside those that are laid out: our word, uv's word, and the target without its Python.
_OTHERS = {
    "linux": ("x86_64-manylinux_2_36", Target(None, "linux", "x86_64", "glibc 2.36")),
    "windows-arm": ("aarch64-pc-windows-msvc", Target(None, "windows", "arm64")),
    "windows-32": ("i686-pc-windows-msvc", Target(None, "windows", "x86")),
}
TARGETS = {
    **{word: (uvs, Target(None, p.system, p.machine, p.libc, p.release)) for word, (uvs, p) in PLATFORMS.items()},
    **_OTHERS,
}
#: A t at the end is the free-threaded build.
PYTHONS = tuple("3.6 3.7 3.8 3.9 3.10 3.11 3.12 3.13 3.14 3.13t 3.14t pypy3.10".split())

_TABLE = """
tensorflow 2.0.0: linux windows macos-intel / 3.6 3.7
tensorflow 2.2.0: linux windows macos-intel / 3.6 3.7 3.8
tensorflow 2.4.4: linux windows macos-intel / 3.6 3.7 3.8
tensorflow 2.5.2: linux windows macos-intel / 3.6 3.7 3.8 3.9
tensorflow 2.5.3: linux windows macos-intel / 3.7 3.8 3.9
tensorflow 2.7.4: linux windows macos-intel / 3.7 3.8 3.9
tensorflow 2.9.3: linux windows macos-intel / 3.7 3.8 3.9 3.10
tensorflow 2.10.1: linux aarch64 windows macos-intel / 3.7 3.8 3.9 3.10
tensorflow 2.11.1: linux aarch64 windows macos-intel / 3.8 3.9 3.10
tensorflow 2.12.1: linux aarch64 windows macos-intel / 3.8 3.9 3.10 3.11
tensorflow 2.13.1: linux aarch64 windows macos-arm macos-intel / 3.8 3.9 3.10 3.11
tensorflow 2.15.1: linux aarch64 windows macos-arm macos-intel / 3.9 3.10 3.11
tensorflow 2.16.2: linux aarch64 windows macos-arm macos-intel / 3.9 3.10 3.11 3.12
tensorflow 2.17.1: linux aarch64 windows macos-arm / 3.9 3.10 3.11 3.12
tensorflow 2.18.0: linux aarch64 windows macos-arm / 3.9 3.10 3.11 3.12
tensorflow 2.18.1: linux aarch64 windows macos-arm / 3.9 3.10 3.11 3.12
tensorflow 2.19.1: linux aarch64 windows macos-arm / 3.9 3.10 3.11 3.12
tensorflow 2.20.0: linux aarch64 windows macos-arm / 3.9 3.10 3.11 3.12 3.13
tensorflow 2.21.0: linux aarch64 windows macos-arm / 3.10 3.11 3.12 3.13
tensorflow 2.22.0rc0: linux aarch64 windows macos-arm / 3.10 3.11 3.12 3.13 3.14
tensorflow-cpu 2.10.1: linux windows macos-intel / 3.7 3.8 3.9 3.10
tensorflow-cpu 2.16.2: linux windows macos-intel / 3.9 3.10 3.11 3.12
tensorflow-cpu 2.21.0: linux windows / 3.10 3.11 3.12 3.13
tensorflow-intel 2.11.0: windows / 3.7 3.8 3.9 3.10
tensorflow-intel 2.15.1: windows / 3.9 3.10 3.11
tensorflow-intel 2.18.0: windows / 3.9 3.10 3.11 3.12
tensorflow-macos 2.12.0: macos-arm macos-intel / 3.8 3.9 3.10 3.11
tensorflow-macos 2.15.1: macos-arm / 3.9 3.10 3.11
tensorflow-macos 2.16.2: macos-arm / 3.9 3.10 3.11 3.12
tensorflow-metal 1.0.0: macos-arm macos-intel / 3.8 3.9 3.10 3.11
tensorflow-metal 1.1.0: macos-arm / 3.9 3.10 3.11
tensorflow-metal 1.2.0: macos-arm / 3.9 3.10 3.11 3.12
tensorflow-cpu-aws 2.10.1: aarch64 / 3.7 3.8 3.9 3.10
tensorflow-cpu-aws 2.15.1: aarch64 / 3.9 3.10 3.11
tensorflow-gpu 2.10.1: linux windows / 3.7 3.8 3.9 3.10
tensorflow-gpu 2.11.0: linux / 3.7 3.8 3.9 3.10
tensorflow-rocm 2.14.0.600: linux / 3.9 3.10 3.11
jaxlib 0.4.30: linux aarch64 windows macos-arm macos-intel / 3.9 3.10 3.11 3.12
jaxlib 0.4.38: linux aarch64 windows macos-arm macos-intel / 3.10 3.11 3.12 3.13
jaxlib 0.5.3: linux / 3.10 3.11 3.12 3.13 3.13t; aarch64 windows macos-arm / 3.10 3.11 3.12 3.13
jaxlib 0.7.2: linux aarch64 macos-arm / 3.11 3.12 3.13 3.14 3.13t 3.14t; windows / 3.11 3.12 3.13 3.14
jaxlib 0.12.0: linux aarch64 macos-arm / 3.12 3.13 3.14 3.14t; windows / 3.12 3.13 3.14
jax-cuda12-plugin 0.7.2: linux aarch64 / 3.11 3.12 3.13 3.14 3.13t 3.14t
torch 2.2.2: linux aarch64 windows macos-arm macos-intel / 3.8 3.9 3.10 3.11 3.12
torch 2.3.0: linux aarch64 windows macos-arm / 3.8 3.9 3.10 3.11 3.12
torch 2.5.1: linux / 3.9 3.10 3.11 3.12 3.13; aarch64 windows macos-arm / 3.9 3.10 3.11 3.12
torch 2.9.0: linux aarch64 windows macos-arm / 3.10 3.11 3.12 3.13 3.14 3.13t 3.14t
openvino 2025.3.0: linux aarch64 windows macos-arm macos-intel / 3.9 3.10 3.11 3.12 3.13
openvino 2026.0.0: linux windows macos-arm / 3.10 3.11 3.12 3.13 3.14 3.14t; aarch64 / 3.10 3.11 3.12 3.13
tensorflow-text 2.10.0: linux windows macos-intel / 3.7 3.8 3.9 3.10
tensorflow-text 2.13.0: linux macos-intel / 3.8 3.9 3.10
tensorflow-text 2.15.0: linux macos-intel / 3.9 3.10 3.11
tensorflow-text 2.16.1: linux macos-intel / 3.9 3.10 3.11
tensorflow-text 2.17.0: linux macos-arm / 3.9 3.10 3.11
tensorflow-text 2.18.1: linux aarch64 macos-arm / 3.9 3.10 3.11 3.12
tensorflow-text 2.21.1: linux aarch64 macos-arm / 3.10 3.11 3.12 3.13
tensorflow-decision-forests 1.9.0: linux macos-arm macos-intel / 3.9 3.10 3.11
tensorflow-decision-forests 1.12.0: linux macos-arm / 3.9 3.10 3.11 3.12
tensorflow-io-gcs-filesystem 0.31.0: linux windows macos-intel / 3.7 3.8 3.9 3.10 3.11; aarch64 / 3.8 3.9 3.10 3.11
tensorflow-io-gcs-filesystem 0.37.1: linux aarch64 macos-arm macos-intel / 3.9 3.10 3.11 3.12
ml-dtypes 0.3.2: linux aarch64 windows macos-arm macos-intel / 3.9 3.10 3.11 3.12
ml-dtypes 0.6.0: linux aarch64 windows macos-arm macos-intel / 3.10 3.11 3.12 3.13 3.14 3.14t; windows-arm / 3.11 3.12 3.13 3.14 3.14t
optree 0.20.0: linux aarch64 windows macos-arm macos-intel windows-32 / 3.9 3.10 3.11 3.12 3.13 3.14 3.13t 3.14t; \
windows-arm / 3.11 3.12 3.13 3.14 3.13t 3.14t
h5py 3.11.0: linux windows macos-arm macos-intel / 3.8 3.9 3.10 3.11 3.12
h5py 3.14.0: linux aarch64 windows macos-arm macos-intel / 3.9 3.10 3.11 3.12 3.13
h5py 3.16.0: linux aarch64 windows macos-arm macos-intel musl / 3.10 3.11 3.12 3.13 3.14 3.14t; windows-arm / 3.11 3.12 3.13 3.14 3.14t
"""

#: A platform and a Python.
Cell = tuple[str, str]
#: "tensorflow 2.21.0" -> the platforms and Pythons for which it has a wheel.
WHEELS: dict[str, frozenset[Cell]] = {}


def _cells(text: str) -> Iterator[Cell]:
    for part in text.split(";"):
        platforms, _, pythons = part.partition("/")
        yield from ((platform, python) for platform in platforms.split() for python in pythons.split())


for _line in _TABLE.strip().splitlines():
    _release, _, _where = _line.partition(":")
    WHEELS[_release] = frozenset(_cells(_where))


def target(platform: str, python: str) -> Target:
    """Give the target that an interpreter of such a name on such a platform is."""
    bare = TARGETS[platform][1]
    version = python.removeprefix("pypy").removesuffix("t")
    return bare._replace(
        python=version, implementation="pypy" if python.startswith("pypy") else "cpython", free_threaded=python.endswith("t")
    )
