"""What the text report says of findings, remedies and gaps, piece by piece; whole reports are in test_golden.py."""

from __future__ import annotations

import pytest
from builders import snapshot

from kdoctor.cli.check import exit_code
from kdoctor.doctor import diagnose
from kdoctor.model import Finding, Impossible, Remedy, Severity, WayUsed
from kdoctor.render.places import ways
from kdoctor.render.text import render
from kdoctor.render.words import Face, clean, wrapped

REPORT = diagnose(snapshot("tensorflow==2.18.1 keras==3.10.0"))
KEEP_A = Remedy("keep-a", "keep a", commands=("install a",))
KEEP_B = Remedy("keep-b", "keep b", commands=("install b", "export B=1"))


def finding(code, *remedies, severity=Severity.ERROR, advice=None):
    return Finding(code, f"name-of-{code}", severity, "what", "why", (), remedies=remedies, advice=advice)


def said(findings, remedies=(), verbosity=0, **more):
    report = REPORT._replace(findings=tuple(findings), remedies=remedies, **more)
    return render(report, Face(unicode=False), verbosity)


MENDS = (
    ("one command", [finding("KD1", "keep-a")], (KEEP_A,), ["  mend  install a"]),
    ("one way of two lines", [finding("KD1", "keep-b")], (KEEP_B,), ["  mend  install b", "        export B=1"]),
    (
        "two ways",
        [finding("KD1", "keep-a", "keep-b")],
        (KEEP_A, KEEP_B),
        ["  mend  keep a:", "        install a", "  or    keep b:", "        install b", "        export B=1"],
    ),
    ("the same", [finding("KD1", "keep-a"), finding("KD2", "keep-a")], (KEEP_A,), ["  mend  the same command as for KD1 above"]),
    (
        "the same ways",
        [finding("KD1", "keep-a", "keep-b"), finding("KD2", "keep-a", "keep-b")],
        (KEEP_A, KEEP_B),
        ["  mend  each of the ways shown for KD1 above"],
    ),
    (
        "one of the ways",
        [finding("KD1", "keep-a", "keep-b"), finding("KD2", "keep-b")],
        (KEEP_A, KEEP_B),
        ["  mend  as shown for KD1 above: keep b"],
    ),
    ("a later way", [finding("KD1", advice="Buy."), finding("KD2", "keep-a")], (KEEP_A,), ["  mend  Buy.", "  mend  install a"]),
    ("advice", [finding("KD1", advice="Restart.")], (), ["  mend  Restart."]),
    ("advice beside a way", [finding("KD1", "keep-a", advice="Or take b.")], (KEEP_A,), ["  mend  install a", "  or    Take b."]),
    ("no way", [finding("KD1"), finding("KD2")], (), ["  mend  no pin and no variable mends this", "  mend  none, as for KD1 above"]),
)


@pytest.mark.parametrize(("findings", "remedies", "lines"), [row[1:] for row in MENDS], ids=[row[0] for row in MENDS])
def test_mend(findings, remedies, lines):
    text = said(findings, remedies)
    for line in lines:
        assert f"\n{line}\n" in text
    assert all(text.count(command) == 1 for remedy in remedies for command in remedy.commands)


def test_a_note_needs_no_way_out_and_is_hidden():
    note = finding("KD1", severity=Severity.NOTE)
    assert "KD1" not in said([note])
    assert "1 note (-v shows the notes)." in said([note])
    assert "mend" not in said([note], verbosity=1)


def test_where_nothing_is_installed_it_is_told_that_nothing_can_be():
    shown = render(diagnose(snapshot("pip==25.0", python="3.14.0")), Face(unicode=False))
    assert "Neither TensorFlow nor Keras is installed here." in shown
    assert "KD102 no-wheel: TensorFlow has no wheel for Python 3.14 on Linux x86_64" in shown
    assert "KD102" not in render(diagnose(snapshot("pip==25.0", python="3.13.0")), Face(unicode=False))


def test_what_is_impossible_is_told_once():
    text = said([finding("KD1"), finding("KD2")], impossible=(Impossible("keep a", ("a needs b", "b needs c", "c")),))
    assert text.count("  not   keep a: a needs b; b needs c\n") == 1


def test_a_long_command_is_one_line():
    command = "python -m pip install " + " ".join(f'"name{number}==1"' for number in range(200))
    assert f"\n  mend  {command}\n" in said([finding("KD1", "keep-a")], (KEEP_A._replace(commands=(command,)),))


def test_a_rule_that_broke_is_no_clean_result():
    report = REPORT._replace(unchecked=("a_rule (ValueError: x)",))
    text = render(report, Face())
    assert "\n  Could not judge a_rule (ValueError: x)\n" in text
    assert "Nothing is wrong" not in text
    assert [exit_code(report, level) for level in ("error", "never")] == [3, 3]
    assert exit_code(report._replace(findings=(finding("KD1"),)), "error") == 1


UNREAD = (
    ({"keras.json": "closed"}, (), 0, ["Could not read keras.json: closed"]),
    ({"nvml": "silent"}, (), 0, []),
    ({"nvml": "silent"}, (), 1, ["Could not read nvml: silent"]),
    ({"nvml": "silent"}, None, 0, ["Could not read nvml: silent"]),
    ({str(n): "x" for n in range(7)}, (), 0, [*(f"Could not read {n}: x" for n in range(5)), "Could not read 2 more (-v shows them)"]),
    ({str(n): "x" for n in range(7)}, (), 1, [f"Could not read {n}: x" for n in range(7)]),
)


@pytest.mark.parametrize(("unread", "devices", "verbosity", "lines"), UNREAD)
def test_unread(unread, devices, verbosity, lines):
    text = render(REPORT._replace(snapshot=REPORT.snapshot._replace(unread=unread, accelerators=devices)), Face(), verbosity)
    assert [line.strip() for line in text.splitlines() if "Could not" in line] == lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \N{SNOWMAN}", "plain \N{SNOWMAN}"),
        ("\x1b[31m\x9b\x7f\n", "\ufffd[31m\ufffd\ufffd\ufffd"),
        ("\u202e\u2028\u200b\ud800", "\ufffd" * 4),
        ("::error::x", ": :error::x"),
        ("a ::error::x", "a : :error::x"),
        ("tensorflow::ops", "tensorflow::ops"),
        ("a##[error]b ##vso[x]", "a# #[error]b # #vso[x]"),
        ("## heading", "## heading"),
        ("x" * 1001, "x" * 997 + "..."),
    ],
)
def test_clean(text, shown):
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one two three", ["- one", "  two", "  three"]),
        ("a b c", ["- a b c"]),
        ("longerthanaline a", ["- longerthanaline", "  a"]),
    ],
)
def test_wrapped(text, lines):
    assert wrapped(text, 8, "- ", "  ") == lines


def test_ways_to_keras_stand_in_columns():
    used = (
        WayUsed("tensorflow.keras", 5000, 40000, works=True, resolves_to="keras 3.15.1", backend="jax", because=()),
        WayUsed("keras", 1, 1, works=None, resolves_to=None, backend=None, because=()),
    )
    assert ways(used, Face(unicode=False)) == [
        "  tensorflow.keras        40000 places in 5000 files  works    keras 3.15.1 on jax",
        "  keras                   1 place in 1 file           unknown",
    ]
