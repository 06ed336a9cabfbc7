"""Facts on add-ons bound to a TensorFlow by their binary interface, or to a generation of Keras."""

from __future__ import annotations

from kdoctor.knowledge.schema import MEASURED, Fact, Severity, fact

#: tensorflow-probability checks this floor when it is imported; source: tensorflow_probability/__init__.py of each release.
_PROBABILITY = (
    ("0.12", "2.4"),
    ("0.13", "2.5"),
    ("0.14", "2.6"),
    ("0.15", "2.7"),
    ("0.16", "2.8"),
    ("0.17", "2.9"),
    ("0.18", "2.10"),
    ("0.19", "2.11"),
    ("0.20", "2.12"),
    ("0.21", "2.13"),
    ("0.22", "2.14"),
    ("0.23", "2.15"),
    ("0.24", "2.16"),
    ("0.25", "2.18"),
)

#: Each TensorFlow Decision Forests was built against one TensorFlow; source: its compatibility table. From 1.0.1 on its metadata says so.
_FORESTS = (
    ("==0.1.0", "2.4"),
    (">=0.1.1,<=0.1.8", "2.5"),
    (">=0.1.9,<=0.2.0", "2.6"),
    (">=0.2.1,<=0.2.3", "2.7"),
    ("==0.2.4", "2.8"),
    (">=0.2.5,<=0.2.7", "2.9"),
    ("==1.0.0", "2.10"),
)

#: tensorflow-io names a TensorFlow in extras only: (its release, the TensorFlow on which it loads, where it was seen not to).
_IO = (
    ("0.37", ">=2.16,<2.18", "TensorFlow 2.15, 2.18, 2.19, 2.20 and 2.21"),
    ("0.36", ">=2.14,<2.16", "TensorFlow 2.16"),
    ("0.35", ">=2.14,<2.16", "TensorFlow 2.16"),
    ("0.34", ">=2.13,<2.14", "TensorFlow 2.12, 2.14, 2.15, 2.16 and 2.18"),
    ("0.32", ">=2.12,<2.13", "TensorFlow 2.13"),
    ("0.31", ">=2.11,<2.12", "TensorFlow 2.12, 2.15 and 2.16"),
    ("0.27", ">=2.10,<2.11", "TensorFlow 2.11"),
    # By the table and their own extras alone, as the releases around them.
    ("0.33", ">=2.13,<2.14", "none; those around it fail one minor release off"),
    ("0.30", ">=2.11,<2.12", "none; those around it fail one minor release off"),
    ("0.29", ">=2.11,<2.12", "none; those around it fail one minor release off"),
    ("0.28", ">=2.11,<2.12", "none; those around it fail one minor release off"),
    ("0.26", ">=2.9,<2.10", "none; those around it fail one minor release off"),
    ("0.25", ">=2.8,<2.9", "none; those around it fail one minor release off"),
    ("0.24", ">=2.8,<2.9", "none; those around it fail one minor release off"),
    ("0.23", ">=2.7,<2.8", "none; those around it fail one minor release off"),
)

