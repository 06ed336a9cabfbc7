"""Typed access to a JSON object that knows its place in the document, so that each complaint names it."""

from __future__ import annotations

from typing import Any, NamedTuple

from kdoctor.contract.plain import Unfit, shown

_WORDS = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}

#: Below it, every whole number is a float of its own.
_EXACT = 2.0**53


class Fields(NamedTuple):
    """One JSON object. Each method takes a key and gives None where it is missing or null, and raises Unfit on another type."""

    #: Such as "distributions[3]"; empty for the document itself.
    place: str
    values: dict[str, Any]

    def at(self, key: str) -> str:
        """Return the place of a key, fit for a message."""
        return f"{self.place}.{shown(key)}" if self.place else shown(key)

    def text(self, key: str) -> str | None:
        """Return text."""
        found: str | None = self._take(str, key)
        return found

    def flag(self, key: str) -> bool | None:
        """Return true or false."""
        found: bool | None = self._take(bool, key)
        return found

    def number(self, key: str) -> int | None:
        """Return a whole number that is not negative; 24564.0 counts as whole."""
        value = self.values.get(key)
        if type(value) is float and value.is_integer() and value < _EXACT:
            value = int(value)
        if type(value) is float or (type(value) is int and value < 0):
            raise Unfit(f"{self.at(key)} is {value}, not a count")
        return value if type(value) is int else self._take(int, key)

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Return a list of text, without a null in it."""
        items = self._items(str, key)
        return None if items is None else tuple(items)

    def inner(self, key: str) -> Fields | None:
        """Return an object."""
        values = self._take(dict, key)
        return None if values is None else Fields(self.at(key), values)

    def inners(self, key: str) -> list[Fields] | None:
        """Return a list of objects, without a null in it."""
        items = self._items(dict, key)
        if items is None:
            return None
        return [Fields(f"{self.at(key)}[{position}]", item) for position, item in enumerate(items)]

    def known_texts(self, key: str) -> dict[str, str] | None:
        """Return an object whose values are text. A null value is unknown, and so is the whole when nothing else is left."""
        inner = self.inner(key)
        if inner is None:
            return None
        found = {name: text for name in inner.values if (text := inner.text(name)) is not None}
        return None if inner.values and not found else found

    def _take(self, kind: type, key: str) -> Any:
        value = self.values.get(key)
        if value is None or type(value) is kind:
            return value
        raise _unexpected(self.at(key), value, kind)

    def _items(self, kind: type, key: str) -> list[Any] | None:
        items: list[Any] | None = self._take(list, key)
        for position, item in enumerate(items or ()):
            if type(item) is not kind:
                raise _unexpected(f"{self.at(key)}[{position}]", item, kind)
        return items


def _unexpected(place: str, value: Any, kind: type) -> Unfit:
    return Unfit(f"{place} is {_WORDS[type(value)]}, not {_WORDS[kind]}")
