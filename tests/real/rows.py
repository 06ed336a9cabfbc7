"""The environments that are really built, and what programs do in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lab import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

MODERN = ("3.11", "3.12", "3.10", "3.13")
#: TensorFlow up to 2.15 has wheels up to Python 3.11.
OLD = ("3.11", "3.10", "3.9")

USES = {"keras": "use_keras.py", "tensorflow.keras": "use_tensorflow_keras.py", "mixed": "use_mixed.py"}
#: With TF_USE_LEGACY_KERAS set and no tf-keras, only programs that never touch the attribute `tf.keras` run.
IMPORTS_ONLY = {**USES, "tensorflow.keras": "import_from_tensorflow_keras.py"}


class Row(NamedTuple):
    """One environment: how it is made, the variables and keras.json of its user, and what works in it."""

    recipe: Recipe
    verdict: str
    #: Whether `import keras`, `tensorflow.keras` and the mixture work.
    works: tuple[bool, bool, bool]
    variables: Mapping[str, str] = {}
    keras_json: str | None = None
    programs: Mapping[str, str] = USES
    #: True where the first remedy promises that afterwards all three usages work.
    mends: bool = False


ROWS = (
    Row(Recipe("healthy", MODERN, ("install tensorflow==2.21.0",)), "ok", (True, True, True)),
    Row(
        Recipe("healthy-old", OLD, ("install tensorflow-cpu==2.15.1",)),
        "ok",
        (True, True, True),
    ),
    Row(
        # What `pip install "tensorflow-cpu==2.20.*" keras-hub` gives, in an order that does not depend on a race.
        Recipe("two-tensorflows", MODERN, ("install tensorflow-cpu==2.20.0", "install tensorflow-cpu==2.20.0 keras-hub")),
        "error",
        (False, False, False),
        mends=True,
    ),
    Row(
        Recipe(
            "keras-3-on-2.15",
            OLD,
            ("install tensorflow-cpu==2.15.1", "install keras==3.6.0"),
        ),
        "warning",
        (True, True, True),
        mends=True,
    ),
    Row(
        Recipe("numpy-2-on-2.14", OLD, ("install tensorflow-cpu==2.14.1", "install --no-deps numpy==2.0.2")),
        "error",
        (False, False, False),
        mends=True,
    ),
    Row(
        Recipe("jax-only", MODERN, ("install keras==3.12.0 jax==0.6.2",)),
        "ok",
        (True, False, False),
        variables={"KERAS_BACKEND": "jax"},
    ),
    Row(
        Recipe("legacy-without-tf-keras", MODERN, ("install tensorflow==2.20.0",)),
        "error",
        (True, True, False),
        variables={"TF_USE_LEGACY_KERAS": "1"},
        programs=IMPORTS_ONLY,
        mends=True,
    ),
    Row(
        Recipe("one-of-two-removed", MODERN, ("install tensorflow==2.20.0 tensorflow-cpu==2.20.0", "uninstall tensorflow-cpu")),
        "error",
        (False, False, False),
        mends=True,
    ),
    Row(
        Recipe("keras-2-on-2.18", MODERN, ("install tensorflow-cpu==2.18.1", "install --no-deps keras==2.15.0")),
        "error",
        (False, False, False),
        mends=True,
    ),
    Row(
        Recipe("theano", MODERN, ("install tensorflow-cpu==2.18.1",)),
        "error",
        (False, False, False),
        keras_json='{"backend": "theano"}',
    ),
    Row(
        Recipe("keras-3-on-2.12", OLD, ("install tensorflow-cpu==2.12.1", "install keras==3.6.0")),
        "error",
        (True, False, False),
        mends=True,
    ),
)
