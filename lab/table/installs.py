"""How things come to be installed: two owners of one folder, leftovers, and what other commands leave behind."""

from __future__ import annotations

from lab.row import row
from lab.table.bases import on

_LAID = (
    ("2.21.0", "2.20.0"),
    ("2.21.0", "2.19.1"),
    ("2.21.0", "2.18.1"),
    ("2.20.0", "2.19.1"),
    ("2.20.0", "2.18.1"),
    ("2.19.1", "2.18.1"),
    ("2.18.1", "2.20.0"),
)


def _python(*releases: str) -> str:
    return "3.12" if not any(release.startswith("2.15") for release in releases) else "3.11"


ROWS = (
    *(
        row(
            f"tf{over}-over-cpu{under}",
            _python(over, under),
            f"tensorflow-cpu=={under}",
            f"install --no-deps tensorflow=={over}",
            "install keras protobuf>=6.31.1 ml-dtypes>=0.5.1 h5py<3.15" if "2.2" in (over[:3], under[:3]) else "install keras",
        )
        for over, under in _LAID
    ),
    row("tf2.18-and-cpu-same", "3.12", "tensorflow-cpu==2.18.1", "install --no-deps tensorflow==2.18.1"),
    row("tf2.18-and-cpu-cpu-removed", "3.12", "tensorflow-cpu==2.18.1", "install --no-deps tensorflow==2.18.1", "uninstall tensorflow-cpu"),
    row("tf2.18-and-cpu-tf-removed", "3.12", "tensorflow-cpu==2.18.1", "install --no-deps tensorflow==2.18.1", "uninstall tensorflow"),
    row(
        "tf2.18-reinstalled",
        "3.12",
        "tensorflow-cpu==2.18.1",
        "install --no-deps tensorflow==2.18.1",
        "uninstall tensorflow-cpu",
        "install --no-deps --reinstall tensorflow==2.18.1",
    ),
    row("cpu2.20-keras-hub", "3.12", "tensorflow-cpu==2.20.0", "install tensorflow-cpu==2.20.0 keras-hub"),
    on("2.18", "keras-nightly-over-keras", swap="keras-nightly==3.6.0.dev2024101603"),
    on("2.18", "keras-nightly-removed", swap="keras-nightly==3.6.0.dev2024101603", without="keras-nightly"),
    on("2.18", "raised-from-2.15", "install tensorflow-cpu==2.18.1", also="keras-preprocessing"),
    row("story-2.15-up-2.19", "3.11", "tensorflow-cpu==2.15.1", "install -U tensorflow-cpu==2.19.1"),
    row("story-2.19-down-2.13", "3.11", "tensorflow-cpu==2.19.1", "install tensorflow-cpu==2.13.1"),
    row("story-trio-newest-py3.13", "3.13", "tensorflow-cpu keras tf-keras"),
    row("story-keras-newest-alone", "3.13", "keras"),
    row("story-standalone-keras-2-old-tf", "3.9", "tensorflow-cpu==2.6.0 keras==2.7.0"),
)
