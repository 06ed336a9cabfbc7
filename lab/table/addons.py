"""Add-ons at the borders: a TensorFlow or a Keras with which they work, and one with which they do not."""

from __future__ import annotations

from lab.row import Row, row
from lab.table.addon_programs import tries
from lab.table.bases import on

_TEXT = "tensorflow-text"
_FOREST = "tensorflow-decision-forests"
_IO = "tensorflow-io"
_HUB = "tensorflow-hub, tensorflow-hub KerasLayer"
_TFMOT = "tensorflow-model-optimization"
_TFMOT_USE = ", ".join(f"tensorflow-model-optimization {use}" for use in ("pruning", "quantizing", "after Keras"))
_TFP = "tensorflow-probability, tensorflow-probability layer"
_RECOMMENDERS = "tensorflow-recommenders"
_TRANSFORMERS = "transformers, transformers TF"
_ONNX = "tf2onnx, tf2onnx from_keras"
_THREE = "tensorflow-hub==0.16.1 tensorflow-model-optimization==0.8.0 tensorflow-probability==0.25.0"
_THREE_2_15 = "tensorflow-hub==0.16.1 tf-keras==2.15.1 tensorflow-model-optimization==0.8.0 tensorflow-probability==0.23.0"
_BESIDE = "setuptools<82 dm-tree cloudpickle decorator"
_AGENTS = "tf-agents==0.19.0 tensorflow-probability==0.25.0 gin-config==0.5.0 gym==0.23.0 gym-notices pygame tf-keras==2.18.0"
_BOTH = "keras-cv==0.9.0 kagglehub"
_AUTO = "setuptools<82 keras-tuner==1.4.8 kagglehub pandas"
_CLASSIC = "keras-rl2, larq, segmentation-models, segmentation-models default"
_MODELS = "segmentation-models==1.0.1"
_FACE = "opencv-python-headless gdown flask flask-cors fire gunicorn pandas tqdm pillow joblib lz4"
_FACES = "deepface==0.0.93 retina-face==0.0.17 mtcnn==1.0.0"
LEGACY = {"TF_USE_LEGACY_KERAS": "1"}


def addon(name: str, python: str, wanted: str, labels: str, *steps: str, **more: object) -> Row:
    """Give a row in which these programs are tried; all names of such rows begin alike."""
    return row(f"addon-{name}", python, wanted, *steps, tries=tries(labels), **more)  # type: ignore[arg-type]


def laid(minor: str, name: str, labels: str, distributions: str, also: str = "", python: str = "", **more: object) -> Row:
    """Give a row on a plain TensorFlow into which distributions are forced without regard for what they require."""
    made = on(minor, name, also=also, python=python, swap=distributions, tries=tries(labels), **more)  # type: ignore[arg-type]
    return made._replace(name=f"addon-{made.name}")


