"""What pasted tracebacks and log lines are explained by: tables of lines, and what hostile text may do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kdoctor import rules
from kdoctor.cli.schema import read_schema
from kdoctor.doctor import diagnose
from kdoctor.explain import explain
from kdoctor.explain.pattern import BYTES_WORD as WORD
from kdoctor.explain.pattern import compiled, folded, stands_in
from kdoctor.knowledge.catalogue import codes, name_of
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.runs import runs
from kdoctor.knowledge.symptoms import SYMPTOMS
from kdoctor.knowledge.symptoms.row import LEVELS
from kdoctor.render import explanation
from kdoctor.render.words import Face
from tests.builders import snapshot

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "symptoms.jsonl").read_text(encoding="utf-8").splitlines()]
SCHEMA = Draft202012Validator(read_schema("explanation"))
TOPICS = read_schema("explanation")["$defs"]["cause"]["properties"]["topic"]["enum"]
MESSAGES = [(row, said) for row in SYMPTOMS for said in row.messages]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['topic']}: {row['text'][:60]}")
def test_lines_as_people_paste_them(row):
    causes = explain(row["text"])
    assert causes, "nothing was recognized"
    assert causes[0].topic in (row["topic"], *row.get("or", ()))
    assert causes[0].harmless is row.get("harmless", False)
    SCHEMA.validate(explanation.document(causes))


def test_there_are_many_rows():
    assert len(ROWS) >= 200
    assert {row["topic"] for row in ROWS} == set(TOPICS)
    assert all(row["source"] for row in ROWS)


#: A module that is missing is told as such; that another distribution brings it or should replace it is for the environment to tell.
ABSENT = re.compile(
    r"No module named '(?:tensorflow|keras|jax|torch|scipy|packaging|keras_preprocessing)(?:\.keras|\.python)?'|requires jaxlib"
)
#: The end of a longer story: the rule names an earlier link of the chain than the message does.
ELSEWHERE = (
    "undefined symbol: _Z",  # KD001 and KD609 see the same pair in the metadata.
    "undefined symbol: icudt",
    "to have `optree` installed",  # Also said where typing_extensions is too old.
    "Descriptors cannot",  # A Keras of another age brought its protobuf code along.
    "Protobuf Gencode/Runtime",
    "cannot import name 'builder' from 'google.protobuf.internal'",
    "has no attribute 'register_load_context_function'",  # Keras 2 or tf-keras: the frames of a traceback tell.
    "cannot import name 'tensor' from 'tensorflow.python.framework'",  # The same.
    "tensorflow.python.trackable",  # Keras 2 and Keras 3 both miss it.
    "module 'numpy' has no attribute 'object'",
    "Unable to convert function return value",
    "jaxlib is version",
    "from 'collections'",
    "from 'theano",
    "blas_opt_info",
    "from 'transformers'",
    "transformers.models",
    "'keras.api'",
    "tf_keras.src.layers",
)


def test_every_error_that_was_really_seen_is_explained_as_the_environment_is_judged():
    wrong, explained = [], 0
    for run in runs():
        said = {text for text in (*run.outcome.values(), *run.tried.values()) if text != "works"}
        found = {finding.rule for finding in rules.run(couple(run.snapshot))[0]} if said else set()
        for text in said:
            causes = explain(text)
            explained += bool(causes)
            if causes and causes[0].rule not in found and not ABSENT.search(text) and not any(part in text for part in ELSEWHERE):
                wrong.append((run.name, text, causes[0].rule, sorted(found)))
    assert not wrong
    assert explained > 400


def test_each_message_finds_itself():
    for _, said in MESSAGES:
        text = folded(said.pattern.removesuffix("$").replace("…", " 0 "))
        pattern = compiled(said.pattern)
        assert stands_in(pattern, text), said.pattern
        assert pattern.landmark in WORD.findall(text.encode()), said.pattern


def test_each_row_is_whole():
    for row, said in MESSAGES:
        assert row.topic in TOPICS, said.pattern
        assert row.rule in ("", *codes()), said.pattern
        assert (said.confidence or row.confidence) in LEVELS, said.pattern
        assert row.source, said.pattern
        assert row.cause.endswith("."), row.cause
        assert row.remedy.endswith((".", '"')), row.remedy
    assert len({(said.pattern, said.beside, said.unless) for _, said in MESSAGES}) == len(MESSAGES)


TRACEBACK = """\
2024-03-01 10:00:00.1: I tensorflow/core/util/port.cc:113] oneDNN custom operations are on. You may see slightly different numerical results
2024-03-01 10:00:00.2: W external/local_tsl/tsl/x.cc:1] Could not find cuda drivers on your machine, GPU will not be used.
Traceback (most recent call last):
  File "/app/venv/lib/python3.11/site-packages/tensorflow/python/pywrap_tensorflow.py", line 70, in <module>
    from tensorflow.python._pywrap_tensorflow_internal import *
ImportError: numpy.core.umath failed to import

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "train.py", line 1, in <module>
    import tensorflow as tf
