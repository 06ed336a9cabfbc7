"""What pyproject.toml asks for: the standard tables, and those of Poetry, PDM and uv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kdoctor.collect.projects import Places, requirement, snapshot_of, table, texts, toml_of, under, wrong
from kdoctor.model import Declared, Snapshot

_CLAUSE = re.compile(r"(\^|~(?!=)|)\s*v?(\d+(?:\.\d+)*)\s*((?:a|b|rc|\.dev|\.post)\d+)?")
_PLAIN = re.compile(r"(?:===?|!=|~=|<=|>=|<|>)\s*\S+")


def read(text: str, name: str) -> Snapshot | None:
    """Read what a project depends on; None where it is no pyproject.toml.

    Raises KdoctorError, naming file and line, for what is no TOML and for what is no requirement.
    """
    document = toml_of(text, name)
    places = Places(text, name)
    standard, poetry = table(document, "project"), table(document, "tool", "poetry")
    if not {"project", "build-system", "tool", "dependency-groups"} & set(document):
        return None
    declared = [*_standard(document, standard, places, name), *_poetry(poetry, places, name), *_others(document, places, name)]
    return snapshot_of("pyproject.toml", "requirements", declared)


def _standard(document: dict[str, Any], project: dict[str, Any], places: Places, name: str) -> Iterator[Declared]:
    places.beyond("[project]")
    for text in texts(project.get("dependencies"), name, "project.dependencies"):
        yield requirement(text, places.next(text))
    for extra, listed in table(project, "optional-dependencies").items():
        yield from _conditional(texts(listed, name, f"project.optional-dependencies.{extra}"), f'extra == "{extra}"', places)
    places.beyond("[dependency-groups]")
    for group, listed in table(document, "dependency-groups").items():
        rows = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
        yield from _conditional(rows, f'extra == "group:{group}"', places)


def _conditional(listed: list[str], condition: str, places: Places) -> Iterator[Declared]:
    for text in listed:
        place = places.next(text)
        yield requirement(text, place)._replace(requirement=under(text, condition))


def _others(document: dict[str, Any], places: Places, name: str) -> Iterator[Declared]:
    places.beyond("[tool.pdm.dev-dependencies]")
    for group, listed in table(document, "tool", "pdm", "dev-dependencies").items():
        rows = [one for one in texts(listed, name, f"tool.pdm.dev-dependencies.{group}") if not one.startswith("-e")]
        yield from _conditional(rows, f'extra == "group:{group}"', places)
    places.beyond("[tool.uv]")
    for text in texts(table(document, "tool", "uv").get("constraint-dependencies"), name, "tool.uv.constraint-dependencies"):
        yield requirement(text, places.next(text), constraint=True)


def _poetry(poetry: dict[str, Any], places: Places, name: str) -> Iterator[Declared]:
    places.beyond("[tool.poetry.dependencies]")
    yield from _poetry_table(table(poetry, "dependencies"), "", places, name)
    for group, inner in {"dev": {"dependencies": poetry.get("dev-dependencies")}, **table(poetry, "group")}.items():
        places.beyond(f"[tool.poetry.group.{group}.dependencies]")
        yield from _poetry_table(table(inner, "dependencies"), f'extra == "group:{group}"', places, name)


def _poetry_table(rows: dict[str, Any], condition: str, places: Places, name: str) -> Iterator[Declared]:
    for project, value in rows.items():
        if project == "python":
            continue
        for one in value if isinstance(value, list) else [value]:
            fields = one if isinstance(one, dict) else {"version": one}
            place = places.next(project)
            if isinstance(fields.get("version"), str):
                text = _poetry_requirement(project, fields, condition)
                if text is None:
                    raise wrong(name, place.line, f"the version of {project} is none that Poetry understands")
                yield requirement(text, place)


def _poetry_requirement(project: str, fields: dict[str, Any], condition: str) -> str | None:
    specifier = poetry_specifier(fields["version"])
    if specifier is None:
        return None
    extras = fields.get("extras") or []
    text = f"{project}{'[' + ','.join(map(str, extras)) + ']' if extras else ''}{specifier}"
    for marker in (fields.get("markers"), _python_marker(fields.get("python")), condition or None):
        text = under(text, f"({marker})") if isinstance(marker, str) else text
    # An optional dependency is installed for an extra; of which name stands elsewhere.
    return under(text, f'extra == "{project}"') if fields.get("optional") is True else text


def _python_marker(value: Any) -> str | None:
    specifier = poetry_specifier(value) if isinstance(value, str) else None
    clauses = [re.match(r"(\W+)(.*)", clause) for clause in specifier.split(",")] if specifier else []
    return " and ".join(f'python_version {found[1].strip()} "{found[2].strip()}"' for found in clauses if found) or None


def poetry_specifier(text: str) -> str | None:
    """Give a version constraint of Poetry as a specifier, "" for any version; None where it cannot be told.

    Source: python-poetry.org/docs/dependency-specification. Of alternatives (`||`) only one can be taken: the last, the newest.
    """
    clauses = []
    for clause in re.split(r"\s*,\s*|\s+(?=[\^~<>=!])", text.rsplit("||", maxsplit=1)[-1].strip()):
        found = _CLAUSE.fullmatch(clause)
        if clause in ("*", ""):
            continue
        if found:
            clauses += _ranged(found[1], found[2], found[3] or "")
        elif re.fullmatch(r"\d+(?:\.\d+)*\.\*", clause):
            clauses.append(f"=={clause}")
        elif _PLAIN.fullmatch(clause):
            clauses.append(clause.replace(" ", ""))
        else:
            return None
    return ",".join(clauses)


def _ranged(mark: str, version: str, suffix: str) -> list[str]:
    if not mark:
        return [f"=={version}{suffix}"]
    numbers = [int(part) for part in version.split(".")]
    # A caret holds the first number that is not zero; a tilde the second, if there is one.
    held = next((i for i, number in enumerate(numbers) if number), len(numbers) - 1) if mark == "^" else min(1, len(numbers) - 1)
    upper = [*numbers[:held], numbers[held] + 1]
    return [f">={version}{suffix}", f"<{'.'.join(map(str, upper))}"]
