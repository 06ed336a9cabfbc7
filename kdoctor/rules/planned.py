"""Where it matters which wheels there are: plans, pastes, and unusual interpreters that lack TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Finding

#: For these TensorFlow has wheels; only where it is missing on others is it worth opening the index.
_USUAL_MINORS = tuple((3, minor) for minor in range(10, 14))
_USUAL_MACHINES = {"linux": ("x86_64", "aarch64"), "darwin": ("arm64",), "windows": ("amd64",)}
#: With one of these, Keras can do without TensorFlow.
_OTHERS = ("jax", "torch", "openvino")


def no_wheel(coupling: Coupling) -> Iterator[Finding]:
    """Give findings on what is planned, pasted or missing and has no wheel for this Python and platform."""
    if not _has_lists(coupling) and coupling.snapshot.origin == "environment" and not _lacks_tensorflow_oddly(coupling):
        return
    from kdoctor.rules import wheels  # noqa: PLC0415 -- start-up time: it opens the index.

    refused = list(wheels.planned_without_wheel(coupling))
    yield from refused
    if coupling.snapshot.origin == "paste":
        yield from wheels.foreign_builds(coupling)
    if not refused and _lacks_tensorflow_oddly(coupling):
        yield from wheels.tensorflow_out_of_reach(coupling)


def _has_lists(coupling: Coupling) -> bool:
    """Tell whether there are requirements files among the sources."""
    return any(path.endswith(".txt") for path in coupling.snapshot.sources or ())


def _lacks_tensorflow_oddly(coupling: Coupling) -> bool:
    """Tell whether TensorFlow is missed in an environment for which there may be none."""
    snapshot = coupling.snapshot
    known = snapshot.origin == "environment" and snapshot.complete
    there = coupling.tensorflow or any(name in coupling.present for name in _OTHERS)
    return known and not there and not _is_usual(coupling)


def _is_usual(coupling: Coupling) -> bool:
    python, platform = coupling.snapshot.python, coupling.snapshot.platform
    if python is None or platform is None or python.version is None:
        return True
    narrow = python.bits == 32 or (platform.libc or "").startswith("musl")  # noqa: PLR2004 -- bits.
    plain = python.implementation == "cpython" and not python.free_threaded and not narrow
    return plain and versions.minor(python.version) in _USUAL_MINORS and platform.machine in _USUAL_MACHINES.get(platform.system or "", ())


def pins_exclude_each_other(coupling: Coupling) -> Iterator[Finding]:
    """Give findings on pins of a requirements file that exclude each other by what they require."""
    if _has_lists(coupling):
        from kdoctor.rules.pins import excluding  # noqa: PLC0415 -- start-up time: it opens the index.

        yield from excluding(coupling)
