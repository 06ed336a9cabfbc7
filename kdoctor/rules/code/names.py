"""Names that the Keras at hand does not have, and private ones that it happens to have."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge import keras_names
from kdoctor.knowledge.keras_names import Gone
from kdoctor.knowledge.mixing import COPY_CANNOT_TRAIN
from kdoctor.knowledge.replacements import HOLLOW
from kdoctor.model import Evidence, Finding, Severity
from kdoctor.rules.code.answers import Answer, answer
from kdoctor.rules.code.program import DOUBTFUL, FORGIVING, Named, Program, finding, place_of, places
from kdoctor.source.facts import Use
from kdoctor.source.families import below, kind_of, way_of

_Uses = list[tuple[str, Use]]
_WHEELS = "the wheels of every minor release of Keras 2.2 to 3.15"
_COPY = "tensorflow.python.keras"


def gone_names(program: Program) -> Iterator[Finding]:
    """Give a finding for each name that the program takes from a Keras that does not have it."""
    groups: dict[tuple[Gone, Answer, str], _Uses] = {}
    for named, uses in program.uses.items():
        missing = _gone(program, named)
        kept = [placed for placed in uses if placed[1].guard not in FORGIVING] if missing else []
        if missing and kept:
            groups.setdefault((*missing, way_of(named.name) or ""), []).extend(kept)
    for (gone, who, way), uses in groups.items():
        yield _gone_finding(program, gone, who, way, sorted(uses, key=place_of))


def _gone(program: Program, named: Named) -> tuple[Gone, Answer] | None:
    """Say what is missing for a name; None where it, or what it falls back to, is there or nothing is known."""
    missing = None
    for name in (named.name, *named.others):
        who = answer(program.coupling, name)
        found = _gone_of(name, who) if who else None
        if found is None or who is None:
            return None
        missing = missing or (found, who)
    return missing


def _gone_of(name: str, who: Answer) -> Gone | None:
    if name.startswith("keras."):
        # The way there may itself be missing: keras._tf_keras, keras.api.
        private = keras_names.gone("keras", name[len("keras.") :], who.minors)
        if private and keras_names.is_private(private.name):
            return private
    return keras_names.gone(who.namespace, below(name), who.minors) if who.namespace else None


def _gone_finding(program: Program, gone: Gone, who: Answer, way: str, uses: _Uses) -> Finding:
    certain = any(use.guard not in DOUBTFUL for _, use in uses)
    private = keras_names.is_private(gone.name)
    full = f"{'keras' if private and way == 'tensorflow.keras' else way}.{gone.name}"
    first = uses[0][1]
    error = "AttributeError" if first.form == "attribute" else "ImportError"
    when = "Only later releases have it" if gone.later else "Other releases have it"
    tensorflow = program.coupling.tensorflow
    return finding(
        "KD842" if private else "KD841",
        Severity.ERROR if certain else Severity.NOTE,
        f"{full} does not exist in {who.label}",
        f"{when}: {_releases(gone.where)}. The program fails with {error} where it gets at it.",
        (who.distribution, *((tensorflow.name,) if tensorflow and way == "tensorflow.keras" else ())),
        places(uses),
        _advice(gone, who),
        (Evidence(f"{gone.name} is in Keras {_releases(gone.where)}", _WHEELS, "known to fail"),),
    )


def _releases(where: str) -> str:
    return where.replace("-", " to ")


def _advice(gone: Gone, who: Answer) -> str:
    if gone.instead is None:
        return f"write it without this name, or run the program with a Keras that has it ({_releases(gone.where)})"
    mended = who.namespace == "tensorflow.keras" and gone.instead == f"keras.{gone.name}"
    return f"use {gone.instead} instead{' (kdoctor scan --fix)' if mended else ''}"


def hollow_names(program: Program) -> Iterator[Finding]:
    """Give a finding for names that are there only to raise an error when they are used."""
    for hollow, (since, says) in HOLLOW.items():
        uses = [
            placed
            for (name, _), every in program.uses.items()
            if below(name).startswith(f"{hollow}.") and _from(answer(program.coupling, name), since)
            for placed in every
            if placed[1].guard not in FORGIVING
        ]
        if uses:
            who = answer(program.coupling, uses[0][1].name)
            yield finding(
                "KD841",
                Severity.ERROR if any(use.guard not in DOUBTFUL for _, use in uses) else Severity.NOTE,
                f"{hollow} of {who.label if who else 'Keras'} cannot be used",
                f"{says}.",
                (who.distribution if who else "keras",),
                places(uses),
                "take the class of the same name from keras.optimizers",
                (Evidence(says, "keras/src/legacy/optimizers.py or keras/src/optimizers/__init__.py, Keras 3.0 to 3.15", "known to fail"),),
            )


def _from(who: Answer | None, since: str) -> bool:
    if who is None or who.namespace not in ("keras", "tensorflow.keras"):
        return False
    return who.generation == "3" if who.version is None else versions.satisfies(versions.base(who.version), f">={since}") is True


def stale_copy(program: Program) -> Iterator[Finding]:
    """Give a finding where the program uses the copy of Keras 2 that TensorFlow left behind in tensorflow.python.keras."""
    uses = program.used(_COPY, forgiven=FORGIVING)
    tensorflow = program.coupling.tensorflow
    who = answer(program.coupling, _COPY)
    if not uses or (tensorflow and who and who.generation != "copy"):
        return
    dead = tensorflow is not None and versions.satisfies(versions.base(tensorflow.version), f">={COPY_CANNOT_TRAIN}") is True
    models = any(kind_of(use.name) in ("model", "layer") and use.guard not in DOUBTFUL for _, use in uses)
    label = f"{tensorflow.name} {tensorflow.version}" if tensorflow else "TensorFlow 2.6 and later"
    yield finding(
        "KD844",
        Severity.ERROR if dead and models else Severity.WARNING,
        f"tensorflow.python.keras of {label} is a stale copy, not tf.keras",
        (
            "Its models do not train any more: tensorflow.python.distribute.input_lib has no attribute 'DistributedDatasetInterface'."
            if dead and models
            else "Since TensorFlow 2.6 tf.keras lives elsewhere: objects of the copy are of other classes than those of tf.keras and keras."
        ),
        (*((tensorflow.name,) if tensorflow else ("tensorflow",)), "keras"),
        places(uses),
        "import from tensorflow.keras, or from keras",
        (
            Evidence(
                "models of it were trained on TensorFlow 2.12 to 2.21",
                "measured on Linux x86_64, CPU; tensorflow/tensorflow#50613",
                "known to fail",
            ),
        ),
    )


def private_names(program: Program) -> Iterator[Finding]:
    """Give a finding for each private module of Keras that the program uses and that is there."""
    groups: dict[tuple[str, str], _Uses] = {}
    for named, every in program.uses.items():
        way, name = way_of(named.name), named.name
        textual = name[len("keras.") :] if name.startswith(("keras._", "keras.api.")) else below(name)
        kept = [placed for placed in every if placed[1].guard not in FORGIVING]
        if way and kept and way != _COPY and keras_names.is_private(textual) and not _gone(program, named):
            groups.setdefault((name.partition(".")[0], textual.partition(".")[0]), []).extend(kept)
    for (top, module), uses in groups.items():
        lives = keras_names.lives_in(top, module)
        yield finding(
            "KD843",
            Severity.WARNING,
            f"{top}.{module} is private to Keras",
            "Any release may move what is in it." + (f" The module itself is in {_releases(lives)}." if lives else ""),
            ("keras" if top != "tf_keras" else "tf-keras",),
            places(uses),
            "take the public name, which keras.io lists",
            (Evidence(f"{top}.{module} is in {_releases(lives) or 'some releases'}", _WHEELS),),
        )
