"""What a plain install gives today: each TensorFlow on its oldest and its newest Python, nothing pinned beside it."""

from __future__ import annotations

from lab.row import row

_PYTHONS = {
    "2.4.4": ("3.8",),
    "2.5.3": ("3.8", "3.9"),
    "2.6.0": ("3.9",),
    "2.6.5": ("3.9",),
    "2.7.0": ("3.9",),
    "2.7.4": ("3.8", "3.9"),
    "2.8.0": ("3.10",),
    "2.8.4": ("3.8", "3.10"),
    "2.9.0": ("3.10",),
    "2.9.3": ("3.8", "3.10"),
    "2.10.1": ("3.8", "3.10"),
    "2.11.0": ("3.8",),
    "2.11.1": ("3.8", "3.10"),
    "2.12.1": ("3.8", "3.11"),
    "2.13.1": ("3.8", "3.11"),
    "2.14.0": ("3.9", "3.11"),
    "2.14.1": ("3.9", "3.11"),
    "2.15.1": ("3.9", "3.11"),
    "2.16.2": ("3.9", "3.12"),
    "2.17.1": ("3.9", "3.12"),
    "2.18.1": ("3.9", "3.12"),
    "2.19.1": ("3.9", "3.12"),
    "2.20.0": ("3.9", "3.13"),
    "2.21.0": ("3.10", "3.13"),
}

ROWS = tuple(
    row(f"natural-tf{version}-py{python}", python, f"tensorflow-cpu=={version}")
    for version, pythons in _PYTHONS.items()
    for python in pythons
)
