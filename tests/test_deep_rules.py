"""The rules on what --deep saw: rows on which each fires, rows on which it stays quiet."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from builders import snapshot

from kdoctor import rules
from kdoctor.doctor import diagnose
from kdoctor.knowledge.catalogue import codes
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.libraries import OPENED
from kdoctor.model import Accelerator, Disk, FileList, LinkFault, OldNumpy, Overlap, Owner, Severity, Shadow, Snapshot, Some

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE
BASE = "tensorflow==2.20.0 keras==3.12.0 numpy==2.3.5"


class Row(NamedTuple):
    """A snapshot, and either what the rule must say of it or (severity None) that it must stay quiet."""

    code: str
    snapshot: Snapshot
    severity: Severity | None = None
    words: str = ""
    breaks: str = ""


def row(code: str, severity: Severity | None = None, words: str = "", breaks: str = "", installed: str = BASE, **disk: Any) -> Row:
    seen = Disk(**{"files": (), "links": (), **disk})
    return Row(code, snapshot(installed, disk=seen), severity, words, breaks)


def lacks(*paths: str, total: int = 0, name: str = "keras", version: str = "3.12.0") -> dict[str, Any]:
    return {"files": (FileList(name, version, 700, missing=Some(max(total, len(paths)), paths)),)}


def changed(total: int, name: str = "keras", version: str = "3.12.0", **more: Any) -> dict[str, Any]:
    return {"files": (FileList(name, version, 700, changed=Some(total, ("keras/src/a.py",))),), **more}


def overlap(folder: str, total: int, *owners: tuple[str, str, int]) -> dict[str, Any]:
    return {"overlaps": (Overlap(folder, tuple(Owner(*one) for one in owners), Some(total, (f"{folder}/a.py",))),)}


TWO_TENSORFLOWS = overlap("tensorflow", 4507, ("tensorflow", "2.21.0", 4345), ("tensorflow-cpu", "2.20.0", 0))
SITE = "/env/lib/python3.11/site-packages"

METRICS = "tensorflow/lite/python/metrics/_pywrap_tensorflow_lite_metrics_wrapper.so"
#: What TensorFlow opens of CUDA 12, cuDNN last.
FOUND = (*OPENED["12"], "libcudnn.so.9")
ON_JAX = "jax==0.7.2 jaxlib==0.7.2 jax-cuda12-plugin==0.7.2 jax-cuda12-pjrt==0.7.2"
WHEELS = (
    "nvidia-cuda-runtime-cu12==12.5.82 nvidia-cublas-cu12==12.5.3.2 nvidia-cufft-cu12==11.2.3.61 nvidia-cusolver-cu12==11.6.3.83 "
    "nvidia-cusparse-cu12==12.5.1.3 nvidia-nvjitlink-cu12==12.5.82 nvidia-cuda-nvcc-cu12==12.5.82 nvidia-cudnn-cu12==9.3.0.75"
)


def fault(module: str, distribution: str | None, kind: str, *names: str) -> LinkFault:
    return LinkFault(module, distribution, kind, Some(len(names), names))


def on_gpu(one: Row) -> Row:
    device = Accelerator("nvidia", "NVIDIA A100-SXM4-40GB", "8.0")
    return one._replace(snapshot=one.snapshot._replace(accelerators=(device,), libraries={}, drivers={"nvidia": "560.35.03"}))


ROWS = (
    row("KD301", E, "4345", installed="tensorflow==2.21.0 tensorflow-cpu==2.20.0", **TWO_TENSORFLOWS),
    row(
        "KD304",
        W,
        "keras 2.15.0",
        installed="keras==3.12.0 keras==2.15.0",
        **overlap("keras", 9, ("keras", "3.12.0", 9), ("keras", "2.15.0", 0)),
    ),
    row("KD304", N, "conda believes", conda={"keras": "2.14.0"}),
    row("KD304", conda={"keras": "3.12.0"}),
    row("KD305", N, "~eras", leftovers=Some(1, ("~eras",))),
    row("KD305", leftovers=Some()),
    row("KD306", E, "keras/__init__.py", "keras", **lacks("keras/__init__.py", "keras/src/a.py", total=300)),
    row("KD306", W, "and 6 more", **lacks("keras/src/a.py", "keras/src/b.py", "keras/src/c.py", total=9)),
    row("KD306", W, "framework", **lacks("tensorflow/libtensorflow_framework.so.2", name="tensorflow", version="2.20.0")),
    row("KD306", N, "1 file", **lacks("tensorflow/include/a.h", name="tensorflow", version="2.20.0")),
    row("KD306", N, **lacks("numpy/tests/__init__.py", name="numpy", version="2.3.5")),
    row("KD306"),
    row("KD306", **lacks("keras/src/a.py", version="2.15.0")),  # A second copy's stale list: KD304 tells.
    row(
        "KD306",
        installed="tensorflow==2.21.0 tensorflow-cpu==2.20.0",
        **lacks("tensorflow/a.py", name="tensorflow-cpu", version="2.20.0"),
        **TWO_TENSORFLOWS,
    ),
    row("KD307", W, "jax 0.7.2", installed="jax==0.7.2 x==1", **overlap("jax", 40, ("jax", "0.7.2", 0), ("x", "1", 40))),
    row("KD307", N, installed="jax==0.7.2 x==1", **overlap("tests", 1, ("jax", "0.7.2", 0), ("x", "1", 1))),
    row("KD307", installed="tensorflow==2.21.0 tensorflow-cpu==2.20.0", **TWO_TENSORFLOWS),
    row("KD308", W, "mixture", **changed(40)),
    row("KD308", N, "edited", **changed(1)),
    row("KD308", **changed(40, "tensorflow-cpu", "2.20.0", **TWO_TENSORFLOWS)),
    row("KD309", E, "/lib/keras.py", "keras", shadows=(Shadow("keras", "/lib/keras.py", f"{SITE}/keras"),)),
    row("KD309", W, "/lib/keras", shadows=(Shadow("keras", "/lib/keras", f"{SITE}/keras"),)),
    row("KD309", W, "started here", shadows=(Shadow("tensorflow", "/home/me/tensorflow.py", f"{SITE}/tensorflow", here=True),)),
    row("KD309", shadows=()),
    row("KD310", N, "RECORD is missing", files=(FileList("keras", "3.12.0", problem="RECORD is missing"),)),
    row("KD310"),
    # Links.
    row("KD311", E, "Wrapped_PyInit_x", "tensorflow", links=(fault(METRICS, "tensorflow", "symbols", "Wrapped_PyInit_x"),)),
    row("KD311", W, "first used", links=(fault("tensorflow/python/_pywrap_toco_api.so", "tensorflow", "symbols", "x"),)),
    row("KD311", E, "cannot be loaded", "numpy", links=(fault("numpy/_core/_multiarray_umath.cpython-311.so", "numpy", "symbols", "x"),)),
    row("KD311", E, "tensorflow-text", links=(fault("tensorflow_text/python/ops/_x.so", "tensorflow-text", "symbols", "x"),)),
    row("KD311", W, "no installed distribution", links=(fault("x.so", None, "symbols", "x"),)),
    row("KD311", links=()),
    row(
        "KD312",
        E,
        "libcudnn.so.9 (nvidia-cudnn-cu12 9.x)",
        "tensorflow",
        links=(fault(METRICS, "tensorflow", "libraries", "libcudnn.so.9"),),
    ),
    row("KD312", W, "libgomp.so.1", links=(fault("h5py/h5.so", "h5py", "libraries", "libgomp.so.1"),)),
    row(
        "KD312",
        N,
        "libavformat.so.57",
        links=(fault("tensorflow_io/python/ops/libx.so", "tensorflow-io", "libraries", "libavformat.so.57"),),
    ),
    row("KD312"),
    row("KD313", E, "Cut off: 9 bytes", "tensorflow", links=(fault(METRICS, "tensorflow", "damaged", "cut off: 9 bytes are missing"),)),
    row("KD313", W, "Made for another machine", links=(fault("h5py/h5.so", "h5py", "machine", "made for another machine"),)),
    row("KD313"),
    row("KD314", W, "GLIBC_2.99 of libc.so.6", links=(fault("h5py/h5.so", "h5py", "versions", "GLIBC_2.99 of libc.so.6"),)),
    row("KD314"),
    row("KD771", W, "x86-64-v3", links=(fault("h5py/h5.so", "h5py", "instructions", "x86-64-v3"),)),
    row("KD771", links=(fault("h5py/h5.so", "h5py", "of the future", "x"),)),
    # What files were built for.
    row("KD501", W, "scipy 1.11.4", old_numpy=(OldNumpy("scipy", "1.11.4", Some(1, ("scipy/x.so",))),)),
    row("KD501", E, "ml-dtypes", "tensorflow", old_numpy=(OldNumpy("ml-dtypes", "0.2.0", Some(1, ("ml_dtypes/_custom_floats.cp.so",))),)),
    row("KD501", installed="keras==3.12.0 numpy==1.26.4", old_numpy=(OldNumpy("scipy", "1.11.4", Some(1, ("scipy/x.so",))),)),
    row("KD501", old_numpy=()),
    row("KD702", N, "libcudnn.so.9 (nvidia-cudnn-cu12)", gpu_libraries={"tensorflow": FOUND[:-1]}),
    row("KD702", gpu_libraries={"tensorflow": FOUND}),
    row("KD702", installed="tensorflow-cpu==2.20.0 keras==3.12.0", gpu_libraries={"tensorflow": ()}),
    row("KD702", gpu_libraries={}),
    row("KD702", N, "libcudnn.so.9", installed=ON_JAX, gpu_libraries={"jax": FOUND[:-1]}),
    row("KD702", installed=ON_JAX, gpu_libraries={"jax": FOUND}),
    on_gpu(row("KD702", N, "libcudnn.so.9", installed=f"{BASE} {ON_JAX} {WHEELS}", gpu_libraries={"jax": FOUND[:-1], "tensorflow": FOUND})),
    row("KD312", N, installed=ON_JAX, links=(fault("x/y.so", "jax-cuda12-plugin", "libraries", "libcufft.so.11"),)),
    on_gpu(row("KD312", W, "nvidia-cufft", links=(fault("x/y.so", "jax-cuda12-plugin", "libraries", "libcufft.so.11"),))),
    on_gpu(row("KD702", E, "libcufft.so.11 (nvidia-cufft-cu12)", gpu_libraries={"tensorflow": FOUND[:3]})),
    on_gpu(row("KD702", gpu_libraries={"tensorflow": FOUND}, installed=BASE + " " + WHEELS)),
    on_gpu(row("KD702", E, "libcudnn.so.9", gpu_libraries={"tensorflow": FOUND[:-1]}, installed=BASE + " " + WHEELS)),
)

CODES = [code for code in codes() if code.startswith(("KD306", "KD307", "KD308", "KD309", "KD31"))]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.code}-{case.severity.label if case.severity else 'quiet'}-{case.words}")
def test_rule(case: Row) -> None:
    findings, crashed = rules.run(couple(case.snapshot))
    assert not crashed
    found = [finding for finding in findings if finding.rule == case.code]
    if case.severity is None:
        assert not found
        return
    assert found, f"{case.code} did not speak; others: {[f.rule for f in findings]}"
    worst = max(found, key=lambda finding: finding.severity)
    assert worst.severity is case.severity
    assert case.words in " ".join([worst.summary, worst.cause, *(one.says for one in worst.evidence)])
    assert set(case.breaks.split()) <= worst.breaks
    assert not any("None" in finding.summary for finding in found)


@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_a_row_that_fires_and_one_that_stays_quiet(code: str) -> None:
    assert any(case.code == code and case.severity is not None for case in ROWS)
    assert any(case.code == code and case.severity is None for case in ROWS)


def test_what_lacks_files_is_installed_again() -> None:
    case = row("KD306", **lacks("keras/__init__.py", "keras/src/a.py", total=300))
    report = diagnose(case.snapshot)
    assert report.usages["keras"].works is False
    assert [remedy.reinstall for remedy in report.remedies] == [("keras",)]
    assert report.remedies[0].commands == ('python -m pip install --force-reinstall --no-deps "keras==3.12.0"',)


@pytest.mark.parametrize("kind", ["symbols", "damaged"])
def test_a_module_that_cannot_be_loaded_decides_the_usages_and_who_lies_over_it_is_the_cause(kind: str) -> None:
    case = row("KD311", installed="tensorflow==2.21.0 tensorflow-cpu==2.20.0 keras==3.12.0", **TWO_TENSORFLOWS)
    disk = case.snapshot.disk
    assert disk
    report = diagnose(case.snapshot._replace(disk=disk._replace(links=(fault(METRICS, "tensorflow-cpu", kind, "x"),))))
    code = {"symbols": "KD311", "damaged": "KD313"}[kind]
    assert report.usages["tensorflow.keras"].works is False
    assert code in report.usages["tensorflow.keras"].because
    told = {finding.rule: finding for finding in report.findings}
    assert told[code].remedies == told["KD301"].remedies
    assert told[code].remedies


def test_what_was_built_for_numpy_1_takes_its_place_in_the_finding_from_metadata() -> None:
    case = row(
        "KD501",
        installed="tensorflow==2.14.1 keras==2.14.0 numpy==2.0.2",
        old_numpy=(OldNumpy("tensorflow", "2.14.1", Some(1, (METRICS,))),),
    )
    found = [finding for finding in diagnose(case.snapshot).findings if finding.rule == "KD501"]
    assert len(found) == 1
    assert any(METRICS in one.says for one in found[0].evidence)
