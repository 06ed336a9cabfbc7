"""The formats for programs: what each promises to its readers, whatever text is in a report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from builders import snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from kdoctor.contract import read_snapshot
from kdoctor.contract.fingerprint import fingerprints
from kdoctor.doctor import diagnose
from kdoctor.knowledge.explanations import text_of
from kdoctor.model import Distribution, Evidence, Finding, Head, Location, Python, Remedy, Report, Severity, Snapshot, UsageResult
from kdoctor.render import github, gitlab, junit, markdown, sarif, several, text
from kdoctor.render import json as json_format
from kdoctor.render.told import place_of, target_of, told
from kdoctor.render.words import Face

HERE = Path(__file__).parent
#: From the repository of the standard, oasis-tcs/sarif-spec, as published with errata 01.
SARIF = Draft4Validator(json.loads((HERE / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")))
GOLDEN = sorted(HERE.glob("golden/*/snapshot.json"))

FINDING = Finding("KD201", "some-name", Severity.ERROR, "what", "why", ("keras", "tensorflow"))
USAGES = {name: UsageResult(works=None) for name in ("keras", "tensorflow.keras", "mixed")}


def report(*findings: Finding, snapshot: Snapshot | None = None, **more) -> Report:
    return Report("error", USAGES, findings, (), snapshot or Snapshot(), Head("t", "k", "a"), "2001-02-03", **more)


def pages(*reports: Report):
    return {finding.rule: text_of(finding.rule) for one in reports for finding in one.findings}


def results(*reports: Report):
    document = json.loads(sarif.render(reports, {}))
    SARIF.validate(document)
    return document["runs"][0]["results"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_sarif_keeps_to_the_schema_of_the_standard(path):
    one = diagnose(read_snapshot(path.read_bytes(), str(path)))
    document = json.loads(sarif.render([one], pages(one)))
    SARIF.validate(document)
    run = document["runs"][0]
    assert [result["ruleId"] for result in run["results"]] == [finding.rule for finding in one.findings]
    for result in run["results"]:
        assert len(result["locations"]) == 1
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]


@pytest.mark.parametrize(
    ("path", "artifact"),
    [
        ("requirements/ci.txt", {"uri": "requirements/ci.txt", "uriBaseId": "%SRCROOT%"}),
        ("my reqs#1.txt", {"uri": "my%20reqs%231.txt", "uriBaseId": "%SRCROOT%"}),
        ("a:b.txt", {"uri": "a%3Ab.txt", "uriBaseId": "%SRCROOT%"}),
        ("café.txt", {"uri": "caf%C3%A9.txt", "uriBaseId": "%SRCROOT%"}),
        ("~/x.txt", {"uri": "x.txt", "uriBaseId": "HOME"}),
        ("/opt/env/x", {"uri": "file:///opt/env/x"}),
        ("C:\\env\\x", {"uri": "file:///C%3A/env/x"}),
        ("sub\\x.txt", {"uri": "sub/x.txt", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_sarif_addresses(path, artifact):
    (result,) = results(report(FINDING._replace(locations=(Location(path, 3, 2, 3, 9),))))
    physical = result["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": artifact, "region": {"startLine": 3, "startColumn": 2, "endLine": 3, "endColumn": 9}}


def test_sarif_further_places_and_a_rule_that_could_not_be_judged():
    one = report(FINDING._replace(locations=(Location("a", 1), Location("b", 2))), unchecked=("some_rule (KeyError)",))
    (result,) = results(one)
    assert [place["physicalLocation"]["region"]["startLine"] for place in result["relatedLocations"]] == [2]
    invocation = json.loads(sarif.render([one], {}))["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "could not judge some_rule (KeyError)"


def installed(name: str, metadata: str) -> Distribution:
    return Distribution(name, "1", location="/env/site", metadata=metadata)


@pytest.mark.parametrize(
    ("finding", "environment", "place"),
    [
        (FINDING._replace(locations=(Location("pyproject.toml", 7),)), Snapshot(), Location("pyproject.toml", 7)),
        (FINDING, Snapshot(distributions=(installed("keras", "keras-1.dist-info"),)), Location("/env/site/keras-1.dist-info/METADATA")),
        (FINDING, Snapshot(distributions=(installed("tensorflow", "x.egg-info"),)), Location("/env/site/x.egg-info/PKG-INFO")),
        (FINDING, Snapshot(distributions=(installed("pip", "pip-1.dist-info"),), patient="/env"), Location("/env")),
        (FINDING, Snapshot(python=Python("3.11", prefix="/env/")), Location("/env/pyvenv.cfg")),
        (FINDING, Snapshot(origin="paste"), Location("paste")),
    ],
)
def test_every_finding_has_a_place(finding, environment, place):
    assert place_of(finding, environment) == place


def test_fingerprints_outlive_edits_and_upgrades():
    here = FINDING._replace(locations=(Location("requirements.txt", 3),))
    moved = here._replace(summary="other versions", subjects=("tensorflow", "keras"), locations=(Location("requirements.txt", 30),))
    assert fingerprints([here]) == fingerprints([moved])
    assert fingerprints([here]) != fingerprints([here._replace(rule="KD202")])
    assert len(set(fingerprints([here, here, here._replace(subjects=("keras",))]))) == 3
    sources = [here._replace(locations=(Location(path),)) for path in ("a.py", "b.py")]
    assert fingerprints(sources[:1]) != fingerprints(sources[1:])


def test_what_stands_in_several_reports_is_told_once_with_its_targets():
    only = FINDING._replace(subjects=("jax",), severity=Severity.WARNING)
    reports = [report(only, FINDING, snapshot=snapshot("", python="3.11")), report(FINDING, snapshot=snapshot("", python="3.12"))]
    listed = told(reports)
    assert [one.targets for one in listed] == [
        ("Python 3.11, Linux x86_64", "Python 3.12, Linux x86_64"),
        ("Python 3.11, Linux x86_64",),
    ]
    assert [one.targets for one in told(reports[:1])] == [(), ()]


def test_github_gives_a_command_a_line():
    finding = FINDING._replace(severity=Severity.WARNING, locations=(Location("a,b:c%.txt", 4, 2, 4, 9),), summary="50%")
    assert github.render([report(finding)], {}) == (
        "::warning file=a%2Cb%3Ac%25.txt,line=4,endLine=4,col=2,endColumn=9,title=KD201 some-name::50%25.%0Awhy"
    )
    assert github.render([report()], {}) == ""
    assert github.render([report(FINDING._replace(severity=Severity.NOTE))], {}).startswith("::notice ")


def test_gitlab_takes_each_fingerprint_once():
    entries = json.loads(gitlab.render([report(FINDING, FINDING), report(FINDING, FINDING._replace(rule="KD202"))], {}))
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == 3
    assert {"description", "check_name", "fingerprint", "severity", "location"} == set(entries[0])
    assert entries[0]["severity"] == "critical"


def test_junit_counts():
    suites = JUnitXml.fromstring(
        junit.render([report(FINDING, FINDING._replace(severity=Severity.WARNING), unchecked=("some_rule",)), report()], {})
    )
    assert (suites.tests, suites.failures, suites.errors) == (4, 1, 1)
    assert [len(list(suite)) for suite in suites] == [3, 1]
    first = next(iter(next(iter(suites))))
    assert (first.classname, first.result[0].message, first.result[0].type) == ("kdoctor.KD201", "what", "KD201 some-name")


def test_several_targets_as_text():
    good = diagnose(snapshot("tensorflow==2.18.1 keras==3.10.0 setuptools==80.9.0", python="3.12"))
    bad = diagnose(snapshot("tensorflow==2.18.1 keras==2.15.0", python="3.11"))
    shown = several.render([good, bad], Face())
    assert re.search(r"Python 3\.12, Linux x86_64 +ok", shown)
    assert re.search(r"Python 3\.11, Linux x86_64 +fails .* KD204", shown)
    assert shown.endswith("1 of 2 targets fail.")


#: What readers of one format or another obey.
NASTY = (
    *(
        "\n",
        "\r\n",
        "::error::x",
        "::set-output name=a::b",
        "##[error]x",
        "##vso[task.x]",
        "%0A::warning::",
        "%",
        ",",
        ":",
        "]]>",
        "<![CDATA[",
    ),
    *(
        "<script>x</script>",
        "<img src=x>",
        "&lt;",
        "</testcase>",
        "[a](javascript:b)",
        "](",
        "![i](http://e/x)",
        "`",
        "```",
        "~~~",
        "**",
        "__",
    ),
    *(
        "|",
        "# ",
        "- ",
        "1. ",
        "> ",
        "\\",
        "@octocat",
        "https://evil.example",
        "www.evil.example",
        "$(id)",
        "${{ x }}",
        "\x1b[31m",
        "\x00",
        "\x7f",
    ),
    *(
        "\x9b2J",
        "\u2028",
        "\u202e",
        "\ud800",
        "\ufffe",
        '"',
        "'",
        "--><!--",
        "\t",
        " ",
        "x",
        "keras",
        "\N{GREEK SMALL LETTER ALPHA}",
        "===",
    ),
)
HOSTILE = st.lists(st.sampled_from(NASTY), min_size=1, max_size=6).map("".join)
MAYBE = st.none() | HOSTILE


def one_or_none(strategy):
    return st.lists(strategy, max_size=1).map(tuple)


@st.composite
def findings(draw):
    return Finding(
        rule="KD201",
        name="some-name",
        severity=draw(st.sampled_from(Severity)),
        summary=draw(HOSTILE),
        cause=draw(HOSTILE),
        subjects=draw(one_or_none(HOSTILE)),
        evidence=tuple(Evidence(said, said) for said in draw(one_or_none(HOSTILE))),
        advice=draw(MAYBE),
        remedies=("way",),
        locations=tuple(Location(path, draw(st.integers(1, 99))) for path in draw(one_or_none(HOSTILE))),
    )


@st.composite
def reports(draw):
    said = draw(HOSTILE)
    return Report(
        verdict=draw(st.sampled_from(["ok", "warning", "error"])),
        usages=dict.fromkeys(USAGES, UsageResult(works=True, resolves_to=said, backend=said)),
        findings=draw(one_or_none(findings())) + draw(one_or_none(findings())),
        remedies=tuple(Remedy("way", draw(HOSTILE), commands=draw(one_or_none(HOSTILE))) for _ in draw(one_or_none(st.none()))),
        snapshot=Snapshot(
            python=Python(draw(HOSTILE), prefix=draw(MAYBE)),
            distributions=tuple(Distribution(name, said, location=name, metadata=said) for name in draw(one_or_none(HOSTILE))),
            patient=draw(MAYBE),
        ),
        head=Head(said, draw(HOSTILE), draw(HOSTILE)),
        knowledge="2001-02-03",
        unchecked=draw(one_or_none(HOSTILE)),
        set_aside=draw(one_or_none(HOSTILE)),
    )


SEVERAL = st.lists(reports(), min_size=1, max_size=2)
COMMAND = re.compile(r"::(error|warning|notice) file=[^:,\n]*,line=\d+,endLine=\d+,title=KD201 some-name::[^\n]*")


def printable(said: str) -> bool:
    return all(line.isprintable() or not line for line in said.split("\n"))


def unescaped(value: str) -> str:
    return value.replace("%0A", "\n").replace("%0D", "\r").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")


@settings(max_examples=80, deadline=None)
@given(SEVERAL)
def test_no_text_breaks_json_formats(reports):
    documents = [sarif.render(reports, {}), gitlab.render(reports, {}), json_format.render(reports[0]), json_format.render_several(reports)]
    SARIF.validate(json.loads(documents[0]))
    for said in documents:
        assert said.isascii()
        assert printable(said)
        assert "##" not in said
        json.loads(said)


@settings(max_examples=80, deadline=None)
@given(SEVERAL)
def test_no_text_makes_a_workflow_command(reports):
    said = github.render(reports, {})
    assert printable(said)
    lines = said.split("\n") if said else []
    assert len(lines) == len(told(reports))
    for line, one in zip(lines, told(reports), strict=True):
        assert COMMAND.fullmatch(line), line
        assert unescaped(line.split("::", 2)[2]).startswith(f"{one.summary}.")
        assert not re.search(r"##\w*\[", line)


@settings(max_examples=80, deadline=None)
@given(SEVERAL)
def test_no_text_breaks_xml(reports):
    said = junit.render(reports, {})
    assert said.isascii()
    assert printable(said)
    root = ET.fromstring(said)
    assert {element.tag for element in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "error", "system-out"}
    assert len(root.findall("*/testcase/failure")) == sum(one.severity is Severity.ERROR for each in reports for one in each.findings)
    assert len(JUnitXml.fromstring(said)) == len(reports)


@settings(max_examples=120, deadline=None)
@given(SEVERAL)
def test_no_text_becomes_markdown(reports):
    said = markdown.render(reports, {})
    assert printable(said)
    tokens = [token for block in MarkdownIt("gfm-like", {"linkify": False}).parse(said) for token in (block, *(block.children or ()))]
    kinds = {token.type for token in tokens}
    assert not kinds & {"link_open", "image", "em_open", "strong_open", "s_open", "blockquote_open", "ordered_list_open", "hr"}
    html = {token.content.strip() for token in tokens if token.type in ("html_inline", "html_block")}
    assert html <= {"<sub>", "</sub>"}
    findings = told(reports)
    assert sum(token.type == "heading_open" for token in tokens) == 1 + len(findings)
    assert {token.content for token in tokens if token.type == "code_inline"} <= {
        *("import keras", "tensorflow.keras", "kdoctor explain KD201"),
    }
    # GitHub makes links of these by itself, though not in blocks of code.
    outside = re.sub(r"(?ms)^(`{3,})console$.*?^\1$", "", said)
    assert not re.search(r"@octocat|https://evil|www\.evil", outside)


@settings(max_examples=80, deadline=None)
@given(SEVERAL)
def test_no_text_is_obeyed_by_a_terminal(reports):
    for said in (several.render(reports, Face(), 1), several.render(reports, Face(unicode=False)), text.render(reports[0], Face(), 1)):
        assert printable(said)
        assert not re.search(r"(?m)^\s*::\w|##\w*\[", said)
    assert all(target_of(one.snapshot).isprintable() for one in reports)
