"""The command line: exit codes, what goes to which stream, and what it makes of bad input."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders import snapshot
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from kdoctor import __version__, cli
from kdoctor.cli.place import worded
from kdoctor.cli.schema import read_schema
from kdoctor.contract import snapshot_document
from kdoctor.doctor import diagnose
from kdoctor.knowledge.catalogue import codes, name_of
from kdoctor.knowledge.dates import knowledge_date
from kdoctor.render.text import render
from kdoctor.render.words import Face

if os.name != "nt":
    import fcntl
    import pty
    import struct
    import termios

ROOT = Path(__file__).parents[1]

OK = snapshot("tensorflow==2.18.1 keras==3.10.0")
ERROR = snapshot("tensorflow==2.14.1 keras==3.3.3")
WARNING = snapshot("tensorflow==2.18.1 tensorflow-cpu==2.18.1 keras==3.10.0")
NOTE = snapshot("tensorflow==2.18.1 keras==3.10.0", env={"KERAS_BACKEND": "tensorflow"}, config={"backend": "jax"})
NEITHER = snapshot("requests==2.32.5")
EACH = {"ok": OK, "error": ERROR, "warning": WARNING, "note": NOTE, "neither": NEITHER}


@pytest.fixture
def files(tmp_path):
    """Documents by name, each in a file."""
    for name, value in EACH.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(snapshot_document(value)), encoding="utf-8")
    return tmp_path


@pytest.fixture
def kdoctor(capsysbinary, monkeypatch):
    """Run the command line in this process: gives exit code, standard output and standard error."""
    for name in ("NO_COLOR", "FORCE_COLOR", "KDOCTOR_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments, stdin=b""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return ended.value.code or 0, out.decode(), err.decode()

    return run


def started(*arguments, code="from kdoctor.cli import main; main()", env=None, **options):
    """Run the command line in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    program = ["-m", "kdoctor"] if code is None else ["-c", code]
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60, **options}
    return subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        env={**kept, "PYTHONPATH": str(ROOT), **(env or {})},
        check=False,
        **options,
    )


# Exit codes.

EXITS = (
    ("check --from ok.json", 0),
    ("check --from error.json", 1),
    ("check --from warning.json", 0),
    ("check --from note.json", 0),
    ("check --from neither.json", 0),
    ("check --from error.json --fail-on note", 1),
    ("check --from error.json --fail-on warning", 1),
    ("check --from error.json --fail-on never", 0),
    ("check --from warning.json --fail-on warning", 1),
    ("check --from warning.json --fail-on note", 1),
    ("check --from warning.json --fail-on error", 0),
    ("check --from note.json --fail-on warning", 0),
    ("check --from note.json --fail-on note", 1),
    ("check --from ok.json --fail-on note", 0),
    ("check --from error.json -q", 1),
    ("check --from ok.json -q", 0),
    ("check --from error.json --format json", 1),
    ("check --from nowhere.json", 3),
    ("check --python nowhere/bin/python", 3),
    ("check --example", 1),
    ("check --example --fail-on never", 0),
    ("check --from neither.json --or-example", 0),
    ("check --from ok.json --python .", 2),
    ("check --from ok.json --example", 2),
    ("check --python . --example", 2),
    ("check --example --or-example", 2),
    ("check -q -v", 2),
    ("check --fail-on sometimes", 2),
    ("check --format yaml", 2),
    ("check --nonsense", 2),
    ("snapshot superfluous", 2),
    ("check --from", 2),
    ("nonsense", 2),
    ("", 2),
    ("--version", 0),
    ("--help", 0),
    ("-h", 0),
    ("check --help", 0),
    ("explain --help", 0),
    ("knowledge --help", 0),
    ("knowledge date", 0),
    ("knowledge update --help", 0),
    ("knowledge nonsense", 2),
    ("schema --help", 0),
    ("schema report", 0),
    ("schema", 2),
    ("schema nonsense", 2),
    ("snapshot --help", 0),
    ("snapshot --from ok.json", 0),
    ("snapshot --from nowhere.json", 3),
    ("snapshot --from ok.json --python .", 2),
    ("explain", 0),
    ("explain KD301", 0),
    ("explain KD999", 2),
    ("explain KD301 KD302", 2),
)


@pytest.mark.parametrize(("line", "code"), EXITS, ids=lambda value: str(value) or "nothing")
def test_exit_codes_and_streams(kdoctor, files, monkeypatch, line, code):
    monkeypatch.chdir(files)
    found, out, err = kdoctor(*line.split())
    assert (found, "Traceback" in err) == (code, False), err
    if code in (2, 3):
        assert (out, bool(err)) == ("", True)
    else:
        assert (bool(out), err) == ("-q" not in line.split(), "")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_listed_with_its_line(kdoctor, name):
    assert re.search(rf"^  {name} +{re.escape(cli.COMMANDS[name][1])}$", kdoctor("--help")[1], re.MULTILINE)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_help_fits_eighty_columns_and_is_ascii(kdoctor, name):
    text = kdoctor(name, "--help")[1]
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80


