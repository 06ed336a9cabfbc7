"""One set of requirements, and the search for a set of releases that neither metadata nor the facts nor the rules speak against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.conditions import holds, is_circumstance, need_of, read, violated, who
from kdoctor.knowledge.coupling import Coupling, couple
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import ROLES
from kdoctor.knowledge.schema import Fact
from kdoctor.model import Distribution, Finding, Severity, Snapshot
from kdoctor.solve.fresh import Found, resolve
from kdoctor.solve.ground import Ask, Ground
from kdoctor.solve.wanted import Row, extras_of, without_extras

Rules = Callable[[Coupling], "tuple[Finding, ...]"]
#: Sets looked at before the best found so far, or nothing, is the answer, and turns around what is known to fail in a row.
_MOST, _DEEPEST = 40, 8
#: The same where there is not much time, and what is known to fail is told of in so many sentences.
AT_ONCE, _TOLD = 8, 2
#: Rules on pairs of releases that belong together though nothing declares it.
_PAIRS = frozenset({"KD741", "KD743"})
#: Builds of TensorFlow that are whole ones of their own on every platform.
_OTHER_BUILDS = frozenset({"tensorflow-cpu", "tensorflow-gpu", "tensorflow-rocm", "intel-tensorflow"})
#: What turns tf.keras into tf_keras, and the conditions of facts that hold no more then.
_LEGACY = {"TF_USE_LEGACY_KERAS": "1"}
_ASKS_FOR_LEGACY = frozenset({"legacy=on", "legacy=off", "TF_USE_LEGACY_KERAS!=1"})
#: Backends of Keras that work without TensorFlow, the usual one first.
_OTHER_BACKENDS = ("jax", "torch", "openvino")


class Solved(NamedTuple):
    """What was found: a set, or None, and how the search for the first one ended."""

    pins: dict[str, str] | None
    found: Found
    #: What the rules say against the best set, where no set pleased them.
    against: tuple[str, ...] = ()
    backend: str | None = None
    #: What nobody declares and is needed all the same, as far as the index does not know it.
    more: tuple[Ask, ...] = ()
    #: Variables that have to be set for it.
    environment: Mapping[str, str] = {}
    #: Every way was gone; not so where as many sets as may be were looked at.
    exhausted: bool = True


class _Turn(NamedTuple):
    """What is asked for besides, and which releases are left out, after some turns around what is known to fail."""

    #: How often another way than the first one was taken, counted by its place.
    strays: int
    depth: int
    more: tuple[Ask, ...]
    without: Mapping[str, frozenset[str]]
    #: Whether TF_USE_LEGACY_KERAS is set.
    legacy: bool = False

    def then(self, way: _Way, place: int) -> _Turn:
        """Give the turn that takes a way from here."""
        without = _merged(self.without, way.without)
        return _Turn(self.strays + place, self.depth + 1, self.more + way.asks, without, self.legacy or way.legacy)


class Planner:
    """One set of requirements, and every set of releases that was looked at for it; at most `most` are."""

    def __init__(self, snapshot: Snapshot, ground: Ground, asked: Sequence[Row], rules: Rules, most: int = _MOST) -> None:
        self.snapshot, self.ground, self.rules, self.most = snapshot, ground, rules, most
        self.asks = (*(ask for _, ask, _ in asked), *_of_one_version([ask for _, ask, _ in asked]))
        self.extras = extras_of(asked)
        self.without = without_extras(ground, self.asks, self.extras)
        self.looked_at = 0

    def solve(self) -> Solved:
        """Resolve; where a fact is violated, ask for what it needs, or else leave out what it speaks of, and look again."""
        first: Found | None = None
        unbacked: Solved | None = None
        against: tuple[str, ...] = ()
        waiting = [_Turn(0, 0, (), self.without), *([_Turn(1, 0, (), {})] if self.without else [])]
        while waiting and self.looked_at < self.most:
            # Of what strays as little from the first way around as anything, the one that went furthest.
            turn = min(waiting, key=lambda one: (one.strays, -one.depth))
            waiting.remove(turn)
            more, without = turn.more, turn.without
            self.looked_at += 1
            found = resolve(self.ground, (*self.asks, *more), self.extras, without)
            first = first or found
            if found.pins is None:
                against = against or tuple(dict.fromkeys(ask.says for ask in found.refused if ask.says and ask.limits))
                continue
            wrong = self._wrong(found.pins, turn)
            if not wrong:
                unknown = tuple(ask for ask in more if not self.ground.holds(ask.name))
                return Solved(found.pins, found, more=unknown, environment=_LEGACY if turn.legacy else {})
            if wrong.backend is not None and not unbacked:
                unbacked = Solved(found.pins, found, backend=wrong.backend)
                if wrong.backend:
                    return unbacked
            against = tuple(dict.fromkeys((*against, *wrong.says)))[:_TOLD]
            if turn.depth < _DEEPEST:
                waiting += [turn.then(way, place) for place, way in enumerate(wrong.ways)]
        return unbacked or Solved(None, first or Found(None), against, exhausted=not waiting)

    def _wrong(self, pins: Mapping[str, str], turn: _Turn) -> _Wrong | None:
        """Give what is wrong with a set and what is asked for besides, and the ways around it; None where nothing is."""
        coupling = couple(self._installed(pins, turn))
        for fact in FACTS:
            if fact.severity is Severity.ERROR and self._speaks(fact, coupling):
                return _Wrong((fact.says,), tuple(self._around(fact, coupling)))
        errors = [finding for finding in self.rules(coupling) if self._is_wrong(finding) and not self._forgiven(finding)]
        if not errors:
            return None
        backend = next((name for name in _OTHER_BACKENDS if name in pins), "") if self._is_unbacked(errors) else None
        needs = [ask for finding in errors for way in finding.ways[:1] for ask in _needs(way.needs)]
        ways = [*([_Way(tuple(needs))] if needs else []), *_to_one_version(pins)]
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
        if need.mark != "!" and not is_circumstance(need.name):
            yield _Way((Ask(player.name if player else need.name, need.specifier, says=fact.says),))
        if coupling.tensorflow and {fact.needs, *fact.when} & _ASKS_FOR_LEGACY:
            yield _Way((Ask("tf-keras", "", says=fact.says),), legacy=True)
        for text in fact.when:
            condition = read(text)
            found = who(condition.name, coupling) if condition.mark != "!" else None
            if found and condition.specifier:
                spoken_of = [r.version for r in self.ground.known.releases(found.name) if _within(r.version, condition.specifier)]
                yield _Way((), {found.name: frozenset(spoken_of)})
            elif found and found.version and "{version}" in fact.needs:
                # What is needed depends on the very release.
                yield _Way((), {found.name: frozenset({found.version})})

    def _installed(self, pins: Mapping[str, str], turn: _Turn) -> Snapshot:
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
        others = {ask.name for ask in (*self.asks, *turn.more) if not ask.limits} - there
        more = (Distribution(name, None, ()) for name in sorted(brought | others) if not self.ground.holds(name))
        environment = {**(self.snapshot.environment or {}), **(_LEGACY if turn.legacy else {})}
        return self.snapshot._replace(distributions=(*known, *more), environment=environment)

    def _distribution(self, name: str, version: str) -> Distribution:
        release = self.ground.known.release(name, version)
        return Distribution(name, version, release.requires(self.ground.target) if release else (), release and release.requires_python)


class _Way(NamedTuple):
    """A way around something that is known to fail: what to ask for, which releases to leave out, and whether to set the variable."""

    asks: tuple[Ask, ...] = ()
    without: Mapping[str, frozenset[str]] = {}
    legacy: bool = False


class _Wrong(NamedTuple):
    says: tuple[str, ...]
    ways: tuple[_Way, ...]
    #: Where nothing is wrong but that nobody chose a backend: one that is there, or "".
    backend: str | None = None


def _of_one_version(asks: Sequence[Ask]) -> Iterator[Ask]:
    """Let what is asked of another build of TensorFlow hold for tensorflow as well, should that come in: both own the same folder."""
    for ask in asks:
        if ask.name in _OTHER_BUILDS and not ask.limits:
            says = f"tensorflow and {ask.name} both own tensorflow/: of different versions, the later one breaks the other"
            yield Ask("tensorflow", ask.specifier, says=says, limits=True)


def _to_one_version(pins: Mapping[str, str]) -> Iterator[_Way]:
    """Give the ways to two builds of TensorFlow of one version."""
    whole = pins.get("tensorflow")
    for name in _OTHER_BUILDS & pins.keys():
        if whole and whole != pins[name]:
            says = f"tensorflow and {name} must be of one version"
            yield _Way((Ask(name, f"=={whole}", says=says),))
            yield _Way((Ask("tensorflow", f"=={pins[name]}", says=says),))


def _needs(texts: Sequence[str]) -> Iterator[Ask]:
    for text in texts:
        wanted = versions.requirement(text)
        if wanted:
            yield Ask(wanted.name, wanted.specifier, says=f"{text} is needed")


def _within(version: str, specifier: str) -> bool:
    return versions.satisfies(versions.base(version), specifier) is True


def _merged(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: one.get(name, frozenset()) | other.get(name, frozenset()) for name in {*one, *other}}
