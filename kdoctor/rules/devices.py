"""The rules on accelerators, their drivers and libraries, and processor instructions, in one tuple."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Finding
from kdoctor.rules import (
    accelerators,
    capabilities,
    cuda_libraries,
    cudnn,
    device_access,
    driver,
    jax_devices,
    loading,
    other_devices,
    rocm,
)

#: In the order in which findings of one severity are shown, after those of the other rules.
DEVICE_RULES: tuple[Callable[[Coupling], Iterator[Finding]], ...] = (
    other_devices.missing_instructions,
    accelerators.tensorflow_on_cpu,
    accelerators.torch_on_cpu,
    driver.driver_too_old,
    driver.driver_halves_differ,
    device_access.closed_devices,
    device_access.without_compute,
    device_access.missing_uvm,
    device_access.torch_device,
    capabilities.gpu_not_in_build,
    cuda_libraries.libraries_missing,
    cuda_libraries.compiler_missing,
    cuda_libraries.other_cuda,
    cuda_libraries.older_wheels,
    cudnn.cudnn_mismatch,
    cudnn.cudnn_without_gpu,
    cudnn.failing_convolutions,
    cudnn.refused_by_jax,
    cudnn.wheels_not_found,
    loading.hidden_devices,
    loading.hidden_amd,
    loading.stubs_on_path,
    loading.other_cuda_on_path,
    loading.jax_platforms,
    jax_devices.jax_without_plugin,
    jax_devices.plugin_behind,
    jax_devices.nccl_too_old,
    jax_devices.jax_metal,
    jax_devices.libtpu,
    accelerators.tensorflow_without_tpu,
    other_devices.metal_pair,
    other_devices.metal_without_xla,
    rocm.rocm_pair,
    rocm.amd_gpu_not_in_build,
    accelerators.amd_without_rocm,
    accelerators.amd_beside_another_build,
)
