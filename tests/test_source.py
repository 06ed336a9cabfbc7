"""What is read in source: tables of code and facts."""

from __future__ import annotations

import json

import pytest

from kdoctor.source.facts import facts_document, facts_from
from kdoctor.source.reading import facts_of, facts_of_text


def uses(code: str) -> list[str]:
    return [one.name for one in facts_of_text(code).uses]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        # Every way to Keras.
        ("import keras", ["keras"]),
        ("import keras.layers as L\nL.Dense", ["keras.layers", "keras.layers.Dense"]),
        ("from keras.layers import Dense, LSTM as R", ["keras.layers.Dense", "keras.layers.LSTM"]),
        ("from keras.layers import *", ["keras.layers"]),
        ("import tensorflow as tf\ntf.keras.layers.Dense(3)", ["tensorflow", "tensorflow.keras.layers.Dense"]),
        ("from tensorflow import keras as k\nk.Sequential", ["tensorflow.keras", "tensorflow.keras.Sequential"]),
        (
            "import tensorflow.compat.v1 as tf\ntf.keras.backend.set_session(1)",
            ["tensorflow.compat.v1", "tensorflow.compat.v1.keras.backend.set_session"],
        ),
        ("import tf_keras, keras_core", ["tf_keras", "keras_core"]),
        ("from tensorflow.python.keras.layers import Dense", ["tensorflow.python.keras.layers.Dense"]),
        ("from keras.src.engine import base_layer", ["keras.src.engine.base_layer"]),
        ("import importlib\nk = importlib.import_module('keras')\nk.Model", ["keras", "keras.Model"]),
        ("k = __import__('keras')", ["keras"]),
        ("keras = LazyLoader('keras', globals(), 'tf_keras')\nkeras.Model", ["tf_keras", "tf_keras.Model"]),
        # Aliases are followed, also into functions and classes.
        (
            "import tensorflow as tf\nK = tf.keras\nL = K.layers\ndef f():\n    return L.Dense(3)",
            ["tensorflow", "tensorflow.keras", "tensorflow.keras.layers", "tensorflow.keras.layers.Dense"],
        ),
        (
            "import keras\nclass M(keras.Model):\n    base = keras.layers.Layer",
            ["keras", "keras.Model", "keras.layers.Layer"],
        ),
        ("import keras\ndef f(x: keras.Model, *y: int) -> keras.layers.Layer: ...", ["keras", "keras.Model", "keras.layers.Layer"]),
        ("import keras\nif (m := keras.models):\n    m.load_model", ["keras", "keras.models", "keras.models.load_model"]),
        # What only looks like it is not.
        ("keras.layers.Dense", []),
        ("# import keras\n'''\nimport keras\n'''\nx = 'import keras'", []),
        ("from .keras import layers\nlayers.Dense", []),
        ("from mine.keras import layers\nlayers.Dense", []),
        ("import keras\ndef f(keras):\n    return keras.layers", ["keras"]),
        ("import keras\nkeras = object()\nkeras.layers", ["keras"]),
    ],
)
def test_each_way_to_keras_is_found(code, names):
    assert uses(code) == names


