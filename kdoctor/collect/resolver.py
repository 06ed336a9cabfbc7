"""A real resolver's word on a set of releases: uv where it is at hand, else pip's dry run; metadata only, nothing is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kdoctor.errors import KdoctorError
from kdoctor.model import Platform, Snapshot

#: Seconds after which a resolver is given up.
PATIENCE = 300
#: (system, machine) -> what uv calls it; "" stands for the version of the C library.
UV_PLATFORMS = {
    ("linux", "x86_64"): "x86_64-{libc}",
    ("linux", "aarch64"): "aarch64-{libc}",
    ("windows", "amd64"): "x86_64-pc-windows-msvc",
    ("darwin", "arm64"): "aarch64-apple-darwin",
    ("darwin", "x86_64"): "x86_64-apple-darwin",
}
#: The versions of glibc that uv has a name for, the newest first; the third is as old as the wheels of today ask for.
_GLIBC = ((2, 40), (2, 39), (2, 38), (2, 37), (2, 36), (2, 35), (2, 34), (2, 33), (2, 32), (2, 31), (2, 28), (2, 17))
_USUAL_GLIBC = "manylinux_2_31"
#: What uv and pip say of a release that they know nothing of, or that they could only build.
_NOT_JUDGED = re.compile(
    r"([A-Za-z0-9._-]+)(?:==\S+)? (?:was not found in the package registry|ha(?:s|ve) no usable wheels)|"
    r"No matching distribution found for ([A-Za-z0-9._-]+)"
)
_UNBUILT = re.compile(r"([A-Za-z0-9._-]+)(?:==\S+)? ha(?:s|ve) no usable wheels")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
#: The macOS that is meant where nobody says: uv by itself would take 13, which Apple no longer keeps up.
_USUAL_MACOS = "15.0"
#: What uv and pip say where the index does not answer.
_UNREACHABLE = re.compile(
    r"error sending request|Failed to fetch|Connection refused|Failed to establish a new connection|Max retries exceeded|"
    r"Temporary failure in name resolution|Name or service not known|ProxyError|SSLError|Connection timed out|Read timed out"
)
_CREDENTIALS = re.compile(r"//[^/\s@]+@")
#: uv's own words for where an index is; where one of them is set, pip's settings do not count for uv.
_UV_OWN = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE")


class Word(NamedTuple):
    """What a resolver says: whether it agrees, which one it was, and what it objects to."""

    agrees: bool
    resolver: str
    objection: str = ""
    #: What was not asked about, since it has no wheel and would have to be built.
    unasked: tuple[str, ...] = ()


class Ask(NamedTuple):
    """A set of requirements, and under which conditions they must hold."""

    requirements: Sequence[str]
    #: What is installed anyhow and must not be contradicted: by name, exact requirements. Of those that no index knows, nothing is asked.
    constraints: Mapping[str, str] = {}
    #: The same, and they are part of the set.
    also: Mapping[str, str] = {}
    #: Distributions that must not be brought in, whatever requires them.
    excluded: Sequence[str] = ()
    #: Of the requirements, those that are known to have no wheel.
    of_source: Sequence[str] = ()


def ask(question: Ask, target: Snapshot, patience: float = PATIENCE) -> Word:
    """Ask uv, or pip, whether a set resolves for the Python and the platform of a snapshot, from the user's own index.

    pip can only be asked about the interpreter and the platform that it runs on. Raises KdoctorError where nobody can be asked, or
    the index does not answer, or there is no word within `patience` seconds.

    What is installed and has no wheel, or that the index has never heard of, says nothing against the set: it is left out then. So is
    what the set requires and what would have to be built: that a resolver may not build anything says nothing against it either.
    """
    deadline = time.monotonic() + patience
    unasked: tuple[str, ...] = ()
    while True:
        word = _asked(question, target, deadline - time.monotonic())
        unknown = {_normalized(name) for pair in _NOT_JUDGED.findall(word.objection) for name in pair if name}
        known = unknown & (question.also.keys() | question.constraints.keys())
        unbuilt = _unbuilt(word, question) - set(unasked)
        if word.agrees or not (known or unbuilt):
            return word._replace(unasked=unasked)
        unasked = (*unasked, *sorted(unbuilt))
        question = question._replace(
            also=_without(question.also, known),
            constraints=_without(question.constraints, known),
            excluded=(*question.excluded, *sorted(unbuilt)),
        )


def _unbuilt(word: Word, question: Ask) -> set[str]:
    """Name what uv would have to build, of what is not asked for as a wheel: pip cannot be told to leave anything out."""
    named = {_normalized(found[0]) for text in (*question.requirements, *question.also.values()) if (found := _NAME.match(text))}
    return (
        {_normalized(name) for name in _UNBUILT.findall(word.objection)} - (named - set(question.of_source))
        if word.resolver == "uv"
        else set()
    )


def _without(names: Mapping[str, str], gone: Collection[str]) -> dict[str, str]:
    return {name: text for name, text in names.items() if name not in gone}


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _asked(question: Ask, target: Snapshot, patience: float) -> Word:
    python = target.python.version if target.python else None
    platform = _uv_platform(target.platform)
    if python is None or platform is None:
        raise KdoctorError("a resolver must be told the Python and the platform, and they are not known here")
    uv = shutil.which("uv")
    if not uv:
        _refuse_pip(question, target, python)
    with tempfile.TemporaryDirectory() as folder:
        files = [_written(folder, "constraints", question.constraints.values())]
        files += [_written(folder, "excluded", (f"{name}; sys_platform == 'never'" for name in question.excluded))]
        requirements = [*question.requirements, *question.also.values()]
        if uv:
            return _run(
                "uv", _uv(uv, python, platform, *files), "\n".join(requirements), {**_macos(target), **os.environ, **_index()}, patience
            )
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--only-binary", ":all:"]
        # At the first retry pip says that the index does not answer.
        command += [
            "--disable-pip-version-check",
            "--no-input",
            "--no-color",
            "--retries",
            "1",
            "--constraint",
            files[0],
            "--report",
            os.devnull,
        ]
        return _run("pip", [*command, *requirements], "", dict(os.environ), patience)


def _macos(target: Snapshot) -> dict[str, str]:
    """Tell uv for which macOS wheels may be, in its own variable."""
    platform = target.platform
    if platform is None or platform.system != "darwin":
        return {}
    return {"MACOSX_DEPLOYMENT_TARGET": platform.release or _USUAL_MACOS}


def _written(folder: str, name: str, lines: Iterable[str]) -> str:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path


def _uv(uv: str, python: str, platform: str, constraints: str, excluded: str) -> list[str]:
    place = ["--python", sys.executable, "--python-version", python, "--python-platform", platform]
    conditions = ["--constraint", constraints, "--override", excluded]
    return [uv, "pip", "compile", "-", "--quiet", "--no-build", *place, *conditions, "--output-file", os.devnull]


def _uv_platform(platform: Platform | None) -> str | None:
    if platform is None:
        return None
    name, libc = UV_PLATFORMS.get((platform.system or "", platform.machine or "")), platform.libc or ""
    if libc.startswith("musl"):
        return name and name.format(libc="unknown-linux-musl")
    version = tuple(int(part) for part in re.findall(r"\d+", libc)[:2])
    usual = next((f"manylinux_{major}_{minor}" for major, minor in _GLIBC if (major, minor) <= version), _USUAL_GLIBC)
    return name and name.format(libc=usual)


def _refuse_pip(question: Ask, target: Snapshot, python: str) -> None:
    here = ".".join(map(str, sys.version_info[:2]))
    if not f"{python}.".startswith(f"{here}.") or _system() != (target.platform and target.platform.system):
        raise KdoctorError(
            "there is no uv on PATH, and pip resolves for its own Python and platform only", f"install uv, or kdoctor for Python {python}"
        )
    if question.excluded:
        named = " and ".join(question.excluded[:2])
        raise KdoctorError(f"there is no uv on PATH, and pip cannot be told that nothing may bring in {named}", "install uv")


def _system() -> str:
    return {"win32": "windows"}.get(sys.platform, sys.platform)


def _index() -> dict[str, str]:
    """Give the index that pip is configured for in the words of uv, unless uv has words of its own."""
    if any(os.environ.get(name) for name in _UV_OWN):
        return {}
    from kdoctor.collect.registry.config import PUBLIC_INDEX, read_config  # noqa: PLC0415 -- only where uv is asked.

    config = read_config(os.environ, Path.home())
    first, *others = config.urls
    variables = {"UV_DEFAULT_INDEX": first, "UV_INDEX": " ".join(others), "UV_FIND_LINKS": os.environ.get("PIP_FIND_LINKS", "")}
    if config.ca_bundle:
        variables["SSL_CERT_FILE"] = config.ca_bundle
    # pip takes the best release from wherever it is.
    strategy = {"UV_INDEX_STRATEGY": os.environ.get("UV_INDEX_STRATEGY") or "unsafe-best-match"} if others else {}
    kept = {name: text for name, text in variables.items() if text and text != PUBLIC_INDEX}
    return {**kept, **strategy}


def _run(resolver: str, command: Sequence[str], text: str, variables: Mapping[str, str], patience: float) -> Word:
    late = KdoctorError(f"{resolver} had no answer in time", "try again, or without --verify")
    if patience <= 0:
        raise late
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=patience, check=False, env=variables)
    except subprocess.TimeoutExpired as error:
        raise late from error
    except OSError as error:
        raise KdoctorError(f"{resolver} cannot be run: {error.strerror}") from error
    if done.returncode == 0:
        return Word(agrees=True, resolver=resolver)
    said = _plain(f"{done.stderr}\n{_conflict(done.stdout)}")
    if _UNREACHABLE.search(done.stderr):
        raise KdoctorError(
            f"the package index cannot be reached: {resolver} says: {said[:200]}", "check the network and the index settings"
        )
    return Word(agrees=False, resolver=resolver, objection=said or f"it ended with {done.returncode}")


def _conflict(said: str) -> str:
    """Give the lines in which pip tells the reasons of a conflict; "" where it tells none."""
    _, found, rest = said.partition("The conflict is caused by:")
    return "; ".join(line.strip() for line in rest.partition("To fix this")[0].splitlines() if line.strip()) if found else ""


def _plain(said: str) -> str:
    """Give what a resolver said as one line without credentials: uv draws its error as a tree, and pip says first how it went about it."""
    lines = [re.sub(r"^[^\w(]+", "", line).removeprefix("cause: ") for line in said.splitlines()]
    kept = [
        line
        for line in lines
        if line
        and not line.startswith(("error: No solution found", "hint: Wheels are required", "WARNING: ", "ERROR: ResolutionImpossible"))
    ]
    return _CREDENTIALS.sub("//***@", " ".join(kept or lines)).strip()
