"""The environments that are really built, and what programs do in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lab.environments import Recipe
from lab.row import USES, USES_IN_EVERY_WAY

if TYPE_CHECKING:
    from collections.abc import Mapping

MODERN = ("3.11", "3.12", "3.10", "3.13")
#: TensorFlow up to 2.15 has wheels up to Python 3.11.
OLD = ("3.11", "3.10", "3.9")


CPU_2_20 = "install tensorflow-cpu==2.20.0"


class Row(NamedTuple):
    """One environment: how it is made, the variables and keras.json of its user, and what works in it."""

    name: str
    recipe: Recipe
    verdict: str
    #: Whether `import keras`, `tensorflow.keras` and the mixture work.
    works: tuple[bool, bool, bool]
    variables: Mapping[str, str] = {}
    keras_json: str | None = None
    programs: Mapping[str, str] = USES_IN_EVERY_WAY
    #: True where the first remedy promises that afterwards all three usages work.
    mends: bool = False


HEALTHY = Recipe("healthy", MODERN, ("install tensorflow==2.21.0",))
HEALTHY_2_18 = Recipe("healthy-2.18", MODERN, ("install tensorflow-cpu==2.18.1",))
HEALTHY_2_15 = Recipe("healthy-2.15", OLD, ("install tensorflow-cpu==2.15.1",))
PLAIN_2_20 = Recipe("plain-2.20", MODERN, ("install tensorflow==2.20.0",))
WITH_TF_KERAS = Recipe("with-tf-keras", MODERN, ("install tensorflow==2.20.0 tf-keras==2.20.1",))
JAX_ONLY = Recipe("jax-only", MODERN, ("install keras==3.12.0 jax==0.6.2",))
# What `pip install "tensorflow-cpu==2.20.*" keras-hub` gives, in an order that does not depend on a race.
TWO_TENSORFLOWS = Recipe("two-tensorflows", MODERN, (CPU_2_20, f"{CPU_2_20} keras-hub"))
ONE_OF_TWO_REMOVED = Recipe("one-of-two-removed", MODERN, (f"{CPU_2_20} tensorflow==2.20.0", "uninstall tensorflow-cpu"))
KERAS_3_ON_2_15 = Recipe("keras-3-on-2.15", OLD, ("install tensorflow-cpu==2.15.1", "install keras==3.6.0"))
KERAS_3_ON_2_12 = Recipe("keras-3-on-2.12", OLD, ("install tensorflow-cpu==2.12.1", "install keras==3.6.0"))
KERAS_2_ON_2_18 = Recipe("keras-2-on-2.18", MODERN, (*HEALTHY_2_18.steps, "install --no-deps keras==2.15.0"))
NO_KERAS = Recipe("no-keras", MODERN, (*HEALTHY_2_18.steps, "uninstall keras"))
NUMPY_2_ON_2_14 = Recipe("numpy-2-on-2.14", OLD, ("install tensorflow-cpu==2.14.1", "install --no-deps numpy==2.0.2"))

ALL = (True, True, True)
NONE = (False, False, False)
LEGACY = {"TF_USE_LEGACY_KERAS": "1"}

ROWS = (
    Row("healthy", HEALTHY, "ok", ALL),
    Row("healthy-2.18", HEALTHY_2_18, "ok", ALL),
    Row("healthy-2.15", HEALTHY_2_15, "ok", ALL),
    Row("healthy-legacy", WITH_TF_KERAS, "ok", ALL, LEGACY),
    Row("healthy-jax", JAX_ONLY, "ok", (True, False, False), {"KERAS_BACKEND": "jax"}),
    Row("two-tensorflows", TWO_TENSORFLOWS, "error", NONE, mends=True),
    Row("one-of-two-removed", ONE_OF_TWO_REMOVED, "error", NONE, mends=True),
    Row("keras-3-on-2.15", KERAS_3_ON_2_15, "warning", ALL, mends=True),
    Row("keras-3-on-2.12", KERAS_3_ON_2_12, "error", (True, False, False), mends=True),
    Row("keras-2-on-2.18", KERAS_2_ON_2_18, "error", NONE, mends=True),
    Row("no-keras", NO_KERAS, "error", NONE, mends=True),
    Row("numpy-2-on-2.14", NUMPY_2_ON_2_14, "error", NONE, mends=True),
    Row("legacy-without-tf-keras", PLAIN_2_20, "error", (True, True, False), LEGACY, programs=USES, mends=True),
    # tf-keras requires the distribution `tensorflow`: installed plainly it would put a second TensorFlow over the first.
    Row("legacy-on-cpu", HEALTHY_2_18, "error", (True, True, False), LEGACY, programs=USES, mends=True),
    Row("legacy-on-2.15", HEALTHY_2_15, "error", (True, False, False), LEGACY, mends=True),
    Row("json-theano", HEALTHY_2_18, "error", NONE, keras_json='{"backend": "theano"}', mends=True),
    # Its first remedy is to install torch, too large to follow here.
    Row("torch-asked-not-there", HEALTHY_2_18, "error", NONE, {"KERAS_BACKEND": "torch"}),
)
