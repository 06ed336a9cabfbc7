"""Program text and requirements: only the lines that say something of Keras and its backends, each made anew from what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kdoctor.redact.distributions import redact_requirement
from kdoctor.redact.places import is_path
from kdoctor.redact.values import TYPES
from kdoctor.source.facts import SourceFacts

if TYPE_CHECKING:
    from kdoctor.redact.places import Places

_ROOTS = "tensorflow|keras|tf_keras|keras_core|keras_cv|keras_nlp|keras_hub|keras_tuner|jax|jaxlib|flax|optax|torch|openvino|numpy"
_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,60}"
_IMPORT = (
    rf"(?a)(\s{{0,80}})((?:from\s+(?:{_ROOTS})(?:\.{_NAME})*\s+import\s+(?:\*|\(?\s*{_NAME}(?:\s*,\s*{_NAME}){{0,40}}\s*,?\s*\)?))"
    rf"|(?:import\s+(?:{_ROOTS})(?:\.{_NAME})*))(?:\s+as\s+{_NAME})?\s*(?:#.*)?"
)
_VARIABLE = r"(\s{0,80})os\.environ\[(['\"])([A-Z][A-Z0-9_]{2,60})\2\]\s*=\s*(['\"])([^'\"]{0,200})\4"
_PLATFORMS = r"(['\"])jax_platforms?\1\s*,\s*(['\"])([^'\"]{0,60})\2"


def redact_sources(sources: Mapping[str, Any] | None, places: Places) -> dict[str, Any] | None:
    """Give the facts of programs, and other files with their lines in place, those blank that say nothing of the family."""
    if sources is None:
        return None
    names = {path: _path(path, places) for path in sources}
    return {names[path]: _content(path, text, places, names) for path, text in sources.items()}


def _path(path: str, places: Places) -> str:
    """Give a path within the project as it is, since whoever mends it must find it; a whole path as places are told."""
    return places.hidden(path) if is_path(path) else path


def _content(path: str, text: Any, places: Places, names: Mapping[str, str]) -> Any:
    if isinstance(text, dict | SourceFacts) or (isinstance(text, str) and path.endswith((".py", ".pyw", ".ipynb"))):
        from kdoctor.redact.facts import redact_facts  # noqa: PLC0415 -- start-up time: few snapshots carry programs.

        return redact_facts(path, text, places, names)
    if not isinstance(text, str):
        return (
            [one for one in text if isinstance(one, str) and re.fullmatch(rf"(?:{_ROOTS})(?:\.{_NAME})*", one)]
            if isinstance(text, list)
            else None
        )
    return "\n".join(_wish(line, places) for line in text.split("\n"))


def _wish(line: str, places: Places) -> str:
    """Give a line of a requirements file; options, which may carry the address of an index, are left out."""
    bare = re.sub(r"(?:^|\s)#.*", "", line.rstrip("\r"))
    if not bare.strip() or bare.lstrip().startswith("-"):
        return ""
    return redact_requirement(re.sub(r"\s+(?:--\S+.*|\\)$", "", bare)) or _program(line, places)


def _program(line: str, places: Places) -> str:
    found = re.fullmatch(_IMPORT, line.rstrip("\r"))
    if found:
        return found[1] + found[2]
    setting = re.match(_VARIABLE, line)
    if setting and setting[3] in TYPES:
        quote = setting[4]
        return f"{setting[1]}os.environ[{quote}{setting[3]}{quote}] = {quote}{TYPES[setting[3]](setting[5], places)}{quote}"
    platforms = re.search(_PLATFORMS, line)
    return f'jax.config.update("jax_platforms", "{TYPES["JAX_PLATFORMS"](platforms[3], places)}")' if platforms else ""
