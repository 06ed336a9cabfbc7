"""What --deep reads of real environments: the very files that the loader refuses, and nothing where all is well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from rows import HEALTHY, HEALTHY_2_15, JAX_ONLY, NUMPY_2_ON_2_14, TWO_TENSORFLOWS

from lab import environments
from lab.environments import Recipe

pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform != "linux", reason="the link audit reads Linux libraries")]

#: TensorFlow 2.21 over 2.20 leaves these of 2.20, which ask for names that the libraries of 2.21 no longer have.
REFUSED = {
    "tensorflow/lite/python/analyzer_wrapper/_pywrap_analyzer_wrapper.so",
    "tensorflow/lite/python/interpreter_wrapper/_pywrap_tensorflow_interpreter_wrapper.so",
    "tensorflow/lite/python/metrics/_pywrap_tensorflow_lite_metrics_wrapper.so",
    "tensorflow/lite/python/optimize/_pywrap_tensorflow_lite_calibration_wrapper.so",
}


def checked(recipe: Recipe, home) -> dict[str, Any]:
    try:
        python = environments.kept(recipe)
    except LookupError as missing:
        pytest.skip(str(missing))
    command = [sys.executable, "-m", "kdoctor", "check", "--deep", "--python", str(python), "--format", "json"]
    variables = environments.surroundings(home, {}, python)
    done = subprocess.run(command, env=variables, cwd=environments.ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, 1), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_the_files_that_the_loader_refuses_are_named_and_no_others(tmp_path):
    report = checked(TWO_TENSORFLOWS, tmp_path)
    links = report["snapshot"]["disk"]["links"]
    assert {one["module"] for one in links} == REFUSED
    assert all(one["names"]["first"][0].startswith("Wrapped_PyInit__pywrap_") for one in links)
    assert {"KD301", "KD311"} <= set(report["usages"]["keras"]["because"])
    python = environments.kept(TWO_TENSORFLOWS)
    happened = environments.run(python, environments.PROGRAMS / "use_tensorflow_keras.py", tmp_path, {})
    assert not happened.works
    assert any(f"{os.sep}{path}: undefined symbol" in happened.said for path in REFUSED)


@pytest.mark.parametrize("recipe", [HEALTHY, HEALTHY_2_15, JAX_ONLY], ids=lambda recipe: recipe.name)
def test_where_all_is_well_nothing_is_found(recipe, tmp_path):
    report = checked(recipe, tmp_path)
    disk = report["snapshot"]["disk"]
    assert (disk["files"], disk["links"], disk["shadows"]) == ([], [], [])
    assert disk["modules"] > 50
    assert disk["lists"] > 10
    assert not [finding for finding in report["findings"] if finding["severity"] != "note" and finding["rule"] != "KD402"]


def test_what_was_compiled_for_numpy_1_is_found_under_numpy_2(tmp_path):
    report = checked(NUMPY_2_ON_2_14, tmp_path)
    assert {one["distribution"] for one in report["snapshot"]["disk"]["old_numpy"]} == {"tensorflow-cpu", "ml-dtypes"}
    assert report["snapshot"]["disk"]["links"] == []
