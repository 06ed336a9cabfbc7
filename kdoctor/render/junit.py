"""Findings as JUnit's XML: a suite a target, and in it a case a finding.

An error is a failed case, a warning or a note one that passes and says it on its output, a rule that could not be judged is an error
of the run. The dialect is the common one, which Jenkins, GitLab and pytest share (github.com/testmoapp/junitxml describes it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kdoctor.model import Report, Severity
from kdoctor.render.told import targets_of, told
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kdoctor.model import RuleText
    from kdoctor.render.told import Told


def render(reports: Sequence[Report], _pages: Mapping[str, RuleText]) -> str:
    """Give the document; each suite has at least one case, since an empty one counts as a failure in some places."""
    root = ET.Element("testsuites", name="kdoctor")
    for target, report in zip(targets_of(reports), reports, strict=True):
        root.append(_suite(target, report))
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    # What is not ASCII is written by its number, so that it does not matter how the output is encoded.
    document: bytes = ET.tostring(root, encoding="us-ascii", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document.decode("ascii")}'


def _suite(target: str, report: Report) -> ET.Element:
    cases = [_case(one) for one in told([report])]
    cases += [_unjudged(rule) for rule in report.unchecked]
    if not cases:
        cases = [ET.Element("testcase", classname="kdoctor", name="nothing is wrong")]
    suite = ET.Element("testsuite", name=f"kdoctor: {target}", tests=str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", str(len(report.unchecked)))
    suite.set("skipped", "0")
    suite.extend(cases)
    return suite


def _case(one: Told) -> ET.Element:
    place = one.place
    case = ET.Element("testcase", classname=f"kdoctor.{one.finding.rule}", name=f"{one.title}: {one.summary}")
    case.set("file", clean(place.path))
    case.set("line", str(place.line))
    if one.severity is Severity.ERROR:
        failure = ET.SubElement(case, "failure", type=one.title, message=one.summary)
        failure.text = "\n".join(_lines(one))
    else:
        ET.SubElement(case, "system-out").text = "\n".join([f"{one.severity.label}: {one.summary}", *_lines(one)])
    return case


def _lines(one: Told) -> list[str]:
    evidence = [clean(f"{said.says} [{said.source}]") for said in one.finding.evidence]
    return [one.details, *evidence, f"{clean(one.place.path)}:{one.place.line}", f"kdoctor explain {one.finding.rule}"]


def _unjudged(rule: str) -> ET.Element:
    case = ET.Element("testcase", classname="kdoctor", name=clean(f"could not judge {rule}"))
    ET.SubElement(case, "error", type="could-not-judge", message=clean(rule))
    return case
