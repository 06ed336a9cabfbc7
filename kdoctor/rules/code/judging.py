"""The rules on source put to work: beside those on the environment, and once more on the environment that the program makes for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from kdoctor.knowledge.coupling import Coupling, couple
from kdoctor.model import Finding, Severity
from kdoctor.rules.code import CODE_RULES
from kdoctor.rules.code.program import Program, at, finding, ignored, places, program_of
from kdoctor.rules.code.settings import in_time
from kdoctor.rules.code.used import used_components
from kdoctor.source.facts import Place, Setting

Judge = Callable[[Coupling], Iterable[Finding]]

#: Only what is found in source can be passed over by a comment in it.
_FAMILY = tuple(f"KD{number}" for number in range(841, 854))


def judge_code(coupling: Coupling, found: list[Finding], judge: Judge, crashed: list[str]) -> list[Finding]:
    """Give what is found in the source, and `found` (what was found in the environment) as far as it concerns the program.

    `judge` judges an environment without source. Rules that crash are named in `crashed`, with the reason.
    """
    program = program_of(coupling)
    told: list[Finding] = []
    for rule in CODE_RULES:
        try:
            told += rule(program)
        except Exception as error:  # noqa: BLE001, PERF203 -- one broken rule must neither end the others nor look clean.
            crashed.append(f"{rule.__name__} ({type(error).__name__}: {error})")
    told += _made_by_settings(program, found, judge)
    kept = [one for one in (_without_ignored(program, each) for each in told) if one]
    return [*_concerning(program, found), *kept, *_unused_ignores(program, told)]


def _concerning(program: Program, found: Iterable[Finding]) -> Iterator[Finding]:
    """Make notes of findings on what the project does not use; excerpts do not tell what it uses."""
    used = used_components(program) if program.whole else frozenset()
    for one in found:
        if used and one.breaks and not one.breaks & used and one.severity is not Severity.NOTE:
            yield one._replace(severity=Severity.NOTE, cause=f"{one.cause} Nothing in the project uses what it breaks.")
        else:
            yield one


def _made_by_settings(program: Program, found: Iterable[Finding], judge: Judge) -> Iterator[Finding]:
    """Judge the environment once more as each file changes it by the variables that it sets in time."""
    before = {(one.rule, one.subjects) for one in found}
    environment = program.coupling.snapshot.environment or {}
    for path, settings in in_time(program):
        changes = {name: one.value or "" for name, one in settings.items()}
        if all(environment.get(name) == value for name, value in changes.items()):
            continue
        changed = program.coupling.snapshot._replace(sources=None, environment={**environment, **changes})
        for one in judge(couple(changed)):
            if (one.rule, one.subjects) not in before and one.severity is not Severity.NOTE:
                yield _placed(one, path, settings)


def _placed(one: Finding, path: str, settings: Mapping[str, Setting]) -> Finding:
    theirs = [setting for name, setting in settings.items() if name in one.subjects] or list(settings.values())
    says = ", ".join(f"{setting.variable}={setting.value}" for setting in theirs)
    # What stands in the source is not mended by setting a variable around it.
    ways = tuple(way for way in one.ways if not way.environment)
    advice = one.advice or "set another value in the program"
    return one._replace(
        cause=f"The program sets {says}. {one.cause}",
        ways=ways,
        advice=advice,
        locations=tuple(at(path, each.place) for each in theirs),
    )


def _without_ignored(program: Program, one: Finding) -> Finding | None:
    """Drop the places that a comment asks to pass over; None where none is left."""
    kept = tuple(location for location in one.locations if not ignored(program, location, one.rule))
    return None if one.locations and not kept else one._replace(locations=kept)


def _unused_ignores(program: Program, told: Iterable[Finding]) -> Iterator[Finding]:
    """Give a note on comments that ask to pass over what is not there."""
    hit = {(location.path, location.cell or 0, location.line, one.rule) for one in told for location in one.locations}
    lines = {spot[:3] for spot in hit}
    unused = [
        (path, Setting("", None, "", "", Place(line, 1, line, 1, cell)))
        for path, facts in program.files.items()
        for cell, line, codes in facts.ignores
        if ((path, cell, line) not in lines if not codes else any((path, cell, line, code) not in hit for code in codes if code in _FAMILY))
    ]
    if unused:
        yield finding(
            "KD853",
            Severity.NOTE,
            "comments ask to ignore what is not found",
            "On these lines nothing is found by the rules that they name.",
            (),
            places(unused),
            "remove the comment",
        )
