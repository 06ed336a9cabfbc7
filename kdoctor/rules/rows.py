"""Knowledge rows turned into findings: one function for all facts that are rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.conditions import Condition, holds, need_of, read, violated, who
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.dates import beyond_horizon
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import FAMILY, TENSORFLOW
from kdoctor.knowledge.schema import SWITCH, Fact
from kdoctor.model import Distribution, Evidence, Finding, Severity, Way

#: The variable behind a circumstance that a row may need.
VARIABLES = {SWITCH: "TF_USE_LEGACY_KERAS"}


class Hit(NamedTuple):
    """A fact that applies here: on whom, and who it is that does not fit (None = nobody is there)."""

    fact: Fact
    needs: str
    holders: list[Distribution]
    target: Distribution | None


def known_failures(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for every distribution that facts say does not fit here, with all the facts that say so."""
    grouped: dict[tuple[str, Severity, str], list[Hit]] = {}
    for hit in hits(coupling):
        need = read(hit.needs)
        grouped.setdefault((hit.fact.rule, hit.fact.severity, need.mark.strip("?") + need.name), []).append(hit)
    for group in grouped.values():
        yield _finding(coupling, group)


def hits(coupling: Coupling) -> Iterator[Hit]:
    """Give every fact whose conditions hold and whose need is violated."""
    for fact in FACTS:
        if not _quick_no(fact, coupling) and all(holds(condition, coupling) for condition in fact.when):
            holders = [found for found in (who(read(condition).name, coupling) for condition in fact.when) if found]
            first = who(read(fact.when[0]).name, coupling)
            if first and beyond_horizon(first.name, first.version):
                # Nobody has seen that release: its own metadata judges it, and KD901 says so.
                continue
            needs = need_of(fact, coupling)
            if violated(needs, coupling):
                yield Hit(fact, needs, holders, who(read(needs).name, coupling))


def _quick_no(fact: Fact, coupling: Coupling) -> bool:
    """Pass over, without judging versions, the many facts on distributions that are not there."""
    first = read(fact.when[0])
    return first.name not in ("backend", "legacy", "system", "machine", "python") and who(first.name, coupling) is None


def _finding(coupling: Coupling, group: list[Hit]) -> Finding:
    fact, needs, _, target = group[0]
    need = read(needs)
    holders = [holder for hit in group for holder in hit.holders]
    subjects = [*(holder.name for holder in holders), target.name if target else VARIABLES.get(need.name, need.name)]
    subjects += [name for name in ("python",) if any(read(text).name == name for hit in group for text in hit.fact.when)]
    return Finding(
        rule=fact.rule,
        name=name_of(fact.rule),
        severity=fact.severity,
        summary=_switched(group, need) if need.name == SWITCH else _summary(holders, target, need),
        cause=" ".join(dict.fromkeys(_sentence(hit.fact.says) for hit in group)),
        subjects=tuple(dict.fromkeys(subjects)),
        evidence=tuple(Evidence(f"seen for {hit.fact.observed}", hit.fact.source, "known to fail") for hit in group),
        breaks=frozenset().union(*(hit.fact.breaks for hit in group)),
        ways=_ways(coupling, group, need, target),
    )


def _ways(coupling: Coupling, group: list[Hit], need: Condition, target: Distribution | None) -> tuple[Way, ...]:
    if need.name == SWITCH:
        return (_switch(coupling, need.specifier),)
    return () if target and need.mark != "!" else (_way(group, need.name, target),)


def _switch(coupling: Coupling, state: str) -> Way:
    if state == "=off":
        return Way("legacy-off", "do without legacy Keras", environment={VARIABLES[SWITCH]: None})
    minor = versions.minor(coupling.tensorflow.version) if coupling.tensorflow and not coupling.tf_keras else None
    needs = (f"tf-keras=={minor[0]}.{minor[1]}.*",) if minor else ()
    return Way("legacy-on", "switch legacy Keras on", needs=needs, environment={VARIABLES[SWITCH]: "1"})


def _way(group: list[Hit], name: str, target: Distribution | None) -> Way:
    if target is None:
        return Way(f"install-{name}", f"install {name}", needs=tuple(dict.fromkeys(hit.needs for hit in group)))
    minor = versions.minor(target.version)
    if name in TENSORFLOW[1:] and minor:
        full = f"{TENSORFLOW[0]}=={minor[0]}.{minor[1]}.*"
        return Way(f"replace-{name}", f"take {TENSORFLOW[0]} instead of {name}", needs=(full,), remove=(name,))
    return Way(f"remove-{name}", f"remove {name}", remove=(name,))


def _switched(group: list[Hit], need: Condition) -> str:
    return f"{VARIABLES[SWITCH]} should be {need.specifier.strip('=')} for {_join([label(hit.holders[0]) for hit in group])}"


def _summary(holders: list[Distribution], target: Distribution | None, need: Condition) -> str:
    name, mark = need.name, need.mark
    others = [label(holder) for holder in holders if holder is not target]
    if target is None:
        return f"{_join(others) or 'this Keras'} needs {name}, which is not installed"
    if mark == "!" or not others:
        return f"{_join([*others, label(target)])} cannot be used together" if others else f"{label(target)} is not usable"
    return f"{label(target)} does not work with {_join(others)}"


def label(distribution: Distribution) -> str:
    """Give a distribution's name with its version, as it stands in sentences."""
    return f"{distribution.name} {distribution.version or '(version unknown)'}"


def _join(words: list[str]) -> str:
    unique = list(dict.fromkeys(words))
    return " and ".join(([", ".join(unique[:-1])] if len(unique) > 1 else []) + unique[-1:])


def _sentence(text: str) -> str:
    """Make a sentence of a statement; a distribution's name keeps its small letter."""
    first = text if text.partition(" ")[0] in FAMILY else text[:1].upper() + text[1:]
    return first + ("" if text.endswith(".") else ".")
