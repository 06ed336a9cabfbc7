"""Declared requirements: Requires-Dist and Requires-Python of the family, judged as pip would, weighed by what is known to happen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from kdoctor import versions
from kdoctor.knowledge.addons import BOUND_BY_ABI, SEEN_TO_LOAD
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.conditions import holds, read, who
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import FAMILY, IMPORTED_AT_START, KERAS, NOT_IMPORTED_AT_START, ROLE_OF, ROLES, TENSORFLOW, TF_KERAS
from kdoctor.knowledge.first_keras import MISSED_AT_START
from kdoctor.knowledge.schema import Tolerated
from kdoctor.knowledge.tensorflow_keras import TOLERATED
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.rows import label

_COMPONENT = {
    **dict.fromkeys(TENSORFLOW, "tensorflow"),
    **dict.fromkeys(KERAS, "keras"),
    **dict.fromkeys(TF_KERAS, "tf-keras"),
    "jax": "jax",
    "jaxlib": "jax",
    "torch": "torch",
    "openvino": "openvino",
    # Keras does not start without optree, and optree not without what it asks for.
    "optree": "keras",
}


class Violation(NamedTuple):
    """One declared requirement that the environment does not meet; `target` None = not installed."""

    holder: Distribution
    text: str
    requirement: versions.Requirement
    target: Distribution | None
    #: "below", "above", "excluded" or "missing".
    side: str


#: A violation and the row that says that it works all the same, if there is one.
_Weighed: TypeAlias = "tuple[Violation, Tolerated | None]"

#: As many are read at a glance.
_GLANCE = 3


def violations(coupling: Coupling) -> Iterator[Violation]:
    """Give every declared requirement of the family that is not met; markers are judged, extras are not asked for."""
    for holder in coupling.present.values():
        if holder.name not in FAMILY:
            continue
        for text in holder.requires or ():
            wanted = versions.requirement(text)
            if wanted is None or versions.for_extra_only(wanted.marker):
                continue
            found = _violation(coupling, holder, text, wanted)
            if found and versions.marker_holds(wanted.marker, coupling.marker_environment):
                yield found


def _violation(coupling: Coupling, holder: Distribution, text: str, wanted: versions.Requirement) -> Violation | None:
    target = coupling.present.get(wanted.name) or _stand_in(coupling, wanted.name, holder)
    if target is None:
        missing = coupling.has(wanted.name) is False and not _folder_is_there(coupling, wanted.name)
        return Violation(holder, text, wanted, None, "missing") if missing else None
    if target.version is None or versions.satisfies(target.version, wanted.specifier) is not False:
        return None
    return Violation(holder, text, wanted, target, versions.side(target.version, wanted.specifier))


def _stand_in(coupling: Coupling, name: str, holder: Distribution) -> Distribution | None:
    """Let tensorflow-cpu answer for a requirement on tensorflow, and keras-nightly for one on keras: the import finds them.

    A shell such as tensorflow on Windows cannot answer for the body that it requires.
    """
    role = ROLE_OF.get(name)
    found = who(role, coupling) if role else None
    return None if found is holder else found


def _folder_is_there(coupling: Coupling, name: str) -> bool:
    """Tell whether the import folder stands there without metadata: then nothing is missing for the import."""
    return (coupling.folder(name.replace("-", "_")) or 0) > 0


def declared_conflicts(coupling: Coupling) -> Iterator[Finding]:
    """Give one finding for each distribution that declared requirements refuse, the reasons of all who refuse it together."""
    grouped: dict[tuple[str, str, Severity], list[_Weighed]] = {}
    for violation in violations(coupling):
        severity, tolerated = _weigh(coupling, violation)
        code = "KD002" if violation.target is None else "KD001"
        name = violation.target.name if violation.target else violation.requirement.name
        # What is missing is told together, a missing Keras apart: without it other things do not work than without a library.
        target = name if violation.target or name in KERAS else ""
        grouped.setdefault((code, target, severity), []).append((violation, tolerated))
    for (code, _, severity), hits in grouped.items():
        yield _missing(severity, hits) if code == "KD002" else _conflict(severity, hits)


def _conflict(severity: Severity, hits: list[_Weighed]) -> Finding:
    """Tell of one installed distribution that declared requirements refuse."""
    first = hits[0][0]
    target = first.target or first.holder
    wants = " and ".join(f"{label(v.holder)} requires {_short(v)}" for v, _ in hits[:_GLANCE])
    more = f" and {len(hits) - _GLANCE} more" if len(hits) > _GLANCE else ""
    return Finding(
        rule="KD001",
        name=name_of("KD001"),
        severity=severity,
        summary=f"{wants}{more}, but {label(target)} is installed",
        cause=_known_to_work(hits) or _why(severity, first),
        subjects=(target.name, *dict.fromkeys(v.holder.name for v, _ in hits)),
        evidence=_evidence(hits),
        breaks=_breaks(severity, hits),
    )


def _missing(severity: Severity, hits: list[_Weighed]) -> Finding:
    """Tell of all that is declared and not installed."""
    names = list(dict.fromkeys(v.requirement.name for v, _ in hits))
    holders = list(dict.fromkeys(label(v.holder) for v, _ in hits))
    shown = ", ".join(names[:_GLANCE]) + (f" and {len(names) - _GLANCE} more" if len(names) > _GLANCE else "")
    wanted = _short(hits[0][0]) if len(names) == 1 else shown
    needed = "They are" if len(names) > 1 else "It is"
    return Finding(
        rule="KD002",
        name=name_of("KD002"),
        severity=severity,
        summary=f"{' and '.join(holders[:_GLANCE])} requires {wanted}, but {'they are' if len(names) > 1 else 'it is'} not installed",
        cause=_known_to_work(hits)
        or (f"{needed} imported at start." if severity is Severity.ERROR else "Only what uses it will miss it; all else starts without."),
        subjects=(*names, *dict.fromkeys(v.holder.name for v, _ in hits)),
        evidence=_evidence(hits),
        breaks=_breaks(severity, hits),
        ways=(_install(names, hits),),
    )


def _install(names: list[str], hits: list[_Weighed]) -> Way:
    needs = dict.fromkeys(f"{v.requirement.name}{v.requirement.specifier}" for v, _ in hits)
    shown = names[0] if len(names) == 1 else "what is missing"
    return Way(f"install-{names[0] if len(names) == 1 else 'missing'}", f"install {shown}", needs=tuple(needs))


def _evidence(hits: list[_Weighed]) -> tuple[Evidence, ...]:
    declared = [Evidence(f"{label(v.holder)} requires {v.text}", f"{label(v.holder)} metadata", "declared") for v, _ in hits]
    return (*declared, *(Evidence(t.says, t.source, "known to work") for t in dict.fromkeys(t for _, t in hits if t)))


def _breaks(severity: Severity, hits: list[_Weighed]) -> frozenset[str]:
    """Say which components do not work: the holders', or where a whole Keras is missing, what needs that Keras."""
    if severity is not Severity.ERROR:
        return frozenset()
    if hits[0][0].target is None and hits[0][0].requirement.name in KERAS:
        return frozenset({"keras", "tf.keras"})
    return frozenset(_COMPONENT[v.holder.name] for v, _ in hits if v.holder.name in _COMPONENT)


