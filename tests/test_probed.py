"""What a live probe saw against what was foretold: tables of small environments and of what happened in them."""

from __future__ import annotations

import pytest
from builders import snapshot

from kdoctor.doctor import diagnose
from kdoctor.model import Accelerator, Probe, ProbeStep, Report, Severity
from kdoctor.render import issue, text
from kdoctor.render.words import Face

HEALTHY = "tensorflow==2.18.1 keras==3.6.0"
#: Keras 2 under a TensorFlow that wants Keras 3: an error on every usage.
FORETOLD_TO_FAIL = "tensorflow==2.18.1 keras==2.15.0"
BOTH = ("tensorflow", "keras")
IMPORT_ERROR = {"outcome": "exception", "stage": "import", "error": "ImportError: undefined symbol: x", "where": "tensorflow/__init__.py:3"}


def step(name: str, **more) -> ProbeStep:
    return ProbeStep(name, **{"outcome": "works", "milliseconds": 1500, **more})


def well(keras: str = "keras 3.6.0", backend: str = "tensorflow", **more) -> tuple[ProbeStep, ...]:
    return tuple(step(name, resolves_to=keras, backend=backend, **more) for name in ("keras", "tensorflow.keras", "mixed"))


def judged(installed: str, *steps: ProbeStep, found: tuple[str, ...] | None = BOTH, **more) -> Report:
    return diagnose(snapshot(installed, probe=Probe(found, steps, 300), **more))


def codes(report: Report) -> list[tuple[str, Severity]]:
    return [(finding.rule, finding.severity) for finding in report.findings if finding.severity is not Severity.NOTE]


def works(report: Report) -> list[bool | None]:
    return [result.works for result in report.usages.values()]


def test_a_forecast_that_comes_true_says_nothing_new():
    report = judged(HEALTHY, *well())
    assert (report.verdict, codes(report), works(report)) == ("ok", [], [True] * 3)
    assert all(result.probed and result.foretold for result in report.usages.values())


def test_an_expected_failure_is_no_finding_of_its_own():
    foretold = diagnose(snapshot(FORETOLD_TO_FAIL))
    report = judged(
        FORETOLD_TO_FAIL, step("keras", **IMPORT_ERROR), step("tensorflow.keras", **IMPORT_ERROR), step("mixed", outcome="not run")
    )
    assert (report.verdict, codes(report)) == (foretold.verdict, codes(foretold))
    assert (works(report), report.remedies) == ([False] * 3, foretold.remedies)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (IMPORT_ERROR, "raises ImportError: undefined symbol: x"),
        ({"outcome": "signal", "stage": "import", "signal": "SIGILL"}, "dies of SIGILL"),
        ({"outcome": "signal", "stage": "fit", "signal": "SIGKILL", "out_of_memory": True}, "dies of SIGKILL for want of memory at fit"),
        ({"outcome": "time out", "stage": "import", "where": "x.py:1"}, "does not end within 300 s"),
        ({"outcome": "exit", "stage": "import", "code": 0}, "ends the process with code 0"),
    ],
)
def test_a_failure_that_nobody_foretold_is_an_error(how, words):
    report = judged(HEALTHY, step("keras", **how), step("tensorflow.keras", **how), step("mixed", outcome="not run"))
    assert (report.verdict, codes(report), works(report)) == ("error", [("KD811", Severity.ERROR)], [False] * 3)
    finding = report.findings[0]
    assert finding.summary == f"foretold to work, but fails: import keras and tensorflow.keras {words}"
    assert finding.subjects == ("keras", "tensorflow")
    assert all(result.because == ("KD811",) for result in report.usages.values())


def test_other_reasons_are_other_findings():
    other = {**IMPORT_ERROR, "error": "ImportError: another"}
    report = judged(HEALTHY, step("keras", **IMPORT_ERROR), step("tensorflow.keras", **other), step("mixed", outcome="not run"))
    assert codes(report) == [("KD811", Severity.ERROR)] * 2


def test_a_success_against_the_forecast_takes_the_errors_down():
    report = judged(FORETOLD_TO_FAIL, *well("keras 2.15.0"))
    assert (report.verdict, works(report)) == ("warning", [True] * 3)
    assert ("KD812", Severity.WARNING) in codes(report)
    assert all(severity is Severity.WARNING for _, severity in codes(report))


def test_a_half_success_leaves_the_error_of_the_other_half():
    report = judged(FORETOLD_TO_FAIL, step("keras", resolves_to="keras 2.15.0"), step("tensorflow.keras", **IMPORT_ERROR))
    assert report.verdict == "error"
    assert [result.works for result in report.usages.values()][:2] == [True, False]


def test_a_framework_that_keras_does_not_run_on_warns():
    report = judged(f"{HEALTHY} torch==2.5.1", *well(), step("torch", **IMPORT_ERROR), found=(*BOTH, "torch"))
    assert (report.verdict, codes(report)) == ("warning", [("KD811", Severity.WARNING)])
    assert report.findings[0].subjects == ("torch",)


@pytest.mark.parametrize(
    ("told", "rule"),
    [("3.6.0", None), ("3.6.0+local", None), ("3.6", None), ("nonsense", None), ("3.5.0", "KD813"), ("2.15.0", "KD813")],
)
def test_another_release_is_told(told, rule):
    report = judged(HEALTHY, *well(f"keras {told}", versions={"keras": told}))
    assert [code for code, _ in codes(report)] == [rule for rule in (rule,) if rule]


