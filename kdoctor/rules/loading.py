"""Variables that decide which devices and which libraries are found: CUDA_VISIBLE_DEVICES, LD_LIBRARY_PATH, JAX_PLATFORMS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import NO_DEVICES, all_devices, below, consumers, devices, loader_path, numbers, runs_on, torch_cuda, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

#: Wheel whose version is the CUDA release of the libraries that came with it.
_CUDA_OF_WHEELS = ("nvidia-nvjitlink-cu12", "nvidia-cuda-runtime-cu12", "nvidia-cusparse-cu12")
_ENVIRONMENT = "the environment"
_INDEX = re.compile(r"-?\d{1,9}", re.ASCII)
_IN_CODE = r"os\.environ\[['\"]CUDA_VISIBLE_DEVICES['\"]\]\s*=\s*['\"]([^'\"]*)['\"]"
_VENDOR_OF_PLATFORM = {"cuda": "nvidia", "rocm": "amd", "tpu": "google", "METAL": "apple"}


def _asked(coupling: Coupling, variable: str, in_code: str) -> tuple[str | None, str]:
    """Give a variable's value and who sets it: the sources, which win, or the environment; None where nobody does."""
    for path, text in (coupling.snapshot.sources or {}).items():
        found = re.search(in_code, text) if isinstance(text, str) else None
        if found:
            return found[1], path
    return (coupling.snapshot.environment or {}).get(variable), _ENVIRONMENT


def hidden_devices(coupling: Coupling) -> Iterator[Finding]:
    """Give a note where CUDA_VISIBLE_DEVICES hides every GPU, an error where it names one that is not there."""
    gpus = all_devices(coupling)
    if not gpus or any("MIG" in (gpu.name or "") for gpu in gpus):
        return
    value, where = _asked(coupling, "CUDA_VISIBLE_DEVICES", _IN_CODE)
    if value is None:
        return
    entries = [entry.strip() for entry in value.split(",")]
    if entries[0] in NO_DEVICES:
        summary = f"CUDA_VISIBLE_DEVICES={value!r} hides every GPU"
        yield _hidden(coupling, "KD721", Severity.NOTE, summary, "Everything runs on the CPU, as one may want.", where)
    elif all(_INDEX.fullmatch(entry) for entry in entries):
        beyond = next((entry for entry in entries if not 0 <= int(entry) < len(gpus)), None)
        if beyond:
            severity = Severity.ERROR if entries[0] == beyond else Severity.WARNING
            lost = "no GPU is left" if entries[0] == beyond else "those after it are lost"
            count = f"there {'are' if len(gpus) > 1 else 'is'} {len(gpus)}, counted from 0"
            summary = f"CUDA_VISIBLE_DEVICES={value} names GPU {beyond}, which is not there"
            cause = f"The list ends at the first entry that does not exist, so {lost}; {count}."
            yield _hidden(coupling, "KD722", severity, summary, cause, where)


def hidden_amd(coupling: Coupling) -> Iterator[Finding]:
    """Give a note where a variable hides every AMD GPU."""
    variables = coupling.snapshot.environment or {}
    for name in ("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"):
        value = variables.get(name)
        if value is not None and all_devices(coupling, "amd") and value.split(",")[0].strip() in NO_DEVICES:
            found = _hidden(
                coupling, "KD721", Severity.NOTE, f"{name}={value!r} hides every AMD GPU", "Everything runs on the CPU.", _ENVIRONMENT
            )
            yield found._replace(subjects=(name, "gpu"))


def _hidden(coupling: Coupling, code: str, severity: Severity, summary: str, cause: str, where: str) -> Finding:
    mendable = code == "KD722" and "CUDA_VISIBLE_DEVICES" in (coupling.snapshot.environment or {})
    return Finding(
        rule=code,
        name=name_of(code),
        severity=severity,
        summary=summary,
        cause=cause,
        subjects=("CUDA_VISIBLE_DEVICES", "gpu"),
        evidence=(Evidence(f"set in {where}", "NVIDIA CUDA programming guide, CUDA environment variables"),),
        ways=(Way("show-devices", "show every GPU", environment={"CUDA_VISIBLE_DEVICES": None}),) if mendable else (),
        advice=_in_file(where, "Change it"),
    )


def _in_file(where: str, what: str) -> str | None:
    """Say that a program's own setting, which wins, must be changed in the program."""
    return None if where == _ENVIRONMENT else f"{what} in {where}, whose setting wins over the environment."