ADDONS: tuple[Fact, ...] = (
    *(
        fact(
            "KD601",
            f"tensorflow-probability=={release}.*",
            f"?tensorflow>={floor}",
            "",
            f"tensorflow-probability {release} refuses TensorFlow older than {floor} when it is imported; its metadata names none",
            f"tensorflow_probability/__init__.py, release {release}",
            f"release {release}",
        )
        for release, floor in _PROBABILITY
    ),
    *(
        fact(
            "KD607",
            f"tensorflow-probability>=0.22 and jax and {tensorflow}",
            "?jax>=0.4.14",
            "",
            "the JAX side of tensorflow-probability 0.22 and later (tensorflow_probability.substrates.jax) uses jax.dtypes.prng_key, which "
            "jax has from 0.4.14 on",
            "tensorflow_probability/substrates/jax of 0.21.0 and 0.22.0; jax/dtypes.py of 0.4.13 and 0.4.14; tensorflow/probability#1808",
            "tensorflow-probability 0.22.0 with jax 0.4.8",
            severity,
        )
        for tensorflow, severity in (("!tensorflow", Severity.ERROR), ("tensorflow", Severity.NOTE))
    ),
    *(
        fact(
            "KD607",
            f"tensorflow-probability<0.26 and jax and {tensorflow}",
            "?jax<0.7",
            "",
            "the JAX side of tensorflow-probability up to 0.25 uses jax.interpreters.xla.pytype_aval_mappings, which jax 0.7 removed",
            f"tensorflow-probability 0.18.0 to 0.25.0, internal/backend/jax; {MEASURED}",
            "tensorflow-probability 0.25.0: jax 0.7.0 and 0.10.2 fail, 0.6.2 works",
            severity,
        )
        for tensorflow, severity in (("!tensorflow", Severity.ERROR), ("tensorflow", Severity.NOTE))
    ),
    fact(
        "KD602",
        "tensorflow-probability<0.24 and tensorflow==2.15.*",
        "?keras<3",
        "",
        "tensorflow-probability before 0.24 uses Keras 2 internals through tf.keras",
        "tensorflow/probability#1774",
        "tensorflow-probability 0.23.0 with TensorFlow 2.15 and Keras 3",
    ),
    fact(
        "KD601",
        "tensorflow-directml-plugin<0.5",
        "?tensorflow<2.11",
        "tensorflow",
        "TensorFlow 2.11 and later do not load device plugins built for an earlier one, and the import ends: tfdml_plugin.dll not found",
        "microsoft/tensorflow-directml-plugin#331, #352, #360, #367",
        "tensorflow-directml-plugin 0.2 to 0.4 with TensorFlow 2.11 and 2.12",
    ),
    fact(
        "KD601",
        "tensorflow-probability>=0.19,<0.22",
        "?tensorflow<2.14",
        "",
        "tensorflow-probability 0.19 to 0.21 declares functions of TensorFlow anew, and TensorFlow 2.14 gave them another parameter",
        f"{MEASURED}: ValueError: Arg specs do not match, for ones_like",
        "tensorflow-probability 0.20.1 and 0.21.0 on TensorFlow 2.14 to 2.17, 0.19.0 on 2.18, also with TF_USE_LEGACY_KERAS=1",
    ),
    fact(
        "KD601",
        "tensorflow-probability<0.24 and TF_USE_LEGACY_KERAS!=1 and TF_USE_LEGACY_KERAS!=True and TF_USE_LEGACY_KERAS!=true",
        "?tensorflow<2.16",
        "",
        "tensorflow-probability before 0.24 needs Keras 2 behind tf.keras, so TensorFlow before 2.16",
        f"{MEASURED}: keras._tf_keras has no attribute __internal__; with TF_USE_LEGACY_KERAS=1 and tf-keras a model trains",
        "tensorflow-probability 0.22.1 and 0.23.0 on TensorFlow 2.16, 2.17 and 2.18",
    ),
    fact(
        "KD603",
        "tensorflow-probability>=0.24 and tensorflow>=2.16",
        "tf-keras",
        "",
        "tensorflow-probability 0.24 and later import tf_keras wherever tf.keras is Keras 3; only its extra [tf] declares it",
        f"tensorflow_probability/python/internal/tf_keras.py 0.24.0; {MEASURED}",
        "tensorflow-probability 0.24 and 0.25",
    ),
    fact(
        "KD602",
        "tensorflow-addons",
        "?keras<3",
        "",
        "TensorFlow Addons reaches into keras.src.engine, which Keras 3 does not have; TF_USE_LEGACY_KERAS does not help",
        f"{MEASURED}: No module named 'keras.src.engine'",
        "tensorflow-addons 0.23.0 with Keras 3 on TensorFlow 2.15 and 2.16",
    ),
    fact(
        "KD601",
        "tensorflow-addons",
        "?tensorflow<2.16",
        "",
        "TensorFlow Addons ended with 0.23.0, made for TensorFlow 2.15 at most",
        "tensorflow-addons release list and its README",
        "tensorflow-addons 0.23.0 on TensorFlow 2.16",
    ),
    *(
        fact(
            "KD601",
            f"tensorflow-decision-forests{release}",
            f"?tensorflow=={tensorflow}.*",
            "",
            f"tensorflow-decision-forests {release.lstrip('=')} was built against TensorFlow {tensorflow}; its op library does "
            "not load on another minor",
            "tensorflow/decision-forests documentation/known_issues.md; tensorflow/decision-forests#51",
            f"releases {release.lstrip('=')}",
        )
        for release, tensorflow in _FORESTS
    ),
    fact(
        "KD601",
        "tensorflow>=2.16",
        "?tensorflow-hub>=0.16",
        "",
        "tensorflow-hub before 0.16 imports tf.estimator, which ended with TensorFlow 2.15",
        f"TensorFlow 2.16.1 release notes; {MEASURED}",
        "tensorflow-hub 0.15.0 on TensorFlow 2.16",
    ),
    fact(
        "KD604",
        "tensorflow-hub<=0.16.1",
        "?setuptools<82",
        "",
        "tensorflow-hub up to 0.16.1 imports pkg_resources, which setuptools 82 removed",
        MEASURED,
        "tensorflow-hub 0.16.1: setuptools 84 fails, 80.9 works",
    ),
    fact(
        "KD604",
        "tensorflow-hub<=0.16.1",
        "setuptools",
        "",
        "tensorflow-hub up to 0.16.1 imports pkg_resources, which comes with setuptools before 82",
        MEASURED,
        "tensorflow-hub 0.16.1 without setuptools",
    ),
    fact(
        "KD602",
        "keras-hub>=0.26",
        "?keras>=3.13",
        "",
        "keras-hub 0.26 and later use keras.layers.ReversibleEmbedding, which Keras has from 3.13 on",
        f"keras-hub METADATA; {MEASURED}",
        "keras-hub 0.26 and 0.32 with Keras 3.3 and 3.10",
    ),
    fact(
        "KD602",
        "keras-nlp>=0.15",
        "?keras>=3",
        "",
        "keras-nlp 0.15 and later import keras.ops, which Keras 2 does not have",
        MEASURED,
        "keras-nlp 0.32 with Keras 2.15",
    ),
    fact(
        "KD605",
        "keras-nlp",
        "?keras-nlp>0.0.0",
        "",
        "keras-nlp 0.0.0 is an empty placeholder; a resolver falls back to it where no real release fits (tensorflow-text had no wheel)",
        "keras-team/keras-hub#1649",
        "keras-nlp 0.0.0",
    ),
    fact(
        "KD605",
        "tensorflow-gpu",
        "?tensorflow-gpu<2.12",
        "tensorflow",
        "tensorflow-gpu 2.12.0 is an empty package; the name ended with 2.11",
        "tensorflow-gpu 2.12.0 file list and description",
        "tensorflow-gpu 2.12.0",
    ),
    fact(
        "KD606",
        "tf2onnx<1.17",
        "?numpy<2",
        "",
        "tf2onnx before 1.17 uses np.cast, which NumPy 2 removed",
        "onnx/tensorflow-onnx#2373",
        "tf2onnx 1.16.1 with NumPy 2.0.2",
    ),
    *(
        fact(
            "KD601",
            f"tensorflow-io=={release}.*",
            f"?tensorflow{tensorflow}",
            "",
            f"the op library of tensorflow-io {release} does not load on this TensorFlow; the import works, every operation then ends "
            "with NotImplementedError: unable to open file: libtensorflow_io.so",
            f"{MEASURED}; the compatibility table of tensorflow-io",
            f"tensorflow-io {release} on {seen}",
        )
        for release, tensorflow, seen in _IO
    ),
    fact(
        "KD609",
        "tensorflow-text and system=linux",
        "?tensorflow-text!=2.21.0",
        "",
        "the wheels of tensorflow-text 2.21.0 lack the symbol icudt77_dat and cannot be imported with any TensorFlow; 2.21.1 can",
        f"tensorflow/text#1541; the symbols of the wheels for x86_64 and aarch64; {MEASURED}",
        "tensorflow-text 2.21.0 on TensorFlow 2.21.0",
    ),
    fact(
        "KD503",
        "tensorflow-metadata>=1.21",
        "?protobuf>=6.31.1",
        "",
        "tensorflow-metadata 1.21 and later, which tensorflow-datasets imports, hold code that protobuf 6.31.1 made, and no older one "
        "runs it; the metadata admits protobuf 4.25",
        f"tensorflow_metadata/proto/v0/schema_pb2.py 1.17.3 and 1.21.0; {MEASURED}",
        "tensorflow-metadata 1.21.0 with protobuf 4.25.9 and 5.29.6",
    ),
    fact(
        "KD503",
        "ydf==0.16.0",
        "?protobuf>=6.31.1",
        "",
        "ydf 0.16.0, which tensorflow-decision-forests imports, holds code that protobuf 6.31.1 made, and no older one runs it; "
        "its metadata admits protobuf 5.29.1",
        f"yggdrasil_decision_forests/dataset/data_spec_pb2.py 0.15.0 and 0.16.0; {MEASURED}",
        "ydf 0.16.0 with tensorflow-decision-forests 1.11.0, TensorFlow 2.18 and protobuf 5.29.6",
    ),
    fact(
        "KD504",
        "onnx>=1.19",
        "?ml-dtypes>=0.5",
        "",
        "onnx 1.19 and later, which tf2onnx imports, use ml_dtypes.float4_e2m1fn, which ml-dtypes has from 0.5.0 on; "
        "1.19.0 declares no version",
        f"onnx/onnx#7249; {MEASURED}",
        "onnx 1.19.0 with ml-dtypes 0.3.2",
    ),
    fact(
        "KD601",
        "tensorflow-text==2.19.* and tensorflow-cpu==2.19.*",
        "!tensorflow-cpu",
        "",
        "tensorflow-text 2.19.0 loads with tensorflow 2.19 but not with tensorflow-cpu 2.19: undefined symbol in its op libraries",
        MEASURED,
        "tensorflow-text 2.19.0 on tensorflow-cpu 2.19.0 and 2.19.1 fails, on tensorflow 2.19.1 and tensorflow-cpu 2.18.1 it works",
    ),
    fact(
        "KD603",
        "retina-face<0.0.19 and tensorflow>=2.16",
        "tf-keras",
        "",
        "retina-face before 0.0.19 is written for Keras 2 and asks for tf-keras where TensorFlow is 2.16 or newer",
        "serengil/retinaface#106",
        "retina-face 0.0.17 on TensorFlow 2.17",
    ),
    fact(
        "KD603",
        "deepface<0.0.102 and tensorflow>=2.16",
        "tf-keras",
        "",
        "deepface before 0.0.102 is written for Keras 2 and asks for tf-keras where TensorFlow is 2.16 or newer",
        "serengil/deepface#1323; serengil/deepface#1121",
        "deepface 0.0.93 on TensorFlow 2.17, and on 2.20",
    ),
    fact(
        "KD602",
        "vit-keras",
        "?keras<3",
        "",
        "vit-keras imports tensorflow-addons, which reaches into keras.src.engine; Keras 3 has no such module",
        "faustomorales/vit-keras#44",
        "vit-keras with Keras 3",
    ),
    fact(
        "KD603",
        "transformers>=4,<5 and tensorflow and keras>=3",
        "tf-keras",
        "",
        "the TensorFlow models of transformers 4 need tf-keras where Keras is 3; its PyTorch models do not",
        f"huggingface/transformers#36410; {MEASURED}",
        "transformers 4.46 on TensorFlow 2.19",
        Severity.NOTE,
    ),
)