def test_version_names_the_date(kdoctor):
    assert kdoctor("--version")[1] == f"kdoctor {__version__}, knowledge of {knowledge_date()}\n"


def test_the_group_runs_under_the_runner_of_click_too(files):
    result = CliRunner().invoke(cli._kdoctor, ["check", "--from", str(files / "error.json")])
    assert (result.exit_code, result.stdout.startswith("kdoctor ")) == (1, True)


# Documents.

BAD_FILES = (
    ("empty", b"", "empty"),
    ("cut off", b'{"schema": "kdoctor.snap', "cut off"),
    ("cut off in the middle", b'{"schema": "kdoctor.snapshot/1", "distributions": [', "cut off"),
    ("nothing known", b"Dear all,\n", "nothing in it was recognized"),
    ("a list", b"[]", "nothing in it was recognized"),
    ("another schema", b'{"schema": "other/1"}', "other/1"),
    ("newer", b'{"schema": "kdoctor.snapshot/9"}', "newer"),
    ("binary", bytes(range(256)), "UTF-8"),
    ("wrong type", b'{"schema": "kdoctor.snapshot/1", "distributions": "tensorflow"}', "distributions"),
    ("escapes", b'{"schema": "\\u001b[31m\\u009b::error::"}', "schema"),
)


@pytest.mark.parametrize(("content", "expected"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES])
@pytest.mark.parametrize("by_pipe", [False, True], ids=["file", "pipe"])
def test_a_bad_document_is_one_line(kdoctor, tmp_path, content, expected, by_pipe):
    path = tmp_path / "it.json"
    path.write_bytes(content)
    code, out, err = kdoctor("check", "--from", "-", stdin=content) if by_pipe else kdoctor("check", "--from", path)
    first, *hint = err.splitlines()
    assert (code, out, len(hint) <= 1) == (3, "", True)
    assert first.startswith("kdoctor: standard input: " if by_pipe else f"kdoctor: {path}: ")
    assert expected in first
    assert first.isprintable()


@pytest.mark.parametrize("path", ["", ".", "no/such", "x\0y", "a\nb", "\x1b[31m", "/" + "x" * 5000])
@pytest.mark.parametrize("option", ["--from", "--python", "-o"])
def test_a_path_that_cannot_be_used_is_one_line(kdoctor, files, monkeypatch, option, path):
    monkeypatch.chdir(files)
    command = ("snapshot", "--from", "ok.json", option, path) if option == "-o" else ("check", option, path)
    usable = option == "-o" and path in ("a\nb", "\x1b[31m")
    code, out, err = kdoctor(*command)
    lines = err.splitlines()
    assert (code, out, 0 if usable else 1 <= len(lines) <= 2) == (0 if usable else 3, "", not usable)
    assert all(line.isprintable() for line in lines)


def test_a_snapshot_goes_through_a_pipe(kdoctor, files):
    _, text, _ = kdoctor("snapshot", "--from", files / "error.json")
    assert text.isascii()
    assert json.loads(text) == snapshot_document(ERROR)
    code, out, _ = kdoctor("check", "--from", "-", stdin=text.encode())
    assert (code, "from standard input" in out) == (1, True)


def test_a_report_is_read_as_the_snapshot_in_it(kdoctor, files):
    _, report, _ = kdoctor("check", "--from", files / "error.json", "--format", "json")
    assert json.loads(report) == json.loads(kdoctor("check", "--from", "-", "--format", "json", stdin=report.encode())[1])


def test_a_snapshot_is_written_to_a_file(kdoctor, files):
    assert kdoctor("snapshot", "--from", files / "ok.json", "-o", files / "new.json") == (0, "", "")
    assert json.loads((files / "new.json").read_text(encoding="utf-8")) == snapshot_document(OK)


@pytest.mark.parametrize("name", EACH)
def test_a_report_keeps_to_its_schema(kdoctor, files, name):
    _, out, _ = kdoctor("check", "--from", files / f"{name}.json", "--format", "json")
    assert out.isascii()
    Draft202012Validator(read_schema("report")).validate(json.loads(out))


@pytest.mark.parametrize("document", ["snapshot", "report"])
def test_the_schema_that_is_printed_is_the_one_that_holds(kdoctor, document):
    printed = json.loads(kdoctor("schema", document)[1])
    Draft202012Validator.check_schema(printed)
    assert printed == read_schema(document)


# The example.


def test_the_example_is_labelled_on_a_line_of_its_own(kdoctor):
    first, second, *_ = kdoctor("check", "--example")[1].splitlines()
    assert first.startswith("EXAMPLE: ")
    assert second.startswith(f"kdoctor {__version__} ")


