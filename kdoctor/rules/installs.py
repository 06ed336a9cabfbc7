"""How things are installed: rivals in one folder, metadata without files, files without metadata, copies and leftovers."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling, gutted, is_shell, points_to
from kdoctor.knowledge.families import OWNERS, TENSORFLOW
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.provenance import requires
from kdoctor.rules.rows import label

#: Import folder -> the component that does not work when its files are mixed or missing.
_BREAKS = {"tensorflow": "tensorflow", "keras": "keras", "tf_keras": "tf-keras", "jax": "jax", "torch": "torch"}


_MIXED_TENSORFLOW = Evidence(
    "laid over an older release, TensorFlow 2.21 (over 2.18, 2.19, 2.20) and 2.20 (over 2.18) load libraries that the older "
    "one left, and fail: "
    "undefined symbol; 2.20 over 2.19 and 2.16 to 2.19 over older ones run, and so does an older one over a newer one",
    "measured: environments built and run on Linux x86_64, CPU",
)
_MIXED_KERAS = Evidence(
    "Keras 2 releases laid over each other, or over Keras 3, leave modules that do not fit; two Keras 3 releases were seen to run",
    "measured: keras 2.4.3 over keras-nightly 2.5; googlecolab/colabtools#2068",
)


def rival_distributions(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each folder that several installed distributions own; a shell around another one owns nothing."""
    for folder, owners in OWNERS.items():
        found = [coupling.present[name] for name in owners if name in coupling.present]
        rivals = [one for one in found if not is_shell(one, owners, coupling.marker_environment)]
        if len(rivals) > 1:
            yield _rivals(folder.replace(".", "/"), rivals, coupling)


def _rivals(folder: str, rivals: list[Distribution], coupling: Coupling) -> Finding:
    failing = _known_to_fail(folder, rivals, coupling)
    differ = len({versions.minor(rival.version) for rival in rivals} - {None}) > 1
    component = _BREAKS.get(folder)
    listed = " and ".join(label(rival) for rival in rivals)
    cause = "Each wheel brings its own copy of the folder; "
    if failing:
        cause += "files of different releases are mixed."
    elif differ:
        cause += "the release that was written last answers, the other is asked for in vain; removing either takes files of both away."
    else:
        cause += "removing one takes the files of the other away."
    return Finding(
        rule="KD301",
        name=name_of("KD301"),
        # Two TensorFlows of different releases never both do what was asked; two Keras 3 are known to run as the later one.
        severity=Severity.ERROR if failing or (differ and folder == "tensorflow") else Severity.WARNING,
        summary=f"{listed} both own {folder}/" if len(rivals) == 2 else f"{listed} all own {folder}/",  # noqa: PLR2004 -- both means two.
        cause=cause,
        subjects=tuple(rival.name for rival in rivals),
        evidence=(*(Evidence(f"{rival.name} owns {folder}/", f"{label(rival)} file list") for rival in rivals), *failing),
        breaks=frozenset({component} if component and failing else ()),
        ways=tuple(_keep(rival, rivals) for rival in _by_need(rivals, coupling)),
    )


def _known_to_fail(folder: str, rivals: list[Distribution], coupling: Coupling) -> tuple[Evidence, ...]:
    """Give the evidence that a mixture of these releases fails; () where it is not known to: most later ones hide the earlier one."""
    minors = {minor for rival in rivals if (minor := versions.minor(rival.version))}
    if folder == "tensorflow" and minors and _libraries_are_left(min(minors), max(minors)):
        return (_MIXED_TENSORFLOW,)
    tensorflow = versions.minor(coupling.tensorflow.version) if coupling.tensorflow else None
    if folder == "keras" and (min(minors, default=(3, 0)) < (3, 0) if len(minors) > 1 else not minors and tensorflow == (2, 5)):
        return (_MIXED_KERAS,)
    return ()


def _libraries_are_left(older: tuple[int, int], newer: tuple[int, int]) -> bool:
    """Tell whether an older TensorFlow under a newer one leaves libraries that the newer one loads and cannot use."""
    return older < newer and ((newer >= (2, 21)) or (newer >= (2, 20) and older <= (2, 18)))


def _keep(kept: Distribution, rivals: list[Distribution]) -> Way:
    gone = tuple(rival.name for rival in rivals if rival is not kept)
    return Way(f"keep-{kept.name}", f"keep {label(kept)}, remove {' and '.join(gone)}", remove=gone, reinstall=(kept.name,))


def _by_need(rivals: list[Distribution], coupling: Coupling) -> list[Distribution]:
    """Order rivals: whom others require first, then by their usual order; a rival whom nobody requires is the easier one to remove."""
    wanted = {
        rival.name
        for rival in rivals
        for other in coupling.present.values()
        if other not in rivals and requires(other, rival.name, coupling)
    }
    return sorted(rivals, key=lambda rival: rival.name not in wanted)


