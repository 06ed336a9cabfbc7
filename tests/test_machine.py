"""What a machine is, on recorded machines and small made-up ones."""

from __future__ import annotations

import os
import struct
import sys
from typing import TYPE_CHECKING

import pytest
from machines.recorded import RECORDED, build

from kdoctor.collect.machine import read_container, read_cpu_flags, read_libc, read_release, read_wsl
from kdoctor.collect.tree import Tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="recorded machines have names that Windows refuses")


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_machine(name: str, tmp_path: Path) -> None:
    machine = RECORDED[name]
    expected = machine["expect"]
    root = build(machine, tmp_path)
    assert read_cpu_flags(root) == (None if expected["cpu"] is None else frozenset(expected["cpu"]))
    assert read_wsl(root, machine["environ"]) == expected["wsl"]
    assert read_container(root, machine["environ"]) == expected["container"]
    assert read_release(machine["system"], root) == expected.get("release")


def place(root: Path, files: dict[str, bytes], links: dict[str, str] | None = None) -> str:
    for path, content in files.items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return build({"files": {}, "links": links or {}}, root)


def executable(loader: str | None, *, wide: bool = True, order: str = "<", first: int = 3) -> bytes:
    """An ELF header, two segments of which the `first` kind comes second, and the loader's path."""
    size, count, start = (56, 2, 64) if wide else (32, 2, 52)
    magic = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2]) + bytes(10)
    word = "Q" if wide else "I"
    header = magic + struct.pack(order + "HHI" + word * 3, 3, 62, 1, 0, start, 0) + struct.pack(order + "IHHH", 0, start, size, count)
    header = header.ljust(start, b"\0")
    offset = start + size * count
    segments = [struct.pack(order + ("IIQ" if wide else "II"), kind, *((4, offset) if wide else (offset,))) for kind in (6, first)]
    path = (loader or "").encode() + b"\0"
    return header + b"".join(segment.ljust(size, b"\0") for segment in segments) + path


GLIBC = b"\x7fELF...\0GNU C Library (Debian GLIBC 2.36-9+deb12u4) stable release version 2.36.\nCopyright\0"
LINUX = "/lib64/ld-linux-x86-64.so.2"
MUSL = "/lib/ld-musl-x86_64.so.1"
PYTHON = "/usr/bin/python3"


@pytest.mark.parametrize(
    ("files", "links", "libc"),
    [
        ({PYTHON: executable(LINUX), "/lib/x86_64-linux-gnu/libc.so.6": GLIBC}, {}, "glibc 2.36"),
        ({PYTHON: executable(LINUX), "/usr/lib64/libc.so.6": GLIBC}, {"/lib64": "usr/lib64"}, "glibc 2.36"),
        ({PYTHON: executable(LINUX), "/lib64/libc-2.17.so": b""}, {"/lib64/libc.so.6": "libc-2.17.so"}, "glibc 2.17"),
        ({PYTHON: executable("/nix/store/abc-glibc-2.38/lib/ld.so"), "/nix/store/abc-glibc-2.38/lib/libc-2.38.so": b""},
         {"/nix/store/abc-glibc-2.38/lib/libc.so.6": "libc-2.38.so"}, "glibc 2.38"),
        ({PYTHON: executable("/lib/ld-linux.so.3", wide=False), "/lib/libc-2.31.so": b""}, {"/lib/libc.so.6": "libc-2.31.so"},
         "glibc 2.31"),
        ({PYTHON: executable(LINUX, order=">"), "/lib64/libc.so.6": GLIBC}, {}, "glibc 2.36"),
        ({PYTHON: executable(MUSL), "/lib/libc.so": b"\x7fELF\x00libc\x001.2.4\x00%s\x00127.0.0.1\x00"}, {MUSL: "libc.so"},
         "musl 1.2"),
        ({PYTHON: executable(MUSL), MUSL: b"nothing"}, {}, None),
        ({PYTHON: executable(MUSL), MUSL: b"\x001.2.4\x00\x001.1.24\x00"}, {}, None),
        ({PYTHON: executable(LINUX)}, {}, None),
        ({PYTHON: executable(LINUX, first=1), "/lib64/libc.so.6": GLIBC}, {}, None),
        ({PYTHON: executable(LINUX)[:80], "/lib64/libc.so.6": GLIBC}, {}, None),
        ({PYTHON: b"\x7fELF", "/lib64/libc.so.6": GLIBC}, {}, None),
        ({PYTHON: b"#!/bin/sh\n", "/lib64/libc.so.6": GLIBC}, {}, None),
        ({"/opt/py": executable(LINUX), "/lib64/libc.so.6": GLIBC}, {PYTHON: "/etc/p", "/etc/p": "/opt/py"}, "glibc 2.36"),
        ({"/lib64/libc.so.6": GLIBC}, {}, None),
    ],
    ids=["debian", "fedora", "old", "nix", "32-bit", "big-endian", "alpine", "no-version", "two-versions", "no-library",
         "static", "cut", "header-cut", "script", "links", "no-executable"],
)  # fmt: skip
def test_libc(files: dict[str, bytes], links: dict[str, str], libc: str | None, tmp_path: Path) -> None:
    assert read_libc(place(tmp_path, files, links), PYTHON) == libc


