"""Facts on TensorFlow, Keras and tf-keras: what fails although metadata allows it, and what works although it forbids it."""

from __future__ import annotations

from kdoctor.knowledge.schema import MEASURED, Fact, Severity, Tolerated, fact

#: TensorFlow minor -> the first Keras 2 minor that it cannot run, the error, and what was run.
_TOO_NEW = (
    (
        "2.6",
        "2.7",
        "AlreadyExistsError: Another metric with the same name already exists",
        f"tensorflow/tensorflow#52937; {MEASURED}",
        "2.6 with 2.7 and 2.8",
    ),
    (
        "2.7",
        "2.8",
        "no attribute 'strategy_supports_no_merge_call'",
        f"dusty-nv/jetson-containers#153; {MEASURED}",
        "2.7 with 2.8, 2.9 and 2.11",
    ),
    ("2.8", "2.9", "cannot import name 'dtensor'", MEASURED, "2.8 with 2.9 to 2.15"),
    ("2.9", "2.10", "No module named 'tensorflow.python.trackable'", MEASURED, "2.9 with 2.10 and 2.11"),
    ("2.10", "2.11", "no attribute 'register_load_context_function'", MEASURED, "2.10 with 2.11, 2.12 and 2.15"),
    ("2.11", "2.12", "cannot import name 'type_spec_registry'", MEASURED, "2.11 with 2.12 and 2.15"),
    ("2.12", "2.13", "a circular import in keras.src.engine", MEASURED, "2.12 with 2.13, 2.14 and 2.15"),
    ("2.13", "2.15", "SymbolAlreadyExposedError: Symbol Zeros", MEASURED, "2.13 with 2.15; 2.13 with 2.14 works"),
)

