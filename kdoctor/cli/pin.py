"""`kdoctor pin`: from intent to a set that works."""

from __future__ import annotations

import platform as machine
import sys
from typing import TYPE_CHECKING

import click

from kdoctor.cli.options import color_option
from kdoctor.cli.output import face_of, say
from kdoctor.cli.targets import PLATFORMS, platform_here
from kdoctor.cli.targets import python_version as valid_python
from kdoctor.errors import KdoctorError
from kdoctor.knowledge.families import BACKENDS
from kdoctor.render.plan import FORMATS
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from kdoctor.model import Snapshot
    from kdoctor.render.plan import Planned
    from kdoctor.solve.plan import Wanted

#: Accelerator -> what is asked for beside a framework that is asked for.
_EXTRAS = {
    "cpu": {},
    "cuda12": {"tensorflow": "and-cuda", "jax": "cuda12"},
    "cuda13": {"jax": "cuda13"},
    "tpu": {"jax": "tpu"},
}


@click.command()
@click.argument("requirements", nargs=-1)
@click.option(
    "-r", "--requirement", "files", multiple=True, metavar="FILE", help="Take requirements from a requirements.txt or pyproject.toml too."
)
@click.option("--with", "others", multiple=True, metavar="NAME", help="Something that must go with it; the same as a further requirement.")
@click.option("--backend", type=click.Choice(sorted(BACKENDS)), help="The backend that Keras is to run on; it is asked for if need be.")
@click.option("--accelerator", type=click.Choice(list(_EXTRAS)), help="Take the builds for it, through the extras of TensorFlow and JAX.")
@click.option("--python-version", metavar="X.Y", help="The Python that it is for. [default: the one at hand]")
@click.option("--platform", "platform_", type=click.Choice(list(PLATFORMS)), help="The platform that it is for. [default: this one]")
@click.option("--newest", "order", flag_value="newest", default=True, help="The newest releases that hold together (default).")
@click.option("--oldest", "order", flag_value="oldest", help="The oldest ones.")
@click.option("--stay-close-to", "freeze", metavar="FILE", help="Releases as near as possible to those of a pip freeze.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="requirements", show_default=True, help="How the set is written.")
@click.option("--verify", is_flag=True, help="Ask uv, or pip, for its word on the set, against your own index.")
@color_option
def pin(
    *,
    requirements: tuple[str, ...],
    files: tuple[str, ...],
    others: tuple[str, ...],
    backend: str | None,
    accelerator: str | None,
    python_version: str | None,
    platform_: str | None,
    order: str,
    freeze: str | None,
    form: str,
    verify: bool,
    color: str,
) -> None:
    """Plan a whole set of releases that holds together, before anything is installed.

    Metadata, wheels for this Python and platform and what is known to fail are held together. Exits with 1 where there is no such
    set, and says why.
    """
    wishes = (*requirements, *others, *_from_files(files))
    wishes = _for_backend(wishes, backend)
    wishes = _for_accelerator(wishes, accelerator)
    if not wishes:
        raise click.UsageError('nothing is asked for; for instance: kdoctor pin "keras>=3.5" --backend jax')
    target = _target(python_version, platform_, backend)
    plan = _planned(_wanted(wishes, target, order, freeze))
    if verify and plan.pins:
        plan = _verified(plan, target)
    _show(plan, form, color)
    sys.exit(1 if plan.conflicts or plan.objection else 0)


def _verified(plan: Planned, target: Snapshot) -> Planned:
    """Ask a real resolver for its word on the set."""
    from kdoctor.collect.resolver import ask_resolver  # noqa: PLC0415 -- only where somebody asks for it.
    from kdoctor.render.plan import lines  # noqa: PLC0415 -- the same.

    word = ask_resolver(list(lines(plan)), target)
    if word.agrees:
        return plan._replace(verified="resolver")
    click.echo(f"kdoctor: {word.resolver} objects: {clean(word.objection)}", err=True)
    return plan._replace(objection=word.objection)


def _show(plan: Planned, form: str, color: str) -> None:
    from kdoctor.render import plan as words  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.render.json import document_text  # noqa: PLC0415 -- the same.

    face = face_of(color)
    if form == "json":
        say(document_text(words.document(plan)))
    elif plan.conflicts:
        say(words.refusal(plan, face), face)
    else:
        say(words.render(plan, form))


def _from_files(files: tuple[str, ...]) -> list[str]:
    from kdoctor.collect.requirements import read_requirements  # noqa: PLC0415 -- only where a file is read.

    return [text for path in files for text in read_requirements(path)]


def _for_backend(wishes: tuple[str, ...], backend: str | None) -> tuple[str, ...]:
    """Ask for the backend where nobody has."""
    if backend is None or backend == "numpy":
        return wishes
    from kdoctor.knowledge.families import TENSORFLOW  # noqa: PLC0415 -- start-up time of `--help`.

    names = {_name(text) for text in wishes}
    players = TENSORFLOW if backend == "tensorflow" else (backend,)
    return wishes if names & set(players) else (*wishes, backend)


def _for_accelerator(wishes: tuple[str, ...], accelerator: str | None) -> tuple[str, ...]:
    """Put the extra that brings the accelerator's libraries behind the frameworks that are asked for."""
    extras = _EXTRAS.get(accelerator or "", {})
    if extras and not {_name(text) for text in wishes} & set(extras):
        raise click.UsageError(f"--accelerator {accelerator} says nothing of what is asked for; it is about {' and '.join(extras)}.")
    return tuple(_with_extra(text, extras.get(_name(text))) for text in wishes)


def _with_extra(text: str, extra: str | None) -> str:
    if extra is None:
        return text
    name = _name(text)
    rest = text[len(name) :].lstrip()
    if rest.startswith("["):
        listed, _, behind = rest[1:].partition("]")
        return f"{name}[{listed},{extra}]{behind}" if extra not in listed else text
    return f"{name}[{extra}]{rest}"


def _name(text: str) -> str:
    from kdoctor.versions import requirement  # noqa: PLC0415 -- start-up time of `--help`.

    read = requirement(text)
    if read is None:
        raise click.BadParameter(f"{text!r} is no requirement", param_hint="REQUIREMENTS")
    return read.name


def _target(python_version: str | None, platform_: str | None, backend: str | None) -> Snapshot:
    """Give the empty environment that the plan is for."""
    from kdoctor.model import Platform, Python, Snapshot  # noqa: PLC0415 -- start-up time of `--help`.

    version = valid_python(python_version or machine.python_version())
    system, architecture, libc = PLATFORMS[platform_ or platform_here()]
    variables = {"KERAS_BACKEND": backend} if backend else {}
    return Snapshot(
        origin="requirements",
        python=Python(version),
        platform=Platform(system, architecture, libc),
        environment=variables,
        keras_config={},
        accelerators=(),
    )


def _wanted(wishes: tuple[str, ...], target: Snapshot, order: str, freeze: str | None) -> Wanted:
    from kdoctor.solve.plan import Wanted  # noqa: PLC0415 -- start-up time of `--help`.

    return Wanted(wishes, target, "close" if freeze else order, _frozen(freeze) if freeze else {})


def _frozen(path: str) -> dict[str, str]:
    from kdoctor.collect.requirements import read_requirements  # noqa: PLC0415 -- only where a file is read.
    from kdoctor.versions import requirement  # noqa: PLC0415 -- the same.

    rows = [row for text in read_requirements(path) if (row := requirement(text))]
    now = {row.name: row.specifier.lstrip("= ") for row in rows if row.specifier.startswith("==") and "*" not in row.specifier}
    if not now:
        raise KdoctorError(f"{path} pins nothing", "give the output of pip freeze")
    return now


def _planned(wanted: Wanted) -> Planned:
    from kdoctor import rules  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.knowledge import reach  # noqa: PLC0415 -- the same.
    from kdoctor.knowledge.index import Target, open_index  # noqa: PLC0415 -- the same.
    from kdoctor.render.plan import Planned  # noqa: PLC0415 -- the same.
    from kdoctor.solve.plan import plan  # noqa: PLC0415 -- the same.
    from kdoctor.versions import requirement  # noqa: PLC0415 -- the same.

    made = plan(wanted, lambda coupling: rules.run(coupling, provenance=False)[0])
    if made.gave_up:
        raise KdoctorError(
            "the search reached its bound and found neither a set nor why there is none", "ask for some of it in fewer versions"
        )
    index = open_index()
    read = [row for text in wanted.requirements if (row := requirement(text))]
    return Planned(
        requirements=wanted.requirements,
        target=reach.in_words(Target.of(wanted.snapshot)),
        pins=made.pins,
        extras={row.name: row.extras for row in read if row.extras},
        left=tuple(text for text in wanted.requirements if (row := requirement(text)) and row.name not in index.projects),
        environment={**(wanted.snapshot.environment or {}), **({"KERAS_BACKEND": made.backend} if made.backend else {})},
        conflicts=made.conflicts,
        because=made.because,
        works=made.works,
        known=made.known,
        forced=made.forced,
        date=index.date,
        verified="index" if made.pins else "none",
    )
