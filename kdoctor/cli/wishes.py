"""What `kdoctor pin` is asked for: requirements of the command line and of files, and what the chosen backend and accelerator add."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import click

from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kdoctor.collect.requirements import Wish


class Wishes(NamedTuple):
    """What is asked for: each text as the planner takes it."""

    requirements: tuple[str, ...]
    #: What limits the releases of whatever comes in.
    constraints: tuple[str, ...] = ()
    #: What comes from an address or a folder, as written, with the requirement that stands for it; "" = it does not say what it is.
    elsewhere: Mapping[str, str] = {}


class _Change(NamedTuple):
    """What an accelerator makes of a framework that is asked for."""

    extra: str = ""
    #: Another distribution in its place, or beside it.
    instead: str = ""
    beside: str = ""
    #: The releases whose build on the package index is for it.
    specifier: str = ""


#: Accelerator -> framework -> what to ask for. Which CUDA the builds of torch bring is in their metadata: nvidia-*-cu12 from 2.1 on,
#: nvidia-*-cu13 from 2.11 on. What serves Metal in torch is part of it.
ACCELERATORS: Mapping[str, Mapping[str, _Change]] = {
    "cpu": {},
    "cuda12": {"tensorflow": _Change("and-cuda"), "jax": _Change("cuda12"), "torch": _Change(specifier=">=2.1,<2.11")},
    "cuda13": {"jax": _Change("cuda13"), "torch": _Change(specifier=">=2.11")},
    "metal": {"tensorflow": _Change(beside="tensorflow-metal"), "jax": _Change(beside="jax-metal"), "torch": _Change()},
    "rocm": {"tensorflow": _Change(instead="tensorflow-rocm")},
    "tpu": {"jax": _Change("tpu")},
}
_FRAMEWORKS = ("tensorflow", "tensorflow-cpu", "jax", "torch")
#: Systems for which the builds of torch on the package index bring no CUDA.
_TORCH_WITHOUT_CUDA = ("darwin", "windows")


def gathered(arguments: Iterable[str], files: Iterable[str], constraint_files: Iterable[str]) -> Wishes:
    """Put together what the command line and the files ask for.

    Raises a usage error for what is no requirement on the command line, KdoctorError for a file that cannot be read and for what is no
    requirement in it.
    """
    from kdoctor.collect.requirements import Wish, read_requirements, stand_in  # noqa: PLC0415 -- start-up time of `--help`.

    wishes = [Wish(text) for text in arguments]
    wishes += [wish for path in files for wish in read_requirements(path)]
    wishes += [wish for path in constraint_files for wish in read_requirements(path, constraint=True)]
    elsewhere = {wish.text: found for wish in wishes if (found := stand_in(wish.text)) is not None}
    for wish in wishes:
        if wish.text not in elsewhere:
            _must_be_requirement(wish)
    asked = [elsewhere.get(wish.text, wish.text) for wish in wishes if not wish.constraint]
    limits = [wish.text for wish in wishes if wish.constraint and wish.text not in elsewhere]
    return Wishes(tuple(filter(None, asked)), tuple(limits), elsewhere)


def _must_be_requirement(wish: Wish) -> None:
    from kdoctor.versions import requirement  # noqa: PLC0415 -- start-up time of `--help`.

    if wish.where and requirement(wish.text) is None:
        raise KdoctorError(f"{wish.where}: {wish.text!r} is no requirement")
    if not wish.where and wish.text.endswith((".txt", ".toml", ".in")) and os.path.isfile(wish.text):  # noqa: PTH113 -- one style for all.
        raise click.BadParameter(f"{wish.text!r} is a file; give it with -r", param_hint="REQUIREMENTS")
    name_of(wish.text)


def name_of(text: str) -> str:
    """Give the normalized name in a requirement; a usage error where it is none."""
    from kdoctor.versions import requirement  # noqa: PLC0415 -- start-up time of `--help`.

    read = requirement(text)
    if read is None:
        raise click.BadParameter(f"{text!r} is no requirement", param_hint="REQUIREMENTS")
    return read.name


def for_backend(wishes: Wishes, backend: str | None) -> Wishes:
    """Ask for the backend where nobody has."""
    if backend is None or backend == "numpy":
        return wishes
    from kdoctor.knowledge.families import TENSORFLOW  # noqa: PLC0415 -- start-up time of `--help`.

    names = {name_of(text) for text in wishes.requirements}
    players = TENSORFLOW if backend == "tensorflow" else (backend,)
    return wishes if names & set(players) else wishes._replace(requirements=(*wishes.requirements, backend))


def for_accelerator(wishes: Wishes, accelerator: str | None, system: str) -> Wishes:
    """Ask for the builds for an accelerator wherever a framework is asked for; a usage error where it is about none of them."""
    changes = ACCELERATORS.get(accelerator or "", {})
    names = {name_of(text) for text in wishes.requirements}
    if changes and not names & set(changes):
        raise click.UsageError(f"--accelerator {accelerator} says nothing of what is asked for; it is about {' and '.join(changes)}.")
    if "cuda" in (accelerator or "") and "torch" in names and system in _TORCH_WITHOUT_CUDA:
        raise click.UsageError("the package index has torch with CUDA for Linux only; PyTorch's own index has the others.")
    if changes and (others := [name for name in _FRAMEWORKS if name in names and name not in changes]):
        click.echo(f"kdoctor: --accelerator {accelerator} changes nothing about {' and '.join(others)}", err=True)
    changed = (one for text in wishes.requirements for one in _changed(text, changes.get(name_of(text), _Change())))
    return wishes._replace(requirements=tuple(dict.fromkeys(changed)))


def _changed(text: str, change: _Change) -> Iterator[str]:
    from packaging.requirements import Requirement  # noqa: PLC0415 -- start-up time of `--help`.

    if change == _Change():
        yield text
        return
    asked = Requirement(text)
    asked.name = change.instead or asked.name
    asked.extras |= {change.extra} - {""}
    asked.specifier &= change.specifier
    yield str(asked)
    if change.beside:
        yield f"{change.beside}; {asked.marker}" if asked.marker else change.beside
