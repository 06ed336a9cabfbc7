"""The pages of `kdoctor explain`: for every rule what it sees, why that is bad, and how it is mended."""

from __future__ import annotations

from kdoctor.knowledge.catalogue import name_of
from kdoctor.model import RuleText


def page_of(code: str, title: str, what: str, why: str, mend: str) -> RuleText:
    """Give the page of a rule, whose name stands in the catalogue."""
    return RuleText(code, name_of(code), title, what, why, mend)


_PAGES = (
    page_of(
        "KD001",
        "A declared requirement is not met",
        "A distribution of the TensorFlow and Keras family requires another one in versions that do not include the installed one.",
        "This is what `pip check` reports. kdoctor weighs it: a version older than declared usually lacks something that is used (error); "
        "a newer one often works, and where runs have shown that it does, the finding says so (warning).",
        "Install the versions of the remedy; they satisfy all declared requirements of everything that is installed.",
    ),
    page_of(
        "KD002",
        "A declared requirement is missing",
        "A distribution of the family requires another one that is not installed.",
        "Some requirements are imported at start, so nothing works without them (numpy, optree, rich, keras itself); others are only "
        "missed by what uses them (tensorboard, grpcio, h5py).",
        "Install what is missing. A bare `pip install --no-deps` is the usual cause.",
    ),
    page_of(
        "KD101",
        "A distribution is not made for this Python",
        "Requires-Python of an installed distribution does not admit the interpreter.",
        "pip refuses such an installation; it comes about by --ignore-requires-python, by copying folders, or by an upgrade of Python.",
        "Take a release that admits this Python, or a Python that the release admits.",
    ),
    page_of(
        "KD102",
        "No wheel for this Python and platform",
        "A requirements file or a lock file asks for releases none of which has a wheel for the interpreter and the platform at hand, "
        "or for one that was never released. As a note: TensorFlow is not installed and has no wheel here, or a pasted environment "
        "holds a build that the package index does not have.",
        "TensorFlow and its add-ons are published as wheels only. pip then says `No matching distribution found`, or falls back to an "
        "older release that happens to fit. TensorFlow was never published for musl (Alpine), 32-bit Python, PyPy or free-threaded Python; "
        "Intel Macs have none after 2.16.2, and each new Python waits for the next TensorFlow.",
        "Take a release that has a wheel, or a Python for which the wanted release has one. Names such as tensorflow-intel, "
        "tensorflow-macos and tensorflow-gpu belong to some platforms and years; tensorflow brings what its platform needs.",
    ),
    page_of(
        "KD103",
        "Pins exclude each other",
        "Two releases that a requirements file pins require a third distribution in versions that exclude each other.",
        "No release of it satisfies both, so an installer refuses the whole file, often after a long search.",
        "Pin another release of one of the two; where none fits, they need two environments.",
    ),
    page_of(
        "KD104",
        "No set of releases satisfies the requirements",
        "A requirements file or pyproject.toml asks for releases that no installer can bring together on this Python and platform.",
        "What they require of each other, or of something else, excludes each other. pip searches long and then stops with "
        "ResolutionImpossible.",
        "Let one of them go further; `kdoctor pin` gives a set that holds together, or says which requirement stands in the way.",
    ),
    page_of(
        "KD201",
        "Keras 2 is newer than its TensorFlow",
        "A Keras of the 2.x line stands beside a TensorFlow of an older minor release.",
        "Up to 2.15 Keras uses private interfaces of the TensorFlow of the same minor release; a newer Keras looks for what "
        "is not there yet. "
        "Advice to upgrade only Keras to get one of its newer features does not hold.",
        "Give both the same minor release.",
    ),
    page_of(
        "KD202",
        "Keras 3 stands behind a tf.keras that cannot use it",
        "TensorFlow 2.6 to 2.14 with Keras 3 installed.",
        "tf.keras of these releases loads the keras distribution as Keras 2. With Keras 3 `import tensorflow` passes, but every use of "
        "tf.keras fails with No module named 'tensorflow.keras'. `import keras` may work all the same.",
        "Take the Keras 2 of the same minor release, or TensorFlow 2.16 or later.",
    ),
    page_of(
        "KD203",
        "TensorFlow is too old to be a backend of Keras 3",
        "Keras 3 with the tensorflow backend on a TensorFlow before 2.11.",
        "On 2.9 and 2.10 import and compile succeed and fit fails, so a test that only imports does not show it.",
        "Take a newer TensorFlow, or the Keras 2 of this TensorFlow.",
    ),
    page_of(
        "KD204",
        "Keras 2 under TensorFlow 2.16 or later",
        "The keras distribution is 2.x while TensorFlow is 2.16 or later, for which tf.keras is Keras 3.",
        "A pin such as keras<3 gives this. Keras 2.15 reaches into tensorflow.__internal__ and fails when it is imported, and "
        "tf.keras with it.",
        "Upgrade keras to 3. A program that needs Keras 2 installs tf-keras and sets TF_USE_LEGACY_KERAS=1, or stays on TensorFlow 2.15.",
    ),
    page_of(
        "KD205",
        "Keras 2 is too old for its TensorFlow or Python",
        "Keras 2.11 or older beside TensorFlow 2.12 with protobuf 4, or on Python 3.11.",
        "One minor release older usually works; this pair does not.",
        "Give both the same minor release.",
    ),
    page_of(
        "KD206",
        "Keras 2 without TensorFlow",
        "Keras 2.4 to 2.15 is installed and no TensorFlow is.",
        "These releases are the Keras of TensorFlow and declare no requirement on it.",
        "Install TensorFlow of the same minor release, or take Keras 3 with another backend.",
    ),
    page_of(
        "KD211",
        "Legacy Keras is asked for but not installed",
        "TF_USE_LEGACY_KERAS is on and tf-keras is missing.",
        "From TensorFlow 2.16 on `tf.keras.X` raises ImportError: Keras cannot be imported, while `from tensorflow.keras "
        "import X` silently gives "
        "Keras 3: two ways to write the same thing get two different results. On TensorFlow 2.15 both fail.",
        "Install the tf-keras of the TensorFlow's minor release, or unset the variable.",
    ),
    page_of(
        "KD212",
        "tf-keras does not fit",
        "tf-keras is of a generation that this TensorFlow or this protobuf cannot run.",
        "tf-keras follows TensorFlow's minor releases. 2.15.0 and older declare no TensorFlow at all, so a resolver that "
        "finds no fitting one falls "
        "back to them. One minor release off was seen to work and is only a warning; no tf-keras runs on TensorFlow 2.12 or older.",
        "Install the tf-keras of the TensorFlow's minor release.",
    ),
    page_of(
        "KD213",
        "The legacy switch has no effect",
        "TF_USE_LEGACY_KERAS is set to a value, or on a TensorFlow, that does not react to it.",
        "TensorFlow compares with exactly 1, true and True, and reads the variable from 2.15 on.",
        "Set it to 1 before TensorFlow is imported, or unset it.",
    ),
    page_of(
        "KD301",
        "Two distributions own one folder",
        "Several installed distributions bring the same import folder: tensorflow and tensorflow-cpu, keras and keras-nightly, and so on.",
        "Installers do not notice. The later one overwrites part of the earlier one. TensorFlow 2.21 over an older one fails to load "
        "(undefined symbol); with equal ones it works until one is uninstalled and takes the files of the other away. pip "
        "check is silent on both.",
        "Keep one: uninstall the others, then install the kept one again, since the uninstallation removes its files too.",
    ),
    page_of(
        "KD302",
        "Metadata without files",
        "A distribution is listed as installed, but its import folder is missing or empty.",
        "A rival that owned the same folder was uninstalled, or an installation was interrupted. pip list, pip check and uv see nothing.",
        "Install it again with --force-reinstall --no-deps.",
    ),
    page_of(
        "KD303",
        "Files without metadata",
        "An import folder is there, and no installed distribution claims it.",
        "It can be imported, but no tool knows its version; an installer will lay another copy over it.",
        "Delete the folder and install the distribution properly.",
    ),
    page_of(
        "KD304",
        "One distribution twice",
        "The metadata of one distribution is there in several versions.",
        "What is imported is decided by the files, what tools believe by the metadata that they meet first.",
        "Uninstall until it is gone, then install it once.",
    ),
    page_of(
        "KD305",
        "Remains of an uninstallation",
        "A folder that starts with ~ holds a distribution that pip removed only in part.",
        "It is harmless to imports, but importlib.metadata counts it as installed, and pip warns of an invalid distribution.",
        "Delete the folder.",
    ),
    page_of(
        "KD401",
        "Keras has no such backend",
        "KERAS_BACKEND or keras.json names a backend that this Keras does not have.",
        "Keras 3 knows tensorflow, jax, torch, numpy and, from 3.8 on, openvino, spelled exactly so. An old keras.json that "
        "says theano stops "
        "`import tensorflow` as well, since TensorFlow imports Keras.",
        "Set KERAS_BACKEND, which wins over keras.json, or mend the file.",
    ),
    page_of(
        "KD402",
        "The backend is not installed",
        "Keras would take a backend that is not there.",
        "The order is KERAS_BACKEND, then keras.json, then tensorflow. Keras does not look for what is installed: with only "
        "jax or torch present "
        "and nothing set, it wants tensorflow.",
        "Install the backend, or set KERAS_BACKEND to one that is installed.",
    ),
    page_of(
        "KD403",
        "The wish for a backend is ignored",
        "KERAS_BACKEND asks Keras 2.4 to 2.15 for another backend than tensorflow.",
        "These releases run on TensorFlow only and never read the variable: the program runs, on TensorFlow, without a word.",
        "Take Keras 3, or unset the variable.",
    ),
    page_of(
        "KD404",
        "Variable and keras.json disagree",
        "KERAS_BACKEND names another backend than keras.json.",
        "The variable wins. Keras writes keras.json itself on the first import, so the file is seldom a wish.",
        "Nothing needs to be done.",
    ),
    page_of(
        "KD405",
        "keras.json is not usable",
        "The keras.json that Keras would read is no JSON, no object, or has a value that Keras refuses.",
        "Text that is no JSON is passed over in silence. JSON that is no object, an unknown floatx, an epsilon that is no "
        "float or an unknown image_data_format "
        "stops the import, and that of TensorFlow with it.",
        "Delete the file; Keras writes a fresh one.",
    ),
    page_of(
        "KD406",
        "The backend cannot train",
        "The numpy or the openvino backend is chosen.",
        "Both are for inference: fit raises NotImplementedError.",
        "For training take tensorflow, jax or torch.",
    ),
    page_of(
        "KD407",
        "The backend is of a version that this Keras cannot use",
        "jax, torch or openvino is older or newer than what the installed Keras 3 works with, or Theano than what the first Keras does; or "
        "jaxlib or SciPy does not fit jax.",
        "Keras declares none of its backends, and jax before 0.4.30 no jaxlib, so no tool that reads metadata sees it. Some pairs import "
        "well and fail in fit.",
        "Move the backend or Keras as the remedy says.",
    ),
    page_of(
        "KD408",
        "The backend needs something that nobody declares",
        "Keras or the chosen backend imports a distribution that is not installed and that, mostly, nobody declares.",
        "The numpy backend imports scipy and jax, the openvino backend of Keras 3.15 scipy; jax itself needs jaxlib. Every Keras 3 imports "
        "packaging, which Keras before 3.4 does not declare, and flax where NNX is switched on.",
        "Install it.",
    ),
    page_of(
        "KD409",
        "jaxlib is newer than jax",
        "jaxlib has a higher version than jax.",
        "jax checks it when it is imported and stops.",
        "Give both the same version.",
    ),
    page_of(
        "KD410",
        "A CUDA plugin of jax is newer than jaxlib",
        "jax-cuda12-plugin or jax-cuda13-plugin has a higher version than jaxlib.",
        "The plugin calls functions that this jaxlib does not have.",
        "Install jax with its extra (jax[cuda12] or jax[cuda13]), which keeps all of them in step.",
    ),
    page_of(
        "KD411",
        "A variable cuts every training short",
        "KERAS_MAX_EPOCHS or KERAS_MAX_STEPS_PER_EPOCH is set, and Keras 3.10 or later reads it.",
        "They end fit, evaluate and predict early without a word, and are meant for debugging; what is no whole number stops the import.",
        "Unset the variable.",
    ),
    page_of(
        "KD412",
        "jaxlib is older than what this jax needs",
        "jaxlib is older than the oldest that this jax starts with.",
        "jax checks it when it is imported and stops. Before 0.4.30 its metadata does not tell, so an upgrade of jax alone leaves the old "
        "jaxlib.",
        "Give both the same version.",
    ),
    page_of(
        "KD501",
        "Built for NumPy 1, run with NumPy 2",
        "NumPy 2 is installed beside something that was compiled for NumPy 1, or NumPy is newer than an old TensorFlow can take.",
        "Extension modules built for NumPy 1 do not load under NumPy 2. Many old releases have no upper bound in their "
        "metadata, so a fresh install "
        "takes NumPy 2 and dies, and pip check sees nothing.",
        "Install numpy<2, or releases built for NumPy 2 (TensorFlow 2.18 and later).",
    ),
    page_of(
        "KD502",
        "protobuf is too new",
        "TensorFlow before 2.12 with protobuf 4 or later.",
        "Its generated code is of an older protoc: Descriptors cannot be created directly.",
        "Install protobuf<3.21. PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python also helps with protobuf 4.21, slowly.",
    ),
    page_of(
        "KD503",
        "protobuf is too old",
        "TensorFlow 2.20 or later, or an add-on, with an older protobuf than its generated code needs.",
        "The runtime refuses generated code that is newer than itself.",
        "Upgrade protobuf; what caps it must move as well.",
    ),
    page_of(
        "KD504",
        "ml-dtypes does not fit",
        "ml-dtypes lacks a type that this TensorFlow or jaxlib reads when it is imported.",
        "Types come and go between ml-dtypes releases.",
        "Install the ml-dtypes of the remedy.",
    ),
    page_of(
        "KD505",
        "distutils is missing",
        "TensorFlow 2.16 to 2.18 on Python 3.12 or later without setuptools.",
        "Python 3.12 has no distutils any more, virtual environments no longer bring setuptools, and TensorFlow does not "
        "import without it.",
        "Install setuptools.",
    ),
    page_of(
        "KD506",
        "typing-extensions is too old",
        "TensorFlow 2.18 or later with typing-extensions before 4.",
        "What TensorFlow imports takes Self from it.",
        "Upgrade typing-extensions.",
    ),
    page_of(
        "KD507",
        "wrapt is too new for what is done with it",
        "TensorFlow 2.6 or 2.7 with tf2onnx, or TensorFlow 2.12, and wrapt 1.15 or later.",
        "The conversion, and saving on TensorFlow 2.12, read __dict__ of a wrapped dictionary, which that wrapt forbids; training is not "
        "touched.",
        "Install wrapt<1.15, or set WRAPT_DISABLE_EXTENSIONS=true.",
    ),
    page_of(
        "KD508",
        "gast is too new",
        "TensorFlow before 2.2 with gast 0.3 or later.",
        "AutoGraph reads classes that gast 0.3 renamed.",
        "Install gast==0.2.2.",
    ),
    page_of(
        "KD509",
        "h5py is too new for this Keras",
        "h5py 3 or later is installed beside a Keras or TensorFlow that expects bytes from it.",
        "From 3.0 on h5py gives text where it gave bytes, and load_model fails: 'str' object has no attribute 'decode'. Training works.",
        "Install an h5py before 3.",
    ),
    page_of(
        "KD601",
        "An add-on of another TensorFlow",
        "An add-on was made for another TensorFlow than the installed one.",
        "Op libraries are bound to one minor release of TensorFlow by their binary interface (undefined symbol), others check "
        "the version when they are "
        "imported. Several declare nothing, so pip check is silent.",
        "Move the add-on or TensorFlow as the remedy says.",
    ),
    page_of(
        "KD602",
        "An add-on of another Keras",
        "An add-on needs the other generation of Keras, or a newer release of it.",
        "Keras 2 and Keras 3 differ in their inner modules, and add-ons that reach into them are bound to one.",
        "Move the add-on or Keras as the remedy says; add-ons that ended with Keras 2 need TensorFlow 2.15 or older.",
    ),
    page_of(
        "KD603",
        "An add-on needs tf-keras",
        "An add-on written for Keras 2 asks for tf-keras on TensorFlow 2.16 or later.",
        "tf.keras is Keras 3 there, and tf-keras is where Keras 2 lives on. The add-on imports it without declaring it.",
        "Install the tf-keras of the TensorFlow's minor release.",
    ),
    page_of(
        "KD604",
        "An add-on needs pkg_resources",
        "tensorflow-hub 0.16.1 or older, or tensorboard 2.20 or older, with setuptools 82 or later, or without setuptools.",
        "They import pkg_resources, which setuptools removed in 82. Beside TensorFlow or torch a broken tensorboard command is not told.",
        "Install setuptools<82.",
    ),
    page_of(
        "KD605",
        "A placeholder instead of a release",
        "The installed version is an empty package.",
        "keras-nlp 0.0.0 reserves a name, tensorflow-gpu 2.12.0 only says that the name has ended. Resolvers fall back to "
        "them where nothing else fits.",
        "Install the real thing in a version that fits this Python.",
    ),
    page_of(
        "KD606",
        "An add-on needs NumPy 1",
        "An add-on in pure Python uses what NumPy 2 removed.",
        "TensorFlow itself may be fine with NumPy 2.",
        "Upgrade the add-on, or install numpy<2.",
    ),
    page_of(
        "KD607",
        "An add-on needs another release of the backend",
        "An add-on uses JAX or PyTorch in a release that does not have what it calls.",
        "Such add-ons declare none of the frameworks that they can run on, so no tool that reads metadata sees it.",
        "Move the add-on or the backend as the remedy says.",
    ),
    page_of(
        "KD608",
        "An add-on needs the other state of TF_USE_LEGACY_KERAS",
        "An add-on is written for Keras 2 and finds Keras 3 behind tf.keras, or the other way round.",
        "TF_USE_LEGACY_KERAS=1 puts tf-keras, which is Keras 2, behind tf.keras. Layers and models of the two Kerases do not mix. "
        "A note names an add-on of which one feature fails, so that its other users need not care.",
        "Set the variable before TensorFlow is imported and install the tf-keras of the same minor release, or, where the add-on is for "
        "Keras 3, leave it unset.",
    ),
    page_of(
        "KD609",
        "A release that cannot be loaded",
        "The wheels of this one release are faulty.",
        "They were built or packed wrongly: no other version of anything else helps.",
        "Take the release before or after it.",
    ),
    page_of(
        "KD801",
        "The project requires what is not there",
        "The project's configuration requires a release that the environment does not have.",
        "An environment can hold together and yet not be the one that the project needs.",
        "Install what the project requires, or change `require` in its configuration.",
    ),
    page_of(
        "KD802",
        "Keras runs on another backend than intended",
        "The project is meant for one backend of Keras, and this environment takes another.",
        "Keras picks its backend from KERAS_BACKEND, then keras.json, then tensorflow; nothing tells a program that it got another than "
        "it was written for.",
        "Set KERAS_BACKEND to the intended one before Keras is imported.",
    ),
    page_of(
        "KD803",
        "Another Python than intended",
        "The project is meant for other versions of Python than that of the environment.",
        "Which releases of TensorFlow and Keras can be had depends on the Python.",
        "Make an environment with a Python that the project is meant for.",
    ),
    page_of(
        "KD804",
        "A GPU or TPU is wanted and cannot be used",
        "--require, or the project's configuration, asks for a GPU or TPU, and none is here, every one is hidden, or nothing that is "
        "installed has code for it.",
        "A framework without its accelerator computes on the CPU and says so in a log line at most. A machine without a GPU is healthy "
        "unless somebody wants one, so kdoctor is silent without the wish; with it, the absence is an error with its reason.",
        "Mend what the reason names: the driver, how the container was started, the variable, or the build of the framework.",
    ),
    page_of(
        "KD805",
        "What was ignored for a time is not any more",
        "The configuration ignores a rule until a day that is over.",
        "What was to be borne for a while would otherwise be borne for good.",
        "Mend what the rule speaks of, or set another day for `until`.",
    ),
    page_of(
        "KD821",
        "A saved model cannot be loaded here",
        "A model file that was given to `kdoctor check` was written by a Keras whose files no Keras of this environment reads.",
        "Keras 2 cannot read what Keras 3 writes. Keras 3 reads HDF5 of Keras 2 in part, its archives hardly, its SavedModel folders not "
        "at "
        "all. The archives of TensorFlow 2.12 to 2.14 can be read by few others.",
        "Load it with a Keras of the generation that wrote it, which the finding names, and save it from there in a form that both read: "
        "HDF5 or the weights alone.",
    ),
    page_of(
        "KD822",
        "A saved model may not load as it is",
        "A model file loads here only with further arguments to load_model, or depending on what else is in it.",
        "Lambda layers are stored as code of one version of Python and are refused without safe_mode=False; losses given by a short name "
        "are "
        "not found by Keras 3; custom classes must be registered; a newer Keras may write what an older one does not know.",
        "Pass what the finding says: compile=False, safe_mode=False or custom_objects.",
    ),
    page_of(
        "KD901",
        "Newer than what kdoctor knows",
        "A TensorFlow, a Keras or a backend is of a release that came after the knowledge of this kdoctor.",
        "Nothing is wrong with it. kdoctor judges it by its own metadata alone; the facts on older releases are not applied to it.",
        "Nothing must be done. A newer kdoctor may know more; `kdoctor knowledge update` fetches the metadata of new releases.",
    ),
)

PAGES: dict[str, RuleText] = {page.code: page for page in _PAGES}
