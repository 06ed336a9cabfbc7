"""What the environment is wanted for, and is not: the wishes of a project's configuration or of the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import BACKENDS, ROLE_OF, ROLES
from kdoctor.model import Distribution, Evidence, Finding, Intent, Location, Severity, Way
from kdoctor.rules.backends import PROVIDERS, is_installed
from kdoctor.rules.rows import label
from kdoctor.rules.wanted_devices import unintended_accelerator

_SOURCE = "the project's configuration"


def unmet_requirements(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each requirement of the project itself that the environment does not meet; what is unknown is passed over."""
    intent = _intent(coupling)
    for text in intent.requirements:
        wanted = versions.requirement(text)
        if wanted is None or versions.marker_holds(wanted.marker, coupling.marker_environment) is False:
            continue
        players = _players(coupling, wanted.name)
        if players and any(versions.satisfies(one.version, wanted.specifier) is not False for one in players):
            continue
        if players or _is_missing(coupling, wanted.name):
            yield _unmet(wanted, players[0] if players else None, _places(intent, text), text)


def _unmet(wanted: versions.Requirement, found: Distribution | None, locations: tuple[Location, ...], text: str) -> Finding:
    needed = f"{found.name if found else wanted.name}{wanted.specifier}"
    return Finding(
        rule="KD801",
        name=name_of("KD801"),
        severity=Severity.ERROR,
        summary=f"the project requires {wanted.name}{wanted.specifier}, but {f'{label(found)} is' if found else 'it is not'} installed",
        cause="What is installed may hold together, but it is not what the project asks for.",
        subjects=(found.name if found else wanted.name,),
        evidence=(Evidence(f"the project requires {text}", _SOURCE, "declared"),),
        ways=(Way(f"meet-{wanted.name}", f"install {needed}, as the project requires", needs=(needed,)),),
        locations=locations,
    )


def _players(coupling: Coupling, name: str) -> list[Distribution]:
    """Give what is installed under a name, or what plays its role: tensorflow-cpu answers for tensorflow."""
    names = (name, *(ROLES[ROLE_OF[name]] if ROLE_OF.get(name) == name else ()))
    return [coupling.present[one] for one in dict.fromkeys(names) if one in coupling.present]


def _is_missing(coupling: Coupling, name: str) -> bool:
    return all(coupling.has(one) is False for one in ROLES.get(name, (name,)))


def unintended_backend(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where Keras would run on another backend than the intended one."""
    intent = _intent(coupling)
    wanted, taken = intent.backend, _backend(coupling)
    if wanted is None or taken in (None, wanted) or coupling.keras_generation is None:
        return
    missing = wanted in PROVIDERS and is_installed(coupling, wanted) is False
    generation_3 = () if coupling.keras_generation != "tf" else ("keras>=3",)
    needs = (*generation_3, *((PROVIDERS[wanted],) if missing else ()))
    set_it = Way(f"use-{wanted}", f"use the {wanted} backend", needs=needs, environment={"KERAS_BACKEND": wanted})
    yield Finding(
        rule="KD802",
        name=name_of("KD802"),
        severity=Severity.ERROR,
        summary=f"{_meant(intent, wanted)}, but Keras would run on {taken}",
        cause=_why(coupling, taken or ""),
        subjects=("KERAS_BACKEND", coupling.keras.name if coupling.keras else "keras"),
        evidence=(Evidence(_meant(intent, wanted), _SOURCE if "backend" in intent.places else "--backend", "declared"),),
        ways=(set_it,) if wanted in BACKENDS else (),
        locations=_places(intent, "backend"),
    )


def _meant(intent: Intent, backend: str) -> str:
    """Say who wants the backend: the project, or whoever typed the command."""
    return f"the project is meant for the {backend} backend" if "backend" in intent.places else f"the {backend} backend is asked for"


def _backend(coupling: Coupling) -> str | None:
    return "tensorflow" if coupling.keras_generation == "tf" else coupling.backend


def _why(coupling: Coupling, taken: str) -> str:
    if coupling.keras_generation == "tf":
        return f"{label(coupling.keras) if coupling.keras else 'This Keras'} always runs on TensorFlow."
    if coupling.backend_source == "default":
        return f"Nothing chooses a backend, so Keras takes {taken}."
    return f"{coupling.backend_source} chooses {taken}."


def unintended_python(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where the Python is none that the project is meant for."""
    intent, python = _intent(coupling), coupling.snapshot.python
    if intent.python is None or python is None or versions.satisfies(python.version, intent.python) is not False:
        return
    yield Finding(
        rule="KD803",
        name=name_of("KD803"),
        severity=Severity.ERROR,
        summary=f"the project is meant for Python {intent.python}, but this is Python {python.version}",
        cause="Which releases can be had depends on the Python.",
        subjects=("python",),
        evidence=(Evidence(f"the project is meant for Python {intent.python}", _SOURCE, "declared"),),
        advice="Make an environment with a Python that the project is meant for.",
        locations=_places(intent, "python"),
    )


def _intent(coupling: Coupling) -> Intent:
    return coupling.snapshot.intent or Intent()


def _places(intent: Intent, wish: str) -> tuple[Location, ...]:
    place = intent.places.get(wish)
    return (place,) if place else ()


RULES: tuple[Callable[[Coupling], Iterator[Finding]], ...] = (
    unmet_requirements,
    unintended_backend,
    unintended_python,
    unintended_accelerator,
)
