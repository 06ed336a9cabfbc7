"""What programs print of their versions: in the interpreter, and in the lists that projects ask for in issues."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kdoctor.collect.pastes import platforms
from kdoctor.collect.pastes.facts import PRINTED, Facts
from kdoctor.collect.pastes.lines import without_prompt
from kdoctor.collect.pastes.listings import NAME, VERSION
from kdoctor.collect.pastes.names import name_of
from kdoctor.model import Accelerator

#: `>>> tf.__version__`, `python -c "import keras; print(keras.__version__)"`, `keras.version()`.
_ASKED = re.compile(
    r"\b(tf|tensorflow|keras|tf_keras|tf\.keras|tensorflow\.keras|np|numpy|jax|jaxlib|torch|flax|sys|platform)"
    r"\.(?:__version__|version\.VERSION|version\(\)|version|python_version\(\))"
)
_ANSWER = re.compile(rf"\s*(?:Out ?\[\d*\]:\s*)?['\"]?({VERSION})['\"]?\s*(?:\(.*|\[.*|\|.*)?$")
_NOISE = 25
_PIP3 = re.compile(rf"\s*\[(?:pip3?|conda)\] ({NAME})(?:==|\s+)({VERSION})(?:\s+(\S+))?(?:\s+\S+)?\s*$", re.ASCII)
_ASSIGNED = re.compile(
    r"\s*(?:tf\.version\.VERSION|tf\.__version__|tensorflow\.__version__|keras\.__version__|tf\.keras\.__version__)\s*(?:=|:|->)\s*"
    rf"['\"]?({VERSION})['\"]?\s*$"
)
_TUPLE = re.compile(r"\s*\((3), (\d{1,2}), (\d{1,2}), '(?:final|alpha|beta|candidate)', \d\)\s*$")
_DEVICES = re.compile(r"\s*jax\.(?:local_)?devices \(\d+ total, \d+ local\): \[(.*)\]\s*$")
_UNAME = re.compile(r"\s*platform: uname_result\(system='(\w+)', node='[^']*', release='([^']*)', version='[^']*', machine='(\w+)'")
_LINUX_TABLE = re.compile(
    r"\s*== (?:check python|check os platform|are we in docker|compiler|check pips|check for virtualenv|tensorflow import|env|nvidia-smi"
    r"|cuda libs)\b"
)
_HEADS = (
    ("collect_env of PyTorch", re.compile(r"\s*(?:PyTorch version: |Is debug build: |Collecting environment information\.\.\.)")),
    ("tf_env_collect", _LINUX_TABLE),
    ("transformers env", re.compile(r"\s*[-*]?\s*`?transformers`? version: ")),
    ("jax.print_environment_info()", re.compile(r"\s*jaxlib:\s+\d")),
)
_DOCKER = re.compile(r"\s*== are we in docker ")


def heading(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Note which program's list this is; its lines are read by the other forms."""
    line = lines[at]
    for kind, form in _HEADS:
        if form.match(line):
            facts.kinds.setdefault(kind, None)
            if _DOCKER.match(line) and at + 1 < len(lines) and lines[at + 1].strip() == "Yes":
                facts.tell("container", "docker", PRINTED)
            return 1 if line.lstrip().startswith("==") else 0
    return 0


def asked(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read a version that was asked for in the interpreter or by python -c, with its answer below."""
    line = lines[at]
    if "ersion" not in line:
        return 0
    if found := _ASSIGNED.match(line):
        _note("tensorflow" if line.lstrip().startswith("t") and "keras" not in line else "keras", found[1], facts)
        return 1
    found = _ASKED.search(line)
    prompted = without_prompt(line)[0] or re.match(r"\s*(?:python[\d.]* -c|print\(|>>>|(?:tf|keras|np|jax|tensorflow)\.)", line)
    if not found or not prompted or len(_ASKED.findall(line)) > 1:
        return 0
    for place in range(at + 1, min(at + 1 + _NOISE, len(lines))):
        if answer := _ANSWER.match(lines[place]):
            _note(found[1], answer[1], facts)
            return place - at + 1
        if without_prompt(lines[place])[0] and "..." not in lines[place]:
            return 0
    return 0


def _note(name: str, version: str, facts: Facts) -> None:
    if name in ("sys", "platform"):
        facts.tell("python", version, PRINTED)
    elif name in ("tf.keras", "tensorflow.keras"):
        # What tf.keras says of itself is Keras only where it is one: TensorFlow 2.16 and later; before, its own.
        if version.startswith("3"):
            facts.said("keras", version, PRINTED)
    else:
        facts.said(name_of(name) or name, version, PRINTED)
    facts.kinds.setdefault("printed versions", None)


def row(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read one line of a program's list."""
    line = lines[at]
    if found := _PIP3.match(line):
        facts.distribution(found[1].replace("pytorch", "torch") if found[1] == "pytorch" else found[1], found[2], PRINTED)
        return 1
    if found := _TUPLE.match(line):
        facts.tell("python", f"{found[1]}.{found[2]}.{found[3]}", PRINTED)
        return 1
    if found := _UNAME.match(line):
        platforms.note_system(found[1], facts, PRINTED)
        facts.tell("machine", found[3].lower(), PRINTED)
        facts.tell("wsl", "yes" if "microsoft" in found[2].lower() else None, PRINTED)
        return 1
    if found := _DEVICES.match(line):
        _devices(found[1], facts)
        return 1
    return 0


def _devices(text: str, facts: Facts) -> None:
    """Note the devices that JAX saw; that it saw a processor alone does not say that there is no more."""
    for kind, vendor in (("CudaDevice", "nvidia"), ("TpuDevice", "google"), ("RocmDevice", "amd"), ("METAL", "apple")):
        for _ in range(min(text.count(kind), 16)):
            if facts.accelerators is None or len(facts.accelerators) < text.count(kind):
                facts.device(Accelerator(vendor))


def not_installed(value: str) -> bool:
    """Tell whether a list says that something is not there."""
    return re.match(r"\s*[`'\"]?(?:not installed|none|n/?a\b|no\b|-$|not applicable|not found|unknown)", value, re.IGNORECASE) is not None
