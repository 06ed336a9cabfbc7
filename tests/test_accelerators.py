"""Which accelerators are found, on recorded machines and with an NVML that answers, fails, hangs or dies."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from machines.recorded import RECORDED, build

from kdoctor.collect.accelerators import read_accelerators
from kdoctor.collect.accelerators.nvidia import read_nvidia
from kdoctor.collect.accelerators.nvml import Answer, ask_nvml
from kdoctor.collect.tree import Tree
from kdoctor.gpu_names import FROM_FAMILY, LISTED, capability_of
from kdoctor.model import Accelerator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="recorded machines have names that Windows refuses")


def read(name: str, root: Path):
    machine = RECORDED[name]
    return read_accelerators(build(machine, root), machine["environ"], system=machine["system"], machine=machine["machine"])


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_machine(name: str, tmp_path: Path) -> None:
    expected = RECORDED[name]["expect"]
    found = read(name, tmp_path)
    assert found.devices == (None if expected["devices"] is None else tuple(Accelerator(*row) for row in expected["devices"]))
    assert found.drivers == expected["drivers"]
    assert found.libraries == expected["libraries"]
    assert found.unread == expected["unread"]
    assert found.observed == expected["observed"]


@pytest.mark.parametrize(
    ("files", "links", "environ", "libraries"),
    [
        ({"/usr/local/cuda/version.txt": "CUDA Version 10.1.243\n"}, {}, {}, {"cuda": "10.1.243"}),
        ({"/usr/local/cuda-12.4/bin/ptxas": ""}, {"/usr/local/cuda": "cuda-12.4"}, {}, {"cuda": "12.4"}),
        ({"/usr/local/cuda-9.2/a": "", "/usr/local/cuda-12.10/a": ""}, {}, {}, {"cuda": "12.10"}),
        ({"/apps/cuda-11.8/a": "", "/usr/local/cuda/version.txt": "CUDA Version 10.1.243"}, {},
         {"CUDA_HOME": "/apps/cuda-11.8"}, {"cuda": "11.8"}),
        ({"/usr/local/cuda/version.txt": "CUDA Version 10.1.243"}, {}, {"CUDA_HOME": "/gone/cuda-11.8"},
         {"cuda": "10.1.243"}),
        ({"/apps/libcudnn.so.9.1.0": "", "/usr/lib64/libcudnn.so.8.9.7": ""},
         {"/apps/libcudnn.so.9": "libcudnn.so.9.1.0", "/usr/lib64/libcudnn.so.8": "libcudnn.so.8.9.7"},
         {"LD_LIBRARY_PATH": ":relative:/apps"}, {"cudnn": "9.1.0"}),
        ({"/site/libcudnn.so.9": ""}, {}, {"LD_LIBRARY_PATH": "/site"}, {}),
        ({}, {"/usr/lib64/libcudnn.so.9": "libcudnn.so.9.1.0"}, {}, {}),
        ({"/usr/include/cudnn_version.h": "#define CUDNN_MAJOR 9\n"}, {}, {}, {}),
        ({}, {"/usr/local/cuda": "/usr/local/cuda"}, {}, {}),
        ({"/opt/rocm-5.7.1/.info/version": "5.7.1-98"}, {}, {}, {"rocm": "5.7.1"}),
        ({"/apps/rocm/.info/version": "6.0.0"}, {}, {"ROCM_PATH": "/apps/rocm"}, {"rocm": "6.0.0"}),
        ({"/usr/local/nvidia/lib64/libcuda.so.550.90.07": ""},
         {"/usr/local/nvidia/lib64/libcuda.so.1": "libcuda.so.550.90.07"}, {}, {"libcuda": "550.90.07"}),
    ],
    ids=["old-toolkit", "folder-name", "newest", "named", "named-not-there", "loader-path-first", "copy-of-a-wheel", "dangling",
         "half-a-header", "link-loop", "rocm-by-folder", "rocm-named", "kubernetes-engine"],
)  # fmt: skip
def test_libraries(files, links, environ, libraries, tmp_path: Path) -> None:
    root = build({"files": files, "links": links}, tmp_path)
    assert read_accelerators(root, environ, system="linux", machine="x86_64").libraries == libraries


def test_what_is_closed_is_unknown(tmp_path: Path) -> None:
    build({"files": {"/proc/bus/pci/devices": "", "/dev/kfd": ""}, "links": {"/sys/class/kfd": "/sys/class/kfd"}}, tmp_path)
    found = read_accelerators(str(tmp_path), {}, system="linux", machine="x86_64")
    assert found.devices is None
    assert "Too many" in found.unread["amd"] or "too many" in found.unread["amd"]


@pytest.mark.parametrize(
    ("name", "capability"),
    [
        ("NVIDIA A100-SXM4-80GB", "8.0"),
        ("Tesla V100-SXM2-16GB", "7.0"),
        ("Tesla T4", "7.5"),
        ("NVIDIA T4", "7.5"),
        ("NVIDIA H100 80GB HBM3", "9.0"),
        ("NVIDIA GH200 480GB", "9.0"),
        ("NVIDIA H100 80GB HBM3 MIG 1g.10gb", "9.0"),
        ("NVIDIA GeForce RTX 4070 Ti SUPER", "8.9"),
        ("NVIDIA GeForce RTX 3080 Laptop GPU", "8.6"),
        ("GeForce GTX 1060 6GB", "6.1"),
        ("GeForce GTX 1650 with Max-Q Design", "7.5"),
        ("NVIDIA GeForce GTX TITAN X", "5.2"),
        ("NVIDIA RTX 4000 Ada Generation", "8.9"),
        ("Quadro RTX 4000", "7.5"),
        ("NVIDIA A40-8Q", "8.6"),
        ("GRID T4-16C", "7.5"),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", "12.0"),
        ("NVIDIA GB10", "12.1"),
        ("NVIDIA TITAN X (Pascal)", "6.1"),
        # Names that could be two chips, or none that is known.
        ("NVIDIA TITAN X", None),
        ("NVIDIA RTX 4000", None),
        ("NVIDIA GeForce RTX 9090", None),
        ("NVIDIA GeForce GTX 1060 Ti Boost", None),
        ("NVIDIA A100X", None),
        ("NVIDIA Graphics Device", None),
        ("", None),
    ],
)
def test_capability_by_name(name: str, capability: str | None) -> None:
    assert capability_of(name) == capability


def test_every_name_of_the_table_finds_its_own_row() -> None:
    for table in (LISTED, FROM_FAMILY):
        for capability, names in table.items():
            assert {name: capability_of(f"NVIDIA {name}") for name in names} == dict.fromkeys(names, capability)


#: A stand-in for NVIDIA's binding, at its own boundary: the functions and the error that kdoctor uses.
BINDING = """
import os, time
class NVMLError(Exception):
    def __init__(self, words, value=3):
        super().__init__(words)
        self.value = value
