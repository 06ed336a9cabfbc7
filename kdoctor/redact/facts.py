"""Programs: what was read in them, as far as it is names of the family and values that variables may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from kdoctor.knowledge.addon_keras import words as addon_words
from kdoctor.knowledge.keras_names import vocabulary
from kdoctor.redact.values import TYPES
from kdoctor.source.calls import ARGUMENTS, ATTRIBUTES, METHODS
from kdoctor.source.facts import GUARDS, Setting, SourceFacts, facts_document, facts_from
from kdoctor.source.families import is_framework, library_of
from kdoctor.source.meetings import CARRY_TENSORS
from kdoctor.source.reading import facts_of_text

if TYPE_CHECKING:
    from kdoctor.redact.places import Places

#: What leads from a framework to Keras.
_BETWEEN = frozenset(("compat", "v1", "v2", "python", "contrib", "_api", "nn", "math", "keras"))
#: What an operation may stand in instead of being given a tensor.
_METHODS = frozenset(CARRY_TENSORS)
_RULE = re.compile(r"KD\d{3}")


def redact_facts(path: str, source: Any, places: Places, names: Mapping[str, str]) -> dict[str, Any]:
    """Give the facts of a file, be they read already or still in its text, of which nothing else stays; `names`: the path of each file."""
    if isinstance(source, str):
        source = facts_document(facts_of_text(source, is_notebook=path.endswith(".ipynb"))._replace(imports=(), excerpt=True))
    facts = source if isinstance(source, SourceFacts) else facts_from(source)
    kept = facts._replace(
        settings=tuple(_typed(one, places) for one in facts.settings if one.variable in TYPES),
        uses=tuple(one._replace(name=_known(one.name), others=tuple(map(_known, one.others))) for one in facts.uses if _ours(one.name)),
        meetings=tuple(
            one._replace(host=_known(one.host), guest=_known(one.guest)) for one in facts.meetings if _ours(one.host) and _ours(one.guest)
        ),
        operations=tuple(
            one._replace(name=_known(one.name), within=_known(one.within), what=_known(one.what))
            for one in facts.operations
            if _ours(one.name) and _ours(one.within or one.what)
        ),
        calls=tuple(one._replace(name=_called(one.name)) for one in facts.calls if _ours(one.name) and one.argument in {"", *ARGUMENTS}),
        modules=tuple(one for one in facts.modules if _ours(one)),
        ignores=tuple((cell, line, tuple(filter(_RULE.fullmatch, codes))) for cell, line, codes in facts.ignores),
        problems=("unreadable",) if facts.problems else (),
        imports=tuple(one._replace(path=names[one.path]) for one in facts.imports if one.path in names and one.guard in GUARDS),
    )
    return facts_document(kept)


def _typed(setting: Setting, places: Places) -> Setting:
    return setting if setting.value is None else setting._replace(value=TYPES[setting.variable](setting.value, places))


def _ours(name: str) -> bool:
    return is_framework(name) or library_of(name) is not None


def _called(name: str) -> str:
    """Give the name of what is asked for something, with its last word where that is one of those that are asked for."""
    owner, _, last = name.rpartition(".")
    return f"{_known(owner)}.{last}" if last in ATTRIBUTES | METHODS else _known(name)


def _known(name: str) -> str:
    """Give a dotted name as far as it consists of words that Keras and its add-ons use: such a name carries no secret."""
    top, *rest = name.split(".")
    if not _ours(name):
        return top if top in _METHODS else ""
    words = list(takewhile(lambda word: word in _BETWEEN or word in vocabulary() or word in addon_words(), rest))
    return ".".join((top, *words))
