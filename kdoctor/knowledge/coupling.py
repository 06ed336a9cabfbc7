"""Who answers for what in a snapshot: the view that every rule shares.

All of it follows from the snapshot alone; what cannot be told is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, NamedTuple

from kdoctor import versions
from kdoctor.knowledge.families import BACKENDS, FEWEST_ENTRIES, KERAS, LEGACY_ON, OWNERS, TENSORFLOW, TF_KERAS
from kdoctor.model import Distribution, Snapshot


class Coupling(NamedTuple):
    """A snapshot with the questions answered that all rules ask."""

    snapshot: Snapshot
    #: The copy of each distribution that an import finds; leftovers and metadata without files are not there.
    present: Mapping[str, Distribution]
    marker_environment: dict[str, str] | None
    tensorflow: Distribution | None
    keras: Distribution | None
    tf_keras: Distribution | None
    #: TF_USE_LEGACY_KERAS is on; None where the variables are unknown.
    legacy: bool | None
    #: The backend that Keras 3 (or the first, multi-backend Keras) would take, as it is spelled, and who says so.
    backend: str | None
    backend_source: str
    #: Installed by their metadata, but without the files that they own.
    gone: Mapping[str, Distribution] = {}

    def has(self, name: str) -> bool | None:
        """Tell whether a distribution is installed, be it without its files; None where nobody could tell."""
        if name in self.present or name in self.gone:
            return True
        if self.snapshot.complete or name in self.snapshot.absent:
            return False
        return None

    def folder(self, name: str) -> int | None:
        """Give the entries of an import folder, -1 where it is known to be gone or gutted, None where nobody looked."""
        folders = self.snapshot.folders
        if folders is None or name not in folders:
            return None
        entries = folders[name]
        return -1 if entries is None or gutted(name, entries) else entries

    @property
    def keras_generation(self) -> str | None:
        """Say which kind of Keras answers `import keras`: "multi" (before 2.4), "tf" (2.4 to 2.15) or "3"; None = unknown.

        Where its version is not known, TensorFlow 2.16 and later tell: they run with Keras 3 only.
        """
        known = generation(self.keras)
        if known or (self.keras is None and self.has("keras") is False):
            return known
        minor = versions.minor(self.tensorflow.version) if self.tensorflow else None
        return "3" if minor is not None and minor >= (2, 16) and (self.keras is None or self.keras.version is None) else None


def generation(keras: Distribution | None) -> str | None:
    """Say which generation a keras distribution is of: "multi" (before 2.4), "tf" (2.4 to 2.15) or "3"; None = unknown."""
    minor = versions.minor(keras.version) if keras else None
    if minor is None:
        return None
    if minor >= (3, 0):
        return "3"
    return "tf" if minor >= (2, 4) else "multi"


def couple(snapshot: Snapshot) -> Coupling:
    """Give the shared view of a snapshot."""
    markers = versions.marker_environment(snapshot)
    gone = _without_files(snapshot, markers)
    present = _present(snapshot, gone)
    keras = _answering(present, KERAS, markers)
    variables = snapshot.environment
    backend, source = asked_backend(snapshot, keras)
    return Coupling(
        snapshot=snapshot,
        present=present,
        marker_environment=markers,
        tensorflow=_answering(present, TENSORFLOW, markers),
        keras=keras,
        tf_keras=_answering(present, TF_KERAS, markers),
        legacy=None if variables is None else variables.get("TF_USE_LEGACY_KERAS") in LEGACY_ON,
        backend=backend,
        backend_source=source,
        gone={d.name: d for d in snapshot.distributions if not d.leftover and d.name in gone},
    )


def _present(snapshot: Snapshot, gone: set[str]) -> dict[str, Distribution]:
    """Choose among copies of one name: the first on the path; inside one folder, the newest, since its files are the later ones."""
    present: dict[str, Distribution] = {}
    for distribution in snapshot.distributions:
        if distribution.leftover or distribution.name in gone:
            continue
        known = present.get(distribution.name)
        if known is None or (known.location == distribution.location and _newer(distribution, known)):
            present[distribution.name] = distribution
    return present


def _newer(one: Distribution, other: Distribution) -> bool:
    if one.version is None or other.version is None:
        return other.version is None and one.version is not None
    return versions.satisfies(one.version, f">{other.version}") is True


def _without_files(snapshot: Snapshot, markers: dict[str, str] | None) -> set[str]:
    """Name the distributions whose metadata stands there while the folder they own is gone or empty; a shell never had files."""
    folders = [folder for folder, entries in (snapshot.folders or {}).items() if gutted(folder, entries) and folder in OWNERS]
    return {
        one.name
        for folder in folders
        for one in snapshot.distributions
        if one.name in OWNERS[folder] and not is_shell(one, OWNERS[folder], markers)
    }


def gutted(folder: str, entries: int | None) -> bool:
    """Tell whether an import folder with so many entries (None = not there) holds no code."""
    return (entries or 0) < FEWEST_ENTRIES.get(folder, 1)


def _answering(present: Mapping[str, Distribution], names: tuple[str, ...], markers: dict[str, str] | None) -> Distribution | None:
    """Give the distribution that answers for an import: of a shell and its body the body, of rivals the usual one."""
    found = [present[name] for name in names if name in present]
    bodies = [one for one in found if not any(other is not one and points_to(one, other.name, markers) for other in found)]
    return next(iter(bodies or found), None)


def points_to(shell: Distribution, name: str, markers: dict[str, str] | None) -> bool:
    """Tell whether a distribution requires exactly one version of another that owns the same folder: then it is but a shell around it."""
    for text in shell.requires or ():
        if text.lower().startswith(name):
            wanted = versions.requirement(text)
            if wanted and wanted.name == name and "==" in wanted.specifier and versions.marker_holds(wanted.marker, markers):
                return True
    return False


def is_shell(one: Distribution, owners: tuple[str, ...], markers: dict[str, str] | None) -> bool:
    """Tell whether a distribution is but a shell around an owner of its folder, installed or not; tensorflow-macos 2.15.1 names itself."""
    return any(points_to(one, name, markers) for name in owners)


def asked_backend(snapshot: Snapshot, keras: Distribution | None) -> tuple[str | None, str]:
    """Say which backend is asked for and by whom; source: keras/src/backend/config.py of Keras 3.0 to 3.15 and of 1.0 to 2.3."""
    variables, config = snapshot.environment, snapshot.keras_config
    kind = generation(keras)
    variable = (variables or {}).get("KERAS_BACKEND")
    if variable or (variable == "" and keras and kind == "multi" and _reading().takes_empty_variable(keras.version)):
        return variable, "KERAS_BACKEND"
    if isinstance(config, dict) and "backend" in config and kind != "tf":
        # Keras looks for a backend of that name, whatever type the value is of.
        return str(config["backend"]), "keras.json"
    if variables is None and config is None and not snapshot.complete:
        return None, "unknown"
    system = snapshot.platform.system if snapshot.platform else None
    return (_reading().default_backend(keras.version, system) if keras and kind == "multi" else "tensorflow"), "default"


def _reading() -> ModuleType:
    from kdoctor.knowledge import reading  # noqa: PLC0415 -- start-up time: hardly anybody has the first Keras.

    return reading


def backend_known(coupling: Coupling) -> bool | None:
    """Tell whether the Keras at hand has the backend that is asked for; None where it is no Keras 3 or cannot be told."""
    if coupling.backend is None or coupling.keras_generation != "3":
        return None
    since = BACKENDS.get(coupling.backend)
    version = versions.base(coupling.keras.version) if coupling.keras else None
    return since is not None and versions.satisfies(version, f">={since}") is not False


def config_value(coupling: Coupling, key: str) -> Any:
    """Give one value of the keras.json that Keras would read, or None."""
    config = coupling.snapshot.keras_config
    return config.get(key) if isinstance(config, dict) else None