ImportError: cannot import name 'something' from 'keras.layers' (/app/venv/keras/layers/__init__.py)
"""


def test_the_innermost_cause_comes_first_and_notices_last():
    causes = explain(TRACEBACK)
    assert [one.topic for one in causes] == ["numpy-abi", "cuda-missing", "keras-coupling", "healthy"]
    assert causes[0].line == 6
    assert causes[0].matched == "ImportError: numpy.core.umath failed to import"


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[0;31mModuleNotFoundError\x1b[0m: No module named \x1b[1m'tensorflow'\x1b[0m",
        "\"\\u001b[0;31mModuleNotFoundError\\u001b[0m: No module named 'tensorflow'\",",
        "> ModuleNotFoundError: No module named \u2018tensorflow\u2019",
        'E   ModuleNotFoundError: No module named "tensorflow"\r\n',
        "ModuleNotFoundError: No\n> module named 'tensorflow'",
        "ModuleNotFoundError: No module named &#39;tensorflow&#39;",
        "x" * 100_000 + " ModuleNotFoundError: No module named 'tensorflow' " + "y" * 100_000,
    ],
    ids=["colours", "notebook", "quoted", "pytest", "wrapped", "html", "long line"],
)
def test_a_message_is_known_however_it_was_pasted(text):
    (cause,) = explain(text)
    assert (cause.topic, cause.rule) == ("backend-missing", "KD402")


def test_an_environment_confirms_a_cause_and_tells_it_in_its_own_versions():
    installed = snapshot("tensorflow==2.15.1 keras==2.15.0 numpy==2.0.2 ml-dtypes==0.3.2")
    alone = explain("ImportError: numpy.core.umath failed to import")[0]
    told = explain("ImportError: numpy.core.umath failed to import", diagnose(installed))[0]
    assert alone.rule == told.rule == "KD501"
    assert "2.15.1" not in alone.cause
    assert "numpy 2.0.2 does not work with tensorflow 2.15.1" in told.cause
    assert "numpy" in told.remedy


@pytest.mark.parametrize("text", ["", "\n\n", "all is well", "Epoch 1/10\n100/100 [=====] - loss: 0.1", b"\x00\xff\xfe" * 1000])
def test_what_is_not_known_is_not_explained(text):
    assert explain(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "requires " * 200_000,
        "a" * 1_000_000 + " requires b",
        "x requires y>=1," * 60_000 + "but you have y 2 which is incompatible",
        ("No module named 'tensorflow" + "'" * 50 + "\n") * 20_000,
        "tensorflow 1 requires numpy<2, but you have numpy 2 which is incompatible\n" * 3_000,
        "Loaded runtime CuDNN library: " * 50_000,
        "\n" * 2_000_000 + "Illegal instruction (core dumped)",
    ],
    ids=["one word", "long name", "long list", "nearly", "many complaints", "begun often", "far down"],
)
def test_hostile_text_ends_soon(text):
    assert len(explain(text)) <= 3


def test_no_control_character_comes_out():
    causes = explain("::error::\x1b]0;title\x07\x9b31m ModuleNotFoundError: No module named 'tensorflow' \u202e ##[group]x")
    document = json.dumps(explanation.document(causes), ensure_ascii=False)
    shown = explanation.text(causes, {code: name_of(code) for code in codes()}, Face())
    for said in (document, shown.replace("\n", "")):
        assert said.isprintable()
        assert "::error::" not in said
        assert "##[group]" not in said


def kdoctor(*arguments, text=b""):
    result = subprocess.run([sys.executable, "-m", "kdoctor", *arguments], input=text, capture_output=True, check=False, timeout=60)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def test_command_line(tmp_path):
    log = tmp_path / "train.log"
    log.write_bytes("Illegal instruction (core dumped)".encode("utf-16"))
    code, out, err = kdoctor("explain", str(log))
    assert (code, err) == (0, "")
    assert out.startswith("KD771 cpu-instructions-missing  (cpu-instructions; confidence high)\n  seen  line 1: Illegal instruction")
    code, out, err = kdoctor("explain", "-", "--format", "json", text=TRACEBACK.encode())
    assert (code, err) == (0, "")
    SCHEMA.validate(json.loads(out))
    assert json.loads(out)["causes"][0]["topic"] == "numpy-abi"
    assert kdoctor("explain", "-", text=b"Epoch 1")[1].startswith("Nothing in this text is known to kdoctor.")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["absent.log"], 2, "there is no rule 'absent.log'"),
        (["."], 3, "kdoctor: . cannot be read: Is a directory"),
        (["KD301", "--format", "json"], 2, "--format json is for what a traceback or log says"),
        (["-", "--format", "markdown"], 2, "--format markdown is for the page of a rule"),
        (["-", "--from", "absent.json"], 3, "kdoctor: absent.json cannot be read"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments, code, told):
    got, out, err = kdoctor("explain", *arguments)
    assert (got, out) == (code, "")
    assert told in err
    assert "Traceback" not in err
