"""What stands behind a rule: its page, the rows of the knowledge, and the runs in which it spoke or was rightly silent."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import rules
from kdoctor.knowledge.about import case_of
from kdoctor.knowledge.advice import ADVICE
from kdoctor.knowledge.conditions import holds, read
from kdoctor.knowledge.coupling import Coupling, couple
from kdoctor.knowledge.explanations import text_of
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.runs import Run, runs
from kdoctor.knowledge.schema import Fact
from kdoctor.model import Finding, RulePage, ShownRun

_WORKS = "works"


def page_of(code: str) -> RulePage:
    """Give the page of a rule with all evidence; a code that is none raises KeyError."""
    facts = tuple(fact for fact in FACTS if fact.rule == code)
    failing: list[tuple[int, ShownRun]] = []
    working: list[list[ShownRun]] = [[] for _ in facts]
    for run in runs():
        coupling = couple(run.snapshot)
        findings, _ = rules.run(coupling)
        found = [finding for finding in findings if finding.rule == code]
        if found:
            failing.append((len(findings), shown(run, coupling, names=_subjects(found))))
        elif _went_well(run):
            for fact, beside in zip(facts, working, strict=True):
                if names := _nearly(fact, coupling):
                    beside.append(shown(run, coupling, names=names))
                    break
    return RulePage(
        text=text_of(code),
        cases=tuple(case_of(fact) for fact in facts),
        advice=tuple((one.advice, one.answer) for one in ADVICE if one.rule == code),
        # A run in which nothing else was wrong shows it best.
        failing=tuple(run for _, run in sorted(failing, key=lambda one: (one[0], one[1].name))),
        working=tuple(_in_turn([sorted(beside, key=_plainness) for beside in working])),
    )


def shown(run: Run, coupling: Coupling, names: tuple[str, ...] = ()) -> ShownRun:
    """Give a run as pages show it, with the versions of these distributions and of who answers for what."""
    answering = (one.name for one in (coupling.tensorflow, coupling.keras) if one)
    listed = dict.fromkeys((*answering, *names))
    versions = ((name, run.installed(name)) for name in listed)
    python = run.snapshot.python
    told = [f"Python {python.version if python else None}", *(f"{name} {version}" for name, version in versions if version)]
    told += [f"{key}={value}" for key, value in (run.snapshot.environment or {}).items()]
    if run.snapshot.keras_config:
        told.append(f"keras.json {run.snapshot.keras_config}")
    return ShownRun(run.name, run.measured, ", ".join(told), (*run.outcome.items(), *run.tried.items()))


def _subjects(found: list[Finding]) -> tuple[str, ...]:
    return tuple(subject for finding in found for subject in finding.subjects)


def _went_well(run: Run) -> bool:
    return all(said == _WORKS for said in run.outcome.values())


def _plainness(run: ShownRun) -> tuple[int, int, str]:
    """Put plain runs before those in which add-ons were tried or variables set."""
    return len(run.outcome), run.installed.count("="), run.name


def _in_turn(groups: list[list[ShownRun]]) -> Iterator[ShownRun]:
    """Give the first of each group, then the second of each, and so on: the first few then show the most."""
    for rank in range(max(map(len, groups), default=0)):
        yield from (group[rank] for group in groups if rank < len(group))


def _nearly(fact: Fact, coupling: Coupling) -> tuple[str, ...]:
    """Name the distributions of a fact whose conditions hold here and whose need is met; () where it does not speak of this."""
    return tuple(_installed(fact, coupling)) if all(holds(condition, coupling) for condition in fact.when) else ()


def _installed(fact: Fact, coupling: Coupling) -> Iterator[str]:
    need = read(fact.need("0"))
    if need.name in coupling.present or need.name in ("tensorflow", "keras", "tf-keras"):
        yield from (read(condition).name for condition in (*fact.when, fact.need("0")))
