"""Requirements from the index for distributions whose metadata nobody has read."""

from __future__ import annotations

from kdoctor import versions
from kdoctor.knowledge.families import TENSORFLOW
from kdoctor.knowledge.index import Index, Target, open_index
from kdoctor.model import Distribution, Snapshot


def with_requirements(snapshot: Snapshot) -> Snapshot:
    """Fill in Requires-Dist and Requires-Python where they are unknown and the index knows the release.

    Raises KdoctorError where the index cannot be read.
    """
    index, target = open_index(), Target.of(snapshot)
    filled = tuple(_filled(one, index, target) for one in snapshot.distributions)
    if not snapshot.complete:
        # A paste seldom lists the body beside its shell, though pip brings it, and the requirements are the body's.
        told = {one.name for one in snapshot.distributions} | snapshot.absent
        filled = tuple(_with_body(one, told, snapshot, index, target) for one in filled)
    return snapshot._replace(distributions=filled)


def _filled(distribution: Distribution, index: Index, target: Target) -> Distribution:
    if distribution.requires is not None or distribution.version is None or distribution.name not in index.projects:
        return distribution
    release = index.release(distribution.name, distribution.version)
    if release is None or ("+" in distribution.version and release.version != distribution.version):
        # A build with a local version, such as 2.13.0+cpu, comes from elsewhere and requires other things than the index's wheel.
        return distribution
    return distribution._replace(requires=release.requires(target), requires_python=distribution.requires_python or release.requires_python)


def _with_body(shell: Distribution, told: set[str] | frozenset[str], snapshot: Snapshot, index: Index, target: Target) -> Distribution:
    """Add to a TensorFlow that is but a shell, as on Windows up to 2.18, the requirements of the body that nobody speaks of."""
    if shell.name not in TENSORFLOW:
        return shell
    for text in shell.requires or ():
        wanted = versions.requirement(text)
        if wanted is None or wanted.name not in TENSORFLOW or wanted.name in told or wanted.name not in index.projects:
            continue
        body = index.release(wanted.name, wanted.specifier.removeprefix("==")) if wanted.specifier.startswith("==") else None
        if body and versions.marker_holds(wanted.marker, versions.marker_environment(snapshot)):
            return shell._replace(requires=(*(shell.requires or ()), *(body.requires(target) or ())))
    return shell