def test_the_example_comes_after_an_environment_without_the_family(kdoctor, files):
    out = kdoctor("check", "--from", files / "neither.json", "--or-example")[1]
    assert out.index("Neither TensorFlow nor Keras") < out.index("EXAMPLE: ") < out.index("KD301")
    assert kdoctor("check", "--from", files / "neither.json", "--or-example", "-q") == (0, "", "")


@pytest.mark.parametrize("name", ["ok", "error", "note"])
def test_no_example_where_the_family_is(kdoctor, files, name):
    assert kdoctor("check", "--from", files / f"{name}.json", "--or-example") == kdoctor("check", "--from", files / f"{name}.json")


def test_json_stays_one_document_with_or_example(kdoctor, files):
    out = kdoctor("check", "--from", files / "neither.json", "--or-example", "--format", "json")[1]
    assert json.loads(out)["snapshot"]["distributions"][0]["name"] == "requests"


# Pages.


@pytest.mark.parametrize("spelled", ["KD301", "kd301", "Kd301", "rival-distributions", "RIVAL-DISTRIBUTIONS"])
def test_a_rule_is_found_by_code_and_name_in_any_case(kdoctor, spelled):
    assert kdoctor("explain", spelled)[1].startswith("KD301 rival-distributions\n")


@pytest.mark.parametrize("code", codes())
def test_every_rule_has_a_page_and_a_line(kdoctor, code):
    page, listing = kdoctor("explain", code)[1], kdoctor("explain")[1]
    assert page.startswith(f"{code} {name_of(code)}\n")
    assert all(f"\n{heading}\n" in page for heading in ("What", "Why", "Mend"))
    assert re.search(rf"^{code}  {name_of(code)} +\S", listing, re.MULTILINE)


def test_an_unknown_rule_is_quoted(kdoctor):
    code, _, err = kdoctor("explain", "KD\x1b[31m")
    assert (code, "\x1b" in err, "KD\\x1b[31m" in err) == (2, False, True)


# Where the patient is.


@pytest.mark.parametrize(
    ("place", "here", "chosen", "shown"),
    [
        ("home/project/.venv/bin/python", "home/project", ".venv in this folder", ".venv (Python"),
        ("home/project/.venv/bin/python", "elsewhere", "VIRTUAL_ENV", "~/project/.venv (VIRTUAL_ENV; Python"),
        ("home/conda/bin/python", "elsewhere", "CONDA_PREFIX", "~/conda (CONDA_PREFIX; Python"),
        ("home/bin/python3", "elsewhere", "python3 on PATH", "~/bin/python3 (python3 on PATH; Python"),
        ("home/venv/bin/python", "elsewhere", "--python", "~/venv (Python"),
        ("homes/venv/bin/python", "elsewhere", "VIRTUAL_ENV", "homes/venv (VIRTUAL_ENV; Python"),
    ],
)
def test_a_place_is_told_from_where_one_stands(tmp_path, monkeypatch, place, here, chosen, shown):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / here).mkdir(parents=True)
    (tmp_path / "home/venv").mkdir(parents=True)
    (tmp_path / "home/venv/pyvenv.cfg").touch()
    monkeypatch.chdir(tmp_path / here)
    report = diagnose(OK._replace(patient=str(tmp_path / place), chosen=chosen, unread={str(tmp_path / "home/x"): "closed"}))
    text = render(worded(report, None), Face(width=999))
    assert shown in text.splitlines()[0]
    assert "Could not read ~/x: closed" in text


def test_a_document_is_named_as_where_the_patient_was_found(kdoctor, files):
    out = kdoctor("check", "--from", files / "ok.json")[1].replace("\n  ", " ")
    assert f"(from {files / 'ok.json'}; Python 3.11.7, linux x86_64)" in out


# The terminal.

COLORS = (
    ({}, (), False),
    ({"FORCE_COLOR": "1"}, (), True),
    ({"FORCE_COLOR": "1", "TERM": "dumb"}, (), True),
    ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, (), False),
    ({"NO_COLOR": "1"}, ("--color", "always"), True),
    ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
    ({}, ("--color", "always"), True),
)


