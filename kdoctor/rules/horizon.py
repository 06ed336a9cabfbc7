"""Releases that are newer than what kdoctor knows."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.dates import FACTS_DATE, HORIZON, beyond_horizon
from kdoctor.model import Evidence, Finding, Severity
from kdoctor.rules.rows import label


def newer_than_known(coupling: Coupling) -> Iterator[Finding]:
    """Give a note where a TensorFlow, Keras or backend is newer than the facts: it is judged by its metadata alone."""
    roles = (coupling.tensorflow, coupling.keras, coupling.tf_keras, *(coupling.present.get(name) for name in HORIZON))
    new = [one for one in dict.fromkeys(roles) if one and beyond_horizon(one.name, one.version)]
    if new:
        listed = " and ".join(label(one) for one in new)
        yield Finding(
            rule="KD901",
            name=name_of("KD901"),
            severity=Severity.NOTE,
            summary=f"{listed} {'is' if len(new) == 1 else 'are'} newer than what kdoctor knows",
            cause="It is judged by its own metadata alone; a newer kdoctor may know more.",
            subjects=tuple(one.name for one in new),
            evidence=(Evidence(f"the facts are of {FACTS_DATE}", "kdoctor/knowledge"),),
        )
