"""From the bytes of one file to its facts; whatever is wrong with the file becomes a problem told in the facts, never an exception."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kdoctor.source import ignores, notebook, settings
from kdoctor.source.facts import SourceFacts
from kdoctor.source.families import FRAMEWORKS
from kdoctor.source.lines import Lines
from kdoctor.source.reader import Reader
from kdoctor.source.spans import FileLines, file_lines
from kdoctor.source.text import NotText, decoded, notebook_text
from kdoctor.source.values import Value

#: A file that has none of these has nothing to do with Keras or its variables.
NEEDLES = (b"keras", b"KERAS", b"CUDA_VISIBLE_DEVICES", b"JAX_PLATFORM", b"jax_platform")
#: How the word must stand in what has to do with Keras; elsewhere it is prose, and need not be parsed: in what is imported, ...
_IMPORT = re.compile(
    rb"(?:^|[:;\xbf])[ \t\f]*(?:from|import)\b(?:[^\n]*keras|[^\n]*\\\r?$)|import_module|__import__|Lazy|kdoctor:", re.MULTILINE
)
#: ... below something of TensorFlow that leads there, ...
_ROOT = re.compile(
    rb"(?:^|[:;\xbf])[ \t\f]*(?:import[ \t][^\n]*\btensorflow\b"
    rb"|from[ \t]+tensorflow(?:\.(?:compat|_api|contrib|python|v1|v2))*[ \t]+import\b)",
    re.MULTILINE,
)
_BELOW = re.compile(rb"(?:^|[.(,])[ \t]*keras\b", re.MULTILINE)
#: ... or in a variable that is set.
_VARIABLE = re.compile(rb"KERAS_|TF_USE_LEGACY_KERAS|SM_FRAMEWORK|CUDA_VISIBLE_DEVICES|JAX_PLATFORM|jax_platform")
_SETS = re.compile(rb"environ|putenv|unsetenv|jax_platform")
#: The names of files that are read.
SUFFIXES = (".py", ".pyw", ".ipynb")
#: What may stand around a statement in its line, and how long a line may be before it.
_AROUND = b" \t\f\r\xef\xbb\xbf"
_LINE = 200
#: What Python 3 does not understand any more.
_PYTHON_2 = re.compile(
    r"\bprint\s+[^=\s(]|\bprint\s*>>|\bexec\s+[^=\s(]|\bexcept\b[^:#]*\w\s*,\s*\w+\s*:|\braise\s+\w[\w.]*\s*,|<>|`[^`]+`|\b0\d+\b|\b\d+[lL]\b|\b[uU][rR]['\"]"
)
#: A cell that names none of these may be broken, or no Python at all.
_NAMED = ("keras", "KERAS", "tensorflow", "tf.")
_TOO_DEEP = "nested too deeply to be read"


#: What imports from other files of the program bring, by the import as kdoctor.source.siblings reads it.
Given = Mapping[str, Value]
_NOTHING: Given = {}


class _Piece(NamedTuple):
    """Source that is parsed as one: a module, or a cell of a notebook."""

    cell: int
    source: str
    at: FileLines = FileLines()


def facts_of(data: bytes, *, is_notebook: bool, given: Given = _NOTHING) -> SourceFacts | None:
    """Give the facts of a file, or None where it has none; `given` is what it imports from other files of the program."""
    if not (any(needle in data for needle in NEEDLES) if is_notebook else _tells(data)):
        modules = _frameworks(data)
        return SourceFacts(modules=modules) if modules else None
    try:
        text = notebook_text(data) if is_notebook else decoded(data)
    except NotText as wrong:
        return SourceFacts(problems=(str(wrong),))
    facts = facts_of_text(text, is_notebook=is_notebook, given=given)
    return facts if facts != SourceFacts() else None


def exports_of(data: bytes, given: Given) -> dict[str, Value]:
    """Give what of a Python file is of concern to others that import it, by name."""
    try:
        return _read([_module(decoded(data))], given)[0].exports()
    except NotText:
        return {}


def _module(text: str) -> _Piece:
    return _Piece(0, text.replace("\r\n", "\n").replace("\r", "\n"))


def _tells(data: bytes) -> bool:
    """Tell whether the source of a Python file may say anything of concern; what it does not say cannot be hidden from this."""
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    if b"keras" in data and (_IMPORT.search(data) or (_ROOT.search(data) and _BELOW.search(data))):
        return True
    return any(needle in data for needle in NEEDLES[1:]) and _VARIABLE.search(data) is not None and _SETS.search(data) is not None


def _frameworks(data: bytes) -> tuple[str, ...]:
    """Give the frameworks that source imports, without parsing it."""
    return tuple(name for name in FRAMEWORKS if any(_imports(data, name.encode())))


def _imports(data: bytes, name: bytes) -> Iterator[bool]:
    """Tell of each place where the name stands whether it is imported there."""
    at = data.find(name)
    while at >= 0:
        before, after = data[max(0, data.rfind(b"\n", 0, at) + 1, at - _LINE) : at], data[at + len(name) : at + len(name) + 1]
        statement = before.rpartition(b":")[2].rpartition(b";")[2].strip(_AROUND)
        yield statement in (b"import", b"from") and not (after.isalnum() or after == b"_")
        at = data.find(name, at + 1)


def facts_of_text(text: str, *, is_notebook: bool = False, given: Given = _NOTHING) -> SourceFacts:
    """Give the facts of source that is text already."""
    if not is_notebook:
        return _facts([_module(text)], given)
    try:
        cells = notebook.cells_of(text)
    except ValueError as wrong:
        return SourceFacts(problems=(f"not a notebook: {_line(str(wrong))}",))
    # Half a character can stand in JSON, and in no source.
    lines = file_lines(text)
    pieces = (_Piece(cell.number, cell.source.encode("utf-8", "replace").decode()) for cell in cells)
    return _facts([piece._replace(at=lines.get(piece.cell, piece.at)) for piece in pieces], given)


def _facts(pieces: list[_Piece], given: Given) -> SourceFacts:
    reader, problems = _read(pieces, given)
    marks = tuple(mark for piece in pieces for mark in ignores.ignores_in(piece.source, piece.cell))
    facts = reader.facts()
    modules = {*facts.modules, *(found for piece in pieces for found in _frameworks(piece.source.encode("utf-8", "replace")) if problems)}
    return facts._replace(ignores=marks, problems=tuple(problems), modules=tuple(sorted(modules)))


def _read(pieces: list[_Piece], given: Given) -> tuple[Reader, list[str]]:
    reader = Reader(given)
    problems: list[str] = []
    for piece in pieces:
        if piece.cell:
            reader.settings += settings.said_by_ipython(piece.source, piece.cell, piece.at)
        try:
            reader = _walked(reader, piece, given)
        except SyntaxError as wrong:
            if not piece.cell or any(word in piece.source for word in _NAMED):
                problems.append(_complaint(wrong, piece))
        except (RecursionError, MemoryError):
            problems.append(_where(piece, None) + _TOO_DEEP)
        except ValueError as wrong:
            problems.append(_where(piece, None) + _line(str(wrong)))
    return reader, problems


def _walked(reader: Reader, piece: _Piece, given: Given) -> Reader:
    """Read one more piece; give the reader that knows it."""
    tree, source = _parsed(piece)
    lines = Lines(source, whole=bool(piece.cell), at=piece.at)
    if piece.cell and notebook.writes_program(piece.source):
        other = Reader()
        other.read(tree, lines, piece.cell)
        reader.add(other)
        return reader
    while not reader.read(tree, lines, piece.cell):
        # The words of concern that were met are known to the lines now.
        reader = Reader(given)
    return reader


def _parsed(piece: _Piece) -> tuple[ast.Module, str]:
    try:
        return _tree(piece.source), piece.source
    except SyntaxError:
        if not piece.cell:
            raise
        source = notebook.python_of(piece.source)
        return (_unindented(source) if source.lstrip("\n")[:1].isspace() else _tree(source)), source


def _unindented(source: str) -> ast.Module:
    """Parse a cell whose first line is indented: IPython takes that indent from each line that has it."""
    first = source.lstrip("\n")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    lines = (line if line.startswith(indent) or not line.strip() else indent + line for line in source.split("\n"))
    tree = _tree("\n".join(("if 1:", *lines)))
    ast.increment_lineno(tree, -1)
    (whole,) = tree.body
    return ast.Module(whole.body, [])  # type: ignore[attr-defined]  # It is an `if`.


def _tree(source: str) -> ast.Module:
    with warnings.catch_warnings():
        # An odd escape in somebody's string is no concern of ours.
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _complaint(wrong: SyntaxError, piece: _Piece) -> str:
    what = wrong.msg or "invalid syntax"
    lines = piece.source.split("\n")
    line = lines[wrong.lineno - 1] if wrong.lineno and wrong.lineno <= len(lines) else ""
    if line.lstrip().startswith(("!", "%")):
        what = "written for IPython"
    elif _PYTHON_2.search(line):
        what = "written for Python 2"
    elif "too many nested" in what or "too complex" in what:
        what = _TOO_DEEP
    return f"{_where(piece, wrong.lineno)}{_line(what)}"


def _where(piece: _Piece, line: int | None) -> str:
    parts = [f"cell {piece.cell}"] if piece.cell else []
    parts += [f"line {line}"] if line else []
    return f"{', '.join(parts)}: " if parts else ""


def _line(text: str) -> str:
    return " ".join(text.split())
