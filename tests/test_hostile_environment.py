"""Environments whose every text was written by an enemy: the check ends, and what it prints can harm nobody."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kdoctor import cli
from kdoctor.cli.schema import read_schema

ROOT = Path(__file__).parents[1]
REPORT = Draft202012Validator(read_schema("report"))

ESCAPES = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://x.invalid\x1b\\link \x9b2J\x9d0;t\x9c\x90q\x9c \x7f\x08\x05"
REORDERED = "\u202eevil\u202c\u2066\u200b\u200f\ufeff\u2028\u2029\x85 \U000e0041 \ufff9"
COMMANDS = "::error::pwned ::set-output name=x::y ##[error]z ##vso[task.setvariable]w %0A::warning::v"
MARKUP = "%s {0} <script>alert(1)</script> <img src=x onerror=y> [a](javascript:b) | ```\n# head `x` </summary>"
SHELL = "$(touch pwned) `touch pwned` ; touch pwned && touch pwned | \" ' \\ \n touch pwned"
LINES = "a\nb\r\nc\rd\x0be\x0cf"
HOSTILE = {
    "escapes": ESCAPES,
    "reordered": REORDERED,
    "commands": COMMANDS,
    "markup": MARKUP,
    "shell": SHELL,
    "lines": LINES,
    "nul": "a\0b",
    "long": "x" * 300_000,
    "empty": "",
}

#: What may stand in a printed command besides the path of an interpreter: a remedy is copied into a shell.
SAFE_WORD = re.compile(r"[A-Za-z0-9._-]+(?:[=<>!~]=?[A-Za-z0-9.!+*,_=<>~-]+)?")


def environment(folder, rows):
    """Lay out an environment without an interpreter: each row is the name of a metadata folder and the bytes of METADATA."""
    site = folder / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True, exist_ok=True)
    for name, content in rows:
        place = site / os.fsdecode(name)
        place.mkdir(exist_ok=True)
        (place / "METADATA").write_bytes(content)
    for name in ("keras", "tensorflow"):
        (site / name).mkdir(exist_ok=True)
        (site / name / "__init__.py").touch()
    return site


def examine(folder, *arguments, code=(0, 1, 3)):
    """Run `kdoctor check --python FOLDER` in this process and hold what it prints; gives (exit code, output)."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
        cli.main(["check", "--python", str(folder), *arguments])
    texts = [stream.buffer.getvalue().decode() if not stream.flush() else "" for stream in (out, err)]
    found = ended.value.code or 0
    assert found in code, texts
    hold(*texts)
    if found == 3:
        assert texts[1].startswith("kdoctor: ")
        assert "internal error" not in texts[1]
    return found, texts[0]