ROWS = (
    # Op libraries, each on a TensorFlow of its own minor release and of another.
    addon("text2.21.0-tf2.21", "3.12", "tensorflow==2.21.0 tensorflow-text==2.21.0", _TEXT),
    addon("text2.21.1-tf2.21", "3.12", "tensorflow==2.21.0 tensorflow-text==2.21.1", _TEXT),
    addon("text2.20.1-tf2.20", "3.12", "tensorflow==2.20.0 tensorflow-text==2.20.1", _TEXT),
    addon("text2.19.0-tf2.19", "3.12", "tensorflow==2.19.1 tensorflow-text==2.19.0", _TEXT),
    laid("2.21", "text2.21.1", _TEXT, "tensorflow-text==2.21.1"),
    laid("2.21", "text2.20.1", _TEXT, "tensorflow-text==2.20.1"),
    laid("2.20", "text2.20.1", _TEXT, "tensorflow-text==2.20.1"),
    laid("2.19", "text2.19.0", _TEXT, "tensorflow-text==2.19.0"),
    laid("2.18", "text2.18.1", _TEXT, "tensorflow-text==2.18.1"),
    laid("2.18", "text2.19.0", _TEXT, "tensorflow-text==2.19.0"),
    laid("2.18", "text2.17.0", _TEXT, "tensorflow-text==2.17.0", python="3.11"),
    laid("2.17", "text2.16.1", _TEXT, "tensorflow-text==2.16.1", python="3.11"),
    laid("2.16", "text2.17.0", _TEXT, "tensorflow-text==2.17.0", python="3.11"),
    laid("2.15", "text2.16.1", _TEXT, "tensorflow-text==2.16.1"),
    laid("2.15", "text2.14.0", _TEXT, "tensorflow-text==2.14.0 tensorflow-hub==0.16.1 tf-keras==2.15.1", also="setuptools<82"),
    addon("forests1.12.0-natural", "3.11", "tensorflow-decision-forests==1.12.0", _FOREST),
    addon("forests1.12.0-ydf0.15", "3.11", "tensorflow-decision-forests==1.12.0 ydf==0.15.0", _FOREST),
    laid(
        "2.18",
        "forests1.11.0",
        _FOREST,
        "tensorflow-decision-forests==1.11.0 tf-keras==2.18.0 wurlitzer",
        also="pandas ydf==0.15.0",
        python="3.11",
    ),
    laid(
        "2.17", "forests1.11.0", _FOREST, "tensorflow-decision-forests==1.11.0 tf-keras==2.17.0 wurlitzer", also="pandas ydf", python="3.11"
    ),
    laid(
        "2.17", "forests1.9.2", _FOREST, "tensorflow-decision-forests==1.9.2 tf-keras==2.17.0 wurlitzer", also="pandas ydf", python="3.11"
    ),
    laid("2.15", "forests1.7.0", _FOREST, "tensorflow-decision-forests==1.7.0 wurlitzer", also="pandas"),
    laid("2.18", "io0.37.1", _IO, "tensorflow-io==0.37.1", python="3.11"),
    laid("2.17", "io0.37.1", _IO, "tensorflow-io==0.37.1", python="3.11"),
    laid("2.16", "io0.36.0", _IO, "tensorflow-io==0.36.0 tensorflow-io-gcs-filesystem==0.36.0", python="3.11"),
    laid("2.15", "io0.36.0", _IO, "tensorflow-io==0.36.0 tensorflow-io-gcs-filesystem==0.36.0"),
    laid("2.15", "io0.37.1", _IO, "tensorflow-io==0.37.1"),
    *(
        laid(minor, f"io{release}", _IO, f"tensorflow-io=={release} tensorflow-io-gcs-filesystem=={release}", python=python)
        for minor, release, python in (
            ("2.18", "0.34.0", "3.11"),
            ("2.16", "0.34.0", "3.11"),
            ("2.15", "0.34.0", ""),
            ("2.14", "0.34.0", ""),
            ("2.16", "0.31.0", "3.11"),
            ("2.15", "0.31.0", ""),
            ("2.12", "0.31.0", ""),
            ("2.14", "0.36.0", ""),
            ("2.15", "0.35.0", ""),
            ("2.14", "0.35.0", ""),
            ("2.13", "0.34.0", ""),
            ("2.12", "0.34.0", ""),
            ("2.11", "0.31.0", ""),
            ("2.13", "0.32.0", ""),
            ("2.12", "0.32.0", ""),
            ("2.11", "0.27.0", ""),
            ("2.10", "0.27.0", ""),
        )
    ),
    # What reaches into Keras 2: on Keras 3, with tf-keras beside it, with TF_USE_LEGACY_KERAS, and on Keras 2.
    laid("2.18", "hub-tfmot-tfp", f"tensorflow-hub, {_TFMOT}, tensorflow-probability", _THREE, also=_BESIDE),
    laid("2.18", "hub-tfmot-tfp-tf-keras", f"{_HUB}, {_TFMOT_USE}, {_TFP}", f"{_THREE} tf-keras==2.18.0", also=_BESIDE),
    laid("2.18", "hub-tfmot-tfp-legacy", f"{_HUB}, {_TFMOT_USE}, {_TFP}", f"{_THREE} tf-keras==2.18.0", also=_BESIDE, **LEGACY),
    # With a tf-keras beside it that this TensorFlow cannot run: it takes tf.keras.
    laid("2.11", "hub0.16.1-tf-keras2.15.0", _HUB, "tensorflow-hub==0.16.1 tf-keras==2.15.0", also="setuptools<82"),
    laid("2.15", "hub-tfmot-tfp", f"{_HUB}, {_TFMOT_USE}, {_TFP}", _THREE_2_15, also=_BESIDE),
    laid("2.18", "tfmot0.8.1", f"{_TFMOT}", "tensorflow-model-optimization==0.8.1", also=_BESIDE),
    laid("2.18", "tfmot0.8.1-tf-keras", _TFMOT_USE, "tensorflow-model-optimization==0.8.1 tf-keras==2.18.0", also=_BESIDE),
    laid("2.15", "tfp0.20.1", _TFP, "tensorflow-probability==0.20.1", also=_BESIDE),
    laid("2.21", "tfp0.25-tf-keras", "tensorflow-probability", "tensorflow-probability==0.25.0 tf-keras==2.21.0", also=_BESIDE),
    addon("hub-natural", "3.12", "tensorflow-cpu==2.18.1 tensorflow-hub", "tensorflow-hub"),
    laid("2.15", "addons0.23", "tensorflow-addons", "tensorflow-addons==0.23.0 typeguard==2.13.3"),
    laid("2.15", "addons0.21", "tensorflow-addons", "tensorflow-addons==0.21.0 typeguard==2.13.3"),
    laid("2.15", "addons0.23-typeguard4", "tensorflow-addons", "tensorflow-addons==0.23.0 typeguard==4.4.4"),
    laid("2.18", "addons0.23", "tensorflow-addons", "tensorflow-addons==0.23.0 typeguard==2.13.3"),
    laid("2.18", "recommenders", _RECOMMENDERS, "tensorflow-recommenders==0.7.7"),
    laid("2.18", "recommenders-legacy", _RECOMMENDERS, "tensorflow-recommenders==0.7.7 tf-keras==2.18.0", **LEGACY),
    laid("2.18", "recommenders0.7.3", _RECOMMENDERS, "tensorflow-recommenders==0.7.3"),
    laid("2.15", "recommenders", _RECOMMENDERS, "tensorflow-recommenders==0.7.7"),
    laid("2.15", "ranking0.5.5", "tensorflow-ranking", "tensorflow-ranking==0.5.5"),
    laid("2.18", "ranking0.5.5", "tensorflow-ranking", "tensorflow-ranking==0.5.5 tf-keras==2.18.0", **LEGACY),
    laid("2.18", "agents0.19-tf-keras", "tf-agents", _AGENTS, also=_BESIDE),
    laid("2.18", "agents0.19-legacy", "tf-agents", _AGENTS, also=_BESIDE, **LEGACY),
    # Transformers with TensorFlow classes.
    laid("2.18", "transformers4.46", _TRANSFORMERS, "", also="transformers==4.46.3"),
    laid("2.18", "transformers4.46-tf-keras", _TRANSFORMERS, "tf-keras==2.18.0", also="transformers==4.46.3"),
    laid("2.20", "transformers4.57-tf-keras", _TRANSFORMERS, "tf-keras==2.20.1", also="transformers<5", python="3.12"),
    laid("2.20", "transformers5", _TRANSFORMERS, "", also="transformers==5.23.0", python="3.12"),
    laid("2.13", "transformers4.29", _TRANSFORMERS, "", also="transformers==4.29.2"),
    laid("2.13", "transformers4.31", _TRANSFORMERS, "", also="transformers==4.31.0"),
    laid("2.15", "transformers4.35", _TRANSFORMERS, "", also="transformers==4.35.2"),
    # Written for both Kerases, or for one.
    addon("keras-hub-natural", "3.12", "keras-hub", "keras-hub, keras-hub tokenizer"),
    addon("keras-hub-beside-cpu2.20", "3.12", "tensorflow-cpu==2.20.* keras-hub", "keras-hub, tensorflow-text"),
    laid("2.18", "keras-hub0.32-keras3.10", "keras-hub", "keras-hub==0.32.0 keras==3.10.0", also="kagglehub tokenizers sentencepiece"),
    laid("2.15", "keras-nlp0.12", "keras-nlp, keras-cv", "keras-nlp==0.12.1 keras-core", also=_BOTH, python="3.11"),
    laid("2.18", "keras-cv0.9", "keras-nlp, keras-cv", "keras-nlp==0.12.1 keras-core tensorflow-text==2.18.1", also=_BOTH, python="3.11"),
    addon("autokeras3", "3.12", "tensorflow-cpu==2.20.0 autokeras==3.0.0", "autokeras, keras-tuner"),
    laid("2.15", "autokeras1.1", "autokeras", "autokeras==1.1.0 keras-nlp==0.12.1 keras-core", also=_AUTO),
    laid("2.18", "autokeras1.1", "autokeras", "autokeras==1.1.0 keras-nlp==0.12.1 keras-core", also=_AUTO),
    laid("2.18", "tuner1.4.8-legacy", "keras-tuner", "tf-keras==2.18.0", also="keras-tuner==1.4.8", **LEGACY),
    laid("2.18", "keras-2-classics", _CLASSIC, "keras-rl2==1.0.5 larq==0.14.0 terminaltables", also=_MODELS),
    laid("2.15", "keras-2-classics", _CLASSIC, "keras-rl2==1.0.5 larq==0.14.0 terminaltables", also=_MODELS),
    laid("2.12", "keras-rl2", "keras-rl2", "keras-rl2==1.0.5"),
    laid("2.18", "scikeras0.13-spektral", "scikeras, spektral", "", also="scikeras==0.13.0 spektral"),
    laid("2.15", "scikeras0.12-spektral", "scikeras, spektral", "", also="scikeras==0.12.0 spektral"),
    laid("2.18", "scikeras0.12", "scikeras", "scikeras==0.12.0", also="scikit-learn", python="3.11"),
    laid("2.15", "scikeras0.12-scikit-learn1.5", "scikeras", "", also="scikeras==0.12.0 scikit-learn==1.5.2"),
    # Those that write and read other formats.
    laid("2.15", "tf2onnx1.17-onnx1.19.0", f"onnx, {_ONNX}", "", also="tf2onnx==1.17.0 onnx==1.19.0"),
    laid("2.15", "tf2onnx1.17-onnx1.17", f"onnx, {_ONNX}", "", also="tf2onnx==1.17.0 onnx==1.17.0"),
    laid("2.18", "tf2onnx1.17", f"onnx, {_ONNX}", "", also="tf2onnx==1.17.0 onnx==1.17.0"),
    laid("2.18", "tf2onnx1.16.1", _ONNX, "tf2onnx==1.16.1", also="onnx==1.17.0 requests"),
    addon("tensorflowjs-natural", "3.11", "tensorflowjs", "tensorflowjs"),
    addon("tensorflowjs-ydf0.15", "3.11", "tensorflowjs==4.22.0 ydf==0.15.0 setuptools<82", "tensorflowjs"),
    addon(
        "tensorflowjs3.18-numpy1.24", "3.10", "tensorflow-cpu==2.10.1 tensorflow==2.10.1 tensorflowjs==3.18.0 numpy==1.24.4", "tensorflowjs"
    ),
    addon("mlflow3", "3.12", "tensorflow-cpu==2.20.0 mlflow", "mlflow"),
    laid("2.15", "datasets-natural", "tensorflow-datasets, tensorflow-metadata", "", also="tensorflow-datasets"),
    laid("2.20", "datasets-natural", "tensorflow-datasets, tensorflow-metadata", "", also="tensorflow-datasets", python="3.12"),
    laid("2.15", "datasets-metadata1.17.3", "tensorflow-datasets", "", also="tensorflow-datasets tensorflow-metadata==1.17.3"),
    # Whole applications.
    addon("deepface-newest", "3.12", "tensorflow-cpu==2.20.0 deepface", "deepface import, retina-face import"),
    laid("2.18", "deepface0.0.93", "deepface, retina-face", _FACES, also=_FACE),
    laid("2.18", "deepface0.0.93-tf-keras", "deepface, retina-face", f"{_FACES} tf-keras==2.18.0", also=_FACE),
    laid("2.15", "vit-keras0.1.2", "vit-keras", "vit-keras==0.1.2 tensorflow-addons==0.23.0 typeguard==2.13.3", also="scipy validators"),
    laid("2.18", "vit-keras0.1.2", "vit-keras", "vit-keras==0.1.2 tensorflow-addons==0.23.0 typeguard==2.13.3", also="scipy validators"),
)
