"""`kdoctor fix`: apply a remedy, and undo it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from kdoctor.cli.options import take_snapshot
from kdoctor.cli.output import face_of, say
from kdoctor.errors import KdoctorError
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kdoctor.apply.installer import Installer
    from kdoctor.apply.place import Place
    from kdoctor.apply.restore import Restore
    from kdoctor.model import Remedy, Report, Snapshot


class _Session(NamedTuple):
    """The environment that is mended, the lock on it, and what the user said."""

    place: Place
    lock: int
    python: str | None
    yes: bool
    dry_run: bool
    verify: bool

    def look(self) -> Snapshot:
        """Examine the environment as it is now."""
        return take_snapshot(self.python, None)

    def held(self) -> dict[str, str]:
        """Tell what is installed now."""
        from kdoctor.apply.restore import held  # noqa: PLC0415 -- start-up time of `--help`.

        return held(self.look(), self.place.sites)

    def command(self, option: str) -> str:
        """Give the command that does something else with the same environment."""
        return f"`kdoctor fix {option}{f' --python {clean(self.python)}' if self.python else ''}`"


@click.command()
@click.option("--python", metavar="PATH", help="Interpreter, virtual environment folder or conda prefix to mend.")
@click.option("--remedy", "chosen", metavar="NAME", help="The remedy to apply, by its name in the report. [default: the first]")
@click.option("--undo", is_flag=True, help="Bring back what was installed before the last fix.")
@click.option("--forget", is_flag=True, help="Let go of what was installed before the last fix.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--verify", is_flag=True, help="Ask uv, or pip, for its word on the remedy first, against your own index.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--over-conda", is_flag=True, help="Let pip or uv change what conda or the system installed.")
def fix(
    *, python: str | None, chosen: str | None, undo: bool, forget: bool, dry_run: bool, verify: bool, yes: bool, over_conda: bool
) -> None:
    """Mend an environment with its own installer: show the plan, ask, keep what is there, apply, check again.

    If the installer fails, is interrupted, or the check is not better, what was there before comes back. Exits with 1 where errors
    remain.
    """
    from kdoctor.apply import restore  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.apply.installer import interruptible  # noqa: PLC0415 -- the same.
    from kdoctor.apply.lock import alone  # noqa: PLC0415 -- the same.
    from kdoctor.apply.place import place_of  # noqa: PLC0415 -- the same.

    if undo and (forget or chosen):
        raise click.UsageError("--undo brings back all that was there before; --forget and --remedy say something else.")
    place = place_of(take_snapshot(python, None), os.environ)
    with alone(place.prefix) as lock, interruptible():
        session = _Session(place, lock, python, yes, dry_run, verify)
        if forget:
            restore.settle(place.prefix, None)
            say("What was installed before the last fix is no longer kept.")
            return
        kept = restore.read(place.prefix)
        if not dry_run:
            restore.tidy(place.prefix, kept)
        if kept and not kept.done and not undo:
            undo, chosen, kept = _after_interruption(session, kept, chosen)
        sys.exit(_undo(session, kept) if undo else _fix(session, kept, chosen, over_conda=over_conda))


def _after_interruption(session: _Session, kept: Restore, chosen: str | None) -> tuple[bool, str | None, Restore | None]:
    """Offer to finish or to undo what was cut off; to finish it, what was there before comes back first."""
    say(f"An earlier fix ({clean(kept.remedy)}) was cut off here. What was installed before it is kept.")
    if session.dry_run:
        raise KdoctorError(
            "nothing can be planned in the middle of another change", f"{session.command('--undo')} brings back what was there"
        )
    choice = "finish" if session.yes else _choice(session)
    if choice == "stop":
        raise click.Abort
    if choice == "undo":
        return True, None, kept
    _put_back(session, kept)
    return False, chosen or kept.remedy, kept.earlier


def _choice(session: _Session) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"nobody is there to ask; --yes finishes it, {session.command('--undo')} undoes it.")
    return str(click.prompt("Finish it, undo it, or stop?", type=click.Choice(["finish", "undo", "stop"]), err=True))


def _agreed(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is there to ask; --yes goes on without asking.")
    if not click.confirm(question, err=True):
        raise click.Abort


def _fix(session: _Session, kept: Restore | None, chosen: str | None, *, over_conda: bool) -> int:
    from kdoctor.apply.installer import installer_of  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- the same.
    from kdoctor.render import fixing  # noqa: PLC0415 -- the same.

    report = diagnose(session.look())
    if report.verdict == "ok":
        say("Nothing to mend.")
        return 0
    remedy = _remedy(report, chosen)
    if remedy is None:
        say("No change of versions mends this; `kdoctor check` says why.")
        return 1
    left = 1 if report.verdict == "error" else 0
    installer = installer_of(report.snapshot) if remedy.steps else None
    commands = [installer.typed(step) for step in remedy.steps] if installer else []
    say(_where(report.snapshot))
    _tell(fixing.plan(report, remedy, commands, face_of("never").width))
    if installer is None:
        say("Only variables need to change; that is yours to do.")
        return left
    _refuse_foreign(report.snapshot, remedy, over_conda=over_conda)
    if session.verify and not _holds(report, remedy):
        return 1
    if session.dry_run:
        return left
    _agreed("Apply this?", yes=session.yes)
    return _applied(session, installer, report, remedy, _kept(session, report, remedy, kept))


def _where(snapshot: Snapshot) -> str:
    """Name the environment: its folder and its Python."""
    from kdoctor.cli.place import shortened  # noqa: PLC0415 -- start-up time of `--help`.

    python = snapshot.python
    return clean(f"kdoctor fix of {shortened(python.prefix or '')} (Python {python.version})") if python else ""


def _holds(report: Report, remedy: Remedy) -> bool:
    """Ask a real resolver whether the remedy holds, and tell what it says."""
    from kdoctor.cli.verifying import verified_remedy  # noqa: PLC0415 -- only where somebody asks for it.

    asked = verified_remedy(report, remedy)
    if asked.objection:
        resolver, _, said = asked.objection.partition(": ")
        say(f"{resolver} objects, so nothing was changed: {clean(said)}")
        return False
    say("A real resolver agrees: your index has it, and it goes together.")
    return True


def _kept(session: _Session, report: Report, remedy: Remedy, earlier: Restore | None) -> Restore:
    """Keep what is there, and write down that a change begins."""
    from kdoctor.apply import keeping, restore  # noqa: PLC0415 -- start-up time of `--help`.

    prefix = session.place.prefix
    before = restore.held(report.snapshot, session.place.sites)
    kept = restore.Restore(before, remedy.name, keeping.keep(session.place), earlier=earlier)
    try:
        restore.write(prefix, kept)
    except KdoctorError as error:
        restore.tidy(prefix, earlier)
        raise KdoctorError(error.message, "nothing was changed") from error
    return kept


def _applied(session: _Session, installer: Installer, report: Report, remedy: Remedy, kept: Restore) -> int:
    from kdoctor.apply import restore  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.apply.installer import run  # noqa: PLC0415 -- the same.

    try:
        after = None
        failed = run(installer, remedy.steps, session.lock)
        if not failed:
            after = _checked(session, remedy)
            failed = _shortfall(report, after, remedy)
        if not failed and after:
            restore.settle(session.place.prefix, kept._replace(done=True, earlier=None))
            return _mended(session, report, after, remedy, kept)
    except KeyboardInterrupt:
        failed = "it was interrupted"
    except KdoctorError as error:
        failed = error.message
    say(f"Not mended: {clean(failed)}. What was installed before comes back.")
    _put_back(session, kept)
    say("It is all back.")
    return 1


def _mended(session: _Session, report: Report, after: Report, remedy: Remedy, kept: Restore) -> int:
    from kdoctor.apply.restore import held  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.render import fixing  # noqa: PLC0415 -- the same.

    left = fixing.count(after)
    say(f"Mended: {fixing.count(report)} before, {left} now{'' if left == 'nothing' else ' (`kdoctor check` shows it)'}.")
    now = held(after.snapshot, session.place.sites)
    planned = {*remedy.pins, *remedy.remove, *remedy.reinstall}
    rest = [{name: text for name, text in one.items() if name not in planned} for one in (kept.before, now)]
    if rest[0] != rest[1]:
        say("Beside what the plan names with its version, the installer changed:")
        _tell(fixing.differences(*rest))
    if remedy.environment:
        say("The check took this as done, which is yours to do:")
        _tell(f"  {line}" for line in fixing.variables(remedy))
    say(f"What was installed before is kept: {session.command('--undo')} brings it back, {session.command('--forget')} lets it go.")
    return 1 if after.verdict == "error" else 0


def _checked(session: _Session, remedy: Remedy) -> Report:
    """Examine the environment again, with the variables as the remedy wants them."""
    from kdoctor.doctor import diagnose  # noqa: PLC0415 -- start-up time of `--help`.

    now = session.look()
    variables = {**(now.environment or {}), **remedy.environment}
    return diagnose(now._replace(environment={name: value for name, value in variables.items() if value is not None}))


def _shortfall(before: Report, after: Report, remedy: Remedy) -> str:
    """Say why the environment is not what the remedy promised: "" where it is."""
    from kdoctor.render.fixing import count  # noqa: PLC0415 -- start-up time of `--help`.

    now = {one.name: one.version for one in reversed(after.snapshot.distributions) if not one.leftover}
    for name, version in remedy.pins.items():
        if now.get(name) != version:
            return f"the installer ended well, but {name} is {now.get(name) or 'not there'}, not {version}"
    was = {(finding.rule, finding.subjects) for finding in before.findings}
    new = next((one for one in after.findings if one.severity.label == "error" and (one.rule, one.subjects) not in was), None)
    if new:
        return f"afterwards there is another error, {new.rule}: {new.summary}"
    if _weight(after) >= _weight(before):
        return f"the check is not better: {count(before)} before, {count(after)} afterwards"
    return ""


def _weight(report: Report) -> tuple[int, int]:
    labels = [finding.severity.label for finding in report.findings]
    return labels.count("error"), labels.count("warning")


def _put_back(session: _Session, kept: Restore) -> None:
    """Put back what was there, all of it, and let what could be undone earlier count again."""
    from kdoctor.apply import keeping, restore  # noqa: PLC0415 -- start-up time of `--help`.
    from kdoctor.apply.installer import undisturbed  # noqa: PLC0415 -- the same.
    from kdoctor.render.fixing import differences  # noqa: PLC0415 -- the same.

    with undisturbed():
        keeping.put_back(session.place.prefix, kept.kept, everything=not kept.done)
    now = session.held()
    if now != dict(kept.before):
        wrong = "; ".join(line.strip() for line in differences(kept.before, now))
        raise KdoctorError(f"what was installed before is not back in full: {wrong}", f"{session.command('--undo')} tries again")
    restore.settle(session.place.prefix, kept.earlier)


def _undo(session: _Session, kept: Restore | None) -> int:
    from kdoctor.render.fixing import differences  # noqa: PLC0415 -- start-up time of `--help`.

    if kept is None:
        raise KdoctorError("there is nothing to undo here", "kdoctor fix keeps what was installed only while it can be undone")
    say(f"Undo of {clean(kept.remedy)}{'' if kept.done else ', which was cut off'}:")
    _tell(list(differences(session.held(), kept.before)) or ["  no version changes"])
    if session.dry_run:
        return 0
    _agreed("Bring this back?", yes=session.yes)
    _put_back(session, kept)
    say("What was installed before is back.")
    return 0


def _remedy(report: Report, chosen: str | None) -> Remedy | None:
    if chosen is None:
        return report.remedies[0] if report.remedies else None
    found = next((remedy for remedy in report.remedies if remedy.name == chosen), None)
    if found is None:
        names = ", ".join(remedy.name for remedy in report.remedies) or "none"
        raise click.BadParameter(f"there is no remedy {chosen!r} here; there are: {names}.", param_hint="--remedy")
    return found


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _refuse_foreign(snapshot: Snapshot, remedy: Remedy, *, over_conda: bool) -> None:
    """Say what conda or the system installed and would be changed behind its back."""
    from kdoctor.apply.place import foreign  # noqa: PLC0415 -- start-up time of `--help`.

    changed = {*remedy.pins, *remedy.remove}
    owners = foreign([one for one in snapshot.distributions if one.name in changed])
    for who, names in owners.items():
        if not over_conda:
            them = "it" if len(names) == 1 else "them"
            raise KdoctorError(
                f"{who} installed {', '.join(names)}; pip would change {them} behind its back, so nothing was changed",
                f"use {who}, or --over-conda",
            )
