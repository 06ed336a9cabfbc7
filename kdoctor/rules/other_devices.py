"""TensorFlow on Apple's GPUs, and the instructions that a processor must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import versions
from kdoctor.knowledge.accelerators import METAL, METAL_LAST, METAL_SOURCE
from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.cuda import below, on_x86, runs_on
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_TENSORFLOW = frozenset({"tensorflow"})
_AVX_FREE = ("tensorflow-macos", "tensorflow-cpu-aws", "tensorflow-aarch64", "tensorflow-rocm")


def metal_pair(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where tensorflow-metal was made for another TensorFlow: it is linked against its inner parts."""
    metal, tensorflow = coupling.present.get("tensorflow-metal"), coupling.tensorflow
    minor = versions.minor(tensorflow.version) if tensorflow else None
    if not metal or not tensorflow or not minor or not runs_on(coupling, "darwin") or coupling.snapshot.accelerators == ():
        return
    oldest, next_one = METAL.get(minor, ("", ""))
    fitting = f"tensorflow-metal>={oldest},<{next_one}"
    if minor >= (2, 20) and metal.version and not below(METAL_LAST, versions.base(metal.version) or METAL_LAST):
        cause = "No tensorflow-metal loads in TensorFlow 2.20 or later."
        yield _metal(metal, tensorflow, Severity.ERROR, cause, f"{tensorflow.name}>=2.18,<2.20", "tensorflow-metal>=1.2")
    elif oldest and below(metal.version, oldest):
        yield _metal(metal, tensorflow, Severity.ERROR, f"TensorFlow {minor[0]}.{minor[1]} goes with {oldest} or later.", fitting)
    elif next_one and below(metal.version, next_one) is False:
        cause = f"It was made for a later TensorFlow than {minor[0]}.{minor[1]}, which goes with {oldest}."
        yield _metal(metal, tensorflow, Severity.WARNING, cause, fitting)


def _metal(metal: Distribution, tensorflow: Distribution, severity: Severity, cause: str, *needs: str) -> Finding:
    return Finding(
        rule="KD741",
        name=name_of("KD741"),
        severity=severity,
        summary=f"{label(metal)} does not go with {label(tensorflow)}",
        cause=f"{cause} TensorFlow loads the plugin when it is imported, and stops where a symbol is missing."
        if severity is Severity.ERROR
        else f"{cause} Nobody promises that it loads.",
        subjects=("tensorflow-metal", tensorflow.name),
        evidence=(Evidence("tensorflow-metal declares no TensorFlow, so no installer objects", METAL_SOURCE),),
        breaks=_TENSORFLOW if severity is Severity.ERROR else frozenset(),
        ways=(
            Way("fitting-pair", "take a pair that Apple made for each other", needs=needs),
            Way("without-metal", "run on the CPU, without the plugin", remove=("tensorflow-metal",)),
        ),
    )


def metal_without_xla(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for TensorFlow 2.11 with tensorflow-metal: its optimizers ask for XLA, which the plugin does not have."""
    tensorflow = coupling.tensorflow
    if tensorflow is None or "tensorflow-metal" not in coupling.present or versions.minor(tensorflow.version) != (2, 11):
        return
    if not runs_on(coupling, "darwin") or coupling.snapshot.accelerators == ():
        return
    yield Finding(
        rule="KD742",
        name=name_of("KD742"),
        severity=Severity.ERROR,
        summary=f"the optimizers of {label(tensorflow)} do not run on tensorflow-metal",
        cause="From 2.11 on Keras compiles the optimizer's step with XLA, which Metal does not have: could not find registered platform"
        " with id. Keras 2.12 began to ask first.",
        subjects=("tensorflow-metal", tensorflow.name),
        evidence=(Evidence("the first training step fails", "huggingface/transformers#21309; tensorflow 2.12: can_jit_compile"),),
        breaks=_TENSORFLOW,
        ways=(
            Way(
                "newer-pair",
                "take TensorFlow 2.12, which asks first",
                needs=(f"{tensorflow.name}>=2.12,<2.13", "tensorflow-metal>=0.8,<1"),
            ),
        ),
        advice="Or take the optimizers of tf.keras.optimizers.legacy.",
    )


def missing_instructions(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the processor lacks instructions that a wheel uses without asking: the import dies of them."""
    flags = coupling.snapshot.cpu_flags
    if flags is None and _translated(coupling):
        flags = frozenset()
    if flags is None or not on_x86(coupling):
        return
    tensorflow = coupling.tensorflow
    if tensorflow and tensorflow.name not in _AVX_FREE and tensorflow.installer != "conda":
        release = versions.base(tensorflow.version)
        if "avx" not in flags and below(release, "1.6") is False:
            yield _instructions(
                tensorflow,
                "AVX",
                "TensorFlow's wheels use it from 1.6 on",
                "tensorflow.org/install/pip; TensorFlow 1.6.0 release notes",
                "tensorflow",
            )
        elif "avx" in flags and "avx2" not in flags and release is not None and versions.satisfies(release, "==2.4.0"):
            found = _instructions(
                tensorflow,
                "AVX2",
                "2.4.0 was built with it by mistake",
                "TensorFlow 2.4.1 release notes; tensorflow/tensorflow#45744",
                "tensorflow",
            )
            yield found._replace(
                ways=(Way("tensorflow-2.4.1", "take the mended release", needs=(f"{tensorflow.name}>=2.4.1,<2.5",)),),
                advice=None,
            )
    jaxlib = coupling.present.get("jaxlib")
    if jaxlib and "avx" not in flags and jaxlib.installer != "conda":
        yield _instructions(jaxlib, "AVX", "jaxlib's wheels are built with it", ".bazelrc of jax (-mavx)", "jax")


def _translated(coupling: Coupling) -> bool:
    """Tell whether an x86_64 Python runs on Apple silicon: Rosetta shows no AVX, and x86_64 wheels ask for it."""
    return runs_on(coupling, "darwin") and any((gpu.name or "").startswith("Apple M") for gpu in coupling.snapshot.accelerators or ())


def _instructions(who: Distribution, name: str, why: str, source: str, component: str) -> Finding:
    return Finding(
        rule="KD771",
        name=name_of("KD771"),
        severity=Severity.ERROR,
        summary=f"{label(who)} needs {name}, which this processor does not have or does not show",
        cause=f"{why}; the import ends with Illegal instruction or a refusal. Virtual machines and Rosetta often hide what there is.",
        subjects=(who.name, "cpu"),
        evidence=(Evidence(f"no {name.lower()} among the processor's flags", source),),
        breaks=frozenset({component}),
        advice="On Apple silicon take a Python for arm64; in a virtual machine choose the processor type host; else use another machine, "
        "a build without it, or Keras on torch.",
    )