class Memory:
    total = 25757220864
def nvmlInit(): pass
def nvmlSystemGetDriverVersion(): return "535.154.05"
def nvmlSystemGetCudaDriverVersion_v2(): return 12020
def nvmlDeviceGetCount(): return 1
def nvmlDeviceGetHandleByIndex(index): return index
def nvmlDeviceGetName(handle): return b"NVIDIA GeForce RTX 3090"
def nvmlDeviceGetCudaComputeCapability(handle): return 8, 6
def nvmlDeviceGetMemoryInfo(handle): return Memory
def nvmlDeviceGetMigMode(handle): raise NVMLError("Not Supported")
"""
RTX = Accelerator("nvidia", "NVIDIA GeForce RTX 3090", "8.6", 24564)


def ask(folder: Path, more: str, deadline: float = 20.0) -> Answer:
    (folder / "pynvml.py").write_text(BINDING + more, encoding="utf-8")
    return ask_nvml({"PYTHONPATH": "/nonexistent"}, deadline, [str(folder)])


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ("", Answer((RTX,), "535.154.05", "12.2")),
        ("print('noise of a library')", Answer((RTX,), "535.154.05", "12.2")),
        ("def nvmlDeviceGetCount(): return 0", Answer((), "535.154.05", "12.2")),
        ("def nvmlDeviceGetMigMode(handle): return [1, 1]", Answer((RTX,), "535.154.05", "12.2", mig=(0,))),
        ("def nvmlDeviceGetCudaComputeCapability(handle): return 9999, 9999",
         Answer((RTX._replace(compute_capability=None),), "535.154.05", "12.2")),
        ("def nvmlDeviceGetMemoryInfo(handle): raise NVMLError('Not Supported')",
         Answer((RTX._replace(memory_mib=None),), "535.154.05", "12.2")),
        ("def nvmlDeviceGetHandleByIndex(index): raise NVMLError('GPU is lost', 15)",
         Answer((Accelerator("nvidia"),), "535.154.05", "12.2", silent={0: "NVML error 15: GPU is lost"})),
        ("def nvmlInit(): raise NVMLError('Driver/library version mismatch', 18)",
         Answer(failure="NVML error 18: Driver/library version mismatch")),
        ("def nvmlDeviceGetCount(): os.kill(os.getpid(), 11)", Answer(failure="the process that asks NVML died of SIGSEGV")),
        ("del nvmlDeviceGetCount", Answer(failure="the process that asks NVML ended with status 1")),
        ("print('{}', flush=True); os._exit(0)", Answer(failure="the process that asks NVML said nothing that could be read")),
        ("os._exit(0)", Answer(failure="the process that asks NVML said nothing that could be read")),
    ],
    ids=["answers", "noise", "none", "mig", "capability", "memory", "lost", "fails", "dies", "old", "empty", "silent"],
)  # fmt: skip
def test_nvml(more: str, answer: Answer, tmp_path: Path) -> None:
    assert ask(tmp_path, more) == answer


def test_nvml_that_hangs_is_left(tmp_path: Path) -> None:
    began = time.monotonic()
    answer = ask(tmp_path, "def nvmlInit(): open(__file__ + '.pid', 'w').write(str(os.getpid())); time.sleep(60)", 1.5)
    assert answer == Answer(failure="NVML did not answer within 1.5 s")
    assert time.monotonic() - began < 4
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pynvml.py.pid").read_text(encoding="utf-8")), 0)


def test_nvml_is_not_asked_without_its_binding() -> None:
    assert ask_nvml({}, 1.0, []) == Answer(failure="nvidia-ml-py is not installed beside kdoctor")


@pytest.mark.parametrize(
    ("answer", "devices", "unread"),
    [
        (Answer((RTX,), "535.154.05", "12.2"), (RTX,), {}),
        (Answer((), "535.154.05", "12.2"), (), {}),
        (Answer(failure="unknown error"), (RTX._replace(memory_mib=None),), {"nvml": "unknown error"}),
        (Answer((Accelerator("nvidia"),), silent={0: "lost"}), (Accelerator("nvidia"),), {"nvidia-gpu-0": "lost"}),
    ],
    ids=["answers", "none", "fails", "lost"],
)  # fmt: skip
def test_nvml_and_the_files_of_the_driver(answer, devices, unread, tmp_path: Path) -> None:
    tree = Tree(build(RECORDED["nvidia-desktop"], tmp_path))
    found = read_nvidia(tree, (), machine="x86_64", ask=lambda: answer)
    assert (found.devices, found.driver, found.unread) == (devices, "535.154.05", unread)


def test_a_machine_without_a_driver_is_not_asked(tmp_path: Path) -> None:
    def ask() -> Answer:
        pytest.fail("there is no driver to ask")

    for name in ("plain-desktop", "nouveau", "container-without-gpu", "wsl2-amd"):
        root = tmp_path / name
        root.mkdir()
        read_nvidia(Tree(build(RECORDED[name], root)), (), machine="x86_64", ask=ask)


OPENED = """
import os, sys
root, environ, system, machine, report = *sys.argv[1:5], open(sys.argv[5], "w")
import kdoctor.collect
before = set(sys.modules)
from kdoctor.collect.accelerators import read_accelerators
from kdoctor.collect.machine import read_container, read_cpu_flags, read_libc, read_release, read_wsl
sys.addaudithook(lambda event, args: event in ("open", "os.listdir", "os.scandir", "subprocess.Popen", "ctypes.dlopen")
    and not (event == "open" and str(args[0]).endswith((".py", ".pyc"))) and print(event, args[0], file=report, flush=True))
