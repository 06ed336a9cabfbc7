"""The rules on accelerators: rows on which each fires, rows on which it stays quiet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from builders import released, snapshot

from kdoctor import rules
from kdoctor.knowledge.accelerators import BUILDS, DRIVERS, JAX_CUDNN, JAX_LIBTPU, METAL
from kdoctor.knowledge.catalogue import codes
from kdoctor.knowledge.coupling import couple
from kdoctor.model import Accelerator, Distribution, Platform, Python, Severity, Snapshot
from kdoctor.rules.cuda import below
from kdoctor.versions import satisfies, sort_key

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE


class Row(NamedTuple):
    """A snapshot, and either what the rule must say of it or (severity None) that it must stay quiet."""

    code: str
    snapshot: Snapshot
    severity: Severity | None = None
    subjects: str = ""


def gpus(*capabilities: str | None, name: str | None = None, vendor: str = "nvidia") -> tuple[Accelerator, ...]:
    return tuple(Accelerator(vendor, name, capability) for capability in capabilities)


def row(code: str, installed: str, severity: Severity | None = None, subjects: str = "", **more: Any) -> Row:
    """Give a row on a machine with one NVIDIA GPU, unless told otherwise."""
    wsl = more.pop("wsl", None)
    more.setdefault("accelerators", gpus("8.0", name="NVIDIA A100-SXM4-40GB"))
    made = snapshot(installed, **more)
    return Row(code, made._replace(platform=made.platform._replace(wsl=wsl)) if wsl else made, severity, subjects)


CU12 = (
    "nvidia-cuda-runtime-cu12==12.5.82 nvidia-cublas-cu12==12.5.3.2 nvidia-cufft-cu12==11.2.3.61 nvidia-cusolver-cu12==11.6.3.83 "
    "nvidia-cusparse-cu12==12.5.1.3 nvidia-nvjitlink-cu12==12.5.82 nvidia-nccl-cu12==2.25.1 nvidia-cuda-nvcc-cu12==12.5.82 "
)
NO_NVCC = CU12.replace("nvidia-cuda-nvcc-cu12==12.5.82 ", "")
JAX = "keras==3.12.0 jax==0.8.1 jaxlib==0.8.1 "
JAX12 = JAX + "jax-cuda12-plugin==0.8.1 jax-cuda12-pjrt==0.8.1 nvidia-cudnn-cu12==9.10.2.21 " + CU12
ON_JAX, ON_TORCH = {"KERAS_BACKEND": "jax"}, {"KERAS_BACKEND": "torch"}
WINDOWS = {"system": "windows", "machine": "amd64"}
MAC = {"system": "darwin", "machine": "arm64", "accelerators": gpus(None, name="Apple M2", vendor="apple")}
ARM = {"machine": "aarch64"}
ROSETTA = {**MAC, "machine": "x86_64"}
AMD = {"accelerators": gpus(None, name="Radeon", vendor="amd")}
AMD_6800M = {"accelerators": gpus(None, name="Radeon RX 6800M", vendor="amd")}
TPU = {"accelerators": gpus(None, name="TPU v5e", vendor="google")}
PASTE = {"complete": False}
BUILT = "tensorflow==2.20.0 keras==3.12.0 nvidia-cudnn-cu12==9.10.2.21 " + CU12
MANY_AND_NEW = JAX12.replace("9.10.2.21", "9.8.0.87").replace("nvidia-cublas-cu12==12.5.3.2", "nvidia-cublas-cu12==12.9.1.4")
CLOSED = {"amd-access": "/dev/kfd is closed to this user"}
NO_UVM = {"nvidia-uvm": "no /dev/nvidia-uvm"}
ON_CUDA = {**ON_TORCH, "KERAS_TORCH_DEVICE": "cuda"}


def in_container(*args: Any, **more: Any) -> Row:
    """Give a row as `row` does, inside a container."""
    made = row(*args, **more)
    return made._replace(snapshot=made.snapshot._replace(platform=made.snapshot.platform._replace(container="docker")))


def cc(*capabilities: str) -> dict[str, Any]:
    return {"accelerators": gpus(*capabilities)}


def libs(**versions: str) -> dict[str, Any]:
    return {"libraries": versions}


def driver(version: str) -> dict[str, Any]:
    return {"drivers": {"nvidia": version}}


def path(*entries: str) -> dict[str, Any]:
    return {"env": {"LD_LIBRARY_PATH": ":".join(entries)}}


ROWS = (
    # Builds without code for any GPU.
    row("KD701", "tensorflow==2.16.1 keras==3.3.3", E, "tensorflow platform", **WINDOWS),
    row("KD701", "tensorflow==2.15.1 tensorflow-intel==2.15.1", E, "tensorflow platform", **WINDOWS),
    row("KD701", "tensorflow", E, "tensorflow platform", **WINDOWS),  # No release with CUDA has a wheel for Python 3.11.
    row("KD701", "tensorflow", **WINDOWS, python="3.10.4"),
    row("KD701", "tensorflow==2.10.1", **WINDOWS, python="3.10.4"),
    row("KD701", "tensorflow==2.16.1", **WINDOWS, accelerators=None),
    row("KD701", "tensorflow==2.16.1", **WINDOWS, env={"CUDA_VISIBLE_DEVICES": "-1"}),
    row("KD701", "tensorflow==2.18.1 keras==3.8.0 torch==2.8.0+cu128", **WINDOWS, env=ON_TORCH),
    row("KD701", "tf-nightly==2.22.0.dev20260530", E, "tf-nightly platform", **ARM),
    row("KD701", "tensorflow==2.15.0 tensorflow-cpu-aws==2.15.0", E, "tensorflow platform", **ARM),
    row("KD701", "tensorflow==2.15.0+nv24.3", **ARM),
    row("KD701", "tensorflow-cpu==2.18.1", N, "tensorflow-cpu"),
    row("KD701", "tensorflow-cpu==2.15.0 tensorflow-intel==2.15.0", N, "tensorflow-cpu", **WINDOWS),
    row("KD701", "tensorflow-cpu==2.10.0 tensorflow-directml-plugin==0.4.0", **WINDOWS, python="3.10.4"),
    row("KD701", "tensorflow==2.18.1"),
    row("KD701", "tensorflow==1.14.0", E, "tensorflow gpu", python="3.7.16"),
    row("KD701", "tensorflow==2.0.0", E, python="3.7.16"),
    row("KD701", "tensorflow==1.15.0", python="3.7.16"),
    row("KD701", "tensorflow==1.14.0 tensorflow-gpu==1.14.0", python="3.7.16"),
    row("KD701", "keras==3.12.0 torch==2.8.0", E, "torch platform", **WINDOWS, env=ON_TORCH),
    row("KD701", "keras==3.12.0 torch==2.8.0+cpu", N, "torch", env=ON_TORCH),
    row("KD701", "keras==3.12.0 torch==2.8.0", env=ON_TORCH),
    row("KD752", "tensorflow==2.18.1", W, "tensorflow gpu", **AMD),
    row("KD752", "tensorflow-gpu==1.8.0", E, "tensorflow-gpu gpu", **AMD),
    row("KD752", "tensorflow-rocm==2.14.0.600", **AMD),
    row("KD752", "tensorflow==2.18.1", accelerators=(*gpus("8.0"), *gpus(None, vendor="amd"))),
    # Libraries.
    row("KD702", "tensorflow==2.18.1 keras==3.8.0", E, "tensorflow cuda cudnn", **libs()),
    row("KD702", "tensorflow==2.18.1 nvidia-cudnn-cu12==9.3.0.75 " + CU12, **libs()),
    row(
        "KD702", "tensorflow==2.18.1 nvidia-cudnn-cu12==9.3.0.75 nvidia-cuda-runtime-cu12==12.5.82", E, "cuda nvidia-cublas-cu12", **libs()
    ),
    row("KD702", "tensorflow==2.18.1", E, "cudnn nvidia-cudnn-cu12", **libs(cuda="12.5.1")),
    row("KD702", "tensorflow==2.18.1", **libs(cuda="12.5.1", cudnn="9.3.0")),
    row("KD702", "tensorflow==2.18.1"),  # Nobody looked.
    row("KD702", "tensorflow==2.18.1", **libs(), unread={"cuda": "/usr/local/cuda: Permission denied"}),
    row("KD702", "tensorflow==2.18.1", **libs(), **path("/apps/cuda/12.5/lib64")),
    row("KD702", "tensorflow==2.18.1", E, **libs(), **path("/usr/local/nvidia/lib", "/usr/local/nvidia/lib64")),
    row("KD702", "tensorflow==2.18.1", **libs(), accelerators=()),
    row("KD702", "tensorflow==2.18.1 keras==3.8.0 jax==0.8.1", **libs(), env=ON_JAX),
    row("KD702", "tensorflow==2.18.1+nv25.1", **libs()),
    row("KD702", "tensorflow==2.18.1", **PASTE),
    row("KD702", "tensorflow==2.18.1", E, "cudnn", **PASTE, absent="nvidia-cudnn-cu12"),
    row("KD702", "tensorflow==2.12.0 nvidia-cudnn-cu11==8.6.0.163", E, "cudnn", **libs(cuda="11.8")),  # It does not look into wheels.
    row("KD702", "tensorflow==2.9.0", **libs(), **WINDOWS, python="3.10.4"),
    row("KD702", JAX + "jax-cuda12-plugin==0.8.1 jax-cuda12-pjrt==0.8.1", E, "jax-cuda12-plugin cuda cudnn", **libs(), env=ON_JAX),
    row("KD702", JAX12, **libs(), env=ON_JAX),
    row("KD702", "tensorflow==2.18.1 nvidia-cudnn-cu12==9.3.0.75 " + NO_NVCC, E, "tensorflow nvidia-cuda-nvcc-cu12", **libs()),
    row("KD702", "tensorflow==2.18.1 nvidia-cudnn-cu12==9.3.0.75 " + NO_NVCC, **libs(cuda="12.5", cudnn="9.3.0")),
    row("KD702", "tensorflow==2.18.1 nvidia-cudnn-cu12==9.3.0.75 " + NO_NVCC, **libs(), env={"XLA_FLAGS": "--xla_gpu_cuda_data_dir=/x"}),
    row("KD702", "tensorflow==2.18.1 nvidia-cudnn-cu12==9.3.0.75 " + NO_NVCC, **PASTE),
    row("KD703", "tensorflow==2.16.1", E, "tensorflow cuda", **libs(cuda="11.8"), **PASTE),
    row("KD703", "tensorflow==2.16.1", **libs(cuda="12.1"), **PASTE),
    row("KD703", "tensorflow==2.16.1", **libs(cuda="12"), **PASTE),
    row("KD703", "tensorflow==2.12.0", E, **libs(cuda="12"), **PASTE),
    row("KD703", "tensorflow==2.12.0", W, **libs(cuda="12.2")),  # Another toolkit may stand beside the newest one.
    row("KD703", "tensorflow==2.10.1", E, **libs(cuda="12.2"), **WINDOWS, **PASTE),
    row("KD703", "tensorflow==2.3.1", E, **libs(cuda="10.2"), **PASTE),
    row("KD703", "tensorflow==2.3.1", **libs(cuda="10.1"), **PASTE),
    row("KD703", "tensorflow==2.4.1", E, **libs(cuda="11.2"), **PASTE),
    row("KD703", "tensorflow==2.5.0", **libs(cuda="11.8"), **PASTE),
    row("KD703", "tensorflow==2.17.0 nvidia-cuda-runtime-cu12==12.3.101", **libs(cuda="11.8"), **PASTE),
    row("KD703", "tensorflow==2.16.1", **libs(cuda="11.8"), **PASTE, **path("/usr/local/cuda-12.3/lib64")),
    row("KD703", JAX + "jax-cuda12-plugin==0.8.1", E, "cuda", **libs(cuda="11.8"), **PASTE, env=ON_JAX),
    row("KD703", "tensorflow==2.30.0", **libs(cuda="14.0")),
    row("KD703", "jax==0.4.24 jaxlib==0.4.24+cuda12.cudnn89", E, "jaxlib cuda", **libs(cuda="12.2"), **PASTE),
    row("KD703", "jax==0.4.23 jaxlib==0.4.23+cuda12.cudnn89", **libs(cuda="12.2"), **PASTE),
    row("KD703", "jax==0.4.16 jaxlib==0.4.16+cuda12.cudnn89", **libs(cuda="12.0"), **PASTE),
    row("KD703", "jax==0.4.23 jaxlib==0.4.23+cuda12.cudnn89 nvidia-cublas-cu12==12.1.3.1", E, "jaxlib nvidia-cublas-cu12"),
    row("KD703", "jax==0.4.23 jaxlib==0.4.23+cuda12.cudnn89 nvidia-cublas-cu12==12.2.5.6 nvidia-cuda-runtime-cu12==12.2.140"),
    row("KD703", "jax==0.4.28 jaxlib==0.4.28+cuda12.cudnn89 nvidia-cublas-cu12==12.1.3.1"),
    row("KD703", "tensorflow==2.15.1 nvidia-cublas-cu12==12.1.3.1"),  # TensorFlow asks for the major release alone.
    # cuDNN.
    row("KD704", "tensorflow==2.15.0", E, "cudnn tensorflow", **libs(cudnn="8.8"), **PASTE),
    row("KD704", "tensorflow==2.15.0", **libs(cudnn="8.9.0"), **PASTE),
    row("KD704", "tensorflow==2.15.0", **libs(cudnn="8"), **PASTE),
    row("KD704", "tensorflow==2.13.1", **libs(cudnn="8.9.5"), **PASTE),
    row("KD704", "tensorflow-gpu==1.5.0", E, "cudnn tensorflow-gpu", **libs(cudnn="7.1.1"), **PASTE),
    row("KD704", "tensorflow-gpu==1.5.0", **libs(cudnn="7.0.5"), **PASTE),
    row("KD704", "tensorflow==2.12.0", E, "LD_LIBRARY_PATH tensorflow", **path("/apps/cudnn/v8.0.3.33-cuda.11.0/cuda/lib64")),
    row("KD704", "tensorflow==2.12.0", **path("/apps/cudnn/8.6.0-CUDA-11.8/lib"), **libs(cudnn="8.1")),
    row("KD704", "tensorflow==2.18.0 nvidia-cudnn-cu12==9.3.0.75", **path("/opt/cudnn-8.6/lib")),  # The wheel goes first.
    row("KD704", "tensorflow-gpu==1.9.0", **libs(cudnn="7.2.1"), **PASTE),
    row("KD704", "tensorflow==2.17.0", E, **libs(cudnn="9.1"), **PASTE),
    row("KD704", "tensorflow==2.17.0", W, **libs(cudnn="9.1")),  # cuDNN 8 may stand beside it.
    row("KD704", "tensorflow==2.18.0", E, **libs(cudnn="8.9.7")),
    row("KD704", "tensorflow==2.20.0 nvidia-cudnn-cu12==8.9.7.29", E, "nvidia-cudnn-cu12 tensorflow"),
    row("KD704", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.10.2.21"),
    row("KD704", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.10.2.21", **libs(cudnn="8.9.7")),  # The wheel goes first.
    row("KD704", "tensorflow==2.20.0 nvidia-cudnn-cu12==8.9.7.29", accelerators=()),
    row("KD704", "jax==0.4.31", E, "cudnn jax", **libs(cudnn="8.9.7"), **PASTE, env=ON_JAX),
    row("KD704", "jax==0.4.28", **libs(cudnn="8.9.7"), **PASTE, env=ON_JAX),
    row("KD704", JAX12.replace("9.10.2.21", "9.5.1.17"), E, "nvidia-cudnn-cu12 jax", env=ON_JAX),
    row("KD704", JAX12, env=ON_JAX),
    row("KD704", "jax==0.4.25 jaxlib==0.4.25+cuda12.cudnn89", E, "jaxlib jax", **libs(cudnn="8.8.1")),
    row("KD704", "jaxlib==0.1.65+cuda112", E, "jaxlib cudnn", **libs(cudnn="8.0.5")),
    row("KD704", "jaxlib==0.1.65+cuda111", **libs(cudnn="8.0.5")),  # Its name tells no cuDNN.
    row("KD704", "jaxlib==0.1.75+cuda11.cudnn805", **libs(cudnn="8.2.4")),  # 805 is 8.0.5.
    row("KD704", "jaxlib==0.1.75+cuda11.cudnn82", E, **libs(cudnn="8.1.1")),
    row("KD705", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.14.0.64", E, "nvidia-cudnn-cu12 gpu", **cc("6.1")),
    row("KD705", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.10.2.21", **cc("6.1")),
    row("KD705", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.14.0.64", **cc("7.0")),
    row("KD705", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.24.0.43", E, **cc("7.0")),
    row("KD705", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.24.0.43", **cc("7.5")),
    row("KD705", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.14.0.64", W, **cc("6.1", "8.6")),
    row("KD705", "onnxruntime-gpu==1.20", E, "cudnn gpu", **libs(cudnn="9.14"), **cc("6.1")),
    row("KD705", "tensorflow-cpu==2.20.0", **libs(cudnn="9.14"), **cc("6.1")),
    row("KD706", "tensorflow==2.21.0 nvidia-cudnn-cu12==9.5.1.17", E, "nvidia-cudnn-cu12 tensorflow", **cc("8.6")),
    row("KD706", "tensorflow==2.21.0 nvidia-cudnn-cu12==9.24.0.43"),
    row("KD706", "tensorflow==2.20.0 nvidia-cudnn-cu12==9.5.1.17"),
    row("KD707", "tensorflow==2.16.1 nvidia-cudnn-cu12==8.9.7.29 " + CU12, E, "tensorflow LD_LIBRARY_PATH"),
    row("KD707", "tensorflow==2.16.1 nvidia-cudnn-cu12==8.9.7.29", **path("/venv/lib/python3.11/site-packages/nvidia/cudnn/lib")),
    row("KD707", "tensorflow==2.16.1 nvidia-cudnn-cu12==8.9.7.29", **libs(cuda="12.3", cudnn="8.9.7")),
    row("KD707", "tensorflow==2.17.0 nvidia-cudnn-cu12==8.9.7.29"),
    row("KD707", "tensorflow==2.16.1"),
    # The driver.
    row("KD752", JAX, W, "jaxlib gpu", env=ON_JAX, **AMD),
    row("KD752", JAX + "jax-rocm7-plugin==0.8.1", env=ON_JAX, **AMD),
    row("KD752", JAX, env=ON_JAX, **PASTE, **AMD),
    row("KD752", "keras==3.12.0 torch==2.9.0", W, "torch gpu", env=ON_TORCH, **AMD),
    row("KD752", "keras==3.12.0 torch==2.9.0+rocm6.4", env=ON_TORCH, **AMD),
    row("KD708", JAX12.replace("9.10.2.21", "9.10.0.56"), E, "nvidia-cudnn-cu12 jax", env=ON_JAX),
    row("KD708", JAX12.replace("9.10.2.21", "9.10.1.4"), env=ON_JAX),
    row("KD708", JAX12.replace("9.10.2.21", "9.10.0.56"), env={**ON_JAX, "JAX_SKIP_CUDA_CONSTRAINTS_CHECK": "1"}),
    row("KD708", MANY_AND_NEW, E, "nvidia-cudnn-cu12", env=ON_JAX, accelerators=gpus("8.0", "8.0")),
    row("KD708", MANY_AND_NEW, env=ON_JAX),
    # What is here and out of reach.
    row("KD725", BUILT, E, "gpu tensorflow", unread={"nvml": "NVML error 4: Insufficient Permissions"}),
    row("KD725", BUILT, E, "gpu", unread={"nvidia": "NVML error 999: Unknown Error (/dev/nvidiactl: Operation not permitted)"}),
    row("KD725", BUILT, unread={"nvml": "NVML did not answer within 2 s"}),
    row("KD725", "tensorflow-cpu==2.20.0 keras==3.12.0", unread={"nvml": "NVML error 4: Insufficient Permissions"}),
    row("KD725", "tensorflow-rocm==2.14.0.600 keras==2.14.0", E, "gpu tensorflow-rocm", observed=CLOSED, **AMD),
    row("KD725", "keras==3.12.0 torch==2.9.0+rocm6.4", E, "gpu torch", observed=CLOSED, env=ON_TORCH, **AMD),
    row("KD725", "tensorflow-rocm==2.14.0.600 keras==2.14.0", observed={}, **AMD),
    in_container("KD726", BUILT, E, "NVIDIA_DRIVER_CAPABILITIES", env={"NVIDIA_DRIVER_CAPABILITIES": "utility"}),
    in_container("KD726", BUILT, env={"NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}),
    in_container("KD726", BUILT, env={"NVIDIA_DRIVER_CAPABILITIES": "utility"}, **libs(libcuda="570.86.10")),
    row("KD726", BUILT, env={"NVIDIA_DRIVER_CAPABILITIES": "utility"}),
    in_container("KD727", BUILT, W, "nvidia-driver gpu", observed=NO_UVM),
    row("KD727", BUILT, N, "nvidia-driver", observed=NO_UVM),
    row("KD727", BUILT, observed={"nvidia-mig": "GPU 0 of 1 split by MIG"}),
    row("KD727", "tensorflow-cpu==2.20.0 keras==3.12.0", observed=NO_UVM),
    row("KD736", "keras==3.12.0 torch==2.9.0+cpu", E, "KERAS_TORCH_DEVICE torch", env=ON_CUDA),
    row("KD736", "keras==3.12.0 torch==2.9.0", E, "KERAS_TORCH_DEVICE", env=ON_CUDA, accelerators=()),
    row("KD736", "keras==3.12.0 torch==2.9.0", env=ON_CUDA),
    row("KD736", "keras==3.12.0 torch==2.9.0", env=ON_CUDA, accelerators=None),
    row("KD736", "keras==3.12.0 torch==2.9.0", env={**ON_CUDA, "KERAS_TORCH_DEVICE": "cpu"}, accelerators=()),
    row("KD736", "keras==3.12.0 torch==2.9.0 jax==0.8.1", env={**ON_CUDA, "KERAS_BACKEND": "jax"}, accelerators=()),
    row("KD721", "tensorflow-rocm==2.14.0.600", N, "HIP_VISIBLE_DEVICES gpu", env={"HIP_VISIBLE_DEVICES": "-1"}, **AMD),
    row("KD732", JAX + "jax-rocm7-plugin==0.7.0", E, "jax-rocm7-plugin jaxlib", env=ON_JAX, **AMD),
    row("KD732", JAX + "jax-rocm7-plugin==0.8.1", env=ON_JAX, **AMD),
    # A GPU of which only the name is known.
    row("KD713", BUILT, E, "tensorflow gpu", accelerators=gpus(None, name="RTX 5090")),
    row("KD713", BUILT, accelerators=gpus(None, name="NVIDIA GeForce RTX 4090")),
    row("KD713", BUILT, accelerators=gpus(None, name="some GPU")),
    row("KD711", "tensorflow==2.15.0", E, "nvidia-driver tensorflow", **driver("470.199.02")),
    row("KD711", "tensorflow==2.15.0", **driver("525.60.13")),
    row("KD711", "tensorflow==2.15.0", **driver("525")),
    row("KD711", "tensorflow==2.14.0", **driver("470.199.02")),
    row("KD711", "tensorflow==2.15.0", E, **driver("526.98"), wsl=True),
    row("KD711", "tensorflow==2.10.1", E, **driver("451.48"), **WINDOWS, python="3.10.4"),
    row("KD711", "tensorflow==2.3.1", E, **driver("410.48")),
    row("KD711", "tensorflow==1.14.0 cudatoolkit==10.1.168", E, **driver("410.72"), **PASTE),  # Conda's build.
    row("KD711", "tensorflow-gpu==1.14.0", **driver("410.72"), **PASTE),
    row("KD711", "tensorflow-gpu==1.5.0", E, **driver("384.69")),
    row("KD711", "tensorflow-gpu==1.2.0", E, **driver("367.57")),
    row("KD711", "tensorflow-gpu", E, **driver("388.73"), **libs(cuda="10.0"), **WINDOWS, **PASTE),
    row("KD711", "tensorflow-gpu", **driver("411.31"), **libs(cuda="10.0"), **WINDOWS, **PASTE),
    row("KD711", "tensorflow-gpu", **driver("388.73"), **libs(cuda="10.0"), **WINDOWS),  # Nobody says that this is the CUDA in use.
    row("KD711", "tensorflow==2.15.0", **driver("470.199.02"), **libs(libcuda="535.54.03")),  # A compatibility package.
    row("KD711", "keras==3.12.0 torch==2.11.0", E, "torch", **driver("570.124.06"), env=ON_TORCH),
    row("KD711", "keras==3.12.0 torch==2.11.0+cu126", **driver("570.124.06"), env=ON_TORCH),
    row("KD711", JAX + "jax-cuda13-plugin==0.8.1", E, "jax-cuda13-plugin", **driver("575.51.03"), env=ON_JAX),
    row("KD712", "tensorflow==2.4.1", E, "nvidia-driver", **driver("450.66"), **libs(libcuda="450.142.00")),
    row("KD712", "tensorflow==2.18.1", **driver("535.154.05"), **libs(libcuda="535.154.05")),
    row("KD712", "tensorflow==2.18.1", **driver("535.154"), **libs(libcuda="535.154.05")),
    row("KD712", "tensorflow==2.18.1", **driver("535.154.05"), **libs(libcuda="550.54.14")),  # Served on a data-centre GPU.
    row("KD712", "x==1", E, **driver("535.54"), **libs(libcuda="550.54.14"), accelerators=gpus("8.9", name="GeForce RTX 4090")),
    row("KD712", "x==1", E, **driver("470.182.03"), **libs(libcuda="520.61.05"), accelerators=gpus("3.7", name="Tesla K80")),
    row("KD712", "x==1", W, **driver("535.54"), **libs(libcuda="550.54.14"), accelerators=gpus("8.9")),
    row("KD712", "x==1", **driver("551.61"), **libs(libcuda="550.54.14"), wsl=True),
    # The code in the wheels.
    row("KD713", "tensorflow==2.20.0", E, "tensorflow gpu", **cc("12.0")),
    row("KD713", "tensorflow==2.16.2", E, **cc("10.0")),
    row("KD713", "tensorflow==2.17.0", E, **cc("5.2")),
    row("KD713", "tensorflow==2.16.1", **cc("5.2")),
    row("KD713", "tensorflow==2.15.0", E, **cc("3.7")),
    row("KD713", "tensorflow==2.3.0", E, **cc("8.6")),
    row("KD713", "tensorflow==2.17.0", W, **cc("8.6", "5.2")),
    row("KD713", "tensorflow==2.18.0", **cc("8.9")),
    row("KD713", "tensorflow==2.18.0", **cc("9.0")),
    row("KD713", "tensorflow==2.18.0+nv25.2", **cc("12.0")),
    row("KD713", "tensorflow==2.23.0", **cc("12.0")),  # Newer than what is known.
    row("KD713", "tensorflow-cpu==2.20.0", **cc("12.0")),
    row("KD713", "tensorflow==2.20.0 keras==3.12.0 torch==2.8.0", N, "tensorflow", **cc("12.0"), env=ON_TORCH),
    row("KD713", "torch==2.7.0.dev20250310+cu124", E, "torch gpu", **cc("12.0", "12.0")),
    row("KD713", "torch==2.8.0", **cc("12.0")),
    row("KD713", "torch==2.8.0", E, "torch", **cc("6.1")),
    row("KD713", "torch==2.8.0+cu126", **cc("6.1")),
    row("KD713", "torch==1.10.1", E, "torch", **cc("8.0")),
    row("KD713", "torch==1.10.1", **cc("7.5")),
    row("KD713", "torch==1.10.1+cu111", **cc("8.0")),
    row("KD713", "torch==1.4.0", E, "torch", **cc("8.6")),
    row("KD713", "torch==1.13.1+cu117", E, "torch", **cc("9.0")),
    row("KD713", "torch==2.0.1+cu118", **cc("9.0")),
    row("KD713", "tensorflow-gpu==1.12.0", W, "tensorflow-gpu gpu", **cc("7.5")),
    row("KD713", "tensorflow-gpu==1.13.1", **cc("7.5")),
    row("KD713", "tensorflow-gpu==1.12.0", **cc("7.0")),
    row("KD713", "torch==2.9.0", **cc("12.1")),
    row("KD713", JAX + "jax-cuda13-plugin==0.8.1", E, "jax-cuda13-plugin gpu", **cc("7.0"), env=ON_JAX),
    row("KD713", JAX12, **cc("7.0"), env=ON_JAX),
    row("KD713", JAX12.replace("0.8.1", "0.5.3"), E, "jax", **cc("12.0"), env=ON_JAX),
    row("KD713", "jax==0.4.9 jaxlib==0.4.9+cuda11.cudnn86", E, "jaxlib gpu", **cc("3.7")),
    row("KD713", "jax==0.4.3 jaxlib==0.4.3+cuda11.cudnn86", **cc("3.7")),
    row("KD713", "tensorflow-rocm==2.14.0.600", E, "tensorflow-rocm gpu", accelerators=gpus(None, name="Radeon RX 7900 XTX", vendor="amd")),
    row("KD713", "tensorflow-rocm==2.14.0.600", accelerators=gpus(None, name="AMD GPU (gfx90a)", vendor="amd")),
    row("KD713", "tensorflow-rocm==2.13.0.570", E, accelerators=gpus(None, name="AMD GPU (gfx1031)", vendor="amd")),
    row("KD713", "tensorflow-rocm==2.13.0.570", **AMD_6800M, env={"HSA_OVERRIDE_GFX_VERSION": "10.3.0"}),
    row("KD713", "tensorflow-rocm==2.14.0.600", E, **AMD_6800M, env={"HSA_OVERRIDE_GFX_VERSION": "10.3.0"}),
    row("KD713", "tensorflow-rocm==2.6.0", E, accelerators=gpus("gfx803", vendor="amd")),
    row("KD713", "tensorflow-rocm==2.5.0", accelerators=gpus("gfx803", vendor="amd")),
    row("KD713", "tensorflow-rocm==2.19.0", accelerators=gpus("gfx1100", vendor="amd")),  # Nobody read what it names.
    row("KD714", "tensorflow==2.15.0", N, "tensorflow gpu", **cc("9.0")),
    row("KD714", "tensorflow==2.15.0", **cc("8.9")),
    row("KD714", "tensorflow==2.16.1", **cc("9.0")),
    # Variables.
    row("KD721", "tensorflow==2.18.1", N, "CUDA_VISIBLE_DEVICES", env={"CUDA_VISIBLE_DEVICES": ""}),
    row("KD721", "tensorflow==2.18.1", N, env={"CUDA_VISIBLE_DEVICES": "-1"}),
    row("KD721", "tensorflow==2.18.1", env={"CUDA_VISIBLE_DEVICES": "0"}),
    row("KD721", "tensorflow==2.18.1", env={"CUDA_VISIBLE_DEVICES": "-1"}, accelerators=()),
    row("KD722", "tensorflow", E, "CUDA_VISIBLE_DEVICES", env={"CUDA_VISIBLE_DEVICES": "1"}),
    row("KD722", "tensorflow", W, "CUDA_VISIBLE_DEVICES", env={"CUDA_VISIBLE_DEVICES": "0,1"}),
    row("KD722", "tensorflow", env={"CUDA_VISIBLE_DEVICES": "1,0"}, **cc("8.0", "8.0")),
    row("KD722", "tensorflow", env={"CUDA_VISIBLE_DEVICES": "GPU-8a2c"}),
    row("KD722", "tensorflow", env={"CUDA_VISIBLE_DEVICES": "3"}, accelerators=gpus("8.0", name="NVIDIA A100 MIG 1g.10gb")),
    row("KD722", "tensorflow", E, sources={"train.py": 'import os\nos.environ["CUDA_VISIBLE_DEVICES"] = "2"\n'}),
    row("KD722", "tensorflow", env={"CUDA_VISIBLE_DEVICES": "5"}, accelerators=()),
    row("KD723", "tensorflow-gpu==1.4.0", E, "LD_LIBRARY_PATH", **path("/usr/local/cuda/lib64/stubs")),
    row("KD723", "tensorflow==2.18.1", W, "LD_LIBRARY_PATH", **path("/usr/local/nvidia/lib64", "/usr/local/cuda/lib64/stubs")),
    row("KD723", "tensorflow==2.18.1", **path("/usr/local/cuda/lib64")),
    row("KD723", "tensorflow==2.18.1", **path("/usr/local/cuda/lib64/stubs"), accelerators=()),
    row("KD724", JAX12, E, "LD_LIBRARY_PATH", env={**ON_JAX, "LD_LIBRARY_PATH": "/usr/local/cuda-12.2/lib64"}),
    row("KD724", JAX12, E, env={**ON_JAX, "LD_LIBRARY_PATH": "/usr/local/cuda/lib64"}, **libs(cuda="12.1")),
    row("KD724", JAX12, env={**ON_JAX, "LD_LIBRARY_PATH": "/usr/local/cuda-12.6/lib64"}),
    row("KD724", JAX12, env={**ON_JAX, "LD_LIBRARY_PATH": "/usr/local/cuda-11.8/lib64"}),
    row("KD724", JAX12, env={**ON_JAX, "LD_LIBRARY_PATH": "/usr/local/cuda-12.2/extras/CUPTI/lib64"}),
    row(
        "KD724",
        "jax==0.6.2 jaxlib==0.6.2 jax-cuda12-plugin==0.6.2",
        E,
        **PASTE,
        **path("/opt/nvidia/hpc_sdk/Linux_x86_64/24.5/cuda/12.4/lib64"),
    ),
    row("KD724", "tensorflow==2.18.1 nvidia-cudnn-cu12==9.3.0.75 " + CU12, E, "tensorflow", **path("/usr/local/cuda-12.1/lib64")),
    row("KD734", "jax==0.8.1", E, "JAX_PLATFORMS jax", env={"JAX_PLATFORMS": "gpu"}),
    row("KD734", "jax==0.8.1", E, "JAX_PLATFORMS jax", env={"JAX_PLATFORMS": "cuda"}, accelerators=()),
    row("KD734", "jax==0.8.1", env={"JAX_PLATFORMS": "cuda"}),
    row("KD734", "jax==0.8.1", env={"JAX_PLATFORMS": "cuda"}, accelerators=None),
    row("KD734", "jax==0.8.1", env={"JAX_PLATFORMS": "cpu"}, accelerators=()),
    row("KD734", "jax==0.8.1", E, "JAX_PLATFORMS", sources={"a.py": "jax.config.update('jax_platforms', 'gpu')"}),
    row("KD734", "jax==0.8.1 keras==3.8.0 tensorflow==2.18.1", N, env={"JAX_PLATFORMS": "gpu"}),
    # JAX and its plugins.
    row("KD731", JAX, E, "jax gpu", env=ON_JAX),
    row("KD731", JAX12, env=ON_JAX),
    row("KD731", JAX, accelerators=(), env=ON_JAX),
    row("KD731", JAX, **PASTE, env=ON_JAX),
    row("KD731", JAX, E, "jax platform", **WINDOWS, **PASTE, env=ON_JAX),
    row("KD731", JAX, env={**ON_JAX, "JAX_PLATFORMS": "cpu"}),
    row("KD731", JAX + "tensorflow==2.19.0"),
    row("KD731", "jax==0.4.20 jaxlib==0.4.20+cuda12.cudnn89", env=ON_JAX),
    row("KD732", JAX12.replace("plugin==0.8.1", "plugin==0.7.2"), E, "jax-cuda12-plugin jaxlib", env=ON_JAX),
    row("KD732", JAX12, env=ON_JAX),
    row("KD732", JAX12.replace("plugin==0.8.1", "plugin==0.7.2"), env=ON_JAX, accelerators=()),
    row("KD733", JAX12 + "jax-cuda13-plugin==0.8.1", W, "jax-cuda12-plugin jax-cuda13-plugin", env=ON_JAX),
    row("KD733", JAX12, env=ON_JAX),
    row("KD735", "jax==0.4.23 jax-cuda12-plugin==0.4.23 nvidia-nccl-cu12==2.16.5 tensorflow==2.15.0", E, "nvidia-nccl-cu12 jax tensorflow"),
    row("KD735", JAX12, env=ON_JAX),
    row("KD743", "jax==0.5.1 jaxlib==0.5.1 jax-metal==0.1.1", E, "jax-metal jax", **MAC),
    row("KD743", "jax==0.5.0 jaxlib==0.5.0 jax-metal==0.1.1", **MAC),
    row("KD743", "jax==0.8.0 jaxlib==0.8.0 jax-metal==0.1.1", **MAC, env={"JAX_PLATFORMS": "cpu"}),
    row("KD743", "jax==0.8.0 jaxlib==0.8.0 jax-metal==0.2.0", **MAC),
    row("KD743", "jax==0.4.28 jaxlib==0.4.28 jax-metal==0.0.7", E, "jax-metal jaxlib", **MAC),
    row("KD743", "jax==0.4.28 jaxlib==0.4.28 jax-metal==0.0.7", **MAC, env={"ENABLE_PJRT_COMPATIBILITY": "1"}),
    row("KD743", "jax==0.4.26 jaxlib==0.4.26 jax-metal==0.0.7", **MAC),
    row("KD743", "jax==0.4.30 jaxlib==0.4.30 jax-metal==0.1.0", **MAC),
    row("KD761", "jax==0.9.0 libtpu==0.0.30", E, "libtpu jax", **TPU),
    row("KD761", "jax==0.9.0 libtpu==0.0.34.1", **TPU),
    row("KD761", "jax==0.9.0 libtpu==0.0.50", **TPU),
    row("KD761", "jax==0.9.0 libtpu==0.0.30", accelerators=()),
    row("KD761", "jax==0.3.19 libtpu-nightly==0.1.dev20220926", E, "libtpu-nightly jax", **TPU),
    row("KD761", "jax==0.3.17 libtpu-nightly==0.1.dev20220723", **TPU),
    row("KD761", "jax==0.5.2 libtpu==2.18.0", E, "libtpu jax", **TPU),
    row("KD761", "tensorflow-tpu==2.18.0 libtpu==2.18.0", **TPU),
    row("KD762", "jax==0.4.14 libtpu-nightly==0.1.dev20230727", E, "libtpu-nightly jax", **TPU),
    row("KD762", "jax==0.4.16 libtpu-nightly==0.1.dev20230918", **TPU),
    row("KD763", "jax==0.9.0", E, "libtpu jax", **TPU),
    row("KD763", "jax==0.9.0", **TPU, **PASTE),
    row("KD763", "jax==0.9.0", **TPU, env={"TPU_LIBRARY_PATH": "/lib/libtpu.so"}),
    row("KD764", "tensorflow==2.19.0", E, "tensorflow tensorflow-tpu", **TPU),
    row("KD764", "tensorflow==2.18.0", W, "tensorflow", **TPU),  # An image of a TPU machine may carry a build that knows it.
    row("KD764", "tensorflow==2.15.0", **TPU),
    row("KD764", "tensorflow-tpu==2.19.1", **TPU),
    row("KD764", "tensorflow-cpu==2.20.0 jax==0.9.0 libtpu==0.0.34", **TPU),
    row("KD764", "tensorflow==2.19.0", accelerators=()),
    row("KD764", "tensorflow==2.19.0 keras==3.10.0 torch==2.8.0", **TPU, env=ON_TORCH),
    # Metal, ROCm, the processor.
    row("KD741", "tensorflow==2.18.0 tensorflow-metal==1.1.0", E, "tensorflow-metal tensorflow", **MAC),
    row("KD741", "tensorflow==2.17.0 tensorflow-metal==1.1.0", **MAC),
    row("KD741", "tensorflow==2.19.1 tensorflow-metal==1.2.0", **MAC),
    row("KD741", "tensorflow==2.20.0 tensorflow-metal==1.2.0", E, **MAC),
    row("KD741", "tensorflow==2.20.0 tensorflow-metal==1.3.0", **MAC),
    row("KD741", "tensorflow-macos==2.11.0 tensorflow-metal==0.6.0", E, "tensorflow-macos", **MAC),
    row("KD741", "tensorflow-macos==2.9.2 tensorflow-metal==0.5.1", **MAC),
    row("KD741", "tensorflow==2.16.2 tensorflow-metal==1.2.0", W, **MAC),
    row("KD741", "tensorflow==2.18.0 tensorflow-metal", **MAC),
    row("KD742", "tensorflow-macos==2.11.0 tensorflow-metal", E, "tensorflow-metal tensorflow-macos", **MAC),
    row("KD742", "tensorflow-macos==2.12.0 tensorflow-metal==0.8.0", **MAC),
    row("KD742", "tensorflow-macos==2.10.0 tensorflow-metal==0.6.0", **MAC),
    row("KD751", "tensorflow-rocm==2.3.4", E, "tensorflow-rocm", **AMD, **libs(rocm="3.9.1")),
    row("KD751", "tensorflow-rocm==2.3.3", **AMD, **libs(rocm="3.9.1")),
    row("KD751", "tensorflow-rocm==2.14.0.600", E, **AMD, **libs(rocm="5.7.1")),
    row("KD751", "tensorflow-rocm==2.12.1.570", W, **AMD, **libs(rocm="5.4.0")),
    row("KD751", "tensorflow-rocm==2.12.1.570", **AMD, **libs(rocm="5.7.1")),
    row("KD751", "tensorflow-rocm==2.16.2", W, **AMD, **libs(rocm="6.1.2")),
    row("KD751", "tensorflow-rocm==2.16.2", **AMD, **libs(rocm="6.3.0")),
    row("KD751", "tensorflow-rocm==2.19.0", **AMD, **libs(rocm="7.0.0")),
    row("KD751", "tensorflow-rocm==2.14.0.600", **AMD),
    row("KD751", "tensorflow-rocm==2.1.1", E, **AMD, **libs(rocm="3.5")),
    row("KD751", "tensorflow-rocm==1.14.5", E, **AMD, **libs(rocm="3.5")),
    row("KD751", "tensorflow-rocm==1.14.5", **AMD, **libs(rocm="3.0")),
    row("KD751", "tensorflow-rocm==2.0.1", E, **AMD, **libs(rocm="3.1")),
    row("KD751", "tensorflow-rocm==2.9.1", **AMD, **libs(rocm="5.2.3")),
    row("KD751", "tensorflow-rocm==2.9.1", E, **AMD, **libs(rocm="6.0.0")),
    row("KD771", "tensorflow==2.4.0", E, "tensorflow cpu", cpu_flags=frozenset({"avx", "sse4_2"}), accelerators=()),
    row("KD771", "tensorflow==2.4.1", cpu_flags=frozenset({"avx", "sse4_2"}), accelerators=()),
    row("KD771", "tensorflow==2.18.1", E, "tensorflow cpu", cpu_flags=frozenset({"sse4_2"}), accelerators=()),
    row("KD771", "tensorflow==1.5.0", cpu_flags=frozenset({"sse4_2"}), accelerators=()),
    row("KD771", "tensorflow==2.18.1", cpu_flags=None),
    row("KD771", "tensorflow==2.18.1", **ARM, cpu_flags=frozenset({"asimd"}), accelerators=()),
    row("KD771", "jaxlib==0.8.1", E, "jaxlib cpu", cpu_flags=frozenset({"sse4_2"}), accelerators=()),
    row("KD771", "jaxlib==0.4.1", E, "jaxlib cpu", **ROSETTA),
    row("KD771", "tensorflow==2.11.0", E, "tensorflow cpu", **ROSETTA),
    row("KD771", "tensorflow-macos==2.11.0", **ROSETTA),
    row("KD771", "tensorflow==2.11.0", **ROSETTA, cpu_flags=frozenset({"avx", "avx2"})),  # As newer ones can show it.
    row("KD771", "tensorflow==2.11.0", **MAC),
)


@pytest.mark.parametrize("case", ROWS, ids=lambda c: f"{c.code}-{'-'.join(f'{d.name}{d.version}' for d in c.snapshot.distributions)[:60]}")
def test_rule(case: Row) -> None:
    findings, crashed = rules.run(couple(case.snapshot))
    assert not crashed
    found = [finding for finding in findings if finding.rule == case.code]
    if case.severity is None:
        assert not found, found
        return
    assert found, f"{case.code} did not speak; others: {[(f.rule, f.summary) for f in findings]}"
    assert max(finding.severity for finding in found) is case.severity
    named = {subject for finding in found for subject in finding.subjects}
    assert set(case.subjects.split()) <= named
    for finding in found:
        assert finding.summary
        assert finding.cause.endswith(".")
        assert "None" not in f"{finding.summary} {finding.cause} {finding.advice or ''}"
        assert finding.evidence
        assert finding.severity is N or finding.ways or finding.advice


@pytest.mark.parametrize("code", [code for code in codes() if code.startswith("KD7")])
def test_every_rule_has_a_row_that_fires_and_one_that_stays_quiet(code: str) -> None:
    assert any(case.code == code and case.severity is not None for case in ROWS)
    assert any(case.code == code and case.severity is None for case in ROWS)


#: Environments that work, as their documentation or their users say.
HEALTHY = (
    row("", "tensorflow==2.18.1 keras==3.8.0", accelerators=(), **libs(cuda="11.8", cudnn="8.6"), **driver("390.157")),
    row("", "tensorflow==2.20.0 keras==3.12.0", accelerators=None, drivers=None, **libs()),
    row("", "tensorflow==2.18.1 keras==3.8.0 nvidia-cudnn-cu12==9.3.0.75 " + CU12, **libs(libcuda="550.54.14"), **driver("550.54.14")),
    row("", "tensorflow==2.12.0 keras==2.12.0", **libs(cuda="11.8", cudnn="8.6.0"), **driver("520.61.05")),
    row("", "tensorflow==2.10.1 keras==2.10.0", **WINDOWS, python="3.10.4", **libs(cuda="11.2", cudnn="8.1"), **driver("560.76")),
    row("", JAX12 + "tensorflow-cpu==2.20.0", env=ON_JAX, **libs(), **driver("535.154.05")),
    row("", "keras==3.12.0 torch==2.11.0 nvidia-cudnn-cu13==9.19.0.56", env=ON_TORCH, **libs(), **driver("580.65.06")),
    row("", "tensorflow==2.17.0+nv24.10 keras==3.4.1", **cc("12.0"), **libs(cuda="12.6.2", cudnn="9.5.0"), **driver("570.86.15")),
    row("", "tensorflow==2.17.0 keras==3.4.1 tensorflow-metal==1.1.0", **MAC),
    row("", "tensorflow==2.18.1 keras==3.8.0", **MAC),
    row("", "tensorflow==2.18.1 keras==3.8.0 nvidia-cudnn-cu12==9.3.0.75 " + CU12, wsl=True, **libs(), **driver("551.61")),
    row("", "tensorflow-rocm==2.14.0.600 keras==2.14.0", **AMD, **libs(rocm="6.0.2")),
    row("", "jax==0.9.0 jaxlib==0.9.0 libtpu==0.0.34 keras==3.12.0", **TPU, env=ON_JAX),
)


@pytest.mark.parametrize("case", HEALTHY, ids=lambda c: "-".join(f"{d.name}{d.version}" for d in c.snapshot.distributions)[:60])
def test_no_false_alarm(case: Row) -> None:
    findings, crashed = rules.run(couple(case.snapshot))
    assert not crashed
    assert [finding for finding in findings if finding.rule.startswith("KD7") and finding.severity is not N] == []


SETS = [json.loads(line) for line in (Path(__file__).parent / "data" / "healthy.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", [one for one in SETS if "nvidia-" in one["installed"]], ids=lambda one: one["name"])
def test_no_false_alarm_on_healthy_sets_beside_a_gpu(case: dict[str, Any]) -> None:
    env = {} if case["backend"] in ("any", None) else {"KERAS_BACKEND": case["backend"]}
    made = released(case["installed"], python=case["python"], env=env, accelerators=gpus("8.0"), **libs(libcuda="580.65.06"))
    findings, crashed = rules.run(couple(made._replace(drivers={"nvidia": "580.65.06"})))
    assert not crashed
    assert [finding.summary for finding in findings if finding.severity is not N] == []


@pytest.mark.parametrize("odd", ["", "x", "12.2 Update 1", "1!2.0", "9" * 5000, "\u0662.\u0663", "-1", "12.", "12..2", "\x1b[31m"])
def test_odd_versions_crash_nothing_and_accuse_nobody(odd: str) -> None:
    names = ("tensorflow==2.18.1", "keras", "jax", "jaxlib", "jax-cuda12-plugin", "nvidia-cudnn-cu12", "torch", "tensorflow-rocm", "libtpu")
    made = snapshot(
        " ".join(names),
        accelerators=(*gpus(odd), *gpus("8.0"), *gpus(None, vendor="amd"), *gpus(None, vendor="google")),
        libraries=dict.fromkeys(("cuda", "cudnn", "rocm", "libcuda"), odd),
        drivers={"nvidia": odd},
        env={"CUDA_VISIBLE_DEVICES": f"0,{odd}", "LD_LIBRARY_PATH": f"/usr/local/cuda-{odd}/lib64:{odd}", "JAX_PLATFORMS": odd},
    )
    made = made._replace(distributions=tuple(one._replace(version=one.version or odd) for one in made.distributions))
    findings, crashed = rules.run(couple(made))
    assert not crashed
    assert {finding.rule for finding in findings if finding.rule.startswith("KD7")} <= {"KD702", "KD722"}


def test_conda_and_its_libraries_are_not_judged() -> None:
    conda = Snapshot(
        python=Python("3.11.7", prefix="/opt/conda/envs/tf"),
        platform=Platform("linux", "x86_64"),
        distributions=(Distribution("tensorflow", "2.18.0", (), installer="conda"), Distribution("keras", "3.8.0", ())),
        environment={},
        accelerators=gpus("12.0"),
        libraries={},
        cpu_flags=frozenset({"sse4_2"}),
    )
    assert [finding.rule for finding in rules.run(couple(conda))[0] if finding.rule.startswith("KD7")] == []


def test_the_loader_path_is_offered_where_the_wheels_are_known() -> None:
    one = Distribution("nvidia-cudnn-cu12", "8.9.7.29", (), location="/venv/lib/python3.11/site-packages")
    made = snapshot("tensorflow==2.16.1", accelerators=gpus("8.0"))
    findings, _ = rules.run(couple(made._replace(distributions=(*made.distributions, one))))
    ways = next(finding.ways for finding in findings if finding.rule == "KD707")
    assert (ways[0].environment["LD_LIBRARY_PATH"] or "").startswith("/venv/lib/python3.11/site-packages/nvidia/cudnn/lib:")


@pytest.mark.parametrize(
    ("version", "bound", "answer"),
    [("8", "8.9", False), ("8.8", "8.9", True), ("8.10", "8.9", False), ("525", "525.60.13", False), (None, "1", None), ("x", "1", None)],
)
def test_below(version: str | None, bound: str, answer: bool | None) -> None:
    assert below(version, bound) is answer


def test_the_tables_are_in_order() -> None:
    assert [since for since, _ in JAX_CUDNN] == sorted((since for since, _ in JAX_CUDNN), key=sort_key)
    assert all(below(linux, "1000") and below(windows, "1000") for linux, windows in DRIVERS.values())
    assert all(satisfies(oldest, f"<{later}") for oldest, later in METAL.values())
    assert list(JAX_LIBTPU) == sorted(JAX_LIBTPU, key=sort_key)
    assert list(JAX_LIBTPU.values()) == sorted(JAX_LIBTPU.values(), key=sort_key)
    assert all(build.cudnn.partition(".")[0].isdigit() for build in BUILDS.values())
