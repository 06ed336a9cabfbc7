"""What an environment is to compute on: wanted GPUs and TPUs against what is here and what the builds can use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import snapshot
from click.testing import CliRunner
from machines.recorded import RECORDED

from kdoctor.cli.check import check
from kdoctor.doctor import diagnose
from kdoctor.model import Accelerator, Intent, Location, Probe, ProbeStep, Severity, Snapshot

KERAS = "keras==3.12.0 numpy==2.1.3 "
TENSORFLOW = KERAS + "tensorflow==2.20.0"
A100 = (Accelerator("nvidia", "NVIDIA A100-SXM4-40GB", "8.0"),)
M2 = (Accelerator("apple", "Apple M2"),)
RADEON = (Accelerator("amd", "AMD GPU (gfx1100)"),)
ARC = (Accelerator("intel", "Intel GPU 8086:56a0"),)
TPU = (Accelerator("google", "TPU v5e"),)
CUDA = (
    " nvidia-cuda-runtime-cu12==12.5.82 nvidia-cublas-cu12==12.5.3.2 nvidia-cufft-cu12==11.2.3.61 nvidia-cusolver-cu12==11.6.3.83"
    " nvidia-cusparse-cu12==12.5.1.3 nvidia-nvjitlink-cu12==12.5.82 nvidia-nccl-cu12==2.25.1 nvidia-cuda-nvcc-cu12==12.5.82"
    " nvidia-cudnn-cu12==9.10.2.21 nvidia-cuda-cupti-cu12==12.5.82 nvidia-cuda-nvrtc-cu12==12.5.82 nvidia-curand-cu12==10.3.6.82"
)
MAC = {"system": "darwin", "machine": "arm64"}
JAX, TORCH = {"env": {"KERAS_BACKEND": "jax"}}, {"env": {"KERAS_BACKEND": "torch"}}


def wanting(installed: str, accelerator: str = "gpu", **more) -> Snapshot:
    return snapshot(installed, intent=Intent(accelerator=accelerator), **more)


def said(one: Snapshot) -> list[tuple[str, Severity]]:
    return [(found.rule, found.severity) for found in diagnose(one).findings if found.rule == "KD804"]


@pytest.mark.parametrize(
    "one",
    [
        wanting(TENSORFLOW, accelerators=()),
        wanting(TENSORFLOW, accelerators=A100, env={"CUDA_VISIBLE_DEVICES": "-1"}),
        wanting(KERAS + "tensorflow-cpu==2.20.0", accelerators=A100),
        wanting(TENSORFLOW, accelerators=M2, **MAC),
        wanting(TENSORFLOW, accelerators=ARC),
        wanting(KERAS + "jax==0.8.1 jaxlib==0.8.1", accelerators=RADEON, **JAX),
        wanting(KERAS + "torch==2.9.0+cpu", accelerators=A100, **TORCH),
        wanting(KERAS, accelerators=A100, env={"KERAS_BACKEND": "numpy"}),
        wanting(TENSORFLOW, "tpu", accelerators=A100),
        wanting(KERAS + "torch==2.9.0", "tpu", accelerators=TPU, **TORCH),
        wanting(TENSORFLOW, accelerators=None, unread={"nvidia": "an NVIDIA GPU is on the PCI bus, but no driver of NVIDIA's is loaded"}),
        wanting(TENSORFLOW, accelerators=None, unread={"nvidia": "NVML error 18: Driver/library version mismatch"}),
    ],
)
def test_what_cannot_be_used_is_an_error_once_it_is_wanted(one):
    assert said(one) == [("KD804", Severity.ERROR)]
    assert diagnose(one).verdict == "error"
    assert said(one._replace(intent=None)) == []
    assert said(one._replace(intent=Intent(accelerator="cpu"))) == []


@pytest.mark.parametrize(
    "one",
    [
        wanting(TENSORFLOW + CUDA, accelerators=A100, drivers={"nvidia": "570.86.10"}),
        wanting(KERAS + "tensorflow==2.18.0 tensorflow-metal==1.2.0", accelerators=M2, **MAC),
        wanting(KERAS + "torch==2.9.0", accelerators=M2, **MAC, **TORCH),
        wanting(KERAS + "torch==2.9.0+xpu", accelerators=ARC, **TORCH),
        wanting(KERAS + "torch==2.9.0+rocm6.4", accelerators=RADEON, **TORCH),
        wanting(KERAS + "jax==0.8.1 jaxlib==0.8.1 libtpu==0.0.30", "tpu", accelerators=TPU, **JAX),
        # Builds of others: nobody knows what they can do.
        wanting(KERAS + "tensorflow==2.17.0+nv24.10", accelerators=A100),
        wanting(TENSORFLOW, "cpu", accelerators=A100),
    ],
)
def test_what_is_wanted_and_there_is_no_finding(one):
    assert said(one) == []


def test_another_error_on_the_devices_says_it_already():
    rules = [
        found.rule for found in diagnose(wanting(TENSORFLOW, accelerators=A100, libraries={})).findings if found.severity is Severity.ERROR
    ]
    assert rules == ["KD702"]


def test_unknown_is_told_as_unknown():
    assert said(wanting(TENSORFLOW, accelerators=None)) == [("KD804", Severity.WARNING)]
    assert said(wanting(TENSORFLOW, accelerators=None, unread={"nvidia": "NVML did not answer within 2 s"})) == [
        ("KD804", Severity.WARNING)
    ]


def test_who_wants_the_cpu_is_not_told_of_gpus():
    report = diagnose(wanting(TENSORFLOW, "cpu", accelerators=A100))
    assert (report.verdict, [found.rule for found in report.findings if found.severity is not Severity.NOTE]) == ("ok", [])


@pytest.mark.parametrize(
    ("devices", "severity"),
    [(("CPU", "GPU NVIDIA A100-SXM4-40GB"), None), (("CPU",), Severity.ERROR)],
)
def test_what_a_probe_saw_decides(devices, severity):
    steps = (ProbeStep("tensorflow.keras", "works", devices=devices),)
    for accelerators in (A100, None):
        found = said(
            wanting(TENSORFLOW + CUDA, accelerators=accelerators, drivers={"nvidia": "570.86.10"}, probe=Probe(("tensorflow",), steps, 300))
        )
        assert found == ([("KD804", severity)] if severity else [])


def test_the_place_of_the_wish_is_shown():
    place = Location("pyproject.toml", 3)
    one = wanting(TENSORFLOW)._replace(intent=Intent(accelerator="gpu", places={"accelerator": place}))
    assert next(found for found in diagnose(one).findings if found.rule == "KD804").locations == (place,)


@pytest.mark.parametrize("name", ["nouveau", "pod-on-gpu-host", "container-without-gpu"])
def test_recorded_machines_whose_gpu_is_out_of_reach(name):
    seen = RECORDED[name]["expect"]
    assert seen["devices"] in (None, [])
    one = wanting(TENSORFLOW, accelerators=None if seen["devices"] is None else (), unread=seen["unread"])
    assert said(one) == [("KD804", Severity.ERROR)]


def test_the_command_line_asks(tmp_path: Path):
    document = {"schema": "kdoctor.snapshot/1", "complete": True, "python": {"version": "3.11.7"}, "accelerators": [], "environment": {}}
    rows = [{"name": name, "version": version, "requires": []} for name, _, version in (row.partition("==") for row in TENSORFLOW.split())]
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps({**document, "distributions": rows, "platform": {"system": "linux", "machine": "x86_64"}}))
    run = CliRunner().invoke
    assert run(check, ["--from", str(path)]).exit_code == 0
    assert run(check, ["--from", str(path), "--require", "cpu"]).exit_code == 0
    assert "KD804" in run(check, ["--from", str(path), "--require", "gpu"]).output
    result = run(check, ["--from", str(path), "--backend", "jax"])
    assert (result.exit_code, "the jax backend is asked for, but Keras would run on tensorflow" in result.output) == (1, True)
    assert run(check, ["--from", str(path), "--backend", "tensorflow"]).exit_code == 0
    assert run(check, ["--from", str(path), "--require", "toaster"]).exit_code == 2
