"""Remedies as commands to copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kdoctor.model import Snapshot


def commands(
    snapshot: Snapshot,
    pins: Mapping[str, str],
    remove: Sequence[str],
    reinstall: Sequence[str],
    environment: Mapping[str, str | None],
) -> tuple[str, ...]:
    """Give the shell commands of a remedy: what to uninstall and install in one line, then the variables, a line each."""
    install, uninstall = _installer(snapshot)
    steps = [f"{uninstall} {' '.join(remove)}"] if remove else []
    fresh = [f'"{name}=={version}"' for name, version in pins.items() if name not in reinstall]
    if fresh:
        steps.append(f"{install} {' '.join(fresh)}")
    again = [f'"{name}=={pins[name]}"' if name in pins else name for name in reinstall]
    if again:
        steps.append(f"{install} --force-reinstall --no-deps {' '.join(again)}")
    lines = [" && ".join(steps)] if steps else []
    windows = snapshot.platform is not None and snapshot.platform.system == "windows"
    return (*lines, *(_variable(name, value, windows=windows) for name, value in environment.items()))


def _installer(snapshot: Snapshot) -> tuple[str, str]:
    """Choose pip, or uv for an environment that was made without pip."""
    patient = snapshot.python.executable if snapshot.python else None
    without_pip = snapshot.origin == "environment" and snapshot.complete and all(one.name != "pip" for one in snapshot.distributions)
    if without_pip and patient:
        where = f'"{patient}"' if any(character in patient for character in " &;()$'") else patient
        return f"uv pip install --python {where}", f"uv pip uninstall --python {where}"
    return "python -m pip install", "python -m pip uninstall -y"


def _variable(name: str, value: str | None, *, windows: bool) -> str:
    if windows:
        return f"set {name}={value or ''}"
    return f"unset {name}" if value is None else f'export {name}="{value}"' if " " in value else f"export {name}={value}"
