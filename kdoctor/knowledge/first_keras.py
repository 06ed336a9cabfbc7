"""Facts on the first, multi-backend Keras (up to 2.3) and on what every Keras 3 imports unasked."""

from __future__ import annotations

from kdoctor.knowledge.schema import MEASURED, Fact, fact

#: Where Keras 3 finds no packaging that nobody installed. TensorFlow before 2.19 imports distutils, and with it setuptools, which
#: from 71 on puts a packaging of its own on the path.
_WITHOUT_PACKAGING = ("backend=jax", "tensorflow>=2.19", "tensorflow and setuptools<71")

#: Who dies at start without which of the distributions that it declares, beside those that nothing of the family starts without.
#: Measured by taking them out: Keras 2.0.9, 2.1.6, 2.2.4 and 2.3.1, TensorFlow 1.15, 2.1, 2.2, 2.4, 2.8 and 2.10. Where Keras begins
#: to import pyyaml and scipy is read in keras/engine of 1.2.2 and 2.0.0, of 2.1.2 and 2.1.3; that keras-preprocessing is imported by
#: Keras 2.6 to 2.8 and not by 2.9, in keras/preprocessing.
MISSED_AT_START: tuple[tuple[str, frozenset[str]], ...] = (
    ("keras>=2,<2.4", frozenset({"pyyaml"})),
    ("keras>=2.1.3,<2.4", frozenset({"scipy"})),
    ("keras>=2.2,<2.4", frozenset({"keras-applications", "keras-preprocessing"})),
    ("tensorflow>=1.15,<2.2", frozenset({"keras-applications", "keras-preprocessing"})),
    ("tensorflow>=2.2,<2.9", frozenset({"keras-preprocessing"})),
    *((f"keras>=3.4 and {where}", frozenset({"packaging"})) for where in _WITHOUT_PACKAGING),
)

FIRST_KERAS: tuple[Fact, ...] = (
    fact(
        "KD101",
        "keras>=1.1.1,<2.4 and python>=3.10",
        "?keras>=2.4",
        "keras",
        "Keras 1.1.1 to 2.3 imports Iterable from collections, where Python 3.10 no longer has it",
        f"keras/callbacks.py, Keras 1.1.1 to 2.3.1; {MEASURED}",
        "Keras 2.3.1 with Theano 1.0.5 works on Python 3.9 and fails on 3.10",
    ),
    fact(
        "KD101",
        "keras<1.1.1 and python>=3.11",
        "?keras>=1.1.1",
        "keras",
        "Keras up to 1.1.0 runs on Theano or TensorFlow 1; Theano needs NumPy before 1.22, which has no wheel for Python 3.11",
        f"Theano/Theano#6788; wheels of NumPy 1.21.6; {MEASURED}",
        "Keras 1.0.8 with Theano 1.0.5 starts on Python 3.10 with NumPy 1.21.6, on 3.11 it fails with NumPy 1.23.5 and 1.26.4",
    ),
    fact(
        "KD201",
        "keras>=2.3,<2.4 and backend=tensorflow",
        "?tensorflow>=1.13",
        "keras",
        "Keras 2.3 calls into tensorflow.python.keras.backend what TensorFlow before 1.13 does not have",
        MEASURED,
        "Keras 2.3.1 on TensorFlow 1.4.1, 1.8.0 and 1.12.3 fails, on 1.13.2 it works; Keras 2.0.9 to 2.2.5 work on all of them",
    ),
    fact(
        "KD408",
        "keras>=1.0.7,<2",
        "setuptools",
        "keras",
        "Keras 1.0.7 to 1.2.2 imports pkg_resources, which comes with setuptools, when it is imported",
        f"keras/callbacks.py, Keras 1.2.2; {MEASURED}",
        "Keras 1.2.2 with Theano 1.0.5 and TensorFlow 1.4.1",
    ),
    fact(
        "KD407",
        "backend=theano and theano",
        "?numpy<1.22",
        "theano",
        "Theano reads numpy.distutils.__config__.blas_opt_info when it is imported, which NumPy has no more from 1.22 on",
        f"numpy/numpy#21079; Theano/Theano#6788; {MEASURED}",
        "Theano 1.0.5: NumPy 1.19.5, 1.20.3 and 1.21.6 work; 1.22.4, 1.23.5 and 1.24.4 fail",
    ),
    fact(
        "KD407",
        "keras<2.4 and backend=theano and theano-pymc",
        "?theano-pymc<1.1",
        "theano",
        "Keras imports MRG_RandomStreams from theano.sandbox.rng_mrg, which theano-pymc 1.1.2 does not have",
        f"keras/backend/theano_backend.py, Keras 2.3.1; {MEASURED}",
        "Keras 2.3.1 with theano-pymc 1.0.11 works, with 1.1.2 it fails",
    ),
    fact(
        "KD407",
        "keras<0.3",
        "?theano<0.9",
        "keras",
        "Keras 0.2 imports theano.tensor.signal.downsample, which Theano 0.9 removed",
        f"keras/layers/convolutional.py, Keras 0.2.0; {MEASURED}",
        "Keras 0.2.0 with Theano 0.9.0 and 1.0.5",
    ),
    *(
        fact(
            "KD509",
            when,
            "?h5py<3",
            "",
            "with h5py 3 load_model and load_weights take text for bytes: 'str' object has no attribute 'decode'; training works",
            f"tensorflow/tensorflow#44467; {MEASURED}",
            "Keras 2.2.4 and 2.3.1 and the tf.keras of TensorFlow 1.15, 2.1, 2.2 and 2.4, all with h5py 3.8.0",
        )
        for when in ("keras>=2,<2.4", "tensorflow<2.5")
    ),
    *(
        fact(
            "KD408",
            f"keras>=3,<3.4 and {where}",
            "packaging",
            "keras",
            "Keras 3 imports packaging when it is imported, and before 3.4 does not declare it",
            f"keras/src/utils/torch_utils.py, Keras 3.0.0 to 3.15.1; {MEASURED}",
            "without packaging: Keras 3.0.5, 3.1.1 and 3.3.3 on jax, 3.3.3 on TensorFlow 2.19",
        )
        for where in _WITHOUT_PACKAGING
    ),
)
