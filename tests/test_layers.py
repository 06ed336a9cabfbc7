"""Who may import whom: the architecture as a table."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "kdoctor"

#: Part of the package -> the parts of kdoctor that it may import, itself always allowed.
MAY_IMPORT = {
    "errors": set(),
    "model": set(),
    "gpu_names": set(),
    "source": set(),
    "untie": {"source"},
    "redact": {"knowledge", "model", "source"},
    "versions": {"model"},
    "targets": {"model", "versions"},
    "contract": {"errors", "model"},
    "collect": {"contract", "errors", "gpu_names", "model", "source"},
    "policy": {"contract", "knowledge", "model"},
    "config": {"errors", "knowledge", "model", "policy", "versions"},
    "knowledge": {"errors", "model", "source", "versions"},
    "rules": {"gpu_names", "knowledge", "model", "source", "versions"},
    "matrix": {"contract", "knowledge", "model", "rules", "versions"},
    "explain": {"knowledge", "model", "rules", "versions"},
    "solve": {"knowledge", "model", "versions"},
    "render": {"contract", "model"},
    "apply": {"errors", "model"},
    "triage": {"collect", "contract", "doctor", "errors", "model", "render"},
    "doctor": {"explain", "knowledge", "model", "rules", "solve"},
}

#: The outside world, closed to everything that must be a pure function of the snapshot.
OUTSIDE = {"os", "sys", "subprocess", "platform", "socket", "urllib", "click", "importlib_metadata"}
PURE = {
    "gpu_names",
    "model",
    "policy",
    "targets",
    "redact",
    "versions",
    "source",
    "untie",
    "rules",
    "explain",
    "solve",
    "matrix",
    "render",
    "doctor",
}


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            if node.module == "kdoctor":
                yield from (f"kdoctor.{alias.name}" for alias in node.names)


FILES = sorted(p for p in ROOT.rglob("*.py") if p.name != "__main__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_table(path: Path) -> None:
    part = part_of(path)
    if part in ("cli", "__init__"):
        return
    for name in imports_of(path):
        top, _, rest = name.partition(".")
        if top == "kdoctor" and rest:
            assert rest.split(".")[0] in MAY_IMPORT[part] | {part, "__version__"}, f"{part} imports {name}"
        if part in PURE:
            assert top not in OUTSIDE, f"{part} must not touch the outside world, but imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_doctor_never_imports_the_patient(path: Path) -> None:
    for name in imports_of(path):
        assert name.split(".")[0] not in {"tensorflow", "keras", "tf_keras", "numpy", "jax", "torch"}


def test_no_module_imports_itself_through_others() -> None:
    modules = {_module(path) for path in FILES}
    graph = {_module(path): set(_modules_of(path, modules)) for path in FILES}
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a circle: {' -> '.join((*trail, name))}"
        if name not in done:
            for other in graph.get(name, ()):
                walk(other, (*trail, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def _modules_of(path: Path, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from (inner & modules) or ({node.module or ""} & modules)


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
