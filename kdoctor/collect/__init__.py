"""The only part of kdoctor that touches the machine: it looks, and makes a snapshot of what it saw."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect.files import encodable
from kdoctor.collect.interpreter import ask
from kdoctor.collect.patient import find_patient
from kdoctor.model import Platform, Python, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kdoctor.collect.accelerators import Accelerators
    from kdoctor.collect.distributions import Shelf
    from kdoctor.collect.interpreter import Answer
    from kdoctor.collect.patient import Patient
    from kdoctor.model import Distribution

#: sys.platform -> the system as platform.system() says it, lower-cased.
_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows", "cygwin": "windows", "msys": "windows"}


class _Machine(NamedTuple):
    """What is true of the computer, whoever the patient is."""

    system: str
    machine: str
    cpu_flags: frozenset[str] | None
    wsl: bool | None
    container: str | None
    release: str | None
    accelerators: Accelerators


def collect_snapshot(
    python: str | None, environ: Mapping[str, str], cwd: str, meanwhile: Callable[[], object] = tuple, *, deep: bool = False
) -> Snapshot:
    """Look at the patient (`python` as given with --python, None = the one that this shell uses) and at this computer.

    `meanwhile` is called while the patient's interpreter thinks, so that the caller can make ready what comes next. `deep` reads
    the files of the family on disk as well.
    Nothing of the patient is executed but its interpreter under -I -S, and nothing of it is imported. Raises KdoctorError where
    there is no patient or it does not answer; whatever else cannot be read is None in the snapshot, with a reason in `unread`.
    """
    patient = find_patient(python, environ, cwd)
    with ask(patient, environ) as question:
        here = _read_machine(environ)
        ahead = _read_ahead(patient)
        meanwhile()
        answer = question.answer()
    snapshot = _put_together(patient, answer, here, environ, cwd, ahead)
    if not deep:
        return snapshot
    from kdoctor.collect.deep import look_deeper  # noqa: PLC0415 - Only --deep asks.

    return look_deeper(snapshot, answer, environ, cwd)


def keras_generation(distributions: Iterable[Distribution]) -> str | None:
    """Return the version of Keras whose rules hold for keras.json; None = a recent one."""
    versions = {found.name: found.version for found in reversed([*distributions]) if not found.leftover}
    if "keras" in versions:
        return versions["keras"]
    # The Keras inside TensorFlow and tf-keras both keep to the rules of the last Keras 2.
    return "2.15" if "tf-keras" in versions and not {"keras-nightly", "keras-core"} & versions.keys() else None


def _read_ahead(patient: Patient) -> dict[str, Shelf]:
    """Read the folders that a virtual environment is sure to have on its path, before its interpreter has said so."""
    from kdoctor.collect.distributions import read_shelf  # noqa: PLC0415 - The patient is asked first.
    from kdoctor.collect.patient import bare_sites  # noqa: PLC0415

    prefix = os.path.dirname(os.path.dirname(patient.executable))
    if patient.kind != "interpreter" or not os.path.isfile(os.path.join(prefix, "pyvenv.cfg")):
        return {}
    return {site: read_shelf(site) for site in bare_sites(prefix)}


def _put_together(
    patient: Patient, answer: Answer, here: _Machine, environ: Mapping[str, str], cwd: str, ahead: Mapping[str, Shelf]
) -> Snapshot:
    # These are imported only now, since the patient is asked first.
    from kdoctor.collect.distributions import import_folders, survey  # noqa: PLC0415
    from kdoctor.collect.keras_config import read_keras_config  # noqa: PLC0415
    from kdoctor.collect.search_path import build_search_path, sees_base  # noqa: PLC0415
    from kdoctor.collect.variables import read_variables  # noqa: PLC0415

    paths = build_search_path(answer, environ, cwd)
    found = survey(paths, ahead)
    config = read_keras_config(environ, cwd, keras_generation(found.distributions))
    return Snapshot(
        python=_python(answer),
        platform=_platform(answer, here),
        cpu_flags=here.cpu_flags,
        complete=not found.unread and not (answer.executable is None and answer.venv_config and sees_base(answer)),
        distributions=found.distributions,
        environment=read_variables(environ),
        keras_config=config.content,
        folders=import_folders(paths),
        accelerators=here.accelerators.devices,
        drivers=here.accelerators.drivers,
        libraries=here.accelerators.libraries,
        observed=dict(here.accelerators.observed),
        patient=encodable(patient.executable),
        chosen=patient.why,
        unread={
            **here.accelerators.unread,
            **_unread(patient, answer),
            **found.unread,
            **({"keras.json": config.problem} if config.problem else {}),
        },
    )


def _read_machine(environ: Mapping[str, str]) -> _Machine:
    from kdoctor.collect import machine  # noqa: PLC0415 - The patient is asked first.
    from kdoctor.collect.accelerators import read_accelerators  # noqa: PLC0415

    system = _SYSTEMS.get(sys.platform, sys.platform)
    processor = _processor(environ)
    return _Machine(
        system=system,
        machine=processor,
        cpu_flags=machine.read_cpu_flags("/"),
        wsl=machine.read_wsl("/", environ),
        container=machine.read_container("/", environ),
        release=machine.read_release(system),
        accelerators=read_accelerators("/", environ, system=system, machine=processor),
    )


def _processor(environ: Mapping[str, str]) -> str:
    name = os.uname().machine if hasattr(os, "uname") else environ.get("PROCESSOR_ARCHITECTURE", "")
    return name.lower()


def _python(answer: Answer) -> Python:
    return Python(
        version=answer.version,
        implementation=answer.implementation or "cpython",
        executable=encodable(answer.executable) if answer.executable else None,
        prefix=encodable(answer.prefix) if answer.prefix else None,
        free_threaded=answer.free_threaded,
        bits=answer.bits,
    )


def _platform(answer: Answer, here: _Machine) -> Platform:
    from kdoctor.collect.machine import read_libc  # noqa: PLC0415 - The patient is asked first.

    system = _SYSTEMS.get(answer.platform, answer.platform) if answer.platform else here.system
    return Platform(
        system=system,
        machine=(answer.machine or here.machine).lower() or None,
        libc=read_libc("/", answer.executable or sys.executable) if system == "linux" else None,
        release=here.release if system == here.system else None,
        wsl=here.wsl,
        container=here.container,
    )


def _unread(patient: Patient, answer: Answer) -> dict[str, str]:
    if patient.kind != "folder":
        return {}
    said = f"version {answer.version} is what the folder says" if answer.version else "its version is unknown"
    return {
        "python": f"{encodable(patient.note)}; {said}",
        "platform": "taken from this computer, as there is no interpreter to ask",
    }
