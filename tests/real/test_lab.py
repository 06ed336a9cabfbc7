"""A few rows of the laboratory measured again: what is on record still happens."""

from __future__ import annotations

import pytest

from kdoctor.knowledge.runs import runs
from lab.environments import interpreter
from lab.measure import measure
from lab.table import TABLE

pytestmark = pytest.mark.real

#: Rows that are quickly built, of three different parts of the table.
AGAIN = ("keras2.15.0-alone", "keras3.15.1-jax0.10.2-unset", "tf2.18-pip-keras-lt-3")


def kinds(outcome: dict[str, str]) -> dict[str, str]:
    """Give what happened without the words of an error, in which versions and addresses may stand."""
    return {usage: said.partition(":")[0] for usage, said in outcome.items()}


@pytest.mark.parametrize("name", AGAIN)
def test_what_is_on_record_happens_again(name: str) -> None:
    row = next(row for row in TABLE if row.name == name)
    if interpreter(row.python) is None:
        pytest.skip(f"no CPython {row.python} on this machine")
    (measured,) = measure([row])
    recorded = next(run for run in runs() if run.name == name)
    assert kinds(measured.record["outcome"]) == kinds(dict(recorded.outcome))
    assert not measured.disagreements
