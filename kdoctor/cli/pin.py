"""`kdoctor pin`: from intent to a set that works."""

from __future__ import annotations

import platform as machine
import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from kdoctor.cli.options import color_option
from kdoctor.cli.output import face_of, say
from kdoctor.cli.targets import PLATFORMS, platform_here
from kdoctor.cli.targets import python_version as valid_python
from kdoctor.cli.wishes import ACCELERATORS, Wishes, for_accelerator, for_backend, gathered, name_of
from kdoctor.errors import KdoctorError
from kdoctor.knowledge.families import BACKENDS
from kdoctor.render.plan import FORMATS
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kdoctor.knowledge.coupling import Coupling
    from kdoctor.model import Finding, Snapshot
    from kdoctor.render.plan import Planned
    from kdoctor.solve.plan import Wanted
    from kdoctor.versions import Requirement


@click.command()
@click.argument("requirements", nargs=-1)
@click.option(
    "-r", "--requirement", "files", multiple=True, metavar="FILE", help="Take requirements from a requirements.txt or pyproject.toml too."
)
@click.option(
    "-c", "--constraint", "constraints", multiple=True, metavar="FILE", help="Keep to the versions in a file, without asking for them."
)
@click.option("--with", "others", multiple=True, metavar="NAME", help="Something that must go with it; the same as a further requirement.")
@click.option("--backend", type=click.Choice(sorted(BACKENDS)), help="The backend that Keras is to run on; it is asked for if need be.")
@click.option("--accelerator", type=click.Choice(list(ACCELERATORS)), help="Take the builds of TensorFlow, JAX and torch for it.")
@click.option("--python-version", metavar="X.Y", help="The Python that it is for. [default: the one at hand]")
@click.option("--platform", "platform_", type=click.Choice(list(PLATFORMS)), help="The platform that it is for. [default: this one]")
@click.option("--newest", "order", flag_value="newest", default=True, help="The newest releases that hold together (default).")
@click.option("--oldest", "order", flag_value="oldest", help="The oldest releases of what is asked for.")
@click.option("--stay-close-to", "freeze", metavar="FILE", help="Releases as near as possible to those of a pip freeze.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="requirements", show_default=True, help="How the set is written.")
@click.option("--verify", is_flag=True, help="Ask uv, or pip, for its word on the set, against your own index.")
@color_option
def pin(
    *,
    requirements: tuple[str, ...],
    files: tuple[str, ...],
    constraints: tuple[str, ...],
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
    if freeze and order == "oldest":
        raise click.UsageError("--oldest and --stay-close-to exclude each other.")
    target = _target(python_version, platform_, backend)
    wishes = for_backend(gathered((*requirements, *others), files, constraints), backend)
    if not (wishes.requirements or wishes.elsewhere):
        raise click.UsageError('nothing is asked for; for instance: kdoctor pin "keras>=3.5" --backend jax')
    wishes = for_accelerator(wishes, accelerator, (target.platform and target.platform.system) or "")
    plan = _planned(_wanted(wishes, target, order, freeze), wishes)
    if verify and plan.pins:
        plan = _verified(plan, target, wishes.elsewhere)
    _show(plan, form, color)
    sys.exit(1 if plan.conflicts or plan.objection else 0)


def _verified(plan: Planned, target: Snapshot, given: Collection[str]) -> Planned:
    """Ask a real resolver for its word on the set, `given` aside: what comes from elsewhere would have to be built."""
    from kdoctor.collect.resolver import Ask, ask  # noqa: PLC0415 -- only where somebody asks for it.
    from kdoctor.knowledge.index import open_index  # noqa: PLC0415 -- the same.
    from kdoctor.render.plan import lines  # noqa: PLC0415 -- the same.

    asked = {name_of(text) for text in plan.requirements if text not in given}
    others = ((name, open_index().release(name, version)) for name, version in plan.pins.items() if name not in asked)
    of_source = [name for name, release in others if release and not release.tags]
    word = ask(Ask([line for line in lines(plan) if line not in given], of_source=of_source), target)
    if word.unasked:
        click.echo(f"kdoctor: {word.resolver} was not asked about {clean(', '.join(word.unasked))}: it would have to be built", err=True)
    if word.agrees:
        return plan._replace(verified="resolver")
    click.echo(f"kdoctor: {word.resolver} objects: {clean(word.objection)}", err=True)
    return plan._replace(objection=word.objection)


def _show(plan: Planned, form: str, color: str) -> None:
    from kdoctor.render import plan as words  # noqa: PLC0415 -- start-up time of `--help`.

    face = face_of(color)
    if form == "json":
        from kdoctor.render.json import document_text  # noqa: PLC0415 -- only where it is asked for.

        say(document_text(words.document(plan)))
    elif plan.conflicts:
        say(words.refusal(plan, face), face)
    else:
        say(words.render(plan, form))
        if form in ("pip", "uv", "pyproject"):
            # These have no place for it.
            for text in (*plan.moot, *(f"set {name}={value} for it" for name, value in plan.environment.items())):
                click.echo(f"kdoctor: {clean(text)}", err=True)


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
        # Who asks for a plugin for Metal has an Apple GPU, though nobody looks.
        accelerators=None if system == "darwin" else (),
    )


def _wanted(wishes: Wishes, target: Snapshot, order: str, freeze: str | None) -> Wanted:
    from kdoctor.solve.plan import Wanted  # noqa: PLC0415 -- start-up time of `--help`.

    return Wanted(wishes.requirements, target, "close" if freeze else order, _frozen(freeze) if freeze else {}, wishes.constraints)


def _frozen(path: str) -> dict[str, str]:
    from kdoctor.collect.requirements import read_requirements  # noqa: PLC0415 -- only where a file is read.
    from kdoctor.versions import requirement  # noqa: PLC0415 -- the same.

    rows = [row for wish in read_requirements(path) if (row := requirement(wish.text))]
    now = {row.name: row.specifier.lstrip("= ") for row in rows if row.specifier.startswith("==") and "*" not in row.specifier}
    if not now:
        raise KdoctorError(f"{path} pins nothing", "give the output of pip freeze")
    return now


def _planned(wanted: Wanted, wishes: Wishes) -> Planned:
    from kdoctor import rules  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.knowledge import reach  # noqa: PLC0415 -- the same.
    from kdoctor.knowledge.index import Target, open_index  # noqa: PLC0415 -- the same.
    from kdoctor.render.plan import Planned  # noqa: PLC0415 -- the same.
    from kdoctor.solve.another_python import Elsewhere, newest_python  # noqa: PLC0415 -- the same.
    from kdoctor.solve.plan import plan  # noqa: PLC0415 -- the same.

    def judge(coupling: Coupling) -> tuple[Finding, ...]:
        return rules.run(coupling, provenance=False)[0]

    index = open_index()
    sorted_out = _sorted_out(wanted, wishes, index.projects)
    made = plan(wanted, judge)
    if made.gave_up:
        raise KdoctorError(
            "the search reached its bound and found neither a set nor why there is none", "ask for some of it in fewer versions"
        )
    there = newest_python(wanted, judge) if made.conflicts and not made.works else Elsewhere()
    given = set(wishes.elsewhere.values())
    names = {name_of(text) for text in given if text}
    left = [text for text, row in sorted_out.here.items() if row.name not in made.pins and row.name not in names]
    return Planned(
        requirements=(*(text for text in wanted.requirements if text not in given), *wishes.elsewhere),
        target=reach.in_words(Target.of(wanted.snapshot)),
        pins={name: version for name, version in made.pins.items() if name not in names},
        extras={row.name: row.extras for row in sorted_out.here.values() if row.extras},
        left=(*(left if not made.conflicts else ()), *made.more, *wishes.elsewhere),
        unseen=made.unseen,
        moot=made.moot,
        aside=sorted_out.aside,
        environment={
            **(wanted.snapshot.environment or {}),
            **made.environment,
            **({"KERAS_BACKEND": made.backend} if made.backend else {}),
        },
        conflicts=made.conflicts,
        because=made.because,
        works=made.works,
        known=made.known,
        forced=made.forced,
        python=there.python,
        there=there.pins,
        date=index.date,
        verified="index" if made.pins else "none",
    )


class _Sorted(NamedTuple):
    """The requirements that are for this Python and platform, read, and those that are not."""

    here: Mapping[str, Requirement]
    aside: tuple[str, ...]


def _sorted_out(wanted: Wanted, wishes: Wishes, known: Collection[str]) -> _Sorted:
    """Sort the requirements, and tell of what the index does not know; KdoctorError where that is all of them."""
    from kdoctor.versions import marker_environment, marker_holds, requirement  # noqa: PLC0415 -- start-up time of `--help`.

    markers = marker_environment(wanted.snapshot)
    read = {text: row for text in wanted.requirements if (row := requirement(text))}
    here = {text: row for text, row in read.items() if marker_holds(row.marker, markers) is not False}
    given = wishes.elsewhere.values()
    strange = dict.fromkeys(row.name for text, row in here.items() if row.name not in known and text not in given)
    told = [*(f"{name}{_meant(name, known)}" for name in strange), *wishes.elsewhere]
    if told and not any(row.name in known for row in here.values()):
        raise KdoctorError(
            f"nothing of what is asked for is in kdoctor's index: {', '.join(told)}", "it plans for the TensorFlow and Keras family"
        )
    if told:
        click.echo(f"kdoctor: not in its index, so left to the installer unseen: {clean(', '.join(told))}", err=True)
    return _Sorted(here, tuple(text for text in read if text not in here))


def _meant(name: str, known: Collection[str]) -> str:
    """Give the project that a mistyped name may mean: it differs by one letter, or by two that changed places."""
    alike = [other for other in sorted(known) if _shortened(name) & _shortened(other)]
    return f" (did you mean {alike[0]}?)" if alike else ""


def _shortened(name: str) -> set[str]:
    return {name, *(name[:i] + name[i + 1 :] for i in range(len(name)))}
