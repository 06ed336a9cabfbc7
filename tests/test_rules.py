"""Each rule: rows on which it fires, rows on which it stays quiet."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from builders import released, snapshot

from kdoctor import rules
from kdoctor.knowledge.catalogue import codes, name_of
from kdoctor.knowledge.conditions import read
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.explanations import text_of
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.tensorflow_keras import TOLERATED
from kdoctor.model import Distribution, Intent, Platform, Python, Severity, Snapshot

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE


class Row(NamedTuple):
    """A snapshot, and either what the rule must say of it or (severity None) that it must stay quiet."""

    code: str
    snapshot: Snapshot
    severity: Severity | None = None
    subjects: str = ""


def row(code: str, installed: str, severity: Severity | None = None, subjects: str = "", **more: Any) -> Row:
    return Row(code, snapshot(installed, **more), severity, subjects)


def metadata(code: str, installed: str, severity: Severity | None = None, subjects: str = "", **more: Any) -> Row:
    return Row(code, released(installed, **more), severity, subjects)


def here(python: Python, platform: Platform, subjects: str | None) -> Row:
    """An empty environment of an unusual interpreter: a note where no TensorFlow was made for it."""
    return Row("KD102", Snapshot(python=python, platform=platform), None if subjects is None else N, subjects or "")


def wanted(**wishes: Any) -> dict[str, Any]:
    return {"intent": Intent(**wishes)}


JAX, TORCH = {"KERAS_BACKEND": "jax"}, {"KERAS_BACKEND": "torch"}
THEANO = {"KERAS_BACKEND": "theano"}
LEGACY = {"TF_USE_LEGACY_KERAS": "1"}
ON_WINDOWS: dict[str, Any] = {"system": "windows", "machine": "amd64"}
ON_APPLE: dict[str, Any] = {"system": "darwin", "machine": "arm64"}
#: The family at TensorFlow 2.18, with everything that is imported at start.
WHOLE = (
    "tensorflow==2.18.1 keras==3.10.0 numpy==2.0.2 h5py==3.14.0 ml-dtypes==0.5.4 protobuf==5.29.6 wrapt==1.17.3 gast==0.7.0 "
    "optree==0.20.0 rich==14.0 namex==0.1.0 packaging==25.0 absl-py==2.3.1 astunparse==1.6.3 flatbuffers==25.12.19 google-pasta==0.2.0 "
    "grpcio==1.80.0 libclang==18.1.1 opt-einsum==3.4.0 requests==2.32.5 setuptools==80.9.0 six==1.17.0 tensorboard==2.18.0 "
    "termcolor==3.3.0 typing-extensions==4.15.0 tensorflow-io-gcs-filesystem==0.37.1 markdown==3.10 werkzeug==3.1 "
    "tensorboard-data-server==0.7.2 "
)

ROWS = (
    # Declared requirements.
    metadata("KD001", WHOLE),
    metadata("KD001", WHOLE.replace("h5py==3.14.0", "h5py==3.8.0"), E, "h5py tensorflow"),
    metadata("KD001", WHOLE.replace("numpy==2.0.2", "numpy==2.4.6"), W, "numpy tensorflow"),  # Beyond the cap, but known to run.
    metadata("KD001", WHOLE.replace("keras==3.10.0", "keras==3.3.3"), W, "keras tensorflow"),  # Below the floor, but known to run.
    metadata("KD001", "tensorflow-text==2.16.1 tensorflow==2.15.1", E, "tensorflow tensorflow-text", complete=False),
    metadata("KD001", "tensorflow-text==2.19.0 tensorflow==2.18.1", W, "tensorflow tensorflow-text", complete=False),
    metadata("KD001", "tensorflow-text==2.15.0 tensorflow-cpu==2.15.1", complete=False),  # tensorflow-cpu answers for tensorflow.
    metadata("KD001", "tensorflow==2.18.0 protobuf==6.33.5", W, "protobuf tensorflow", complete=False, **ON_WINDOWS),  # Of its body.
    metadata("KD001", "tensorflow==2.18.0 protobuf==5.29.6", complete=False, **ON_WINDOWS),
    row("KD001", "tensorflow==2.18.1 x==1", requires={"x": ("tensorflow<2",)}),  # Not of the family: not kdoctor's affair.
    row("KD001", "keras==3.5.0", requires={"keras": ('numpy<1; extra == "old"', 'rich>1; python_version < "3.8"')}),
    row("KD001", "tensorboard==2.11.2 protobuf==3.8.0", W, "protobuf", requires={"tensorboard": ("protobuf<4,>=3.9.2",)}),
    row("KD001", "tensorflow==2.14.1 keras==2.14.0 ml-dtypes==0.1.0", W, "ml-dtypes", requires={"tensorflow": ("ml-dtypes==0.2.0",)}),
    row("KD001", "keras==3.6.0 optree==0.20.0 typing-extensions==4.0.0", E, requires={"optree": ("typing-extensions>=4.6.0",)}),
    row("KD001", "keras==2.13.1 optree==0.20.0 typing-extensions==4.5.0", W, requires={"optree": ("typing-extensions>=4.6.0",)}),
    row("KD002", "tensorflow==2.18.1 keras==3.15.1", W, "h5py", requires={"keras": ("h5py",), "tensorflow": ("h5py>=3.11.0",)}),
    row("KD002", "tensorflow==2.18.1 keras==3.10.0", requires={"tensorflow": ('numpy>=1; python_version < "3"',)}),
    metadata("KD002", WHOLE.replace("optree==0.20.0", ""), E, "optree keras"),
    metadata("KD002", "tensorflow==2.11.0", E, "tensorflow-intel", **ON_WINDOWS, python=None, complete=False, absent="tensorflow-intel"),
    metadata("KD002", "tensorflow==2.11.0", python=None, complete=False, absent="tensorflow-intel"),  # Linux has no such body.
    metadata("KD002", WHOLE.replace("tensorboard==2.18.0", ""), W, "tensorboard tensorflow"),
    row("KD002", "keras==2.3.1 tensorflow==2.2.3", E, "scipy keras", requires={"keras": ("scipy>=0.14",)}),
    row("KD002", "keras==2.1.2 tensorflow==1.15.5", W, "scipy keras", requires={"keras": ("scipy>=0.14",)}),
    row("KD002", "keras==2.0.9 tensorflow==1.15.5", E, "pyyaml keras", requires={"keras": ("pyyaml",)}),
    row("KD002", "keras==1.2.2 tensorflow==1.15.5 setuptools==68.0.0", W, "pyyaml keras", requires={"keras": ("pyyaml",)}),
    row("KD002", "tensorflow==2.1.4", E, "keras-applications", requires={"tensorflow": ("keras-applications>=1.0.8",)}),
    row("KD002", "tensorflow==2.8.4", E, "keras-preprocessing", requires={"tensorflow": ("keras-preprocessing>=1.1.1",)}),
    row("KD002", "tensorflow==2.10.1", W, "keras-preprocessing", requires={"tensorflow": ("keras-preprocessing>=1.1.1",)}),
    metadata("KD002", WHOLE.replace("packaging==25.0", ""), W, "packaging"),
    metadata("KD002", WHOLE.replace("packaging==25.0", "").replace("setuptools==80.9.0", "setuptools==70.3.0"), E, "packaging keras"),
    row("KD002", "tensorflow==2.2.3", W, "keras-applications", requires={"tensorflow": ("keras-applications>=1.0.8",)}),
    metadata("KD002", "tensorflow==2.18.1", complete=False),  # A paste that does not name keras does not say that it is missing.
    metadata(
        "KD002", "tensorflow==2.15.0", E, "tensorflow-intel", system="windows", machine="amd64", complete=False, absent="tensorflow-intel"
    ),
    metadata("KD002", "tensorflow==2.15.0 keras==2.15.0", E, "tensorflow-intel", **ON_WINDOWS, folders={"tensorflow": None, "keras": 26}),
    metadata("KD002", WHOLE.replace("keras==3.10.0", ""), folders={"keras": 32}),  # The files are there, only the metadata is not.
    metadata("KD101", "keras==3.15.1", E, "keras python", python="3.10.13"),
    metadata("KD101", "keras==3.15.1", python="3.11.7"),
    row("KD101", "keras==2.3.1 theano==1.0.5", E, "keras python", python="3.10.13", env=THEANO),
    row("KD101", "keras==2.3.1 theano==1.0.5", python="3.9.18", env=THEANO),
    row("KD101", "keras==1.0.8 theano==1.0.5 setuptools==65.5.0", E, "keras python", python="3.11.7", env=THEANO),
    row("KD101", "keras==1.0.8 theano==1.0.5 setuptools==65.5.0", python="3.10.13", env=THEANO),
    row("KD102", "", E, "tensorflow python", python="3.12.1", sources={"requirements.txt": "# pins\ntensorflow==2.15.0\n"}),
    row("KD102", "", E, "tensorflow python", python="3.12.1", sources={"requirements.txt": "tensorflow>=2.10,<2.16  # old\n"}),
    row("KD102", "", E, "tensorflow", python="3.12.1", sources={"requirements.txt": "tensorflow==2.16.0"}),  # Never released.
    row("KD102", "", E, "tensorflow-cpu platform", **ON_APPLE, sources={"requirements.txt": "tensorflow-cpu==2.18.0"}),
    row("KD102", "", E, "tensorflow-intel platform", sources={"requirements.txt": "tensorflow-intel==2.15.0"}),
    row("KD102", "", E, "tensorflow platform", system="darwin", sources={"requirements.txt": "tensorflow==2.17.0"}),
    row("KD102", "", W, "optree python", python="3.14.0", sources={"requirements.txt": "optree==0.13.0"}),  # Built from source.
    row("KD102", "", E, "tensorflow python", python="3.12.1", sources={"requirements.txt": "tensorflow==2.15.0 \\\n  --hash=sha256:0\n"}),
    row("KD102", "", python="3.12.1", sources={"requirements.txt": 'tensorflow==2.15.0; python_version < "3.12"'}),
    row("KD102", "", python="3.14.0", complete=False, sources={"requirements.txt": "tensorflow"}),  # A pre-release has one.
    row("KD102", "", sources={"requirements.txt": "tensorflow>=99\ntensorflow==2.15.0+local\n"}),  # Perhaps it is there tomorrow.
    row("KD102", "tensorflow==2.15.0", python="3.12.1", sources={"requirements.txt": "tensorflow==2.15.0"}),  # Built by somebody.
    row("KD102", "tensorflow==2.15.0", E, "tensorflow python", python="3.12.1", origin="lockfile"),
    row("KD102", "tensorflow==2.15.0", N, "tensorflow python", python="3.12.1", origin="paste", complete=False),
    row("KD102", "tensorflow==2.15.0", python="3.11.7", origin="paste", complete=False),
    row("KD102", "tensorflow==2.15.0", python="3.12.1"),  # Installed: from conda or from source.
    row("KD102", "pip==25.0", N, "tensorflow python", python="3.14.0"),
    row("KD102", "pip==25.0", N, "tensorflow", python="3.13.0", system="darwin"),
    row("KD102", "pip==25.0", python="3.9.18"),
    row("KD102", "pip==25.0", python="3.14.0", complete=False),
    row("KD102", "keras==3.12.0 jax==0.7.2", python="3.14.0", env=JAX),  # Nobody misses TensorFlow.
    here(Python("3.13.0", free_threaded=True), Platform("linux", "x86_64", "glibc 2.36"), "tensorflow python"),
    here(Python("3.12.7", bits=32), Platform("windows", "amd64"), "tensorflow python platform"),
    here(Python("3.10.14", "pypy"), Platform("linux", "x86_64", "glibc 2.36"), "tensorflow python"),
    here(Python("3.12.7"), Platform("linux", "x86_64", "musl 1.2"), "tensorflow platform"),
    here(Python("3.12.7"), Platform("windows", "arm64"), "tensorflow platform"),
    here(Python("3.12.7"), Platform("windows", "amd64"), None),
    here(Python("3.12.7"), Platform("darwin", "arm64", release="14.5"), None),
    row(
        "KD102",
        "",
        E,
        "tensorflow-text platform",
        system="windows",
        machine="amd64",
        sources={"requirements.txt": "tensorflow-text==2.15.0"},
    ),
    row(
        "KD102",
        "",
        python="3.11.7",
        sources={"requirements.txt": "tensorflow==2.15.0\nrequests==0.0.1\n-r other.txt\n", "train.py": "import keras"},
    ),
    row(
        "KD103",
        "",
        E,
        "protobuf tensorflowjs tensorflow-intel",
        sources={"requirements.txt": "tensorflowjs==3.21.0\ntensorflow-intel==2.12.0"},
    ),
    row("KD103", "", sources={"requirements.txt": "tensorflowjs==3.21.0\ntensorflow==2.10.1\nprotobuf==3.19.6"}),
    # TensorFlow and Keras.
    row("KD201", "tensorflow==2.8.4 keras==2.10.0", E, "keras tensorflow"),
    row("KD201", "tensorflow==2.13.1 keras==2.14.0"),  # Known to run.
    row("KD201", "tensorflow==2.13.1 keras==2.15.0", E),
    row("KD201", "tensorflow==2.15.1 keras==2.14.0"),
    row("KD201", "tensorflow==2.22.0 keras==3.20.0"),
    row("KD201", "tensorflow==2.5.3 keras==2.7.0", E, "keras tensorflow"),
    row("KD201", "tensorflow==2.7.4 keras==2.4.3"),
    row("KD201", "tensorflow==1.15.5 keras==2.4.3", E),
    row("KD201", "tensorflow==1.12.3 keras==2.3.1", E, "keras tensorflow"),
    row("KD201", "tensorflow==1.13.2 keras==2.3.1"),
    row("KD201", "tensorflow==1.4.1 keras==2.2.5"),
    row("KD202", "tensorflow==2.14.1 keras==3.3.3", E, "keras tensorflow"),
    row("KD202", "tensorflow==2.15.1 keras==3.3.3"),
    row("KD202", "tensorflow==2.4.4 keras==3.3.3"),  # tf.keras is inside TensorFlow there.
    row("KD203", "tensorflow==2.10.1 keras==3.3.3", E, "keras tensorflow"),
    row("KD203", "tensorflow==2.11.1 keras==3.3.3"),
    row("KD203", "tensorflow==2.10.1 keras==3.3.3 jax==0.5.3", env=JAX),
    row("KD204", "tensorflow-cpu==2.18.1 keras==2.15.0", E, "keras tensorflow-cpu"),
    row("KD204", "tensorflow==2.16.0.dev20231101 keras==2.15.0", E),
    row("KD204", "tensorflow==2.15.1 keras==2.15.0"),
    row("KD205", "tensorflow==2.12.1 keras==2.11.0", E, "keras tensorflow python", python="3.11.7"),
    row("KD205", "tensorflow==2.12.1 keras==2.11.0 protobuf==4.25.3", E, "protobuf", python="3.10.13"),
    row("KD205", "tensorflow==2.12.1 keras==2.11.0 protobuf==3.20.3", python="3.10.13"),
    row("KD205", "tensorflow==2.1.0 keras==2.2.5", E, "keras tensorflow"),
    row("KD205", "tensorflow==1.15.5 keras==2.2.5"),
    row("KD205", "tensorflow==2.4.4 keras==2.3.1", E),
    row("KD205", "tensorflow==2.2.3 keras==2.3.1"),
    row("KD205", "tensorflow==2.4.4 keras==2.3.1 theano==1.0", env={"KERAS_BACKEND": "theano"}),
    row("KD205", "tensorflow==2.6.5 keras==2.4.3", E, "keras tensorflow"),
    row("KD205", "tensorflow==2.7.4 keras==2.4.3"),
    row("KD205", "tensorflow==2.10.1 keras==2.8.0", E),
    row("KD205", "tensorflow==2.10.1 keras==2.9.0"),
    row("KD205", "tensorflow==2.13.1 keras==2.11.0", E, python="3.11.7"),
    row("KD205", "tensorflow==2.13.1 keras==2.11.0 protobuf==3.20.3", python="3.10.13"),
    row("KD205", "tensorflow==2.13.1 keras==2.11.0 protobuf==4.25.9", E, python="3.10.13"),
    row("KD205", "tensorflow==2.15.1 keras==2.10.0 protobuf==3.20.3", E, python="3.10.13"),
    row("KD205", "tensorflow==2.13.1 keras==2.10.0 protobuf==3.20.3", python="3.10.13"),
    row("KD206", "keras==2.15.0", E, "keras tensorflow"),
    row("KD206", "keras==2.15.0 tensorflow-macos==2.15.0"),
    row("KD211", "tensorflow==2.18.1 keras==3.10.0", E, "TF_USE_LEGACY_KERAS tf-keras", env=LEGACY),
    row("KD211", "tensorflow==2.18.1 keras==3.10.0 tf-keras==2.18.0", env=LEGACY),
    row("KD211", "tensorflow==2.18.1 keras==3.10.0", env={"TF_USE_LEGACY_KERAS": "yes"}),
    row("KD211", "tensorflow==2.14.1 keras==2.14.0", env=LEGACY),
    row("KD001", "tensorflow==2.15.1 tf-keras==2.16.0 keras==2.15.0", W, requires={"tf-keras": ("tensorflow<2.17,>=2.16",)}),
    row("KD001", "tensorflow==2.14.1 tf-keras==2.16.0 keras==2.14.0", E, requires={"tf-keras": ("tensorflow<2.17,>=2.16",)}),
    row("KD212", "tensorflow==2.19.1 keras==3.10.0 tf-keras==2.21.0 protobuf==5.29.6", E, env={"TF_USE_LEGACY_KERAS": "1"}),
    row("KD212", "tensorflow==2.20.0 tf-keras==2.15.0", E, "tf-keras tensorflow"),
    row("KD212", "tensorflow==2.20.0 tf-keras==2.19.0"),
    row("KD212", "tensorflow==2.12.1 tf-keras==2.15.0", E, "tf-keras tensorflow"),
    row("KD212", "tensorflow==2.13.1 tf-keras==2.15.0"),
    row("KD212", "tensorflow==2.12.1 tf-keras==2.15.0 tensorflow-hub==0.16.1"),
    row("KD212", "tensorflow==2.19.0 tf-keras==2.21.0 protobuf==5.29.6", E, "protobuf"),
    row("KD213", "tensorflow==2.18.1", W, "TF_USE_LEGACY_KERAS", env={"TF_USE_LEGACY_KERAS": "yes"}),
    row("KD213", "tensorflow==2.18.1", env={"TF_USE_LEGACY_KERAS": "0"}),
    row("KD213", "tensorflow==2.14.1", N, env=LEGACY),
    # Installations.
    row("KD301", "tensorflow==2.21.0 tensorflow-cpu==2.20.0", E, "tensorflow tensorflow-cpu"),
    row("KD301", "tensorflow==2.21.0 tensorflow-cpu==2.18.1", E),
    row("KD301", "tensorflow==2.20.0 tensorflow-cpu==2.18.1", E),
    row("KD301", "tensorflow==2.20.0 tensorflow-cpu==2.19.1", E),  # It runs, as one of the two.
    row("KD301", "tensorflow==2.20.0 tensorflow-cpu==2.20.0", W),
    row("KD301", "tensorflow==2.19.1 tensorflow-cpu", W, complete=False),
    row("KD301", "keras==3.10.0 keras-nightly==3.16.0.dev2026102704", W),
    row("KD301", "keras==2.4.3 keras-nightly==2.5.0.dev2021032900 tensorflow==2.5.3", E, "keras keras-nightly"),
    row("KD301", "keras keras-nightly tensorflow==2.5.3", E, complete=False),
    row("KD301", "tensorflow==2.5.0 keras==2.4.3", E, "tensorflow keras", complete=False),  # It brought keras-nightly along.
    row("KD301", "tensorflow==2.5.0 keras==2.4.3"),  # Somebody removed keras-nightly.
    row("KD301", "tensorflow==2.5.0 keras==2.5.0", complete=False),
    row(
        "KD301", "tensorflow==2.15.0 tensorflow-intel==2.15.0", requires={"tensorflow": ("tensorflow-intel==2.15.0",)}
    ),  # A shell and its body.
    row("KD301", "tensorflow==2.15.0 tf-keras==2.15.0 keras==2.15.0"),
    metadata("KD301", "tensorflow==2.15.0 tensorflow-cpu==2.15.0", **ON_WINDOWS, complete=False),  # Two shells around one body.
    metadata("KD301", "tensorflow==2.16.2 tensorflow-macos==2.16.2", **ON_APPLE),  # The shell is the other one now.
    metadata("KD301", "tensorflow==2.15.1 tensorflow-macos==2.15.1", **ON_APPLE),  # An empty one that names itself.
    metadata("KD301", "tensorflow==2.20.0 tensorflow-intel==2.18.0", E, **ON_WINDOWS),  # Left over from before the upgrade.
    metadata("KD301", "tensorflow==2.18.1 tensorflow-cpu-aws==2.15.1", E, machine="aarch64"),
    row("KD302", "keras==3.10.0 tensorflow==2.18.1", E, "keras", folders={"keras": 0}),
    row("KD302", "keras==3.10.0 tensorflow==2.18.1", E, "tensorflow", folders={"tensorflow": None, "keras": 30}),
    row("KD302", "keras==3.10.0 tensorflow==2.18.1", E, "tensorflow", folders={"tensorflow": 1, "keras": 30}),
    row("KD302", "keras==3.10.0 tensorflow==2.18.1", folders={"keras": 30, "tensorflow": 17, "tf_keras": None}),
    metadata("KD302", "tensorflow==2.15.0 keras==2.15.0", **ON_WINDOWS, folders={"tensorflow": None, "keras": 26}),  # A shell has no files.
    metadata("KD302", "tensorflow==2.15.0 tensorflow-intel==2.15.0", E, "tensorflow-intel", **ON_WINDOWS, folders={"tensorflow": 0}),
    row("KD303", "tensorflow==2.18.1", W, "keras", folders={"keras": 32}),
    row("KD303", "tensorflow==2.18.1 keras==3.10.0", folders={"keras": 32}),
    row("KD304", "keras==2.15.0 keras==3.10.0", W, "keras"),
    row("KD304", "keras==3.10.0"),
    Row("KD305", Snapshot(distributions=(Distribution("keras", "2.15.0", (), leftover=True),)), N, "keras"),
    row("KD305", "keras==2.15.0"),
    # Backends.
    row("KD401", "keras==3.6.0 tensorflow==2.18.1", E, "KERAS_BACKEND keras", env={"KERAS_BACKEND": "pytorch"}),
    row("KD401", "keras==3.6.0 tensorflow==2.18.1", E, "keras.json", config={"backend": "theano"}),
    row(
        "KD401", "tensorflow==2.18.1 keras", E, "keras.json", config={"backend": "theano"}, complete=False
    ),  # TensorFlow tells which Keras.
    row("KD401", "tensorflow==2.15.1 keras", config={"backend": "theano"}, complete=False),
    row("KD401", "keras==3.6.0 openvino==2025.1.0", E, env={"KERAS_BACKEND": "openvino"}),
    row("KD401", "keras==3.8.0 openvino==2025.1.0", env={"KERAS_BACKEND": "openvino"}),
    row("KD401", "keras==3.6.0 tensorflow==2.18.1", env={"KERAS_BACKEND": ""}),
    row("KD401", "keras==2.15.0 tensorflow==2.15.1", env={"KERAS_BACKEND": "nonsense"}),
    row("KD401", "keras==2.3.1 tensorflow==2.1.0", E, "KERAS_BACKEND", env={"KERAS_BACKEND": "jax"}),
    row("KD401", "keras==2.2.4 tensorflow==1.15.5", env={"KERAS_BACKEND": "plaidml.keras.backend"}),  # Any importable module.
    row("KD401", "keras==2.1.6 tensorflow==1.15.5", E, env={"KERAS_BACKEND": "plaidml.keras.backend"}),
    row("KD401", "keras==2.2.4 tensorflow==1.15.5", E, env={"KERAS_BACKEND": "Theano"}),
    row("KD401", "keras==2.2.0 tensorflow==1.15.5", E, env={"KERAS_BACKEND": ""}),
    row("KD401", "keras==2.2.4 tensorflow==1.15.5", env={"KERAS_BACKEND": ""}),
    row("KD401", "keras==2.0.4 cntk==2.7", E, config={"backend": "cntk"}),
    row("KD401", "keras==2.0.5 cntk==2.7", config={"backend": "cntk"}),
    row("KD401", "keras==2.1.6 theano==1.0.5", E, "keras.json", env=THEANO, config={"backend": "jax"}),
    row("KD401", "keras==2.2.4 theano==1.0.5", env=THEANO, config={"backend": "jax"}),
    row("KD401", "keras==3.6.0 tensorflow==2.18.1", E, "keras.json", config={"backend": None}),
    row("KD401", "keras==3.6.0 tensorflow==2.18.1", E, "keras.json", config={"backend": ""}),
    row("KD401", "keras==3.6.0 jax==0.5.3 jaxlib==0.5.3", config={"backend": None}, env=JAX),
    row("KD401", "keras==2.15.0 tensorflow==2.15.1", config={"backend": 3}),
    row("KD401", "keras-core==0.1.7 keras==2.13.1 tensorflow==2.13.1", E, "keras-core", env={"KERAS_BACKEND": "openvino"}),
    row("KD402", "keras==3.6.0 tensorflow==2.18.1", E, "KERAS_BACKEND jax", env=JAX),
    row("KD402", "keras==3.6.0 jax==0.5.3", E, "tensorflow keras"),
    row("KD402", "keras==3.6.0 jax==0.5.3 jaxlib==0.5.3", env=JAX),
    row("KD402", "keras==3.6.0", env=JAX, complete=False),  # A paste that does not name jax does not say that it is missing.
    row("KD402", "keras==3.6.0", E, env=JAX, complete=False, absent="jax"),
    row("KD402", "keras==2.2.4 theano==1.0.5", env={"KERAS_BACKEND": "theano"}),
    row("KD402", "keras==2.2.4", E, "theano", env={"KERAS_BACKEND": "theano"}),
    row("KD402", "keras==2.2.4 theano-pymc==1.0.11", env=THEANO),
    row("KD402", "keras==1.0.8 tensorflow==1.15.5", E, "theano"),  # The default backend before 1.1.
    row("KD402", "keras==1.1.0 tensorflow==1.15.5"),
    row("KD402", "keras-core==0.1.7 keras==2.13.1 tensorflow==2.13.1", E, "KERAS_BACKEND keras-core jax", env=JAX),
    row("KD402", "keras-core==0.1.7 keras==2.13.1 tensorflow==2.13.1 jax==0.4.20", env=JAX),
    row("KD403", "keras==2.15.0 tensorflow==2.15.1 jax==0.4.20", E, "KERAS_BACKEND keras", env=JAX),
    row("KD403", "keras==3.5.0 tensorflow==2.15.1 jax==0.4.20", env=JAX),
    row("KD403", "keras-core==0.1.7 keras==2.13.1 tensorflow==2.13.1 jax==0.4.20", N, "keras-core keras", env=JAX),
    row("KD403", "keras-core==0.1.7 keras==3.5.0 tensorflow==2.15.1 jax==0.4.20", env=JAX),
    row("KD404", "keras==3.6.0 jax==0.5.3 tensorflow==2.18.1", N, env=JAX, config={"backend": "tensorflow"}),
    row("KD404", "keras==3.6.0 jax==0.5.3", env=JAX, config={"backend": "jax"}),
    row("KD405", "keras==3.6.0 tensorflow==2.18.1", E, "keras.json", config=[]),
    row("KD405", "keras==3.6.0 tensorflow==2.18.1", E, config="[1]"),
    row("KD405", "keras==3.6.0 tensorflow==2.18.1", W, config="{broken"),
    row("KD405", "keras==3.6.0 tensorflow==2.18.1", E, config={"floatx": "bfloat16"}),
    row("KD405", "keras==3.6.0 tensorflow==2.18.1", config={"floatx": "float32", "epsilon": 1e-07, "image_data_format": "channels_last"}),
    row("KD405", "tensorflow==2.4.4", E, "keras.json", config="null"),  # The Keras inside TensorFlow reads the file as well.
    row("KD405", "jax==0.5.3", config="null"),
    row("KD405", "keras==2.0.2 theano==1.0.5", E, "keras.json", env=THEANO, config="{broken"),
    row("KD405", "keras==2.0.3 theano==1.0.5", W, "keras.json", env=THEANO, config="{broken"),
    row("KD405", "keras==1.2.2 theano==1.0.5", E, env=THEANO, config={"image_dim_ordering": "first"}),
    row("KD405", "keras==1.2.2 theano==1.0.5", env=THEANO, config={"image_dim_ordering": "th"}),
    row("KD405", "keras==2.0.0 theano==1.0.5", env=THEANO, config={"image_dim_ordering": "first"}),
    row("KD405", "keras==3.6.0 tensorflow==2.18.1", W, config={"epsilon": "NaN"}),  # How a snapshot holds what JSON has no word for.
    row("KD405", "keras==3.6.0 tensorflow==2.18.1", E, config={"epsilon": 1}),
    row("KD406", "keras==3.6.0 numpy==1.26.4 scipy==1.13.0 jax==0.4.30", N, env={"KERAS_BACKEND": "numpy"}),
    row("KD406", "keras==3.6.0 tensorflow==2.18.1"),
    row("KD407", "keras==3.12.4 jax==0.4.26 jaxlib==0.4.26", E, "jax keras", env=JAX),
    row("KD407", "keras==3.12.4 jax==0.4.30 jaxlib==0.4.30", env=JAX),
    row("KD407", "keras==3.9.2 jax==0.4.23 jaxlib==0.4.23", E, env=JAX),
    row("KD407", "keras==3.9.0 jax==0.4.23 jaxlib==0.4.23", env=JAX),
    row("KD407", "keras==3.10.0 jax==0.4.23 jaxlib==0.4.23", E, env=JAX),
    row("KD407", "keras==3.10.0 jax==0.4.25 jaxlib==0.4.25", env=JAX),
    row("KD407", "keras==3.9.2 jax==0.6.1 jaxlib==0.6.1", E, env=JAX),
    row("KD407", "keras==3.9.2 jax==0.6.0 jaxlib==0.6.0", env=JAX),
    row("KD407", "keras==3.9.2 jax==0.6.2 tensorflow==2.18.1"),  # Installed, but not the backend.
    row("KD407", "jax==0.4.20 jaxlib==0.4.20 scipy==1.13.1", E, "jax scipy"),
    row("KD407", "keras==3.6.0 jax==0.4.20 jaxlib==0.4.20 scipy==1.13.1", N, "jax scipy", env=JAX),
    row("KD407", "keras==2.12.0 tensorflow==2.12.1 jax==0.4.20 jaxlib==0.4.20 scipy==1.13.1", N),
    row("KD407", "keras==3.6.0 jax==0.4.20 jaxlib==0.4.20 scipy==1.12.0", env=JAX),
    row("KD407", "keras==3.9.2 torch==2.0.1", E, "torch", env=TORCH),
    row("KD407", "keras==2.3.1 theano==1.0.5 numpy==1.22.4", E, "theano numpy", env=THEANO),
    row("KD407", "keras==2.3.1 theano==1.0.5 numpy==1.21.6", env=THEANO),
    row("KD407", "keras==3.6.0 theano==1.0.5 numpy==1.26.4 tensorflow==2.18.1"),  # Theano is there, and nobody asks for it.
    row("KD407", "keras==0.2.0 theano==1.0.5", E, "theano keras", env=THEANO),
    row("KD407", "keras==2.3.1 theano-pymc==1.1.2", E, "theano-pymc keras", env=THEANO),
    row("KD407", "keras==2.3.1 theano-pymc==1.0.11", env=THEANO),
    row("KD408", "keras==3.6.0 numpy==1.26.4", E, "scipy", env={"KERAS_BACKEND": "numpy"}),
    row("KD408", "keras==3.6.0 numpy==1.26.4 scipy==1.13.0 jax==0.4.30 jaxlib==0.4.30", env={"KERAS_BACKEND": "numpy"}),
    row("KD408", "keras==3.6.0 numpy==1.26.4 scipy==1.13.0 jax==0.4.29", E, "jaxlib", env={"KERAS_BACKEND": "numpy"}),
    row(
        "KD408", "keras==3.0.5 numpy==1.26.4 scipy==1.13.0 jax==0.4.30 jaxlib==0.4.30", E, "keras", env={"KERAS_BACKEND": "numpy"}
    ),  # It imports torch.
    row("KD408", "keras==3.0.4 numpy==1.26.4 scipy==1.13.0 jax==0.4.30 jaxlib==0.4.30", env={"KERAS_BACKEND": "numpy"}),
    row("KD408", "keras==3.6.0 jax==0.4.30", E, "jaxlib", env=JAX),
    row("KD408", "keras==1.2.2 theano==1.0.5", E, "setuptools keras", env=THEANO),
    row("KD408", "keras==2.0.9 theano==1.0.5", env=THEANO),
    row("KD408", "keras==3.0.5 jax==0.5.3 jaxlib==0.5.3", E, "packaging keras", env=JAX),
    row("KD408", "keras==3.0.5 jax==0.5.3 jaxlib==0.5.3 packaging==25.0", env=JAX),
    row("KD408", "keras==3.3.3 tensorflow==2.19.1 setuptools==80.9.0", E, "packaging keras"),
    row("KD408", "keras==3.3.3 tensorflow==2.18.1 setuptools==80.9.0"),  # setuptools has one that it lends.
    row("KD408", "keras==3.11.3 tensorflow==2.19.1", E, "keras.json flax", config={"nnx_enabled": "false"}),  # Any text counts as yes.
    row("KD408", "keras==3.11.3 tensorflow==2.19.1 flax==0.12.0", config={"nnx_enabled": True}),
    row("KD408", "keras==3.10.0 tensorflow==2.19.1", config={"nnx_enabled": True}),
    row("KD408", "keras==3.11.3 tensorflow==2.19.1", E, "KERAS_NNX_ENABLED flax", env={"KERAS_NNX_ENABLED": "True"}),
    row("KD408", "keras==3.11.3 tensorflow==2.19.1", env={"KERAS_NNX_ENABLED": "no"}, config={"nnx_enabled": True}),
    row("KD409", "jax==0.3.13 jaxlib==0.3.14", E, "jax jaxlib"),
    row("KD409", "jax==0.3.14 jaxlib==0.3.14"),
    row("KD412", "jax==0.4.23 jaxlib==0.4.18", E, "jax jaxlib"),
    row("KD407", "jax==0.4.23 jaxlib==0.4.19"),
    row("KD412", "jax==0.2.26 jaxlib==0.1.69", E),
    row("KD412", "jax==0.2.25 jaxlib==0.1.69"),
    row("KD407", "jax==0.4.23 jaxlib==0.4.23 scipy==1.13.1", E, "jax scipy"),
    row("KD407", "jax==0.4.24 jaxlib==0.4.24 scipy==1.13.1"),
    row("KD407", "jax==0.4.17 jaxlib==0.4.17 scipy==1.12.0"),
    row("KD410", "jaxlib==0.4.35 jax-cuda12-plugin==0.5.0", E, "jaxlib jax-cuda12-plugin"),
    row("KD410", "jaxlib==0.5.0 jax-cuda12-plugin==0.5.0"),
    row("KD601", "tensorflow-cpu==2.12.0 tensorflow-directml-plugin==0.4.0", E, "tensorflow-cpu tensorflow-directml-plugin"),
    row("KD601", "tensorflow-cpu==2.10.0 tensorflow-directml-plugin==0.4.0"),
    row("KD412", "jax==0.4.23 jaxlib==0.3.25", E, "jax jaxlib"),
    row("KD412", "jax==0.4.23 jaxlib==0.4.20+cuda12.cudnn89"),
    row("KD412", "jax==0.4.30 jaxlib==0.4.14"),  # Its metadata says so.
    row("KD411", "keras==3.10.0 tensorflow==2.19.1", W, "KERAS_MAX_EPOCHS keras", env={"KERAS_MAX_EPOCHS": "2"}),
    row("KD411", "keras==3.10.0 tensorflow==2.19.1", E, "KERAS_MAX_STEPS_PER_EPOCH", env={"KERAS_MAX_STEPS_PER_EPOCH": ""}),
    row("KD411", "keras==3.9.2 tensorflow==2.19.1", env={"KERAS_MAX_EPOCHS": "two"}),
    # Neighbours.
    row("KD501", "tensorflow==2.14.1 numpy==2.0.2", E, "numpy tensorflow"),
    row("KD501", "tensorflow==2.18.0 numpy==2.4.6"),
    row("KD501", "tensorflow==2.18.0 numpy==2.0.2 h5py==3.10.0", E, "h5py"),
    row("KD501", "tensorflow==2.6.5 numpy==1.24.4", E),
    row("KD501", "tensorflow==2.7.4 numpy==1.24.4"),
    row("KD501", "jax==0.4.25 jaxlib==0.4.25 numpy==2.0.2", E),
    row("KD501", "jax==0.4.26 jaxlib==0.4.26 numpy==2.0.2 ml-dtypes==0.5.4"),
    row("KD502", "tensorflow==2.10.1 protobuf==4.25.9", E, "protobuf tensorflow"),
    row("KD502", "tensorflow==2.10.1 protobuf==3.20.3"),
    row("KD502", "tensorflow==2.8.4 protobuf==4.21.12", E),
    row("KD502", "tensorflow==2.8.4 protobuf==4.21.12", env={"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}),
    row("KD502", "tensorflow==2.8.4 protobuf==4.25.3", E, env={"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}),
    row("KD503", "tensorflow==2.20.0 protobuf==4.25.9", E, "protobuf tensorflow"),
    row("KD503", "tensorflow==2.19.0 protobuf==4.25.9"),
    row("KD504", "tensorflow==2.15.1 ml-dtypes==0.1.0", E, "ml-dtypes tensorflow"),
    row("KD504", "tensorflow==2.15.1 ml-dtypes==0.5.4"),
    row("KD504", "tensorflow==2.20.0 ml-dtypes==0.4.1", E, "ml-dtypes tensorflow"),
    row("KD504", "tensorflow==2.19.1 ml-dtypes==0.4.1"),
    row("KD504", "tensorflow==2.14.1 ml-dtypes==0.3.2", E),
    row("KD505", "tensorflow==2.18.1", E, "setuptools tensorflow python", python="3.12.1"),
    row("KD505", "tensorflow==2.18.1", python="3.11.7"),
    row("KD505", "tensorflow==2.18.1 setuptools==80.9.0", E, python="3.12.1", env={"SETUPTOOLS_USE_DISTUTILS": "stdlib"}),
    row("KD505", "tensorflow==2.18.1 setuptools==80.9.0", python="3.12.1", env={"SETUPTOOLS_USE_DISTUTILS": "local"}),
    row("KD506", "tensorflow==2.18.1 typing-extensions==3.10.0.2", E, "typing-extensions"),
    row("KD506", "tensorflow==2.18.1 typing-extensions==4.15.0"),
    row("KD507", "tensorflow==2.7.4 tf2onnx==1.12.1 wrapt==1.15.0", E, "wrapt tensorflow"),
    row("KD507", "tensorflow==2.7.4 wrapt==1.15.0"),
    row("KD508", "tensorflow==2.1.0 gast==0.3.3", E, "gast tensorflow"),
    row("KD508", "tensorflow==2.3.0 gast==0.3.3"),
    row("KD509", "keras==2.2.4 tensorflow==1.15.5 h5py==3.8.0", E, "h5py keras tensorflow"),
    row("KD509", "keras==2.2.4 tensorflow==1.15.5 h5py==2.10.0"),
    row("KD509", "tensorflow==2.5.3 h5py==3.1.0"),
    row("KD509", "tensorflow==1.14.0 h5py==3.1.0", E, "h5py tensorflow"),
    row("KD504", "jaxlib==0.4.10 jax==0.4.10 ml-dtypes==0.3.0", E, "jaxlib ml-dtypes"),
    row("KD504", "jaxlib==0.4.13 jax==0.4.13 ml-dtypes==0.3.1"),
    row("KD501", "torch==2.4.0 numpy==2.0.1", E, "torch numpy", system="windows", machine="amd64"),
    row("KD501", "torch==2.4.1 numpy==2.0.1", system="windows", machine="amd64"),
    row("KD501", "torch==2.4.0 numpy==2.0.1"),
    row("KD507", "tensorflow==2.12.1 wrapt==1.15.0", E, "wrapt tensorflow"),
    row("KD507", "tensorflow==2.14.1 wrapt==1.15.0"),
    row("KD507", "tensorflow==2.12.1 wrapt==1.14.1"),
    row("KD604", "tensorboard==2.20.0 setuptools==82.0.1", E, "tensorboard setuptools", complete=False),
    row("KD604", "tensorboard==2.20.0 setuptools==81.0.0", complete=False),
    row("KD604", "tensorboard==2.21.0 setuptools==82.0.1", complete=False),
    row("KD604", "tensorboard==2.20.0 setuptools==82.0.1 tensorflow==2.20.0"),  # Only one command of many is touched.
    row("KD603", "transformers tensorflow==2.18.0", E, "tf-keras transformers", complete=False, absent="tf-keras"),
    row("KD603", "transformers tensorflow==2.15.0 keras==3.0.5", E, "tf-keras", complete=False, absent="tf-keras"),
    row("KD603", "transformers tensorflow==2.15.0 keras==2.15.0", complete=False, absent="tf-keras"),
    row("KD603", "transformers tensorflow==2.18.0", complete=False),  # Nobody says that it is missing.
    row("KD603", "tensorflow-hub==0.16.0 tensorflow==2.15.0 keras==3.0.5", E, "tf-keras tensorflow-hub"),
    row("KD603", "tensorflow-hub==0.16.0 tensorflow==2.15.0 keras==2.15.0"),
    row("KD601", "tensorflow==2.1.0 tensorflow-estimator==2.2.0", E, "tensorflow tensorflow-estimator"),
    row("KD601", "tensorflow==2.1.0 tensorflow-estimator==2.3.0"),
    row("KD601", "tensorflow==2.2.0 tensorflow-estimator==2.2.0"),
    row("KD602", "autokeras==1.1.0 keras-tuner==1.4.0", E, "autokeras keras-tuner"),
    row("KD602", "autokeras==1.1.0 keras-tuner==1.3.5"),
    row("KD602", "autokeras==1.1.0 keras-tuner==1.4.7"),
    # Add-ons.
    row("KD601", "tensorflow-probability==0.25.0 tensorflow==2.17.1", E, "tensorflow-probability tensorflow"),
    row("KD601", "tensorflow-probability==0.25.0 tensorflow==2.18.1"),
    row("KD601", "tensorflow-probability==0.21.0 tensorflow==2.14.1", E),
    row("KD601", "tensorflow-probability==0.21.0 tensorflow==2.13.1"),
    row("KD601", "tensorflow-probability==0.23.0 tensorflow==2.18.1 tf-keras==2.18.0 keras==3.10.0", E),
    row("KD601", "tensorflow-probability==0.23.0 tensorflow==2.18.1 tf-keras==2.18.0 keras==3.10.0", env=LEGACY),
    row("KD601", "tensorflow-decision-forests==0.1.8 tensorflow==2.6.0", E, "tensorflow-decision-forests tensorflow"),
    row("KD601", "tensorflow-decision-forests==0.1.9 tensorflow==2.6.0"),
    row("KD601", "tensorflow-text==2.19.0 tensorflow-cpu==2.19.0", E, "tensorflow-text tensorflow-cpu"),
    row("KD601", "tensorflow-text==2.19.0 tensorflow==2.19.1"),
    row("KD601", "tensorflow-text==2.19.0 tensorflow-cpu==2.18.1"),
    row("KD602", "tensorflow-addons==0.23.0 tensorflow==2.15.1 keras==3.3.3", E, "tensorflow-addons keras"),
    row("KD602", "tensorflow-addons==0.23.0 tensorflow==2.15.1 keras==2.15.0"),
    row("KD603", "retina-face==0.0.17 tensorflow==2.17.0", E, "tf-keras retina-face"),
    row("KD603", "retina-face==0.0.17 tensorflow==2.17.0", E, "tf-keras", complete=False, absent="tf-keras"),
    row("KD603", "retina-face==0.0.17 tensorflow==2.17.0", complete=False),
    row("KD603", "retina-face==0.0.17 tensorflow==2.17.0 tf-keras==2.17.0"),
    row("KD603", "transformers==4.46.0 tensorflow==2.18.1 keras==3.10.0", N),
    row("KD604", "tensorflow-hub==0.16.1 setuptools==84.2.1", E, "setuptools tensorflow-hub"),
    row("KD604", "tensorflow-hub==0.16.1 setuptools==80.9.0"),
    row("KD605", "keras-nlp==0.0.0", E, "keras-nlp"),
    row("KD605", "keras-nlp==0.12.1"),
    metadata("KD605", "tensorflow-macos==2.15.1", E, "tensorflow-macos tensorflow", **ON_APPLE),
    metadata("KD605", "tensorflow-macos==2.15.1", **ON_APPLE, complete=False),
    metadata("KD605", "tensorflow-macos==2.15.1 tensorflow==2.15.1", **ON_APPLE),
    metadata("KD605", "tensorflow-macos==2.15.0", **ON_APPLE),
    row("KD606", "tf2onnx==1.16.1 numpy==2.0.2", E, "tf2onnx numpy"),
    row("KD606", "tf2onnx==1.17.0 numpy==2.0.2"),
    row("KD601", "tensorflow-io==0.37.1 tensorflow==2.18.1", E, "tensorflow-io tensorflow"),
    row("KD601", "tensorflow-io==0.37.1 tensorflow==2.17.1"),
    row("KD601", "tensorflow-io==0.37.1 tensorflow==2.15.1", E),
    row("KD601", "tensorflow-io==0.36.0 tensorflow==2.16.2", E),
    row("KD601", "tensorflow-io==0.36.0 tensorflow==2.15.1"),
    row("KD601", "tensorflow-io==0.34.0 tensorflow==2.14.1", E, "tensorflow-io tensorflow"),
    row("KD601", "tensorflow-io==0.34.0 tensorflow==2.13.1"),
    metadata("KD001", "tensorflow-text==2.16.1 tensorflow==2.17.1", W, "tensorflow-text", complete=False),
    metadata("KD001", "tensorflow-text==2.20.1 tensorflow==2.21.0", E, "tensorflow-text", complete=False),
    metadata("KD001", "tensorflow-decision-forests==1.11.0 tensorflow==2.18.1", W, "tensorflow-decision-forests", complete=False),
    metadata("KD001", "tensorflow-decision-forests==1.11.0 tensorflow==2.17.1", E, "tensorflow-decision-forests", complete=False),
    row("KD602", "tensorflow-model-optimization==0.7.5 tensorflow==2.18.1 keras==3.10.0", E, "tensorflow-model-optimization"),
    row("KD602", "tensorflow-model-optimization==0.7.5 tensorflow==2.15.1 keras==2.15.0"),
    row("KD602", "tensorflow-model-optimization==0.7.5 tensorflow==2.18.1 tf-keras==2.18.0 keras==3.10.0", E, env=LEGACY),
    row("KD602", "tensorflow-model-optimization==0.7.3 tensorflow==2.17.1 tf-keras==2.17.0 keras==3.10.0", E),
    row("KD602", "tensorflow-model-optimization==0.7.3 tensorflow==2.17.1 tf-keras==2.17.0 keras==3.10.0", env=LEGACY),
    row("KD602", "tensorflow-addons==0.20.0 tensorflow==2.15.1 keras==2.15.0", E, "tensorflow-addons keras"),
    row("KD602", "tensorflow-addons==0.20.0 tensorflow==2.12.1 keras==2.12.0"),
    row("KD602", "keras-rl2==1.0.5 tensorflow==2.13.1 keras==2.13.1", E, "keras-rl2 tensorflow"),
    row("KD602", "keras-rl2==1.0.5 tensorflow==2.12.1 keras==2.12.0"),
    row("KD602", "transformers==4.29.2 tensorflow==2.13.1 keras==2.13.1", N, "transformers keras"),
    row("KD602", "transformers==4.30.2 tensorflow==2.13.1 keras==2.13.1"),
    row("KD603", "tensorflow-model-optimization==0.8.0 tensorflow==2.18.1", E, "tf-keras tensorflow-model-optimization"),
    row("KD603", "tensorflow-model-optimization==0.8.0 tensorflow==2.18.1 tf-keras==2.18.0"),
    row("KD603", "retina-face==0.0.19 tensorflow==2.17.0"),  # It runs on ONNX.
    row("KD603", "deepface==0.0.102 tensorflow==2.17.0"),
    row("KD503", "tensorflow-metadata==1.21.0 protobuf==4.25.9", E, "tensorflow-metadata protobuf"),
    row("KD503", "tensorflow-metadata==1.17.3 protobuf==4.25.9"),
    row("KD503", "ydf==0.16.0 protobuf==5.29.6", E, "ydf protobuf"),
    row("KD503", "ydf==0.15.0 protobuf==5.29.6"),
    row("KD504", "onnx==1.19.0 ml-dtypes==0.3.2", E, "onnx ml-dtypes"),
    row("KD504", "onnx==1.18.0 ml-dtypes==0.3.2"),
    row("KD608", "tensorflow-recommenders==0.7.7 tensorflow==2.18.1 keras==3.10.0", E, "tensorflow-recommenders TF_USE_LEGACY_KERAS"),
    row("KD608", "tensorflow-recommenders==0.7.7 tensorflow==2.18.1 tf-keras==2.18.0", env=LEGACY),
    row("KD608", "tensorflow-recommenders==0.7.3 tensorflow==2.18.1 keras==3.10.0", N),
    row("KD608", "larq==0.14.0 tensorflow==2.18.1 keras==3.10.0", E, "larq"),
    row("KD608", "larq==0.14.0 tensorflow==2.15.1 keras==2.15.0"),
    row("KD608", "tensorflow-hub==0.16.1 tensorflow==2.18.1 keras==3.10.0 tf-keras==2.18.0", N, "tensorflow-hub"),
    row("KD608", "tensorflow-hub==0.16.1 tensorflow==2.15.1 keras==2.15.0"),
    row("KD608", "tensorflow-probability==0.25.0 tensorflow==2.18.1 keras==3.10.0", N, "tensorflow-probability"),
    row("KD608", "tensorflow-probability==0.25.0 tensorflow==2.18.1 keras==3.10.0", env=LEGACY),
    row("KD608", "tensorflow-model-optimization==0.8.1 tensorflow==2.18.1 keras==3.10.0", N),
    row("KD608", "tf-agents==0.19.0 tensorflow==2.18.1 keras==3.10.0", N),
    row("KD608", "transformers==4.36.2 tensorflow==2.18.1 keras==3.10.0", N),
    row("KD608", "transformers==4.46.3 tensorflow==2.18.1 keras==3.10.0"),
    row("KD607", "transformers==5.23.0 tensorflow==2.20.0 keras==3.12.0", N, "transformers"),
    row("KD607", "transformers==5.23.0 tensorflow==2.20.0 keras==3.12.0 torch==2.9.0"),
    row("KD608", "tf2onnx==1.17.0 tensorflow==2.18.1 keras==3.10.0", N),
    row("KD608", "keras-tuner==1.4.8 tensorflow==2.18.1 keras==3.10.0 tf-keras==2.18.0", N, "keras-tuner", env=LEGACY),
    row("KD608", "keras-tuner==1.4.8 tensorflow==2.18.1 keras==3.10.0"),
    row("KD608", "scikeras==0.13.0 tensorflow==2.18.1 tf-keras==2.18.0", N, env=LEGACY),
    row("KD608", "scikeras==0.13.0 tensorflow==2.18.1 keras==3.10.0"),
    row("KD609", "tensorflow-text==2.21.0 tensorflow==2.21.0", E, "tensorflow-text"),
    row("KD609", "tensorflow-text==2.21.1 tensorflow==2.21.0"),
    # What the project wants.
    row("KD801", "keras==3.4.1 jax==0.4.30", E, "keras", **wanted(requirements=("keras>=3.5",))),
    row("KD801", "jax==0.4.30", E, "keras", **wanted(requirements=("keras>=3.5",))),
    row("KD801", "keras==3.5.0", **wanted(requirements=("keras>=3.5", 'jax; python_version < "3.8"'))),
    row("KD801", "keras", **wanted(requirements=("keras>=3.5", "jax")), complete=False),  # Its version, and the rest, is unknown.
    row("KD801", "tensorflow-cpu==2.18.0", **wanted(requirements=("tensorflow>=2.16",))),  # It answers for tensorflow.
    row("KD801", "tensorflow-cpu==2.15.0", E, "tensorflow-cpu", **wanted(requirements=("tensorflow>=2.16",))),
    row("KD802", "tensorflow==2.18.1 keras==3.10.0 jax==0.4.38", E, "KERAS_BACKEND keras", **wanted(backend="jax")),
    row("KD802", "tensorflow==2.15.1 keras==2.15.0", E, "KERAS_BACKEND keras", **wanted(backend="jax")),
    row("KD802", "tensorflow==2.18.1 keras==3.10.0 jax==0.4.38", **wanted(backend="jax"), env=JAX),
    row("KD802", "tensorflow==2.15.1 keras==2.15.0", **wanted(backend="tensorflow")),
    row("KD802", "pip==25.0", **wanted(backend="jax")),  # There is no Keras that could take another.
    row("KD803", "keras==3.10.0", E, "python", **wanted(python="<3.11")),
    row("KD803", "keras==3.10.0", **wanted(python=">=3.10,<3.13")),
    row("KD803", "keras==3.10.0", **wanted(python=">=3.10"), python=None),
    row("KD607", "tensorflow-probability==0.22.0 jax==0.4.8 jaxlib==0.4.7", E, "tensorflow-probability jax"),
    row("KD607", "tensorflow-probability==0.22.0 jax==0.4.8 jaxlib==0.4.7 tensorflow==2.14.1", N),
    row("KD607", "tensorflow-probability==0.22.0 jax==0.4.14 jaxlib==0.4.14"),
    row("KD607", "tensorflow-probability==0.21.0 jax==0.4.8 jaxlib==0.4.7"),
    row("KD607", "tensorflow-probability==0.25.0 jax==0.7.0 jaxlib==0.7.0", E),
    row("KD607", "tensorflow-probability==0.25.0 jax==0.6.2 jaxlib==0.6.2"),
    # kdoctor itself.
    row("KD901", "tensorflow==3.0.0 keras==3.15.1", N, "tensorflow"),
    row("KD901", "tensorflow==2.22.0rc0 keras==3.15.1"),
    row("KD204", "tensorflow==2.21.0 keras==2.15.0", E),
    row("KD204", "tensorflow==3.0.0 keras==2.15.0"),  # Nobody has seen that TensorFlow.
)


def _name(one: Row) -> str:
    installed = " ".join(f"{d.name}-{d.version}" for d in one.snapshot.distributions[:3])
    return f"{one.code}-{'quiet' if one.severity is None else one.severity.label}-{installed}"


@pytest.mark.parametrize("case", ROWS, ids=_name)
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
    named = {subject for finding in found for subject in finding.subjects}
    assert set(case.subjects.split()) <= named
    assert all(finding.summary and finding.cause and "None" not in finding.summary for finding in found)


#: Rules of other test files.
ELSEWHERE = ("KD104", "KD805", "KD7", "KD306", "KD307", "KD308", "KD309", "KD31", "KD804", "KD81", "KD82", "KD84", "KD85")


@pytest.mark.parametrize("code", [code for code in codes() if not code.startswith(ELSEWHERE)])
def test_every_rule_has_a_row_that_fires_and_one_that_stays_quiet(code: str) -> None:
    assert any(case.code == code and case.severity is not None for case in ROWS)
    assert any(case.code == code and case.severity is None for case in ROWS)


@pytest.mark.parametrize("code", codes())
def test_every_rule_has_a_page(code: str) -> None:
    page = text_of(code)
    assert (page.code, page.name) == (code, name_of(code))
    assert page.title
    assert page.what
    assert page.why
    assert page.mend


def test_names_are_unique() -> None:
    assert len({name_of(code) for code in codes()}) == len(codes())


@pytest.mark.parametrize("fact", FACTS, ids=lambda f: f"{f.rule}-{'-'.join(f.when)}-{f.needs}")
def test_every_fact_can_be_read_and_has_a_source(fact: Any) -> None:
    assert all(read(condition) for condition in fact.when)
    assert read(fact.need("1.0"))
    assert fact.rule in codes()
    assert fact.says
    assert fact.source
    assert fact.observed


@pytest.mark.parametrize("tolerated", TOLERATED, ids=lambda t: f"{t.holder}-{t.target}")
def test_every_tolerated_pair_can_be_read_and_has_a_source(tolerated: Any) -> None:
    assert read(tolerated.holder)
    assert read(tolerated.target)
    assert tolerated.says
    assert tolerated.source


def test_a_local_build_does_not_get_the_requirements_of_the_public_wheel() -> None:
    assert released("torch==2.13.0+cpu").distributions[0].requires is None
    assert released("torch==2.13.0").distributions[0].requires


def test_a_crashing_rule_is_told_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing_rule(_coupling: object) -> Any:
        raise ZeroDivisionError("in a rule")

    monkeypatch.setattr(rules, "RULES", (crashing_rule, *rules.RULES))
    findings, crashed = rules.run(couple(snapshot("tensorflow==2.18.1 keras==2.15.0")))
    assert [finding.rule for finding in findings] == ["KD204"]
    assert crashed == ("crashing_rule (ZeroDivisionError: in a rule)",)


def test_a_future_release_is_judged_by_its_own_metadata() -> None:
    future = snapshot("tensorflow==3.4.0 keras==5.0.0 numpy==4.0.0 protobuf==11.0", requires={"tensorflow": ("keras>=5", "numpy>=4")})
    findings, _ = rules.run(couple(future))
    assert [finding.rule for finding in findings] == ["KD901"]
