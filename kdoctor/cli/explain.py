"""`kdoctor explain`: a rule by its code, or what a traceback or log says."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import click

from kdoctor.cli.options import color_option, patient_options
from kdoctor.cli.output import face_of, say
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from kdoctor.model import Report

#: What a person may have meant as a code, though there is no such rule.
_CODE = re.compile(r"kd\d{1,4}", re.IGNORECASE)
#: Bytes of a log that are read at most.
_LARGEST = 512 * 2**20


@click.command()
@click.argument("subject", metavar="[CODE|FILE|-]", required=False)
@patient_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="The form of the answer."
)
@click.option("--all", "whole", is_flag=True, help="Show all runs behind the rule, not only the first.")
@color_option
def explain(subject: str | None, python: str | None, source: str | None, form: str, color: str, *, whole: bool) -> None:
    """Explain a rule, or what a traceback or log comes from.

    CODE is the code or name of a rule: tells what it means, with the facts and the runs behind it. FILE (- for standard input) holds a
    traceback or log lines: tells what they come from, the likeliest cause first, and which of them mean no harm; --python or --from
    name the environment that it happened in. Without either, lists the rules.
    """
    if subject is None:
        _list_rules(form, color)
    elif code := _code_of(subject):
        _show_rule(code, form, color, whole=whole)
    else:
        _show_causes(subject, _report(python, source), form, color)


def _code_of(subject: str) -> str | None:
    """Give the code that is meant; None where it is the name of a file."""
    from kdoctor.knowledge.catalogue import codes, name_of  # noqa: PLC0415 -- start-up time of the other commands.

    wanted = next((one for one in codes() if subject.upper() == one or subject.lower() == name_of(one)), None)
    if wanted is None and subject != "-" and not os.path.exists(subject):  # noqa: PTH110 -- start-up time.
        kind = "rule" if _CODE.fullmatch(subject) or os.sep not in subject else "file"
        raise click.BadParameter(f"there is no {kind} {subject!r}; `kdoctor explain` lists the rules.", param_hint="CODE")
    return wanted


def _list_rules(form: str, color: str) -> None:
    from kdoctor.knowledge.catalogue import codes, name_of  # noqa: PLC0415 -- start-up time of the other commands.
    from kdoctor.knowledge.explanations import text_of  # noqa: PLC0415 -- the same.
    from kdoctor.render import page  # noqa: PLC0415 -- the same.

    if form == "json":
        raise click.UsageError("--format json is for what a traceback or log says: give a FILE or -.")
    face = face_of(color)
    say(page.listing([(one, name_of(one), text_of(one).title) for one in codes()], face), face)


def _show_rule(code: str, form: str, color: str, *, whole: bool) -> None:
    from kdoctor.render import page  # noqa: PLC0415 -- start-up time of the other commands.
    from kdoctor.rules.behind import page_of  # noqa: PLC0415 -- the same.

    if form == "json":
        raise click.UsageError("--format json is for what a traceback or log says: give a FILE or -.")
    face = face_of(color)
    found = page_of(code)
    title, sections = f"{code} {found.text.name}", list(page.sections(found, whole=whole))
    if form == "markdown":
        say(page.markdown(title, found.text.title, sections))
    else:
        say(page.text(title, found.text.title, sections, face), face)


def _report(python: str | None, source: str | None) -> Report | None:
    if python is None and source is None:
        return None
    from kdoctor.cli.options import take_snapshot  # noqa: PLC0415 -- only where an environment is named.
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- the same.

    return diagnose(take_snapshot(python, source))


def _show_causes(path: str, report: Report | None, form: str, color: str) -> None:
    from kdoctor.explain import explain as explained  # noqa: PLC0415 -- only where a log is read.
    from kdoctor.knowledge.catalogue import codes, name_of  # noqa: PLC0415 -- the same.
    from kdoctor.render import explanation  # noqa: PLC0415 -- the same.

    if form == "markdown":
        raise click.UsageError("--format markdown is for the page of a rule; what a log says comes as text or json.")
    data = _read(path)
    causes = explained(data, report)
    if report is None and (told := _told_by(data, path)) and any(one.rule for one in causes):
        causes = explained(data, told)
    if form == "json":
        import json  # noqa: PLC0415 -- only where it is asked for.

        say(json.dumps(explanation.document(causes), indent=2))
        return
    face = face_of(color)
    say(explanation.text(causes, {one: name_of(one) for one in codes()}, face), face)


def _told_by(data: bytes, path: str) -> Report | None:
    """Judge the environment that the text itself tells of, if it names versions."""
    from kdoctor.cli.options import named  # noqa: PLC0415 -- only where a log is read.
    from kdoctor.collect.pastes import read  # noqa: PLC0415 -- the same.
    from kdoctor.doctor import judge  # noqa: PLC0415 -- the same.

    try:
        return judge(read(data, named(path)).snapshot)
    except KdoctorError:
        return None


def _read(path: str) -> bytes:
    """Read a log whole, as UTF-8; PowerShell's UTF-16 is turned into it."""
    data = _bytes_of(path)
    if len(data) > _LARGEST:
        raise KdoctorError(f"{path} is larger than {_LARGEST // 2**20} MiB", "give the part around the error")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").encode(errors="replace")
    return data


def _bytes_of(path: str) -> bytes:
    if path == "-":
        if sys.stdin is None:
            raise KdoctorError("standard input is closed")
        if sys.stdin.isatty():
            click.echo("kdoctor: paste a traceback or log; end it with Ctrl-D (Windows: Ctrl-Z and Enter)", err=True)
        return sys.stdin.buffer.read(_LARGEST + 1)
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- start-up time.
            return file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KdoctorError(f"{path} cannot be read: {reason}", "give a file with a traceback or log, or - for standard input") from error