@pytest.mark.parametrize(
    ("code", "guards"),
    [
        ("import keras", [""]),
        ("try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras", ["try", "fallback"]),
        ("try:\n    import keras\nexcept ValueError:\n    pass", [""]),
        ("from __future__ import annotations\nimport keras\ndef f(x: keras.Model): ...", ["", "typing"]),
        ("try:\n    import keras\nfinally:\n    pass", [""]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import keras", ["typing"]),
        ("if x:\n    import keras\nelse:\n    import tf_keras", ["branch", "branch"]),
        ("if __name__ == '__main__':\n    import keras", [""]),
        ("def f():\n    import keras\n    if x:\n        import tf_keras", ["function", "branch"]),
    ],
)
def test_what_stands_behind_a_guard_is_told(code, guards):
    assert [one.guard for one in facts_of_text(code).uses] == guards


def test_what_falls_back_names_both():
    code = "try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras\nkeras.layers.Dense"
    last = facts_of_text(code).uses[-1]
    assert (last.name, last.others) == ("keras.layers.Dense", ("tensorflow.keras.layers.Dense",))


def test_columns_count_characters():
    place = facts_of_text("import keras\nä = 'ö'; keras.layers").uses[1].place
    assert (place.line, place.column, place.end_column) == (2, 10, 22)


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        ("import os\nos.environ['KERAS_BACKEND'] = 'jax'", [("KERAS_BACKEND", "jax", "set")]),
        ("from os import environ as e\ne['KERAS_BACKEND'] = 'jax'", [("KERAS_BACKEND", "jax", "set")]),
        ("import os\nos.environ.setdefault('TF_USE_LEGACY_KERAS', '1')", [("TF_USE_LEGACY_KERAS", "1", "default")]),
        ("import os\nos.environ.update(KERAS_HOME='/x')", [("KERAS_HOME", "/x", "set")]),
        ("import os\nos.environ.update({'KERAS_BACKEND': b})", [("KERAS_BACKEND", None, "set")]),
        ("import os\nos.environ |= {'KERAS_BACKEND': 'torch'}", [("KERAS_BACKEND", "torch", "set")]),
        ("import os\nos.environ['TF_USE_LEGACY_KERAS'] = str(1)", [("TF_USE_LEGACY_KERAS", "1", "set")]),
        ("import os\ndel os.environ['KERAS_BACKEND']", [("KERAS_BACKEND", None, "unset")]),
        ("import os\nos.environ.pop('KERAS_BACKEND', None)", [("KERAS_BACKEND", None, "unset")]),
        ("import os\nos.putenv('KERAS_BACKEND', 'jax')", [("KERAS_BACKEND", "jax", "putenv")]),
        ("import jax\njax.config.update('jax_platforms', 'cpu')", [("JAX_PLATFORMS", "cpu", "set")]),
        ("import os\nos.environ['PATH'] = 'keras'", []),
        ("environ['KERAS_BACKEND'] = 'jax'", []),
    ],
)
def test_variables_that_are_set(code, settings):
    assert [(one.variable, one.value, one.how) for one in facts_of_text(code).settings] == settings


IMPORTS = "import keras, tensorflow as tf\n"


def test_what_may_be_numbers_meets_in_doubt():
    code = "def block(x):\n    x = keras.layers.Dense(3)(x)\n    return tf.keras.layers.Dense(1)(x)"
    (meeting,) = facts_of_text(IMPORTS + code).meetings
    assert (meeting.role, meeting.guard) == ("input", "branch")


@pytest.mark.parametrize(
    ("code", "meetings"),
    [
        ("keras.Sequential([tf.keras.layers.Dense(1)])", [("keras.Sequential", "tensorflow.keras.layers.Dense", "layer")]),
        ("m = keras.Sequential()\nm.add(tf.keras.layers.Dense(1))", [("keras.Sequential", "tensorflow.keras.layers.Dense", "layer")]),
        ("m = keras.Sequential()\nm.compile(optimizer=tf.keras.optimizers.Adam())", [("keras.Sequential", "tensorflow.keras.optimizers.Adam", "optimizer")]),
        ("m = keras.Sequential()\nm.fit(x, callbacks=[tf.keras.callbacks.EarlyStopping()])", [("keras.Sequential", "tensorflow.keras.callbacks.EarlyStopping", "callback")]),
        ("i = keras.Input((3,))\no = tf.keras.layers.Dense(3)(i)", [("tensorflow.keras.layers.Dense", "keras.Input", "input")]),
        ("i = keras.Input((3,))\ntf.keras.Model(i, o)", [("tensorflow.keras.Model", "keras.Input", "input")]),
        (
            "class M(keras.Model):\n    def __init__(self):\n        self.d = tf.keras.layers.Dense(3)",
            [("keras.Model", "tensorflow.keras.layers.Dense", "inner layer")],
        ),
        (
            "class C(tf.keras.callbacks.Callback):\n    pass\nm = keras.Sequential()\nm.fit(x, callbacks=[C()])",
            [("keras.Sequential", "tensorflow.keras.callbacks.Callback", "callback")],
        ),
        ("import tensorflow_hub as hub\ntf.keras.Sequential([hub.KerasLayer(u)])", [("tensorflow.keras.Sequential", "tensorflow_hub.KerasLayer", "layer")]),
        ("keras.layers.Bidirectional(tf.keras.layers.LSTM(3))", [("keras.layers.Bidirectional", "tensorflow.keras.layers.LSTM", "layer")]),
        ("keras.Sequential([keras.layers.Dense(1)])", []),
        ("x = tf.keras.utils.to_categorical(y)\nm = keras.Sequential()\nm.fit(x)", [("keras.Sequential", "tensorflow.keras.utils.to_categorical", "argument")]),
    ],
)  # fmt: skip
def test_objects_that_meet(code, meetings):
    found = facts_of_text(IMPORTS + code).meetings
    assert [(one.host, one.guest, one.role) for one in found] == meetings


