"""The TensorFlow of each minor release that rows are built on, as it runs by itself."""

from __future__ import annotations

from lab.row import Row, row

#: Minor release -> (the newest Python with a wheel that the rows use, its last patch, what else it needs to run today).
_BASES = {
    "2.4": ("3.8", "2.4.4", "protobuf<3.21"),
    "2.5": ("3.8", "2.5.3", "protobuf<3.21"),
    "2.6": ("3.9", "2.6.5", ""),
    "2.7": ("3.9", "2.7.4", "numpy<2"),
    "2.8": ("3.10", "2.8.4", "numpy<2"),
    "2.9": ("3.10", "2.9.3", "numpy<2"),
    "2.10": ("3.10", "2.10.1", "numpy<2"),
    "2.11": ("3.10", "2.11.1", "numpy<2"),
    "2.12": ("3.11", "2.12.1", ""),
    "2.13": ("3.11", "2.13.1", ""),
    "2.14": ("3.11", "2.14.1", ""),
    "2.15": ("3.11", "2.15.1", ""),
    "2.16": ("3.12", "2.16.2", ""),
    "2.17": ("3.12", "2.17.1", ""),
    "2.18": ("3.12", "2.18.1", ""),
    "2.19": ("3.12", "2.19.1", ""),
    "2.20": ("3.13", "2.20.0", ""),
    "2.21": ("3.13", "2.21.0", ""),
}

MINORS = tuple(_BASES)


def on(minor: str, name: str, *steps: str, also: str = "", python: str = "", dist: str = "tensorflow-cpu", **more: object) -> Row:
    """Give a row on the TensorFlow of that minor release; `also` is resolved together with it."""
    newest, patch, needs = _BASES[minor]
    wanted = " ".join(filter(None, (f"{dist}=={patch}", needs, also)))
    return row(f"tf{minor}-{name}", python or newest, wanted, *steps, **more)  # type: ignore[arg-type]
