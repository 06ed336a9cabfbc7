"""The rules on source: each row is an environment and a program, with the findings that must and must not come."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from builders import snapshot

from kdoctor.doctor import diagnose
from kdoctor.knowledge import keras_names
from kdoctor.knowledge.catalogue import codes
from kdoctor.knowledge.dropped import DROPPED
from kdoctor.knowledge.replacements import REPLACEMENTS
from kdoctor.model import Report
from kdoctor.source import calls
from kdoctor.source.facts import facts_document
from kdoctor.source.reading import facts_of_text

if TYPE_CHECKING:
    from collections.abc import Mapping

LEGACY = {"TF_USE_LEGACY_KERAS": "1"}
NEW = "tensorflow==2.21.0 keras==3.15.1 tf-keras==2.21.0 numpy==2.1.0"
OLD = "tensorflow==2.15.1 keras==2.15.0 numpy==1.26.4"
FIRST = "tensorflow==2.2.3 keras==2.3.1 numpy==1.18.5"
JAX = "keras==3.12.0 jax==0.6.2 jaxlib==0.6.2 numpy==2.1.0"


class Row(NamedTuple):
    """A program in an environment: the codes of its errors, of its warnings, and subjects that must be named."""

    installed: str
    code: str
    errors: str = ""
    warnings: str = ""
    subjects: str = ""
    env: Mapping[str, str] = {}


def row(installed: str, code: str, errors: str = "", warnings: str = "", subjects: str = "", **env: str) -> Row:
    return Row(installed, code, errors, warnings, subjects, env)


def on(installed: str, **env: str):
    return lambda code, errors="", warnings="", subjects="": Row(installed, code, errors, warnings, subjects, env)


new, old, first, legacy = on(NEW), on(OLD), on(FIRST), on(NEW, **LEGACY)

ROWS = {
    # KD841: names that are gone, or not there yet.
    "adam-2.8": row("keras==2.8.0 tensorflow==2.8.4", "from keras.optimizers import Adam", "KD841", "", "keras"),
    "adam-2.8-through-tf": row("keras==2.8.0 tensorflow==2.8.4", "from tensorflow.keras.optimizers import Adam"),
    "adam-2.9": row("keras==2.9.0 tensorflow==2.9.3", "from keras.optimizers import Adam"),
    "to-categorical-2.7": row("keras==2.7.0 tensorflow==2.7.4", "from keras.utils import to_categorical", "KD841"),
    "np-utils": new("from keras.utils import np_utils", "KD841"),
    "np-utils-old": row("keras==2.12.0 tensorflow==2.12.1", "from keras.utils import np_utils"),
    "merge": old("from keras.layers.merge import concatenate", "KD841"),
    "normalization": old("from keras.layers.normalization import BatchNormalization", "KD841"),
    "experimental": new("import tensorflow as tf\ntf.keras.layers.experimental.preprocessing.Rescaling(2)", "KD841", "", "tensorflow keras"),
    "experimental-old": old("import tensorflow as tf\ntf.keras.layers.experimental.preprocessing.Rescaling(2)"),
    "backend-2": new("from keras import backend as K\nK.mean(x)", "KD841"),
    "backend-epsilon": new("from keras import backend as K\nK.epsilon()"),
    "image-generator": new("from keras.preprocessing.image import ImageDataGenerator", "KD841"),
    "image-generator-through-tf": new("from tensorflow.keras.preprocessing.image import ImageDataGenerator"),
    "scikit-learn": old("from keras.wrappers.scikit_learn import KerasClassifier", "KD841"),
    "ops-too-early": old("from keras import ops", "KD841"),
    "multi-gpu": old("from keras.utils import multi_gpu_model", "KD841"),
    "session": old("import keras\nkeras.backend.set_session(s)", "KD841"),
    "legacy-optimizer": new("import keras\nkeras.optimizers.legacy.Adam()", "KD841"),
    "legacy-optimizer-2": old("import keras\nkeras.optimizers.legacy.Adam()"),
    "contrib": row("tensorflow==2.4.4 keras==2.4.3", "from tensorflow.contrib.keras import layers", "KD841"),
    "in-function": new("def f():\n    from keras.utils import np_utils", "KD841"),
    "in-branch": new("if old:\n    from keras.utils import np_utils"),
    "in-try": new("try:\n    from keras.utils import np_utils\nexcept ImportError:\n    from keras import utils as np_utils\nnp_utils.to_categorical"),
    "typing": new("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from keras.utils import np_utils"),
    "unknown-name": new("from keras.layers import Dense3D\nimport keras\nkeras.layers.Dense.from_config\nkeras.typo"),
    "no-keras": row("tensorflow==2.18.0", "from keras.layers import LocallyConnected1D", "KD851"),
    "class-of-callbacks": new("from keras.callbacks import EarlyStopping, ModelCheckpoint\nfrom keras.applications.vgg16 import VGG16"),
    # KD842 and KD843: private modules.
    "engine": old("from keras.engine.topology import Layer", "KD842"),
    "engine-there": row("keras==2.12.0 tensorflow==2.12.1", "from keras.engine import base_layer", "", "KD843"),
    "src-engine": new("from keras.src.engine import base_layer", "KD842"),
    "src-engine-there": old("from keras.src.engine import base_layer", "", "KD843"),
    "src": new("from keras.src import backend", "", "KD843"),
    "src-too-early": row("keras==2.12.0 tensorflow==2.12.1", "from keras.src import backend", "KD842"),
    "api": row("keras==3.12.0 tensorflow==2.20.0", "from keras.api import layers", "KD842"),
    "underscore-tf-keras": old("from keras._tf_keras import keras", "KD842"),
    # KD844: tensorflow.python.keras.
    "copy-trains-not": new("from tensorflow.python.keras.models import Sequential", "KD844", "", "tensorflow"),
    "copy": row("keras==2.8.0 tensorflow==2.8.4", "from tensorflow.python.keras.models import Sequential", "", "KD844"),
    "copy-before-split": row("tensorflow==2.4.4", "from tensorflow.python.keras.models import Sequential"),
    # KD845: two Kerases.
    "one-keras-3": new("import keras, tensorflow as tf\nkeras.Sequential([tf.keras.layers.Dense(1)])"),
    "one-keras-2": old("import keras, tensorflow as tf\nkeras.Sequential([tf.keras.layers.Dense(1)])"),
    "legacy-layer": legacy("import keras, tensorflow as tf\nkeras.Sequential([tf.keras.layers.Dense(1)])", "KD845", "", "keras tf-keras TF_USE_LEGACY_KERAS"),
    "legacy-callback": legacy("import keras, tensorflow as tf\nm = keras.Sequential()\nm.fit(x, callbacks=[tf.keras.callbacks.EarlyStopping()])"),
    "legacy-callback-rate": legacy("import keras, tensorflow as tf\nm = keras.Sequential()\nm.fit(x, callbacks=[tf.keras.callbacks.ReduceLROnPlateau()])", "KD845"),
    "legacy-callback-back": legacy("import keras, tensorflow as tf\nm = tf.keras.Sequential()\nm.fit(x, callbacks=[keras.callbacks.EarlyStopping()])", "KD845"),
    "legacy-optimizer-mixed": legacy("import keras, tensorflow as tf\nm = keras.Sequential()\nm.compile(tf.keras.optimizers.Adam(), loss='mse')", "KD845"),
    "legacy-initializer": legacy("import keras, tensorflow as tf\nkeras.layers.Dense(1, kernel_initializer=tf.keras.initializers.Zeros())"),
    "legacy-inner": legacy("import keras, tensorflow as tf\nclass M(keras.Model):\n    def __init__(self):\n        self.d = tf.keras.layers.Dense(1)", "KD845"),
    "tf-keras-layer": new("import keras, tf_keras\nkeras.Sequential([tf_keras.layers.Dense(1)])", "KD845", "", "keras tf-keras"),
    "first-layer": first("import keras\nfrom tensorflow.keras.layers import Dense\nm = keras.models.Sequential()\nm.add(Dense(1))", "KD845", "", "keras tensorflow"),
    "first-optimizer": first("import keras\nfrom tensorflow.keras.optimizers import Adam\nm = keras.models.Sequential()\nm.compile(Adam())"),
    "first-imports": first("from tensorflow.keras.models import Sequential\nfrom keras.layers import Dense", "KD845"),
    "first-only": first("from keras.models import Sequential\nfrom keras.layers import Dense"),
    "new-imports": new("from tensorflow.keras.models import Sequential\nfrom keras.layers import Dense"),
    "legacy-imports": legacy("from tensorflow.keras.models import Sequential\nfrom keras.layers import Dense", "KD845"),
    "first-utils": first("from keras.models import Sequential\nfrom keras.layers import Dense\nfrom tensorflow.keras.utils import to_categorical"),
    "star": first("from tensorflow.keras.models import *\nfrom keras.layers import *", "KD845"),
    # KD846: add-ons.
    "hub-layer": row(
        NEW + " tensorflow-hub==0.16.1 setuptools==80.0.0",
        "import tensorflow as tf, tensorflow_hub as hub\ntf.keras.Sequential([hub.KerasLayer('x')])",
        "KD846", "", "tensorflow-hub keras",
    ),
    "hub-layer-absent": new("import tensorflow as tf, tensorflow_hub as hub\ntf.keras.Sequential([hub.KerasLayer('x')])"),
    "training-loop": new("import tensorflow as tf\nm = tf.keras.Sequential()\nfor x, y in d:\n    tf.reduce_mean(m(x) - y)"),
    "hub-layer-legacy": Row(
        NEW + " tensorflow-hub==0.16.1 setuptools==80.0.0",
        "import tensorflow as tf, tensorflow_hub as hub\ntf.keras.Sequential([hub.KerasLayer('x')])",
        env=LEGACY,
    ),
    "hub-layer-tf-keras": row(NEW + " tensorflow-hub==0.16.1 setuptools==80.0.0", "import tf_keras, tensorflow_hub as hub\ntf_keras.Sequential([hub.KerasLayer('x')])"),
    "hub-load": row(NEW + " tensorflow-hub==0.16.1 setuptools==80.0.0", "import tensorflow as tf, tensorflow_hub as hub\nm = hub.load('x')\ntf.keras.Sequential([tf.keras.layers.Dense(1)])"),
    "hub-layer-old": row(OLD + " tensorflow-hub==0.16.1 setuptools==80.0.0 tf-keras==2.15.1", "import tensorflow as tf, tensorflow_hub as hub\ntf.keras.Sequential([hub.KerasLayer('x')])"),
    "pruning-first": row(
        FIRST + " tensorflow-model-optimization==0.3.0",
        "from tensorflow_model_optimization.sparsity import keras as sparsity\nfrom keras.layers import Conv2D",
        "KD846", "", "keras tensorflow-model-optimization",
    ),
    "pruning-tf": row(
        FIRST + " tensorflow-model-optimization==0.3.0",
        "from tensorflow_model_optimization.sparsity import keras as sparsity\nfrom tensorflow.keras.layers import Conv2D",
    ),
    "kapre-first": row(FIRST + " kapre==0.2.0", "from kapre.time_frequency import Melspectrogram\nfrom keras.models import Sequential", "KD846", "", "kapre keras"),
    # KD854: arguments, methods and attributes.
    "lr": new("from keras.optimizers import SGD\nSGD(lr=0.1)", "KD854", "", "keras"),
    "lr-through-tensorflow": new("import tensorflow as tf\ntf.keras.optimizers.Adam(lr=0.1)", "KD854", "", "keras"),
    "lr-old": old("from keras.optimizers import SGD\nSGD(lr=0.1)"),
    "lr-legacy": legacy("import tensorflow as tf\ntf.keras.optimizers.Adam(lr=0.1)"),
    "learning-rate": new("from keras.optimizers import SGD\nSGD(learning_rate=0.1)"),
    "lr-of-an-own-class": new("import keras\nclass Own(keras.optimizers.SGD):\n    pass\nOwn(lr=0.1)\nOwn().lr"),
    "lr-tried": new("import keras\ntry:\n    keras.optimizers.SGD(lr=0.1)\nexcept Exception:\n    pass"),
    "lr-of-another": new("import keras, torch\nmodel = keras.Model()\ntorch.optim.SGD(lr=0.1)"),
    "fit-generator": new("import keras\nmodel = keras.Sequential()\nmodel.fit_generator(None)", "KD854", "", "keras"),
    "fit-generator-old": old("import keras\nmodel = keras.Sequential()\nmodel.fit_generator(None)"),
    "fit-generator-of-its-own": new(
        "import keras\nclass Own(keras.Model):\n    def fit_generator(self): pass\nmodel = Own()\nmodel.fit_generator()"
    ),
    "predict-classes-2.15": old("import keras\nmodel = keras.Sequential()\nmodel.predict_classes(None)", "KD854"),
    "workers": new("import keras\nmodel = keras.Sequential()\nmodel.fit(None, workers=4)", "KD854"),
    "workers-of-a-dataset": new("import keras\nclass Data(keras.utils.PyDataset):\n    pass\nData(workers=4)"),
    "output-shape-of-a-layer": new("import keras\nlayer = keras.layers.Dense(1)\nprint(layer.output_shape)", "KD854"),
    "output-shape-of-a-model": new("import keras\nmodel = keras.Sequential()\nprint(model.output_shape)"),
    "batch-input-shape": new("import keras\nkeras.layers.LSTM(1, batch_input_shape=(8, 4, 1))", "KD854"),
    "batch-input-shape-of-an-input": new("import keras\nkeras.layers.InputLayer(batch_input_shape=(8, 4))"),
    "weights-of-an-embedding": new("import keras\nkeras.layers.Embedding(3, 2, weights=[])"),
    "names-of-keras-1": old("import keras\nkeras.layers.Conv2D(3, 3, border_mode='same')", "KD854"),
    # KD847 and KD848: variables.
    "backend-in-time": row(JAX, "import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras"),
    "backend-late": row(NEW + " jax==0.6.2 jaxlib==0.6.2", "import os, keras\nos.environ['KERAS_BACKEND'] = 'jax'", "KD847", "", "KERAS_BACKEND keras"),
    "backend-late-after-tf": row(NEW + " jax==0.6.2 jaxlib==0.6.2", "import os, tensorflow as tf\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras", "KD847"),
    "backend-late-same": row(NEW, "import os, keras\nos.environ['KERAS_BACKEND'] = 'tensorflow'"),
    "backend-late-already": row(JAX, "import os, keras\nos.environ['KERAS_BACKEND'] = 'jax'", KERAS_BACKEND="jax"),
    "backend-putenv": row(NEW + " jax==0.6.2 jaxlib==0.6.2", "import os\nos.putenv('KERAS_BACKEND', 'jax')\nimport keras", "KD847"),
    "backend-missing-in-code": new("import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras", "KD402", "", "torch"),
    "legacy-late": new("import os\nfrom tensorflow.keras import layers\nlayers.Dense\nimport tensorflow as tf\ntf.keras.layers\nos.environ['TF_USE_LEGACY_KERAS'] = '1'", "KD847", "", "TF_USE_LEGACY_KERAS"),
    "legacy-between": new("import os, tensorflow as tf\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nfrom tensorflow.keras import layers", "KD847"),
    "legacy-between-attribute": new("import os, tensorflow as tf\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\ntf.keras.layers"),
    "legacy-in-time": new("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nfrom tensorflow.keras import layers"),
    "legacy-in-code-without-tf-keras": row("tensorflow==2.21.0 keras==3.15.1", "import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nimport tensorflow as tf", "KD211"),
    # KD849 and KD850: TensorFlow inside models.
    "symbolic": new("import keras, tensorflow as tf\nx = keras.Input((3,))\ntf.reduce_mean(x)", "KD849"),
    "symbolic-2": old("import keras, tensorflow as tf\nx = keras.Input((3,))\ntf.reduce_mean(x)"),
    "symbolic-legacy": legacy("import tensorflow as tf\nx = tf.keras.Input((3,))\ntf.reduce_mean(x)"),
    "fixed": row(
        NEW + " jax==0.6.2 jaxlib==0.6.2",
        "import keras, tensorflow as tf\nclass L(keras.layers.Layer):\n    def call(self, x):\n        return tf.nn.relu(x)",
        "KD850", "", "keras tensorflow", KERAS_BACKEND="jax",
    ),
    "fixed-on-tensorflow": new("import keras, tensorflow as tf\nclass L(keras.layers.Layer):\n    def call(self, x):\n        return tf.nn.relu(x)"),
    "fixed-by-code": row(
        NEW + " jax==0.6.2 jaxlib==0.6.2",
        "import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras, tensorflow as tf\nclass L(keras.layers.Layer):\n    def call(self, x):\n        return tf.nn.relu(x)",
        "KD850",
    ),
    # KD851: what is not installed.
    "no-tf-keras": row("tensorflow==2.15.1 keras==2.15.0", "import tf_keras", "KD851", "", "tf-keras"),
    "no-tf-keras-tried": row("tensorflow==2.15.1 keras==2.15.0", "try:\n    import tf_keras\nexcept ImportError:\n    tf_keras = None"),
    "no-tensorflow": row(JAX, "from tensorflow import keras", "KD851", "", "tensorflow", KERAS_BACKEND="jax"),
    "no-keras-core": new("import keras_core", "KD851", "", "keras-core"),
    # Ignored by a comment.
    "ignored": new("from keras.utils import np_utils  # kdoctor: ignore[KD841]"),
    "ignored-all": new("from keras.utils import np_utils  # kdoctor: ignore"),
    "ignored-other": new("from keras.utils import np_utils  # kdoctor: ignore[KD842]", "KD841"),
}  # fmt: skip


def judged(one: Row, path: str = "train.py") -> Report:
    return diagnose(snapshot(one.installed, env=one.env, sources={path: one.code}))


@pytest.mark.parametrize("one", ROWS.values(), ids=list(ROWS))
def test_source(one: Row) -> None:
    report = judged(one)
    assert report.unchecked == ()
    ours = [found for found in report.findings if found.rule.startswith("KD8") or found.locations]
    told = {level: sorted({found.rule for found in ours if found.severity.label == level}) for level in ("error", "warning")}
    assert told == {"error": one.errors.split(), "warning": one.warnings.split()}, [(found.rule, found.summary) for found in ours]
    named = {name for found in ours if found.rule in (*one.errors.split(), *one.warnings.split()) for name in found.subjects}
    assert set(one.subjects.split()) <= named
    assert all(found.locations for found in ours if found.rule.startswith("KD8"))
    assert all(found.advice for found in ours)


def test_where_the_release_is_not_named_every_keras_3_must_lack_the_name():
    for name, told in (("LocallyConnected1D", ["KD841"]), ("Dense", []), ("RMSNormalization", [])):
        report = diagnose(snapshot("tensorflow==2.18.0", complete=False, sources={"a.py": f"from keras.layers import {name}"}))
        assert [found.rule for found in report.findings if found.locations] == told, name


def test_an_unused_comment_is_told():
    report = judged(new("import keras  # kdoctor: ignore[KD841]"))
    assert [found.rule for found in report.findings] == ["KD853"]


def test_a_program_through_tensorflow_is_told_that_it_could_do_without():
    report = judged(new("import tensorflow as tf\ntf.keras.layers.Dense(1)"))
    assert [(found.rule, len(found.locations)) for found in report.findings] == [("KD852", 1)]


JAX_IN_CODE = 'import os\nos.environ["KERAS_BACKEND"] = "jax"\nimport keras\nkeras.layers.Dense(1)'
#: Notes: a code, a row in which it speaks, and one in which it stays quiet.
NOTES = {
    "KD848": (row(JAX, JAX_IN_CODE, KERAS_BACKEND="tensorflow"), row(JAX, JAX_IN_CODE, KERAS_BACKEND="jax")),
    "KD852": (new("import tensorflow as tf\ntf.keras.layers.Dense(1)"), new("import keras\nkeras.layers.Dense(1)")),
    "KD853": (new("import keras  # kdoctor: ignore[KD841]"), new("from keras.utils import np_utils  # kdoctor: ignore[KD841]")),
}


@pytest.mark.parametrize("code", NOTES)
def test_note(code):
    speaks, quiet = NOTES[code]
    assert [found.severity.label for found in judged(speaks).findings if found.rule == code] == ["note"]
    assert code not in {found.rule for found in judged(quiet).findings}


@pytest.mark.parametrize("code", [code for code in codes() if code.startswith(("KD84", "KD85")) and code not in NOTES])
def test_every_rule_has_a_row_that_fires_and_one_that_stays_quiet(code):
    told = [code in f"{one.errors} {one.warnings}".split() for one in ROWS.values()]
    assert set(told) == {True, False}


def test_ways_say_what_each_gets():
    report = judged(legacy("import keras, tensorflow as tf\ntf.keras.layers\ntf.keras.models"))
    assert [(one.way, one.places, one.files, one.works, one.resolves_to) for one in report.ways] == [
        ("tensorflow.keras", 2, 1, True, "tf-keras 2.21.0"),
        ("keras", 1, 1, True, "keras 3.15.1"),
    ]


SICK = "tensorflow==2.12.1 keras==3.6.0 numpy==1.23.5"


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("import keras\nkeras.layers", "ok"), ("from tensorflow.keras import layers", "error"), ("import numpy", "error")],
)
def test_only_what_a_whole_project_uses_decides(code, verdict):
    facts = facts_of_text(code)
    report = diagnose(snapshot(SICK, sources={"a.py": facts_document(facts)}), code_only=False)
    broken = [found for found in report.findings if found.breaks]
    assert broken
    assert (max(found.severity for found in broken).label == "error") is (verdict == "error")


def test_an_excerpt_does_not_tell_what_a_program_uses():
    report = diagnose(snapshot(SICK, sources={"a.py": "import keras"}))
    assert report.verdict == "error"


def test_facts_and_text_are_judged_alike():
    for one in ROWS.values():
        document = facts_document(facts_of_text(one.code)._replace(excerpt=True))
        other = diagnose(snapshot(one.installed, env=one.env, sources={"train.py": document}))
        assert judged(one).findings == other.findings


# The table of names.


@pytest.mark.parametrize("namespace", keras_names.namespaces())
def test_every_range_names_minors_that_were_read(namespace):
    space = keras_names._table()[namespace]
    for where in set(space.names.values()):
        for one in where.split(","):
            first, last = keras_names._ends(one)
            assert space.minors.index(first) <= space.minors.index(last)


@pytest.mark.parametrize(
    ("namespace", "name", "minor", "instead"),
    [
        ("keras", "optimizers.Adam", "2.8", "tensorflow.keras.optimizers.Adam"),
        ("keras", "layers.merge.concatenate", "2.15", "keras.layers (add, concatenate, Concatenate, ...)"),
        ("keras", "engine.topology.Layer", "3.15", "keras.layers (Layer, Input, InputSpec)"),
        ("keras", "utils.np_utils.to_categorical", "3.15", "keras.utils"),
        ("keras", "layers.Dense", "3.15", None),
    ],
)
def test_what_takes_the_place_of_a_name(namespace, name, minor, instead):
    found = keras_names.gone(namespace, name, (minor,))
    assert (found.instead if found else None) == instead


def test_what_is_replaced_is_gone_somewhere():
    names = {name for namespace in keras_names.namespaces() for name in keras_names._table()[namespace].names}
    missing = [name for name in REPLACEMENTS if name not in names]
    assert missing == []


def test_a_replacement_that_is_a_name_of_keras_exists_in_the_newest_or_the_last_keras_2():
    for name, one in REPLACEMENTS.items():
        word = one.instead.split()[0].rstrip(",;")
        if word.startswith("keras.") and "(" not in word:
            short = word.removeprefix("keras.")
            assert keras_names.has("keras", short, "3.15") or keras_names.has("keras", short, "2.15"), name


@pytest.mark.parametrize(
    ("installed", "code", "advice"),
    [
        (NEW, "import keras\nkeras.backend.exp", "use keras.ops.exp instead"),
        (NEW, "import keras\nkeras.backend.function", "use keras.Model(inputs, outputs) instead"),
        (NEW, "from tensorflow.keras import backend as K\nK.learning_phase", "use the argument training of call() instead"),
        (NEW, "import keras\nkeras.backend.ctc_decode", "use keras.ops.ctc_decode instead"),
        (NEW, "import keras\nkeras.backend.bias_add", "use the function of keras.ops of that purpose instead"),
        (NEW, "import keras\nkeras.objectives.binary_crossentropy", "use keras.losses instead"),
        (
            NEW,
            "import tensorflow as tf\ntf.keras.losses.mean_squared_error",
            "use keras.losses.mean_squared_error instead (kdoctor scan --fix)",
        ),
    ],
)
def test_what_to_write_instead(installed, code, advice):
    (found,) = [one for one in judged(Row(installed, code)).findings if one.rule == "KD841"]
    assert found.advice == advice


def test_what_is_looked_for_in_calls_is_what_some_keras_dropped():
    """What the reader writes down and what the table knows are the same words."""
    assert {one.name for one in DROPPED if not one.attribute} == calls.ARGUMENTS
    assert {one.name for one in DROPPED if one.attribute} == calls.ATTRIBUTES
    assert {one.owner.partition(".")[2] for one in DROPPED if one.owner.startswith("model.")} == calls.METHODS