#: Op libraries built against one TensorFlow minor; a violated declared requirement on TensorFlow is therefore a failure.
#: Source: metadata of the releases and runs with other minors (undefined symbol); the exceptions that were seen to load are listed.
BOUND_BY_ABI = frozenset({"tensorflow-text", "tensorflow-decision-forests", "tensorflow-io", "tensorflow-recommenders-addons"})

#: (add-on, its version, TensorFlow) that were seen to load although the minors differ.
SEEN_TO_LOAD = (
    ("tensorflow-text==2.17.*", "tensorflow==2.16.*"),
    ("tensorflow-text==2.16.*", "tensorflow==2.17.*"),
    # Declared is one patch release; all of that minor release are alike.
    ("tensorflow-decision-forests==1.12.*", "tensorflow==2.19.*"),
    ("tensorflow-decision-forests==1.11.*", "tensorflow==2.18.*"),
    ("tensorflow-decision-forests>=1.9,<1.11", "tensorflow==2.17.*"),
    ("tensorflow-decision-forests==1.9.*", "tensorflow==2.16.*"),
    ("tensorflow-decision-forests>=1.7,<1.9", "tensorflow==2.15.*"),
    ("tensorflow-text==2.19.*", "tensorflow==2.18.*"),
    ("tensorflow-text==2.14.*", "tensorflow==2.15.*"),
)
