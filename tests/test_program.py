"""Programs of several files: who imports whom, and in which environment each file runs."""

from __future__ import annotations

import json

import pytest
from builders import snapshot

from kdoctor.collect.sources import Wanted, scan
from kdoctor.contract import read_snapshot, snapshot_document
from kdoctor.doctor import diagnose
from kdoctor.redact import redacted
from kdoctor.source.facts import Import
from kdoctor.source.reading import facts_of_text
from kdoctor.source.siblings import files_of, with_siblings

FILES = (
    "main.py",
    "pkg/__init__.py",
    "pkg/models.py",
    "pkg/sub/__init__.py",
    "pkg/sub/deep.py",
    "src/lib/__init__.py",
    "src/lib/core.py",
    "scripts/run.py",
    "utils.py",
    "scripts/utils.py",
)


@pytest.mark.parametrize(
    ("path", "said", "files"),
    [
        ("main.py", "pkg", ["pkg/__init__.py"]),
        ("main.py", "pkg.models", ["pkg/__init__.py", "pkg/models.py"]),
        ("main.py", "pkg:models", ["pkg/__init__.py", "pkg/models.py"]),
        ("main.py", "pkg.models:build", ["pkg/__init__.py", "pkg/models.py"]),
        ("main.py", "pkg:VERSION", ["pkg/__init__.py"]),
        ("main.py", "lib.core", ["src/lib/__init__.py", "src/lib/core.py"]),
        ("scripts/run.py", "utils", ["scripts/utils.py"]),
        ("scripts/run.py", "pkg.models", ["pkg/__init__.py", "pkg/models.py"]),
        ("main.py", "utils", ["utils.py"]),
        ("pkg/models.py", ".:sub", ["pkg/sub/__init__.py"]),
        ("pkg/models.py", ".sub.deep:f", ["pkg/sub/__init__.py", "pkg/sub/deep.py"]),
        ("pkg/sub/deep.py", "..models:build", ["pkg/models.py"]),
        ("pkg/sub/deep.py", "..:models", ["pkg/models.py"]),
        ("pkg/models.py", ".:VERSION", ["pkg/__init__.py"]),
        # A package is no place where imports start.
        ("pkg/sub/deep.py", "models", []),
        ("pkg/sub/deep.py", "utils", ["utils.py"]),
        ("main.py", "numpy", []),
        ("main.py", "pkg.gone", []),
        ("main.py", "....far", []),
        ("main.py", ".", []),
    ],
)
def test_an_import_leads_to_the_files_that_it_runs(path, said, files):
    assert list(files_of(path, said, FILES)) == files


def program(files: dict[str, str], installed: str, **environment: str):
    facts = {path: facts_of_text(text) for path, text in files.items()}
    return snapshot(installed, sources=with_siblings(facts, facts), env=environment)


NEW = "tensorflow==2.21.0 keras==3.15.1 tf-keras==2.21.0 numpy==2.1.0"
JAX = f"{NEW} jax==0.6.2 jaxlib==0.6.2"
SETS_JAX = "import os\nos.environ['KERAS_BACKEND'] = 'jax'\n"
SETS_LEGACY = "import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\n"
MODEL = "import keras\nkeras.layers.Dense(1)"
GONE = "import tensorflow as tf\ntf.keras.layers.experimental.preprocessing.Rescaling(2)"
LAYER = "import keras, tensorflow as tf\nclass L(keras.layers.Layer):\n    def call(self, x):\n        return tf.nn.relu(x)"

