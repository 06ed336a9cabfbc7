"""From intent to a set that works: releases for some requirements that metadata, the facts and the rules hold together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.index import Target, open_index
from kdoctor.knowledge.schema import Tolerated
from kdoctor.knowledge.tensorflow_keras import TOLERATED
from kdoctor.model import Snapshot
from kdoctor.solve.chain import because
from kdoctor.solve.fresh import Found, resolve
from kdoctor.solve.ground import Ask, Ground, Pick, tolerated
from kdoctor.solve.offers import Offers
from kdoctor.solve.planner import AT_ONCE, Planner, Rules
from kdoctor.solve.support import contradicts
from kdoctor.solve.wanted import Row, asked, extras_of, has_extra

#: Requirements that one of them is held against, and contradictions of two that are told.
_FEW = 6


class Plan(NamedTuple):
    """A set of releases, or why there is none."""

    requirements: tuple[str, ...]
    pins: Mapping[str, str]
    #: Requirements that cannot be had together, as few as possible, and for each such group why; () where there is a set.
    conflicts: tuple[tuple[str, ...], ...] = ()
    because: tuple[tuple[str, ...], ...] = ()
    #: Where metadata forbids what is known to work: that set, what is known, and which of it installers refuse beside the rest.
    works: Mapping[str, str] = {}
    known: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    #: The backend that the set is for where nobody chose one; "" = it has none, None = there was nothing to choose.
    backend: str | None = None
    #: Variables that have to be set for it.
    environment: Mapping[str, str] = {}
    #: What nobody declares and is needed all the same, where the index does not know it: requirements.
    more: tuple[str, ...] = ()
    #: What the set requires that the index does not know: names.
    unseen: tuple[str, ...] = ()
    #: Extras that are asked for and that the releases taken do not have, in words.
    moot: tuple[str, ...] = ()
    #: The search reached its bound: there is no set here, and no word on whether there is one.
    gave_up: bool = False


class Wanted(NamedTuple):
    """What a plan is made for: requirements, and an empty environment with its Python, platform and variables."""

    requirements: tuple[str, ...]
    snapshot: Snapshot
    order: str = "newest"
    now: Mapping[str, str] = {}
    #: What limits the releases of whatever comes in, but asks for nothing.
    constraints: tuple[str, ...] = ()


def plan(wanted: Wanted, rules: Rules) -> Plan:
    """Give a set of releases for what is wanted, or the smallest part of it that cannot be had, and why.

    Raises KdoctorError where the index cannot be read; requirements must be such as `versions.requirement` reads.
    """
    ground, rows = _stand(wanted)
    solved = Planner(wanted.snapshot, ground, rows, rules).solve()
    if solved.pins is not None:
        more, unseen = tuple(f"{ask.name}{ask.specifier}" for ask in solved.more), tuple(_unseen(ground, rows, solved.pins))
        return Plan(
            wanted.requirements,
            _in_order(rows, solved.pins),
            backend=solved.backend,
            environment=solved.environment,
            more=more,
            unseen=unseen,
            moot=tuple(_moot(ground, rows, solved.pins)),
        )
    cores = list(conflicts(ground, rows))
    if not cores and solved.found.gave_up:
        return Plan(wanted.requirements, {}, gave_up=True)
    if not cores:
        return _known_to_fail(wanted, ground, rows, rules, solved.against)
    refused = tuple(ask for one in cores for ask in one.found.refused)
    works, known = _known_to_work(wanted.snapshot, ground, rows, refused, rules)
    return Plan(
        wanted.requirements,
        {},
        conflicts=tuple(tuple(text for text, _, _ in one.core) for one in cores),
        because=tuple(because(one.ground, [ask for _, ask, _ in one.core], one.found) for one in cores),
        works=works,
        known=known,
        forced=_forced(ground, works),
    )


def possible(wanted: Wanted, rules: Rules) -> Mapping[str, str]:
    """Give a set where one is found at once; {} where there is none, and where it would take a longer search."""
    ground, rows = _stand(wanted)
    if _resolved(ground, rows).pins is None:
        return {}
    return Planner(wanted.snapshot, ground, rows, rules, AT_ONCE).solve().pins or {}


def _stand(wanted: Wanted) -> tuple[Ground, list[Row]]:
    markers = versions.marker_environment(wanted.snapshot)
    rows = [*asked(wanted.requirements, markers), *asked(wanted.constraints, markers, limits=True)]
    named = frozenset(ask.name for _, ask, _ in rows)
    return Ground(Offers(open_index(), Target.of(wanted.snapshot), wanted.order, wanted.now, named=named), markers), rows


def _known_to_fail(wanted: Wanted, ground: Ground, rows: Sequence[Row], rules: Rules, against: tuple[str, ...]) -> Plan:
    """Name the fewest of the requirements that metadata lets anybody have together, but of which every set is known to fail."""
    core = list(rows)
    for row in rows:
        fewer = [one for one in core if one is not row]
        without = Planner(wanted.snapshot, ground, fewer, rules, AT_ONCE).solve() if fewer else None
        if without and without.pins is None and without.exhausted and not without.found.gave_up:
            core, against = fewer, without.against
    first = _resolved(ground, core).pins or {}
    names = [f"{ask.name} {first[ask.name]}" for _, ask, _ in core if ask.name in first]
    admitted = f"metadata alone would admit {' with '.join(names)}, but that is known to fail" if names else ""
    return Plan(
        wanted.requirements,
        {},
        conflicts=(tuple(text for text, _, _ in core),),
        because=(tuple(filter(None, (admitted, *against))),),
    )


def _forced(ground: Ground, pins: Mapping[str, str]) -> tuple[str, ...]:
    """Name what a set holds although others in it declare that they do not want it in this version."""
    refused = {ask.name for ask in _declared(ground, pins) if not ask.admits(pins[ask.name])}
    return tuple(name for name in pins if name in refused)


def _declared(ground: Ground, pins: Mapping[str, str]) -> Iterator[Ask]:
    for name, version in pins.items():
        release = ground.known.release(name, version)
        for text in release.requires(ground.target) if release else ():
            wanted = versions.requirement(text)
            if wanted and wanted.name in pins and versions.marker_holds(wanted.marker, ground.markers):
                yield Ask(wanted.name, wanted.specifier, name, version)


def _in_order(rows: Sequence[Row], pins: Mapping[str, str]) -> dict[str, str]:
    """Put what was asked for in front, as it was asked for, and the rest behind it by name."""
    named = dict.fromkeys(ask.name for _, ask, _ in rows if ask.name in pins and not ask.limits)
    return {name: pins[name] for name in (*named, *sorted(pins.keys() - named.keys()))}


def _moot(ground: Ground, rows: Sequence[Row], pins: Mapping[str, str]) -> Iterator[str]:
    for name, extras in extras_of(rows).items():
        release = ground.known.release(name, pins[name]) if name in pins else None
        yield from (f"{name} {pins[name]} has no extra {extra}" for extra in extras if release and not has_extra(ground, release, extra))


def _unseen(ground: Ground, rows: Sequence[Row], pins: Mapping[str, str]) -> Iterator[str]:
    extras = extras_of(rows)
    required = (
        wanted.name
        for name, version in pins.items()
        if (release := ground.known.release(name, version))
        for text in release.requires(ground.target)
        if (wanted := versions.requirement(text)) and versions.marker_holds(wanted.marker, ground.markers, extras.get(name, ()))
    )
    yield from sorted({name for name in required if name not in pins and not ground.holds(name)})


class Conflict(NamedTuple):
    """Requirements that cannot be had together, what was refused, and where they were looked for."""

    core: list[Row]
    found: Found
    ground: Ground


def conflicts(ground: Ground, asked: Sequence[Row]) -> Iterator[Conflict]:
    """Give groups of requirements, as few as possible, that metadata does not let anybody have together, and what was refused for each."""
    direct = [pair for pair in combinations(asked, 2) if _contradict(ground, *pair)][:_FEW]
    yield from (Conflict(list(pair), _resolved(ground, pair), ground) for pair in direct)
    left = [row for row in asked if not any(row in pair for pair in direct)]
    while left and (found := _resolved(ground, left)).pins is None and not found.gave_up:
        core, found = _core(ground, left, found)
        yield Conflict(core, found, ground)
        if len(core) == 1:
            yield from _beyond_wheels(ground, core[0], asked)
        left = [row for row in left if row not in core]


def _contradict(ground: Ground, one: Row, other: Row) -> bool:
    (_, ask, extras), (_, against, others) = one, other
    if ask.name == against.name or not (ground.holds(ask.name) and ground.holds(against.name)):
        return False
    return contradicts(ground, ask, against, extras) or contradicts(ground, against, ask, others)


def _beyond_wheels(ground: Ground, alone: Row, asked: Sequence[Row]) -> Iterator[Conflict]:
    """Give what a requirement that has no file here would contradict directly if it had one: another Python would not be the way out."""
    offers = ground.offers
    for row in asked[:_FEW]:
        names = frozenset({row[1].name, alone[1].name})
        anywhere = ground._replace(offers=Offers(offers.known, offers.target, offers.order, offers.now, names))
        if _contradict(anywhere, row, alone):
            yield Conflict([one for one in asked if one in (row, alone)], _resolved(anywhere, [row, alone]), anywhere)


def _core(ground: Ground, asked: Sequence[Row], found: Found) -> tuple[list[Row], Found]:
    core = list(asked)
    for row in asked:
        fewer = [one for one in core if one is not row]
        without = _resolved(ground, fewer)
        if fewer and without.pins is None and not without.gave_up:
            core, found = fewer, without
    return core, found


def _resolved(ground: Ground, asked: Sequence[Row]) -> Found:
    return resolve(ground, [ask for _, ask, _ in asked], extras_of(asked), {})


def _known_to_work(
    snapshot: Snapshot, ground: Ground, asked: Sequence[Row], refused: Sequence[Ask], rules: Rules
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Give a set that is known to work although metadata forbids it, and what is known; as little as possible is passed over."""
    rows = [row for row in TOLERATED if any(_speaks_of(row, ask) for ask in refused)]
    for passed_over in [(row,) for row in rows] + ([tuple(rows)] if len(rows) > 1 else []):
        solved = Planner(snapshot, ground._replace(passed_over=passed_over), asked, rules).solve()
        if solved.pins:
            return solved.pins, tuple(row.says for row in passed_over)
    return {}, ()


def _speaks_of(row: Tolerated, ask: Ask) -> bool:
    return bool(ask.parent and ask.version) and tolerated(row, Pick(ask.parent, ask.version or ""), ask.name) is not None
