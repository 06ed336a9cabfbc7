"""Who brought a distribution in: "tensorflow came with tensorflow-text 2.21.1, which keras-hub 0.32.0 requires"."""

from __future__ import annotations

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Distribution, Finding
from kdoctor.rules.rows import label

#: With more holders than this, a distribution is everybody's, and naming one would mislead.
_MOST = 2


def provenance(coupling: Coupling, finding: Finding) -> str:
    """Give a sentence for each subject that came in through something else than the other subjects; "" where none did."""
    told = (came_with(coupling, name, frozenset(finding.subjects)) for name in finding.subjects[:3])
    return " ".join(sentence for sentence in told if sentence)


def came_with(coupling: Coupling, name: str, but: frozenset[str]) -> str:
    """Say who requires a distribution, and who requires that one; "" where that tells nothing."""
    if name not in coupling.present:
        return ""
    first = holders(coupling, name)
    if not first or len(first) > _MOST or any(holder.name in but for holder in first):
        # Nobody, or everybody, or one of those whom the finding is about anyway.
        return ""
    second = [holder for holder in holders(coupling, first[0].name) if holder.name not in but and holder.name != name]
    also = f", which {label(second[0])} requires" if second and len(second) <= _MOST else ""
    return f"{name} came with {label(first[0])}{also}."


def holders(coupling: Coupling, name: str) -> list[Distribution]:
    """Give the installed distributions that require another one, extras aside."""
    return [holder for holder in coupling.present.values() if holder.name != name and requires(holder, name, coupling)]


def requires(holder: Distribution, name: str, coupling: Coupling) -> bool:
    """Tell whether a distribution requires another one here, extras aside."""
    for text in holder.requires or ():
        # Reading every requirement of every distribution would take longer than the check itself.
        if text[:1].lower() == name[0] and versions.normalize(text[: len(name)]) == name:
            wanted = versions.requirement(text)
            if wanted and wanted.name == name and not versions.for_extra_only(wanted.marker):
                return versions.marker_holds(wanted.marker, coupling.marker_environment) is not False
    return False