def hold(out, err):
    """No control characters, no reordering, no CI commands, no traceback, on either stream."""
    assert "Traceback" not in err
    for line in [*out.split("\n"), *err.split("\n")]:
        assert not [c for c in line if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e\u2066\u200b\ufeff"], line
        assert not line.lstrip().startswith("::"), line
        assert not re.search(r"##\w*\[", line), line


def both(folder):
    """Check as text and as JSON; gives both outputs."""
    code, text = examine(folder, "-v")
    again, document = examine(folder, "--format", "json")
    assert code == again
    if code == 3:
        return text, {}
    assert document.isascii()
    report = json.loads(document)
    REPORT.validate(report)
    for remedy in report["remedies"]:
        commands_are_safe(remedy["commands"])
    return text, report


def commands_are_safe(commands):
    for command in commands:
        words = shlex.split(command)
        if "pip" not in words:
            continue
        places = {position + 1 for position, word in enumerate(words) if word == "--python"}
        loose = [word for position, word in enumerate(words) if position not in places and not word.startswith("-")]
        assert all(word == "&&" or SAFE_WORD.fullmatch(word) for word in loose), command


def headers(name="tensorflow", version="2.14.1", *more):
    return "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *more, "", "body"]).encode("utf-8", "surrogatepass")


KERAS = (b"keras-3.10.0.dist-info", headers("keras", "3.10.0"))
HEALTHY = (b"tensorflow-2.18.1.dist-info", headers("tensorflow", "2.18.1"))
BROKEN = (b"tensorflow-2.14.1.dist-info", headers())


# Text in metadata.

FIELDS = {
    "name": lambda text: headers(f"tensorflow{text}"),
    "whole name": headers,
    "version": lambda text: headers(version=f"2.14.1{text}"),
    "whole version": lambda text: headers(version=text),
    "requirement": lambda text: headers("tensorflow", "2.14.1", f"Requires-Dist: keras<2.15{text}"),
    "marker": lambda text: headers("tensorflow", "2.14.1", f'Requires-Dist: keras<2.15; python_version > "{text}"'),
    "requires-python": lambda text: headers("tensorflow", "2.14.1", f"Requires-Python: >=3.99{text}"),
    "another field": lambda text: headers("tensorflow", "2.14.1", f"X-{text}: {text}"),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_metadata(tmp_path, field, kind):
    site = environment(tmp_path, [(b"tensorflow-2.14.1.dist-info", FIELDS[field](HOSTILE[kind])), KERAS])
    # An empty folder asks for the very version to be installed again.
    (site / "tensorflow" / "__init__.py").unlink()
    both(tmp_path)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.sampled_from([b"", b"Name: keras\n", b"Name: tensorflow\nVersion: 2.18.1\nRequires-Dist: keras"]))
def test_any_metadata(content, start):
    with tempfile.TemporaryDirectory() as folder:
        environment(Path(folder), [(b"tensorflow-2.18.1.dist-info", start + content), KERAS])
        both(Path(folder))


WHOLE = b"Metadata-Version: 2.1\nName: tensorflow\nVersion: 2.14.1\nRequires-Dist: keras<2.15\n\n"
FILES = {
    "empty": b"",
    "cut in the name": WHOLE[:30],
    "cut in the version": WHOLE[:50],
    "cut in a character": WHOLE[:-2] + b"\xf0\x9f",
    "not UTF-8": b"Name: tensorflow\xff\xfe\nVersion: 2.\x80\nRequires-Dist: ker\xe9as\n\n",
    "UTF-16": WHOLE.decode().encode("utf-16"),
    "large header": b"Name: tensorflow\nVersion: 2.14.1\n" + b"Requires-Dist: keras<2.15\n" * 2_000_000,
    "large body": WHOLE + b"x" * 52_000_000,
    "one long line": b"Name: " + b"x" * 52_000_000,
    "only NUL": b"\0" * 5000,
    "contradictory": b"Name: keras\nName: tensorflow\nVersion: 1\nVersion: 2\n\n",
    "no headers": b"\n\n\nName: tensorflow\n",
    "folded": b"Name: tensor\n flow\nVersion:\n 2.14.1\nRequires-Dist: ker\n\tas\n\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_files(tmp_path, kind):
    environment(tmp_path, [(b"tensorflow-2.14.1.dist-info", FILES[kind]), KERAS])
    both(tmp_path)


# Names of folders.

NAMES = [name for name in HOSTILE if name not in ("nul", "long", "empty")]


@pytest.mark.skipif(os.name == "nt", reason="such names are those of POSIX")
@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("pattern", ["{}-1.dist-info", "tensorflow-{}.dist-info", "{}.egg-info"])
def test_names_of_metadata_folders(tmp_path, kind, pattern):
    name = os.fsencode(pattern.format(HOSTILE[kind].replace("/", "\\")[:60]))
    environment(tmp_path, [(name, b""), HEALTHY, KERAS])
    both(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are those of Linux")
@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=60).filter(lambda name: not {b"/"[0], 0} & set(name) and os.fsdecode(name).strip()))
def test_any_name_of_a_metadata_folder(name):
    with tempfile.TemporaryDirectory() as folder:
        environment(Path(folder), [(name + b"-1.dist-info", b"")])
        both(Path(folder))


@pytest.mark.skipif(os.name == "nt", reason="such names are those of POSIX")
@pytest.mark.parametrize("kind", NAMES)
def test_the_path_of_the_patient(tmp_path, kind):
    folder = tmp_path / HOSTILE[kind].replace("/", "\\")[:60]
    environment(folder, [BROKEN, KERAS])
    both(folder)
    assert examine(tmp_path / "not" / folder.name, code=(3,))[0] == 3


@pytest.mark.skipif(os.name == "nt", reason="the environment is laid out as on POSIX")
@pytest.mark.parametrize("kind", NAMES)
def test_the_path_of_an_interpreter(tmp_path, kind):
    folder = tmp_path / HOSTILE[kind].replace("/", "\\")[:40]
    site = environment(folder, [BROKEN, KERAS])
    site.parent.rename(site.parents[1] / f"python{sys.version_info[0]}.{sys.version_info[1]}")
    config = f"home = {Path(sys._base_executable).parent}\ninclude-system-site-packages = false\n"
    (folder / "pyvenv.cfg").write_text(config, encoding="utf-8")
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys._base_executable)
    text, report = both(folder)
    # A path with control characters fits in no command, so there is one without it.
    assert (" --python " in text) == folder.name.isprintable(), text
    # A document may leave this machine, and holds no more of the path than its shape.
    commands = [command for remedy in report["remedies"] for command in remedy["commands"]]
    assert commands
    assert not any(folder.name in command for command in commands), commands
    for command in commands:
        runs_nothing_else(command, tmp_path / "shell")


def runs_nothing_else(command, folder):
    """Run a command with a shell that has no programs but `touch`: whatever the path in it says, nothing may be touched."""
    folder.mkdir(exist_ok=True)
    touch = shutil.which("touch")
    (folder / "bin").mkdir(exist_ok=True)
    if not (folder / "bin" / "touch").exists():
        (folder / "bin" / "touch").symlink_to(touch)
    subprocess.run(["/bin/sh", "-c", command], env={"PATH": str(folder / "bin")}, cwd=folder, capture_output=True, check=False)
    assert not (folder / "pwned").exists(), command


