"""What a row of the laboratory's table is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The program of each usage, in lab/programs. With TF_USE_LEGACY_KERAS set and no tf-keras, `from tensorflow.keras import ...`
#: and the attribute `tf.keras` part; the first is what most programs write, the second stands in the mixed program.
USES = {"keras": "use_keras.py", "tensorflow.keras": "import_from_tensorflow_keras.py", "mixed": "use_mixed.py"}
#: The same, with a program that writes `tf.keras` in every way there is.
USES_IN_EVERY_WAY = {**USES, "tensorflow.keras": "use_tensorflow_keras.py"}


class Row(NamedTuple):
    """An environment to be built, and what is run in it beside the three usages.

    `steps` are the arguments of `uv pip` one after the other ("install tensorflow==2.15.1", "uninstall keras"). `tries` are
    further programs, each a label and its source; those labelled with the name of a distribution try that add-on.
    """

    name: str
    python: str
    steps: tuple[str, ...]
    variables: Mapping[str, str] = {}
    keras_json: str | None = None
    tries: Mapping[str, str] = {}


def row(name: str, python: str, wanted: str, *steps: str, swap: str = "", without: str = "", **more: object) -> Row:
    """Give a row: what is wanted is resolved and installed as a user would; then come the steps.

    `swap` names distributions that are forced in afterwards without regard for requirements, `without` those taken out.
    Variables are given as keywords in capitals, keras.json and tries by their names.
    """
    made = [f"install {wanted}"] if wanted else []
    made += steps
    if swap:
        made.append(f"install --no-deps {swap}")
    if without:
        made.append(f"uninstall {without}")
    variables = {key: str(value) for key, value in more.items() if key.isupper()}
    keras_json = more.get("keras_json")
    tries = more.get("tries") or {}
    assert isinstance(tries, dict)
    assert not {key for key in more if not key.isupper()} - {"keras_json", "tries"}
    return Row(name, python, tuple(made), variables, None if keras_json is None else str(keras_json), tries)
