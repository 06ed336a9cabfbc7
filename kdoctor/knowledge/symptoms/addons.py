"""Messages of add-ons that do not fit: tensorflow-text, addons, probability, decision forests, transformers, keras-hub and others."""

from __future__ import annotations

from kdoctor.knowledge.symptoms.row import Said, symptom

_ADDONS = (
    "tensorflow_text|tensorflow_addons|tensorflow_decision_forests|tensorflow_io|tensorflow_recommenders_addons|tensorflow_ranking|"
    "tensorflow_compression|tensorflow_quantum|sentencepiece|/inference.so|/training.so|custom_ops|libtensorflow_io|"
    "yggdrasil|struct2tensor|tfx_bsl|tf_sentencepiece|horovod|dali_tf|tensorflow_gnn|tensorflow_similarity"
)
_CORE = "_pywrap_tensorflow_internal|libtensorflow_framework.so|libtensorflow_cc.so|tensorflow/core/kernels|tensorflow/lite/python"
_MATCH = (
    "Install the release of the add-on that was built for this TensorFlow (same minor number), or the TensorFlow of the add-on; "
    "`kdoctor check` gives the pair."
)

SYMPTOMS = (
    symptom(
        "addon-package",
        "KD601",
        "The compiled operations of an add-on were built for another TensorFlow: the C++ symbol that they look for does not exist in "
        "this one.",
        _MATCH,
        "runs of the laboratory of tensorflow-text and decision forests beside other TensorFlows (kdoctor explain KD601)",
        Said("undefined symbol: _ZN10tensorflow", "tensorflow/decision-forests#51", beside=_ADDONS),
        Said("undefined symbol: _ZNK10tensorflow", beside=_ADDONS),
        Said("undefined symbol: _ZN3tsl", beside=_ADDONS),
        Said("undefined symbol: _ZN4absl", beside=_ADDONS),
        Said("undefined symbol: _ZN3xla", beside=_ADDONS),
        Said("undefined symbol: _ZN6tflite", beside=_ADDONS),
        Said("undefined symbol: _ZTI", beside=_ADDONS),
        Said("undefined symbol: _Z", beside=_ADDONS),
        Said("undefined symbol: _ZN10tensorflow", confidence="medium", unless=_CORE),
        Said("undefined symbol: _ZNK10tensorflow", confidence="medium", unless=_CORE),
        Said("undefined symbol: _ZN3tsl", confidence="medium", unless=_CORE),
        Said("undefined symbol: _ZNK3tsl", confidence="medium", unless=_CORE),
        Said("undefined symbol: _ZN6tflite", confidence="medium", unless=_CORE),
        Said("undefined symbol: _ZN4absl", confidence="medium", unless=_CORE),
        Said("undefined symbol: _ZTIN10tensorflow", confidence="medium", unless=_CORE),
        Said("undefined symbol: _ZTVN10tensorflow", confidence="medium", unless=_CORE),
        Said("Library not loaded: @rpath/libtensorflow_framework", "tensorflow/text#97"),
        Said("libtensorflow_framework.so … cannot open shared object file", confidence="medium"),
        Said("undefined symbol: icudt", "a run of the laboratory: tensorflow-text 2.21.0"),
        Said("Symbol not found: __ZN10tensorflow", beside=_ADDONS),
        Said("Symbol not found: __ZN3tsl", beside=_ADDONS),
        Said("Symbol not found: __ZN4absl", beside=_ADDONS),
        Said("unable to open file: libtensorflow_io.so", "a run of the laboratory: tensorflow-io 0.37.1 on TensorFlow 2.15"),
        Said("unable to open file: libtensorflow_io_plugins.so"),
        Said("file system plugins are not loaded", confidence="medium"),
        Said("Op type not registered 'SimpleMLLoadModelFromPathWithHandle'"),
        Said("Op type not registered 'CaseFoldUTF8'", "tensorflow-text registers it when it is imported"),
        Said("Op type not registered 'SentencepieceOp'", "tensorflow-text registers it when it is imported"),
        Said("Op type not registered 'RegexSplitWithOffsets'", "tensorflow-text registers it when it is imported"),
        Said("Op type not registered 'Addons>", "tensorflow-addons registers it when it is imported"),
        Said("Op type not registered 'IO>", "tensorflow-io registers it when it is imported"),
        Said("Op type not registered", confidence="low"),
        Said("WordPieceTokenizer requires the tensorflow-text package"),
        Said("requires the tensorflow-text package. Please install with", confidence="medium"),
        Said("requires `tensorflow-text`", confidence="medium"),
        Said("requires `tensorflow_text`", confidence="medium"),
        Said("No module named 'tensorflow_text'", confidence="medium"),
    ),
    symptom(
        "addon-package",
        "KD601",
        "TensorFlow Probability checks TensorFlow's version when it is imported, and this one is too old for it.",
        "Install the TensorFlow Probability of TensorFlow's time (`kdoctor check` names it).",
        "tensorflow_probability/__init__.py; runs of the laboratory (kdoctor explain KD601)",
        Said("This version of TensorFlow Probability requires TensorFlow version >="),
        Said("requires TensorFlow version >="),
        Said(
            "Failed to import TensorFlow. … TensorFlow is not installed by default when you install TensorFlow Probability",
            confidence="medium",
        ),
    ),
    symptom(
        "addon-package",
        "KD607",
        "An add-on uses a part of JAX that this release does not have yet or has no longer.",
        "Install a release of JAX of the add-on's time, or a newer add-on.",
        "tensorflow/probability#1808; runs of the laboratory (kdoctor explain KD607)",
        Said("module 'jax.dtypes' has no attribute 'prng_key'", "tensorflow/probability#1808"),
        Said("jax.interpreters.xla.pytype_aval_mappings was deprecated", "a run of the laboratory: probability 0.25 with jax 0.7"),
        Said(
            "module 'jax.interpreters.xla' has no attribute 'pytype_aval_mappings'",
            "a run of the laboratory: probability 0.25 with jax 0.10",
        ),
    ),
    symptom(
        "addon-package",
        "KD602",
        "An add-on reads internals of Keras 2, and Keras 3 is here.",
        "Take a release of the add-on for Keras 3, or Keras 2: TensorFlow 2.15 or lower, or tf-keras with TF_USE_LEGACY_KERAS=1 where "
        "the add-on uses tf.keras.",
        "tensorflow/probability#1774; faustomorales/vit-keras#44; runs of the laboratory (kdoctor explain KD602)",
        Said("module 'keras._tf_keras.keras' has no attribute '__internal__'", "tensorflow/probability#1774"),
        Said("module 'keras.api._v2.keras' has no attribute '__internal__'", confidence="medium"),
        Said("No module named 'keras.src.engine'", "faustomorales/vit-keras#44"),
        Said("No module named 'keras.legacy'", "CyberZHG/keras-adamw#59"),
        Said("cannot import name 'keras_export'", confidence="medium"),
        Said("No module named 'keras.src.", beside="tensorflow_addons"),
        Said("cannot import name 'ops' from 'keras'", "keras-hub 0.32 with Keras 2.15"),
        Said("module 'keras.ops' has no attribute", confidence="medium"),
        Said("module 'keras' has no attribute 'ops'", confidence="medium"),
        Said("cannot import name 'SeedGenerator' from 'keras", confidence="low"),
        Said("No module named 'keras.saving.hdf5_format'"),
        Said("cannot import name '…' from 'keras.saving.hdf5_format'", confidence="medium"),
        Said("module 'keras.utils' has no attribute 'unpack_x_y_sample_weight'"),
        Said("module 'keras.engine' has no attribute", confidence="medium", beside="transformers|tensorflow_addons"),
        Said(
            "cannot import name 'TF…' from 'transformers'",
            "a run of the laboratory: transformers 5 has no TensorFlow models",
            confidence="medium",
        ),
        Said("Failed to import transformers.models.… modeling_tf_", "a run of the laboratory: TensorFlow 2.13 with transformers 4.29"),
        Said("prune_low_magnitude` can only prune an object of the following types", "tensorflow/model-optimization#1141"),
        Said("`to_annotate` can only be a `keras.Model` instance", confidence="medium"),
        Said("`to_quantize` can only either be a keras Sequential or Functional model"),
        Said("quantize_model … can only either be a tf.keras Sequential or Functional model", confidence="medium"),
        Said("`to_annotate` can only be a", confidence="medium"),
        Said("Unable to clone model. This generally means you used custom Keras layers or objects", confidence="low"),
        Said("Layer … <class 'keras.…'> is not supported. You can quantize this layer by passing", confidence="low"),
        Said("module 'keras_nlp' has no attribute 'models'"),
        Said("module 'keras_nlp' has no attribute", confidence="medium"),
        Said("module 'keras_hub' has no attribute", confidence="medium"),
        Said("module 'keras_cv' has no attribute", confidence="medium"),
        Said("module 'tensorflow_addons' has no attribute", confidence="medium"),
        Said("module 'keras_tuner' has no attribute", confidence="medium"),
        Said("No module named 'keras_tuner.engine", "keras-team/autokeras#1892"),
        Said("module 'keras_tuner.engine' has no attribute", "keras-team/autokeras#1892"),
        Said("module 'tensorflow.keras' has no attribute '__internal__'", confidence="medium"),
        Said("generic_utils' has no attribute 'object_list_uid'"),
        Said("module 'keras.utils.generic_utils' has no attribute", confidence="medium", unless="populate_dict_with_module_objects"),
        Said("cannot import name 'tf_utils' from 'keras", confidence="medium"),
        Said(
            "module 'tensorflow.python.training.experimental.mixed_precision' has no attribute",
            beside="transformers|addons",
            confidence="medium",
        ),
    ),
    symptom(
        "addon-package",
        "",
        "The code is for TensorFlow 1: tf.contrib and other parts were removed with TensorFlow 2.",
        "Port the code to TensorFlow 2, or run it with TensorFlow 1.15 on Python 3.7 or older.",
        "tensorflow/__init__.py of TensorFlow 1.15 and 2.0",
        Said("No module named 'tensorflow.contrib'"),
        Said("module 'tensorflow' has no attribute 'contrib'"),
        Said("No module named 'tensorflow.examples'"),
        confidence="medium",
    ),
    symptom(
        "addon-package",
        "KD601",
        "tensorflow-estimator is not of TensorFlow's release, or TensorFlow's folder is damaged: TensorFlow 2.0 and 2.1 import the "
        "estimator "
        "when they start.",
        "Install tensorflow-estimator of TensorFlow's minor release; if that does not help, reinstall TensorFlow.",
        "tensorflow/tensorflow#40819; tensorflow/tensorflow#37525",
        Said("module 'tensorflow' has no attribute 'compat'", "tensorflow/tensorflow#40819"),
        Said("cannot import name 'estimator_export' from 'tensorflow.python.util.tf_export'"),
        Said("has no attribute 'estimator'", "tf.estimator left TensorFlow with 2.16"),
        Said("No module named 'tensorflow.estimator'"),
        Said("No module named 'tensorflow_core.estimator'"),
        Said("No module named 'tensorflow_core", confidence="low"),
        confidence="medium",
    ),
)
