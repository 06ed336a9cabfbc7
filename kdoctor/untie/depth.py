"""How deeply source is nested: the parser of libcst ends the process on what is nested too deeply, and no Python could catch it."""

from __future__ import annotations

import ast
import warnings

_DEEPEST = 500


def nested_too_deeply(text: str) -> bool:
    """Tell whether libcst must not see a text; one that Python itself does not parse is told elsewhere."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            waiting: list[tuple[ast.AST, int]] = [(ast.parse(text), 0)]
    except (RecursionError, MemoryError):
        return True
    except SyntaxError as wrong:
        return "too many nested" in (wrong.msg or "") or "too complex" in (wrong.msg or "")
    except ValueError:
        return False
    while waiting:
        node, depth = waiting.pop()
        if depth > _DEEPEST:
            return True
        waiting += ((child, depth + 1) for child in ast.iter_child_nodes(node))
    return False
