"""From the bytes of one file to its facts; whatever is wrong with the file becomes a problem told in the facts, never an exception."""

from __future__ import annotations

import ast
import re
import warnings
from typing import NamedTuple

from kdoctor.source import ignores, notebook, settings
from kdoctor.source.facts import SourceFacts
from kdoctor.source.reader import Reader
from kdoctor.source.text import NotText, decoded

#: A file that has none of these has nothing to do with Keras, its variables or its add-ons.
NEEDLES = (
    *(b"keras", b"KERAS", b"KerasLayer", b"CUDA_VISIBLE_DEVICES", b"JAX_PLATFORM", b"jax_platform", b"tf_agents", b"kapre", b"larq"),
    *(b"tensorflow_hub", b"tensorflow_probability", b"tensorflow_model_optimization", b"tensorflow_addons", b"tensorflow_recommenders"),
)
#: How the word must stand in what has to do with Keras; elsewhere it is prose. Text that only names it need not be parsed.
_TELLING = re.compile(
    rb"^(?:\xef\xbb\xbf)?[ \t]*(?:from|import)[ \t][^\n]*(?:keras|tf_agents|kapre|larq|tensorflow_)"
    rb"|^[ \t]*(?:from|import)[ \t]+tensorflow\b|import_module|__import__|Lazy|environ|putenv|jax_platform|KERAS_|%env|kdoctor:",
    re.MULTILINE,
)
#: The names of files that are read.
SUFFIXES = (".py", ".pyw", ".ipynb")
_FRAMEWORKS = re.compile(rb"^[ \t]*(?:import|from)[ \t]+(tensorflow|jax|torch)\b", re.MULTILINE)
_IMPORTED = re.compile(r"^[ \t]*(?:import|from)[ \t]+(tensorflow|jax|torch)\b", re.MULTILINE)
_TOO_DEEP = "nested too deeply to be read"


class _Piece(NamedTuple):
    """Source that is parsed as one: a module, or a cell of a notebook."""

    cell: int
    source: str


def facts_of(data: bytes, *, is_notebook: bool) -> SourceFacts | None:
    """Give the facts of a file, or None where it has none."""
    if not any(needle in data for needle in NEEDLES) or not (is_notebook or _TELLING.search(data)):
        modules = {found.decode() for found in _FRAMEWORKS.findall(data)} if b"import" in data else set()
        return SourceFacts(modules=tuple(sorted(modules))) if modules else None
    try:
        text = decoded(data)
    except NotText as wrong:
        return SourceFacts(problems=(str(wrong),))
    facts = facts_of_text(text, is_notebook=is_notebook)
    return facts if facts != SourceFacts() else None


def facts_of_text(text: str, *, is_notebook: bool = False) -> SourceFacts:
    """Give the facts of source that is text already."""
    if not is_notebook:
        return _read([_Piece(0, text.replace("\r\n", "\n").replace("\r", "\n"))])
    try:
        cells = notebook.cells_of(text)
    except ValueError as wrong:
        return SourceFacts(problems=(f"not a notebook: {_line(str(wrong))}",))
    return _read([_Piece(cell.number, cell.source) for cell in cells])


def _read(pieces: list[_Piece]) -> SourceFacts:
    reader = Reader()
    problems: list[str] = []
    for piece in pieces:
        if piece.cell:
            reader.settings += settings.said_by_ipython(piece.source, piece.cell)
        try:
            reader.read(*_parsed(piece), piece.cell)
        except SyntaxError as wrong:
            problems.append(_complaint(wrong, piece))
        except (RecursionError, MemoryError):
            problems.append(_where(piece, None) + _TOO_DEEP)
        except ValueError as wrong:
            problems.append(_where(piece, None) + _line(str(wrong)))
    marks = tuple(mark for piece in pieces for mark in ignores.ignores_in(piece.source, piece.cell))
    facts = reader.facts()
    modules = facts.modules or tuple(sorted({found for piece in pieces for found in _IMPORTED.findall(piece.source)} if problems else ()))
    return facts._replace(ignores=marks, problems=tuple(problems), modules=modules)


def _parsed(piece: _Piece) -> tuple[ast.Module, str]:
    try:
        return _tree(piece.source), piece.source
    except SyntaxError:
        if not piece.cell:
            raise
        source = notebook.python_of(piece.source)
        return _tree(source), source


def _tree(source: str) -> ast.Module:
    with warnings.catch_warnings():
        # An odd escape in somebody's string is no concern of ours.
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _complaint(wrong: SyntaxError, piece: _Piece) -> str:
    what = wrong.msg or "invalid syntax"
    if "Missing parentheses in call to 'print'" in what or "multiple exception types must be parenthesized" in what:
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
