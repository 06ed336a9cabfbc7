"""What a project asks for: requirements without URLs, at places told from within the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.redact import words
from kdoctor.redact.distributions import redact_requirement, redact_specifiers
from kdoctor.redact.places import is_path
from kdoctor.redact.values import backend

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kdoctor.model import Declared, Intent, Location
    from kdoctor.redact.places import Places

_ACCELERATORS = ("cpu", "gpu", "tpu", "cuda", "rocm", "metal", "mps", "xpu", "nvidia", "amd", "intel", "apple", "google")


def redact_declared(declared: Iterable[Declared] | None, places: Places) -> tuple[Declared, ...] | None:
    """Give the requirements of files; one that is none is left out."""
    if declared is None:
        return None
    rows = ((one, redact_requirement(one.requirement)) for one in declared)
    return tuple(one._replace(requirement=shown, location=_location(one.location, places)) for one, shown in rows if shown)


def redact_intent(intent: Intent | None, places: Places) -> Intent | None:
    """Give what is wanted, each wish of its type."""
    if intent is None:
        return None
    shown = {text: redact_requirement(text) for text in intent.requirements}
    return intent._replace(
        backend=backend(intent.backend) if intent.backend else intent.backend,
        accelerator=words.one_of(intent.accelerator, _ACCELERATORS, "other") if intent.accelerator else intent.accelerator,
        requirements=tuple(filter(None, shown.values())),
        python=redact_specifiers(intent.python),
        places={wish: _location(place, places) for text, place in intent.places.items() if (wish := _wish(text, shown))},
    )


def _wish(text: str, shown: dict[str, str]) -> str | None:
    return text if text in ("backend", "accelerator", "python") else shown.get(text)


def _location(location: Location, places: Places) -> Location:
    """Give a place in a file: within the project by its path, since whoever mends it must find it; elsewhere as places are told."""
    return location._replace(path=places.hidden(location.path)) if is_path(location.path) else location
