"""The live probe: what really happens when the patient imports its frameworks and trains a tiny model.

Each step runs in a process of the patient's interpreter of its own, below a guard (guard.py) that ends all that comes of it. It has the
user's environment but for the home folder, the folder for temporary files and KERAS_HOME, which are its own, with the same keras.json.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.collect import keras_generation
from kdoctor.collect.files import read_limited
from kdoctor.collect.interpreter import ask
from kdoctor.collect.keras_config import find_keras_config
from kdoctor.collect.patient import Patient
from kdoctor.collect.probe.outcome import read_outcome
from kdoctor.collect.probe.running import Guarded
from kdoctor.errors import KdoctorError
from kdoctor.model import Probe, ProbeStep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kdoctor.model import Snapshot

#: What the user's home folder is found by, and what in it a program might write to.
_DROPPED = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "__PYVENV_LAUNCHER__")
_STEP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "step.py")

#: What a usage needs to be found by the interpreter.
NEEDS = {"keras": ("keras",), "tensorflow.keras": ("tensorflow",), "mixed": ("keras", "tensorflow")}
#: Frameworks that no usage imports by itself.
_OTHERS = ("tf_keras", "jax", "torch", "openvino")


class Limits(NamedTuple):
    """What a step may take."""

    #: Each step; a first import on a slow disk takes a minute, a GPU's first kernels can take longer.
    seconds: int = 300
    #: MiB of data for a process, where that is to be limited.
    memory: int | None = None


USUAL = Limits()


class Progress(NamedTuple):
    """How far the probe is: the step that runs, its number, how many there are (0 = not known yet), and for how many seconds it runs."""

    step: str
    number: int
    steps: int
    seconds: float


def probe(
    snapshot: Snapshot, environ: Mapping[str, str], cwd: str, limits: Limits = USUAL, tell: Callable[[Progress], object] = lambda _: None
) -> Probe:
    """Run the patient of a snapshot that was just taken, with its user's variables and folder.

    `tell` hears how far it is, a few times a second.
    Raises KdoctorError where there is no interpreter or no guard can be started; all else is data.
    """
    run = _Run(_request(snapshot, environ, cwd, limits), limits, tell, environ)
    first = run.step("survey", 1, 0)
    found = _found(first.told)
    if first.step.outcome != "works" or found is None:
        return Probe(None, (first.step._replace(name="start"),), limits.seconds)
    steps: list[ProbeStep] = []
    names = _planned(found)
    for number, name in enumerate(names, 1):
        if name == "mixed" and not _worth_mixing(steps):
            steps.append(ProbeStep("mixed", "not run", "start"))
            continue
        steps.append(run.step(name, number, len(names)).step)
    return Probe(found, tuple(steps), limits.seconds)


class _Told(NamedTuple):
    step: ProbeStep
    told: list[dict[str, object]]


class _Run:
    """The probe of one patient."""

    def __init__(
        self, request: Mapping[str, object], limits: Limits, tell: Callable[[Progress], object], environ: Mapping[str, str]
    ) -> None:
        self._request = request
        self._limits = limits
        self._tell = tell
        self._environ = environ

    def step(self, name: str, number: int, steps: int) -> _Told:
        """Run one step to its end."""
        label = "python" if name == "survey" else name
        with Guarded(json.dumps({**self._request, "name": name}), self._environ) as guarded:
            answer = guarded.wait(self._limits.seconds, lambda seconds: self._tell(Progress(label, number, steps, seconds)))
        return _Told(*read_outcome(name, answer, self._environ))


def _request(snapshot: Snapshot, environ: Mapping[str, str], cwd: str, limits: Limits) -> dict[str, object]:
    executable = snapshot.python.executable if snapshot.python else None
    if not executable:
        raise KdoctorError("--probe needs an interpreter, and this environment has none that answers", "name one: --python PATH")
    return {
        "command": [executable, "-B"],
        "step": _STEP,
        "environment": _environment(executable, environ),
        "cwd": cwd,
        "seconds": limits.seconds,
        "memory": limits.memory,
        "keras_json": _keras_json(environ, cwd, keras_generation(snapshot.distributions)),
    }


def _environment(executable: str, environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in _DROPPED}
    kept["PYTHONDONTWRITEBYTECODE"] = "1"
    base = _user_base(executable, environ)
    if base and not environ.get("PYTHONUSERBASE"):
        # It lies below the home folder, which the probe does not have.
        kept["PYTHONUSERBASE"] = base
    return kept


def _user_base(executable: str, environ: Mapping[str, str]) -> str | None:
    """Return the folder above the patient's site-packages for this user: lib/pythonX.Y/site-packages, on Windows PythonXY/site-packages."""
    with ask(Patient(executable, "", "interpreter"), environ) as question:
        site = question.answer().user_site
    for _ in range(2 if sys.platform == "win32" else 3):
        site = os.path.dirname(site) if site else None
    return site


def _keras_json(environ: Mapping[str, str], cwd: str, keras: str | None) -> str | None:
    try:
        return base64.b64encode(read_limited(find_keras_config(environ, cwd, keras), 1024 * 1024)).decode("ascii")
    except OSError:
        return None


def _found(told: list[dict[str, object]]) -> tuple[str, ...] | None:
    names = next((line["found"] for line in told if "found" in line), None)
    return tuple(map(str, names)) if isinstance(names, list) else None


def _planned(found: tuple[str, ...]) -> list[str]:
    usages = [usage for usage, needs in NEEDS.items() if all(name in found for name in needs)]
    return [*usages, *(name for name in _OTHERS if name in found)]


def _worth_mixing(steps: list[ProbeStep]) -> bool:
    """Tell whether a program that mixes could work: not where one of the two imports fails by itself."""
    return all(step.outcome == "works" or "import" in step.stages for step in steps) and steps[0].outcome == "works"
