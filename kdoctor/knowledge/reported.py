"""Facts that came to light through reported problems, each confirmed by source code or by a run."""

from __future__ import annotations

from kdoctor.knowledge.schema import MEASURED, Fact, Severity, fact

REPORTED: tuple[Fact, ...] = (
    *(
        fact(
            "KD407",
            when,
            "?scipy<1.13",
            "",
            "jax before 0.4.24 reads scipy.linalg.tril where its jax.scipy is imported, which SciPy 1.13 removed; optax and flax import "
            "it, Keras does not",
            f"jax-ml/jax#20965; {MEASURED}",
            "jax 0.4.13, 0.4.18 and 0.4.23 with SciPy 1.13.1 fail, with 1.12 they work; 0.4.24 works with both; Keras 3.6 trains on "
            "jax 0.4.20 with SciPy 1.13.1",
            severity,
        )
        # Beside Keras or TensorFlow nobody may need jax.scipy: TensorFlow 2.12 requires jax and does not use it.
        for when, severity in (
            ("jax<0.4.24 and !tensorflow and !keras", Severity.ERROR),
            ("jax<0.4.24 and keras", Severity.NOTE),
            ("jax<0.4.24 and tensorflow and !keras", Severity.NOTE),
        )
    ),
    fact(
        "KD504",
        "jaxlib<0.4.13",
        "?ml-dtypes<0.3",
        "jax",
        "jaxlib before 0.4.13 reads ml_dtypes.float8_e4m3b11 when it is imported, which ml-dtypes 0.3 removed",
        f"jax-ml/jax#17693; jax-ml/jax#16277; {MEASURED}",
        "jax with jaxlib 0.4.10 and ml-dtypes 0.3.0; jaxlib 0.4.13 works with ml-dtypes 0.3.1 and 0.5.1",
    ),
    fact(
        "KD501",
        "torch<2.4.1 and system=windows",
        "?numpy<2",
        "torch",
        "the Windows wheels of torch before 2.4.1 are built for NumPy 1: they cannot take NumPy arrays from NumPy 2",
        "pytorch/pytorch#131668",
        "torch 2.4.0 with NumPy 2.0.1 on Windows",
    ),
    fact(
        "KD507",
        "tensorflow>=2.12,<2.13",
        "?wrapt<1.15",
        "",
        "saving a model with TensorFlow 2.12 fails with wrapt 1.15 and later: this __dict__ descriptor does not support '_DictWrapper' "
        "objects; training works",
        f"tensorflow/tensorflow#61063; {MEASURED}",
        "TensorFlow 2.12.1: wrapt 1.14.1 saves, 1.15.0 and 1.17.0 do not; TensorFlow 2.7, 2.9, 2.14 and 2.15 save with all of them",
    ),
    fact(
        "KD301",
        "tensorflow==2.5.* and keras<2.5 and ~keras-nightly and !keras-nightly",
        "!keras",
        "keras",
        "TensorFlow 2.5 brings keras-nightly, which owns keras/ as well: the files of two releases are mixed and `import keras` fails",
        f"tensorflow 2.5.0 METADATA; keras-team/keras#14632; matterport/Mask_RCNN#2575; {MEASURED}",
        "TensorFlow 2.5 with Keras 2.4.3: module 'keras.utils.generic_utils' has no attribute 'populate_dict_with_module_objects'",
    ),
    *(
        fact(
            "KD604",
            # Beside TensorFlow, Keras or torch it is one command among many that do without, and nobody may have asked for it.
            "tensorboard<2.21 and !tensorflow and !keras and !torch",
            need,
            "",
            "the tensorboard command of 2.20 and older imports pkg_resources, which setuptools removed in 82",
            "tensorflow/tensorboard#7107; tensorflow/tensorboard#7064; assume-framework/assume#774",
            "tensorboard 2.20.0: setuptools 82.0.1 fails, 81.0.0 works",
        )
        for need in ("?setuptools<82", "setuptools")
    ),
    fact(
        "KD602",
        "autokeras and keras-tuner>=1.4",
        "?keras-tuner>=1.4.3",
        "",
        "autokeras reads keras_tuner.engine.tuner, which keras-tuner 1.4.0 to 1.4.2 do not show",
        "keras-team/autokeras#1892; keras_tuner/engine/__init__.py of 1.4.0 to 1.4.7",
        "autokeras 1.1.0 with keras-tuner 1.4.0; 1.3.5 and 1.4.3 have it",
    ),
    *(
        fact(
            "KD603",
            f"{addon} and {keras} and absent=tf-keras",
            "tf-keras",
            "",
            f"{addon} asks for tf-keras where Keras is 3; whoever reports that it is missing has met that",
            source,
            seen,
        )
        for addon, source, seen in (
            ("transformers", "huggingface/transformers#36410", "transformers 4.49 on TensorFlow 2.18"),
            ("deepface", "serengil/deepface#1121", "deepface on TensorFlow 2.16"),
            ("retina-face", "serengil/retinaface#106", "retina-face on TensorFlow 2.17"),
        )
        for keras in ("tensorflow>=2.16", "tensorflow<2.16 and keras>=3")
    ),
    fact(
        "KD603",
        "tensorflow-hub==0.16.0 and tensorflow and keras>=3",
        "tf-keras",
        "",
        "tensorflow-hub 0.16.0 imports tf_keras where tf.keras is Keras 3, and does not declare it; 0.16.1 does",
        "tensorflow_hub/__init__.py and METADATA of 0.16.0 and 0.16.1; keras-team/keras-hub#1417",
        "tensorflow-hub 0.16.0 on TensorFlow 2.15 with Keras 3",
    ),
    fact(
        "KD601",
        "tensorflow>=2,<2.2",
        "?tensorflow-estimator!=2.2.*",
        "tensorflow",
        "TensorFlow 2.0 and 2.1 import tensorflow-estimator at start, and 2.2 of it reads tf.compat too early: module 'tensorflow' has no "
        "attribute 'compat'",
        f"tensorflow/tensorflow#40819; tensorflow/tensorflow#37525; {MEASURED}",
        "TensorFlow 2.1.0: tensorflow-estimator 2.2.0 fails; 2.0.1, 2.1.0 and 2.3.0 start",
    ),
)
