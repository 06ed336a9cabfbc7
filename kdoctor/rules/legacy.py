"""TF_USE_LEGACY_KERAS and tf-keras: when the variable is read, and what it does on each TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.knowledge.families import LEGACY_ON
from kdoctor.model import Evidence, Finding, Severity, Way
from kdoctor.rules.rows import label

_LOADER = "tensorflow/python/util/lazy_loader.py, TensorFlow 2.15.1 to 2.22.0rc0"


def legacy_without_tf_keras(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where TF_USE_LEGACY_KERAS asks for tf-keras, which is not installed."""
    tensorflow = coupling.tensorflow
    if not coupling.legacy or tensorflow is None or coupling.tf_keras or coupling.has("tf-keras") is not False:
        return
    minor = versions.minor(tensorflow.version)
    if minor is None or minor < (2, 15):
        return
    silent = minor >= (2, 16)
    yield Finding(
        rule="KD211",
        name=name_of("KD211"),
        severity=Severity.ERROR,
        summary=f"TF_USE_LEGACY_KERAS asks {label(tensorflow)} for tf-keras, which is not installed",
        cause=(
            "tf.keras.X then raises ImportError: Keras cannot be imported, while `from tensorflow.keras import X` silently gives Keras 3."
            if silent
            else "tf.keras cannot be imported at all then, although Keras 2 is installed."
        ),
        subjects=("TF_USE_LEGACY_KERAS", "tf-keras", tensorflow.name),
        evidence=(Evidence("measured on TensorFlow 2.15 to 2.21 without tf-keras", _LOADER),),
        breaks=frozenset({"tf.keras.attribute"} if silent else {"tf.keras", "tf.keras.attribute"}),
        ways=(
            Way(
                "install-tf-keras",
                f"install the tf-keras of TensorFlow {minor[0]}.{minor[1]}",
                needs=(f"tf-keras=={minor[0]}.{minor[1]}.*",),
            ),
            Way("drop-legacy", "do without legacy Keras", environment={"TF_USE_LEGACY_KERAS": None}),
        ),
    )


def legacy_without_effect(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where TF_USE_LEGACY_KERAS is set to no effect: the value is not taken as on, or this TensorFlow never reads it."""
    value = (coupling.snapshot.environment or {}).get("TF_USE_LEGACY_KERAS")
    tensorflow = coupling.tensorflow
    if not value or tensorflow is None:
        return
    minor = versions.minor(tensorflow.version)
    unread = minor is not None and minor < (2, 15)
    if not unread and (value in LEGACY_ON or value in ("0", "false", "False")):
        return
    yield Finding(
        rule="KD213",
        name=name_of("KD213"),
        severity=Severity.NOTE if unread else Severity.WARNING,
        summary=f"TF_USE_LEGACY_KERAS={value} has no effect" + (f" on {label(tensorflow)}" if unread else ""),
        cause="TensorFlow reads the variable from 2.15 on; before, tf.keras is Keras 2 anyway."
        if unread
        else "Only 1, true and True switch it on.",
        subjects=("TF_USE_LEGACY_KERAS", tensorflow.name),
        evidence=(Evidence("only these values are compared with", _LOADER),),
        ways=() if unread else (Way("legacy-on", "switch legacy Keras on", environment={"TF_USE_LEGACY_KERAS": "1"}),),
    )
