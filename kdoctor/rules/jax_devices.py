"""JAX and its plugins: for NVIDIA GPUs, for Apple's, and for TPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import versions
from kdoctor.knowledge.accelerators import (
    JAX_LIBTPU,
    JAX_METAL,
    JAX_NCCL,
    JAX_SOURCE,
    LIBTPU_AHEAD,
    LIBTPU_BROKEN,
    LIBTPU_OF_TENSORFLOW,
)
from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import below, chosen, devices, runs_on, weight
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_PLUGINS = ("jax-cuda12-plugin", "jax-cuda13-plugin")


def jax_without_plugin(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where Keras runs on JAX beside an NVIDIA GPU, and JAX has no plugin for it."""
    jax, jaxlib = coupling.present.get("jax"), coupling.present.get("jaxlib")
    wanted = chosen(coupling) == "jax" or (chosen(coupling) is None and coupling.tensorflow is None and "torch" not in coupling.present)
    if jax is None or not wanted or not devices(coupling) or "+cuda" in ((jaxlib and jaxlib.version) or ""):
        return
    if jax.installer == "conda" or (jaxlib and jaxlib.installer == "conda"):
        return
    windows = runs_on(coupling, "windows")
    missing = all(coupling.has(name) is False for name in _PLUGINS)
    if (coupling.snapshot.environment or {}).get("JAX_PLATFORMS") == "cpu" or not (windows or (missing and runs_on(coupling, "linux"))):
        return
    yield Finding(
        rule="KD731",
        name=name_of("KD731"),
        severity=Severity.ERROR,
        summary=f"{label(jax)} cannot use the GPU that is here: "
        + ("there is no CUDA plugin for Windows" if windows else "it has no CUDA plugin"),
        cause="jax alone is the build for the CPU; the GPU stays idle.",
        subjects=("jax", "platform", "gpu") if windows else ("jax", "jax-cuda12-plugin", "gpu"),
        evidence=(Evidence("An NVIDIA GPU may be present, but a CUDA-enabled jaxlib is not installed", JAX_SOURCE),),
        advice="Run it in WSL2 with jax[cuda12]."
        if windows
        else f'python -m pip install "jax[cuda12]=={versions.base(jax.version)}"'
        if jax.version
        else None,
    )


