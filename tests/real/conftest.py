"""Real environments are built only on request."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config, items) -> None:
    if config.option.markexpr:
        return
    unasked = pytest.mark.skip(reason="builds real environments from the package index: make test-real")
    for item in items:
        if item.get_closest_marker("real"):
            item.add_marker(unasked)
