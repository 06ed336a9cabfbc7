"""Requirements from the index for distributions whose metadata nobody has read."""

from __future__ import annotations

from kdoctor.knowledge.index import Index, Target, open_index
from kdoctor.model import Distribution, Snapshot


def with_requirements(snapshot: Snapshot) -> Snapshot:
    """Fill in Requires-Dist and Requires-Python where they are unknown and the index knows the release.

    Raises KdoctorError where the index cannot be read.
    """
    index, target = open_index(), Target.of(snapshot)
    return snapshot._replace(distributions=tuple(_filled(one, index, target) for one in snapshot.distributions))


def _filled(distribution: Distribution, index: Index, target: Target) -> Distribution:
    if distribution.requires is not None or distribution.version is None or distribution.name not in index.projects:
        return distribution
    release = index.release(distribution.name, distribution.version)
    if release is None or ("+" in distribution.version and release.version != distribution.version):
        # A build with a local version, such as 2.13.0+cpu, comes from elsewhere and requires other things than the index's wheel.
        return distribution
    return distribution._replace(requires=release.requires(target), requires_python=distribution.requires_python or release.requires_python)
