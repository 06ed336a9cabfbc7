"""`kdoctor matrix`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from kdoctor.cli.options import color_option
from kdoctor.cli.output import face_of, say

if TYPE_CHECKING:
    from kdoctor.contract.matrix import Matrix

#: --platform -> system and machine, in the words of a snapshot.
_PLATFORMS = {
    "linux-x86_64": ("linux", "x86_64"),
    "linux-aarch64": ("linux", "aarch64"),
    "macos-arm64": ("darwin", "arm64"),
    "macos-x86_64": ("darwin", "x86_64"),
    "windows-x86_64": ("windows", "amd64"),
}
_BARE = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_PYTHON = re.compile(r"3\.\d{1,2}", re.ASCII)


@click.command()
@click.option("--tensorflow", metavar="VERSIONS", default="", help='Only these, such as 2.15 or ">=2.15,<2.18"; else from 2.0 on.')
@click.option("--keras", metavar="VERSIONS", default="", help='Only these, such as 3.6 or ">=3.4"; else the backends of Keras 3.')
@click.option("--python-version", "python", metavar="X.Y", help="Only what has a wheel for this Python.")
@click.option(
    "--platform",
    type=click.Choice([*_PLATFORMS]),
    metavar="PLATFORM",
    default="linux-x86_64",
    show_default=True,
    help=f"Whose wheels count: {', '.join(_PLATFORMS)}.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How the table is said.",
)
@color_option
def matrix(*, tensorflow: str, keras: str, python: str | None, platform: str, style: str, color: str) -> None:
    """Print which TensorFlow, Keras, Python, NumPy, protobuf, CUDA and backends go together.

    It is drawn from what the rules of `kdoctor check` say of each pair. A narrowed table shows the rows that have a partner
    among the releases asked for.
    """
    if python is not None and not _PYTHON.fullmatch(python):
        raise click.BadParameter(f"{python!r} is no Python such as 3.12.", param_hint="--python-version")
    from kdoctor.knowledge.index import open_index  # noqa: PLC0415 -- `kdoctor matrix --help` needs no knowledge.
    from kdoctor.matrix.tables import Wanted, tabulate  # noqa: PLC0415 -- the same.

    narrowed = (_specifier(tensorflow, "--tensorflow"), _specifier(keras, "--keras"))
    _show(tabulate(open_index(), Wanted(*narrowed, python, *_PLATFORMS[platform])), style, color)


def _specifier(text: str, option: str) -> str:
    """Read a specifier; a bare version stands for all releases that begin so."""
    from kdoctor.versions import satisfies  # noqa: PLC0415 -- `kdoctor matrix --help` needs no versions.

    specifier = f"=={text.strip()}.*" if _BARE.fullmatch(text.strip()) else text
    if satisfies("1", specifier) is None:
        raise click.BadParameter(f"{text!r} is no version specifier.", param_hint=option)
    return specifier


def _show(table: Matrix, style: str, color: str) -> None:
    if style == "json":
        from kdoctor.contract.matrix import matrix_document  # noqa: PLC0415 -- only where it is asked for.
        from kdoctor.render.json import document_text  # noqa: PLC0415 -- the same.

        say(document_text(matrix_document(table)))
        return
    from kdoctor.render import matrix as words  # noqa: PLC0415 -- only where it is asked for.

    face = face_of(color)
    say(words.markdown(table) if style == "markdown" else words.text(table, face), face if style == "text" else None)
