"""`kdoctor fix`: apply a remedy, and undo it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kdoctor.cli.options import take_snapshot
from kdoctor.cli.output import say
from kdoctor.errors import KdoctorError
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.apply.installer import Installer
    from kdoctor.apply.restore import Restore
    from kdoctor.model import Remedy, Report, Snapshot, Step


@click.command()
@click.option("--python", metavar="PATH", help="Interpreter, virtual environment folder or conda prefix to mend.")
@click.option("--remedy", "chosen", metavar="NAME", help="The remedy to apply, by its name in the report. [default: the first]")
@click.option("--undo", is_flag=True, help="Bring back what was installed before the last fix.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--over-conda", is_flag=True, help="Let pip or uv change what conda installed.")
def fix(*, python: str | None, chosen: str | None, undo: bool, dry_run: bool, yes: bool, over_conda: bool) -> None:
    """Mend an environment with its own installer: show the plan, ask, keep what was there, apply, check again.

    If the installer fails or the check is not better, what was there before comes back. Exits with 1 where errors remain.
    """
    from kdoctor.apply import restore  # noqa: PLC0415 -- start-up time of `--help`.

    snapshot = take_snapshot(python, None)
    folder = restore.folder_of(snapshot)
    with restore.alone(folder):
        kept = restore.read(folder)
        if undo:
            sys.exit(_undo(snapshot, folder, kept, dry_run=dry_run, yes=yes))
        if kept and not kept.done:
            _after_interruption(kept, yes=yes)
        sys.exit(_fix(snapshot, folder, kept, chosen, dry_run=dry_run, yes=yes, over_conda=over_conda))


def _after_interruption(kept: Restore, *, yes: bool) -> None:
    """Tell that a fix was cut off, and ask whether to go on; what was there before it stays in the restore file."""
    say(f"An earlier fix ({clean(kept.remedy)}) was interrupted. `kdoctor fix --undo` brings back what was there before it.")
    _agreed("Go on from here?", yes=yes)


def _agreed(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is there to ask; --yes goes on without asking.")
    if not click.confirm(question, err=True):
        raise click.Abort


def _fix(snapshot: Snapshot, folder: str, kept: Restore | None, chosen: str | None, *, dry_run: bool, yes: bool, over_conda: bool) -> int:
    from kdoctor.apply import restore  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.apply.installer import installer_of  # noqa: PLC0415 -- the same.
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- the same.

    report = diagnose(snapshot)
    if report.verdict == "ok":
        say("Nothing to mend.")
        return 0
    remedy = _remedy(report, chosen)
    if remedy is None:
        say("No change of versions mends this; `kdoctor check` says why.")
        return 1
    installer = installer_of(snapshot) if remedy.steps else None
    _show(snapshot, remedy, installer)
    _refuse_conda(snapshot, remedy, over_conda=over_conda)
    if dry_run:
        return 1 if report.verdict == "error" else 0
    if installer is None:
        say("Only variables need to change; that is yours to do.")
        return 1 if report.verdict == "error" else 0
    _agreed("Apply this?", yes=yes)
    before = restore.held(snapshot)
    # What was there before an interrupted fix is what an undo must bring back.
    first = kept.before if kept and not kept.done else before
    restore.write(folder, restore.Restore(first, remedy.title))
    return _applied(folder, installer, remedy, report, before)


def _applied(folder: str, installer: Installer, remedy: Remedy, report: Report, before: dict[str, str]) -> int:
    from kdoctor.apply import restore  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.apply.installer import run  # noqa: PLC0415 -- the same.

    try:
        failed = run(installer, remedy.steps)
        after = None if failed else _checked(report, remedy)
    except (KeyboardInterrupt, KdoctorError) as error:
        failed, after = "it was interrupted" if isinstance(error, KeyboardInterrupt) else error.message, None
    if after is not None and _is_better(report, after):
        kept = restore.read(folder)
        restore.write(folder, restore.Restore(kept.before if kept else before, remedy.title, done=True))
        say(f"Mended: {_count(report)} before, {_count(after)} now. `kdoctor fix --undo` brings the former set back.")
        return 1 if after.verdict == "error" else 0
    why = failed or f"the check is not better: {_count(report)} before, {_count(after) if after else 'unknown'} now"
    say(f"Not mended, {clean(why)}. What was there before comes back.")
    _bring_back(folder, installer, before, frozenset(remedy.pins) | frozenset(remedy.remove) | frozenset(remedy.reinstall), report)
    return 1


def _checked(report: Report, remedy: Remedy) -> Report:
    """Examine the environment again, with the variables as the remedy wants them."""
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- start-up time of `--help`.

    now = _again(report.snapshot)
    variables = {**(now.environment or {}), **remedy.environment}
    return diagnose(now._replace(environment={name: value for name, value in variables.items() if value is not None}))


def _again(snapshot: Snapshot) -> Snapshot:
    """Examine the same environment once more."""
    python = snapshot.python
    return take_snapshot(python.executable if python else None, None)


def _is_better(before: Report, after: Report) -> bool:
    """Tell whether there are fewer errors or warnings than before, and no error that was not there."""
    was = {(finding.rule, finding.subjects) for finding in before.findings}
    new = [finding for finding in after.findings if finding.severity.label == "error" and (finding.rule, finding.subjects) not in was]
    return not new and _weight(after) < _weight(before)


def _weight(report: Report) -> tuple[int, int]:
    labels = [finding.severity.label for finding in report.findings]
    return labels.count("error"), labels.count("warning")


def _count(report: Report) -> str:
    errors, warnings = _weight(report)
    return f"{errors} error{'s' * (errors != 1)} and {warnings} warning{'s' * (warnings != 1)}"


def _bring_back(folder: str, installer: Installer, before: dict[str, str], touched: frozenset[str], report: Report) -> None:
    from kdoctor.apply import restore  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.apply.installer import run  # noqa: PLC0415 -- the same.

    there = _again(report.snapshot)
    now, failed = restore.held(there), ""
    if now != before or there.folders != report.snapshot.folders:
        failed = run(installer, restore.steps_back(before, now, touched & before.keys()))
        now = restore.held(_again(report.snapshot))
    if failed or now != before:
        raise KdoctorError(
            f"what was there before could not be brought back in full: {failed or _difference(before, now)}",
            "kdoctor fix --undo tries again",
        )
    kept = restore.read(folder)
    if kept is None or dict(kept.before) == before:
        # What was there before an earlier, interrupted fix is still to be brought back.
        restore.forget(folder)


def _difference(before: dict[str, str], now: dict[str, str]) -> str:
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return ", ".join(names[:5])


def _undo(snapshot: Snapshot, folder: str, kept: Restore | None, *, dry_run: bool, yes: bool) -> int:
    from kdoctor.apply import restore  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.apply.installer import installer_of, run  # noqa: PLC0415 -- the same.

    if kept is None:
        raise KdoctorError("there is nothing to undo here", "kdoctor fix keeps what was there only while it can be undone")
    installer = installer_of(snapshot)
    steps = restore.steps_back(kept.before, restore.held(snapshot))
    _tell(installer, steps)
    if dry_run:
        return 0
    _agreed("Bring this back?", yes=yes)
    failed = run(installer, steps)
    now = restore.held(_again(snapshot))
    if failed or now != dict(kept.before):
        raise KdoctorError(
            f"not all came back: {failed or _difference(dict(kept.before), now)}", "run it again, for instance once the network is there"
        )
    restore.forget(folder)
    say("What was there before is back.")
    return 0


def _remedy(report: Report, chosen: str | None) -> Remedy | None:
    if chosen is None:
        return report.remedies[0] if report.remedies else None
    found = next((remedy for remedy in report.remedies if remedy.name == chosen), None)
    if found is None:
        names = ", ".join(remedy.name for remedy in report.remedies) or "none"
        raise click.BadParameter(f"there is no remedy {chosen!r} here; there are: {names}.", param_hint="--remedy")
    return found


def _show(snapshot: Snapshot, remedy: Remedy, installer: Installer | None) -> None:
    say(f"{clean(remedy.title)}:")
    there = {one.name: one.version for one in snapshot.distributions if not one.leftover}
    for name in remedy.remove:
        say(f"  remove   {name} {there.get(name)}")
    for name, version in remedy.pins.items():
        old = there.get(name)
        say(
            f"  install  {name} {version}"
            if old is None
            else f"  change   {name} {old} -> {version}"
            if old != version
            else f"  again    {name} {version}"
        )
    for name, value in remedy.environment.items():
        say(f"  yours    {'unset ' + name if value is None else f'set {name}={clean(value)}'}")
    if installer:
        _tell(installer, remedy.steps)


def _tell(installer: Installer, steps: Sequence[Step]) -> None:
    for step in steps:
        say(f"  run      {clean(installer.words(step))}")


def _refuse_conda(snapshot: Snapshot, remedy: Remedy, *, over_conda: bool) -> None:
    """Say what conda installed and would be overwritten behind its back."""
    changed = {*remedy.pins, *remedy.remove}
    conda = sorted(one.name for one in snapshot.distributions if one.installer == "conda" and one.name in changed)
    if conda and not over_conda:
        raise KdoctorError(f"conda installed {', '.join(conda)}; pip would change them behind its back", "use conda, or --over-conda")
