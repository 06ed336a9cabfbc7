"""The rules on source put to work: beside those on the environment, and once more on the environment that the program makes for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Finding, Severity
from kdoctor.rules.code import CODE_RULES, ON_SETTINGS, CodeRule
from kdoctor.rules.code.parts import Part, parts_of
from kdoctor.rules.code.program import Program, at, finding, ignored, order, places, program_of
from kdoctor.rules.code.settings import in_time
from kdoctor.rules.code.used import used_components
from kdoctor.source.facts import Place, Setting

Judge = Callable[[Coupling], Iterable[Finding]]

#: Only what is found in source can be passed over by a comment in it.
_FAMILY = tuple(f"KD{number}" for number in range(841, 855))


def judge_code(coupling: Coupling, found: list[Finding], judge: Judge, crashed: list[str]) -> list[Finding]:
    """Give what is found in the source, and `found` (what was found in the environment) as far as it concerns the program.

    `judge` judges an environment without source. Rules that crash are named in `crashed`, with the reason.
    """
    program = program_of(coupling)
    parts = parts_of(program)
    told: list[Finding] = []
    for rule in CODE_RULES:
        try:
            told += _told_once(rule, [program] if rule in ON_SETTINGS else [part.program for part in parts])
        except Exception as error:  # noqa: BLE001, PERF203 -- one broken rule must neither end the others nor look clean.
            crashed.append(f"{rule.__name__} ({type(error).__name__}: {error})")
    told += _made_by_settings(program, found, judge)
    kept = [one for one in (_without_ignored(program, each) for each in told) if one]
    return [*_concerning(program, parts, found, judge), *kept, *_unused_ignores(program, told)]


def _told_once(rule: CodeRule, programs: Sequence[Program]) -> list[Finding]:
    """Judge each part of a program; what is the same in several is one finding with all places."""
    if len(programs) == 1:
        return list(rule(programs[0]))
    told: dict[tuple[str, Severity, str, str], Finding] = {}
    for one in (one for program in programs for one in rule(program)):
        key = (one.rule, one.severity, one.summary, one.cause)
        same = told.get(key)
        told[key] = one._replace(locations=tuple(sorted({*same.locations, *one.locations}, key=order))) if same else one
    return list(told.values())


def _concerning(program: Program, parts: Sequence[Part], found: Iterable[Finding], judge: Judge) -> Iterator[Finding]:
    """Make notes of findings on what the project does not use, or does not meet; excerpts do not tell what it uses."""
    used = [used_components(part.program) if program.whole else frozenset() for part in parts]
    met = [None if not part.changes else {_key(one) for one in judge(part.program.coupling)} for part in parts]
    for one in found:
        if not (any(used) and one.breaks) or one.severity is Severity.NOTE:
            yield one
            continue
        using = [(part, keys) for part, components, keys in zip(parts, used, met, strict=True) if one.breaks & components]
        if not using:
            yield one._replace(severity=Severity.NOTE, cause=f"{one.cause} Nothing in the project uses what it breaks.")
        elif all(keys is not None and _key(one) not in keys for _, keys in using):
            says = " or ".join(part.says for part, _ in using)
            yield one._replace(severity=Severity.NOTE, cause=f"{one.cause} The program sets {says} in time, and does not meet this.")
        else:
            yield one


def _key(one: Finding) -> tuple[str, tuple[str, ...]]:
    return one.rule, one.subjects


def _made_by_settings(program: Program, found: Iterable[Finding], judge: Judge) -> Iterator[Finding]:
    """Judge the environment once more as the files change it by the variables that they set in time."""
    before = set(map(_key, found))
    environment = program.coupling.snapshot.environment or {}
    groups: dict[tuple[tuple[str, str], ...], list[tuple[str, Mapping[str, Setting]]]] = {}
    for path, held in in_time(program):
        changes = {name: one.value or "" for name, one in held.items()}
        if any(environment.get(name) != value for name, value in changes.items()):
            groups.setdefault(tuple(sorted(changes.items())), []).append((path, held))
    told: dict[tuple[str, tuple[str, ...], str], Finding] = {}
    for each, where in groups.items():
        for one in judge(program.changed(dict(each))):
            if _key(one) not in before and one.severity is not Severity.NOTE:
                placed = _placed(one, where)
                key = (*_key(one), placed.cause)
                same = told.get(key)
                told[key] = placed._replace(locations=(*same.locations, *placed.locations)) if same else placed
    yield from told.values()


def _placed(one: Finding, where: Sequence[tuple[str, Mapping[str, Setting]]]) -> Finding:
    settings = where[0][1]
    theirs = [setting for name, setting in settings.items() if name in one.subjects] or list(settings.values())
    names = [setting.variable for setting in theirs]
    says = ", ".join(f"{setting.variable}={setting.value}" for setting in theirs)
    # What stands in the source is not mended by setting a variable around it.
    ways = tuple(way for way in one.ways if not way.environment)
    advice = one.advice or "set another value in the program"
    return one._replace(
        cause=f"The program sets {says}. {one.cause}",
        ways=ways,
        advice=advice,
        locations=tuple(at(path, held[name].place) for path, held in where for name in names),
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
