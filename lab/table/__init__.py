"""The table of environments, by what they are about. Each module gives a tuple ROWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.table import addons, backends, configuration, coupling, floors, installs, legacy, natural, neighbours, probability

if TYPE_CHECKING:
    from lab.row import Row

TABLE: tuple[Row, ...] = (
    *natural.ROWS,
    *coupling.ROWS,
    *floors.ROWS,
    *legacy.ROWS,
    *backends.ROWS,
    *configuration.ROWS,
    *neighbours.ROWS,
    *installs.ROWS,
    *probability.ROWS,
    *addons.ROWS,
)

_names = [one.name for one in TABLE]
assert len(set(_names)) == len(_names), sorted({name for name in _names if _names.count(name) > 1})
