"""Environments of other platforms, laid out file by file: kdoctor's own collector and rules on the true thing."""

from __future__ import annotations

import pytest

from kdoctor.doctor import diagnose
from lab.layouts import LAYOUTS, Layout, amiss, collected, kept
from lab.other_platforms import disagreements

pytestmark = pytest.mark.real


@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout.small], ids=lambda layout: layout.name)
def test_a_layout_of_another_platform_is_judged_as_expected(layout: Layout) -> None:
    try:
        snapshot = collected(layout, kept(layout))
    except LookupError as missing:
        pytest.skip(str(missing))
    report = diagnose(snapshot)
    assert amiss(layout, report) == "", [finding.summary for finding in report.findings]
    assert list(disagreements(snapshot)) == []
