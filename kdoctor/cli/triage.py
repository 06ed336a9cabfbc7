"""`kdoctor triage`."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from kdoctor.cli.options import color_option
from kdoctor.cli.output import face_of, say
from kdoctor.errors import KdoctorError
from kdoctor.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kdoctor.render.triage import Cause, Line
    from kdoctor.triage.spread import Answer

_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}
#: Lines that are printed together.
_TOGETHER = 500


@click.command()
@click.argument("path", metavar="FOLDER|FILE.jsonl|-")
@click.option("--format", "style", type=click.Choice(["text", "jsonl"]), default="text", show_default=True, help="How it is said.")
@click.option("--remedies", is_flag=True, help="Say the first way out of each report too; takes much longer.")
@click.option("--fail-on", type=click.Choice([*_LEVELS, "never"]), default="error", show_default=True, help="Exit with 1 from here on.")
@click.option("--jobs", type=click.IntRange(1, 512), help="Processes that work side by side; else one a core.")
@color_option
def triage(*, path: str, style: str, remedies: bool, fail_on: str, jobs: int | None, color: str) -> None:
    """Judge many reports at once: a line each, in their order, and at the end what they have in common.

    FOLDER holds files that `kdoctor check --from` reads, FILE.jsonl one snapshot or report a line. What cannot be read is told and
    passed over. With --format jsonl the summary goes to standard error.
    """
    from kdoctor.triage.items import items  # noqa: PLC0415 -- `--help` needs none of it.
    from kdoctor.triage.spread import spread  # noqa: PLC0415 -- the same.

    answers = spread(items(path, sys.stdin.buffer), jobs or _cores(), remedies=remedies)
    tally = _Tally(_LEVELS.get(fail_on))
    with _progress(path) as advance:
        _print(answers, style, color, tally, advance)
    tally.tell(style, color)
    sys.exit(tally.exit_code())


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _print(answers: Iterator[Answer], style: str, color: str, tally: _Tally, advance: Callable[[int], object]) -> None:
    from kdoctor.render.triage import Line, json_line, text_line  # noqa: PLC0415 -- `--help` needs none of it.

    face = face_of(color)
    waiting: list[str] = []
    interactive = sys.stdout.isatty()
    for answer in answers:
        line = Line(answer.name, *answer.row)
        tally.add(line)
        waiting.append(json_line(line) if style == "jsonl" else text_line(line, face))
        if interactive or len(waiting) >= _TOGETHER:
            say("\n".join(waiting), face)
            waiting.clear()
        advance(answer.size)
    if waiting:
        say("\n".join(waiting), face)


class _Tally:
    """Counts verdicts and causes; it grows with the number of rules, not of reports."""

    def __init__(self, level: Severity | None) -> None:
        self._level = level
        self._verdicts: Counter[str] = Counter()
        self._causes: dict[str, Cause] = {}
        self._failed = False

    def add(self, line: Line) -> None:
        from kdoctor.render.triage import Cause  # noqa: PLC0415 -- loaded by now.

        self._verdicts[line.verdict] += 1
        seen: set[str] = set()
        for rule, name, severity, summary, _ in line.found:
            self._failed = self._failed or (self._level is not None and severity >= self._level)
            if rule not in seen and severity is not Severity.NOTE:
                seen.add(rule)
                known = self._causes.get(rule) or Cause(rule, name, severity.label, 0, line.source, summary)
                self._causes[rule] = known._replace(reports=known.reports + 1)

    def tell(self, style: str, color: str) -> None:
        from kdoctor.render.triage import summary  # noqa: PLC0415 -- loaded by now.

        face = face_of(color)
        causes = sorted(self._causes.values(), key=lambda cause: (-cause.reports, cause.rule))
        if style == "jsonl":
            click.echo(summary(self._verdicts, causes, face._replace(color=False)), err=True)
        else:
            say("\n" + summary(self._verdicts, causes, face), face)

    def exit_code(self) -> int:
        if self._failed:
            return 1
        count = sum(self._verdicts.values())
        if not count:
            raise KdoctorError("there is no report in it", "give a folder of reports or a file with one JSON document a line")
        return 3 if self._verdicts["unread"] == count else 0


@contextlib.contextmanager
def _progress(path: str) -> Iterator[Callable[[int], object]]:
    """Show on the terminal how far the work is, where the lines themselves go elsewhere."""
    from kdoctor.triage.items import total  # noqa: PLC0415 -- loaded by now.

    length = total(path) if sys.stderr.isatty() and not sys.stdout.isatty() else None
    if not length:
        yield lambda _: None
        return
    with click.progressbar(length=length, file=sys.stderr, label="triage") as bar:
        yield bar.update
