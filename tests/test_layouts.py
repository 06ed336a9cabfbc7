"""Environments of other platforms as they were laid out for real: what lay there is kept as data, the requirements come from the index.

The layouts and what kdoctor must say of them stand in lab/layouts.py.
"""

from __future__ import annotations

import pytest
from builders import released

from kdoctor.doctor import diagnose
from lab.layouts import LAYOUTS, Layout, amiss, seen
from lab.other_platforms import records

RECORDS = records()


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_what_is_said_of_a_layout_is_as_expected(layout: Layout) -> None:
    record = RECORDS[layout.name]
    assert tuple(record["steps"]) == layout.steps, "laid out by another recipe: make lab ARGS=--layouts"
    bare = seen(layout, (), record["folders"])
    platform = bare.platform
    assert platform
    filled = released(record["installed"], python=layout.python, system=platform.system, machine=platform.machine)
    report = diagnose(bare._replace(distributions=filled.distributions))
    assert amiss(layout, report) == "", [finding.summary for finding in report.findings]


def test_there_is_a_record_of_every_layout_and_of_nothing_else() -> None:
    assert list(RECORDS) == [layout.name for layout in LAYOUTS]
