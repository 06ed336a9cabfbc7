"""What JSON text can carry, and the way from text or bytes to it."""

from __future__ import annotations

import re
from typing import Any

_INFINITY = float("inf")

#: Bytes or characters. The snapshot of a 200-distribution environment takes about 50 thousand.
LARGEST = 32 * 2**20
#: Levels of nesting in a whole document.
DEEPEST = 100
#: Levels that keras.json or a source may bring along, so that a report with them in it can still be read.
DEEPEST_FOREIGN = 80

_DIGITS = 39
_TOO_LONG = 10**_DIGITS
#: What stands at the place of the error when the text ends in the middle of a word, a number or an escape.
_CUT = r"t|tr|tru|f|fa|fal|fals|n|nu|nul|-|\.|[eE][-+]?|\\?u[0-9a-fA-F]{0,4}|"


class Unfit(Exception):  # noqa: N818 - it never leaves this package; what users see is a KdoctorError.
    """What a document gets wrong, in words that follow the name of the document and a colon, and what to do instead."""

    def __init__(self, complaint: str, hint: str = "a snapshot comes from: kdoctor snapshot") -> None:
        super().__init__(complaint)
        self.complaint = complaint
        self.hint = hint


def shown(text: str, longest: int = 60) -> str:
    """Make foreign text fit for one line: cut to `longest`, and each character that is not printable replaced by `?`."""
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return "".join(c if c.isprintable() else "?" for c in cut)


def plain(value: Any, levels: int = DEEPEST) -> Any:
    """Return a copy of `value` that any JSON writer can encode as UTF-8.

    Half surrogate pairs become U+FFFD. NaN and the infinities, which JSON lacks, and integers that `parse` refuses become
    text. More than `levels` of nesting raise Unfit.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict | list | tuple):
        if not levels:
            raise Unfit("nested too deeply")
        if isinstance(value, dict):
            return {plain(str(key)): plain(item, levels - 1) for key, item in value.items()}
        return [plain(item, levels - 1) for item in value]
    if isinstance(value, float) and not -_INFINITY < value < _INFINITY:
        return str(value)
    if isinstance(value, int) and abs(value) >= _TOO_LONG:
        return f"{value:#x}"
    return value


def parse(text: str | bytes) -> Any:
    """Read JSON text, or raise Unfit with the place of the first error.

    Stricter than the standard library: NaN, infinite and endless numbers, keys given twice and deep nesting are errors.
    """
    import json  # noqa: PLC0415 - a check that reads and writes no document never needs it.

    if len(text) > LARGEST:
        raise Unfit(f"larger than {LARGEST // 2**20} MiB, too large for a snapshot")
    decoded = decode(text) if isinstance(text, bytes) else text.removeprefix("\ufeff")
    if not decoded.strip():
        raise Unfit("empty")
    try:
        tree = json.loads(decoded, object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_refuse_constant)
        return plain(tree)
    except json.JSONDecodeError as error:
        raise Unfit(_explain(decoded, error.msg, error.pos, f"line {error.lineno}, column {error.colno}")) from None
    except RecursionError:
        raise Unfit("nested too deeply") from None


def decode(data: bytes) -> str:
    """Decode UTF-8, with or without a mark at its start; UTF-16 too where it is marked, as PowerShell's `>` writes it."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.reason in ("unexpected end of data", "truncated data"):
            raise Unfit(f"cut off in the middle of a character (byte {error.start})") from None
        name = encoding.removesuffix("-sig").upper()
        raise Unfit(f"not {name} text: {error.reason} (byte {error.start})") from None


def _explain(text: str, reason: str, position: int, place: str) -> str:
    rest = text[position:].strip()
    if reason.startswith("Unterminated") or re.fullmatch(_CUT, rest):
        return f"cut off: the JSON text ends too early ({place})"
    return f"not JSON: {reason} ({place})"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in found if keys.count(key) > 1)
        raise Unfit(f"the key {shown(twice)!r} stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _DIGITS:
        raise Unfit(f"a number of {len(digits)} digits is too long")
    return int(digits)


def _real(text: str) -> float:
    value = float(text)
    if value in (_INFINITY, -_INFINITY):
        raise Unfit(f"the number {shown(text)} is too large")
    return value


def _refuse_constant(name: str) -> None:
    raise Unfit(f"{name} is no JSON")
