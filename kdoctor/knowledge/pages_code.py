"""The pages of `kdoctor explain` for the rules on source code, KD841 to KD853."""

from __future__ import annotations

from kdoctor.knowledge.pages import page_of

_PAGES = (
    page_of(
        "KD841",
        "A name that this Keras does not have",
        "The program imports, or gets at, a name of Keras that the Keras which answers for it does not have. What stands behind "
        "try/except or another way to the same name is passed over; what stands behind another condition is a note.",
        "The import ends with ImportError, the attribute with AttributeError. Keras moved many names over the years: "
        "keras.layers.merge went with 2.9, keras.utils.np_utils with 2.13, layers.experimental and most of keras.backend with 3.0; "
        "from 2.6 to 2.8 `from keras.optimizers import Adam` fails while `from tensorflow.keras.optimizers import Adam` works.",
        "Write the name that the finding gives, or take a Keras that has the old one.",
    ),
    page_of(
        "KD842",
        "A private module that this Keras does not have",
        "The program imports keras.engine, keras.src.engine, keras.api or another private module that the Keras at hand does not have.",
        "keras.engine is in Keras 2.2 to 2.12, keras.src from 2.13 on, keras.src.engine in 2.13 to 2.15, keras.api in 2.6 to 2.15 and"
        " 3.3 to 3.9, keras._tf_keras from 3.0 on.",
        "Take the public name: keras.layers.Layer instead of keras.engine.topology.Layer.",
    ),
    page_of(
        "KD843",
        "A private module of Keras is used",
        "The program imports a module of Keras that is not part of its interface: keras.src, keras.engine, keras._tf_keras, keras.api.",
        "It works here. Any release, also a bugfix one, may move what is in it.",
        "Take the public name.",
    ),
    page_of(
        "KD844",
        "tensorflow.python.keras is used",
        "The program takes Keras from tensorflow.python.keras on TensorFlow 2.6 or newer.",
        "Up to TensorFlow 2.5 tf.keras lived there. Since then it is a copy that nobody keeps up: its classes are others than those "
        "of tf.keras, and from TensorFlow 2.13 on its models do not train.",
        "Import from tensorflow.keras, or from keras.",
    ),
    page_of(
        "KD845",
        "Objects of two Kerases are mixed",
        "A layer, model, tensor, optimizer, callback or metric of one Keras is handed to a model of another, and both are different "
        "distributions here; it may be made in one file of the program and handed over in another.",
        "On one Keras 3, and with Keras 2.6 to 2.15, `keras` and `tf.keras` are the same classes, and nothing is wrong. With tf-keras"
        " beside Keras 3 (TF_USE_LEGACY_KERAS), with tensorflow.python.keras, and with Keras 2.3 beside TensorFlow 2 they are not. "
        "What comes of it depends on the object: initializers, regularizers and plain loss functions work; layers and optimizers are "
        "refused; a layer kept in a subclassed model trains without its variables, and nothing is said.",
        "Take all of it from one Keras.",
    ),
    page_of(
        "KD846",
        "An add-on meets another Keras than its own",
        "The program hands layers or models of one Keras to an add-on that is built on another, or the other way round.",
        "hub.KerasLayer, tfp.layers, the wrappers of tensorflow-model-optimization and the networks of tf-agents are classes of "
        "tf.keras, or of tf-keras where tf.keras is Keras 3. A model of another Keras refuses them, and they refuse its layers.",
        "Build the model with the Keras of the add-on: tf_keras, or tf.keras with TF_USE_LEGACY_KERAS=1.",
    ),
    page_of(
        "KD847",
        "A variable is set where it has no effect",
        "The program sets KERAS_BACKEND, KERAS_HOME or TF_USE_LEGACY_KERAS after the import that reads it (its own, or that of a file "
        "of the program that it imports), by os.putenv, or by `!export` in a notebook.",
        "Keras 3 reads KERAS_BACKEND and keras.json when it is imported, and TensorFlow 2.16 and later import Keras 3 themselves. "
        "TF_USE_LEGACY_KERAS decides over `from tensorflow.keras import ...` when TensorFlow is imported, and over the attribute "
        "tf.keras when that is first touched. Later changes are not noticed, without a word.",
        "Set it in the first lines, before any import of Keras, TensorFlow and add-ons, or outside of the program. In a notebook: "
        "restart the kernel.",
    ),
    page_of(
        "KD848",
        "The program and the environment set a variable differently",
        "The program sets a variable that the environment sets to another value.",
        "os.environ[...] = wins over the environment, os.environ.setdefault loses to it. Somebody who changes the other one is surprised.",
        "Set it in one place.",
    ),
    page_of(
        "KD849",
        "A function of TensorFlow gets a symbolic tensor of Keras 3",
        "While a functional model is built, a function of TensorFlow is called on what keras.Input gave, or a layer for such a tensor. "
        "What a model gives for numbers, as in a loop that trains it, are numbers, and not meant.",
        "Keras 2 turned such calls into layers. Keras 3 refuses them on every backend: A KerasTensor cannot be used as input to a "
        "TensorFlow function.",
        "Use keras.ops, or put the call into a layer of your own.",
    ),
    page_of(
        "KD850",
        "Code inside the model binds it to TensorFlow",
        "A layer, model, loss or metric of Keras 3 calls functions of TensorFlow in its methods, while KERAS_BACKEND, keras.json or "
        "the program chooses another backend.",
        "The tensors there are those of the backend: functions of TensorFlow fail on them, or break the gradient.",
        "Use keras.ops; keep tf.data, which every backend can read from.",
    ),
    page_of(
        "KD851",
        "The program imports a Keras that is not installed",
        "A way to Keras that the program uses (keras, tf.keras, tf_keras, keras_core) leads to a distribution that is not installed.",
        "The import ends with ModuleNotFoundError.",
        "Install the distribution, or import the Keras that is there.",
    ),
    page_of(
        "KD852",
        "The program gets at Keras through TensorFlow",
        "As a note: the program imports tensorflow.keras, or uses tf.keras, where `import keras` would give the same classes.",
        "It needs TensorFlow then, also on the backends jax and torch, and which Keras it gets depends on TF_USE_LEGACY_KERAS.",
        "kdoctor scan --fix shows the change, with --write it makes it.",
    ),
    page_of(
        "KD853",
        "A comment asks to ignore what is not found",
        "A comment `# kdoctor: ignore[KD841]` stands on a line on which that rule finds nothing.",
        "It would hide what comes up there one day.",
        "Remove the comment.",
    ),
    page_of(
        "KD854",
        "Keras no longer takes an argument, or has a method",
        "The program calls a class, function or method of Keras with an argument that the Keras at hand does not take, or gets at a method "
        "or attribute of its objects that this Keras does not have.",
        "The call ends with TypeError, ValueError or AttributeError, often only after hours of training.",
        "Write what the finding names instead, or run the program with a Keras that has it.",
    ),
)
PAGES = {one.code: one for one in _PAGES}