@pytest.mark.parametrize(
    ("code", "operations"),
    [
        ("x = keras.layers.Dense(3)(keras.Input((3,)))\ntf.reduce_mean(x)", [("tensorflow.reduce_mean", "")]),
        ("x = keras.Input((3,))\ntf.concat([x, x], -1)", [("tensorflow.concat", "")]),
        ("class L(keras.layers.Layer):\n    def call(self, x):\n        return tf.nn.relu(x)", [("tensorflow.nn.relu", "keras.layers.Layer")]),
        ("class L(keras.layers.Layer):\n    def get_config(self):\n        return tf.nn.relu(x)", []),
        ("class M(keras.Model):\n    def train_step(self, d):\n        with tf.GradientTape() as t: pass", [("tensorflow.GradientTape", "keras.Model")]),
        ("def f(x):\n    return tf.nn.relu(x)", []),
        # What a layer gives for numbers are numbers.
        ("m = keras.Sequential()\nfor x, y in data:\n    loss = tf.reduce_mean(keras.losses.MeanSquaredError()(y, m(x)))", []),
        ("layer = keras.layers.Flatten()\nx = layer(images)\ntf.reduce_max(x + 1)", []),
        ("x = keras.layers.Flatten()(keras.Input((3, 3)))\ntf.reduce_max(x + 1)", [("tensorflow.reduce_max", "")]),
        ("m = keras.applications.VGG16()\ny = keras.layers.Dense(3)(m.output)\ntf.abs(y)", [("tensorflow.abs", "")]),
        ("class M(keras.Model):\n    @tf.function\n    def call(self, x):\n        return x", []),
    ],
)  # fmt: skip
def test_functions_of_tensorflow_on_what_is_of_keras(code, operations):
    assert [(one.name, one.within) for one in facts_of_text(IMPORTS + code).operations] == operations


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": one.splitlines(keepends=True)} for one in cells], "nbformat": 4})


def test_cells_of_a_notebook_are_one_program():
    text = notebook(
        "!pip install keras\n%env KERAS_BACKEND=jax\n",
        "%matplotlib inline\nimport keras\n",
        "x = !ls\nkeras.layers\nkeras?",
        "%%bash\nimport keras",
        "%%mine\nkeras.ops",
    )
    facts = facts_of_text(text, is_notebook=True)
    assert [(one.name, one.place.cell, one.place.line) for one in facts.uses] == [
        ("keras", 2, 2),
        ("keras.layers", 3, 2),
        ("keras.ops", 5, 2),
    ]
    assert [(one.variable, one.value, one.place.cell, one.place.line) for one in facts.settings] == [("KERAS_BACKEND", "jax", 1, 2)]
    assert facts.problems == ()


def test_what_people_write_in_cells():
    text = notebook(
        "!pip install x \\\n    --upgrade\nimport keras",
        "  k = keras.layers\n  k.Dense\n\nif k:\n    pass",
        "%%writefile train.py\nimport os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport tensorflow as keras\nkeras.keras.Model",
        "keras.ops",
        "@article{some,\n  title={Not Python}}",
        "%%writefile notes.txt\nimport keras",
    )
    facts = facts_of_text(text, is_notebook=True)
    assert [(one.name, one.place.cell, one.place.line, one.place.column, one.guard) for one in facts.uses] == [
        ("keras", 1, 3, 8, ""),
        ("keras.layers", 2, 1, 7, ""),
        ("keras.layers.Dense", 2, 2, 3, ""),
        ("tensorflow", 3, 4, 8, ""),
        ("tensorflow.keras.Model", 3, 5, 1, ""),
        ("keras.ops", 4, 1, 1, ""),
    ]
    assert (facts.settings, facts.problems) == ((), ())


