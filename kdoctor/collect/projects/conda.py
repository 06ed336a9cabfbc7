"""environment.yml of conda, with its pip section; source: docs.conda.io, "Managing environments"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kdoctor.collect.pastes.conda import _NAMES
from kdoctor.collect.projects import requirement, snapshot_of, wrong
from kdoctor.errors import KdoctorError
from kdoctor.model import Declared, Location, Python, Snapshot

#: channel::name, then a version in one of conda's ways, then a build.
_SPEC = re.compile(
    r"(?:[^:\s]+::)?([A-Za-z0-9_][A-Za-z0-9._-]*)(?:\[.*\])?\s*(?:(==?|[<>!~]=?[^=\s]*.*?|\s)\s*([0-9*][^=\s]*)?)?(?:=[^=\s]+)?"
)
_WHOLE = 3


def read(text: str, name: str) -> Snapshot | None:
    """Read what an environment.yml names: its Python, what it pins, and the requirements of its pip section.

    None where it is none. Raises KdoctorError, naming file and line, for what is no YAML, and where PyYAML is not installed.
    """
    try:
        import yaml  # noqa: PLC0415 -- an extra, for these files alone.
    except ImportError:
        raise KdoctorError(f"{name}: reading YAML takes PyYAML", 'python -m pip install "keras-doctor[yaml]"') from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise wrong(
            name, mark.line + 1 if mark else None, f"no YAML: {getattr(error, 'problem', None) or str(error).splitlines()[0]}"
        ) from None
    listed = _value(root, "dependencies")
    if listed is None or not isinstance(listed.value, list):
        return None
    found = list(_declared(listed.value, name))
    version = next((one.requirement.partition("==")[2].removesuffix(".*") for one in found if re.match(r"python==", one.requirement)), None)
    snapshot = snapshot_of("environment.yml", "paste", [one for one in found if not one.requirement.startswith("python=")])
    return snapshot._replace(python=Python(version) if version else None)


def _value(node: Any, key: str) -> Any:
    pairs = node.value if node is not None and node.id == "mapping" else []
    return next((value for name, value in pairs if name.value == key), None)


def _declared(nodes: list[Any], name: str) -> Iterator[Declared]:
    for node in nodes:
        if node.id == "mapping":
            inner = _value(node, "pip")
            for one in inner.value if inner is not None and isinstance(inner.value, list) else []:
                if isinstance(one.value, str) and not one.value.startswith("-"):
                    yield requirement(one.value, _place(one, name))
        elif isinstance(node.value, str):
            text = _as_requirement(node.value)
            if text:
                yield Declared(text, _place(node, name))


def _place(node: Any, name: str) -> Location:
    start, end = node.start_mark, node.end_mark
    return Location(name.replace("\\", "/"), start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _as_requirement(spec: str) -> str | None:
    """Write a spec of conda as a requirement: there `=2.15` means every 2.15, `=2.15.0=build` one build of a release."""
    found = re.fullmatch(r"(?:[^:\s]+::)?([A-Za-z0-9_][A-Za-z0-9._-]*)\s*(.*)", spec.strip())
    if not found:
        return None
    project, rest = _NAMES.get(found[1], found[1]), found[2].strip()
    exact = re.fullmatch(r"(==?)\s*([0-9][^=\s*]*)(\.?\*)?(?:=\S+)?", rest)
    if exact:
        open_ended = exact[3] or (exact[1] == "=" and exact[2].count(".") + 1 < _WHOLE and rest.count("=") == 1)
        return f"{project}=={exact[2]}{'.*' if open_ended else ''}"
    return f"{project}{rest.replace(' ', '')}" if re.fullmatch(r"(?:[<>!]=?\s*[0-9][^,\s|=]*\s*,?\s*)*", rest) else project
