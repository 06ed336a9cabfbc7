"""Walks the syntax tree of a file once, in the order in which it would run, and writes down what concerns Keras.

Bodies of functions are read after the code around them, since they run later; a method sees what `__init__` put on `self`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from kdoctor.source import calls, meetings, settings
from kdoctor.source.facts import GUARDS, Call, Import, Meeting, Operation, Place, Setting, SourceFacts, Use
from kdoctor.source.families import is_foreign, is_framework, leads_to_keras, library_of
from kdoctor.source.lines import Lines
from kdoctor.source.values import IMPORTERS, Scope, Value, evaluate, imported_by

_Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"
_NOTHING: Mapping[str, Value] = {}
_FORGIVING = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException", "AttributeError")


class Reader:
    """Collects facts of one file; `read` is called once for a module, or for each cell of a notebook in turn."""

    def __init__(self, given: Mapping[str, Value] = _NOTHING) -> None:
        #: What imports from other files of the program bring, by the import as kdoctor.source.siblings reads it.
        self._given = given
        self.uses: list[Use] = []
        self.settings: list[Setting] = []
        self.meetings: list[Meeting] = []
        self.operations: list[Operation] = []
        self.calls: list[Call] = []
        self.modules: dict[str, None] = {}
        #: What may be other files of the program.
        self.imports: dict[Import, None] = {}
        self.scope = Scope()
        #: The class whose body is read: the dotted name of its base, and the method.
        self.within: tuple[str, str] = ("", "")
        self._guard = ""
        self._later: list[tuple[_Function, Scope, str, tuple[str, str]]] = []
        self._lines = Lines("")
        self._cell = 0
        #: Whether functions of TensorFlow count, as they do in classes of Keras.
        self._counts_operations = False
        #: True after `from __future__ import annotations`.
        self._lazy = False

    def read(self, tree: ast.Module, lines: Lines, cell: int = 0) -> bool:
        """Read a module, or one more cell; False where a module has to be read anew, by another reader with the same lines."""
        self._lines, self._cell = lines, cell
        for name, value in self.scope.values.items():
            self._mark(name, value)
        self._statements(tree.body)
        if lines.passed_too_soon():
            return False
        for function, scope, guard, within in self._later:  # It grows on the way.
            self._function(function, scope, guard, within)
        self._later.clear()
        return True

    def add(self, other: Reader) -> None:
        """Take over what another program says that stands in the same file; what it sets is its own."""
        self.uses += other.uses
        self.meetings += other.meetings
        self.operations += other.operations
        self.calls += other.calls
        self.modules.update(other.modules)

    def exports(self) -> dict[str, Value]:
        """Give what other files can import: the names of the module that stand for something of concern."""
        return {name: value for name, value in self.scope.values.items() if value and "." not in name and _concerns(value)}

    def facts(self) -> SourceFacts:
        """Give what was collected."""
        return SourceFacts(
            uses=tuple(self.uses),
            settings=tuple(self.settings),
            meetings=tuple(self.meetings),
            operations=tuple(self.operations),
            calls=tuple(self.calls),
            modules=tuple(self.modules),
            imports=tuple(self.imports),
        )

    def place(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> Place:
        """Give where a node stands, its columns counted in characters."""
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        column = self._lines.column
        line = self._lines.in_file(node.lineno)
        return Place(node.lineno, column(node.lineno, node.col_offset), end_line, column(end_line, end), self._cell, line)

    @property
    def guard(self) -> str:
        """What the code that is read now stands behind."""
        return self._guard

    def _statements(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        cold = self._lines.cold(node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if not cold:
                    self._expressions([*node.decorator_list, *node.args.defaults, *(one for one in node.args.kw_defaults if one)])
                    self._annotations([*(one.annotation for one in _arguments(node)), node.returns])
                self.scope.values[node.name] = None
                self._later.append((node, self.scope, self._stronger("function"), self.within))
            case _ if cold:
                self._lines.passed_over(node)
            case ast.Import():
                self._import(node)
            case ast.ImportFrom():
                self._import_from(node)
            case ast.ClassDef():
                self._class(node)
            case ast.If():
                self._if(node)
            case ast.Try():
                self._try(node)
            case _:
                self._plain(node)

    def _plain(self, node: ast.stmt) -> None:
        """Read a statement that guards nothing: its expressions, what it binds, and the statements in it."""
        for part in _children(node):
            if isinstance(part, ast.expr):
                self._expression(part)
            elif isinstance(part, ast.stmt):
                self._statement(part)
            else:
                self._inside(part)
        settings.collect(self, node)
        self._bind(node)

    def _inside(self, node: ast.AST) -> None:
        """Read what is neither statement nor expression: the item of a `with`, the case of a `match`, an argument."""
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                self._expression(part)
            elif isinstance(part, ast.stmt):
                self._statement(part)
            else:
                self._inside(part)

    def _bind(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign():
                value = evaluate(node.value, self.scope)
                for target in node.targets:
                    self._bind_to(target, value)
            case ast.AnnAssign() if node.value:
                self._bind_to(node.target, evaluate(node.value, self.scope))
            case ast.For() | ast.AsyncFor():
                self._bind_to(node.target, None)

    def _bind_to(self, target: ast.expr, value: Value | None) -> None:
        match target:
            case ast.Name():
                self._bind_name(target.id, value)
            case ast.Attribute(value=ast.Name(id="self")):
                owner = self.scope.around or self.scope
                owner.values[f"self.{target.attr}"] = value
                self._mark(target.attr, value)
                meetings.collect_inner(self, self.within[0], value, target)
            case ast.Tuple() | ast.List():
                items = value.items if value and value.kind == "many" and len(value.items) == len(target.elts) else ()
                for number, one in enumerate(target.elts):
                    self._bind_to(one, items[number] if items else None)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            self._imported(top)
            self._may_be_sibling(alias.name, node)
            given = self._given.get(alias.name) if alias.asname or alias.name == top else None
            self._bind_name(alias.asname or top, given or Value("name", alias.name if alias.asname else top))
            self._use(alias.name, "import", alias)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            self._may_be_sibling(f"{module}:{alias.name}", node)
        if node.level or not node.module:
            for alias in node.names:
                self._from_sibling(module, alias)
            return
        self._lazy = self._lazy or (node.module == "__future__" and any(one.name == "annotations" for one in node.names))
        self._imported(node.module)
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            if self._from_sibling(module, alias):
                continue
            if alias.name == "*":
                self._use(node.module, "star", alias)
                continue
            self._bind_name(alias.asname or alias.name, Value("name", name))
            self._use(name, "from", alias)

    def _from_sibling(self, module: str, alias: ast.alias) -> bool:
        """Bind what is imported from another file of the program; False where nothing is known of it."""
        if alias.name == "*":
            whole = self._given.get(module)
            for name, value in zip(whole.others, whole.items, strict=True) if whole else ():
                if not name.startswith("_"):
                    self._bind_name(name, value)
            return whole is not None
        given = self._given.get(f"{module}:{alias.name}")
        self._bind_name(alias.asname or alias.name, given)
        return given is not None

    def _may_be_sibling(self, said: str, node: ast.stmt) -> None:
        top = said.partition(":")[0].partition(".")[0]
        if not top or not (is_framework(top) or library_of(top)):
            self.imports[Import(said.removesuffix(":*"), self._cell, node.lineno, self._guard)] = None

    def _imported(self, module: str) -> None:
        if is_framework(module):
            self.modules[module.partition(".")[0]] = None

    def _bind_name(self, name: str, value: Value | None) -> None:
        self.scope.values[name] = value
        self._mark(name, value)

    def _mark(self, name: str, value: Value | None) -> None:
        """Look from now on at each line that says a name that stands for something of concern."""
        if value and (_concerns(value) or (self._counts_operations and value.name.startswith("tensorflow"))):
            self._lines.mark(name)

    def _use(self, name: str, form: str, node: ast.expr | ast.alias, others: tuple[str, ...] = ()) -> None:
        if library_of(name) or any(map(library_of, others)) or (form != "attribute" and is_framework(name)):
            self.uses.append(Use(name, form, self._guard, self.place(node), others))

    def _annotations(self, nodes: Iterable[ast.expr | None]) -> None:
        """Read annotations; after `from __future__ import annotations` nothing in them is ever looked up."""
        outer, self._guard = self._guard, self._stronger("typing") if self._lazy else self._guard
        self._expressions(one for one in nodes if one)
        self._guard = outer

    def _expressions(self, nodes: Iterable[ast.expr]) -> None:
        for node in nodes:
            self._expression(node)

    def _expression(self, node: ast.AST) -> None:
        kind = type(node)
        # Most nodes are of these, and a match statement would try one pattern after the other.
        if kind in _LEAVES:
            return
        if kind is ast.Attribute:
            self._attribute(node)  # type: ignore[arg-type]
        elif kind is ast.Call:
            self._call(node)  # type: ignore[arg-type]
        elif kind is ast.Lambda:
            outer, self._guard = self._guard, self._stronger("function")
            self._expression(node.body)  # type: ignore[attr-defined]
            self._guard = outer
        elif kind is ast.NamedExpr:
            self._expression(node.value)  # type: ignore[attr-defined]
            self._bind_to(node.target, evaluate(node.value, self.scope))  # type: ignore[attr-defined]
        else:
            self._below(node)

    def _below(self, node: ast.AST) -> None:
        """Read the expressions right below a node, as ast.iter_child_nodes gives them in twice the time."""
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) is list:
                for one in value:
                    if isinstance(one, ast.AST):
                        self._expression(one)
            elif isinstance(value, ast.AST):
                self._expression(value)

    def _attribute(self, node: ast.Attribute) -> None:
        if self._lines.cold(node) or self._is_foreign(node):
            return
        value = evaluate(node, self.scope)
        if value is None or value.kind != "name":
            if asked := calls.attribute_of(node, self.scope):
                self.calls.append(Call(asked, "", self._guard, self.place(node)))
            self._expression(node.value)
        elif not (isinstance(node.value, ast.Name) and node.value.id == "self"):
            # What was put on `self` was told of there.
            self._use(value.name, "attribute", node, value.others)

    def _call(self, node: ast.Call) -> None:
        if self._lines.cold(node):
            return
        if not self._is_foreign(node.func):
            called = evaluate(node.func, self.scope)
            imported = imported_by(node, called)
            if imported:
                self._imported(imported.name)
                self._use(imported.name, "dynamic", node)
            settings.collect_call(self, node, called)
            meetings.collect(self, node, called)
            for name, argument, keyword in calls.asked_of(node, called, self.scope):
                self.calls.append(Call(name, argument, self._guard, self.place(keyword)))
        self._below(node)

    def _is_foreign(self, node: ast.expr) -> bool:
        """Tell of a dotted name at a glance that it is of no concern: most are names of something else."""
        last = getattr(node, "attr", "")
        while type(node) is ast.Attribute:
            node = node.value
        if type(node) is not ast.Name or node.id == "self" or (last or node.id) in IMPORTERS:
            return False
        value = self.scope.find(node.id)
        return value is None or (value.kind == "name" and not value.others and is_foreign(value.name))

    def _class(self, node: ast.ClassDef) -> None:
        self._expressions([*node.decorator_list, *node.bases, *(one.value for one in node.keywords)])
        values = [evaluate(base, self.scope) for base in node.bases]
        base = next((one.name for one in values if one and one.kind in ("name", "class") and library_of(one.name)), "")
        if base:
            self._count_operations()
        outer, within = self.scope, self.within
        self.scope, self.within = Scope(outer), (base, "")
        self._statements(sorted(node.body, key=lambda one: getattr(one, "name", "") != "__init__"))
        self.scope, self.within = outer, within
        self._bind_name(node.name, Value("class", base) if base else None)

    def _count_operations(self) -> None:
        """Look from now on at what is called of TensorFlow, too: in a class of Keras that counts."""
        if not self._counts_operations:
            self._counts_operations = True
            scope: Scope | None = self.scope
            while scope is not None:
                for name, value in scope.values.items():
                    self._mark(name, value)
                scope = scope.around

    def _function(self, node: _Function, scope: Scope, guard: str, within: tuple[str, str]) -> None:
        if self._lines.cold(node):
            return
        outer = self.scope, self._guard, self.within
        self.scope, self._guard = Scope(scope), guard
        self.within = (within[0], node.name)
        self.scope.values.update({one.arg: None for one in _arguments(node)})
        self._statements(node.body)
        self.scope, self._guard, self.within = outer

    def _stronger(self, guard: str) -> str:
        return max(self._guard, guard, key=GUARDS.index)

    def _guarded(self, body: Iterable[ast.stmt], guard: str) -> dict[str, Value | None]:
        """Read statements behind a guard; give what they bound."""
        before, outer = dict(self.scope.values), self._guard
        self._guard = self._stronger(guard)
        self._statements(body)
        self._guard = outer
        bound = {name: value for name, value in self.scope.values.items() if name not in before or before[name] is not value}
        self.scope.values = before
        return bound

    def _if(self, node: ast.If) -> None:
        self._expression(node.test)
        if _is_for_types(node.test):
            either = [self._guarded(node.body, "typing"), self._guarded(node.orelse, "")]
        elif _is_main(node.test):
            either = [self._guarded(node.body, ""), self._guarded(node.orelse, "branch")]
        else:
            either = [self._guarded(node.body, "branch"), self._guarded(node.orelse, "branch")]
        self._merge(either)

    def _try(self, node: ast.Try) -> None:
        forgiving = any(_catches(handler) for handler in node.handlers)
        either = [self._guarded(node.body, "try" if forgiving else "")]
        either += [self._guarded(handler.body, "fallback") for handler in node.handlers]
        self._merge(either)
        self._statements([*node.orelse, *node.finalbody])

    def _merge(self, either: list[dict[str, Value | None]]) -> None:
        """Bind each name to what the first branch bound it to; the others are what it may be instead."""
        for name in dict.fromkeys(name for branch in either for name in branch):
            values = [branch[name] for branch in either if branch.get(name)]
            first = values[0] if values else None
            if first and first.kind == "name":
                others = tuple(one.name for one in values[1:] if one and one.kind == "name" and one.name != first.name)
                first = first._replace(others=(*first.others, *others))
            self.scope.values[name] = first


_LEAVES = (ast.Constant, ast.Name, ast.Load, ast.Store)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes right below a node, as ast.iter_child_nodes does in twice the time."""
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, ast.AST):
                    yield one


def _concerns(value: Value) -> bool:
    """Tell whether a value is something of Keras, leads there, or sets the variables."""
    if value.kind == "name":
        return leads_to_keras(value.name) or any(map(leads_to_keras, value.others)) or value.name in _SYSTEM
    return value.kind != "many" or any(map(_concerns, value.items))


_SYSTEM = ("os.environ", "os.putenv", "os.unsetenv", "importlib.import_module")


def _arguments(node: _Function) -> list[ast.arg]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    return [one for one in arguments if one]


def _is_for_types(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING")


def _is_main(test: ast.expr) -> bool:
    """Tell whether a test is `__name__ == "__main__"`."""
    parts = [test.left, *test.comparators] if isinstance(test, ast.Compare) else []
    return any(isinstance(one, ast.Name) and one.id == "__name__" for one in parts)


def _catches(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler forgives an import that fails."""
    if handler.type is None:
        return True
    return any(isinstance(one, ast.Name) and one.id in _FORGIVING for one in ast.walk(handler.type))
