"""What is done with each add-on, beyond importing it: the smallest thing that people have it for.

The labels are names of distributions; those with a space name one feature of a distribution whose import is another matter.
"""

from __future__ import annotations

_MODEL = "m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation='relu'), keras.layers.Dense(1)])\n"
_TF_KERAS = "import numpy as np, tensorflow as tf\nfrom tensorflow import keras\n"
_KERAS = "import numpy as np, keras\n"
_DATA = "x, y = np.zeros((4, 4), 'float32'), np.zeros((4, 1), 'float32')\n"
_SAVED = "class M(tf.Module):\n  @tf.function(input_signature=[tf.TensorSpec([None, 4])])\n  def __call__(self, x): return 2 * x\n"
_FIT = "m.compile('sgd', 'mse'); m.fit(x, y, verbose=0)"
_TINY = "vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8"

PROGRAMS = {
    "autokeras": "import autokeras as ak, numpy as np\n"
    "c = ak.AutoModel(ak.Input(), ak.RegressionHead(), overwrite=True, max_trials=1)\n"
    "c.fit(np.zeros((64, 4), 'float32'), np.zeros((64, 1), 'float32'), epochs=1, verbose=0)",
    "deepface": "from deepface import DeepFace\n"
    "from deepface.modules import modeling\n"
    "from deepface.models.facial_recognition import VGGFace\n"
    "VGGFace.base_model()",
    "deepface import": "from deepface import DeepFace",
    "dm-sonnet": "import sonnet as snt, tensorflow as tf\nsnt.Linear(2)(tf.zeros((1, 4)))",
    "keras-cv": "import keras_cv, numpy as np\nkeras_cv.layers.RandomCutout(0.5, 0.5)(np.zeros((1, 8, 8, 3), 'float32'))",
    "keras-hub": "import keras_hub, numpy as np\n"
    "b = keras_hub.models.BertBackbone(20, 1, 2, 8, 8)\n"
    "b({'token_ids': np.ones((1, 4), int), 'segment_ids': np.zeros((1, 4), int), 'padding_mask': np.ones((1, 4), int)})",
    "keras-hub tokenizer": "import keras_hub\nkeras_hub.tokenizers.BytePairTokenizer({'a': 0, 'b': 1, 'ab': 2}, ['a b'])('ab')",
    "keras-nlp": "import keras_nlp, numpy as np\n"
    "b = keras_nlp.models.BertBackbone(20, 1, 2, 8, 8)\n"
    "b({'token_ids': np.ones((1, 4), int), 'segment_ids': np.zeros((1, 4), int), 'padding_mask': np.ones((1, 4), int)})",
    "keras-rl2": "from rl.agents.dqn import DQNAgent\nfrom rl.policy import EpsGreedyQPolicy\nfrom rl.memory import SequentialMemory\n"
    + _TF_KERAS
    + "m = keras.Sequential([keras.layers.Flatten(input_shape=(1, 4)), keras.layers.Dense(2)])\n"
    "d = DQNAgent(m, nb_actions=2, memory=SequentialMemory(limit=50, window_length=1), policy=EpsGreedyQPolicy())\n"
    "d.compile(keras.optimizers.Adam(1e-3))",
    "keras-tuner": "import keras_tuner as kt\n" + _TF_KERAS + _DATA + "def build(hp):\n"
    "  m = keras.Sequential([keras.layers.Dense(hp.Int('u', 1, 2)), keras.layers.Dense(1)])\n"
    "  m.compile('sgd', 'mse')\n  return m\n"
    "t = kt.RandomSearch(build, objective='val_loss', max_trials=1, overwrite=True)\n"
    "t.search(x, y, validation_data=(x, y), epochs=1, verbose=0)",
    "larq": "import larq as lq\n" + _TF_KERAS + _DATA + "m = keras.Sequential([keras.Input((4,)),"
    " lq.layers.QuantDense(1, kernel_quantizer='ste_sign', kernel_constraint='weight_clip')])\n" + _FIT,
    "mlflow": "import mlflow.tensorflow, mlflow.keras\n" + _KERAS + _DATA + _MODEL + "mlflow.tensorflow.autolog()\n" + _FIT + "\n"
    "mlflow.keras.save_model(m, 'saved'); mlflow.keras.load_model('saved')",
    "retina-face": "from retinaface.model import retinaface_model\nfrom retinaface import RetinaFace",
    "retina-face import": "from retinaface import RetinaFace",
    "scikeras": "from scikeras.wrappers import KerasRegressor\n"
    + _TF_KERAS
    + _DATA
    + "def build():\n  m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n  m.compile('sgd', 'mse')\n  return m\n"
    "KerasRegressor(build, verbose=0).fit(x, y).predict(x)",
    "segmentation-models": "import os; os.environ['SM_FRAMEWORK'] = 'tf.keras'\n"
    "import segmentation_models as sm\nsm.Unet('resnet18', encoder_weights=None, input_shape=(64, 64, 3))",
    "segmentation-models default": "import segmentation_models as sm\nsm.Unet('resnet18', encoder_weights=None, input_shape=(64, 64, 3))",
    "spektral": "from spektral.layers import GCNConv\n" + _TF_KERAS + "a, x = keras.Input((5, 5)), keras.Input((5, 4))\n"
    "keras.Model([x, a], GCNConv(2)([x, a]))",
    "tensorflow-addons": "import tensorflow_addons as tfa\n" + _TF_KERAS + _DATA + _MODEL + "m.compile(tfa.optimizers.AdamW(1e-4), 'mse')\n"
    "m.fit(x, y, verbose=0)\ntfa.image.rotate(tf.zeros((1, 8, 8, 3)), 1.0)",
    "tensorflow-datasets": "import numpy as np, tensorflow_datasets as tfds\n"
    "tfds.features.FeaturesDict({'x': tfds.features.Scalar(np.int64)}).get_serialized_info()",
    "tensorflow-decision-forests": "import tensorflow_decision_forests as tfdf, pandas as pd\n"
    "f = pd.DataFrame({'a': range(50), 'y': [0, 1] * 25})\n"
    "d = tfdf.keras.pd_dataframe_to_tf_dataset(f, label='y')\n"
    "m = tfdf.keras.RandomForestModel(num_trees=2, verbose=0); m.fit(d, verbose=0); m.predict(d, verbose=0)",
    "tensorflow-hub": "import tensorflow as tf, tensorflow_hub as hub\n"
    + _SAVED
    + "tf.saved_model.save(M(), 'm'); hub.load('m')(tf.zeros((1, 4)))",
    "tensorflow-hub KerasLayer": "import tensorflow_hub as hub\n" + _TF_KERAS + _SAVED + "tf.saved_model.save(M(), 'm')\n"
    "keras.Sequential([keras.Input((4,)), hub.KerasLayer('m'), keras.layers.Dense(1)])",
    "tensorflow-io": "import tensorflow as tf, tensorflow_io as tfio\n"
    "tfio.experimental.serialization.decode_json('{\"x\": 1}', {'x': tf.TensorSpec([], tf.int32)})",
    "tensorflow-model-optimization": "import tensorflow_model_optimization",
    "tensorflow-model-optimization pruning": "import tensorflow_model_optimization as tfmot\n"
    + _TF_KERAS
    + _DATA
    + _MODEL
    + "m = tfmot.sparsity.keras.prune_low_magnitude(m)",
    "tensorflow-model-optimization after Keras": _TF_KERAS
    + _MODEL
    + "import tensorflow_model_optimization as tfmot\nm = tfmot.sparsity.keras.prune_low_magnitude(m)",
    "tensorflow-model-optimization quantizing": "import tensorflow_model_optimization as tfmot\n"
    + _TF_KERAS
    + _DATA
    + _MODEL
    + "m = tfmot.quantization.keras.quantize_model(m)",
    "tensorflow-probability": "import tensorflow_probability as tfp\ntfp.distributions.Normal(0.0, 1.0).sample(3)",
    "tensorflow-probability layer": "import tensorflow_probability as tfp\n"
    + _TF_KERAS
    + _DATA
    + "m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1),"
    " tfp.layers.DistributionLambda(lambda t: tfp.distributions.Normal(t, 1.0))])\nm(x)",
    "tensorflow-probability jax": "from tensorflow_probability.substrates import jax as tfp\nimport jax\n"
    "tfp.distributions.Normal(0.0, 1.0).sample(3, seed=jax.random.PRNGKey(0))",
    "tensorflow-ranking": "import tensorflow_ranking as tfr, tensorflow as tf\n"
    "float(tfr.keras.losses.SoftmaxLoss()(tf.constant([[1.0, 0.0]]), tf.constant([[0.6, 0.8]])))",
    "tensorflow-recommenders": "import tensorflow_recommenders as tfrs\n"
    + _TF_KERAS
    + "d = tf.data.Dataset.from_tensor_slices(np.zeros((8, 4), 'float32')).batch(4)\n"
    "tfrs.tasks.Retrieval()(tf.zeros((2, 4)), tf.zeros((2, 4)))",
    "tensorflow-recommenders topk": "import tensorflow_recommenders as tfrs\n"
    + _TF_KERAS
    + "d = tf.data.Dataset.from_tensor_slices(np.zeros((8, 4), 'float32')).batch(4)\n"
    "tfrs.tasks.Retrieval(metrics=tfrs.metrics.FactorizedTopK(candidates=d, ks=(2,)))(tf.zeros((2, 4)), tf.zeros((2, 4)))",
    "tensorflow-recommenders-addons": "import tensorflow as tf, tensorflow_recommenders_addons as tfra\n"
    "tfra.dynamic_embedding.get_variable('v', tf.int64, tf.float32, dim=2).lookup(tf.constant([1], tf.int64))",
    "tensorflow-text": "import tensorflow_text as text\ntext.WhitespaceTokenizer().tokenize(['a b']).to_list()",
    "tensorflowjs": "import tensorflowjs as tfjs\n" + _TF_KERAS + _MODEL + "tfjs.converters.save_keras_model(m, 'out')",
    "tf-agents": "from tf_agents.networks import q_network\nfrom tf_agents.specs import tensor_spec\nimport tensorflow as tf\n"
    "from tf_agents.agents.dqn import dqn_agent\n"
    "q_network.QNetwork(tensor_spec.TensorSpec([4]), tensor_spec.BoundedTensorSpec([], tf.int32, 0, 1)).create_variables()",
    "tf2onnx": "import runpy, sys, tensorflow as tf\n" + _SAVED + "tf.saved_model.save(M(), 'm')\n"
    "sys.argv = ['tf2onnx', '--saved-model', 'm', '--output', 'm.onnx']\n"
    "runpy.run_module('tf2onnx.convert', run_name='__main__')",
    "tf2onnx from_keras": "import tf2onnx\n" + _TF_KERAS + "m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
    "tf2onnx.convert.from_keras(m, input_signature=[tf.TensorSpec([None, 4])])",
    "transformers": "import transformers\ntransformers.BertConfig()",
    "transformers TF": "from transformers import BertConfig, TFBertModel\nimport tensorflow as tf\n"
    f"TFBertModel(BertConfig({_TINY}))(tf.ones((1, 4), tf.int32))",
    "tensorflow-metadata": "from tensorflow_metadata.proto.v0 import schema_pb2",
    "onnx": "import onnx",
    "vit-keras": "from vit_keras import vit\nvit.vit_b32(image_size=32, pretrained=False, include_top=False, pretrained_top=False)",
}


def tries(labels: str) -> dict[str, str]:
    """Give the programs of these labels, which are parted by commas."""
    return {label.strip(): PROGRAMS[label.strip()] for label in labels.split(",")}
