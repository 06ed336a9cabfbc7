"""What a program that gets at Keras in one way gets here: foretold from the findings and from who answers for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kdoctor import versions
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import KERAS, TENSORFLOW
from kdoctor.model import Finding, UsageResult

Broken = Mapping[str, tuple[str, ...]]


def broken_components(findings: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    """Give for each component that does not work the codes of the findings that say so."""
    broken: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        for component in finding.breaks:
            if finding.rule not in broken.get(component, ()):
                broken[component] = (*broken.get(component, ()), finding.rule)
    return broken


def foretell(coupling: Coupling, findings: Iterable[Finding]) -> dict[str, UsageResult]:
    """Give the outlook for each usage of the contract: keras, tensorflow.keras and mixed."""
    broken = broken_components(findings)
    standalone = _standalone(coupling, broken)
    through = _through_tensorflow(coupling, broken)
    # A program that mixes takes the attribute tf.keras, which may work where `from tensorflow.keras import X` does not.
    attribute = _through_tensorflow(coupling, {name: codes for name, codes in broken.items() if name != "tf.keras.import"})
    return {"keras": standalone, "tensorflow.keras": through, "mixed": _mixed(broken, standalone, attribute)}


def _result(coupling: Coupling, broken: Broken, needs: Iterable[str], answer: str | None, backend: str | None) -> UsageResult:
    codes = tuple(dict.fromkeys(code for component in needs for code in broken.get(component, ())))
    if codes:
        return UsageResult(works=False, resolves_to=answer, backend=backend, because=codes)
    # A paste that names three distributions says nothing of the fourth: no failure found is not yet a promise.
    return UsageResult(works=True if coupling.snapshot.complete else None, resolves_to=answer, backend=backend)


def _nobody_answers(coupling: Coupling, broken: Broken, owners: tuple[str, ...], component: str) -> UsageResult:
    """Give the result where no distribution answers for an import: a failure where that is known, else unknown."""
    known = coupling.has(owners[0]) is False or any(name in coupling.gone for name in owners)
    return UsageResult(works=False if known else None, because=broken.get(component, ()) if known else ())


def _standalone(coupling: Coupling, broken: Broken) -> UsageResult:
    keras = coupling.keras
    if keras is None and (coupling.folder("keras") or 0) <= 0:
        return _nobody_answers(coupling, broken, KERAS, "keras")
    backend = "tensorflow" if coupling.keras_generation == "tf" else coupling.backend
    answer = _answer(coupling)
    return _result(coupling, broken, ("keras", *((backend,) if backend else ())), answer, backend)


def _answer(coupling: Coupling) -> str:
    """Name the distribution whose classes a program gets; Keras 2.4 is a thin redirect to the Keras inside TensorFlow."""
    keras, tensorflow = coupling.keras, coupling.tensorflow
    if keras is None:
        return "keras (version unknown)"
    if tensorflow and versions.minor(keras.version) == (2, 4):
        return f"{tensorflow.name} {tensorflow.version or '(version unknown)'}"
    return f"{keras.name} {keras.version or '(version unknown)'}"


def _through_tensorflow(coupling: Coupling, broken: Broken) -> UsageResult:
    tensorflow = coupling.tensorflow
    if tensorflow is None and (coupling.folder("tensorflow") or 0) <= 0:
        return _nobody_answers(coupling, broken, TENSORFLOW, "tensorflow")
    minor = versions.minor(tensorflow.version) if tensorflow else None
    if tensorflow and minor and minor < (2, 6):
        return _result(coupling, broken, ("tensorflow",), f"{tensorflow.name} {tensorflow.version}", "tensorflow")
    if coupling.legacy and coupling.tf_keras and (minor is None or minor >= (2, 15)):
        tf_keras = coupling.tf_keras
        return _result(coupling, broken, ("tensorflow", "tf-keras"), f"{tf_keras.name} {tf_keras.version}", "tensorflow")
    keras = coupling.keras
    if keras is None and (coupling.folder("keras") or 0) <= 0:
        return _nobody_answers(coupling, broken, KERAS, "keras")
    backend = coupling.backend if coupling.keras_generation == "3" else "tensorflow"
    answer = _answer(coupling)
    needs = ("tensorflow", "tf.keras", "tf.keras.import", "keras", *((backend,) if backend else ()))
    return _result(coupling, broken, needs, answer, backend)


def _mixed(broken: Broken, standalone: UsageResult, through: UsageResult) -> UsageResult:
    if standalone.works is False or through.works is False:
        codes = tuple(dict.fromkeys((*standalone.because, *through.because)))
        return UsageResult(works=False, because=codes)
    answer = standalone.resolves_to
    if standalone.resolves_to != through.resolves_to and standalone.resolves_to and through.resolves_to:
        answer = f"{standalone.resolves_to} and {through.resolves_to}"
    if "mixed" in broken or "tf.keras.attribute" in broken:
        return UsageResult(works=False, resolves_to=answer, because=(*broken.get("mixed", ()), *broken.get("tf.keras.attribute", ())))
    works = None if standalone.works is None or through.works is None else True
    return UsageResult(works=works, resolves_to=answer, backend=standalone.backend)