# Things in place of files.


def a_folder(path):
    path.mkdir()


def a_loop(path):
    path.symlink_to(path)


def a_loop_of_two(path):
    path.with_name("OTHER").symlink_to(path)
    path.symlink_to(path.with_name("OTHER"))


def a_link_to_nothing(path):
    path.symlink_to("nothing")


def a_pipe(path):
    os.mkfifo(path)


def a_closed_file(path):
    path.write_bytes(WHOLE)
    path.chmod(0)


def the_memory(path):
    path.symlink_to("/dev/zero")


def a_parent(path):
    path.symlink_to("../../../../..")


ODD = (a_folder, a_loop, a_loop_of_two, a_link_to_nothing, a_pipe, a_closed_file, the_memory, a_parent)


@pytest.mark.skipif(os.name == "nt", reason="such things are those of POSIX")
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("where", ["METADATA", "metadata folder", "site-packages", "pyvenv.cfg", "import folder"])
def test_odd_things(tmp_path, odd, where):
    site = environment(tmp_path, [KERAS])
    place = site / "tensorflow-2.14.1.dist-info"
    places = {"metadata folder": place, "pyvenv.cfg": tmp_path / "pyvenv.cfg", "import folder": site / "tensorflow"}
    if where == "METADATA":
        place.mkdir()
    if where == "site-packages":
        shutil.rmtree(site)
    if where == "import folder":
        shutil.rmtree(site / "tensorflow")
    odd({**places, "METADATA": place / "METADATA", "site-packages": site}[where])
    both(tmp_path)


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_closed_folder(tmp_path):
    site = environment(tmp_path, [KERAS, BROKEN])
    site.chmod(0)
    try:
        both(tmp_path)
    finally:
        site.chmod(0o755)


# What else is read.

VARIABLES = ("KERAS_BACKEND", "KERAS_HOME", "TF_USE_LEGACY_KERAS", "CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "PYTHONPATH", "HOME")


@pytest.mark.parametrize("variable", [*VARIABLES, "VIRTUAL_ENV", "CONDA_PREFIX"])
@pytest.mark.parametrize("kind", ["escapes", "reordered", "commands", "shell", "lines", "empty"])
def test_variables(tmp_path, monkeypatch, variable, kind):
    environment(tmp_path, [HEALTHY, KERAS])
    monkeypatch.setenv(variable, HOSTILE[kind])
    both(tmp_path)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("whole", [False, True], ids=["a value", "the file"])
def test_keras_json(tmp_path, monkeypatch, kind, whole):
    environment(tmp_path, [HEALTHY, KERAS])
    text = HOSTILE[kind]
    content = text if whole else json.dumps({"backend": text, text: text, "image_data_format": [text], "floatx": {text: text}})
    (tmp_path / "keras.json").write_text(content, encoding="utf-8")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    both(tmp_path)


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"a":' * 100_000, b"1" * 5000, b"NaN", b"\xff\xfe", b'{"backend": 1e999}', b"x" * 40_000_000]
)
def test_keras_json_of_odd_shape(tmp_path, monkeypatch, content):
    environment(tmp_path, [KERAS])
    (tmp_path / "keras.json").write_bytes(content)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    both(tmp_path)


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_everywhere_in_a_document(text):
    row = {"name": f"keras{text}", "version": f"3{text}", "requires": [text, f"keras{text}"], "requires_python": text, "problem": text}
    document = {
        "schema": "kdoctor.snapshot/1",
        "origin": text,
        "complete": True,
        "patient": text,
        "chosen": text,
        "python": {"version": f"3.11{text}", "implementation": text},
        "platform": {"system": text, "machine": text},
        "distributions": [
            row,
            {"name": "tensorflow", "version": "2.18.1", "requires": []},
            {"name": "keras", "version": "3.10.0", "requires": [text]},
        ],
        "environment": {"KERAS_BACKEND": text},
        "keras_config": {"backend": text, text: text},
        "accelerators": [{"vendor": text, "name": text, "compute_capability": text}],
        "drivers": {text: text, "nvidia": text},
        "libraries": {"cuda": text, "cudnn": text},
        "unread": {text: text},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "snapshot.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        for style in ("text", "json"):
            out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
                cli.main(["check", "--from", str(path), "--format", style])
            out.flush()
            assert (ended.value.code or 0) in (0, 1), err.getvalue()
            hold(out.buffer.getvalue().decode(), err.getvalue())


@pytest.mark.parametrize("kind", ["escapes", "reordered", "lines"])
def test_forced_colours_are_the_only_escapes(tmp_path, monkeypatch, kind):
    environment(tmp_path, [BROKEN, KERAS])
    monkeypatch.setenv("KERAS_BACKEND", HOSTILE[kind])
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit):
        cli.main(["check", "--python", str(tmp_path), "--color", "always", "-v"])
    out.flush()
    text = out.buffer.getvalue().decode()
    assert "\x1b[31m" in text
    hold(re.sub("\x1b\\[[0-9]{1,2}m", "", text), "")
