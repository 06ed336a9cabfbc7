"""Knowledge rows turned into findings: one function for all facts that are rows."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.schema import Fact
from kdoctor.model import Distribution, Evidence, Finding, Way
from kdoctor.knowledge.conditions import holds, read, violated, who
from kdoctor.knowledge.coupling import Coupling


def known_failures(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for every fact whose conditions hold and whose need is violated."""
    for fact in FACTS:
        if _quick_no(fact, coupling):
            continue
        if all(holds(condition, coupling) for condition in fact.when):
            first = who(read(fact.when[0]).name, coupling)
            needs = fact.need(versions.base(first.version) if first else None)
            if violated(needs, coupling):
                yield _finding(fact, needs, coupling)


def _quick_no(fact: Fact, coupling: Coupling) -> bool:
    """Pass over, without judging versions, the many facts on distributions that are not there."""
    first = read(fact.when[0])
    return first.name not in ("backend", "legacy", "system", "machine", "python") and who(first.name, coupling) is None


def _finding(fact: Fact, needs: str, coupling: Coupling) -> Finding:
    holders = [found for found in (who(read(condition).name, coupling) for condition in fact.when) if found]
    need = read(needs)
    target = who(need.name, coupling)
    subjects = [*(holder.name for holder in holders), target.name if target else need.name]
    subjects += [name for name in ("python",) if any(read(condition).name == name for condition in fact.when)]
    ways = () if target and need.mark != "!" else (_way(needs, need.name, need.mark),)
    return Finding(
        rule=fact.rule,
        name=name_of(fact.rule),
        severity=fact.severity,
        summary=_summary(holders, target, need.name, need.mark),
        cause=_sentence(fact.says),
        subjects=tuple(dict.fromkeys(subjects)),
        evidence=(Evidence(f"seen for: {fact.observed}", fact.source),),
        breaks=fact.breaks,
        ways=ways,
    )


def _way(needs: str, name: str, mark: str) -> Way:
    if mark == "!":
        return Way(f"remove-{name}", f"remove {name}", remove=(name,))
    return Way(f"install-{name}", f"install {name}", needs=(needs,))


def _summary(holders: list[Distribution], target: Distribution | None, name: str, mark: str) -> str:
    others = [label(holder) for holder in holders if holder is not target]
    if target is None:
        return f"{_join(others) or 'this Keras'} needs {name}, which is not installed"
    if mark == "!" or not others:
        return f"{_join(others + [label(target)])} cannot be used together" if others else f"{label(target)} is not usable"
    return f"{label(target)} does not work with {_join(others)}"


def label(distribution: Distribution) -> str:
    """Give a distribution's name with its version, as it stands in sentences."""
    return f"{distribution.name} {distribution.version or '(version unknown)'}"


def _join(words: list[str]) -> str:
    unique = list(dict.fromkeys(words))
    return " and ".join(([", ".join(unique[:-1])] if len(unique) > 1 else []) + unique[-1:])


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