ROWS = {
    # The backend that the environment asks for is not there, and the program sets another in time.
    "own": ({"a.py": SETS_JAX + MODEL}, JAX, {"KERAS_BACKEND": "torch"}, ""),
    "imported": ({"main.py": SETS_JAX + "import model", "model.py": MODEL}, JAX, {"KERAS_BACKEND": "torch"}, ""),
    "imported-far": (
        {"main.py": SETS_JAX + "import model", "model.py": MODEL + "\nfrom pkg import parts", "pkg/parts.py": MODEL},
        JAX,
        {"KERAS_BACKEND": "torch"},
        "",
    ),
    "imported-before": (
        {"main.py": "import model\n" + SETS_JAX, "model.py": MODEL},
        JAX,
        {"KERAS_BACKEND": "torch"},
        "KD402 KD847 main.py:3",
    ),
    "imported-before-through": (
        {"main.py": "import a\n" + SETS_JAX + "import keras", "a.py": "import b\nif x:\n    import keras", "b.py": MODEL},
        JAX,
        {},
        "KD847 main.py:3",
    ),
    "imported-in-function": ({"main.py": "def f():\n    import model\n" + SETS_JAX + "f()", "model.py": MODEL}, JAX, {}, ""),
    "set-by-what-is-imported": (
        {"main.py": "import setup\n" + MODEL, "setup.py": SETS_JAX},
        JAX,
        {"KERAS_BACKEND": "torch"},
        "",
    ),
    "set-by-what-is-imported-late": (
        {"main.py": MODEL + "\nimport setup", "setup.py": SETS_JAX},
        JAX,
        {"KERAS_BACKEND": "torch"},
        "KD402",
    ),
    "another-file-does-not": ({"a.py": SETS_JAX + MODEL, "b.py": MODEL}, JAX, {"KERAS_BACKEND": "torch"}, "KD402"),
    "another-imports-it-too": (
        {"main.py": SETS_JAX + "import model", "model.py": MODEL, "eval.py": "import keras, model"},
        JAX,
        {"KERAS_BACKEND": "torch"},
        "KD402",
    ),
    "nobody": ({"a.py": MODEL}, JAX, {"KERAS_BACKEND": "torch"}, "KD402"),
    # Names are those of the Keras that the file gets.
    "legacy": ({"a.py": SETS_LEGACY + GONE}, NEW, {}, ""),
    "legacy-imported": ({"a.py": SETS_LEGACY + "import b", "b.py": GONE}, NEW, {}, ""),
    "legacy-elsewhere": ({"a.py": SETS_LEGACY + GONE, "b.py": GONE}, NEW, {}, "KD841 b.py:2"),
    "mixed-in-one-part": (
        {"a.py": SETS_LEGACY + "import keras, tensorflow as tf\nkeras.Sequential([tf.keras.layers.Dense(1)])"},
        NEW,
        {},
        "KD845 a.py:4",
    ),
    "backend-of-the-importer": ({"main.py": SETS_JAX + "import layer", "layer.py": LAYER}, JAX, {}, "KD850 layer.py:4"),
    "backend-of-two-importers": (
        {"one.py": SETS_JAX + "import layer", "two.py": "import keras, layer", "layer.py": LAYER},
        JAX,
        {},
        "KD850 layer.py:4",
    ),
}


@pytest.mark.parametrize(("files", "installed", "environment", "errors"), ROWS.values(), ids=ROWS)
def test_each_file_is_judged_where_it_runs(files, installed, environment, errors):
    given = program(files, installed, **environment)
    assert said(given) == errors
    # What others may read of it says the same, and so does what is read back.
    assert said(read_snapshot(json.dumps(snapshot_document(redacted(given, "/home/x"))), "x")) == errors


def said(given) -> str:
    errors = [one for one in diagnose(given).findings if one.severity.label == "error"]
    return " ".join(" ".join((one.rule, *(f"{at.path}:{at.line}" for at in one.locations))) for one in errors)


NET = "import keras\nnet = keras.Sequential()\n"
STOP = "import tensorflow as tf\nstop = tf.keras.callbacks.ReduceLROnPlateau()\nlayers = tf.keras.layers\n"
FIT = "net.fit(x, callbacks=[stop])"
NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": f"{NET}from stop import stop\n{FIT}"}]})
MET = [("keras.Sequential", "tensorflow.keras.callbacks.ReduceLROnPlateau", "callback")]


