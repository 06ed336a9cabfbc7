"""Where the configuration of a project lies, and what it makes of a report."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from kdoctor.cli.options import here
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.config import Config
    from kdoctor.model import Report, Snapshot
    from kdoctor.policy import Policy

_Command = TypeVar("_Command", bound=Callable[..., Any])

#: In each folder, the first of these that holds a configuration counts.
_NAMES = ("kdoctor.toml", "pyproject.toml")
#: What a pyproject.toml with a configuration holds; others are not even parsed.
_SIGN = b"tool.kdoctor"
_LARGEST = 4 * 2**20
_USUAL = 64 * 2**10


class Choice(NamedTuple):
    """What the command line says of configuration and baseline."""

    path: str | None
    none: bool
    baseline: str | None
    write_baseline: str | None


class Settings(NamedTuple):
    """The configuration that counts, if there is one, and where a baseline is read from or written to."""

    config: Config | None = None
    baseline: str | None = None
    write_baseline: str | None = None

    @property
    def fail_on(self) -> str | None:
        """Give the severity that the configuration names."""
        return self.config.fail_on if self.config else None


def config_options(command: _Command) -> _Command:
    """Add --config, --no-config, --baseline and --write-baseline."""
    for option in (
        click.option("--write-baseline", metavar="FILE", help="Write down all findings, so that from then on only new ones count."),
        click.option("--baseline", metavar="FILE", help="Let only findings count that are not in this file."),
        click.option("--no-config", is_flag=True, help="Read no configuration."),
        click.option("--config", metavar="FILE", help="Read this kdoctor.toml or pyproject.toml. [default: the nearest one upwards]"),
    ):
        command = option(command)
    return command


def settings_for(found: tuple[str | None, Snapshot], choice: Choice) -> Settings:
    """Read the configuration for what was found: a file that was read, or None, and its snapshot.

    A report that somebody pasted is not of the project at hand, so that only --config can be meant for it.
    """
    if choice.none and choice.path is not None:
        raise click.UsageError("--config and --no-config exclude each other.")
    source, snapshot = found
    own = source is None or (snapshot.declared is not None and source != "-")
    start = os.path.dirname(os.path.join(here(), source)) if source else here()  # noqa: PTH118, PTH120 -- start-up time: pathlib is slow.
    wanted = choice.path is not None or (own and not choice.none)
    config = find_config(choice.path, start) if wanted else None
    return Settings(config, choice.baseline or (config.baseline if config else None), choice.write_baseline)


def find_config(given: str | None, start: str) -> Config | None:
    """Read the configuration of --config, else the nearest from a folder upwards; None where there is none.

    Raises KdoctorError for what cannot be read, and for whatever is wrong in it.
    """
    if given is not None:
        found = _read(given, _content(given), given)
        if found is None:
            raise KdoctorError(f"{given} has no table [tool.kdoctor]")
        return found
    folder = os.path.normpath(start)
    while True:
        for name in _NAMES:
            path = os.path.join(folder, name)  # noqa: PTH118 -- the same.
            if os.path.isfile(path):  # noqa: PTH113 -- the same.
                content = _content(path)
                # Most projects have none: then nothing more is loaded.
                config = _read(path, content, _shown(path)) if _SIGN in content or name == _NAMES[0] else None
                if config is not None:
                    return config
        above = os.path.dirname(folder)  # noqa: PTH120 -- the same.
        if above == folder:
            return None
        folder = above


def _shown(path: str) -> str:
    from kdoctor.cli.place import shortened  # noqa: PLC0415 -- only where there is a configuration.

    return shortened(path)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- the same.
            # Python makes room for all that is asked for, so the rest is asked for only where there is one.
            content = file.read(_USUAL)
            if len(content) == _USUAL:
                content += file.read(_LARGEST)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KdoctorError(f"{path} cannot be read: {reason}") from error
    if len(content) > _LARGEST:
        raise KdoctorError(f"{path} is larger than {_LARGEST // 2**20} MiB")
    return content


def _read(path: str, content: bytes, shown: str) -> Config | None:
    from kdoctor.config import read_config  # noqa: PLC0415 -- only where there is a configuration.

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KdoctorError(f"{shown}: not UTF-8 text (byte {error.start})") from None
    config = read_config(text, shown)
    baseline = config.baseline if config else None
    if config is None or baseline is None:
        return config
    # A path in a file is told from where the file lies.
    return config._replace(baseline=os.path.join(os.path.dirname(path), baseline))  # noqa: PTH118, PTH120 -- the same.


def with_intent(snapshot: Snapshot, settings: Settings) -> Snapshot:
    """Give the snapshot with what the project wants of it."""
    wanted = settings.config.intent if settings.config else None
    if wanted is None or not any(wanted[:4]):
        return snapshot
    return snapshot._replace(intent=wanted)


def as_meant(snapshot: Snapshot) -> Snapshot:
    """Give the snapshot of a project's files with the variable that they say nothing of, where the project means to set it."""
    backend = snapshot.intent.backend if snapshot.intent else None
    if backend is None or snapshot.environment is not None or snapshot.declared is None:
        return snapshot
    return snapshot._replace(environment={"KERAS_BACKEND": backend})


def weighed(here: list[Report], leaving: list[Report], settings: Settings) -> tuple[list[Report], list[Report]]:
    """Give both lists of reports as the project takes them; writes the baseline where one is to be written."""
    if settings == Settings() or (settings.config is None and not (settings.baseline or settings.write_baseline)):
        return here, leaving
    from kdoctor.cli.baseline import read_baseline, write_baseline  # noqa: PLC0415 -- only where there is a policy.
    from kdoctor.policy import Policy  # noqa: PLC0415 -- the same.

    policy = settings.config.policy if settings.config else Policy()
    if settings.write_baseline:
        policy = policy._replace(baseline=write_baseline(settings.write_baseline, _taken(leaving or here, policy)))
    elif settings.baseline:
        policy = policy._replace(baseline=read_baseline(settings.baseline))
    return _taken(here, policy), _taken(leaving, policy)


def _taken(reports: Sequence[Report], policy: Policy) -> list[Report]:
    from datetime import datetime, timezone  # noqa: PLC0415 -- only where there is a policy.

    from kdoctor.policy import applied  # noqa: PLC0415 -- the same.

    today = datetime.now(tz=timezone.utc).date().isoformat()
    return [applied(report, policy, today) for report in reports]
