"""Variables that somebody sets or prints, and keras.json."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from kdoctor.collect.pastes.facts import LOGS, PRINTED, Facts
from kdoctor.collect.pastes.lines import without_prompt
from kdoctor.collect.variables import VARIABLES

_NAME = "|".join(VARIABLES)
#: export X=1, set X=1, $env:X = "1", %env X=1, setenv X 1, ENV X=1, os.environ["X"] = "1", conda env config vars set X=1, X=1 python ...
_SET = re.compile(
    rf"\s*(?:export|set|setx|setenv|ENV|%env|%set_env|declare -x|env|conda env config vars set|-e|--env)\s+['\"]?({_NAME})(?:=|\s+)(.*)$"
    rf"|\s*\$env:({_NAME})\s*=\s*(.*)$"
    rf"|.*?\bos\.environ\[['\"]({_NAME})['\"]\]\s*=\s*(?:str\()?(['\"][^'\"]*['\"]|\d+).*$"
    rf"|.*?\bos\.(?:environ\.setdefault|putenv)\(['\"]({_NAME})['\"],\s*(['\"][^'\"]*['\"])\).*$"
    rf"|\s*({_NAME})=(\S*|'[^']*'|\"[^\"]*\")(?:\s+\S.*)?$"
    rf"|\s*-?\s*({_NAME}):\s+([\w.,-]{{1,60}}|'[^']*'|\"[^\"]*\")$|\s*-\s+({_NAME})=(\S*)$"
    rf"|.*\b(?:docker|podman) run\b.*?\s(?:-e|--env)[ =]({_NAME})=(\S*).*$|.*\bI(?:'ve| have)? set ({_NAME})=([\w.,-]{{1,60}}).*$"
)
_UNSET = re.compile(rf"\s*unset ({_NAME})\s*$|\s*({_NAME}) is (?:unset|not set)\s*$")
#: As tf_env_collect prints them.
_PRINTED = re.compile(rf"\s*({_NAME}) (/\S+|\d+)\s*$")
_BEGIN = re.compile(r"\s*(?:[\w./~\\:-]{0,80}keras\.json:?\s*)?\{\s*(?:\"|$)")
_KEYS = ("backend", "floatx", "epsilon", "image_data_format", "image_dim_ordering")
_LONGEST_CONFIG = 12


def variable(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read a line that sets or prints one of the variables that matter."""
    line = lines[at]
    if "_" not in line:
        return 0
    prompted, bare = without_prompt(line)
    if found := _UNSET.match(bare):
        return 1
    found = _SET.match(bare) or (_SET.match(line) if prompted else None) or _PRINTED.match(line)
    if not found:
        return 0
    groups = [group for group in found.groups() if group is not None]
    if "VAR" in groups[0] or len(groups) < 2:  # noqa: PLR2004 -- name and value.
        return 0
    facts.tell(groups[0], _value(groups[1]) or "\0", LOGS if "=" in line else PRINTED, "variable")
    facts.kinds.setdefault("variables", None)
    return 1


def _value(text: str) -> str:
    """Give a value without quotes, comments and what a shell would read next."""
    text = text.strip().rstrip("\\").strip()
    if text[:1] in ("'", '"') and (end := text.find(text[0], 1)) > 0:
        return text[1:end]
    return re.split(r"\s*(?:&&|;|\s#|\s\s|\|\|)", text)[0].strip().strip("'\"")


def keras_json(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read the content of a keras.json that stands in the text."""
    if "{" not in lines[at] or not _BEGIN.match(lines[at]):
        return 0
    text = lines[at][lines[at].index("{") :]
    for end in range(at + 1, min(at + _LONGEST_CONFIG, len(lines)) + 1):
        if "}" in text:
            tree = _parsed(text[: text.rindex("}") + 1])
            if isinstance(tree, dict) and any(key in tree for key in _KEYS):
                facts.keras_config = tree
                facts.kinds.setdefault("keras.json", None)
                return end - at
            if tree is not None:
                return 0
        text += "\n" + (lines[end] if end < len(lines) else "")
    return 0


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
