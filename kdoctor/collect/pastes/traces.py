"""Tracebacks: where the files lie, and which modules are not there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kdoctor.collect.pastes.facts import LOGS, Facts
from kdoctor.collect.pastes.places import note_place

_FILE = re.compile(r"\s*(?:File \"([^\"]{3,400})\", line \d+|File (\S{3,400}:\d+)|(\S{0,300}(?:site|dist)-packages\S{0,200})(?::\d+)?[: ])")
_MISSING = re.compile(r"\s*(?:E\s+)?(?:ModuleNotFoundError|ImportError)\s*:\s*No module named ['\"]?([\w.]{1,80})['\"]?\s*$")
#: Import name -> distribution, for modules whose absence says that the distribution is not installed.
_DISTRIBUTIONS = {
    "tensorflow": "tensorflow",
    "keras": "keras",
    "tf_keras": "tf-keras",
    "keras_core": "keras-core",
    "keras_hub": "keras-hub",
    "keras_nlp": "keras-nlp",
    "keras_cv": "keras-cv",
    "keras_tuner": "keras-tuner",
    "jax": "jax",
    "jaxlib": "jaxlib",
    "flax": "flax",
    "torch": "torch",
    "openvino": "openvino",
    "numpy": "numpy",
    "h5py": "h5py",
    "tensorflow_hub": "tensorflow-hub",
    "tensorflow_text": "tensorflow-text",
    "tensorflow_probability": "tensorflow-probability",
    "tensorflow_addons": "tensorflow-addons",
    "tensorflow_datasets": "tensorflow-datasets",
    "tensorflow_decision_forests": "tensorflow-decision-forests",
    "pkg_resources": "",
    "optree": "optree",
    "ml_dtypes": "ml-dtypes",
    "namex": "namex",
    "rich": "rich",
    "absl": "absl-py",
    "scipy": "scipy",
    "packaging": "packaging",
}


def trace(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read a line of a traceback, or a warning that names the file it comes from."""
    line = lines[at]
    if found := _MISSING.match(line):
        # A distribution that is there may be in another environment than the program that failed.
        if name := _DISTRIBUTIONS.get(found[1]):
            facts.missing(name, LOGS)
        facts.kinds.setdefault("a traceback", None)
        return 1
    if "-packages" in line:
        note_place(line, facts)
    if ("packages" in line or "File " in line) and (found := _FILE.match(line)):
        told = note_place(next(group for group in found.groups() if group), facts)
        if told:
            facts.kinds.setdefault("a traceback" if found[1] or found[2] else "a log", None)
        return 1
    return 0
