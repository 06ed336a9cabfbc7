"""Objects of one Keras handed to another, told apart by what really happens here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kdoctor.knowledge.addon_keras import keras_of_addon, makes_keras_objects
from kdoctor.knowledge.mixing import Outcome, outcome
from kdoctor.model import Evidence, Finding, Location, Severity
from kdoctor.rules.code.answers import Answer, answer
from kdoctor.rules.code.program import DOUBTFUL, FORGIVING, Program, Record, finding, places
from kdoctor.source.facts import Meeting, SourceFacts, Use
from kdoctor.source.families import ADDONS, kind_of, library_of, way_of

_MEASURED = "measured on Linux x86_64, CPU: each kind of object handed to models of the other Keras, trained, variables counted"
_TELLING = ("layer", "model", "optimizer")
#: On what an add-on is built, what it meets, and by which way.
_Pair = tuple[Answer, Answer, str]


def mixed_objects(program: Program) -> Iterator[Finding]:
    """Give a finding for each kind of object that meets a model of another Keras and does not work there."""
    groups: dict[tuple[str, str, str, Outcome], list[tuple[str, Meeting]]] = {}
    for path, facts in program.files.items():
        for meeting in facts.meetings:
            host, guest = way_of(meeting.host), way_of(meeting.guest)
            said = _outcome(program, meeting, meeting.host, meeting.guest) if host and guest else None
            if host and guest and said and said.says:
                groups.setdefault((host, guest, meeting.role, said), []).append((path, meeting))
    for (host, guest, role, said), meetings in groups.items():
        yield _mixed(program, host, guest, role, said, meetings)


def _outcome(program: Program, meeting: Meeting, host: str, guest: str) -> Outcome | None:
    """Say what comes of a meeting of two ways; None where who answers is not known or both are one."""
    one, other = answer(program.coupling, host), answer(program.coupling, guest)
    if one is None or other is None or one[:2] == other[:2] or not one.generation or not other.generation:
        return None
    return outcome(one.generation, other.generation, meeting.role, meeting.guest)


def _mixed(program: Program, host: str, guest: str, role: str, said: Outcome, meetings: list[tuple[str, Meeting]]) -> Finding:
    one, other = answer(program.coupling, host), answer(program.coupling, guest)
    labels = (one.label if one else host, other.label if other else guest)
    certain = any(meeting.guard not in DOUBTFUL for _, meeting in meetings)
    return finding(
        "KD845",
        Severity.ERROR if certain else Severity.WARNING,
        f"{_article(role)} of {guest} ({labels[1]}) is handed to {host} ({labels[0]})",
        f"They are two different Kerases here. What comes of it: {said.says}.",
        (*(who.distribution for who in (one, other) if who), *_switch(program)),
        places(meetings),
        f"take it from {host} as well",
        (
            Evidence(
                f"{role} of Keras {other.generation if other else ''} in a model of Keras {one.generation if one else ''}",
                _MEASURED,
                "known to fail",
            ),
        ),
    )


def _article(role: str) -> str:
    word = role.removeprefix("inner ")
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"


def _switch(program: Program) -> tuple[str, ...]:
    return ("TF_USE_LEGACY_KERAS",) if program.coupling.legacy else ()


def mixed_imports(program: Program) -> Iterator[Finding]:
    """Give a finding for files that take their models from one Keras and their layers or optimizers from another."""
    for path, facts in program.files.items():
        kinds = _kinds(facts)
        if any(way_of(one.host) and way_of(one.guest) for one in facts.meetings):
            continue  # Where the source shows what meets, that decides.
        for model_way in [way for way, held in kinds.items() if "model" in held]:
            for way, held in kinds.items():
                yield from _apart(program, path, (model_way, kinds[model_way]), (way, held))


def _apart(
    program: Program, path: str, models: tuple[str, Mapping[str, list[Use]]], parts: tuple[str, Mapping[str, list[Use]]]
) -> Iterator[Finding]:
    one, other = answer(program.coupling, models[0]), answer(program.coupling, parts[0])
    if models[0] == parts[0] or one is None or other is None or one[:2] == other[:2] or not one.generation or not other.generation:
        return
    foreign = [kind for kind in ("layer", "optimizer") if kind in parts[1] and kind not in models[1] and "model" not in parts[1]]
    bad = [(kind, said) for kind in foreign if (said := outcome(one.generation, other.generation, kind, "")).says]
    for kind, said in bad:
        uses = [(path, use) for use in (*models[1]["model"], *parts[1][kind])]
        yield finding(
            "KD845",
            Severity.ERROR,
            f"models of {models[0]} ({one.label}) and {kind}s of {parts[0]} ({other.label}) in one file",
            f"They are two different Kerases here. Where they meet: {said.says}.",
            (one.distribution, other.distribution, *_switch(program)),
            places(uses),
            f"import all of them from {models[0]}, or all from {parts[0]}",
            (Evidence(f"{kind} of Keras {other.generation} in a model of Keras {one.generation}", _MEASURED, "known to fail"),),
        )
        return


def _kinds(facts: SourceFacts) -> dict[str, dict[str, list[Use]]]:
    """Give for each way the kinds of objects that a file takes by it, with the uses."""
    found: dict[str, dict[str, list[Use]]] = {}
    for use in facts.uses:
        way = way_of(use.name)
        kind = kind_of(f"{use.name}.X" if use.form == "star" else use.name)
        if way and kind in _TELLING and not use.others and use.guard not in FORGIVING:
            found.setdefault(way, {}).setdefault(kind, []).append(use)
    return found


def foreign_addons(program: Program) -> Iterator[Finding]:
    """Give a finding for add-ons whose objects meet a Keras other than the one that they are built on."""
    groups: dict[tuple[str, _Pair], list[tuple[str, Record]]] = {}
    for path, facts in program.files.items():
        for addon in dict.fromkeys(use.name.partition(".")[0] for use in facts.uses if use.name.partition(".")[0] in ADDONS):
            # An add-on that is not there fails before it meets anything.
            if program.coupling.has(ADDONS[addon]) is not False:
                found = _met(program, path, facts, addon) or _imported(program, path, facts, addon)
                if found:
                    groups.setdefault((addon, found[0]), []).extend(found[1])
    for (addon, pair), where in groups.items():
        yield _foreign(program, addon, pair, places(where))


def _keras_of(program: Program, addon: str, name: str) -> Answer | None:
    """Say on which Keras an add-on is built here."""
    way = keras_of_addon(program.coupling, addon, name)
    return answer(program.coupling, way) if way else None


def _met(program: Program, path: str, facts: SourceFacts, addon: str) -> tuple[_Pair, list[tuple[str, Record]]] | None:
    bad: list[tuple[str, Record]] = []
    pair: _Pair | None = None
    for meeting in facts.meetings:
        sides = (library_of(meeting.host), library_of(meeting.guest))
        name = meeting.host if sides[0] == addon else meeting.guest
        if addon not in sides or not makes_keras_objects(addon, name):
            continue
        way = meeting.guest if sides[0] == addon else meeting.host
        one, other = _keras_of(program, addon, name), answer(program.coupling, way)
        if one and other and one[:2] != other[:2] and one.generation and other.generation:
            host, guest = (one, other) if sides[0] == addon else (other, one)
            role = "layer" if meeting.role in ("argument", "input") else meeting.role
            if outcome(host.generation or "", guest.generation or "", role, meeting.guest).says:
                bad.append((path, meeting))
                pair = pair or (one, other, way_of(way) or way)
    return (pair, bad) if pair else None


def _imported(program: Program, path: str, facts: SourceFacts, addon: str) -> tuple[_Pair, list[tuple[str, Record]]] | None:
    """Judge by imports alone: the add-on's own Keras is not the one of any layer or model in the file."""
    uses = [use for use in facts.uses if use.name.partition(".")[0] == addon and makes_keras_objects(addon, use.name)]
    uses = [use for use in uses if use.guard not in DOUBTFUL]
    built = _keras_of(program, addon, uses[0].name) if uses else None
    if built is None or any(addon in (library_of(one.host), library_of(one.guest)) for one in facts.meetings):
        return None
    kinds = {way: held for way, held in _kinds(facts).items() if held.keys() & {"layer", "model"}}
    answers = {way: answer(program.coupling, way) for way in kinds}
    if not answers or any(who is None or not who.generation or who[:2] == built[:2] for who in answers.values()):
        return None
    way, who = next(iter(answers.items()))
    if who is None or not outcome(who.generation or "", built.generation or "", "layer", "").says:
        return None
    named = [use for held in kinds[way].values() for use in held]
    return (built, who, way), [(path, use) for use in (*uses, *named)]


def _foreign(program: Program, addon: str, pair: _Pair, where: tuple[Location, ...]) -> Finding:
    built, met, way = pair
    distribution = ADDONS[addon]
    installed = program.coupling.present.get(distribution)
    label = f"{distribution} {installed.version}" if installed and installed.version else distribution
    remedy = "tf_keras" if built.distribution == "tf-keras" else "tensorflow.keras" if way != "tensorflow.keras" else "keras"
    return finding(
        "KD846",
        Severity.ERROR,
        f"{label} works on {built.label}, and meets {way} ({met.label})",
        "Its layers and wrappers belong to the Keras that it is built on; models and layers of another Keras do not fit with them.",
        (distribution, met.distribution, built.distribution),
        where,
        f"build the model with {remedy}" + (", or set TF_USE_LEGACY_KERAS=1 before TensorFlow is imported" if remedy == "tf_keras" else ""),
        (Evidence(f"{distribution} is built on {built.distribution}", "its source; see kdoctor explain KD846", "known to fail"),),
    )