def _short(violation: Violation) -> str:
    return f"{violation.requirement.name}{violation.requirement.specifier}"


def _known_to_work(hits: list[_Weighed]) -> str:
    known = next((t for _, t in hits if t), None)
    return f"Metadata forbids it, but it is known to work: {known.says}." if known else ""


def _why(severity: Severity, violation: Violation) -> str:
    if severity is not Severity.ERROR:
        return "Newer than declared: nobody promised it, and kdoctor knows of no failure."
    if violation.side == "below":
        return "The installed version is older than the oldest one that has what is used."
    return "Compiled code of the one is bound to the other's release."


def _weigh(coupling: Coupling, violation: Violation) -> tuple[Severity, Tolerated | None]:
    """Say how bad a violated requirement is, and the row that says it works, if there is one."""
    for row in TOLERATED:
        if _applies(row, violation):
            return row.severity, row
    holder, name = violation.holder.name, violation.requirement.name
    if violation.target is None:
        return (Severity.ERROR if _is_missed(coupling, violation) else _weigh_missing(holder, name)), None
    if holder in BOUND_BY_ABI and name in TENSORFLOW:
        seen = any(holds(one, coupling) and holds(other, coupling) for one, other in SEEN_TO_LOAD if read(one).name == holder)
        return (Severity.WARNING if seen else Severity.ERROR), None
    if {holder, name} == {"jax", "jaxlib"} or holder in ("jax-cuda12-plugin", "jax-cuda13-plugin"):
        return Severity.ERROR, None
    if holder == "optree" and coupling.keras_generation != "3":
        # Only Keras 3 imports it; after a step back to Keras 2 it is left over.
        return Severity.WARNING, None
    # Nothing starts tensorboard or the estimator but a program of its own.
    matters = (name in IMPORTED_AT_START or name in FAMILY) and holder not in NOT_IMPORTED_AT_START
    return (Severity.ERROR if violation.side == "below" and matters else Severity.WARNING), None


def _is_missed(coupling: Coupling, violation: Violation) -> bool:
    """Tell whether rows say that the holder does not start without what is missing."""
    return any(
        violation.requirement.name in names
        and violation.holder is who(read(conditions[0]).name, coupling)
        and all(holds(condition, coupling) for condition in conditions)
        for conditions, names in ((when.split(" and "), names) for when, names in MISSED_AT_START)
    )


def _weigh_missing(holder: str, name: str) -> Severity:
    if name in NOT_IMPORTED_AT_START:
        return Severity.WARNING
    core = holder in _COMPONENT
    return (
        Severity.ERROR
        if (core and name in IMPORTED_AT_START) or (not core and name in FAMILY and name != "tensorflow-text")
        else Severity.WARNING
    )


def _applies(row: Tolerated, violation: Violation) -> bool:
    holder, target = read(row.holder), read(row.target)
    if violation.holder.name not in ROLES.get(holder.name, (holder.name,)):
        return False
    if violation.requirement.name not in ROLES.get(target.name, (target.name,)):
        return False
    # Of two rivals in one role each answers for its own release.
    if holder.specifier and not versions.satisfies(versions.base(violation.holder.version), holder.specifier):
        return False
    if violation.target is None:
        return not target.specifier
    return versions.satisfies(versions.base(violation.target.version), target.specifier) is True


def python_refused(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each distribution of the family whose Requires-Python does not admit this Python."""
    python = coupling.snapshot.python
    for distribution in coupling.present.values():
        wanted = distribution.requires_python
        if python is None or python.version is None or not wanted or distribution.name not in FAMILY:
            continue
        if versions.satisfies(python.version, wanted) is False:
            old = versions.side(python.version, wanted) == "below"
            component = _COMPONENT.get(distribution.name)
            yield Finding(
                rule="KD101",
                name=name_of("KD101"),
                severity=Severity.ERROR if old else Severity.WARNING,
                summary=f"{label(distribution)} is not made for Python {python.version}",
                cause=f"It requires Python {wanted}.",
                subjects=(distribution.name, "python"),
                evidence=(Evidence(f"Requires-Python: {wanted}", f"{label(distribution)} metadata", "declared"),),
                breaks=frozenset({component} if component and old else ()),
            )