@pytest.mark.parametrize(("variables", "options", "colored"), COLORS)
@pytest.mark.parametrize("command", ["check", "explain"])
def test_color(kdoctor, files, monkeypatch, command, variables, options, colored):
    rest = ("--from", files / "error.json") if command == "check" else ()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    plain = kdoctor(command, *rest, "--color", "never")[1]
    out = kdoctor(command, *rest, *options)[1]
    assert ("\x1b[" in out) == colored
    assert re.sub("\x1b\\[[0-9]*m", "", out) == plain


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal is of POSIX")
@pytest.mark.parametrize(
    ("variables", "columns", "colored"),
    [({}, 80, True), ({"TERM": "dumb"}, 80, False), ({"NO_COLOR": "1"}, 60, False), ({}, 500, True), ({}, 0, True)],
)
def test_a_terminal_is_filled_and_coloured(files, variables, columns, colored):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    result = started("check", "--from", files / "error.json", env={"TERM": "xterm", **variables}, stdout=theirs, cwd=files)
    os.close(theirs)
    shown = os.read(ours, 65536).decode().replace("\r\n", "\n")
    os.close(ours)
    plain = re.sub("\x1b\\[[0-9]*m", "", shown)
    commands = ("        python -m", "  mend  python -m", "  kdoctor explain")
    widest = max(len(line) for line in plain.splitlines() if not line.startswith(commands) and str(files) not in line)
    assert (result.returncode, shown != plain) == (1, colored), result.stderr
    assert 30 < widest <= min(columns or 80, 120)


@pytest.mark.parametrize(("encoding", "ascii_only"), [("ascii", True), ("cp1252", True), ("latin-1", True), ("utf-8", False)])
def test_what_is_not_utf_8_gets_ascii(files, encoding, ascii_only):
    for arguments in (["check", "--from", files / "error.json"], ["explain", "KD301"], ["schema", "report"]):
        result = started(*arguments, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
        assert (result.returncode in (0, 1), result.stderr) == (True, b"")
        if arguments[0] == "check":
            assert result.stdout.isascii() == ascii_only
            assert (b"\nx KD202 " in result.stdout) == ascii_only


@pytest.mark.parametrize("module", [None, "from kdoctor.cli import main; main()"], ids=["-m", "entry point"])
def test_both_ways_to_start(files, module):
    result = started("check", "--from", files / "error.json", code=module)
    assert (result.returncode, result.stdout.startswith(b"kdoctor "), result.stderr) == (1, True, b"")


# What goes wrong around it.


@pytest.mark.parametrize("arguments", [["check", "--from", "error.json"], ["check", "--from", "error.json", "--format", "json"]])
def test_a_reader_that_went_away_makes_no_noise(files, arguments):
    read, write = os.pipe()
    os.close(read)
    result = started(*arguments, stdout=write, cwd=files)
    os.close(write)
    assert (result.returncode, result.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_one_line(files):
    with Path("/dev/full").open("wb") as full:
        result = started("check", "--from", files / "ok.json", stdout=full)
    assert (result.returncode, result.stderr) == (3, b"kdoctor: the output cannot be written: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="descriptors are closed as on POSIX")
@pytest.mark.parametrize(("descriptor", "code"), [(0, 0), (1, 0), (2, 0)])
def test_closed_streams(files, descriptor, code):
    script = f"import os, sys; os.close({descriptor}); os.execv(sys.executable, [sys.executable, '-m', 'kdoctor', *sys.argv[1:]])"
    result = started("check", "--from", files / "ok.json", code=script)
    assert (result.returncode, b"Traceback" in result.stderr) == (code, False), result.stderr
    from_input = started("check", "--from", "-", code=script.replace(f"close({descriptor})", "close(0)"))
    assert (from_input.returncode, from_input.stderr) == (3, b"kdoctor: standard input is closed\n")


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as on POSIX")
def test_an_interruption_is_no_traceback():
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", "from kdoctor.cli import main; main()", "check", "--from", "-"],
        stdin=read,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    # It waits for the document for ever; a second is enough to come there.
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    os.close(read)
    os.close(write)
    assert (process.returncode, err.strip()) == (130, b"")


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot be deleted there")
def test_the_current_folder_was_deleted(files):
    script = "import os; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); from kdoctor.cli import main; main()"
    for arguments, code in (
        (["check", "--python", sys.executable, "--fail-on", "never", "-q"], 0),
        (["check", "--python", "venv/bin/python"], 3),
    ):
        result = started(*arguments, code=script, cwd=files)
        assert (result.returncode, b"Traceback" in result.stderr) == (code, False), result.stderr


@pytest.mark.parametrize("shown", [False, True])
def test_a_fault_of_our_own_is_one_line(files, shown):
    broken = "import kdoctor.doctor as d; d.diagnose = lambda snapshot: 1 / 0; from kdoctor.cli import main; main()"
    env = {"KDOCTOR_TRACEBACK": "1"} if shown else {}
    result = started("check", "--from", files / "ok.json", code=broken, env=env)
    first, *more = result.stderr.decode().splitlines()
    assert (result.returncode, result.stdout) == (3, b"")
    assert first == "kdoctor: internal error: ZeroDivisionError: division by zero; please report it"
    assert (more == ["hint: KDOCTOR_TRACEBACK=1 shows where it happened"]) != shown
    assert ("Traceback (most recent call last):" in more) == shown
