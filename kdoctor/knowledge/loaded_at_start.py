"""Which compiled files `import tensorflow` and its like surely load, so that one that cannot be loaded ends the import.

Measured: the modules and the mapped files of a process after the import, in environments built for real on Linux x86_64: TensorFlow 2.12.1,
2.15.1, 2.18.1, 2.20.0 and 2.21.0. A file that one of these releases has and does not load is left out.
"""

from __future__ import annotations

#: Folder -> files in it.
_TENSORFLOW = {
    "tensorflow/compiler/mlir/lite/python": "_pywrap_converter_api.so",
    "tensorflow/compiler/mlir/quantization/tensorflow/python": "pywrap_function_lib.so pywrap_quantize_model.so",
    "tensorflow/compiler/tf2tensorrt": "_pywrap_py_utils.so",
    "tensorflow/core/kernels": "libtfkernel_sobol_op.so",
    "tensorflow": "libtensorflow_cc.so.2 libtensorflow_framework.so.2",
    "tensorflow/lite/experimental/microfrontend/python/ops": "_audio_microfrontend_op.so",
    "tensorflow/lite/python/analyzer_wrapper": "_pywrap_analyzer_wrapper.so",
    "tensorflow/lite/python/interpreter_wrapper": "_pywrap_tensorflow_interpreter_wrapper.so",
    "tensorflow/lite/python/metrics": "_pywrap_tensorflow_lite_metrics_wrapper.so",
    "tensorflow/python": (
        "_pywrap_dtensor_device.so _pywrap_mlir.so _pywrap_parallel_device.so _pywrap_py_exception_registry.so "
        "_pywrap_quantize_training.so _pywrap_sanitizers.so _pywrap_tensorflow_internal.so _pywrap_tfe.so flags_pybind.so "
        "lib_pywrap_tensorflow_common.so"
    ),
    "tensorflow/python/client": "_pywrap_debug_events_writer.so _pywrap_device_lib.so _pywrap_events_writer.so _pywrap_tf_session.so",
    "tensorflow/python/data/experimental/service": "_pywrap_server_lib.so _pywrap_utils.so _pywrap_utils_exp.so",
    "tensorflow/python/framework": (
        "_dtypes.so _op_def_library_pybind.so _op_def_registry.so _proto_comparators.so _pywrap_python_api_dispatcher.so "
        "_pywrap_python_op_gen.so _test_metrics_util.so fast_tensor_util.so"
    ),
    "tensorflow/python/grappler": "_pywrap_tf_cluster.so _pywrap_tf_optimizer.so",
    "tensorflow/python/lib/core": "_pywrap_bfloat16.so _pywrap_custom_casts.so _pywrap_float8.so _pywrap_py_func.so",
    "tensorflow/python/lib/io": "_pywrap_file_io.so _pywrap_record_io.so",
    "tensorflow/python/platform": "_pywrap_cpu_feature_guard.so _pywrap_stacktrace_handler.so _pywrap_tf2.so",
    "tensorflow/python/profiler/internal": "_pywrap_profiler.so _pywrap_profiler_plugin.so _pywrap_traceme.so",
    "tensorflow/python/saved_model": "pywrap_saved_model.so",
    "tensorflow/python/tpu": "_pywrap_sparse_core_layout.so",
    "tensorflow/python/util": (
        "_pywrap_checkpoint_reader.so _pywrap_determinism.so _pywrap_nest.so _pywrap_tensor_float_32_execution.so "
        "_pywrap_tfprof.so _pywrap_util_port.so _pywrap_utils.so _tf_stack.so fast_module_type.so"
    ),
}

#: Beginnings of the paths of other compiled files, and the components that do not start without them. Others have a way around a module
#: that cannot be loaded: Keras does without h5py, protobuf and wrapt have one in Python.
_OTHERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("numpy/_core/_multiarray_umath.", frozenset({"numpy"})),
    ("numpy/core/_multiarray_umath.", frozenset({"numpy"})),
    ("numpy.libs/", frozenset({"numpy"})),
    ("ml_dtypes/_ml_dtypes_ext.", frozenset({"tensorflow", "jax"})),
    ("ml_dtypes/_custom_floats.", frozenset({"tensorflow", "jax"})),
    ("optree/_C.", frozenset({"keras"})),
    ("jaxlib/libjax_common.so", frozenset({"jax"})),
    ("jaxlib/_jax.so", frozenset({"jax"})),
    ("jaxlib/xla_extension.so", frozenset({"jax"})),
    ("torch/_C.", frozenset({"torch"})),
    ("torch/lib/libtorch.so", frozenset({"torch"})),
    ("torch/lib/libtorch_cpu.so", frozenset({"torch"})),
    ("torch/lib/libtorch_python.so", frozenset({"torch"})),
    ("torch/lib/libc10.so", frozenset({"torch"})),
)

#: Beginnings of the paths of compiled files that an add-on loads when it is imported: without one of them it is of no use.
#: Measured: tensorflow-text 2.16.1 on TensorFlow 2.15.1.
_ADD_ONS = ("tensorflow_text/core/pybinds/", "tensorflow_text/python/ops/")

_PATHS = frozenset(f"{folder}/{name}" for folder, names in _TENSORFLOW.items() for name in names.split())


def broken_without(path: str) -> frozenset[str]:
    """Give the components that do not start where a compiled file cannot be loaded; `path` is below the folder of its distribution."""
    if path in _PATHS:
        return frozenset({"tensorflow"})
    return next((components for start, components in _OTHERS if path.startswith(start)), frozenset())


def ends_add_on(path: str) -> bool:
    """Tell whether the add-on that a compiled file belongs to cannot be imported without it."""
    return path.startswith(_ADD_ONS)