def test_a_cell_that_does_not_parse_leaves_the_others():
    facts = facts_of_text(notebook("import keras", "keras.def (:", "keras.layers"), is_notebook=True)
    assert [one.name for one in facts.uses] == ["keras", "keras.layers"]
    assert facts.problems == ("cell 2, line 1: invalid syntax",)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"import keras\nprint 'x'", "line 2: written for Python 2"),
        (b"import keras\n!pip install 3d", "line 2: written for IPython"),
        (b"import keras\nexec code", "line 2: written for Python 2"),
        (b"import keras\nmode = 0777", "line 2: written for Python 2"),
        (b"import keras\nif a <> b: pass", "line 2: written for Python 2"),
        (b"import keras\ntry: f()\nexcept IOError, e: pass", "line 3: written for Python 2"),
        (b"import keras\nraise E, 'x'", "line 2: written for Python 2"),
        (b"import keras\nx = 1L", "line 2: written for Python 2"),
        (b"import keras\nprint = f(", "line 2: '(' was never closed"),
        (b"import keras\n" + b"keras\n" * 300_001, "too large a program to be read; it looks generated"),
        (b"import keras\n#" + b"x" * 4 * 2**20, "larger than 4 MiB"),
        (b"import keras\n\0", "not Python source: it has null bytes"),
        (b"# coding: nonsense\nimport keras", "the declared encoding nonsense is not known"),
        (b"# coding: rot13\nimport keras", "the declared encoding rot13 is none for text"),
        (b"import keras # \xff", "not UTF-8 text (line 1)"),
        (b"import keras\nx = " + b"(" * 5000 + b")" * 5000, "line 2: nested too deeply to be read"),
        (b"import keras\nx = " + b"-" * 100_000 + b"1", "nested too deeply to be read"),
        (b"import keras\nx = keras." + b"a." * 100_000 + b"b", "nested too deeply to be read"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(data, problem):
    facts = facts_of(data, is_notebook=False)
    assert facts is not None
    assert facts.problems == (problem,)


def test_pictures_make_no_notebook_too_large():
    text = json.dumps({"cells": [{"cell_type": "code", "source": "import keras", "outputs": ["x" * 5 * 2**20]}]})
    facts = facts_of(text.encode(), is_notebook=True)
    assert facts is not None
    assert [one.name for one in facts.uses] == ["keras"]


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ('"metadata": {"language_info": {"name": "R"}}', []),
        ('"metadata": {"kernelspec": {"language": "julia"}}', []),
        ('"metadata": {"kernelspec": {"language": "python"}}', ["keras"]),
        ('"metadata": {"language_info": {"name": "ipython"}}', ["keras"]),
        ('"metadata": 3', ["keras"]),
        ('"x": ' + "1" * 5000, ["keras"]),
        ('"x": NaN', ["keras"]),
    ],
)
def test_cells_of_other_languages_are_none_of_ours(more, names):
    text = f'{{"cells": [{{"cell_type": "code", "source": "import keras"}}], {more}}}'
    facts = facts_of_text(text, is_notebook=True)
    assert ([one.name for one in facts.uses], facts.problems) == (names, ())


def test_half_a_character_in_a_notebook_hides_nothing():
    facts = facts_of(b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'\\nimport keras"}]}', is_notebook=True)
    assert facts is not None
    assert [(one.name, one.place.line) for one in facts.uses] == [("keras", 2)]
    assert facts.problems == ()


def test_very_many_parts_make_a_notebook_too_large():
    facts = facts_of(b'{"keras": [' + b"[]," * 2_000_001 + b"1]}", is_notebook=True)
    assert facts is not None
    assert facts.problems == ("too large a notebook to be read",)


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"keras": 1}', "[" * 100_000])
def test_a_broken_notebook_is_told_in_one_line(text):
    facts = facts_of(f"{text}keras".encode() if text.startswith("[[") else text.encode() + b" " * 9 + b"keras"[:0], is_notebook=True)
    assert facts is None or (len(facts.problems) == 1 and facts.problems[0].startswith("not a notebook: "))


@pytest.mark.parametrize(
    "data",
    [
        "# -*- coding: latin-1 -*-\nimport keras  # \xe9".encode("latin-1"),
        b"\xef\xbb\xbfimport keras",
        b"import keras\r\nkeras.layers\r\n",
        b"import keras\rkeras.layers\r",
        b"import keras\x0c\nkeras.layers",
    ],
)
def test_encodings_and_line_ends(data):
    facts = facts_of(data, is_notebook=False)
    assert facts is not None
    assert facts.problems == ()
    assert facts.uses[0].name == "keras"