read_accelerators(root, eval(environ), system=system, machine=machine)
read_cpu_flags(root), read_libc(root, "/usr/bin/python3"), read_wsl(root, {}), read_container(root, {})
read_release(system, root)
dear = {"pynvml", "subprocess", "ctypes", "json", "pathlib", "platform", "inspect", "dataclasses"}
print("loaded", *((dear & set(sys.modules)) - before), file=report)
"""


@pytest.mark.parametrize("name", ["plain-desktop", "nvidia-desktop", "jetson-orin", "amd-rocm", "macos-arm64", "windows-nvidia"])
def test_nothing_outside_the_root_is_opened_and_nothing_dear_is_loaded(name: str, tmp_path: Path) -> None:
    machine, root, report = RECORDED[name], tmp_path / "root", tmp_path / "report"
    root.mkdir()
    arguments = [build(machine, root), repr(machine["environ"]), machine["system"], machine["machine"], str(report)]
    home = str(Path(__file__).parents[1])
    program = f"import sys; sys.path.append({home!r})\n{OPENED}"
    command = [sys.executable, "-I", "-S", "-B", "-c", program, *arguments]
    subprocess.run(command, check=True, timeout=60)
    *opened, loaded = report.read_text(encoding="utf-8").splitlines()
    assert loaded == "loaded"
    assert opened, "the hook saw nothing"
    assert [line for line in opened if not line.partition(" ")[2].startswith(f"{root}/")] == []