COUPLING: tuple[Fact, ...] = (
    *(
        fact(
            "KD201",
            f"tensorflow=={tensorflow}.* and keras<3",
            f"?keras<{keras}",
            "keras tf.keras",
            f"Keras {keras} and later fail on TensorFlow {tensorflow}: {error}",
            source,
            f"TensorFlow {observed}",
        )
        for tensorflow, keras, error, source, observed in _TOO_NEW
    ),
    fact(
        "KD201",
        "keras>=2.4,<2.5",
        "?tensorflow>=2.2",
        "keras",
        "Keras 2.4 hands everything to the tf.keras of TensorFlow 2.2 or later, and says so when it is imported",
        f"keras 2.4.3 keras/__init__.py; keras-team/keras#14149; {MEASURED}",
        "Keras 2.4.3 with TensorFlow 1.15 and 2.1 fails; with 2.2, 2.3, 2.4, 2.6 and 2.7 it works",
    ),
    fact(
        "KD201",
        "keras>=2.6,<3",
        "?tensorflow>=2.6",
        "keras",
        "Keras 2.6 and later are the Keras of TensorFlow 2.6 and later, and fail on older ones when they are imported",
        MEASURED,
        "TensorFlow 2.3, 2.4 and 2.5 with Keras 2.6.0; 2.5 with 2.7.0 and 2.11.0",
    ),
    fact(
        "KD205",
        "keras<2.3 and backend=tensorflow",
        "?tensorflow<2",
        "keras",
        "Keras 2.3 is the first to support TensorFlow 2; older ones refuse it or look for what it no longer has",
        f"keras 2.3.0 release notes; {MEASURED}",
        "Keras 2.2.5 on TensorFlow 1.15 works; on 2.1 and 2.2 it raises RuntimeError",
    ),
    fact(
        "KD205",
        "keras>=2.3,<2.4 and backend=tensorflow",
        "?tensorflow<2.3",
        "keras",
        "Keras 2.3 reads ops._TensorLike, which TensorFlow 2.3 removed",
        MEASURED,
        "Keras 2.3.1 on TensorFlow 1.15, 2.1 and 2.2 works; on 2.3 and 2.4 it fails",
    ),
    fact(
        "KD202",
        "tensorflow>=2.6,<2.15",
        "?keras<3",
        "tf.keras",
        "the bridge from tf.keras to Keras 3 came with TensorFlow 2.15: before, tf.keras fails with No module named 'tensorflow.keras'",
        MEASURED,
        "TensorFlow 2.8 to 2.14 with Keras 3.0.5 to 3.15.1",
    ),
    fact(
        "KD203",
        "keras>=3 and backend=tensorflow",
        "?tensorflow>=2.11",
        "keras",
        "Keras 3 cannot train on TensorFlow before 2.11: 'str' object has no attribute 'base_dtype' on 2.9 and 2.10, an "
        "import error before",
        MEASURED,
        "TensorFlow 2.8, 2.9 and 2.10 with Keras 3.0.5 to 3.12.4; 2.11 with them works",
    ),
    fact(
        "KD204",
        "tensorflow>=2.16",
        "?keras>=3",
        "keras tf.keras",
        "from TensorFlow 2.16 on, tf.keras is Keras 3; Keras 2 fails there on tensorflow.__internal__ and lives on only as tf-keras",
        f"TensorFlow 2.16.1 release notes; {MEASURED}",
        "TensorFlow 2.16 to 2.21 with Keras 2.15.0",
    ),
    fact(
        "KD205",
        "tensorflow==2.6.* and keras<3",
        "?keras>=2.6",
        "tf.keras.import",
        "TensorFlow 2.6 looks for keras.api, new in Keras 2.6: `from tensorflow.keras import X` fails, the attribute tf.keras works",
        MEASURED,
        "TensorFlow 2.6.5 with Keras 2.4.3; 2.7.4 with it works",
    ),
    fact(
        "KD205",
        "tensorflow>=2.10,<2.16 and keras<3",
        "?keras>=2.9",
        "keras tf.keras",
        "Keras 2.8 and older use tensorflow.__internal__.tracking.TrackableSaver, which TensorFlow 2.10 no longer has",
        MEASURED,
        "TensorFlow 2.10 with Keras 2.6, 2.7 and 2.8; with 2.9 it works",
    ),
    fact(
        "KD205",
        "tensorflow>=2.14,<2.16 and keras<3",
        "?keras>=2.11",
        "keras tf.keras",
        "Keras 2.10 and older call tf_export with a metaclass, which TensorFlow 2.14 no longer takes: api_export.__init__() got an "
        "unexpected keyword argument",
        MEASURED,
        "TensorFlow 2.14 and 2.15 with Keras 2.10 on Python 3.10 with protobuf 3.20.3 fail; with 2.11, and 2.13 with 2.10, they work",
    ),
    fact(
        "KD205",
        "tensorflow>=2.12 and python>=3.11 and keras<3",
        "?keras>=2.12",
        "keras tf.keras",
        "Keras 2.11 and older use inspect.ArgSpec, which Python 3.11 removed",
        MEASURED,
        "TensorFlow 2.12 with Keras 2.10 and 2.11, 2.13 to 2.15 with 2.11, on Python 3.11",
    ),
    fact(
        "KD205",
        "tensorflow>=2.12 and protobuf>=4 and keras<3",
        "?keras>=2.12",
        "keras tf.keras",
        "the generated code in Keras 2.11 and older cannot be loaded by protobuf 4",
        MEASURED,
        "TensorFlow 2.12 and 2.13 with Keras 2.11.0: dies with protobuf 4, works with 3.20.3",
    ),
    fact(
        "KD206",
        "keras>=2.4,<3",
        "tensorflow",
        "keras",
        "Keras 2.4 to 2.15 runs on TensorFlow only, and imports it without declaring it",
        "keras 2.15.0 METADATA and keras/__init__.py",
        "Keras 2.10 and 2.15 alone",
    ),
    fact(
        "KD212",
        "tensorflow>=2.16",
        "?tf-keras>=2.16",
        "tf-keras",
        "tf-keras 2.15 and older fail on TensorFlow 2.16 and later, on tensorflow.__internal__; 2.15.0 and older declare no TensorFlow, so "
        "resolvers put it there",
        f"tf-keras METADATA; {MEASURED}",
        "TensorFlow 2.16 to 2.21 with tf-keras 2.15.1",
    ),
    fact(
        "KD212",
        # Whatever else brings it takes tf.keras on these, which is Keras 2, and never imports it.
        "tf-keras>=2.14 and !tensorflow-hub and !tensorflow-model-optimization and !tensorflow-recommenders and "
        "!tensorflow-decision-forests and !tensorflowjs",
        "?tensorflow>=2.13",
        "tf-keras",
        "tf-keras takes private modules from TensorFlow that came with 2.13, as tensorflow.python.framework.tensor; 2.15.0 and older "
        "declare no TensorFlow",
        f"tf-keras METADATA; {MEASURED}",
        "tf-keras 2.14.1 and 2.15.0 on TensorFlow 2.8, 2.11 and 2.12 fail, on 2.13 and 2.14 they run; tensorflow-hub 0.16.1 with tf-keras "
        "2.15.0 on TensorFlow 2.11 works",
    ),
    fact(
        "KD212",
        "tf-keras>=2.21 and legacy=on",
        "?protobuf>=6.31",
        "tensorflow tf-keras",
        "with TF_USE_LEGACY_KERAS on, `import tensorflow` itself dies of it, since it loads tf-keras and takes only an ImportError lightly",
        MEASURED,
        "tf-keras 2.21.0 on TensorFlow 2.19 with protobuf 5.29",
    ),
    fact(
        "KD212",
        "tf-keras>=2.21",
        "?protobuf>=6.31",
        "tf-keras",
        "the generated code in tf-keras 2.21 is of protobuf 6.31 and refuses an older runtime",
        MEASURED,
        "tf-keras 2.21.0 on TensorFlow 2.19 with protobuf 5.29",
    ),
)

