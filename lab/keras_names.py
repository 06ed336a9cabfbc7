"""Which names each minor release of Keras has, read from the wheels themselves without running them.

`python -m lab.keras_names FOLDER` reads the wheels of keras, tf-keras and keras-core in a folder (one of each minor release, as
`pip download --no-deps --only-binary=:all: keras==3.6.0` puts them there) and writes `kdoctor/knowledge/data/keras_names.json`.

A name is known by the module that binds it at its top level (imports, definitions, assignments; `import *` is followed), or by
the submodule of that name. Of the private `keras.src` only the modules are kept.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

TARGET = Path(__file__).parents[1] / "kdoctor" / "knowledge" / "data" / "keras_names.json"

#: Namespace -> the distribution, and the folders in its wheel that hold it, the first that is there.
NAMESPACES = {
    "keras": ("keras", ("keras/api", "keras")),
    "tensorflow.keras": ("keras", ("keras/_tf_keras/keras", "keras/api/_v2/keras")),
    "tf_keras": ("tf_keras", ("tf_keras",)),
    "keras_core": ("keras_core", ("keras_core",)),
}
#: Namespaces that consist of nothing but what their folder holds.
_WALLED = ("tensorflow.keras",)
#: Below these, modules count and names do not.
_PRIVATE = re.compile(r"^(src|engine|api|_tf_keras|_v1|_v2|legacy_tf_layers|saving\.legacy|tests?)(\.|$)")
_TESTS = re.compile(r"(_test|_tests|test_utils|conftest|benchmark.*|_benchmark.*|_pb2)(\.|$)")
#: Loaded with their framework alone.
_OF_BACKENDS = re.compile(r"src\.backend\.(torch|jax|openvino)\b")


class Wheel:
    """The Python files of one wheel."""

    def __init__(self, path: Path) -> None:
        distribution, version = path.name.split("-")[:2]
        self.distribution = distribution.lower()
        self.minor = ".".join(version.split(".")[:2])
        self._archive = zipfile.ZipFile(path)
        self._files = {name for name in self._archive.namelist() if name.endswith(".py")}
        self._names: dict[str, frozenset[str]] = {}
        #: Modules that fill their own names when they are imported; what they bind cannot be read.
        self.open: set[str] = set()

    def has(self, folder: str) -> bool:
        """Tell whether there is a package in that folder."""
        return f"{folder}/__init__.py" in self._files

    def modules(self, root: str) -> Iterator[str]:
        """Give each module below a root folder as a dotted name below it; "" is the root itself."""
        for file in self._files:
            if file.startswith(root + "/"):
                yield file[len(root) + 1 : -3].replace("/", ".").removesuffix("__init__").rstrip(".")

    def names(self, module: str) -> frozenset[str]:
        """Give the names that a module binds at its top level, by its dotted name from the wheel's root."""
        if module not in self._names:
            self._names[module] = frozenset()  # Modules that import all of each other end here.
            self._names[module] = frozenset(self._bound(module))
        return self._names[module]

    def _bound(self, module: str) -> Iterator[str]:
        path = module.replace(".", "/")
        file = next((one for one in (f"{path}/__init__.py", f"{path}.py") if one in self._files), None)
        if file is None:
            return
        package = module if file.endswith("__init__.py") else module.rpartition(".")[0]
        source = self._archive.read(file)
        if b"globals().update" in source:
            self.open.add(module)
        for node in _top_level(ast.parse(source).body):
            yield from self._of(node, package)

    def _of(self, node: ast.stmt, package: str) -> Iterator[str]:
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            origin = _absolute(node, package)
            yield from (name for name in self.names(origin) if not name.startswith("_"))
        elif isinstance(node, ast.ImportFrom) and _absolute(node, package).partition(".")[0] == self.distribution:
            # What a module takes from others than Keras itself (np, tf, os) is nobody's way to it.
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        for inner in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield from _top_level(getattr(node, inner, ()))
        for handler in getattr(node, "handlers", ()):
            yield from _top_level(handler.body)


def names_of(wheel: Wheel, namespace: str) -> tuple[set[str], set[str]]:
    """Give every dotted name below a namespace (modules, and what they bind), and the modules whose names cannot be read."""
    found: set[str] = set()
    unknown: set[str] = set()
    for root in roots_of(wheel, namespace):
        for module in wheel.modules(root):
            if _TESTS.search(module) or _OF_BACKENDS.match(module) or (root == "keras/api" and module.startswith("_")):
                continue
            found.add(module)
            if not _PRIVATE.match(module):
                full = f"{root.replace('/', '.')}.{module}".rstrip(".")
                found.update(f"{module}.{name}".lstrip(".") for name in wheel.names(full) if not name.startswith("_"))
                unknown |= {module} & ({module} if full in wheel.open else set())
    return found - {""}, unknown


def roots_of(wheel: Wheel, namespace: str) -> list[str]:
    """Give the folders of a wheel that hold a namespace."""
    roots = [root for root in NAMESPACES[namespace][1] if wheel.has(root)]
    if namespace in _WALLED:
        return roots[:1]
    # Keras 2 keeps there what tf.keras hands on; only Keras 3 looks for its own names in it.
    return [root for root in roots if root != "keras/api" or wheel.minor.startswith("3.")]


def table(folder: Path) -> dict[str, dict[str, object]]:
    """Give for each namespace the minors that were read, and each name with the ranges of minors that have it."""
    # Keras 2.4 only hands on what TensorFlow has: its names are not its own.
    wheels = [one for one in map(Wheel, sorted(folder.glob("*.whl"))) if (one.distribution, one.minor) != ("keras", "2.4")]
    wheels.sort(key=lambda one: tuple(map(int, one.minor.split("."))))
    done: dict[str, dict[str, object]] = {}
    for namespace, (distribution, _) in NAMESPACES.items():
        mine = {one.minor: one for one in wheels if one.distribution == distribution and roots_of(one, namespace)}
        read = {minor: names_of(one, namespace) for minor, one in mine.items()}
        every = set().union(*(names for names, _ in read.values()))
        found = {minor: names | {name for name in every if name.rpartition(".")[0] in unknown} for minor, (names, unknown) in read.items()}
        done[namespace] = {"minors": list(mine), "names": grouped(list(mine), found)}
    return done


def grouped(minors: list[str], found: Mapping[str, set[str]]) -> dict[str, dict[str, str]]:
    """Give range -> module -> the names in it that all those minors have, so that the file stays small."""
    groups: dict[str, dict[str, list[str]]] = {}
    for name in sorted(set().union(*found.values())):
        module, _, last = name.rpartition(".")
        groups.setdefault(ranges(minors, found, name), {}).setdefault(module, []).append(last)
    return {one: {module: " ".join(names) for module, names in modules.items()} for one, modules in groups.items()}


def ranges(minors: list[str], found: Mapping[str, set[str]], name: str) -> str:
    """Word in which of the minors a name is: "2.6-2.12,3.4-3.15"."""
    runs: list[list[str]] = []
    before = False
    for minor in minors:
        if here := name in found[minor]:
            if before:
                runs[-1][1] = minor
            else:
                runs.append([minor, minor])
        before = here
    return ",".join(first if first == last else f"{first}-{last}" for first, last in runs)


def main() -> None:
    """Read the wheels of a folder and write the table."""
    read = table(Path(sys.argv[1]))
    TARGET.write_text(json.dumps(read, indent=0, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    for namespace, part in read.items():
        print(namespace, part["minors"])
    print(TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
