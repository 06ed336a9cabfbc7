"""`kdoctor knowledge`: how old the knowledge is, and bringing it up to date from the user's own package index."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import click

from kdoctor.cli.options import color_option
from kdoctor.cli.output import face_of, say
from kdoctor.errors import KdoctorError
from kdoctor.knowledge import index as knowledge_index
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kdoctor.collect.registry.transport import Transport
    from kdoctor.collect.registry.update import Known, News, Progress
    from kdoctor.knowledge.index import Index

#: More lines of one kind than that help nobody.
_MOST_LINES = 10


@click.group()
def knowledge() -> None:
    """Show or renew what kdoctor knows of the releases on the package index."""


@knowledge.command()
def date() -> None:
    """Print the day on which the knowledge in use was read."""
    click.echo(knowledge_index.knowledge_date())


@knowledge.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True, help="The form of the page.")
@color_option
def show(name: str, form: str, color: str) -> None:
    """List what is known about one distribution, with dates and sources."""
    from kdoctor.knowledge.about import about  # noqa: PLC0415 -- start-up time of the other commands.
    from kdoctor.render import page  # noqa: PLC0415 -- the same.
    from kdoctor.render.distribution import sections, summary  # noqa: PLC0415 -- the same.
    from kdoctor.versions import normalize  # noqa: PLC0415 -- the same.

    known = about(normalize(name))
    if known.unknown:
        projects = knowledge_index.open_index().projects
        import difflib  # noqa: PLC0415 -- only where a name was spelled wrongly.

        near = difflib.get_close_matches(known.name, projects, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"it knows {', '.join(sorted(projects))}"
        raise KdoctorError(f"kdoctor knows nothing about {clean(name, 80)}", hint)
    face, found = face_of(color), list(sections(known))
    if form == "markdown":
        say(page.markdown(known.name, summary(known), found))
    else:
        say(page.text(known.name, summary(known), found, face), face)


@knowledge.command()
@click.option("--project", "projects", multiple=True, metavar="NAME", help="Only this project; may be given more than once.")
@click.option("--add", is_flag=True, help="Take up the projects named by --project that kdoctor keeps no knowledge of yet.")
@click.option("--embed", is_flag=True, help="Write the data file of the package itself (for developers of kdoctor).")
def update(projects: tuple[str, ...], *, add: bool, embed: bool) -> None:
    """Fetch what is new from your own package index.

    Reads the lists of releases and the metadata of new wheels, never a whole wheel, from the index that pip or uv is configured
    with. What was cut off goes on where it stopped.
    """
    gc.enable()
    index = _base(embed=embed)
    try:
        known = _known(index, projects, add=add)
        transport, news, journal = _fetch(known)
        path = knowledge_index.embedded_path() if embed else knowledge_index.own_path()
        _write(path, index, news, whole=index.projects <= known.keys())
    except KdoctorError as error:
        raise KdoctorError(f"{error.message}; the knowledge of {index.date} stays in use", error.hint) from error
    from kdoctor.collect.registry.update import forget  # noqa: PLC0415 -- start-up time of the other commands.

    forget(journal)
    _tell(news, transport, path)


def _base(*, embed: bool) -> Index:
    return knowledge_index.open_embedded() if embed else knowledge_index.open_index()


def _known(index: Index, projects: Sequence[str], *, add: bool) -> Mapping[str, Known]:
    from kdoctor.collect.registry.update import Known, KnownRelease  # noqa: PLC0415 -- start-up time of the other commands.
    from kdoctor.knowledge.renewal import spelled  # noqa: PLC0415 -- the same.
    from kdoctor.versions import normalize  # noqa: PLC0415 -- the same.

    names = {normalize(name) for name in projects} or index.projects
    strange = sorted(names - index.projects)
    if strange and not add:
        hint = f"--add takes them up; it knows {', '.join(sorted(index.projects))}"
        raise KdoctorError(f"kdoctor keeps no knowledge of {', '.join(strange)}", hint)
    return {
        name: Known(
            {
                spelled(release.version): KnownRelease(frozenset(release.tags), release.yanked, release.requirements is not None)
                for release in index.releases(name)
            },
            index.project(name).keep,
        )
        for name in names
    }


def _fetch(known: Mapping[str, Known]) -> tuple[Transport, tuple[News, ...], Path]:
    import os  # noqa: PLC0415 -- start-up time of the other commands.
    from pathlib import Path  # noqa: PLC0415 -- the same.

    import platformdirs  # noqa: PLC0415 -- the same.

    from kdoctor.collect.registry.config import read_config  # noqa: PLC0415 -- the same.
    from kdoctor.collect.registry.transport import Transport  # noqa: PLC0415 -- the same.
    from kdoctor.collect.registry.update import find_news  # noqa: PLC0415 -- the same.

    config = read_config(os.environ, Path.home())
    transport = Transport(config)
    journal = Path(platformdirs.user_cache_dir("kdoctor", appauthor=False)) / "update.jsonl"
    if not sys.stderr.isatty():
        return transport, find_news(transport, config.urls, known, journal), journal
    with click.progressbar(length=len(known), label="Reading the package index", file=sys.stderr) as bar:

        def show(progress: Progress) -> None:
            bar.length = progress.total
            bar.update(progress.done - bar.pos)

        return transport, find_news(transport, config.urls, known, journal, show), journal


def _write(path: str, index: Index, news: Sequence[News], *, whole: bool) -> None:
    """Write the renewed index in one step; its date moves on only where every project was read."""
    import datetime as dt  # noqa: PLC0415 -- start-up time of the other commands.
    from pathlib import Path  # noqa: PLC0415 -- the same.

    from kdoctor.knowledge.renewal import ProjectNews, renewed  # noqa: PLC0415 -- the same.

    today = dt.datetime.now(dt.timezone.utc).date().isoformat() if whole else index.date
    rows = [ProjectNews(item.project, item.found, item.yanked, item.restored) for item in news]
    content = renewed(index, rows, max(today, index.date))
    try:
        _replace(Path(path), content)
    except OSError as error:
        raise KdoctorError(f"{path} cannot be written: {error.strerror}") from error


def _replace(path: Path, content: bytes) -> None:
    import os  # noqa: PLC0415 -- start-up time of the other commands.
    import tempfile  # noqa: PLC0415 -- the same.
    from pathlib import Path  # noqa: PLC0415 -- the same.

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # A temporary file is for its owner alone; an index that lies in the package is for all.
        fresh.chmod(0o644)
        fresh.replace(path)
    except BaseException:
        fresh.unlink()
        raise


def _tell(news: Sequence[News], transport: Transport, path: str) -> None:
    lines = [f"{item.project} {release.version}" for item in news for release in item.found]
    yanked = [f"{item.project} {version}" for item in news for version, _ in item.yanked]
    restored = [f"{item.project} {version}" for item in news for version in item.restored]
    for title, names in (("new or changed", lines), ("yanked", yanked), ("no longer yanked", restored)):
        if names:
            click.echo(f"{len(names)} {title}: {_some(names)}")
    if not (lines or yanked or restored):
        click.echo("nothing new")
    problems = [problem for item in news for problem in item.problems]
    for problem in problems[:_MOST_LINES]:
        click.echo(f"could not read {problem}", err=True)
    if len(problems) > _MOST_LINES:
        click.echo(f"could not read {len(problems) - _MOST_LINES} more", err=True)
    click.echo(f"{transport.requests} requests, {transport.received / 1024:.0f} KiB; wrote {path}", err=True)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_LINES
    return ", ".join(names[:_MOST_LINES]) + (f" and {more} more" if more > 0 else "")
