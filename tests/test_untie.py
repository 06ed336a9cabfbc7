"""`kdoctor scan --fix`: each row is a program before and after, and what is left in it."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path

import pytest
from builders import snapshot
from click.testing import CliRunner

from kdoctor.cli.scan import scan
from kdoctor.contract import snapshot_document
from kdoctor.untie.file import untie_bytes
from kdoctor.untie.notebook import untie_notebook
from kdoctor.untie.result import Aim
from kdoctor.untie.source import untie


def lacks(name: str) -> str:
    return f"keras has no {name}" if "Gone" in name else ""


AIM = Aim(lacks)

CHANGED = {
    "attribute": ("import tensorflow as tf\ntf.keras.layers.Dense(3)\n", "import keras\nkeras.layers.Dense(3)\n"),
    "other-uses": (
        "import tensorflow as tf\ntf.keras.layers.Dense(3)\ntf.constant(1)\n",
        "import tensorflow as tf\nimport keras\nkeras.layers.Dense(3)\ntf.constant(1)\n",
    ),
    "plain-name": ("import tensorflow\ntensorflow.keras.Model\n", "import keras\nkeras.Model\n"),
    "submodule": ("import tensorflow.keras\ntensorflow.keras.Model\n", "import keras\nkeras.Model\n"),
    "submodule-alias": ("import tensorflow.keras.layers as L\nL.Dense\n", "import keras.layers as L\nL.Dense\n"),
    "alias": ("import tensorflow.keras as K\nK.Model\n", "import keras as K\nK.Model\n"),
    "from-tensorflow": ("from tensorflow import keras\nkeras.Model\n", "import keras\nkeras.Model\n"),
    "from-tensorflow-as": ("from tensorflow import keras as K\nK.Model\n", "import keras as K\nK.Model\n"),
    "from-tensorflow-more": (
        "from tensorflow import data, keras, io as tio  # all\n",
        "import keras\nfrom tensorflow import data, io as tio  # all\n",
    ),
    "from-keras": ("from tensorflow.keras import Model, layers as L\n", "from keras import Model, layers as L\n"),
    "from-layers": (
        "from tensorflow.keras.layers import (\n    Dense,  # one\n    # two\n    LSTM,\n)\n",
        "from keras.layers import (\n    Dense,  # one\n    # two\n    LSTM,\n)\n",
    ),
    "backslash": ("from tensorflow.keras.layers import Dense, \\\n    LSTM\n", "from keras.layers import Dense, \\\n    LSTM\n"),
    "rebound": ("import tensorflow as tf\nK = tf.keras\nL = K.layers\nL.Dense\n", "import keras\nK = keras\nL = K.layers\nL.Dense\n"),
    "merged": (
        "import keras\nimport tensorflow as tf\ntf.keras.Model\nkeras.Model\n",
        "import keras\nkeras.Model\nkeras.Model\n",
    ),
    "merged-later": (
        "import tensorflow as tf\nx = tf.keras.Model\nimport keras\n",
        "import keras\nx = keras.Model\nimport keras\n",
    ),
    "given-by-import": (
        "from tensorflow import keras\nimport tensorflow as tf\ntf.keras.Model\nkeras.Model\n",
        "import keras\nkeras.Model\nkeras.Model\n",
    ),
    "in-a-list": ("import os, tensorflow as tf, sys\ntf.keras.Model\n", "import keras\nimport os, sys\nkeras.Model\n"),
    "one-line": ("import os; import tensorflow as tf; x = 1\ntf.keras.Model\n", "import os; import keras; x = 1\nkeras.Model\n"),
    "local": (
        "def f():\n    import tensorflow as tf\n    return tf.keras.Model\n",
        "def f():\n    import keras\n    return keras.Model\n",
    ),
    "used-in-function": (
        "import tensorflow as tf\n\n\nclass M(tf.keras.Model):\n    def call(self, x):\n        return tf.keras.ops.relu(x)\n",
        "import keras\n\n\nclass M(keras.Model):\n    def call(self, x):\n        return keras.ops.relu(x)\n",
    ),
    "after-variables": (
        "import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport tensorflow as tf\ntf.keras.Model\n",
        "import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras\nkeras.Model\n",
    ),
    "comment-above": ("# needed\nimport tensorflow as tf  # here\ntf.keras.Model\n", "# needed\nimport keras  # here\nkeras.Model\n"),
    "parentheses": ("import tensorflow as tf\n(tf\n .keras.\n layers)\n", "import keras\n(keras.\n layers)\n"),
    "decorator": (
        "import tensorflow as tf\n@tf.keras.utils.register_keras_serializable()\nclass A: pass\n",
        "import keras\n@keras.utils.register_keras_serializable()\nclass A: pass\n",
    ),
    "main": (
        "if __name__ == '__main__':\n    from tensorflow import keras\n",
        "if __name__ == '__main__':\n    import keras\n",
    ),
    "no-newline-at-end": ("from tensorflow import keras", "import keras"),
    "crlf": (
        "import tensorflow as tf\r\ntf.keras.Model\r\ntf.io\r\n",
        "import tensorflow as tf\r\nimport keras\r\nkeras.Model\r\ntf.io\r\n",
    ),
    "tabs": ("def f():\n\tfrom tensorflow import keras, io\n", "def f():\n\timport keras\n\tfrom tensorflow import io\n"),
    "partly": (
        "from tensorflow.keras.layers import Dense, Gone, LSTM as L\n",
        "from keras.layers import Dense, LSTM as L\nfrom tensorflow.keras.layers import Gone\n",
    ),
    "partly-attribute": (
        "import tensorflow as tf\ntf.keras.Model\ntf.keras.layers.Gone\n",
        "import tensorflow as tf\nimport keras\nkeras.Model\ntf.keras.layers.Gone\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), CHANGED.values(), ids=list(CHANGED))
def test_what_is_sure_is_changed(before, after):
    done = untie(before, AIM)
    assert done.text == after
    ast.parse(done.text)
    again = untie(done.text, AIM)
    assert (again.text, again.changes) == (done.text, ())


LEFT = {
    "nothing": "import keras\nimport tensorflow as tf\ntf.constant(1)\n",
    "comment-and-string": "# tensorflow.keras\nx = 'import tensorflow.keras'\n",
    "try": "try:\n    from tensorflow import keras\nexcept ImportError:\n    import keras\nkeras.Model\n",
    "branch": "if old:\n    from tensorflow import keras\nelse:\n    import keras\n",
    "branch-attribute": "if x:\n    import tensorflow as tf\n    tf.keras.Model\n",
    "taken": "import tensorflow as tf\nimport tf_keras as keras\ntf.keras.Model\n",
    "taken-by-argument": "import tensorflow as tf\ndef f(keras):\n    return tf.keras.Model, tf.io\n",
    "not-tensorflow": "import mine as tf\ntf.keras.Model\n# tensorflow\n",
    "rebound": "import tensorflow as tf\ntf = mine\ntf.keras.Model\n",
    "compat": "import tensorflow.compat.v1 as tf\ntf.keras.Model\n",
    "copy": "from tensorflow.python.keras import Model\n",
    "dynamic": "import importlib\nimportlib.import_module('tensorflow.keras')\n",
    "gone": "from tensorflow.keras.layers import Gone\n",
    "gone-through-alias": "from tensorflow import keras\nkeras.layers.Gone\nkeras.layers.Dense\n",
    "gone-through-name": "import tensorflow as tf\nK = tf.keras\nK.layers.Gone\n",
    "star": "from tensorflow.keras.layers import *\n",
    "relative": "from .tensorflow import keras\n",
}


@pytest.mark.parametrize("code", LEFT.values(), ids=list(LEFT))
def test_what_is_not_sure_stays(code):
    done = untie(code, AIM)
    assert (done.text, done.changes, done.problem) == (code, (), "")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("try", "it stands behind try"),
        ("branch-attribute", "the import of tf stands behind try or a condition"),
        ("taken", "the name keras stands for something else there"),
        ("compat", "it behaves as in TensorFlow 1"),
        ("dynamic", "its name stands in a string"),
        ("gone", "keras has no layers.Gone"),
        ("gone-through-alias", "keras has no layers.Gone"),
        ("star", "not safe: the names differ a little (--unsafe)"),
    ],
)
def test_what_stays_is_told_with_the_reason(name, why):
    assert why in [left.why for left in untie(LEFT[name], AIM).left]


@pytest.mark.parametrize(
    "rest",
    ["tf.constant(1)", "__all__ = ['tf']", "eval('tf.io')", "x = tf", "del tf", "def f():\n    return tf.io", 'f"{tf}"'],
)
def test_tensorflow_stays_where_anything_else_uses_it(rest):
    done = untie(f"import tensorflow as tf\ntf.keras.Model\n{rest}\n", AIM)
    assert done.text == f"import tensorflow as tf\nimport keras\nkeras.Model\n{rest}\n"


def test_a_package_keeps_what_others_may_import_from_it():
    done = untie("import tensorflow as tf\ntf.keras.Model\n", AIM._replace(exports=True))
    assert done.text == "import tensorflow as tf\nimport keras\nkeras.Model\n"


def test_where_tf_keras_is_another_nothing_is_safe():
    code = "from tensorflow import keras\n"
    aim = AIM._replace(differs="tf.keras is tf-keras 2.21.0 here")
    done = untie(code, aim)
    assert (done.text, [left.why for left in done.left]) == (code, ["not safe: tf.keras is tf-keras 2.21.0 here (--unsafe)"])
    forced = untie(code, aim._replace(unsafe=True))
    assert (forced.text, [one.safe for one in forced.changes]) == ("import keras\n", [False])


def test_a_star_is_changed_on_demand():
    assert untie(LEFT["star"], AIM._replace(unsafe=True)).text == "from keras.layers import *\n"


HEAD = "from tensorflow import keras\nx = "


@pytest.mark.parametrize(
    "code",
    [
        "import tensorflow.keras\nprint 'x'\n",
        HEAD + "(" * 3000 + ")" * 3000,
        HEAD + "a." * 50_000 + "b",
        HEAD + "-" * 50_000 + "1",
        HEAD + "1 + " * 50_000 + "1",
        HEAD + "f" + "()" * 50_000,
    ],
)
def test_what_does_not_parse_stays(code):
    done = untie(code, AIM)
    assert done.text == code
    assert done.problem
    assert "\n" not in done.problem


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbffrom tensorflow import keras\n", b"\xef\xbb\xbfimport keras\n"),
        (b"# coding: latin-1\nfrom tensorflow import keras # \xe9\n", b"# coding: latin-1\nimport keras # \xe9\n"),
        (b"from tensorflow import keras\r\nx = 1\r\n", b"import keras\r\nx = 1\r\n"),
        (b"x = 1\x0c\nfrom tensorflow import keras\n", b"x = 1\x0c\nimport keras\n"),
    ],
)
def test_bytes_that_nobody_changed_stay(before, after):
    assert untie_bytes(before, AIM, is_notebook=False)[0] == after


# Notebooks.


def cell(source: str, **more) -> dict:
    return {
        "cell_type": "code",
        "execution_count": 3,
        "metadata": {"a": [1]},
        "outputs": [{"text": "é  "}],
        "source": source.splitlines(keepends=True),
        **more,
    }


NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# tf.keras\n"]},
        cell("!pip install tensorflow\nimport tensorflow as tf\n%matplotlib inline"),
        cell("%%bash\nls tf.keras"),
        cell("m = tf.keras.Sequential()\nm?"),
        cell("print 'é'"),
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(NOTEBOOK, indent=1, ensure_ascii=False) + "\n",
        json.dumps(NOTEBOOK),
        json.dumps(NOTEBOOK, indent="\t", separators=(",", ":")),
        json.dumps({**NOTEBOOK, "cells": [{**one, "source": "".join(one["source"])} for one in NOTEBOOK["cells"]]}, indent=2),
    ],
    ids=["jupyter", "one-line", "tabs", "strings"],
)
def test_a_notebook_keeps_every_other_byte(text):
    done = untie_notebook(text, AIM)
    assert done.problem == ""
    expected = text.replace("import tensorflow as tf", "import keras").replace("m = tf.keras.Seq", "m = keras.Seq")
    assert done.text == expected
    assert [(one.cell, one.line) for one in done.changes] == [(2, 2), (4, 1)]
    assert untie_notebook(done.text, AIM).changes == ()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"cells": [{"cell_type": "code", "source": ["tensorflow.keras"]}]'])
def test_a_broken_notebook_stays(text):
    done = untie_notebook(text, AIM)
    assert done.text == text
    assert done.problem.startswith("not a notebook")


def test_a_program_that_a_cell_writes_to_a_file_stays():
    text = json.dumps({"cells": [cell("import tensorflow as tf\ntf.keras"), cell("%%writefile a.py\nimport tensorflow as tf\ntf.keras")]})
    assert untie_notebook(text, AIM).text == text.replace("import tensorflow as tf", "import keras", 1).replace("tf.keras", "keras", 1)


@pytest.mark.parametrize("deep", ["(" * 3000 + ")" * 3000, "a." * 50_000 + "b", "-" * 50_000 + "1", "1 + " * 50_000 + "1"])
def test_a_cell_that_is_nested_too_deeply_stays(deep):
    text = json.dumps({"cells": [cell(f"import tensorflow as tf\ntf.keras\nx = {deep}"), cell("import keras")]})
    assert untie_notebook(text, AIM).text == text


def test_half_a_character_in_a_cell_stays():
    text = json.dumps({"cells": [cell("import tensorflow as tf\nx = '\ud800'\ntf.keras")]})
    done = untie_notebook(text, AIM)
    assert (done.text, done.problem) == (text, "a cell holds half a character (a lone surrogate)")


def test_a_notebook_may_carry_large_pictures():
    text = json.dumps({"cells": [cell("import tensorflow as tf\ntf.keras", outputs=["x" * 5 * 2**20])]})
    data, done = untie_bytes(text.encode(), AIM, is_notebook=True)
    assert done.problem == ""
    assert b"import keras" in data


# The command.


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("env.json").write_text(json.dumps(snapshot_document(snapshot("tensorflow==2.21.0 keras==3.15.1 numpy==2.1.0"))))
    Path("a.py").write_text("import tensorflow as tf\ntf.keras.Model\n")
    Path("b.py").write_text("from tensorflow.keras.preprocessing.image import ImageDataGenerator\n")
    Path("c.py").write_text("import keras\n")
    Path("a.py").chmod(0o755)
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(scan, [*arguments, "--from", "env.json"])


@pytest.mark.usefixtures("project")
def test_a_diff_is_shown_and_nothing_written():
    result = run("--fix")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert {"--- a/a.py", "+++ b/a.py", "-tf.keras.Model", "+keras.Model"} <= set(lines)
    assert lines[-2].startswith("b.py:1:")
    assert "keras 3.15 has no preprocessing.image.ImageDataGenerator" in lines[-2]
    assert lines[-1] == "2 changes in 1 file, 1 left. --write writes them."
    assert Path("a.py").read_text().startswith("import tensorflow")


@pytest.mark.usefixtures("project")
def test_changes_are_written_and_then_there_are_none():
    result = run("--fix", "--write")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "2 changes in 1 file written, 1 left.")
    assert Path("a.py").read_text() == "import keras\nkeras.Model\n"
    assert os.stat("a.py").st_mode & 0o777 == 0o755
    assert sorted(os.listdir()) == ["a.py", "b.py", "c.py", "env.json"]
    again = run("--fix")
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "Nothing to change, 1 left.")


@pytest.mark.usefixtures("project")
def test_a_program_that_asks_for_legacy_keras_is_not_safe():
    Path("main.py").write_text("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\n")
    result = run("--fix")
    assert result.exit_code == 0
    assert "not safe: the program sets TF_USE_LEGACY_KERAS (--unsafe)" in result.stdout
    assert run("--fix", "--unsafe").exit_code == 1


@pytest.mark.usefixtures("project")
def test_a_notebook_that_asks_for_legacy_keras_speaks_for_itself_alone():
    Path("n.ipynb").write_text(json.dumps({"cells": [cell("%env TF_USE_LEGACY_KERAS=1\nimport tensorflow as tf\ntf.keras.Model")]}))
    result = run("--fix")
    assert "n.ipynb:cell 1:3:1: left tf.keras: not safe: the program sets TF_USE_LEGACY_KERAS (--unsafe)" in result.stdout.splitlines()
    assert "+++ b/a.py" in result.stdout.splitlines()


@pytest.mark.usefixtures("project")
def test_what_cannot_be_read_is_told():
    Path("bad.py").write_text("from tensorflow import keras\nprint 'x'\n")
    result = run("--fix")
    assert result.exit_code == 3
    assert sum("bad.py" in line for line in result.stderr.splitlines()) <= 2
    assert "+keras.Model" in result.stdout


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("arguments", [("--write",), ("--unsafe",), ("--fix", "--format", "json"), ("--fix", "--output", "json:x")])
def test_usage(arguments):
    assert run(*arguments).exit_code == 2