TOLERATED: tuple[Tolerated, ...] = (
    Tolerated(
        "tensorflow==2.15.*",
        "keras>=3",
        "TensorFlow 2.15 runs with Keras 3, which then also answers as tf.keras",
        f"keras-team/keras#19069; {MEASURED} with Keras 3.0.5 to 3.15.1",
    ),
    Tolerated(
        "tensorflow>=2.11,<2.15",
        "keras>=3",
        "Keras 3 itself trains on TensorFlow 2.11 to 2.14 where it is imported as keras; it is tf.keras that fails",
        f"{MEASURED}: TensorFlow 2.11 to 2.14 with Keras 3.0.5 to 3.15.1",
    ),
    Tolerated(
        "tensorflow==2.5.*",
        "keras-nightly",
        "TensorFlow 2.5 declares keras-nightly, but its tf.keras is its own and does not import it",
        f"{MEASURED}: TensorFlow 2.5.3 without keras-nightly, with Keras 2.4.3",
    ),
    Tolerated(
        "tensorflow>=2.16",
        "keras>=3",
        "TensorFlow 2.16 and later run with any Keras 3, also below the declared floor",
        f"{MEASURED}: TensorFlow 2.16 to 2.21 with Keras 3.0.5 to 3.15.1",
    ),
    Tolerated(
        "tensorflow>=2.6,<2.16",
        "keras>=2.4,<2.16",
        "a Keras 2 a little older than its TensorFlow runs",
        f"{MEASURED}: 2.6+2.4, 2.7+2.4, 2.7+2.6, 2.8+2.6, 2.8+2.7, 2.9+2.8, 2.10+2.9, "
        "2.11+2.10, 2.13+2.12, 2.14+2.13, 2.15+2.13, 2.15+2.14",
    ),
    Tolerated(
        "tf-keras==2.16.*",
        "tensorflow==2.15.*",
        "tf-keras 2.16 runs on TensorFlow 2.15 as well",
        f"{MEASURED}: tf-keras 2.16.0 on TensorFlow 2.15.1, with TF_USE_LEGACY_KERAS=1",
    ),
    Tolerated(
        "tf-keras>=2.16",
        "tensorflow>=2.16",
        "a tf-keras one minor off its TensorFlow runs",
        f"{MEASURED}: tf-keras 2.16 to 2.21 one minor off TensorFlow 2.16 to 2.21, both ways",
    ),
    *(
        Tolerated(holder, target, says, MEASURED + ": " + seen)
        for holder, target, says, seen in (
            ("tensorflow>=2.18", "numpy>=1.26", "TensorFlow 2.18 and later run on every NumPy from 1.26 on", "NumPy 1.26 to 2.5.5"),
            (
                "tensorflow>=2.12,<2.14",
                "numpy>=1.22,<2",
                "TensorFlow 2.12 and 2.13 run on NumPy 1.26",
                "NumPy 1.26.4; 1.19.5, 1.20.3 and 1.21.6 fail: ImportError: initialization failed",
            ),
            (
                "tensorflow>=2.12,<2.20",
                "protobuf>=3.20.3",
                "TensorFlow 2.12 to 2.19 run on protobuf from 3.20.3 on",
                "3.20.3 to 7.36, 4.21.1 among them",
            ),
            (
                "tensorflow>=2.7,<2.12",
                "protobuf>=3.8,<3.21",
                "TensorFlow 2.7 to 2.11 run on protobuf 3.8 to 3.20",
                "protobuf 3.20.3 on 2.7 to 2.11, 3.8.0 on 2.8 and 2.11",
            ),
            (
                "tensorflow>=2.12",
                "wrapt>=1.11",
                "TensorFlow 2.12 and later run on newer wrapt",
                "wrapt 1.17 and 2.0 on 2.12, 2.15 and 2.18",
            ),
            ("tensorflow>=2.12", "typing-extensions>=4", "TensorFlow runs on newer typing-extensions", "4.15 on TensorFlow 2.13"),
            ("tensorflow==2.14.*", "ml-dtypes<0.3", "TensorFlow 2.14 runs on ml-dtypes 0.1 as well", "0.1.0 on TensorFlow 2.14.1"),
            ("tensorflow>=2.15", "ml-dtypes>=0.2", "newer ml-dtypes never broke TensorFlow", "0.5.4 on TensorFlow 2.15 to 2.20"),
            (
                "tensorflow",
                "tensorflow-estimator",
                "nothing imports tensorflow-estimator unless the program does",
                "2.8 to 2.12 on 2.10 and 2.15",
            ),
            (
                "tensorflow",
                "tensorboard",
                "TensorFlow and Keras start without tensorboard, so its version matters to its own command only",
                "2.8 to 2.20",
            ),
            ("tensorflow", "grpcio", "TensorFlow starts without grpcio", "TensorFlow 2.18"),
            ("tensorflow", "libclang", "TensorFlow starts without libclang", "TensorFlow 2.18"),
            (
                "tensorflow>=2.16,<2.19",
                "h5py>=3.10",
                "TensorFlow 2.16 to 2.18 run on h5py 3.10 with NumPy 1",
                "h5py 3.10 on TensorFlow 2.16",
            ),
        )
    ),
    Tolerated("keras>=3", "namex", "Keras starts without namex", f"{MEASURED}: TensorFlow 2.18", Severity.NOTE),
)
