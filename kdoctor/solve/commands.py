"""Remedies as commands to copy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from kdoctor import versions
from kdoctor.model import Snapshot, Step

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_SPECIFIER = re.compile(r"[0-9A-Za-z.*+!<>=~,-]*", re.ASCII)
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)
_PLAIN = re.compile(r"[0-9A-Za-z_./:,+=@%^-]+", re.ASCII)
#: What cmd.exe would still read inside double quotes, and what no shell takes in one line.
_BAD_ON_WINDOWS, _CONTROL = re.compile(r'["%!]'), re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def commands(
    snapshot: Snapshot,
    pins: Mapping[str, str],
    remove: Sequence[str],
    reinstall: Sequence[str],
    environment: Mapping[str, str | None],
    plain: Mapping[str, str] | None = None,
    alone: Iterable[str] = (),
) -> tuple[str, ...]:
    """Give the shell commands of a remedy: what to uninstall and install in one line, then the variables, a line each.

    `plain` is installed in any version that its specifier admits. What is `alone` is installed without its dependencies, since they
    would bring in a rival. Only normalized names, versions that packaging accepts and values that can be quoted get into a command.
    """
    install, uninstall = _installer(snapshot)
    words = {"install": install, "uninstall": uninstall}
    done = steps(pins, remove, reinstall, plain, alone)
    line = " && ".join(
        " ".join((words[verb], *options, *(_quoted_requirement(verb, one) for one in names))) for verb, options, names in done
    )
    windows = snapshot.platform is not None and snapshot.platform.system == "windows"
    variables = [_variable(name, value, windows=windows) for name, value in environment.items()]
    return tuple(filter(None, (line, *variables)))


def steps(
    pins: Mapping[str, str],
    remove: Sequence[str],
    reinstall: Sequence[str],
    plain: Mapping[str, str] | None = None,
    alone: Iterable[str] = (),
) -> tuple[Step, ...]:
    """Give what an installer must be told one after the other; the parameters are those of `commands`."""
    apart = {*alone, *reinstall}
    again = [_exactly(name, pins[name]) if name in pins else _named(name, "") for name in reinstall]
    bare = [_exactly(name, version) for name, version in pins.items() if name in apart and name not in reinstall]
    fresh = [_exactly(name, version) for name, version in pins.items() if name not in apart]
    fresh += [_named(name, specifier) for name, specifier in (plain or {}).items()]
    whole = (
        Step("uninstall", (), tuple(filter(None, (_named(name, "") for name in remove)))),
        Step("install", ("--force-reinstall", "--no-deps"), tuple(filter(None, again))),
        Step("install", ("--no-deps",), tuple(filter(None, bare))),
        Step("install", (), tuple(filter(None, fresh))),
    )
    return tuple(step for step in whole if step.names)


def _quoted_requirement(verb: str, text: str) -> str:
    """Put a requirement in quotes, which sh and cmd.exe both take."""
    return text if verb == "uninstall" else f'"{text}"'


def _exactly(name: str, version: str) -> str:
    known = versions.parse(version) is not None and _SPECIFIER.fullmatch(version)
    return _named(name, f"=={version}" if known else "")


def _named(name: str, specifier: str) -> str:
    """Give a requirement; "" where the name is none."""
    bare = specifier.replace(" ", "")
    return f"{name}{bare if _SPECIFIER.fullmatch(bare) else ''}" if _NAME.fullmatch(name) else ""


def _installer(snapshot: Snapshot) -> tuple[str, str]:
    """Choose pip, or uv for an environment that was made without pip."""
    patient = snapshot.python.executable if snapshot.python else None
    without_pip = snapshot.origin == "environment" and snapshot.complete and all(one.name != "pip" for one in snapshot.distributions)
    if without_pip and patient and not _CONTROL.search(patient):
        windows = snapshot.platform is not None and snapshot.platform.system == "windows"
        where = _quoted(patient, windows=windows)
        if where:
            return f"uv pip install --python {where}", f"uv pip uninstall --python {where}"
    return "python -m pip install", "python -m pip uninstall -y"


def _quoted(text: str, *, windows: bool) -> str:
    if windows:
        return "" if _BAD_ON_WINDOWS.search(text) else text if _PLAIN.fullmatch(text.replace("\\", "/")) else f'"{text}"'
    return text if _PLAIN.fullmatch(text) else "'" + text.replace("'", "'\"'\"'") + "'"


def _variable(name: str, value: str | None, *, windows: bool) -> str:
    if not _VARIABLE.fullmatch(name) or (value and _CONTROL.search(value)):
        return ""
    if value is None:
        return f"set {name}=" if windows else f"unset {name}"
    quoted = _quoted(value, windows=windows) if value else ""
    if windows:
        return f"set {name}={value}" if quoted == value else f'set "{name}={value}"' if quoted else ""
    return f"export {name}={quoted}"