def plugin_behind(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where a CUDA plugin is older than jaxlib, or where plugins of two CUDAs are installed."""
    jaxlib = coupling.present.get("jaxlib")
    plugins = [coupling.present[name] for name in _PLUGINS if name in coupling.present]
    amd = [one for name, one in coupling.present.items() if name.startswith("jax-rocm") and name.endswith("plugin")]
    for plugin in (*(plugins if devices(coupling) else ()), *(amd if devices(coupling, "amd") else ())):
        if jaxlib and versions.satisfies(versions.base(plugin.version), f"<{versions.base(jaxlib.version)}"):
            yield _behind(coupling, plugin, jaxlib)
    if len(plugins) > 1 and devices(coupling):
        yield Finding(
            rule="KD733",
            name=name_of("KD733"),
            severity=min(weight(coupling, "jax"), Severity.WARNING),
            summary=f"{label(plugins[0])} and {label(plugins[1])} are both installed",
            cause="Both register as the platform cuda, and the second is refused; their cuDNN and NCCL wheels overwrite each other.",
            subjects=tuple(plugin.name for plugin in plugins),
            evidence=(Evidence("one of the two", JAX_SOURCE),),
            ways=(Way("one-plugin", "keep the plugin for CUDA 12", remove=("jax-cuda13-plugin", "jax-cuda13-pjrt")),),
        )


def _behind(coupling: Coupling, plugin: Distribution, jaxlib: Distribution) -> Finding:
    release = versions.base(jaxlib.version)
    pjrt = plugin.name.replace("plugin", "pjrt")
    return Finding(
        rule="KD732",
        name=name_of("KD732"),
        severity=weight(coupling, "jax"),
        summary=f"{label(plugin)} is older than {label(jaxlib)}",
        cause="Plugin and jaxlib belong to one release; another is passed over with a warning, and JAX runs on the CPU.",
        subjects=(plugin.name, "jaxlib"),
        evidence=(Evidence("is not compatible with the installed jaxlib version, so it will not be used", "jaxlib/plugin_support.py"),),
        ways=(Way("same-release", "take the plugin of this jaxlib", needs=(f"{plugin.name}=={release}", f"{pjrt}=={release}")),),
    )


def nccl_too_old(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where NCCL is older than what the CUDA plugin of JAX asks for."""
    for cuda, floor in JAX_NCCL.items():
        plugin, nccl = coupling.present.get(f"jax-cuda{cuda}-plugin"), coupling.present.get(f"nvidia-nccl-cu{cuda}")
        if plugin is None or nccl is None or not devices(coupling) or not below(nccl.version, floor):
            continue
        tensorflow = coupling.tensorflow
        pinned = tensorflow is not None and versions.minor(tensorflow.version) in ((2, 14), (2, 15))
        yield Finding(
            rule="KD735",
            name=name_of("KD735"),
            severity=weight(coupling, "jax"),
            summary=f"{label(nccl)} is too old for {label(plugin)}, which needs {floor} or later",
            cause="The extra of JAX asks for it, and no resolver takes both."
            + (
                f" {label(tensorflow)} pins its own NVIDIA wheels with the extra and-cuda; they do not go with these."
                if pinned and tensorflow
                else ""
            ),
            subjects=(nccl.name, plugin.name, "jax", *((tensorflow.name,) if pinned and tensorflow else ())),
            evidence=(Evidence(f"{nccl.name}>={floor}", f"{JAX_SOURCE}; tensorflow/tensorflow#68290"),),
            ways=(Way("newer-nccl", "take the NCCL that JAX asks for", needs=(f"{nccl.name}>={floor}",)),),
        )


def jax_metal(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where jax-metal meets a jaxlib whose plugin interface it does not know."""
    metal, jaxlib = coupling.present.get("jax-metal"), coupling.present.get("jaxlib") or coupling.present.get("jax")
    elsewhere = runs_on(coupling, "linux", "windows") or coupling.snapshot.accelerators == ()
    variables = coupling.snapshot.environment or {}
    if metal is None or jaxlib is None or elsewhere or variables.get("JAX_PLATFORMS") == "cpu" or "ENABLE_PJRT_COMPATIBILITY" in variables:
        return
    release = versions.base(metal.version)
    row = next((row for row in JAX_METAL if release is None or versions.satisfies(release, row[0])), None)
    if row is None or below(jaxlib.version, row[1]) is not False:
        return
    last = JAX_METAL[-1][2] if release is None else row[2]
    severity = weight(coupling, "jax")
    yield Finding(
        rule="KD743",
        name=name_of("KD743"),
        severity=severity,
        summary=f"{label(metal)} does not work with {label(jaxlib)}",
        cause=f"Its plugin interface is an older one: Mismatched PJRT plugin PJRT API version. JAX {last} is the last known to work.",
        subjects=("jax-metal", "jax", jaxlib.name),
        evidence=(Evidence("0.0.7: 0.4.26 works, 0.4.28 fails; 0.1.1: 0.5.0 works, 0.5.1 fails", "jax-ml/jax#21383, #27062, #27146"),),
        breaks=frozenset({"jax"}) if severity is Severity.ERROR else frozenset(),
        ways=(
            Way(f"jax-{last}", "take the last JAX that this jax-metal works with", needs=(f"jax=={last}", f"jaxlib=={last}")),
            Way("without-metal", "run JAX on the CPU", remove=("jax-metal",)),
        ),
    )


def libtpu(coupling: Coupling) -> Iterator[Finding]:
    """Give findings where a TPU is here and JAX has no libtpu, a broken one, or one of another release."""
    jax = coupling.present.get("jax")
    if jax is None or not devices(coupling, "google"):
        return
    installed = coupling.present.get("libtpu") or coupling.present.get("libtpu-nightly")
    elsewhere = "TPU_LIBRARY_PATH" in (coupling.snapshot.environment or {})
    wanted = JAX_LIBTPU.get(versions.base(jax.version) or "")
    if installed and installed.version in LIBTPU_BROKEN:
        cause = "This build of libtpu, which jax[tpu] 0.4.14 asks for, lacks libtpu.so; JAX falls back to the CPU or stops."
        yield _tpu(
            coupling,
            "KD762",
            jax,
            installed.name,
            f"{label(installed)} has no library in it",
            cause,
            'python -m pip install "jax[tpu]>=0.4.16"',
        )
    elif installed and installed.version in LIBTPU_AHEAD and below(jax.version, LIBTPU_AHEAD[installed.version]):
        first = LIBTPU_AHEAD[installed.version]
        cause = f"This libtpu goes with JAX {first} and later, although earlier ones ask for it; the TPU crashes."
        way = Way("fitting-jax", "take the first JAX that goes with it", needs=(f"jax=={first}", f"jaxlib=={first}"))
        told = f"{label(installed)} does not go with {label(jax)}"
        yield _tpu(coupling, "KD761", jax, installed.name, told, cause, None)._replace(ways=(way,))
    elif installed and not elsewhere and below(installed.version, LIBTPU_OF_TENSORFLOW) is False:
        cause = "This is the libtpu of tensorflow-tpu; that of JAX is numbered 0.0.x. JAX misses get_library_path in it and takes the CPU."
        told = f"{label(installed)} is not one for {label(jax)}"
        advice = f'Use JAX in an environment of its own: python -m pip install "jax[tpu]=={versions.base(jax.version)}"'
        yield _tpu(coupling, "KD761", jax, installed.name, told, cause, advice)
    elif installed and wanted and not elsewhere and installed.name == "libtpu" and below(installed.version, wanted):
        cause = f"Each JAX is made for one libtpu; an older one fails to start the TPU. jax {jax.version} asks for {wanted}."
        way = Way("fitting-libtpu", "take the libtpu of this JAX", needs=(f"libtpu=={wanted}.*",))
        yield _tpu(coupling, "KD761", jax, "libtpu", f"{label(installed)} is too old for {label(jax)}", cause, None)._replace(ways=(way,))
    elif not elsewhere and coupling.has("libtpu") is False and coupling.has("libtpu-nightly") is False and coupling.snapshot.complete:
        cause = "Without libtpu JAX runs on the CPU."
        yield _tpu(
            coupling,
            "KD763",
            jax,
            "libtpu",
            f"{label(jax)} cannot use the TPU that is here: libtpu is not installed",
            cause,
            'python -m pip install "jax[tpu]"',
        )


def _tpu(coupling: Coupling, code: str, jax: Distribution, library: str, summary: str, cause: str, advice: str | None) -> Finding:
    return Finding(
        rule=code,
        name=name_of(code),
        severity=weight(coupling, "jax"),
        summary=summary,
        cause=cause,
        subjects=(library, jax.name),
        evidence=(Evidence("the extra tpu of jax", "jax METADATA; jax-ml/jax#12550, #24987, #29989"),),
        advice=advice,
    )
