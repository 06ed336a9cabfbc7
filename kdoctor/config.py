"""The configuration of a project, from `[tool.kdoctor]` of pyproject.toml or from kdoctor.toml: text to values.

Whatever is wrong in it is told with file, line and key; an unknown key with the nearest that there is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from kdoctor import versions
from kdoctor.errors import KdoctorError
from kdoctor.knowledge.catalogue import codes, name_of
from kdoctor.knowledge.families import BACKENDS
from kdoctor.model import Intent, Location, Severity
from kdoctor.policy import Ignore, Policy

ACCELERATORS = ("cpu", "gpu", "tpu")
FAIL_ON = ("error", "warning", "note", "never")
_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}
_KEYS = ("backend", "accelerator", "python", "require", "fail-on", "severity", "ignore", "baseline")
_IGNORE_KEYS = ("rule", "reason", "until", "subjects")


class Config(NamedTuple):
    """What a project's configuration says."""

    intent: Intent = Intent()
    policy: Policy = Policy()
    fail_on: str | None = None
    #: The path of a baseline, as written.
    baseline: str | None = None
    path: str = ""


def read_config(text: str, path: str) -> Config | None:
    """Read a configuration; None where the file is a pyproject.toml without one. KdoctorError for whatever is wrong in it."""
    document = _toml(text, path)
    if path.replace("\\", "/").rpartition("/")[2] != "pyproject.toml":
        return _Reader(text, path, "").config(document)
    tool = document.get("tool")
    table = tool.get("kdoctor") if isinstance(tool, dict) else None
    if table is None:
        return None
    reader = _Reader(text, path, "tool.kdoctor")
    if not isinstance(table, dict):
        raise reader.wrong("kdoctor", "is no table")
    return reader.config(table)


