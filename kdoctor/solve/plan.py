"""From intent to a set that works: releases for some requirements that metadata, the facts and the rules hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.conditions import holds, need_of, read, violated, who
from kdoctor.knowledge.coupling import Coupling, couple
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import ROLES
from kdoctor.knowledge.index import Target, open_index
from kdoctor.knowledge.schema import Fact, Tolerated
from kdoctor.knowledge.tensorflow_keras import TOLERATED
from kdoctor.model import Distribution, Finding, Severity, Snapshot
from kdoctor.solve.chain import because
from kdoctor.solve.fresh import Ask, Found, Ground, Pick, resolve, tolerated
from kdoctor.solve.offers import Offers

Rules = Callable[[Coupling], "tuple[Finding, ...]"]
#: Sets looked at before the best found so far, or nothing, is the answer, and turns around what is known to fail in a row.
_MOST, _DEEPEST = 40, 8
#: The same where there is not much time, and what is known to fail is told of in so many sentences.
_AT_ONCE, _TOLD = 6, 2
#: Rules on pairs of releases that belong together though nothing declares it.
_PAIRS = frozenset({"KD741", "KD743"})
#: Backends of Keras that work without TensorFlow, the usual one first.
_OTHER_BACKENDS = ("jax", "torch", "openvino")


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
    #: What nobody declares and is needed all the same, where the index does not know it: requirements.
    more: tuple[str, ...] = ()
    #: What the set requires that the index does not know: names.
    unseen: tuple[str, ...] = ()
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
    solved = _Planner(wanted.snapshot, ground, rows, rules).solve()
    if solved.pins is not None:
        more, unseen = tuple(f"{ask.name}{ask.specifier}" for ask in solved.more), tuple(_unseen(ground, rows, solved.pins))
        return Plan(wanted.requirements, solved.pins, backend=solved.backend, more=more, unseen=unseen)
    cores = list(conflicts(ground, rows))
    if not cores and solved.found.gave_up:
        return Plan(wanted.requirements, {}, gave_up=True)
    if not cores:
        return _known_to_fail(wanted, ground, rows, rules, solved.against)
    refused = tuple(ask for _, found in cores for ask in found.refused)
    works, known = _known_to_work(wanted.snapshot, ground, rows, refused, rules)
    return Plan(
        wanted.requirements,
        {},
        conflicts=tuple(tuple(text for text, _, _ in core) for core, _ in cores),
        because=tuple(because(ground, [ask for _, ask, _ in core], found) for core, found in cores),
        works=works,
        known=known,
        forced=_forced(ground, works),
    )


def possible(wanted: Wanted, rules: Rules) -> Mapping[str, str]:
    """Give a set where one is found at once; {} where there is none, and where it would take a longer search."""
    ground, rows = _stand(wanted)
    if _resolved(ground, rows).pins is None:
        return {}
    return _Planner(wanted.snapshot, ground, rows, rules, _AT_ONCE).solve().pins or {}


def _stand(wanted: Wanted) -> tuple[Ground, list[Row]]:
    target = Target.of(wanted.snapshot)
    ground = Ground(Offers(open_index(), target, wanted.order, wanted.now), versions.marker_environment(wanted.snapshot))
    return ground, [*asked(wanted.requirements, ground.markers), *asked(wanted.constraints, ground.markers, limits=True)]


def _known_to_fail(wanted: Wanted, ground: Ground, rows: Sequence[Row], rules: Rules, against: tuple[str, ...]) -> Plan:
    """Name the fewest of the requirements that metadata lets anybody have together, but of which every set is known to fail."""
    core = list(rows)
    for row in rows:
        fewer = [one for one in core if one is not row]
        without = _Planner(wanted.snapshot, ground, fewer, rules).solve() if fewer else None
        if without and without.pins is None and not without.found.gave_up:
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


def _unseen(ground: Ground, rows: Sequence[Row], pins: Mapping[str, str]) -> Iterator[str]:
    extras = {ask.name: ask.extras for _, ask, _ in rows if ask.extras}
    required = (
        wanted.name
        for name, version in pins.items()
        if (release := ground.known.release(name, version))
        for text in release.requires(ground.target)
        if (wanted := versions.requirement(text)) and versions.marker_holds(wanted.marker, ground.markers, extras.get(name, ()))
    )
    yield from sorted({name for name in required if name not in pins and not ground.holds(name)})


Row = tuple[str, Ask, tuple[str, ...]]


def asked(requirements: Sequence[str], markers: Mapping[str, str] | None, *, limits: bool = False) -> list[Row]:
    """Read the requirements, those aside whose marker does not hold: each text with what it asks and its extras."""
    read_all = ((text, versions.requirement(text)) for text in requirements)
    return [
        (text, Ask(one.name, one.specifier, extras=one.extras, limits=limits), () if limits else one.extras)
        for text, one in read_all
        if one and versions.marker_holds(one.marker, markers) is not False
    ]


class _Solved(NamedTuple):
    pins: dict[str, str] | None
    found: Found
    #: What the rules say against the best set, where no set pleased them.
    against: tuple[str, ...] = ()
    backend: str | None = None
    #: What nobody declares and is needed all the same, as far as the index does not know it.
    more: tuple[Ask, ...] = ()


class _Turn(NamedTuple):
    """What is asked for besides, and which releases are left out, after some turns around what is known to fail."""

    #: How often another way than the first one was taken, counted by its place.
    strays: int
    depth: int
    more: tuple[Ask, ...]
    without: Mapping[str, frozenset[str]]


class _Planner:
    """One set of requirements, and every set of releases that was looked at for it."""

    def __init__(self, snapshot: Snapshot, ground: Ground, asked: Sequence[Row], rules: Rules, most: int = _MOST) -> None:
        self.snapshot, self.ground, self.rules, self.most = snapshot, ground, rules, most
        self.asks = tuple(ask for _, ask, _ in asked)
        self.extras = {ask.name: extras for _, ask, extras in asked if extras}
        self.looked_at = 0

    def solve(self) -> _Solved:
        """Resolve; where a fact is violated, ask for what it needs, or else leave out what it speaks of, and look again."""
        first: Found | None = None
        unbacked: _Solved | None = None
        against: tuple[str, ...] = ()
        waiting = [_Turn(0, 0, (), {})]
        while waiting and self.looked_at < self.most:
            # Of what strays as little from the first way around as anything, the one that went furthest.
            turn = min(waiting, key=lambda one: (one.strays, -one.depth))
            waiting.remove(turn)
            more, without = turn.more, turn.without
            self.looked_at += 1
            found = resolve(self.ground, (*self.asks, *more), self.extras, without)
            first = first or found
            if found.pins is None:
                continue
            wrong = self._wrong(found.pins, more)
            if not wrong:
                return _Solved(found.pins, found, more=tuple(ask for ask in more if not self.ground.holds(ask.name)))
            if wrong.backend is not None and not unbacked:
                unbacked = _Solved(found.pins, found, backend=wrong.backend)
                if wrong.backend:
                    return unbacked
            against = tuple(dict.fromkeys((*against, *wrong.says)))[:_TOLD]
            if turn.depth < _DEEPEST:
                around = enumerate(wrong.ways)
                waiting += [_Turn(turn.strays + i, turn.depth + 1, more + one, _merged(without, other)) for i, (one, other) in around]
        return unbacked or _Solved(None, first or Found(None), against)

    def _wrong(self, pins: Mapping[str, str], more: Sequence[Ask] = ()) -> _Wrong | None:
        """Give what is wrong with a set and what is asked for besides, and the ways around it; None where nothing is."""
        coupling = couple(self._installed(pins, more))
        for fact in FACTS:
            if fact.severity is Severity.ERROR and self._speaks(fact, coupling):
                return _Wrong((fact.says,), tuple(self._around(fact, coupling)))
        errors = [finding for finding in self.rules(coupling) if self._is_wrong(finding) and not self._forgiven(finding)]
        if not errors:
            return None
        backend = next((name for name in _OTHER_BACKENDS if name in pins), "") if self._is_unbacked(errors) else None
        needs = [ask for finding in errors for way in finding.ways[:1] for ask in _needs(way.needs)]
        ways: list[_Way] = [(tuple(needs), {})] if needs else []
        return _Wrong(tuple(finding.summary for finding in errors), tuple(ways), backend)

    def _is_wrong(self, finding: Finding) -> bool:
        """Tell whether a set with this finding is not to be had; a pair that nobody made for each other is not planned either."""
        return finding.severity is Severity.ERROR or (finding.rule in _PAIRS and finding.severity is Severity.WARNING)

    def _is_unbacked(self, errors: Sequence[Finding]) -> bool:
        """Tell whether all that is wrong is that Keras would look for TensorFlow, which nobody asked for."""
        chosen = (self.snapshot.environment or {}).get("KERAS_BACKEND")
        return chosen is None and all(finding.rule == "KD402" for finding in errors)

    def _forgiven(self, finding: Finding) -> bool:
        """Tell whether an error is only what is passed over on purpose."""
        return bool(self.ground.passed_over) and finding.rule == "KD001"

    def _speaks(self, fact: Fact, coupling: Coupling) -> bool:
        return all(holds(condition, coupling) for condition in fact.when) and violated(need_of(fact, coupling), coupling) is True

    def _around(self, fact: Fact, coupling: Coupling) -> Iterator[_Way]:
        """Give the ways around a violated fact: what it needs, or another release of what it speaks of."""
        need = read(need_of(fact, coupling))
        player = who(need.name, coupling)
        if need.mark != "!":
            yield (Ask(player.name if player else need.name, need.specifier, says=fact.says),), {}
        for text in fact.when:
            condition = read(text)
            found = who(condition.name, coupling) if condition.mark != "!" else None
            if found and condition.specifier:
                spoken_of = [r.version for r in self.ground.known.releases(found.name) if _within(r.version, condition.specifier)]
                yield (), {found.name: frozenset(spoken_of)}
            elif found and found.version and "{version}" in fact.needs:
                # What is needed depends on the very release.
                yield (), {found.name: frozenset({found.version})}

    def _installed(self, pins: Mapping[str, str], asked: Sequence[Ask]) -> Snapshot:
        """Give the environment as it would be, with everything there that the index does not know."""
        known = [self._distribution(name, version) for name, version in pins.items()]
        there = set(pins)
        brought = {
            wanted.name
            for one in known
            for text in one.requires or ()
            if (wanted := versions.requirement(text)) and wanted.name not in there and wanted.name not in ROLES
            if versions.marker_holds(wanted.marker, self.ground.markers, self.extras.get(one.name, ())) is not False
        }
        others = {ask.name for ask in (*self.asks, *asked) if not ask.limits} - there
        more = (Distribution(name, None, ()) for name in sorted(brought | others) if not self.ground.holds(name))
        return self.snapshot._replace(distributions=(*known, *more))

    def _distribution(self, name: str, version: str) -> Distribution:
        release = self.ground.known.release(name, version)
        return Distribution(name, version, release.requires(self.ground.target) if release else (), release and release.requires_python)


_Way = tuple[tuple[Ask, ...], Mapping[str, frozenset[str]]]


class _Wrong(NamedTuple):
    says: tuple[str, ...]
    ways: tuple[_Way, ...]
    #: Where nothing is wrong but that nobody chose a backend: one that is there, or "".
    backend: str | None = None


def _needs(texts: Sequence[str]) -> Iterator[Ask]:
    for text in texts:
        wanted = versions.requirement(text)
        if wanted:
            yield Ask(wanted.name, wanted.specifier, says=f"{text} is needed")


def _within(version: str, specifier: str) -> bool:
    return versions.satisfies(versions.base(version), specifier) is True


def _merged(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: one.get(name, frozenset()) | other.get(name, frozenset()) for name in {*one, *other}}


def conflicts(ground: Ground, asked: Sequence[Row]) -> Iterator[tuple[list[Row], Found]]:
    """Give groups of requirements, as few as possible, that metadata does not let anybody have together, and what was refused for each."""
    left = list(asked)
    while left and (found := _resolved(ground, left)).pins is None and not found.gave_up:
        core, found = _core(ground, left, found)
        yield core, found
        left = [row for row in left if row not in core]


def _core(ground: Ground, asked: Sequence[Row], found: Found) -> tuple[list[Row], Found]:
    core = list(asked)
    for row in asked:
        fewer = [one for one in core if one is not row]
        without = _resolved(ground, fewer)
        if fewer and without.pins is None and not without.gave_up:
            core, found = fewer, without
    return core, found


def _resolved(ground: Ground, asked: Sequence[Row]) -> Found:
    return resolve(ground, [ask for _, ask, _ in asked], {ask.name: extras for _, ask, extras in asked}, {})


def _known_to_work(
    snapshot: Snapshot, ground: Ground, asked: Sequence[Row], refused: Sequence[Ask], rules: Rules
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Give a set that is known to work although metadata forbids it, and what is known; as little as possible is passed over."""
    rows = [row for row in TOLERATED if any(_speaks_of(row, ask) for ask in refused)]
    for passed_over in [(row,) for row in rows] + ([tuple(rows)] if len(rows) > 1 else []):
        solved = _Planner(snapshot, ground._replace(passed_over=passed_over), asked, rules).solve()
        if solved.pins:
            return solved.pins, tuple(row.says for row in passed_over)
    return {}, ()


def _speaks_of(row: Tolerated, ask: Ask) -> bool:
    return bool(ask.parent and ask.version) and tolerated(row, Pick(ask.parent, ask.version or ""), ask.name) is not None
