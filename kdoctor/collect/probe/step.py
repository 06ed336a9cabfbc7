"""One step of the live probe, run inside the patient: it imports a framework or trains a tiny model, and tells each stage in a file.

It is run as `PYTHON -B step.py NAME SAID CRASHED WARNING CWD` and read by `kdoctor.collect.probe`; no other part of kdoctor runs
there. What it has to say it appends line by line to the file SAID, so that a crash takes nothing with it that was known before;
where it crashed or hung stands in CRASHED. It keeps to what Python 3.6 and PyPy understand.
"""

import os
import sys

if __name__ == "__main__" and sys.path and os.path.abspath(sys.path[0]) == os.path.dirname(os.path.abspath(__file__)):
    # The folder of this file stands where a program of the user has its own.
    del sys.path[0]

import faulthandler
import importlib.util
import json
import time
import traceback
from typing import Any

#: Characters kept of a message.
LONGEST = 2000


class Teller:
    """Appends facts to a file, opening it anew for each, since what is imported may close every file there is."""

    def __init__(self, path: "str") -> None:
        self._path = path
        #: The stage that was begun last.
        self.stage = "start"

    def tell(self, **facts: "Any") -> None:
        """Append one line of JSON."""
        line = json.dumps(facts).encode("ascii") + b"\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)

    def run(self, stage: "str", action: "Any", *arguments: "Any") -> "Any":
        """Run an action as a stage: it is told when it begins, and how long it took when it ends well."""
        self.stage = stage
        self.tell(begun=stage)
        start = time.time()
        result = action(*arguments)
        self.tell(done=stage, milliseconds=max(0, int((time.time() - start) * 1000)))
        return result


def load(name: "str", *attributes: "str") -> "Any":
    """Import a module as `import NAME` or `from NAME import ...` does, and return it."""
    module = __import__(name, fromlist=list(attributes))
    for attribute in attributes:
        getattr(module, attribute)
    return module


def version_of(module: "Any") -> "str | None":
    """Return the version that a module says it has."""
    version = getattr(module, "__version__", None)
    return str(version) if version is not None else None


def owner_of(thing: "Any") -> "str":
    """Return the import name and version of what the class of `thing` comes from, as reports write it: "tf-keras 2.16.0"."""
    name = type(thing).__module__.partition(".")[0]
    return "%s %s" % (name.replace("_", "-"), version_of(sys.modules[name]))


def train(teller: "Teller", keras: "Any", callbacks: "tuple[Any, ...]" = ()) -> None:
    """Build, fit and evaluate a model of ten units with the given keras module, and tell whose model it is."""
    model = teller.run("build", _build, keras)
    teller.tell(resolves_to=owner_of(model), backend=str(keras.backend.backend()))
    # Keras must be the first to fail.
    numpy = load("numpy")
    x = numpy.arange(128, dtype="float32").reshape(32, 4) / 128
    y = x.sum(axis=1, keepdims=True)
    old = (getattr(keras, "__version__", None) or "3").partition(".")[0] in ("0", "1")
    teller.run("fit", lambda: model.fit(x, y, batch_size=16, verbose=0, callbacks=list(callbacks), **{"nb_epoch" if old else "epochs": 1}))
    loss = teller.run("evaluate", lambda: model.evaluate(x, y, verbose=0))
    if loss != loss:  # noqa: PLR0124 - Only NaN differs from itself.
        raise ArithmeticError("the loss is not a number")


def _build(keras: "Any") -> "Any":
    # Before 2.2 a model cannot wait for data to know the shape of its input.
    early = (getattr(keras, "__version__", None) or "3").startswith(("0.", "1.", "2.0.", "2.1."))
    known = {"input_shape": (4,)} if early else {}
    model = keras.Sequential()
    model.add(keras.layers.Dense(10, activation="relu", **known))
    model.add(keras.layers.Dense(1))
    model.compile(optimizer="adam", loss="mse")
    return model


def probe_keras(teller: "Teller") -> None:
    """Use Keras as `import keras` gives it."""
    keras = teller.run("import", load, "keras")
    teller.tell(versions={"keras": version_of(keras)})
    train(teller, keras)
    name = str(keras.backend.backend())
    if name in DEVICES and name in sys.modules:
        tell_devices(teller, name, sys.modules[name])


def probe_tensorflow_keras(teller: "Teller") -> None:
    """Use Keras as `from tensorflow.keras import ...` gives it."""
    tensorflow = teller.run("import", load, "tensorflow")
    teller.tell(versions={"tensorflow": version_of(tensorflow)})
    # A program says `from tensorflow.keras import Sequential`, which passes by TensorFlow's lazy attribute.
    keras = teller.run("import keras", load, "tensorflow.keras", "Sequential", "layers", "backend")
    train(teller, keras)
    tell_devices(teller, "tensorflow", tensorflow)


def probe_mixed(teller: "Teller") -> None:
    """Train a `keras` model with a callback made for the attribute `tf.keras`."""
    keras = teller.run("import", load, "keras")
    tensorflow = teller.run("import tensorflow", load, "tensorflow")
    parent = teller.run("import tf.keras", lambda: tensorflow.keras.callbacks.Callback)
    seen = []
    callback = type("Count", (parent,), {"on_epoch_end": lambda self, epoch, logs=None: seen.append(epoch)})()  # noqa: ARG005
    train(teller, keras, (callback,))
    if len(seen) != 1:
        raise RuntimeError("the callback of tf.keras was not called")


