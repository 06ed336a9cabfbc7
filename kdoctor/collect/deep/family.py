"""Whose files are looked at: the family, what it requires, and what Keras imports where it is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.collect.files import encodable
from kdoctor.model import Some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kdoctor.model import Distribution

#: Beginnings of the normalized names that the search starts from. pandas and scipy are no requirements of Keras, but it tries them.
_ROOTS = ("keras", "tensorflow", "tf-", "tb-", "intel-tensorflow", "jax", "torch", "openvino", "nvidia-", "libtpu", "numpy", "protobuf")
_TRIED = ("pandas", "scipy", "ml-dtypes", "h5py", "optree", "autokeras", "tf2onnx")

#: How many names of what is wrong are kept; the rest is counted.
FEW = 8
#: Characters of a name that are kept; names of C++ can take thousands.
_LONGEST = 300

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SEPARATORS = re.compile(r"[-_.]+")


def family_of(distributions: Sequence[Distribution]) -> tuple[Distribution, ...]:
    """Return those of the family and all that they require, themselves or through others; leftovers are none of them."""
    there = [one for one in distributions if not one.leftover and one.location and one.metadata]
    by_name: dict[str, list[Distribution]] = {}
    for one in there:
        by_name.setdefault(one.name, []).append(one)
    waiting = [name for name in by_name if name.startswith(_ROOTS) or name in _TRIED]
    chosen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in chosen:
            chosen.add(name)
            waiting += {wanted for one in by_name[name] for wanted in required(one)} & by_name.keys()
    return tuple(one for one in there if one.name in chosen)


def required(one: Distribution) -> set[str]:
    """Return the names that a distribution requires without extras, normalized; markers are not judged."""
    names = (match[0] for text in one.requires or () if "extra" not in text.partition(";")[2] and (match := _NAME.match(text)))
    return {_SEPARATORS.sub("-", name).lower() for name in names}


def some(names: Sequence[str]) -> Some:
    """Return how many names there are and the first few, cut and fit to be written out."""
    return Some(len(names), tuple(encodable(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}...") for name in names[:FEW]))
