"""What is wrong in a program's source, given the environment that it is to run in: facts and coupling in, findings out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kdoctor.model import Finding
from kdoctor.rules.code import backend, dropped, mixing, names, settings, ways
from kdoctor.rules.code.program import Program

CodeRule = Callable[[Program], Iterator[Finding]]

#: Rules on the variables themselves, which see the program before it sets any.
ON_SETTINGS: tuple[CodeRule, ...] = (settings.without_effect, settings.contradicted)
#: In the order in which findings of one severity are shown.
CODE_RULES: tuple[CodeRule, ...] = (
    ways.missing_ways,
    ways.contrib,
    names.gone_names,
    names.hollow_names,
    dropped.dropped,
    mixing.mixed_objects,
    mixing.mixed_imports,
    mixing.foreign_addons,
    settings.without_effect,
    backend.symbolic_tensors,
    backend.fixed_backend,
    names.stale_copy,
    names.private_names,
    settings.contradicted,
    ways.tied_to_tensorflow,
)
