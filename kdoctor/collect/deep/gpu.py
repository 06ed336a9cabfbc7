"""Which GPU libraries TensorFlow would find if it opened them now, by the folders in which the loader looks on its behalf."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from kdoctor.collect.deep.elf import Elf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kdoctor.collect.deep.loader import Loader

#: TensorFlow's files that open libraries when they run; which of them does has changed over the years.
_OPENERS = ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2", "_pywrap_tensorflow_internal.so")
_GPU = re.compile(
    r"lib(cudart|cublas(Lt)?|cufftw?|curand|cusolver(Mg)?|cusparse(Lt)?|cupti|cudnn(_\w+)?|nvrtc|nvJitLink|nvinfer|nccl)\.so(\.\d+){1,2}"
)
_AT_MOST = 200


def found_by_tensorflow(loader: Loader, files: Iterable[str]) -> tuple[str, ...] | None:
    """Return the file names that can be found; `files` are those of TensorFlow. None = there is no TensorFlow to ask."""
    openers = [found for path in files if os.path.basename(path) in _OPENERS and isinstance(found := loader.open(path), Elf)]
    if not openers:
        return None
    names = {name for one in openers for name in loader.names_for(one) if _GPU.fullmatch(name)}
    return tuple(sorted(names)[:_AT_MOST])
