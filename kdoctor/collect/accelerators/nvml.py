"""Ask NVML, NVIDIA's management library, in a process of its own."""

from __future__ import annotations

import os
import re
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.model import Accelerator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NONE: Mapping[int, str] = {}

#: Where libnvidia-ml.so.1 lies when the loader is not told: WSL, Kubernetes engines, NixOS.
_HIDEOUTS = ("/usr/lib/wsl/lib", "/usr/local/nvidia/lib64", "/run/opengl-driver/lib")

_UNREADABLE = "the process that asks NVML said nothing that could be read"


class Answer(NamedTuple):
    """What NVML says; all is unknown where `failure` says why."""

    devices: tuple[Accelerator, ...] | None = None
    driver: str | None = None
    #: The newest CUDA that the driver serves, such as "12.4".
    cuda: str | None = None
    #: The places in `devices` of GPUs that are split by MIG.
    mig: tuple[int, ...] = ()
    #: Place in `devices` -> why that GPU could not be asked.
    silent: Mapping[int, str] = _NONE
    failure: str | None = None


def ask_nvml(environ: Mapping[str, str], deadline: float, folders: Sequence[str] | None = None) -> Answer:
    """Ask NVML on this machine and come back within `deadline` seconds, or one more where the child does not die.

    `folders` is where the child looks for pynvml; by default where this process would find it.
    """
    folders = _folders() if folders is None else folders
    if not folders:
        return Answer(failure="nvidia-ml-py is not installed beside kdoctor")
    if not sys.executable:
        return Answer(failure="kdoctor runs in an interpreter that cannot be started a second time")
    try:
        status, output = _run(["-I", "-S", "-B", f"{_above(__file__, 1)}/nvml_child.py", *folders], _environment(environ), deadline)
    except KdoctorError as error:
        return Answer(failure=f"NVML could not be asked: {error.message}")
    if status is None:
        return Answer(failure=f"NVML did not answer within {deadline:g} s")
    return _answer(output) if status == 0 else Answer(failure=_death(status))


def _folders() -> list[str]:
    """Return the folder or archive that holds pynvml, found without importing it."""
    from importlib.machinery import PathFinder  # noqa: PLC0415 -- only machines with a driver come here.

    spec = PathFinder.find_spec("pynvml")
    if spec is None or spec.origin is None:
        return []
    return [_above(spec.origin, 2 if spec.submodule_search_locations else 1)]


def _above(path: str, levels: int) -> str:
    for _ in range(levels):
        path = os.path.dirname(path)
    return path


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    paths = (environ.get("LD_LIBRARY_PATH", ""), *filter(os.path.isdir, _HIDEOUTS))
    joined = ":".join(path for path in paths if path)
    return {**environ, "LD_LIBRARY_PATH": joined} if joined else dict(environ)


def _run(arguments: list[str], environ: Mapping[str, str], deadline: float) -> tuple[int | None, str]:
    """Run this interpreter; return its exit status (None = out of time) and what it wrote."""
    from kdoctor.collect.child import Child  # noqa: PLC0415 -- only machines with a driver pay for it.

    end = time.monotonic() + deadline
    with Child(sys.executable, arguments, environ) as child:
        output = child.read(end)
        return (None, "") if output is None else (child.wait(end), output)


def _death(status: int) -> str:
    if status > 0:
        return f"the process that asks NVML ended with status {status}"
    import signal  # noqa: PLC0415 -- loaded already.

    try:
        return f"the process that asks NVML died of {signal.Signals(-status).name}"
    except ValueError:
        return f"the process that asks NVML died of signal {-status}"


def _answer(output: str) -> Answer:
    """Read the last line, the child's own; libraries may have written others."""
    import json  # noqa: PLC0415 -- only machines with a driver pay for it.

    try:
        said = json.loads(output.strip().rpartition("\n")[2])
    except ValueError:
        return Answer(failure=_UNREADABLE)
    if not isinstance(said, dict) or not said:
        return Answer(failure=_UNREADABLE)
    if "failure" in said:
        return Answer(failure=said["failure"])
    rows = said["devices"]
    return Answer(
        devices=tuple(_accelerator(row) for row in rows),
        driver=said["driver"],
        cuda=said["cuda"],
        mig=tuple(place for place, row in enumerate(rows) if row.get("mig")),
        silent={place: row["failure"] for place, row in enumerate(rows) if "failure" in row},
    )


def _accelerator(row: Mapping[str, Any]) -> Accelerator:
    # The binding writes a capability that NVML could not tell as 0.0 or 9999.9999.
    capability = row.get("capability") or ""
    known = re.fullmatch(r"[1-9]\d?\.\d", capability)
    return Accelerator("nvidia", row.get("name"), capability if known else None, row.get("memory"))
