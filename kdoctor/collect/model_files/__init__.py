"""Files that Keras saved: who wrote them and what is in them, read without loading or executing anything.

`read_model(path)` gives a ModelFile. A `.keras` file is a zip archive of which two members are read; of an HDF5 file the attributes of
its root; of a SavedModel folder the few fields of its protocol buffers that tell versions. Each reader has limits for what it takes in,
as such files come from strangers.
"""

from __future__ import annotations

import os

from kdoctor.collect.model_files.limits import Unreadable
from kdoctor.errors import KdoctorError
from kdoctor.model import ModelFile

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_HINT = "give a .keras file, an HDF5 file (.h5, .hdf5) or the folder of a SavedModel"


def read_model(path: str) -> ModelFile:
    """Read who wrote a saved model and with which features; KdoctorError, with one line, where it is none or cannot be read."""
    try:
        return _read(path)
    except Unreadable as error:
        raise KdoctorError(f"{path}: {error}", _HINT) from None
    except (OSError, ValueError) as error:
        raise KdoctorError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", _HINT) from error


def _read(path: str) -> ModelFile:
    if os.path.isdir(path):
        from kdoctor.collect.model_files.saved_model import read  # noqa: PLC0415 -- one of three forms.

        return read(path)
    with open(path, "rb") as file:
        head = file.read(len(_HDF5))
        file.seek(0)
        if head.startswith(_ZIP):
            from kdoctor.collect.model_files.archive import read_archive  # noqa: PLC0415 -- one of three forms.

            return read_archive(file, path)
        if head == _HDF5:
            from kdoctor.collect.model_files.hdf5 import read_hdf5  # noqa: PLC0415 -- one of three forms.

            return read_hdf5(file, path)
    raise Unreadable("empty" if not head else "neither a .keras archive nor HDF5")
