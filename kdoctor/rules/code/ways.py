"""By which ways a program gets at Keras, and which of them lead nowhere here."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import OWNERS
from kdoctor.model import Evidence, Finding, Severity
from kdoctor.rules.code.answers import answer
from kdoctor.rules.code.program import DOUBTFUL, FORGIVING, Program, finding, places

#: Way -> the folder that must be there.
_FOLDERS = {
    "keras": "keras",
    "tensorflow.keras": "tensorflow",
    "tensorflow.python.keras": "tensorflow",
    "tensorflow.contrib.keras": "tensorflow",
    "tf_keras": "tf_keras",
    "keras_core": "keras_core",
}


def missing_ways(program: Program) -> Iterator[Finding]:
    """Give a finding for each way to Keras that the program imports while nobody answers for it."""
    for way, folder in _FOLDERS.items():
        uses = [(path, use) for path, use in program.used(way, forgiven=FORGIVING) if not use.others]
        if uses and _is_missing(program.coupling, folder):
            distribution = OWNERS[folder][0]
            yield finding(
                "KD851",
                Severity.ERROR if any(use.guard not in DOUBTFUL for _, use in uses) else Severity.NOTE,
                f"the program imports {way}, and {distribution} is not installed",
                f"`import {folder}` fails with ModuleNotFoundError here.",
                (distribution,),
                places(uses),
                f"install {distribution}, or import the Keras that is there",
                (Evidence(f"no distribution here owns the folder {folder}", "the environment"),),
            )


def contrib(program: Program) -> Iterator[Finding]:
    """Give a finding where the program uses tensorflow.contrib.keras, which went with TensorFlow 2.0."""
    uses = program.used("tensorflow.contrib.keras", forgiven=FORGIVING)
    tensorflow = program.coupling.tensorflow
    minor = versions.minor(tensorflow.version) if tensorflow else None
    if uses and tensorflow and minor and minor >= (2, 0):
        yield finding(
            "KD841",
            Severity.ERROR if any(use.guard not in DOUBTFUL for _, use in uses) else Severity.NOTE,
            f"tensorflow.contrib.keras does not exist in {tensorflow.name} {tensorflow.version}",
            "tensorflow.contrib is in TensorFlow 1 alone.",
            (tensorflow.name,),
            places(uses),
            "use tensorflow.keras instead",
            (Evidence("tensorflow.contrib is gone", "TensorFlow 2.0.0 release notes", "known to fail"),),
        )


def _is_missing(coupling: Coupling, folder: str) -> bool:
    owners = OWNERS[folder]
    if (coupling.folder(folder) or 0) > 0:
        return False
    return all(coupling.has(name) is False for name in owners) or (
        not coupling.snapshot.complete and owners[0] in coupling.snapshot.absent and not any(coupling.has(name) for name in owners)
    )


def tied_to_tensorflow(program: Program) -> Iterator[Finding]:
    """Give a note on what binds the program to the Keras inside TensorFlow although `keras` gives the same."""
    uses = [(path, use) for path, use in program.used("tensorflow.keras") if not use.name.startswith("keras.")]
    through, alone = answer(program.coupling, "tensorflow.keras"), answer(program.coupling, "keras")
    if not uses or alone is None or alone.generation != "3":
        return
    same = through is not None and through[:2] == alone[:2]
    yield finding(
        "KD852",
        Severity.NOTE,
        f"{len(uses)} places get at Keras through TensorFlow" if len(uses) > 1 else "one place gets at Keras through TensorFlow",
        f"They get {through.label if through else 'no Keras'}{', the same as `import keras`' if same else ''}, and TensorFlow has to be "
        "installed for it, whatever the backend is.",
        ("tensorflow", "keras"),
        places(uses),
        "kdoctor scan --fix makes `keras` of it",
    )
