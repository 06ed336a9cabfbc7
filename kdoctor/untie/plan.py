"""Decides place by place what is written anew and what stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import libcst as cst
from libcst import metadata

from kdoctor.untie.found import KERAS, Chain, Finder, Imported, bound_by, dotted
from kdoctor.untie.result import Aim, Change, Left

Positions = Mapping[cst.CSTNode, metadata.CodeRange]
#: (line, column from 0) -> why what is taken there is not in `keras`.
Spots = Mapping[tuple[int, int], str]
_TENSORFLOW = "tensorflow"
_BEFORE_KERAS = len(f"{_TENSORFLOW}.")
_TAKEN = "the name keras stands for something else there"


class Edits(NamedTuple):
    """What to do with nodes of the tree."""

    #: `tf.keras` -> `keras`.
    chains: set[cst.Attribute]
    #: Import statement -> the statements that take its place, none = it goes.
    imports: dict[cst.Import | cst.ImportFrom, list[cst.BaseSmallStatement]]
    changes: list[Change]
    left: list[Left]


class Planner:
    """Plans the edits of one module."""

    def __init__(self, finder: Finder, positions: Positions, spots: Spots, aim: Aim) -> None:
        self._found = finder
        self._positions = positions
        self._spots = spots
        self._aim = aim
        self._edits = Edits(set(), {}, [], [])
        #: Scopes that will have `keras` by an import that is changed, with the places of those imports.
        self._given: dict[metadata.Scope, list[tuple[int, int]]] = {}

    def plan(self) -> Edits:
        """Decide on imports of Keras first, then on attributes, then on the imports of TensorFlow that are left over."""
        for imported in self._found.imports:
            self._keras_import(imported)
        wanted = [chain for chain in self._found.chains if self._may_change(chain)]
        self._edits.chains.update(chain.keras for chain in wanted)
        self._tensorflow_imports(wanted)
        return self._edits

    def _keras_import(self, imported: Imported) -> None:
        node = imported.node
        if isinstance(node, cst.Import):
            self._plain_import(imported, node)
        elif not node.relative:
            module = dotted(node.module)
            if module in (_TENSORFLOW, KERAS) or module.startswith(f"{KERAS}."):
                self._from_import(imported, node, module)

    def _plain_import(self, imported: Imported, node: cst.Import) -> None:
        """Change `import tensorflow.keras.layers as L`; without `as` it binds tensorflow and waits for what is done with that."""
        kept: list[cst.ImportAlias] = []
        moved: list[cst.ImportAlias] = []
        for alias in node.names:
            name = alias.evaluated_name
            ours = name == KERAS or name.startswith(f"{KERAS}.")
            if ours and alias.evaluated_alias and self._agreed(imported, alias, alias.evaluated_alias, f"import {name}"):
                moved.append(alias.with_changes(name=_name(name[_BEFORE_KERAS:])))
            else:
                kept.append(alias)
        if moved:
            if kept:
                self._edits.imports[node] = [node.with_changes(names=_listed([*kept, *moved]))]
            else:
                self._edits.imports[node] = [node.with_changes(names=_listed(moved))]

    def _from_import(self, imported: Imported, node: cst.ImportFrom, module: str) -> None:
        if isinstance(node.names, cst.ImportStar):
            if module != _TENSORFLOW and self._agreed(imported, node, "", f"from {module} import *", "the names differ a little"):
                self._edits.imports[node] = [node.with_changes(module=_name(module[_BEFORE_KERAS:]))]
            return
        kept: list[cst.ImportAlias] = []
        moved: list[cst.ImportAlias] = []
        for alias in node.names:
            ours = module != _TENSORFLOW or alias.evaluated_name == "keras"
            bound = alias.evaluated_alias or alias.evaluated_name
            what = f"from {module} import {alias.evaluated_name}"
            (moved if ours and self._agreed(imported, alias, bound, what) else kept).append(alias)
        if moved:
            self._edits.imports[node] = list(_moved(node, module, kept, moved))
            if module == _TENSORFLOW and moved[0].evaluated_alias is None:
                self._given.setdefault(imported.scope, []).append(self._start(node))

    def _agreed(self, imported: Imported, node: cst.CSTNode, bound: str, what: str, unsafe: str = "") -> bool:
        """Tell whether an import may be changed, and write down what comes of it."""
        why = imported.guarded and f"it stands {imported.guarded}"
        why = why or self._lacking(node) or self._blocked(imported.scope, bound)
        if bound == "keras" and not why and self._taken(imported.scope):
            why = _TAKEN
        return self._settled(
            node, what, what.replace(f"{KERAS}", "keras").replace(f"from {_TENSORFLOW} import keras", "import keras"), why, unsafe
        )

    def _settled(self, node: cst.CSTNode, before: str, after: str, why: str, unsafe: str = "") -> bool:
        line, column = self._start(node)
        unsafe = unsafe or self._aim.differs
        if not why and unsafe and not self._aim.unsafe:
            why = f"not safe: {unsafe} (--unsafe)"
        if why:
            self._edits.left.append(Left(line, column + 1, before, why))
            return False
        self._edits.changes.append(Change(line, column + 1, before, after, not unsafe, unsafe))
        return True

    def _may_change(self, chain: Chain) -> bool:
        why = self._lacking(chain.root)
        if chain.whole and not why:
            why = self._blocked_alias(chain)
        if not why and self._taken(chain.scope):
            why = _TAKEN
        if not why and not self._home(chain):
            why = f"the import of {chain.root.value} stands behind try or a condition"
        return self._settled(chain.root, dotted(chain.keras), "keras", why)

    def _home(self, chain: Chain) -> Imported | None:
        """Give the import of TensorFlow beside which `import keras` can stand for a chain."""
        nodes = {one.node for one in chain.scope[chain.root.value] if isinstance(one, metadata.ImportAssignment)}
        return next((one for one in self._found.imports if one.node in nodes and not one.guarded), None)

    def _lacking(self, node: cst.CSTNode) -> str:
        return self._spots.get(self._start(node), "")

    def _blocked(self, scope: metadata.Scope, bound: str) -> str:
        """Say why a bound name cannot stand for `keras`: something is taken from it that `keras` lacks."""
        accesses = (access for one in scope[bound] for access in one.references) if bound else ()
        return next((why for access in accesses if (why := self._lacking(access.node))), "")

    def _blocked_alias(self, chain: Chain) -> str:
        """Say the same of a name that the whole of tf.keras is given to: `K = tf.keras`; anywhere else nothing is known to be taken."""
        spot = self._start(chain.root)
        for assignment in chain.scope.assignments:
            node = getattr(assignment, "node", None)
            if node is not None and self._positions.get(node) and self._positions[node].start.line == spot[0]:
                why = self._blocked(chain.scope, assignment.name)
                if why:
                    return why
        return ""

    def _taken(self, scope: metadata.Scope) -> bool:
        return any(bound_by(one) not in ("keras", KERAS) for one in scope["keras"])

    def _start(self, node: cst.CSTNode) -> tuple[int, int]:
        start = self._positions[node].start
        return start.line, start.column

    def _tensorflow_imports(self, wanted: Iterable[Chain]) -> None:
        """Add `import keras` where an attribute needs it, and drop imports of TensorFlow that nothing needs any more."""
        homes: dict[cst.Import | cst.ImportFrom, tuple[Imported, list[Chain]]] = {}
        for chain in wanted:
            home = self._home(chain)
            if home:
                homes.setdefault(home.node, (home, []))[1].append(chain)
        for node, (home, chains) in homes.items():
            self._beside(node, home, chains)

    def _beside(self, node: cst.Import | cst.ImportFrom, home: Imported, chains: list[Chain]) -> None:
        names = {chain.root.value for chain in chains}
        first = min(self._start(chain.root) for chain in chains)
        needed = not self._has_keras(home.scope, first)
        new: list[cst.BaseSmallStatement] = [_import_keras()] if needed else []
        kept = self._without(node, home, names)
        if kept is not node:
            line, column = self._start(node)
            what = f"import of {_TENSORFLOW} as {' and '.join(sorted(names))}"
            self._edits.changes.append(
                Change(line, column + 1, what, "import keras" if needed else "", not self._aim.differs, self._aim.differs)
            )
        self._edits.imports[node] = [*new, *([kept] if kept is not None else [])] if kept is not node else [node, *new]

    def _has_keras(self, scope: metadata.Scope, before: tuple[int, int]) -> bool:
        """Tell whether `keras` is imported in a scope before a place."""
        given = list(self._given.get(scope, ()))
        given += [
            self._start(one.node)
            for one in self._found.imports
            if one.scope is scope and not one.guarded and isinstance(one.node, cst.Import) and _binds_keras(one.node)
        ]
        return any(place < before for place in given)

    def _without(self, node: cst.Import | cst.ImportFrom, home: Imported, names: set[str]) -> cst.Import | cst.ImportFrom | None:
        """Give an import of TensorFlow without the names that nothing uses any more: itself where all stay, None where none does."""
        if (
            not isinstance(node, cst.Import)
            or self._aim.exports
            or not isinstance(home.scope, metadata.GlobalScope | metadata.FunctionScope)
        ):
            return node
        unused = {name for name in names if self._is_unused(home.scope, name)}
        stay = [one for one in node.names if (one.evaluated_alias or one.evaluated_name.partition(".")[0]) not in unused]
        if len(stay) == len(node.names):
            return node
        return node.with_changes(names=_listed(stay)) if stay else None

    def _is_unused(self, scope: metadata.Scope, name: str) -> bool:
        accesses = [access.node for one in scope[name] for access in one.references]
        changed = {chain.root for chain in self._found.chains if chain.keras in self._edits.chains}
        # A dotted use may be recorded by any of its parts.
        roots = {id(root) for root in changed} | {id(chain.keras) for chain in self._found.chains if chain.keras in self._edits.chains}
        spoken = re.compile(rf"\b{re.escape(name)}\b")
        return all(id(node) in roots or self._leads_from(node, changed) for node in accesses) and not any(
            map(spoken.search, self._found.strings)
        )

    def _leads_from(self, node: cst.CSTNode, roots: set[cst.Name]) -> bool:
        while isinstance(node, cst.Attribute):
            node = node.value
        return node in roots


def _binds_keras(node: cst.Import) -> bool:
    return any(
        (one.evaluated_alias or one.evaluated_name.partition(".")[0]) == "keras" and one.evaluated_name.startswith("keras")
        for one in node.names
    )


def _moved(
    node: cst.ImportFrom, module: str, kept: list[cst.ImportAlias], moved: list[cst.ImportAlias]
) -> Iterator[cst.BaseSmallStatement]:
    """Give what takes the place of a from-import of which some names are moved."""
    if module == _TENSORFLOW:
        yield from (cst.Import([_plain(one)]) for one in moved)
    elif not kept:
        yield node.with_changes(module=_name(module[_BEFORE_KERAS:]))
        return
    else:
        yield cst.ImportFrom(module=_name(module[_BEFORE_KERAS:]), names=_listed(moved))
    if kept:
        yield node.with_changes(names=_listed(kept))


def _plain(alias: cst.ImportAlias) -> cst.ImportAlias:
    return cst.ImportAlias(cst.Name("keras"), asname=alias.asname)


def _import_keras() -> cst.Import:
    return cst.Import([cst.ImportAlias(cst.Name("keras"))])


def _listed(aliases: list[cst.ImportAlias]) -> list[cst.ImportAlias]:
    """Put aliases in a list: commas between them, and none behind the last."""
    last = len(aliases) - 1
    return [
        one.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        if number == last
        else one.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
        for number, one in enumerate(aliases)
    ]


def _name(text: str) -> cst.Name | cst.Attribute:
    first, *rest = text.split(".")
    node: cst.Name | cst.Attribute = cst.Name(first)
    for part in rest:
        node = cst.Attribute(node, cst.Name(part))
    return node