def stubs_on_path(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the loader's path leads to the stub libraries, which only link."""
    stubs = [entry for entry in loader_path(coupling) if "stubs" in re.split(r"[/\\]", entry)]
    if not stubs or not devices(coupling):
        return
    first = loader_path(coupling)[0] in stubs
    yield Finding(
        rule="KD723",
        name=name_of("KD723"),
        severity=Severity.ERROR if first else Severity.WARNING,
        summary=f"LD_LIBRARY_PATH leads to {stubs[0]}, whose libcuda is an empty stub",
        cause="The stub is for linking alone. Where it is found instead of the driver's libcuda, no GPU is seen: cuInit fails.",
        subjects=("LD_LIBRARY_PATH", "nvidia-driver"),
        evidence=(Evidence("libcuda of the stubs folder is loaded", "tensorflow/tensorflow#14224"),),
        ways=(_without(coupling, stubs),),
    )


def _without(coupling: Coupling, entries: list[str]) -> Way:
    rest = ":".join(entry for entry in loader_path(coupling) if entry not in entries)
    return Way("clean-loader-path", "take it out of the loader's path", environment={"LD_LIBRARY_PATH": rest or None})


def other_cuda_on_path(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the loader's path leads to an older CUDA than the wheels that a framework loads.

    The wheels' cuSPARSE then takes the older libnvJitLink, lacks its symbols and cannot be loaded.
    """
    wheels = _cuda_of_wheels(coupling)
    older = [entry for entry in loader_path(coupling) if wheels and _older(_cuda_of_folder(coupling, entry), wheels)]
    if not older or not wheels or not devices(coupling) or not runs_on(coupling, "linux"):
        return
    for framework, who in _on_wheels(coupling):
        found = _cuda_of_folder(coupling, older[0])
        yield Finding(
            rule="KD724",
            name=name_of("KD724"),
            severity=weight(coupling, framework),
            summary=f"LD_LIBRARY_PATH puts the libraries of CUDA {found} before the wheels of {framework}, which are of CUDA {wheels}",
            cause="The loader's path wins over the wheels: their cuSPARSE gets the older libnvJitLink and cannot be loaded.",
            subjects=("LD_LIBRARY_PATH", who.name, "cuda"),
            evidence=(Evidence(older[0], "jax-ml/jax#28929, #29843, #30050; docs.jax.dev/en/latest/installation.html"),),
            ways=(_without(coupling, older),),
        )


def _on_wheels(coupling: Coupling) -> Iterator[tuple[str, Distribution]]:
    for one in consumers(coupling):
        installed = coupling.has("nvidia-cusparse-cu12") or (one.framework == "jax" and coupling.has("nvidia-cusparse-cu12") is None)
        if one.major == "12" and one.finds_wheels and installed:
            yield one.framework, one.distribution
    torch = coupling.present.get("torch")
    if torch and (torch_cuda(coupling) or "").startswith("12") and coupling.has("nvidia-cusparse-cu12"):
        yield "torch", torch


def _cuda_of_wheels(coupling: Coupling) -> str | None:
    """Give the CUDA release of the wheels; where they are not listed, the least that the JAX plugin is known to bring."""
    wheel = next((coupling.present[name] for name in _CUDA_OF_WHEELS[:2] if name in coupling.present), None)
    if wheel:
        return ".".join(map(str, numbers(wheel.version)[:2])) or None
    plugin = coupling.present.get("jax-cuda12-plugin")
    # A resolver took the newest wheels of the day; those of jax 0.6 were of CUDA 12.8 at least.
    return "12.8" if plugin and below(plugin.version, "0.6") is False and not coupling.snapshot.complete else None


def _cuda_of_folder(coupling: Coupling, entry: str) -> str | None:
    """Read the release of CUDA off the name of a toolkit's library folder; the usual link is the system's."""
    if not re.search(r"/(?:lib64|targets/[^/]+/lib)/?$", entry) or "extras" in entry:
        return None
    named = re.search(r"cuda[-/](\d+\.\d+)(?:\.\d+)?(?:/|$)", entry) or re.search(r"math_libs/(\d+\.\d+)(?:/|$)", entry)
    if named:
        return named[1]
    usual = re.fullmatch(r"/usr/local/cuda(?:-\d+)?/(?:lib64|targets/[^/]+/lib)/?", entry)
    return (coupling.snapshot.libraries or {}).get("cuda") if usual else None


def _older(folder: str | None, wheels: str) -> bool:
    """Tell whether a folder is of the same major release of CUDA, and of an older minor one."""
    return folder is not None and numbers(folder)[:1] == numbers(wheels)[:1] and len(numbers(folder)) > 1 and below(folder, wheels) is True


def jax_platforms(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where JAX_PLATFORMS names a platform that cannot start here: JAX fails on each one named that does not."""
    jax = coupling.present.get("jax")
    value, where = _asked(coupling, "JAX_PLATFORMS", r"jax_platforms['\"]\s*,\s*['\"]([^'\"]*)['\"]")
    if jax is None or not value:
        return
    known = coupling.snapshot.accelerators
    for platform in (part.strip() for part in value.split(",")):
        vendor = _VENDOR_OF_PLATFORM.get(platform)
        if platform == "gpu":
            amd = bool(devices(coupling, "amd")) and not devices(coupling)
            better = "rocm" if amd else "cuda" if devices(coupling) else None
            yield _platform(coupling, value, where, "gpu stands for cuda and rocm, and both must start; no machine has both.", better)
        elif vendor and known is not None and not devices(coupling, vendor):
            cause = f"No device for {platform} is here, and JAX does not fall back from a platform that is asked for."
            yield _platform(coupling, value, where, cause, None)


def _platform(coupling: Coupling, value: str, where: str, cause: str, better: str | None) -> Finding:
    severity = weight(coupling, "jax")
    way = Way("right-platform", "let JAX choose" if better is None else f"name {better}", environment={"JAX_PLATFORMS": better})
    return Finding(
        rule="KD734",
        name=name_of("KD734"),
        severity=severity,
        summary=f"JAX_PLATFORMS={value} asks for what cannot start here",
        cause=f"{cause} The message is: Unable to initialize backend.",
        subjects=("JAX_PLATFORMS", "jax"),
        evidence=(Evidence(f"set in {where}", "jax-ml/jax#12335; jax/_src/xla_bridge.py"),),
        breaks=frozenset({"jax"}) if severity is Severity.ERROR else frozenset(),
        ways=(way,) if where == _ENVIRONMENT else (),
        advice=_in_file(where, "Leave it out" if better is None else f"Say {better}, or leave it out,"),
    )
