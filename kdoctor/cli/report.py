"""`kdoctor report`."""

from __future__ import annotations

import click

from kdoctor.cli.options import Probing, deep_option, patient_options, probe_options, take_snapshot
from kdoctor.cli.output import say
from kdoctor.errors import KdoctorError


@click.command()
@patient_options
@deep_option
@probe_options
@click.option("--copy", "copied", is_flag=True, help="Put it on the clipboard.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of standard output.")
def report(
    *,
    python: str | None,
    source: str | None,
    output: str | None,
    copied: bool,
    deep: bool,
    probe: bool,
    probe_timeout: int | None,
    probe_memory: int | None,
) -> None:
    """Write a report in Markdown to paste into an issue; `kdoctor check --from` reads it back.

    Nothing private is in it: of paths only their shape, of variables only values of a known kind, no host, user, token or address.
    """
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.knowledge.families import FAMILY, IMPORTED_AT_START  # noqa: PLC0415 -- the same.
    from kdoctor.render.issue import render  # noqa: PLC0415 -- the same.

    probing = Probing(probe, probe_timeout, probe_memory)
    text = render(diagnose(take_snapshot(python, source, leaves=True, deep=deep, probing=probing)), FAMILY | IMPORTED_AT_START)
    if output not in (None, "-"):
        from kdoctor.cli.files import write_file  # noqa: PLC0415 -- only where a file is written.

        write_file(str(output), text)
    elif not copied:
        say(text)
    if copied:
        _copy(text)


def _copy(text: str) -> None:
    """Put text on the clipboard; where there is none, the text goes to standard output, so that nothing is lost."""
    try:
        import pyperclip  # noqa: PLC0415 -- an extra, and needed for this alone.

        pyperclip.copy(text)
    except ImportError:
        say(text)
        raise KdoctorError("--copy needs pyperclip", 'python -m pip install "keras-doctor[clipboard]"') from None
    except pyperclip.PyperclipException:
        say(text)
        raise KdoctorError("there is no clipboard here", "on Linux pyperclip needs xclip, xsel or wl-clipboard, and a desktop") from None
    click.echo(f"kdoctor: the report is on the clipboard ({len(text.splitlines())} lines)", err=True)