def test_a_module_that_is_not_found_fails():
    report = judged(HEALTHY, found=("tensorflow",))
    assert codes(report) == [("KD811", Severity.ERROR)]
    assert "No module named 'keras'" in report.findings[0].summary


def test_what_is_not_installed_is_said_so():
    shown = text.render(judged("keras==3.6.0 jax==0.8.1", step("keras"), found=("keras",), env={"KERAS_BACKEND": "jax"}), Face())
    assert "  tensorflow.keras        fails     fails     not installed" in shown


def test_an_interpreter_that_does_not_start_fails_everything():
    report = judged(HEALTHY, step("start", outcome="signal", stage="start", signal="SIGSEGV"), found=None)
    assert (codes(report), works(report)) == ([("KD814", Severity.ERROR)], [False] * 3)


def test_a_step_that_could_not_be_run_leaves_the_forecast():
    report = judged(HEALTHY, step("keras", outcome="not run", error="out of processes"), *well()[1:])
    assert (report.verdict, works(report)) == ("ok", [True] * 3)
    assert not report.usages["keras"].probed


def test_the_numpy_backend_may_fail_in_training():
    how = {"outcome": "exception", "stage": "fit", "error": "NotImplementedError: fit"}
    report = judged("keras==3.6.0 numpy==1.26.4", step("keras", **how), found=("keras",), env={"KERAS_BACKEND": "numpy"})
    assert not {code for code, _ in codes(report)} & {"KD811", "KD812"}
    assert report.usages["keras"].works is False


MIXED_FILES = "ImportError: tensorflow/x.so: undefined symbol: Wrapped_PyInit__pywrap_x"
HARMLESS = "2026-11-29 13:45:03.681682: I tensorflow/core/util/port.cc:110] oneDNN custom operations are on."
MEANS_SOMETHING = "W0000 gpu_device.cc:2341] Cannot dlopen some GPU libraries. Skipping registering GPU devices..."


def test_what_is_known_of_an_error_is_said():
    report = judged(HEALTHY, step("keras", **{**IMPORT_ERROR, "error": MIXED_FILES}), *well()[1:])
    finding = next(found for found in report.findings if found.rule == "KD811")
    assert "files of two TensorFlows are mixed" in finding.cause


@pytest.mark.parametrize(("line", "told"), [(HARMLESS, []), ("nothing that anybody knows", []), (MEANS_SOMETHING, ["KD815"])])
def test_what_means_something_is_a_note(line, told):
    report = judged(HEALTHY, *well(lines=(line,)))
    assert (report.verdict, [found.rule for found in report.findings]) == ("ok", told)


BUILT = (
    "tensorflow==2.18.1 keras==3.6.0 nvidia-cuda-runtime-cu12==12.5.82 nvidia-cublas-cu12==12.5.3.2 nvidia-cufft-cu12==11.2.3.61 "
    "nvidia-cusolver-cu12==11.6.3.83 nvidia-cusparse-cu12==12.5.1.3 nvidia-nvjitlink-cu12==12.5.82 nvidia-cuda-nvcc-cu12==12.5.82 "
    "nvidia-cudnn-cu12==9.3.0.75"
)
A100 = {"accelerators": (Accelerator("nvidia", "NVIDIA A100-SXM4-40GB", "8.0"),), "drivers": {"nvidia": "570.86.10"}, "libraries": {}}


@pytest.mark.parametrize(
    ("installed", "devices", "told"),
    [
        (BUILT, ("CPU", "GPU NVIDIA A100-SXM4-40GB"), []),
        (BUILT, ("CPU",), [("KD816", Severity.ERROR)]),
        (BUILT, None, []),
        # Without its libraries it was foretold to pass over the GPU.
        (HEALTHY, ("CPU",), [("KD702", Severity.ERROR)]),
        (HEALTHY, ("CPU", "GPU NVIDIA A100-SXM4-40GB"), [("KD702", Severity.WARNING)]),
    ],
)
def test_what_the_framework_lists_is_held_against_the_forecast(installed, devices, told):
    assert codes(judged(installed, *well(devices=devices), **A100)) == told


def test_the_text_shows_both():
    seen = well(devices=("CPU", "GPU NVIDIA L4", "GPU NVIDIA L4"))
    shown = text.render(judged(HEALTHY, *seen), Face())
    assert "  import keras            works     works     keras 3.6.0 on tensorflow, CPU, 2 x GPU NVIDIA L4, 1.5 s" in shown
    assert "a live import" not in shown
    failed = text.render(judged(HEALTHY, step("keras", **IMPORT_ERROR), *well()[1:]), Face())
    assert "  import keras            fails     works     at import: ImportError: undefined symbol: x" in failed


def test_the_report_for_an_issue_sets_both_beside_each_other():
    shown = issue.render(judged(HEALTHY, step("keras", **IMPORT_ERROR), *well()[1:]), ())
    assert "| probed live | happened | foretold | seen |" in shown
    assert "| import keras | fails | works | at import: ImportError: undefined symbol: x |" in shown
    assert "- not looked at: the files on disk, links between libraries\n" in shown


def test_the_report_for_an_issue_tells_of_no_probe_where_there_was_none():
    shown = issue.render(diagnose(snapshot(HEALTHY)), ())
    assert "probed live" not in shown
    assert "- not looked at: the files on disk, links between libraries, a live import" in shown
