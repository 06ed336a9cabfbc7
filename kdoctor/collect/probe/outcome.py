"""From what a guard and a step say to what the snapshot keeps."""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING, Any

from kdoctor.collect.files import encodable
from kdoctor.model import ProbeStep

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Lines kept of the beginning and of the end of what was printed, and characters of a line.
_LINES = 60
_LONGEST = 500
#: The beginning of a thread's stack in a report of faulthandler, and a frame in it.
_STACK = re.compile(r"^(?:Current thread|Thread|Stack) ", re.MULTILINE)
_FRAME = re.compile(r'^  File "(.+)", line (\d+) in ', re.MULTILINE)
#: The probe's own folder, which is gone.
_FOLDER = re.compile(r"[^\s'\"]*kdoctor-probe-\w+")
#: The way to a package, which says nothing of it.
_SITE = re.compile(r"[^\s'\"(]*[/\\](?:site|dist)-packages[/\\]")
#: Exit codes by which Windows tells that a process crashed.
_WINDOWS = {
    0xC0000005: "access violation (0xC0000005)",
    0xC000001D: "illegal instruction (0xC000001D)",
    0xC00000FD: "stack overflow (0xC00000FD)",
    0xC0000135: "missing library (0xC0000135)",
    0xC0000409: "abort (0xC0000409)",
}


def read_outcome(name: str, answer: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[ProbeStep, list[dict[str, Any]]]:
    """Return the step as the snapshot keeps it, and all that it told, line by line."""
    if "failure" in answer:
        return ProbeStep(name, "not run", "start", error=str(answer["failure"])), []
    home = environ.get("USERPROFILE" if os.name == "nt" else "HOME") or ""
    told = _told(answer["said"])
    facts: dict[str, Any] = {}
    for line in told:
        facts.update(line)
    outcome, stage = _outcome(answer, facts)
    step = ProbeStep(
        name=name,
        outcome=outcome,
        stage=stage,
        milliseconds=answer["milliseconds"],
        stages={
            line["done"]: line["milliseconds"] for line in told if isinstance(line.get("milliseconds"), int) and _is_text(line.get("done"))
        },
        signal=_signal_name(answer["signal"], answer["code"]) if outcome == "signal" else None,
        code=answer["code"] if outcome == "exit" else None,
        where=_where(answer["crashed"], outcome),
        out_of_memory=bool(answer["out_of_memory"]) and outcome == "signal",
        versions={key: value for key, value in _mapping(facts.get("versions")).items() if _is_text(value)},
        resolves_to=_text(facts.get("resolves_to")),
        backend=_text(facts.get("backend")),
        devices=_texts(facts.get("devices")),
        devices_error=_shown(facts.get("devices_error"), home),
        lines=_lines(answer, home),
        printed=answer["printed"],
        left=answer["left"],
        memory_mib=None if answer["size"] is None else answer["size"] // 1024,
    )
    return (_with_exception(step, facts, home) if outcome == "exception" else step), told


def _outcome(answer: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[str, str]:
    """Say how a step ended, and in which stage."""
    stage = _text(facts.get("begun")) or "start"
    if answer["timeout"]:
        return "time out", stage
    if answer["signal"] is not None or answer["code"] in _WINDOWS:
        return "signal", stage
    if "error" in facts:
        return "exception", _text(facts.get("stage")) or stage
    return ("works" if stage == "exit" and answer["code"] == 0 else "exit"), stage


def _with_exception(step: ProbeStep, facts: Mapping[str, Any], home: str) -> ProbeStep:
    error, cause = _shown(facts.get("error"), home), _shown(facts.get("cause"), home)
    where = _text(facts.get("where"))
    return step._replace(error=error, cause=cause if cause != error else None, where=_SITE.sub("", where) if where else None)


def _where(crashed: str, outcome: str) -> str | None:
    """Return the innermost Python frame of the main thread in a report of faulthandler: the first listed in a crash, the last in a hang."""
    if outcome not in ("signal", "time out"):
        return None
    blocks = [frames for block in _STACK.split(crashed)[1:] if (frames := _FRAME.findall(block))]
    if not blocks:
        return None
    path, line = (blocks[-1] if outcome == "time out" else blocks[0])[0]
    return f"{_SITE.sub('', encodable(path))}:{line}"


def _told(said: str) -> list[dict[str, Any]]:
    found = []
    for line in said.splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _lines(answer: Mapping[str, Any], home: str) -> tuple[str, ...]:
    head = _split(answer["head"], home)
    tail = _split(answer["tail"], home)
    if len(head) + len(tail) <= 2 * _LINES:
        return (*head, *tail)
    last = tail if len(tail) >= _LINES else [*head[_LINES:], *tail]
    return (*head[:_LINES], *last[-_LINES:])


def _split(text: str, home: str) -> list[str]:
    return [shown for line in re.split(r"[\r\n]+", text) if line.strip() and (shown := _shown(line.rstrip(), home))]


def _shown(value: Any, home: str) -> str | None:
    """Return text without the home folder and the probe's own."""
    if not _is_text(value):
        return None
    text = _SITE.sub("", _FOLDER.sub("<probe>", encodable(value)))
    return (text.replace(home.rstrip(os.sep) + os.sep, "~" + os.sep) if len(home) > 1 else text)[: 4 * _LONGEST]


def _signal_name(number: int | None, code: int | None) -> str:
    if number is None:
        return _WINDOWS[code or 0]
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _text(value: Any) -> str | None:
    return encodable(value)[:_LONGEST] if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...] | None:
    return tuple(encodable(one)[:_LONGEST] for one in value[:64] if isinstance(one, str)) if isinstance(value, list) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