def survey(teller: "Teller") -> None:
    """Tell which of the frameworks an import would find, without importing any."""
    found = [name for name in FRAMEWORKS if importlib.util.find_spec(name) is not None]
    teller.tell(found=found)


def probe_import(teller: "Teller", name: "str") -> None:
    """Import one framework and list the devices that it sees."""
    module = teller.run("import", load, name)
    teller.tell(versions={name: version_of(module)})
    if name in DEVICES:
        teller.tell(devices=teller.run("devices", DEVICES[name], module))


def tell_devices(teller: "Teller", name: "str", module: "Any") -> None:
    """Tell the devices that a framework sees; a failure here does not undo the training that went well before."""
    try:
        teller.tell(devices=DEVICES[name](module))
    except Exception as error:  # noqa: BLE001 - Whatever it is, it is the answer.
        teller.tell(devices_error=_message(error))


def _tensorflow_devices(tensorflow: "Any") -> "list[str]":
    config = getattr(tensorflow, "config", None)
    listing = getattr(config, "list_physical_devices", None) or getattr(
        getattr(config, "experimental", None), "list_physical_devices", None
    )
    if listing is None:
        client = load("tensorflow.python.client.device_lib", "list_local_devices")
        return [_device(one.device_type, one.physical_device_desc) for one in client.list_local_devices()]
    return [_device(one.device_type, _details(config, one)) for one in listing()]


def _details(config: "Any", device: "Any") -> "str":
    try:
        return config.experimental.get_device_details(device).get("device_name") or ""
    except Exception:  # noqa: BLE001 - The name is a courtesy; releases differ in what they know of a device.
        return ""


def _jax_devices(jax: "Any") -> "list[str]":
    return [_device(one.platform, one.device_kind) for one in jax.devices()]


def _torch_devices(torch: "Any") -> "list[str]":
    found = [_device("gpu", torch.cuda.get_device_name(index)) for index in range(torch.cuda.device_count())]
    mps = getattr(torch.backends, "mps", None)
    if mps is not None and mps.is_available():
        found.append(_device("gpu", "Apple MPS"))
    xpu = getattr(torch, "xpu", None)
    if xpu is not None and xpu.is_available():
        found += [_device("xpu", xpu.get_device_name(index)) for index in range(xpu.device_count())]
    return [_device("cpu", ""), *found]


def _openvino_devices(openvino: "Any") -> "list[str]":
    core = getattr(openvino, "Core", None) or load("openvino.runtime", "Core").Core
    return [_device(one, "") for one in core().available_devices]


def _device(kind: "Any", name: "Any") -> "str":
    kind, name = str(kind).upper(), str(name or "")
    return kind if not name or name.upper() == kind else "%s %s" % (kind, name)


DEVICES = {"tensorflow": _tensorflow_devices, "jax": _jax_devices, "torch": _torch_devices, "openvino": _openvino_devices}

#: The import names of what is tried, in that order.
FRAMEWORKS = ("tensorflow", "keras", "tf_keras", "jax", "torch", "openvino")

STEPS = {"survey": survey, "keras": probe_keras, "tensorflow.keras": probe_tensorflow_keras, "mixed": probe_mixed}


def _message(error: "BaseException") -> "str":
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - An exception that cannot be shown still has a name.
        text = ""
    return ("%s: %s" % (type(error).__name__, text) if text else type(error).__name__)[:LONGEST]


def innermost(error: "BaseException") -> "BaseException":
    """Return the exception that all began with."""
    seen = [error]
    while True:
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if before is None or any(before is one for one in seen):
            return error
        error = before
        seen.append(error)


def place_of(error: "BaseException") -> "str | None":
    """Return "FILE:LINE" of the frame that raised, the file as it lies in its folder on the path."""
    # What the import machinery itself raises stands behind the statement that asked for it; this file is nobody's fault.
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame[0].startswith("<frozen ") and frame[0] != __file__]
    return "%s:%d" % (relative(frames[-1][0]), frames[-1][1]) if frames else None


def relative(path: "str") -> "str":
    """Return a path relative to the longest folder of sys.path above it."""
    above = [entry for entry in sys.path if entry and path.startswith(entry.rstrip(os.sep) + os.sep)]
    return path[len(max(above, key=len).rstrip(os.sep)) + 1 :] if above else path


def main(name: "str", said: "str", crashed: "str", warning: "str", cwd: "str") -> "int":
    """Run one step; 0 where all went well, 1 where an exception ended it. At the time `warning` of the clock it tells where it hangs."""
    teller = Teller(said)
    report = open(crashed, "w")  # noqa: SIM115 - It stays open to the end.
    faulthandler.enable(report, all_threads=False)
    # The watchdog sees a main thread that waits in C, too.
    faulthandler.dump_traceback_later(max(0.1, float(warning) - time.time()), file=report)
    if not getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, cwd)
    teller.tell(begun="start")
    try:
        if name in STEPS:
            STEPS[name](teller)
        else:
            probe_import(teller, name)
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt end programs as well.
        root = innermost(error)
        teller.tell(error=_message(error), cause=_message(root), where=place_of(root) or place_of(error), stage=teller.stage)
        return 1
    teller.tell(begun="exit")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
