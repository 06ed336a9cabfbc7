"""Which GPU libraries a framework would find if it opened them now, by the folders in which the loader looks on its behalf."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.collect.deep.elf import Elf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kdoctor.collect.deep.loader import Loader

#: Framework -> the files of it that open libraries when they run; which of TensorFlow's does has changed over the years.
_OPENERS = {
    "tensorflow": (
        "tensorflow/libtensorflow_framework.so.2",
        "tensorflow/libtensorflow_cc.so.2",
        "tensorflow/python/_pywrap_tensorflow_internal.so",
    ),
    "jax": (
        "jax_plugins/xla_cuda12/xla_cuda_plugin.so",
        "jax_cuda12_plugin/_versions.so",
        "jax_plugins/xla_cuda13/xla_cuda_plugin.so",
        "jax_cuda13_plugin/_versions.so",
    ),
}
_GPU = re.compile(
    r"lib(cudart|cublas(Lt)?|cufftw?|curand|cusolver(Mg)?|cusparse(Lt)?|cupti|cudnn(_\w+)?|nvrtc|nvJitLink|nvinfer|nccl)\.so(\.\d+){1,2}"
)
_AT_MOST = 200


def found_libraries(loader: Loader, files: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the file names that each framework can find; `files` is path below site-packages -> where it lies.

    A framework that has none of the files that open libraries is left out.
    """
    found = {}
    for framework, paths in _OPENERS.items():
        openers = [elf for path in paths if path in files and isinstance(elf := loader.open(files[path]), Elf)]
        if openers:
            names = {name for one in openers for name in loader.names_for(one) if _GPU.fullmatch(name)}
            found[framework] = tuple(sorted(names)[:_AT_MOST])
    return found
