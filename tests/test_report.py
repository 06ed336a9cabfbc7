"""`kdoctor report`: what it says in Markdown, what it holds back, and that everything can be read back from it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from builders import released, snapshot
from click.testing import CliRunner

from kdoctor.cli.report import report as report_command
from kdoctor.collect.pastes import read
from kdoctor.contract import block, read_snapshot, snapshot_document
from kdoctor.doctor import diagnose
from kdoctor.errors import KdoctorError
from kdoctor.knowledge.runs import runs
from kdoctor.redact import redacted
from kdoctor.render.issue import render, said

GOLDEN = Path(__file__).parent / "golden"
MEASURED = [json.loads(line) for line in (Path(__file__).parent / "data" / "measured.jsonl").read_text(encoding="utf-8").splitlines()]


def environments():
    """Every environment that was ever measured here."""
    for row in MEASURED:
        make = snapshot if row.get("bare") else released
        config, env = row.get("keras_config"), row.get("environment")
        yield make(row["installed"], python=row["python"], env=env, config=config, folders=row.get("folders"))
    yield from (run.snapshot for run in runs())
    for path in sorted(GOLDEN.glob("*/snapshot.json")):
        yield read_snapshot(path.read_bytes(), str(path))


def test_every_environment_comes_back_whole_from_its_block():
    count = 0
    for one in environments():
        shown = redacted(one)
        text = f"### kdoctor\n\n```text\n{block.encode(snapshot_document(shown))}\n```\n"
        assert read(text, "x").snapshot == shown
        count += 1
    assert count > 700


def told(report):
    return [(one.rule, one.severity, one.subjects, one.breaks) for one in report.findings], [one.pins for one in report.remedies]


@pytest.mark.parametrize("one", list(environments())[::24])
def test_the_report_leads_to_the_same_findings(one):
    there = diagnose(redacted(one))
    here = diagnose(read(render(there, frozenset()), "x").snapshot)
    assert told(here) == told(diagnose(one))
    assert here == there


EXAMPLE = render(diagnose(redacted(read_snapshot((GOLDEN / "nvidia" / "snapshot.json").read_bytes(), "x"))), {"tensorflow", "keras"})


@pytest.mark.parametrize(
    "changed",
    [
        EXAMPLE,
        EXAMPLE.replace("\n", "\r\n"),
        "".join(f"> {line}\n" for line in EXAMPLE.split("\n")),
        "".join(f"> > {line}\n" for line in EXAMPLE.split("\n")),
        "Hello,\n\n" + EXAMPLE + "\n\nthanks\n",
        re.sub(r"</?\w+>|```\w*|[#|*]", "", EXAMPLE),
        EXAMPLE.replace(" ", "\xa0"),
        re.sub(r"\n(\d{3}:)", r" \1", EXAMPLE),
        re.sub(r"^", "    ", EXAMPLE, flags=re.MULTILINE),
        "\ufeff" + EXAMPLE,
    ],
    ids=[
        "plain",
        "windows",
        "quoted",
        "quoted twice",
        "in a mail",
        "rendered",
        "no-break spaces",
        "lines joined",
        "indented",
        "with a mark",
    ],
)
def test_the_block_survives_its_way(changed):
    assert read(changed.encode(), "x").snapshot == read(EXAMPLE, "x").snapshot
    assert read(changed.encode("utf-16"), "x").kind == "a report of kdoctor"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (re.sub(r"002: .*\n", "", EXAMPLE), "the machine block lacks 1 of its"),
        (EXAMPLE[: EXAMPLE.index("003: ")], "the machine block is cut off"),
        (EXAMPLE.replace("002: ", "002: AAAA", 1), "the machine block lacks 1 of its"),
        (re.sub(r"002: (.)", lambda m: f"002: {'B' if m[1] == 'A' else 'A'}", EXAMPLE), "the machine block is damaged"),
        (EXAMPLE.replace("snapshot 1 begins", "snapshot 2 begins"), "the machine block was written by a newer kdoctor"),
    ],
    ids=["a line lost", "cut", "a line too long", "a letter changed", "newer"],
)
def test_of_a_damaged_report_the_words_are_read(changed, why):
    found = read(changed, "x").snapshot
    assert found.unread["machine block"].startswith(why)
    assert not found.complete
    assert "tensorflow-cpu" in {one.name for one in found.distributions}


def test_a_block_alone_that_is_damaged_is_told_in_one_line():
    with pytest.raises(KdoctorError) as caught:
        read(EXAMPLE[EXAMPLE.index("kdoctor snapshot 1 begins") : EXAMPLE.index("003: ")], "x")
    assert caught.value.message == "x: the machine block is cut off"


def test_a_document_in_a_fence_is_found():
    text = json.dumps(snapshot_document(read(EXAMPLE, "x").snapshot), indent=1)
    for around in (
        f"Here it is:\n```json\n{text}\n```\nbye",
        f"$ kdoctor snapshot\n{text}\n$ ",
        re.sub("^", "> ", text, flags=re.MULTILINE),
    ):
        assert read(around, "x").snapshot == read(EXAMPLE, "x").snapshot


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("tensorflow 2.15.1 requires keras<2.16,>=2.15.0", r"tensorflow 2.15.1 requires keras\<2.16,\>=2.15.0"),
        ("see tensorflow/tensorflow#63362, ok", "see `tensorflow/tensorflow#63362,` ok"),
        ("@alice and [x](http://y)", "`@alice` and `[x](http://y)`"),
        ("<script>`x`</script> *a* _b_ | c", r"\<script\>\`x\`\</script\> \*a\* \_b\_ \| c"),
        ("a\n::error::x\x1b[31m", "a\N{REPLACEMENT CHARACTER}::error::x\N{REPLACEMENT CHARACTER}\\[31m"),
    ],
)
def test_words_mean_nothing_to_markdown(words, shown):
    assert said(words) == shown


def test_the_verdict_comes_first_and_the_block_last():
    lines = EXAMPLE.split("\n")
    assert lines[0].startswith("### kdoctor: ")
    assert lines[-1] == "</details>"
    assert re.fullmatch(r"kdoctor snapshot ends \d+ [0-9a-f]{8}", lines[-4])


def test_a_large_environment_still_fits_into_an_issue():
    # GitHub takes 65,536 characters.
    many = " ".join(f"project-{number}=={number}.{number * 7919 % 1009}" for number in range(2500))
    requires = {f"project-{number}": tuple(f"other-{number * k * 7919 % 100003}>={k}" for k in range(1, 12)) for number in range(2500)}
    shown = redacted(snapshot(f"tensorflow==2.16.1 {many}", requires=requires))
    text = block.encode(snapshot_document(shown))
    assert len(text) > 48_000
    written = render(diagnose(shown), frozenset())
    assert len(written[written.index("kdoctor snapshot 1 begins") :]) < 48_000
    assert {one.name for one in read(written, "x").snapshot.distributions} == {one.name for one in shown.distributions}


def test_the_command_writes_to_a_file(tmp_path):
    path = tmp_path / "report.md"
    result = CliRunner().invoke(report_command, ["--from", str(GOLDEN / "healthy" / "snapshot.json"), "-o", str(path)])
    assert (result.exit_code, result.output) == (0, "")
    assert read(path.read_bytes(), str(path)).kind == "a report of kdoctor"