def _toml(text: str, path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 -- it has another name before Python 3.11.
    else:
        import tomli as tomllib  # noqa: PLC0415 -- the same.
    try:
        found: dict[str, Any] = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise KdoctorError(f"{path}: no TOML: {error}") from None
    return found


class _Reader:
    def __init__(self, text: str, path: str, table: str) -> None:
        self._text, self._path, self._table = text, path, table

    def config(self, document: Mapping[str, Any]) -> Config:
        self._known(document, _KEYS, "")
        requirements = tuple(self._requirement(one) for one in self._texts(document, "require"))
        wishes = {key: place for key in ("backend", "accelerator", "python") if key in document and (place := self._place(key))}
        intent = Intent(
            backend=self._choice(document, "backend", tuple(BACKENDS)),
            accelerator=self._choice(document, "accelerator", ACCELERATORS),
            requirements=requirements,
            python=self._specifier(document, "python"),
            places={**wishes, **{one: self._place_of_text(one, "require") for one in requirements}},
        )
        policy = Policy(tuple(self._ignores(document)), self._severities(document))
        return Config(intent, policy, self._choice(document, "fail-on", FAIL_ON), self._text_of(document, "baseline"), self._path)

    def wrong(self, key: str, what: str, place: Location | None = None) -> KdoctorError:
        line = (place or self._place(key)).line
        return KdoctorError(f"{self._path}: line {line}: {key} {what}")

    def _known(self, table: Mapping[str, Any], keys: tuple[str, ...], within: str, place: Location | None = None) -> None:
        for key in table:
            if key not in keys:
                near = get_close_matches(key.replace("_", "-"), keys, 1, 0.5)
                told = f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}"
                raise self.wrong(f"{within}{key}", f"is no key of kdoctor; {told}", place or self._place(key))

    def _text_of(self, table: Mapping[str, Any], key: str, place: Location | None = None) -> str | None:
        value = table.get(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, f"is {_kind(value)}, not text", place)
        return value

    def _choice(self, table: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> str | None:
        value = self._text_of(table, key)
        if value is not None and value not in choices:
            near = get_close_matches(value, choices, 1)
            told = f"did you mean {near[0]!r}?" if near else f"not one of {', '.join(choices)}"
            raise self.wrong(key, f"is {value!r}, {told}")
        return value

    def _texts(self, table: Mapping[str, Any], key: str, place: Location | None = None) -> list[str]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, "is no list of texts", place)
        return value

    def _requirement(self, text: str) -> str:
        if versions.requirement(text) is None:
            raise self.wrong("require", f"holds {text!r}, which is no requirement", self._place_of_text(text, "require"))
        return text

    def _specifier(self, table: Mapping[str, Any], key: str) -> str | None:
        value = self._text_of(table, key)
        specifier = f"=={value}.*" if value and re.fullmatch(r"\d+\.\d+", value) else value
        if specifier is not None and versions.satisfies("3.11.0", specifier) is None:
            raise self.wrong(key, f"is {value!r}, not a version such as 3.12 or a specifier such as >=3.10,<3.14")
        return specifier

    def _severities(self, document: Mapping[str, Any]) -> dict[str, Severity]:
        table = document.get("severity", {})
        if not isinstance(table, dict):
            raise self.wrong("severity", "is no table")
        found = {}
        for rule, level in table.items():
            place = self._place(rule)
            if level not in _LEVELS:
                raise self.wrong(f"severity.{rule}", f"is {level!r}, not one of {', '.join(_LEVELS)}", place)
            found[self._code(rule, f"severity.{rule}", place)] = _LEVELS[level]
        return found

    def _code(self, rule: str, key: str, place: Location) -> str:
        known = {name: code for code in codes() for name in (code, name_of(code))}
        if rule not in known:
            near = get_close_matches(rule, known, 1)
            told = f"did you mean {near[0]}?" if near else "kdoctor explain lists them"
            raise self.wrong(key, f"names no rule: {rule!r}; {told}", place)
        return known[rule]

    def _ignores(self, document: Mapping[str, Any]) -> list[Ignore]:
        rows = document.get("ignore", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.wrong("ignore", "is no array of tables")
        return [self._ignore(row, position) for position, row in enumerate(rows)]

    def _ignore(self, row: Mapping[str, Any], position: int) -> Ignore:
        place = self._row(position)
        self._known(row, _IGNORE_KEYS, "ignore.", place)
        rule, reason = self._text_of(row, "rule", place), self._text_of(row, "reason", place)
        if not rule or not reason or not reason.strip():
            raise self.wrong("ignore", f"has no {'rule' if not rule else 'reason'}", place)
        return Ignore(
            self._code(rule, "ignore.rule", place),
            " ".join(reason.split()),
            self._day(row.get("until"), place),
            tuple(self._texts(row, "subjects", place)),
            place,
        )

    def _day(self, value: Any, place: Location) -> str | None:
        if value is None:
            return None
        try:
            return (value if type(value) is date else date.fromisoformat(value)).isoformat()
        except (TypeError, ValueError):
            raise self.wrong("ignore.until", f"is {str(value)!r}, not a day such as 2027-01-31", place) from None

    def _head(self) -> int:
        """Give the offset behind the head of the table, or where the file begins."""
        found = re.search(rf"(?m)^\s*\[+\s*{re.escape(self._table)}\b", self._text) if self._table else None
        return found.start() if found else 0

    def _place(self, key: str) -> Location:
        assigned = rf"^[ \t]*(?:[\w.-]+\.)?[\"']?{re.escape(key)}[\"']?[ \t]*="
        headed = rf"^[ \t]*\[+[^\]\n]*\b{re.escape(key)}\b"
        found = re.compile(f"{assigned}|{headed}", re.MULTILINE).search(self._text, self._head())
        return Location(self._path, self._line(found.start() if found else self._head()))

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1

    def _place_of_text(self, text: str, key: str) -> Location:
        start = self._text.find(text, self._head())
        return Location(self._path, self._line(start)) if start >= 0 else self._place(key)

    def _row(self, position: int) -> Location:
        prefix = f"{self._table}." if self._table else ""
        heads = [found.start() for found in re.finditer(rf"(?m)^[ \t]*\[\[\s*{re.escape(prefix)}ignore\s*\]\]", self._text)]
        return Location(self._path, self._line(heads[position])) if position < len(heads) else self._place("ignore")


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a table"),
)


def _kind(value: Any) -> str:
    return next((word for kind, word in _KINDS if isinstance(value, kind)), "no text")
