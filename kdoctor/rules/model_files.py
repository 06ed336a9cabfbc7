"""Whether the Kerases of an environment can load a saved model: rows on forms and versions, held against who answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.model_files import LOADING, NEWER, Loading
from kdoctor.model import Evidence, Finding, ModelFile, ModelOutlook, Severity, UsageResult

Usages = Mapping[str, UsageResult]
_WORDS = {"keras": "import keras", "tensorflow.keras": "tensorflow.keras"}
_FORMS = {"keras": "a .keras archive", "h5": "HDF5", "weights": "weights without a model", "saved_model": "a SavedModel folder"}


def load(models: tuple[ModelFile, ...], found: tuple[Finding, ...], usages: Usages) -> tuple[tuple[Finding, ...], tuple[ModelOutlook, ...]]:
    """Give the findings with those on saved models among them, the worst first, and what each file can be loaded by."""
    told = (*found, *findings(models, usages))
    return tuple(sorted(told, key=lambda finding: -finding.severity)), tuple(outlook(model, usages) for model in models)


def outlook(model: ModelFile, usages: Usages) -> ModelOutlook:
    """Say whether each way to use Keras loads the file here; None = it depends, or nobody can tell."""
    loads = {usage: row.works if row else None for usage, row in _rows(model, usages).items()}
    return ModelOutlook(model.path, _written(model), loads)


def findings(models: tuple[ModelFile, ...], usages: Usages) -> Iterator[Finding]:
    """Give a finding for each file that cannot be loaded here, or not by every way, or only with care."""
    for model in models:
        rows = _rows(model, usages)
        refused = {usage: row for usage, row in rows.items() if row and row.works is False}
        careful = {usage: row for usage, row in rows.items() if row and row.works is None}
        if refused:
            yield _refused(model, refused, [usage for usage in rows if usage not in refused], usages)
        elif careful:
            yield _careful(model, careful, usages)


def _refused(model: ModelFile, rows: Mapping[str, Loading], others: list[str], usages: Usages) -> Finding:
    other = " ".join(f"{_WORDS[usage]} ({usages[usage].resolves_to}) can." for usage in others)
    return Finding(
        rule="KD821",
        name=name_of("KD821"),
        severity=Severity.WARNING if others else Severity.ERROR,
        summary=f"{_readers(rows, usages)} cannot load {model.path}, {_written(model)}",
        cause=" ".join(filter(None, (_causes(rows), other))),
        subjects=_subjects(rows, usages),
        evidence=_evidence(rows),
        advice=f"Load it with {_WORDS[others[0]]}." if others else _advice(rows),
    )


def _careful(model: ModelFile, rows: Mapping[str, Loading], usages: Usages) -> Finding:
    return Finding(
        rule="KD822",
        name=name_of("KD822"),
        severity=Severity.WARNING,
        summary=f"{_readers(rows, usages)} may not load {model.path}, {_written(model)}, without more ado",
        cause=_causes(rows),
        subjects=_subjects(rows, usages),
        evidence=_evidence(rows),
        advice=_advice(rows),
    )


def _rows(model: ModelFile, usages: Usages) -> dict[str, Loading | None]:
    """Give what is known for each usage that a Keras answers which works or may work."""
    found: dict[str, Loading | None] = {}
    for usage in _WORDS:
        version = (usages[usage].resolves_to or "").rpartition(" ")[2]
        if usages[usage].works is not False and versions.minor(version):
            found[usage] = next((row for row in LOADING if _fits(row, model, version)), None)
    return found


def _fits(row: Loading, model: ModelFile, reader: str) -> bool:
    signs = model.signs | ({"named-keras"} if model.path.lower().endswith(".keras") else frozenset())
    if row.form != model.form or (row.sign and row.sign not in signs) or versions.satisfies(reader, row.reads) is not True:
        return False
    newer, specifier = row.written.startswith(NEWER), row.written.removeprefix(NEWER).strip()
    if newer and not _is_newer(model.keras_version, reader):
        return False
    return not specifier or versions.satisfies(model.keras_version, specifier) is True


def _is_newer(written: str | None, reader: str) -> bool:
    wrote, reads = versions.minor(written), versions.minor(reader)
    return wrote is not None and reads is not None and wrote > reads


def _written(model: ModelFile) -> str:
    form = _FORMS.get(model.form, model.form)
    if model.keras_version:
        return f"{form} written by Keras {model.keras_version}"
    return f"{form} written by TensorFlow {model.tensorflow_version}" if model.tensorflow_version else form


def _readers(rows: Mapping[str, Loading], usages: Usages) -> str:
    return " and ".join(dict.fromkeys(str(usages[usage].resolves_to) for usage in rows))


def _subjects(rows: Mapping[str, Loading], usages: Usages) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(usages[usage].resolves_to).partition(" ")[0] for usage in rows))


def _causes(rows: Mapping[str, Loading]) -> str:
    return " ".join(dict.fromkeys(f"{row.says[:1].upper()}{row.says[1:]}." for row in rows.values()))


def _advice(rows: Mapping[str, Loading]) -> str:
    return " ".join(dict.fromkeys(row.advice for row in rows.values()))


def _evidence(rows: Mapping[str, Loading]) -> tuple[Evidence, ...]:
    told = dict.fromkeys((row.error or row.says, row.source) for row in rows.values())
    return tuple(Evidence(says, source, "known to fail") for says, source in told)