@pytest.mark.skipif(sys.platform != "linux", reason="asks this machine's own C library")
def test_libc_of_this_interpreter_is_what_the_system_says() -> None:
    assert read_libc("/", sys.executable) == os.confstr("CS_GNU_LIBC_VERSION")


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("flags\t\t: fpu pni avx\nflags\t\t: avx2\n", {"sse3", "avx"}),
        ("Features\t: half thumb fastmult vfp edsp neon vfpv3\n", {"neon"}),
        ("Features\t: fp asimd sve sve2\n", {"asimd", "sve"}),
        ("flags : avx512f avx512bw avxvnni\n", {"avx512f"}),
        ("flags\t:\n", set()),
        ("processor\t: 0\ncpu\t\t: POWER9\n", None),
        ("", None),
    ],
)
def test_cpu_flags(text: str, flags: set[str] | None, tmp_path: Path) -> None:
    root = place(tmp_path, {"/proc/cpuinfo": text.encode()})
    assert read_cpu_flags(root) == (None if flags is None else frozenset(flags))


@pytest.mark.parametrize(
    ("files", "environ", "container"),
    [
        ({}, {}, None),
        ({"/.dockerenv": ""}, {}, "docker"),
        ({"/.dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({"/run/.containerenv": 'engine="podman-4.9.3"\n'}, {"container": "oci"}, "podman"),
        ({"/.singularity.d/env/01.sh": ""}, {}, "apptainer"),
        ({"/.dockerenv": ""}, {"APPTAINER_CONTAINER": "/images/tf.sif"}, "apptainer"),
        ({}, {"container": "systemd-nspawn"}, "container"),
        ({"/proc/1/cgroup": "12:pids:/docker/3f2a\n"}, {}, "docker"),
        ({"/proc/1/cgroup": "12:pids:/kubepods/besteffort/pod1/3f2a\n"}, {}, "kubernetes"),
        ({"/proc/1/cgroup": "0::/\n", "/proc/self/mountinfo": "1 0 0:9 / / rw - overlay o lowerdir=/var/lib/docker/l/A"},
         {}, "docker"),
        ({"/proc/self/mountinfo": "1 0 0:9 / / rw - overlay o lowerdir=/home/u/containers/storage/overlay/l/A"}, {}, "podman"),
        # A host of containers, and a live system with an overlay of its own.
        ({"/proc/self/mountinfo": "9 1 0:9 / /var/lib/docker/overlay2/ab/merged rw - overlay overlay rw\n"}, {}, None),
        ({"/proc/self/mountinfo": "1 0 0:9 / / rw - overlay /cow rw,lowerdir=/run/live/rootfs\n"}, {}, None),
    ],
)  # fmt: skip
def test_container(files: dict[str, str], environ: dict[str, str], container: str | None, tmp_path: Path) -> None:
    assert read_container(build({"files": files, "links": {}}, tmp_path), environ) == container


@pytest.mark.parametrize(
    ("release", "environ", "wsl"),
    [
        ("5.15.153.1-microsoft-standard-WSL2\n", {}, True),
        ("4.4.0-19041-Microsoft\n", {}, True),
        ("6.1.0-18-amd64\n", {}, False),
        ("6.6.0-custom\n", {"WSL_DISTRO_NAME": "Debian"}, True),
        (None, {}, None),
    ],
)
def test_wsl(release: str | None, environ: dict[str, str], wsl: object, tmp_path: Path) -> None:
    files = {} if release is None else {"/proc/sys/kernel/osrelease": release}
    assert read_wsl(build({"files": files, "links": {}}, tmp_path), environ) == wsl


@pytest.mark.parametrize(
    ("links", "path", "leads_to"),
    [
        ({}, "/a/b", "/a/b"),
        ({"/a": "/real"}, "/a/b", "/real/b"),
        ({"/a/b": "../c"}, "/a/b/d", "/c/d"),
        ({"/a": "b", "/b": "/c"}, "/a", "/c"),
        ({"/a": "../../../../etc"}, "/a/passwd", "/etc/passwd"),
        ({}, "/../../etc", "/etc"),
        ({"/a": "/"}, "/a", "/"),
    ],
)
def test_links_stay_inside_the_root(links: dict[str, str], path: str, leads_to: str, tmp_path: Path) -> None:
    root = build({"files": {}, "links": links}, tmp_path)
    assert Tree(root).follow(path) == leads_to
    assert Tree(root).place(path) == root + leads_to
