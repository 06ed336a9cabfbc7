"""The first, multi-backend Keras (up to 2.3): which backend it is asked for, whether it has it, and whether it is installed."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling, config_value
from kdoctor.knowledge.families import BACKENDS
from kdoctor.knowledge.reading import FIRST_BACKENDS, known_backends, takes_any_module
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way
from kdoctor.rules.backends import asked, chooser, is_installed
from kdoctor.rules.rows import label

_SOURCE = "keras/backend/__init__.py, Keras 0.3.0 to 2.3.1"


def old_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the first Keras is asked for a backend that is unknown to it or not installed."""
    backend, keras = coupling.backend, coupling.keras
    if keras is None or backend is None or coupling.backend_source == "unknown":
        return
    if backend in known_backends(keras.version):
        if _missing(coupling, backend):
            yield _finding(coupling, keras, "KD402", f"{backend} is not installed")
    elif not (takes_any_module(keras.version) and _may_be_module(coupling, backend)):
        yield _finding(coupling, keras, "KD401", f"{label(keras)} has no such backend")


def refused_in_config(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where Keras before 2.2 refuses the backend in keras.json, although the variable names another."""
    keras, named = coupling.keras, config_value(coupling, "backend")
    if keras is None or coupling.backend_source != "KERAS_BACKEND" or takes_any_module(keras.version) or named is None:
        return
    if named not in known_backends(keras.version):
        summary = f"keras.json names the backend {named}, which {label(keras)} refuses, whatever KERAS_BACKEND says"
        yield _finding(coupling, keras, "KD401", summary)._replace(summary=summary, subjects=("keras.json", keras.name), ways=())


def _missing(coupling: Coupling, backend: str) -> bool:
    if backend == "tensorflow":
        return is_installed(coupling, backend) is False
    return all(coupling.has(name) is False for name in FIRST_BACKENDS[backend])


def _may_be_module(coupling: Coupling, backend: str) -> bool:
    """Tell whether a name may be that of a module that serves as backend: a dotted one, as PlaidML's, or an installed one."""
    return bool(backend) and backend not in BACKENDS and ("." in backend or coupling.has(backend.lower()) is not False)


def _finding(coupling: Coupling, keras: Distribution, code: str, but: str) -> Finding:
    backend = str(coupling.backend)
    known = known_backends(keras.version)
    others = [name for name in known if name != backend and not _missing(coupling, name)]
    return Finding(
        rule=code,
        name=name_of(code),
        severity=Severity.ERROR,
        summary=f"{asked(coupling)}, but {but}",
        cause=f"{label(keras)} runs on {', '.join(known[:-1])} or {known[-1]}, and imports its backend at once.",
        subjects=(*chooser(coupling), keras.name, *((backend,) if code == "KD402" else ())),
        evidence=(Evidence("the backends of multi-backend Keras", _SOURCE),),
        breaks=frozenset({"keras"}),
        ways=tuple(Way(f"use-{name}", f"use the {name} backend", environment={"KERAS_BACKEND": name}) for name in others)
        or (
            (Way("use-tensorflow", "use the tensorflow backend", environment={"KERAS_BACKEND": "tensorflow"}),)
            if backend != "tensorflow"
            else ()
        ),
    )