def metadata_without_files(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where metadata claims an import folder that is missing or empty."""
    for folder, entries in (coupling.snapshot.folders or {}).items():
        owners = OWNERS.get(folder, ()) if gutted(folder, entries) else ()
        listed = [one for one in coupling.snapshot.distributions if one.name in owners and not one.leftover]
        claimed = [one for one in listed if not is_shell(one, owners, coupling.marker_environment)]
        if not claimed:
            continue
        first = claimed[0]
        state = (
            "is not there"
            if entries is None
            else f"has only {entries} entr{'y' if entries == 1 else 'ies'} left"
            if entries
            else "is empty"
        )
        yield Finding(
            rule="KD302",
            name=name_of("KD302"),
            severity=Severity.ERROR,
            summary=f"{label(first)} is listed as installed, but its folder {folder}/ {state}",
            cause="A rival that owns the same folder was uninstalled and took the files away, or an installation was interrupted.",
            subjects=(first.name,),
            evidence=(Evidence(f"{folder}/ {state} on the path", "the folders of this environment"),),
            breaks=frozenset({_BREAKS[folder]} if folder in _BREAKS else ()),
            ways=(Way(f"reinstall-{first.name}", f"install {first.name} again", reinstall=(first.name,)),),
        )


def hollow_release(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for a release that holds nothing and requires nothing but itself: tensorflow-macos 2.15.1."""
    if not coupling.snapshot.complete or coupling.tensorflow is None:
        return
    one = coupling.tensorflow
    if one.name == TENSORFLOW[0] or not points_to(one, one.name, coupling.marker_environment):
        return
    yield Finding(
        rule="KD605",
        name=name_of("KD605"),
        severity=Severity.ERROR,
        summary=f"{label(one)} holds no code",
        cause=f"It was published as a shell around itself; {TENSORFLOW[0]} {one.version} holds the code.",
        subjects=(one.name, TENSORFLOW[0]),
        evidence=(Evidence(f"{label(one)} requires {one.name}=={one.version}", f"{label(one)} metadata and file list", "declared"),),
        breaks=frozenset({"tensorflow"}),
        ways=(Way(f"replace-{one.name}", f"take {TENSORFLOW[0]} instead", needs=(f"{TENSORFLOW[0]}=={one.version}",), remove=(one.name,)),),
    )


def files_without_metadata(coupling: Coupling) -> Iterator[Finding]:
    """Give a note where an import folder has files that no installed distribution claims."""
    for folder, entries in (coupling.snapshot.folders or {}).items():
        owners = OWNERS.get(folder, ())
        if gutted(folder, entries) or any(one.name in owners and not one.leftover for one in coupling.snapshot.distributions):
            continue
        yield Finding(
            rule="KD303",
            name=name_of("KD303"),
            severity=Severity.WARNING if coupling.snapshot.complete else Severity.NOTE,
            summary=f"{folder}/ can be imported, but no installed distribution claims it",
            cause="Its version is unknown to every tool that reads metadata, so nothing can check it.",
            subjects=(owners[0] if owners else folder,),
            evidence=(Evidence(f"{folder}/ has {entries} entries", "the folders of this environment"),),
        )


def copies_and_leftovers(coupling: Coupling) -> Iterator[Finding]:
    """Give findings for two copies of one distribution's metadata, and for what pip left behind half-removed."""
    seen: dict[str, list[Distribution]] = {}
    family = {name for owners in OWNERS.values() for name in owners}
    for distribution in coupling.snapshot.distributions:
        if distribution.leftover and distribution.name in family:
            yield _leftover(distribution)
        elif distribution.name in family:
            seen.setdefault(distribution.name, []).append(distribution)
    for name, copies in seen.items():
        if len({copy.version for copy in copies}) > 1:
            yield _copies(name, copies, coupling)


def _leftover(distribution: Distribution) -> Finding:
    return Finding(
        rule="KD305",
        name=name_of("KD305"),
        severity=Severity.NOTE,
        summary=f"{label(distribution)} was removed only in part: {distribution.metadata or 'a ~ folder'} is left",
        cause="pip renames what it removes; interrupted, it leaves the folder. Imports ignore it, some tools count it as installed.",
        subjects=(distribution.name,),
        advice=f"Delete the folders that start with ~ in {distribution.location or 'site-packages'}.",
    )


def _copies(name: str, copies: list[Distribution], coupling: Coupling) -> Finding:
    used = coupling.present.get(name)
    listed = " and ".join(str(copy.version) for copy in copies)
    return Finding(
        rule="KD304",
        name=name_of("KD304"),
        severity=Severity.WARNING,
        summary=f"{name} is there in {len(copies)} versions: {listed}",
        cause=f"Tools that read metadata may believe either; kdoctor takes {used.version if used else 'none'} as the one that is imported.",
        subjects=(name,),
        evidence=tuple(Evidence(f"{copy.version} in {copy.location}", copy.metadata or "metadata") for copy in copies if copy.location),
        ways=(Way(f"reinstall-{name}", f"install {name} once more, over both", reinstall=(name,)),),
    )
