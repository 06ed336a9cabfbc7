"""`kdoctor init`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from kdoctor.cli.options import patient_options, take_snapshot
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_FILE = "kdoctor.toml"
#: What a project most likely chose itself.
_CHOSEN = ("tensorflow", "keras", "tf-keras", "jax", "torch")
_RELEASE = re.compile(r"(\d+\.\d+)")


@click.command()
@patient_options
@click.option("--force", is_flag=True, help="Overwrite a configuration that is there.")
@click.option("-o", "--output", metavar="FILE", default=_FILE, show_default=True, help="Where to write it.")
def init(python: str | None, source: str | None, output: str, *, force: bool) -> None:
    """Write a configuration that wants what this environment has, for `kdoctor check` to hold others against."""
    if os.path.lexists(output) and not force:
        raise KdoctorError(f"{output} is there already", "--force overwrites it")
    from kdoctor.cli.files import write_file  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.knowledge.coupling import couple  # noqa: PLC0415 -- the same.

    coupling = couple(take_snapshot(python, source, leaves=True))
    write_file(output, "\n".join(_lines(coupling)))
    click.echo(f"kdoctor: wrote {output}; kdoctor check reads it in this folder and below", err=True)


def _lines(coupling: Coupling) -> Iterator[str]:
    yield "# What this project wants of its environment; `kdoctor check` tells where an environment is another."
    yield "# In pyproject.toml the same keys stand under [tool.kdoctor]."
    yield ""
    yield from _python(coupling)
    yield from _backend(coupling)
    yield from _accelerator(coupling)
    yield from _requirements(coupling)
    yield "# From which severity on `kdoctor check` exits with 1: error, warning, note or never."
    yield 'fail-on = "error"'
    yield ""
    yield "# How bad a rule is to be taken, by code or name (`kdoctor explain` lists them):"
    yield "# [severity]"
    yield '# KD714 = "note"'
    yield ""
    yield "# What is not to be told, why, and until which day; after it the entry itself is an error:"
    yield "# [[ignore]]"
    yield '# rule = "KD301"'
    yield '# reason = "the image is rebuilt with one of the two next month"'
    yield "# until = 2027-01-31"


def _python(coupling: Coupling) -> Iterator[str]:
    found = coupling.snapshot.python
    minor = _RELEASE.match(found.version or "") if found else None
    if minor:
        yield "# The versions of Python that it is meant for: one, or a specifier such as >=3.10,<3.13."
        yield f'python = ">={minor[1]}"'
        yield ""


def _backend(coupling: Coupling) -> Iterator[str]:
    from kdoctor.knowledge.families import BACKENDS  # noqa: PLC0415 -- start-up time of `--help`.

    backend = "tensorflow" if coupling.keras_generation == "tf" else coupling.backend
    if backend in BACKENDS and coupling.keras_generation is not None:
        yield f"# The backend that Keras is to run on: {', '.join(BACKENDS)}."
        yield f'backend = "{backend}"'
        yield ""


def _accelerator(coupling: Coupling) -> Iterator[str]:
    devices = coupling.snapshot.accelerators
    vendors = {device.vendor for device in devices or ()}
    word = "tpu" if "google" in vendors else "gpu" if vendors else ""
    yield "# What it is to compute on: gpu, tpu, cpu, or a vendor such as nvidia."
    yield f'accelerator = "{word}"' if word else '# accelerator = "gpu"'
    yield ""


def _requirements(coupling: Coupling) -> Iterator[str]:
    there = ((name, _RELEASE.match(one.version or "")) for name in _CHOSEN if (one := coupling.present.get(name)))
    rows = [f'"{name}>={found[1]}"' for name, found in there if found]
    yield "# The releases that it needs itself, as in a requirements file."
    yield f"require = [{', '.join(rows)}]" if rows else '# require = ["keras>=3.5"]'
    yield ""