def test_files_without_keras_have_no_facts():
    assert facts_of(b"import numpy\nprint 'python 2'", is_notebook=False) is None
    facts = facts_of(b"import tensorflow as tf\nimport torch.nn", is_notebook=False)
    assert facts is not None
    assert facts.modules == ("tensorflow", "torch")


@pytest.mark.parametrize(
    "code",
    [
        "try: import keras\nexcept ImportError: pass",
        "import numpy as np, keras",
        "x = 1; import keras",
        "from tensorflow import (\n    data,\n    keras,\n)",
        "from tensorflow \\\n    import keras",
        "from \\\n    keras.layers import Dense",
        "import \\\n    keras",
        "import tensorflow as tf\ntf . keras",
        "import tensorflow as tf\n(tf\n .keras\n .layers)",
        "import tensorflow.python.ops.math_ops\ntensorflow.keras",
        "from tensorflow.compat import v1 as tf\ntf.keras",
        "from tensorflow.python import (\n    keras)",
        "import tensorflow as tf\nT = tf\nT.keras",
        "import tensorflow as tf\nc = tf.compat\nv = c.v1\nv.keras",
        "import importlib as i\ni.import_module('keras')",
        "from importlib import import_module as bring\nbring('keras')",
        "from util import LazyLoader\nkeras = LazyLoader('k', globals(), 'keras')",
        "from os import environ as e\nchanges = e\nchanges['CUDA_VISIBLE_DEVICES'] = ''",
        "from os import putenv as p\np('KERAS_BACKEND', 'jax')",
        "import jax\nc = jax.config\nc.update(\n    'jax_platforms', 'cpu')",
        "\x0cimport keras",
        "\ufeffimport keras",
        "x = 1\rimport keras\r",
        "import os\nkeras = 3  # kdoctor: ignore[KD841]",
    ],
)
def test_a_look_at_the_bytes_overlooks_nothing(code):
    facts = facts_of(code.encode(), is_notebook=False)
    assert facts is not None
    assert facts == facts_of_text(code.removeprefix("\ufeff"))
    assert facts.uses or facts.settings or facts.ignores


@pytest.mark.parametrize(
    ("code", "names"),
    [
        # What is bound further down, or in another branch, is known where it is used.
        ("if x:\n    def f():\n        return L.Dense(3)\nfrom tensorflow.keras import layers as L", ["tensorflow.keras.layers", "tensorflow.keras.layers.Dense"]),
        ("class A:\n    def f(self):\n        return L.Dense(3)\nfrom keras import layers as L", ["keras.layers", "keras.layers.Dense"]),
        ("def f():\n    return L.Dense(3)\nfrom keras import layers as L", ["keras.layers", "keras.layers.Dense"]),
        ("from keras import layers as L\n@L.register\nclass A:\n    x = 1\n    y = 2", ["keras.layers", "keras.layers.register"]),
        ("from keras import layers as L\n@L.register\ndef f(): ...", ["keras.layers", "keras.layers.register"]),
        ("from keras import layers as L\nx = f(1,\n      L.Dense,\n      L\n      .LSTM)", ["keras.layers", "keras.layers.Dense", "keras.layers.LSTM"]),
        ("from keras import layers as L\nLayer = aL.x + La.x\nx = 'L.Dense'", ["keras.layers"]),
    ],
)  # fmt: skip
def test_only_lines_that_name_nothing_of_concern_are_passed_over(code, names):
    assert uses(code) == names


def test_facts_come_back_from_their_document():
    code = (
        IMPORTS
        + "import os\nos.environ['KERAS_BACKEND'] = 'jax'  # kdoctor: ignore[KD847]\nm = keras.Sequential([tf.keras.layers.Dense(1)])\ntf.abs(keras.Input((1,)))\n"
    )
    facts = facts_of_text(code)
    assert all((facts.uses, facts.settings, facts.meetings, facts.operations, facts.ignores))
    assert facts_from(json.loads(json.dumps(facts_document(facts)))) == facts


@pytest.mark.parametrize("document", [{"uses": 3}, {"uses": [3, {"name": "keras"}, {"place": [1]}]}, {"ignores": [[1]]}, {"settings": {}}])
def test_a_foreign_document_gives_what_it_holds(document):
    assert facts_from(document).uses == ()
