"""What is known about one distribution: its releases, the rows that name it, and the runs in which it was installed."""

from __future__ import annotations

from kdoctor.knowledge.conditions import read
from kdoctor.knowledge.dates import FACTS_DATE
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import OWNERS, ROLE_OF, ROLES
from kdoctor.knowledge.index import Release, open_index
from kdoctor.knowledge.runs import runs
from kdoctor.knowledge.schema import Fact, Tolerated
from kdoctor.knowledge.tensorflow_keras import TOLERATED
from kdoctor.model import DistributionPage, KnownCase
from kdoctor.versions import requirement

#: Of whose requirements the page tells, beside those on TensorFlow and Keras.
_NEIGHBOURS = frozenset({"h5py", "jax", "jaxlib", "ml-dtypes", "numpy", "optree", "protobuf", "tensorboard", "torch"})


def about(name: str) -> DistributionPage:
    """Give what is known about a distribution (normalized name); KdoctorError where the index cannot be read."""
    index = open_index()
    releases = index.releases(name)
    finals = [release for release in releases if not (release.prerelease or release.yanked)]
    folder = next((folder for folder, owners in OWNERS.items() if name in owners), None)
    return DistributionPage(
        name=name,
        index_date=index.date,
        facts_date=FACTS_DATE,
        releases=len(releases),
        newest=_dated(finals[-1]) if finals else None,
        candidate=_dated(releases[-1]) if releases and releases[-1].prerelease else None,
        yanked=tuple((release.version, release.yanked_reason or "") for release in releases if release.yanked),
        folder=folder.replace(".", "/") if folder else None,
        rivals=tuple(other for other in OWNERS.get(folder or "", ()) if other != name),
        declares=_lines([(release.version, _of_the_family(release)) for release in finals]),
        pythons=_lines([(release.version, release.requires_python or "") for release in finals]),
        known_to_fail=tuple(case_of(fact) for fact in FACTS if name in _named(fact)),
        known_to_work=tuple(_tolerated_case(row) for row in TOLERATED if {name, ROLE_OF.get(name)} & _names(row.holder, row.target)),
        runs=_runs(name),
    )


def _dated(release: Release) -> tuple[str, str]:
    return release.version, release.date or "day unknown"


def case_of(fact: Fact) -> KnownCase:
    """Give a row as pages show it."""
    return KnownCase(" and ".join(fact.when), fact.needs, fact.says, fact.effect.value, fact.source, fact.observed)


def _tolerated_case(row: Tolerated) -> KnownCase:
    return KnownCase(row.holder, row.target, row.says, "", row.source, "")


def _named(fact: Fact) -> set[str]:
    """Name the distributions of a row, each role with all who play it."""
    named = _names(*fact.when, fact.need("0"))
    return named | {other for name in named for other in ROLES.get(name, ())}


def _names(*conditions: str) -> set[str]:
    return {read(condition).name for condition in conditions}


def _of_the_family(release: Release) -> str:
    """Give what a release declares of TensorFlow, Keras and their neighbours that rows know of, extras aside."""
    wanted = (requirement(text) for text in release.requirements or ())
    return ", ".join(
        sorted(
            f"{one.name}{one.specifier}" for one in wanted if one and not one.marker and (one.name in ROLE_OF or one.name in _NEIGHBOURS)
        )
    )


def _lines(rows: list[tuple[str, str]]) -> tuple[tuple[str, str, str], ...]:
    """Put neighbouring releases that say the same into one line (first, last, what they say); who says nothing is left out."""
    lines: list[tuple[str, str, str]] = []
    for version, says in rows:
        if lines and lines[-1][2] == says:
            lines[-1] = (lines[-1][0], version, says)
        else:
            lines.append((version, version, says))
    return tuple(line for line in lines if line[2])


def _runs(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    by_version: dict[str, list[str]] = {}
    for run in runs():
        version = run.installed(name)
        if version:
            by_version.setdefault(version, []).append(run.name)
    return tuple((version, tuple(names)) for version, names in by_version.items())
