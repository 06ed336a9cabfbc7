"""Environment variables that the program sets: in time, too late, or against those of the environment."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import LEGACY_ON
from kdoctor.model import Evidence, Finding, Severity
from kdoctor.rules.code.program import Program, at, finding, places
from kdoctor.source.facts import Import, Place, Setting, SourceFacts, Use
from kdoctor.source.families import ADDONS, below, way_of

_READ_BY_KERAS = ("KERAS_BACKEND", "KERAS_HOME")
_LEGACY = "TF_USE_LEGACY_KERAS"
#: From this TensorFlow on `import tensorflow` imports Keras 3.
_IMPORTS_KERAS = (2, 16)
_CERTAIN = ("", "function", "branch")
_OUT_OF_SIGHT = {
    "putenv": "os.putenv changes the variable for child processes only; Python reads os.environ, which stays as it was",
    "shell": "`!export` sets it in a shell of its own that ends with the line; write %env in a notebook",
}
_MEASURED = "measured on TensorFlow 2.15, 2.18 and 2.21; tensorflow/__init__.py and tensorflow/python/util/lazy_loader.py"


def without_effect(program: Program) -> Iterator[Finding]:
    """Give a finding for each variable that is set where nobody reads it any more."""
    for path, facts in program.files.items():
        for setting in facts.settings:
            why = _OUT_OF_SIGHT.get(setting.how) or _too_late(program, path, setting)
            if why and _wanted(program.coupling, setting):
                yield _without_effect(program.coupling, path, setting, why)


def _without_effect(coupling: Coupling, path: str, setting: Setting, why: str) -> Finding:
    value = f"={setting.value}" if setting.value is not None else ""
    return finding(
        "KD847",
        Severity.ERROR if setting.guard in _CERTAIN[:2] and setting.value is not None else Severity.WARNING,
        f"{setting.variable}{value} is set without effect",
        f"{why.replace('the ', 'The ', 1) if why.startswith('the ') else why}.",
        (setting.variable, coupling.keras.name if coupling.keras else "keras"),
        (at(path, setting.place),),
        f"set {setting.variable} before the first import of Keras and TensorFlow, or outside of the program",
        (Evidence("when the variable is read", _MEASURED),),
    )


def _wanted(coupling: Coupling, setting: Setting) -> bool:
    """Tell whether the setting would have changed anything: the variable is heeded here, and not already so."""
    if setting.variable in _READ_BY_KERAS and coupling.keras_generation == "tf" and "keras-core" not in coupling.present:
        return False
    if setting.variable == "KERAS_BACKEND" and setting.value is not None:
        return setting.value != coupling.backend
    if setting.variable == _LEGACY:
        return (setting.value in LEGACY_ON) != bool(coupling.legacy)
    return setting.variable in _READ_BY_KERAS


def _too_late(program: Program, path: str, setting: Setting) -> str:
    """Say what has read the variable before it is set; "" where nothing has, or that is not certain."""
    reader = reader_before(program, path, setting)
    if reader is None or setting.guard not in _CERTAIN:
        return ""
    if isinstance(reader, Import):
        return f"the import of {reader.path} in line {reader.line} has read it before, since that file imports Keras"
    return f"{_spoken(reader)} in line {reader.place.line} has read it before"


def reader_before(program: Program, path: str, setting: Setting) -> Use | Import | None:
    """Give the import that reads the variable before it is set: of Keras or TensorFlow, or of a file of the program that imports them."""
    facts, spot = program.files[path], _order(setting.place)
    here = _reader_here(program.coupling, facts, setting)
    if here:
        return here
    before = (one for one in facts.imports if not one.guard and (one.cell, one.line) < spot[:2])
    return next((one for one in before if _reads_when_imported(program, one.path, setting.variable, {path})), None)


def _reads_when_imported(program: Program, path: str, variable: str, seen: set[str]) -> bool:
    """Tell whether the import of a file of the program reads a variable that the file does not set itself."""
    facts = program.files.get(path)
    if facts is None or path in seen or any(one.variable == variable for one in facts.settings):
        return False
    seen.add(path)
    if any(not use.guard and _reads(program.coupling, use, variable) for use in facts.uses):
        return True
    return any(not one.guard and _reads_when_imported(program, one.path, variable, seen) for one in facts.imports)


def _reader_here(coupling: Coupling, facts: SourceFacts, setting: Setting) -> Use | None:
    spot = _order(setting.place)
    again = any(
        one.variable == setting.variable and one.value == setting.value and _order(one.place) < spot and one.guard == ""
        for one in facts.settings
    )
    if again:
        return None
    before = [use for use in facts.uses if not use.guard and _order(use.place) < spot]
    if setting.variable == _LEGACY and any(_by_module(use) and _order(use.place) > spot for use in facts.uses):
        # `from tensorflow.keras import ...` asks what was decided when TensorFlow was imported; the attribute tf.keras asks anew.
        return next((use for use in before if _imports_tensorflow(coupling, use)), None)
    return next((use for use in before if _reads(coupling, use, setting.variable)), None)


def _by_module(use: Use) -> bool:
    module = use.name.rpartition(".")[0] if use.form == "from" else use.name
    return use.form != "attribute" and way_of(module) == "tensorflow.keras"


def _imports_tensorflow(coupling: Coupling, use: Use) -> bool:
    top = use.name.partition(".")[0]
    return top == "tensorflow" or top in ADDONS or (way_of(use.name) == "keras" and coupling.backend == "tensorflow")


def _reads(coupling: Coupling, use: Use, variable: str) -> bool:
    minor = versions.minor(coupling.tensorflow.version) if coupling.tensorflow else None
    top, way = use.name.partition(".")[0], way_of(use.name)
    if variable == _LEGACY:
        # `from tensorflow import keras` and `K = tf.keras` give a stand-in that decides when something is taken from it.
        return use.form == "attribute" and way == "tensorflow.keras" and bool(below(use.name))
    if variable not in _READ_BY_KERAS:
        return False
    if way in ("keras", "keras_core") or (top in ADDONS and top.startswith("keras")):
        return True
    imports_keras = minor is not None and minor >= _IMPORTS_KERAS and top == "tensorflow"
    return coupling.keras_generation == "3" and (way == "tensorflow.keras" or imports_keras)


def _spoken(use: Use) -> str:
    name = use.name if use.form != "from" else use.name.rpartition(".")[0]
    return f"the use of {use.name}" if use.form == "attribute" else f"the import of {name}"


def _order(place: Place) -> tuple[int, int, int]:
    return place.cell, place.line, place.column


def in_time(program: Program) -> Iterator[tuple[str, dict[str, Setting]]]:
    """Give for each file the variables that it sets to a constant before anybody reads them, with the last setting of each."""
    for path, facts in program.files.items():
        held: dict[str, Setting] = {}
        for setting in facts.settings:
            if setting.how not in ("set", "default") or setting.value is None or setting.guard not in ("", "function"):
                continue
            if setting.how == "default" and setting.variable in (program.coupling.snapshot.environment or {}):
                continue
            if reader_before(program, path, setting) is None:
                held[setting.variable] = setting
        if held:
            yield path, held


def contradicted(program: Program) -> Iterator[Finding]:
    """Give a note where the program sets a variable that the environment sets otherwise."""
    environment = program.coupling.snapshot.environment or {}
    for path, facts in program.files.items():
        for setting in facts.settings:
            theirs = environment.get(setting.variable)
            if theirs is None or setting.value in (None, theirs) or setting.how not in ("set", "default"):
                continue
            if setting.how == "set" and reader_before(program, path, setting):
                continue
            wins = "the environment" if setting.how == "default" else "the program"
            yield finding(
                "KD848",
                Severity.NOTE,
                f"{setting.variable} is {setting.value} in the program and {theirs} in the environment",
                f"Here {wins} wins.",
                (setting.variable,),
                places([(path, setting)]),
                "say it in one place",
            )
