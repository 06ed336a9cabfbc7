"""What people paste, told apart by itself: `read(text, name)` gives what it was taken for and the snapshot that it describes.

`READERS` is the table of what is understood. A reader is a module with one function, `read(text, name) -> Snapshot | None`: it gives
None where the text is not of its kind after all, and raises KdoctorError, naming file and line, where it is but cannot be read.
It is imported only when the name of the file or the beginning of the text makes it a candidate; the first that answers wins, and the
last takes whatever says something of an environment. A reader that follows other files (`-r more.txt`) finds them beside `name`,
which is the path as given, or "standard input".

Reading is a pure function of text and name. What a text does not say is unknown in the snapshot: `complete` is true for whole
listings alone. Nothing in a text is executed.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, NamedTuple

from kdoctor.contract.plain import LARGEST, Unfit, decode, shown
from kdoctor.contract.reading import read_snapshot
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from kdoctor.model import Snapshot

#: That much of a text is looked at to find the candidates.
_HEAD = 64 * 1024
_LONGEST_NAME = 300
#: Bytes that tell UTF-16 without a mark: half of them are zero.
_SAMPLE = 2000
UNDERSTOOD = (
    "understood are: kdoctor's reports and snapshots, pip list, freeze, inspect and install logs, uv pip, conda list, "
    "project and lock files, collect_env and the like, nvidia-smi, Dockerfiles, and issue texts that name versions"
)


class Paste(NamedTuple):
    """A text that was read."""

    #: What it was taken for, such as "pip freeze".
    kind: str
    snapshot: Snapshot


class Reader(NamedTuple):
    """One row of the table."""

    kind: str
    #: Module with `read(text, name) -> Snapshot | None`.
    module: str
    #: What the last part of the file's name must match whole, in lower case; "" = any name will do.
    names: str = ""
    #: What must stand in the beginning of the text; "" = the name decides alone.
    signs: str = ""


#: What may stand in front of the first table of a TOML file, and of the dependencies of an environment.yml.
_TOML = r"\A(?:\s*(?:#[^\n]*)?\n)*"
_YAML = r"\A(?:(?:\s*#[^\n]*|\s*(?:name|prefix|channels):[^\n]*|\s*-[^\n]*|\s*)\n)*"

#: In the order in which they are tried: files that their name tells, JSON, and at last whatever else there is.
READERS: tuple[Reader, ...] = (
    Reader("requirements file", "kdoctor.collect.projects.requirements", names=r".*requirements.*\.(?:txt|in)|constraints?.*\.txt"),
    Reader("pyproject.toml", "kdoctor.collect.projects.pyproject", names=r"pyproject\.toml"),
    Reader("pyproject.toml", "kdoctor.collect.projects.pyproject", signs=rf"{_TOML}\[(?:project|build-system|tool\.poetry)\]\s*\n"),
    Reader("lock file", "kdoctor.collect.projects.locks", names=r"pylock(?:\..+)?\.toml|(?:uv|poetry|pdm|pipfile)\.lock"),
    Reader(
        "lock file",
        "kdoctor.collect.projects.locks",
        signs=rf"{_TOML}(?:(?:lock-)?version *= |\[metadata\]|\[\[packages?\]\])|\A\s*\{{\s*\"_meta\"\s*:",
    ),
    Reader("environment.yml", "kdoctor.collect.projects.conda", names=r"(?:conda|env)[^/]*\.ya?ml"),
    Reader("environment.yml", "kdoctor.collect.projects.conda", signs=rf"{_YAML}dependencies:\s*\n\s*- "),
    Reader("pip inspect", "kdoctor.collect.pastes.pip_inspect", signs=r'\A\s*\{[\s\S]*?"(?:pip_version|installed|install)"\s*:'),
    Reader("a notebook", "kdoctor.collect.pastes.notebook", signs=r'\A\s*\{[\s\S]*?"(?:cells|nbformat)"\s*:'),
    Reader("a listing as JSON", "kdoctor.collect.pastes.json_list", signs=r"\A\s*\[\s*(?:\{|\])"),
    Reader("requirements file", "kdoctor.collect.projects.open_requirements"),
    Reader("text", "kdoctor.collect.pastes.text"),
)


def read(data: str | bytes, name: str) -> Paste:
    """Read a text of whatever kind; `name` is the path that it came from, or "standard input".

    Raises KdoctorError with one line that says what it was taken for and what is wrong, or that nothing in it was recognized.
    """
    if len(data) > LARGEST:
        raise KdoctorError(f"{_named(name)}: larger than {LARGEST // 2**20} MiB, too large for a paste")
    text, sound = decoded(data) if isinstance(data, bytes) else (data.removeprefix("\ufeff"), True)
    if not text.strip():
        raise KdoctorError(f"{_named(name)}: empty", UNDERSTOOD)
    if text.lstrip()[:1] == "{" and (kind := re.search(r'"kdoctor\.(snapshot|report)/', text)):
        return Paste(f"a {kind[1]} of kdoctor", read_snapshot(text, name))
    if "kdoctor" in text:
        return _ours(text, name)
    paste = _by_table(text, name)
    if paste is None:
        raise KdoctorError(f"{_named(name)}: {'' if sound else 'not UTF-8 text, and '}nothing in it was recognized", UNDERSTOOD)
    return paste


def _ours(text: str, name: str) -> Paste:
    """Read a report of kdoctor in Markdown, or a document of it among other text; of a damaged one, what its words still say."""
    from kdoctor.contract import block  # noqa: PLC0415 -- most texts hold none.

    try:
        found = block.find(text)
        document = found.document if found else _document(text)
        if document is not None:
            return Paste("a report of kdoctor", read_snapshot(document, name))
        damage = None
    except block.Damage as wrong:
        damage = wrong
    paste = _by_table(text, name)
    if paste is None:
        raise KdoctorError(
            f"{_named(name)}: {damage.complaint if damage else 'nothing in it was recognized'}", damage.hint if damage else UNDERSTOOD
        )
    if damage is None:
        return paste
    unread = {**paste.snapshot.unread, "machine block": damage.complaint}
    return paste._replace(snapshot=paste.snapshot._replace(complete=False, unread=unread))


def _document(text: str) -> str | None:
    """Find a JSON document of kdoctor that stands among other text, as in a fence of Markdown or in a quoted mail."""
    begin = re.search(r'\{\s*(?:>\s*)*"schema"\s*:\s*"kdoctor\.(?:snapshot|report)/', text)
    if begin is None:
        return None
    import json  # noqa: PLC0415 -- only where there is one.

    rest = text[begin.start() :]
    if re.search(r"^>", rest, re.MULTILINE):
        rest = re.sub(r"^(?:> ?)+", "", rest, flags=re.MULTILINE)
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(rest)
    except (ValueError, RecursionError):
        return rest
    return rest[:end]


def _by_table(text: str, name: str) -> Paste | None:
    last, head = re.split(r"[/\\]", name)[-1].lower(), text[:_HEAD]
    for reader in READERS:
        if (reader.names and not re.fullmatch(reader.names, last)) or (reader.signs and not re.search(reader.signs, head)):
            continue
        snapshot: Snapshot | None = importlib.import_module(reader.module).read(text, name)
        if snapshot is not None:
            return Paste(snapshot.read_as or reader.kind, snapshot if snapshot.read_as else snapshot._replace(read_as=reader.kind))
    if text.lstrip()[:1] == "{":
        # JSON of no known form: the reader of snapshots says what it lacks.
        read_snapshot(text, name)
    return None


def decoded(data: bytes) -> tuple[str, bool]:
    """Give the text of bytes, and whether it is sound.

    It is UTF-8, or UTF-16 as PowerShell's `>` writes it, marked as such or not; of anything else the characters beyond ASCII are lost.
    """
    odd, even = data[1:_SAMPLE:2].count(0), data[0:_SAMPLE:2].count(0)
    if max(odd, even) > len(data[:_SAMPLE]) // 4 and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16-le" if odd > even else "utf-16-be", "replace").removeprefix("\ufeff"), True
    try:
        return decode(data), True
    except Unfit:
        return data.decode("utf-8", "replace").removeprefix("\ufeff"), False


def _named(name: str) -> str:
    return shown(name, _LONGEST_NAME)