@pytest.mark.parametrize(
    ("files", "meetings"),
    [
        ({"net.py": NET, "main.py": f"from net import net\n{STOP}{FIT}"}, MET),
        ({"stop.py": STOP, "main.py": f"{NET}from stop import stop\n{FIT}"}, MET),
        ({"stop.py": STOP, "main.py": f"{NET}from stop import stop as s\nnet.fit(x, callbacks=[s])"}, MET),
        ({"stop.py": STOP, "main.py": f"{NET}import stop\nnet.fit(x, callbacks=[stop.stop])"}, MET),
        ({"stop.py": STOP, "main.py": f"{NET}import stop as s\nnet.fit(x, callbacks=[s.stop])"}, MET),
        ({"stop.py": STOP, "main.py": f"{NET}from stop import *\n{FIT}"}, MET),
        ({"stop.py": STOP, "main.ipynb": NOTEBOOK}, MET),
        ({"p/__init__.py": "", "p/stop.py": STOP, "p/main.py": f"{NET}from .stop import stop\n{FIT}"}, MET),
        ({"p/__init__.py": "", "p/stop.py": STOP, "p/main.py": f"{NET}from . import stop\nnet.fit(x, callbacks=[stop.stop])"}, MET),
        ({"p/__init__.py": "from .stop import stop  # of keras", "p/stop.py": STOP, "main.py": f"{NET}from p import stop\n{FIT}"}, MET),
        (
            {"stop.py": STOP, "main.py": "import keras\nfrom stop import layers\nkeras.Sequential([layers.Dense(1)])"},
            [("keras.Sequential", "tensorflow.keras.layers.Dense", "layer")],
        ),
        (
            {"net.py": "import keras\nclass Net(keras.Model): ...", "main.py": f"from net import Net\n{STOP}net = Net()\n{FIT}"},
            [("keras.Model", "tensorflow.keras.callbacks.ReduceLROnPlateau", "callback")],
        ),
        ({"stop.py": STOP, "main.py": f"{NET}from other import stop\n{FIT}"}, []),
        ({"stop.py": STOP, "main.py": f"{NET}from stop import stop\nstop = f()\n{FIT}"}, []),
        ({"a.py": "from b import stop  # keras", "b.py": "from a import stop  # keras", "main.py": f"{NET}from a import stop\n{FIT}"}, []),
    ],
)  # fmt: skip
def test_what_one_file_makes_and_another_hands_over_is_seen(files, meetings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    facts = scan(Wanted((".",))).facts
    assert [(one.host, one.guest, one.role) for each in facts.values() for one in each.meetings] == meetings


def test_a_name_that_another_file_brings_in_is_followed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compat.py").write_text("try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras")
    (tmp_path / "main.py").write_text("from compat import keras as K\nK.layers.Dense")
    (tmp_path / "plain.py").write_text("from compat import nothing  # keras")
    facts = scan(Wanted((".",))).facts
    (use,) = facts["main.py"].uses
    assert (use.name, use.others, use.place.line) == ("keras.layers.Dense", ("tensorflow.keras.layers.Dense",), 2)
    assert facts["main.py"].imports == (Import("compat.py", 0, 1),)
    assert "plain.py" not in facts


def test_a_variable_that_fails_is_told_once_for_all_files():
    code = "import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras"
    report = diagnose(program({"a.py": code, "b.py": code, "c.py": MODEL}, NEW))
    (found,) = [one for one in report.findings if one.severity.label == "error"]
    assert (found.rule, [at.path for at in found.locations]) == ("KD402", ["a.py", "b.py"])
    assert {(one.way, one.files, one.works) for one in report.ways} == {("keras", 1, True), ("keras", 2, False)}
    assert report.usages["keras"].works is True


def test_ways_tell_apart_what_files_get():
    report = diagnose(program({"a.py": SETS_LEGACY + GONE, "b.py": "import tensorflow as tf\ntf.keras.Model"}, NEW))
    assert {(one.way, one.files, one.resolves_to) for one in report.ways} == {
        ("tensorflow.keras", 1, "tf-keras 2.21.0"),
        ("tensorflow.keras", 1, "keras 3.15.1"),
    }
