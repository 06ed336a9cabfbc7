"""What runs in the child process: asks NVML and prints one line of JSON.

It has a process of its own because a call into a sick driver can hang or crash, which no process survives.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

# The child starts without site-packages and is told where to look, after the standard library, which nothing there may replace.
if __name__ == "__main__":
    sys.path += sys.argv[1:]

import pynvml

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Print {"driver", "cuda", "devices": [{"name", "capability", "memory", "mig", "failure"}]} or {"failure"}."""
    try:
        pynvml.nvmlInit()
        answer = {"driver": _or_none(_driver), "cuda": _or_none(_cuda), "devices": _devices()}
    except pynvml.NVMLError as error:
        answer = {"failure": f"{_words(error)}{_refusal()}"}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
    sys.stdout.flush()
    # A sick driver can hang on the way out too; the answer is given, so nothing is tidied up.
    os._exit(0)


def _devices() -> list[dict[str, Any]]:
    return [_device(index) for index in range(pynvml.nvmlDeviceGetCount())]


def _device(index: int) -> dict[str, Any]:
    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    except pynvml.NVMLError as error:
        return {"failure": _words(error)}
    return {
        "name": _or_none(lambda: _text(pynvml.nvmlDeviceGetName(handle))),
        "capability": _or_none(lambda: "{}.{}".format(*pynvml.nvmlDeviceGetCudaComputeCapability(handle))),
        "memory": _or_none(lambda: pynvml.nvmlDeviceGetMemoryInfo(handle).total // 2**20),
        "mig": _or_none(lambda: bool(pynvml.nvmlDeviceGetMigMode(handle)[0])),
    }


def _or_none(question: Callable[[], Any]) -> Any:
    """Answer the question; None where this device or driver does not know the answer."""
    try:
        return question()
    except pynvml.NVMLError:
        return None


def _words(error: Exception) -> str:
    """Add the number, since words differ between drivers: 4 not permitted, 15 GPU lost, 18 library and module at odds."""
    return f"NVML error {getattr(error, 'value', '?')}: {error}"


def _driver() -> str:
    return _text(pynvml.nvmlSystemGetDriverVersion())


def _cuda() -> str:
    # NVML writes 12.4 as 12040.
    number = pynvml.nvmlSystemGetCudaDriverVersion_v2()
    return f"{number // 1000}.{number % 1000 // 10}"


def _text(value: str | bytes) -> str:
    # Releases of the binding before 11.5 give bytes.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _refusal() -> str:
    """Say what the system answers to opening the control device: clusters refuse it although its mode looks open."""
    try:
        os.close(os.open("/dev/nvidiactl", os.O_RDWR))
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f" (/dev/nvidiactl: {error.strerror})"
    return ""


if __name__ == "__main__":
    main()
