"""What pip, uv, poetry and conda complain of: read as statements on two releases, and judged by the rules of kdoctor.

A complaint is not a failure: pip prints "X requires Y, but you have Z which is incompatible" for pairs that work and for pairs
that cannot be imported. The rules know which are which.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kdoctor import rules
from kdoctor.knowledge.coupling import couple
from kdoctor.knowledge.families import TENSORFLOW
from kdoctor.knowledge.filling import with_requirements
from kdoctor.knowledge.symptoms.requirements import ABSENT_WHEEL, CONFLICT, topic_of
from kdoctor.model import Distribution, Explanation, Finding, Severity, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.explain.lines import Lines

_NAME = r"[a-z0-9][a-z0-9._-]{0,80}"
_VERSION = r"[0-9][a-z0-9.!+_-]{0,40}"
_CLAUSE = r"(?:[<>=!~]=?=? ?[0-9a-z.*!+_-]{1,40})"
_SPECIFIER = rf"\(?({_CLAUSE}(?: ?(?:,|and) ?{_CLAUSE}){{0,8}})?\)?"
#: "tensorflow 2.4.1 requires numpy~=1.19.2, but you have numpy 1.20.1 which is incompatible", in the words of several installers.
_REQUIRES = re.compile(
    rf"(?<![a-z0-9._\[-])({_NAME})(?:\[[a-z0-9,_-]{{1,60}}\])?(?:[ =]{{1,2}}\(?v?({_VERSION})\)?|{_CLAUSE}(?:,{_CLAUSE}){{0,4}})? "
    rf"(?:requires|depends on|has requirement) ({_NAME})(?:\[[a-z0-9,_-]{{1,60}}\])? ?{_SPECIFIER}"
)
_HAVE = re.compile(rf"but you(?: have|'ll have) ({_NAME}) ({_VERSION})")
_MISSING = "which is not installed"
_WANTED = re.compile(rf"the user requested (?:\(constraint\) )?({_NAME})(?:==({_VERSION}))?")
_NONE = re.compile(
    rf"(?:no matching distribution found for|that satisfies the requirement|because there are no versions of|because only) "
    rf"({_NAME})(?:\[[a-z0-9,_-]{{1,60}}\])? ?{_SPECIFIER}"
)
_WORDS = (b"requires", b"depends on", b"has requirement", b"no matching distribution", b"satisfies the requirement", b"no versions of")


#: Complaints that differ; nobody reads more of them.
_MOST = 200


class _Statement(NamedTuple):
    """Holder (with its version, "" = not told) requires a distribution in certain versions."""

    holder: str
    version: str
    needs: str
    specifier: str


def complaints(lines: Lines) -> Iterator[tuple[int, Explanation]]:
    """Give what installers complain of, each with the offset of its line."""
    told: set[str] = set()
    for word in _WORDS:
        for place in lines.at(word):
            line = lines.folded(place)
            if line not in told and len(told) < _MOST:
                told.add(line)
                found = _read(line, lines)
                if found:
                    yield place, found._replace(matched=lines.shown(place)[:300])


def _read(line: str, lines: Lines) -> Explanation | None:
    statements = [_Statement(m[1], m[2] or "", m[3], (m[4] or "").replace(" and ", ",").replace(" ", "")) for m in _REQUIRES.finditer(line)]
    have = _HAVE.search(line)
    if have and statements:
        return _judged(statements, have[1], have[2])
    if _MISSING in line and statements:
        return _missing(statements[0])
    if statements and _is_refusal(lines):
        return _refused(statements)
    none = _NONE.search(line)
    if none:
        return _unavailable(none[1], line, lines)
    whole = next((one for one in statements if one.version and one.specifier), None)
    return _conflict(topic_of(whole.holder, whole.needs), "KD001", whole, CONFLICT.unknown, "low") if whole else None


def _judged(statements: list[_Statement], name: str, version: str) -> Explanation:
    """Let the rules say whether the pair that pip complains of works."""
    about = next((one for one in statements if one.needs == name), statements[-1])
    findings = _findings(about, version)
    rivals = {_plain(one.holder) for one in statements} & set(TENSORFLOW)
    if len(rivals) > 1:
        return _conflict("duplicate-dist", "KD301", about, f"{' and '.join(sorted(rivals))} share one folder and overwrite each other.")
    if not findings:
        return _conflict(topic_of(about.holder, about.needs), "KD001", about, CONFLICT.unknown, "low")
    worst = max(findings, key=lambda one: one.severity)
    works = worst.severity < Severity.ERROR
    return Explanation(
        topic=topic_of(about.holder, about.needs),
        rule=worst.rule,
        harmless=works,
        confidence="high",
        matched="",
        line=0,
        cause=f"{worst.summary}. {worst.cause}",
        remedy=CONFLICT.works if works else CONFLICT.fails.format(needs=f"{about.needs}{about.specifier}", holder=about.holder),
        source=worst.evidence[0].source if worst.evidence else "",
    )


def _findings(about: _Statement, version: str) -> list[Finding]:
    holder, needs = _plain(about.holder), _plain(about.needs)
    pair = (Distribution(holder, about.version or None, (needs + about.specifier,)), Distribution(needs, version))
    snapshot = with_requirements(Snapshot(origin="paste", complete=False, distributions=pair))
    found, _ = rules.run(couple(snapshot))
    return [one for one in found if one.severity > Severity.NOTE and needs in one.subjects]


def _missing(about: _Statement) -> Explanation:
    return _conflict(topic_of(about.holder, about.needs), "KD002", about, CONFLICT.missing.format(needs=about.needs, holder=about.holder))


def _is_refusal(lines: Lines) -> bool:
    """Tell whether an installer gave up, rather than that somebody tells what requires what."""
    return lines.has(
        "resolutionimpossible|conflict|no solution found|unsatisfiable|user requested|cannot install|version solving failed|depends on"
    )


def _refused(statements: list[_Statement]) -> Explanation:
    about = next((one for one in statements if topic_of(one.holder, one.needs) != "other-dependency"), statements[0])
    return _conflict(topic_of(about.holder, about.needs), "KD103", about, CONFLICT.refused)


def _unavailable(name: str, line: str, lines: Lines) -> Explanation | None:
    plain = _plain(name)
    for row in ABSENT_WHEEL:
        if row.name.fullmatch(plain) and (not row.beside or any(one in line or lines.has(one) for one in row.beside)):
            return Explanation(row.topic, row.rule, False, row.confidence, "", 0, row.cause, row.remedy, row.source)  # noqa: FBT003 -- not harmless.
    return None


def _conflict(topic: str, rule: str, about: _Statement, cause: str, confidence: str = "high") -> Explanation:
    needs = f"{about.needs}{about.specifier}"
    remedy = CONFLICT.fails.format(needs=needs, holder=about.holder)
    return Explanation(topic, rule, False, confidence, "", 0, cause, remedy, "the requirements as the installer printed them")  # noqa: FBT003 -- not harmless.


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
