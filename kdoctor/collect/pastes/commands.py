"""Commands that somebody ran or wrote down: pip install, conda install, the lines of a Dockerfile."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from kdoctor.collect.pastes.facts import LOGS, WORDS, Facts
from kdoctor.collect.pastes.lines import without_prompt
from kdoctor.collect.pastes.listings import NAME, VERSION

_INSTALL = re.compile(
    r"(?:^|[\s;&|(!%])(?:(?:sudo\s+)?(?:-H\s+)?(?:python[\d.]*|py|\S*/python[\d.]*)(?:\s+-[\w.]+)*\s+-m\s+)?(?:uv\s+)?(?:\S*/)?(pip[\d.]*|conda|mamba|micromamba)"
    r"\s+(install|uninstall|remove)\s+(.*)"
)
_UV_ADD = re.compile(r"(?:^|\s)(?:uv|poetry|pdm|pixi|rye) (?:add) (.*)")
_WISH = re.compile(rf"({NAME})(?:\[[A-Za-z0-9,._ -]{{1,100}}\])?(?:(===?|=)({VERSION})(?:=\S+)?|[<>~!].*)?$", re.ASCII)
#: A sentence goes on with these, and a command does not.
_SENTENCE = re.compile(
    r"(?:an?|and|are|as|at|but|by|can|cannot|does(?:n't)?|errors?|fail(?:s|ed)?|for|from|gives|got|in|into|is|it|just|not|of|on|or|results?|returns|said"
    r"|says|so|still|that|then?|this|to|was|when|which|while|with(?:out)?|work(?:s|ed)?|you)$",
    re.IGNORECASE,
)
_WITH_VALUE = (
    "-r",
    "--requirement",
    "-c",
    "--constraint",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "-t",
    "--target",
    "-n",
    "--name",
    "-p",
    "--prefix",
    "--python",
    "--trusted-host",
)
_FROM = re.compile(r"\s*FROM\s+(?:--platform=(\S+)\s+)?(\S+?)(?::(\S+?))?(?:@sha256:\w+)?(?:\s+[Aa][Ss]\s+\S+)?\s*$")
#: docker run, docker pull, and the image of a service in a compose or workflow file.
_RUN_IMAGE = re.compile(
    r"(?:\b(?:docker|podman)\s+(?:run|pull|create)\b|^\s*-?\s*image:)(?=.*?(--platform[= ]\S+)?)[^#]*?\s[\"']?"
    r"((?:docker\.io/)?(?:tensorflow/tensorflow|nvidia/cuda|pytorch/pytorch|nvcr\.io/nvidia/tensorflow))(?::([\w.-]+))?"
)
_VERSION_TAG = re.compile(r"v?(\d+\.\d+(?:\.\d+)?(?:-?rc\d+)?)")
_CUDA_TAG = re.compile(r"(\d{1,2}\.\d{1,2})(?:\.\d+)?(?:-cudnn(\d+)?)?.*-(?:devel|runtime|base)")
_MACHINES = {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}


def command(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read a command that installs or removes something, with the lines that continue it."""
    end, text = _joined(lines, at)
    if not re.search(r"install|remove|\badd\b", text):
        return 0
    prompted, bare = without_prompt(text)
    found = _INSTALL.search(bare) or _UV_ADD.search(bare)
    if not found or not (prompted or _is_command(bare)):
        return 0
    noted = False
    for part in re.split(r"&&|;|\|\|", bare):
        if step := _INSTALL.search(part):
            noted = _note(step[2], step[3], facts, conda=step[1][0] in "cm") or noted
        elif step := _UV_ADD.search(part):
            noted = _note("install", step[1], facts, conda=False) or noted
    if noted:
        facts.kinds.setdefault("commands of installers", None)
    return end - at if noted else 0


def _is_command(text: str) -> bool:
    """Tell whether a line is a command and no sentence about one."""
    return re.match(r"\s*(?:RUN\s|sudo\s|[!%]|python|py\s|pip|conda|mamba|uv\s|poetry\s|pdm\s|&&|`{1,3}|- run:|run:)", text) is not None


def _joined(lines: Sequence[str], at: int) -> tuple[int, str]:
    end, text = at + 1, lines[at]
    while text.rstrip().endswith(("\\", "^")) and end < len(lines) and end < at + 40:
        text = text.rstrip()[:-1] + " " + lines[end]
        end += 1
    return end, text.strip().strip("`")


def _note(verb: str, rest: str, facts: Facts, *, conda: bool) -> bool:
    try:
        words = shlex.split(rest, comments=True)
    except ValueError:
        words = rest.split()
    noted, skip = False, False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in _WITH_VALUE
            continue
        if _SENTENCE.match(word):
            # A sentence that begins with a command is no proof that it was run.
            break
        found = _WISH.match(word.strip("'\"`,"))
        if not found or "/" in word or word in (".", "python"):
            if conda and (python := re.match(r"python=+(\d\.\d{1,2}(?:\.\d+)?)", word)):
                facts.tell("python", python[1], WORDS)
                noted = True
            if verb == "install" and not found and not word.startswith((".", "/", "git+", "http", "~", "$", "python")):
                break
            continue
        if verb == "install":
            facts.distribution(found[1], found[3], LOGS, "conda" if conda else None)
        else:
            facts.missing(found[1], LOGS)
        noted = True
    return noted


def image(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read the image of FROM or docker run: those of TensorFlow, Python, CUDA, PyTorch and NVIDIA say what they hold."""
    line = lines[at]
    if "FROM" not in line and "docker" not in line and "image" not in line:
        return 0
    found = _FROM.match(line) or _RUN_IMAGE.search(line)
    if not found:
        return 0
    name, tag = found[2].rpartition("docker.io/")[2], found[3] or ""
    facts.tell("system", "linux", LOGS)
    facts.tell("machine", _MACHINES.get(found[1] or ""), LOGS)
    facts.tell("container", "docker", LOGS)
    facts.kinds.setdefault("a Dockerfile" if "FROM" in line else "an image", None)
    _image(name, tag, facts)
    return 1


def _image(name: str, tag: str, facts: Facts) -> None:
    version = _VERSION_TAG.match(tag)
    if name in ("tensorflow/tensorflow", "tensorflow/build", "intel/intel-optimized-tensorflow"):
        nightly = tag.startswith("nightly")
        facts.distribution("tf-nightly" if nightly else "tensorflow", version[1].replace("-", "") if version else None, LOGS)
        # The images are built for this machine alone: hub.docker.com/r/tensorflow/tensorflow/tags.
        facts.tell("machine", "x86_64" if facts.told("machine") is None else None, LOGS)
    elif name == "python":
        facts.tell("python", version[1] if version else None, LOGS)
        facts.tell("libc", "musl" if "alpine" in tag else None, LOGS)
    elif name == "nvidia/cuda" and (cuda := _CUDA_TAG.match(tag)):
        facts.tell("cuda", cuda[1], LOGS, "library")
        facts.tell("cudnn", cuda[2], LOGS, "library")
    elif name == "pytorch/pytorch" and version:
        facts.distribution("torch", version[1], LOGS)
        cuda = re.search(r"cuda(\d+\.\d+)", tag)
        facts.tell("cuda", cuda[1] if cuda else None, LOGS, "library")
    elif name.startswith("nvcr.io/nvidia/tensorflow"):
        facts.distribution("tensorflow", None, LOGS)
