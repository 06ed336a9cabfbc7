"""Accelerator libraries that the system, not a wheel, provides: CUDA toolkit, cuDNN, ROCm and the driver's libcuda."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from kdoctor.collect.tree import Tree

#: Where the loader of the usual distributions looks, and where container engines and NixOS put the driver's libraries.
_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/nvidia/lib64",
    "/run/opengl-driver/lib",
)
_TOOLKITS = ("/usr/local/cuda", "/opt/cuda", "/usr/lib/cuda")
_HEADERS = (
    "/usr/include/cudnn_version.h",
    "/usr/include/x86_64-linux-gnu/cudnn_version.h",
    "/usr/include/aarch64-linux-gnu/cudnn_version.h",
    "/usr/local/cuda/include/cudnn_version.h",
)
#: What cudnn_version.h calls the places of its version.
_PLACES = ("MAJOR", "MINOR", "PATCHLEVEL")
#: A loader path longer than this is not worth the time; real ones have a dozen entries.
_ENTRIES_AT_MOST = 32

Read = Callable[[Tree, Mapping[str, str]], str | None]


def read_libraries(tree: Tree, environ: Mapping[str, str], *, system: str) -> tuple[dict[str, str] | None, dict[str, str]]:
    """Versions by name (cuda, cudnn, rocm, libcuda), and what could not be read with the reason.

    {} = looked, none; None where this system's places are not known. Only files are read: loading a library would decide which
    copy later imports get.
    """
    if system not in ("linux", "windows", "darwin"):
        return None, {}
    versions: dict[str, str] = {}
    closed: dict[str, str] = {}
    for name, read in _READERS[system].items():
        try:
            version = read(tree, environ)
        except OSError as error:
            closed[name] = f"{error.filename or name}: {error.strerror}"
            continue
        if version:
            versions[name] = version
    return versions, closed


def _cuda(tree: Tree, environ: Mapping[str, str]) -> str | None:
    """Return the version of the toolkit that the environment names, else the usual link, else the newest folder."""
    named = [environ[key] for key in ("CUDA_HOME", "CUDA_PATH") if environ.get(key, "").startswith("/")]
    for folder in (*named, *_TOOLKITS):
        if tree.exists(folder):
            version = _toolkit(tree, folder)
            if version:
                return version
    beside = [name for name in tree.names("/usr/local") if re.fullmatch(r"cuda-\d+\.\d+", name)]
    newest = max(beside, key=lambda name: [int(part) for part in name[5:].split(".")], default=None)
    return newest and _toolkit(tree, f"/usr/local/{newest}")


def _cuda_windows(tree: Tree, environ: Mapping[str, str]) -> str | None:
    folder = environ.get("CUDA_PATH", "") if tree.running else ""
    return _toolkit(tree, folder.replace("\\", "/")) if folder else None


def _toolkit(tree: Tree, folder: str) -> str | None:
    """Return the version by the toolkit's own file, else by the name of its folder (cuda-12.2, v11.2)."""
    text = tree.text(f"{folder}/version.json")
    found = text and re.search(r'"cuda"\s*:\s*\{[^{}]*"version"\s*:\s*"(\d+\.\d+)(\.\d{1,3}\b)?', text)
    text = tree.text(f"{folder}/version.txt", 256) if not found else None
    # Some releases have a date in the third place (11.3.20210517), which is no version.
    found = found or (text and re.search(r"CUDA Version (\d+\.\d+)(\.\d{1,3}\b)?", text))
    if found:
        return found[1] + (found[2] or "")
    name = re.search(r"(?:cuda-|v)(\d+\.\d+)$", tree.follow(folder))
    return name and name[1]


def _cudnn(tree: Tree, environ: Mapping[str, str]) -> str | None:
    """Return the version of the library that the loader would find first; the header's where no file name tells."""
    names = [f"libcudnn.so.{major}" for major in (9, 8, 7)]
    for folder in (*_loader_path(environ), "/usr/local/cuda/lib64", *_FOLDERS):
        version = _behind(tree, folder, names)
        if version:
            return version
    return next(filter(None, (_cudnn_header(tree, header) for header in _HEADERS)), None)


def _cudnn_header(tree: Tree, header: str) -> str | None:
    text = tree.text(header)
    numbers: dict[str, str] = dict(re.findall(r"#define\s+CUDNN_(\w+)\s+(\d+)", text)) if text else {}
    parts = [numbers[name] for name in _PLACES if name in numbers]
    return ".".join(parts) if len(parts) == len(_PLACES) else None


def _cudnn_windows(tree: Tree, environ: Mapping[str, str]) -> str | None:
    folder = environ.get("CUDA_PATH", "") if tree.running else ""
    return _cudnn_header(tree, f"{folder}/include/cudnn_version.h") if folder else None


def _libcuda(tree: Tree, environ: Mapping[str, str]) -> str | None:
    """Return the driver's user-space version; WSL's copy carries none in its name."""
    for folder in (*_loader_path(environ), *_FOLDERS):
        version = _behind(tree, folder, ["libcuda.so.1"])
        if version and re.match(r"\d{3,4}\.", version):
            return version
    return None


def _rocm(tree: Tree, environ: Mapping[str, str]) -> str | None:
    """Return 6.1.2 of "6.1.2-115"; by the variable, the usual link, or the newest folder."""
    named = [environ["ROCM_PATH"]] if environ.get("ROCM_PATH", "").startswith("/") else []
    beside = [f"/opt/{name}" for name in tree.names("/opt") if name.startswith("rocm-")]
    for folder in (*named, "/opt/rocm", *reversed(beside)):
        text = tree.text(f"{folder}/.info/version", 64)
        if text and text[0].isdigit():
            return text.strip().partition("-")[0]
    return None


def _behind(tree: Tree, folder: str, names: list[str]) -> str | None:
    """Return the version in the name of the file behind the first of `names` that is there: 9.3.0 of libcudnn.so.9.3.0."""
    for name in names:
        path = f"{folder}/{name}"
        if tree.exists(path):
            found = re.search(r"\.so\.(\d+\.\d+(?:\.\d+)*)$", tree.follow(path))
            if found:
                return found[1]
    return None


def _loader_path(environ: Mapping[str, str]) -> Iterator[str]:
    """Return the absolute entries of LD_LIBRARY_PATH, which win over the system's folders."""
    yield from filter(lambda entry: entry.startswith("/"), environ.get("LD_LIBRARY_PATH", "").split(":")[:_ENTRIES_AT_MOST])


_READERS: Mapping[str, Mapping[str, Read]] = {
    "linux": {"cuda": _cuda, "cudnn": _cudnn, "libcuda": _libcuda, "rocm": _rocm},
    "windows": {"cuda": _cuda_windows, "cudnn": _cudnn_windows},
    "darwin": {},
}
