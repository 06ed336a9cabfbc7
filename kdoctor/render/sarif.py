"""Findings as SARIF 2.1.0, the format of code scanning.

Source: docs.oasis-open.org/sarif/sarif/v2.1.0/errata01; the tests hold every document against the schema of that standard.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kdoctor import __version__
from kdoctor.render.json import safe_ascii
from kdoctor.render.told import Told, in_file, targets_of, told
from kdoctor.render.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kdoctor.model import Location, Report, RuleText

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/+")
#: A Windows path begins with a letter, a colon and a slash.
_DRIVE = 3
#: What relative addresses are relative to; where it lies is not told, since reports are made to be shown around.
_BASES = {
    "%SRCROOT%": {"description": {"text": "The folder in which kdoctor ran."}},
    "HOME": {"description": {"text": "The home folder of whoever ran kdoctor."}},
}


def render(reports: Sequence[Report], pages: Mapping[str, RuleText]) -> str:
    """Give the document, with one run; `pages` holds the page of each rule that speaks."""
    findings = told(reports)
    codes = list(dict.fromkeys(one.finding.rule for one in findings))
    run = {
        "tool": {"driver": _driver(codes, findings, pages)},
        "originalUriBaseIds": _BASES,
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(reports)],
        "results": [_result(one, codes.index(one.finding.rule)) for one in findings],
        "properties": {"targets": targets_of(reports), "verdicts": [report.verdict for report in reports]},
    }
    return safe_ascii(json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1))


def _driver(codes: Sequence[str], findings: Sequence[Told], pages: Mapping[str, RuleText]) -> dict[str, Any]:
    names = {one.finding.rule: one.finding.name for one in reversed(findings)}
    return {
        "name": "kdoctor",
        "fullName": "kdoctor, the environment compatibility doctor for TensorFlow and Keras",
        "semanticVersion": __version__,
        "rules": [_rule(code, names[code], pages.get(code)) for code in codes],
    }


def _rule(code: str, name: str, page: RuleText | None) -> dict[str, Any]:
    described: dict[str, Any] = {"id": code, "name": "".join(word.capitalize() for word in name.split("-"))}
    if page:
        mend = f"To mend it: {page.mend} More: kdoctor explain {code}"
        described |= {
            "shortDescription": {"text": f"{page.title}."},
            "fullDescription": {"text": f"{page.what} {page.why}"},
            "help": {
                "text": f"{page.what}\n\n{page.why}\n\n{mend}",
                "markdown": f"{page.what}\n\n{page.why}\n\n**To mend it:** {page.mend}",
            },
        }
    return described


def _invocation(reports: Sequence[Report]) -> dict[str, Any]:
    unjudged = [{"message": {"text": _plain(f"could not judge {rule}")}, "level": "error"} for one in reports for rule in one.unchecked]
    return {"executionSuccessful": not unjudged, **({"toolExecutionNotifications": unjudged} if unjudged else {})}


def _result(one: Told, position: int) -> dict[str, Any]:
    more = one.finding.locations[1:]
    on = f" ({'; '.join(one.targets)})" if one.targets else ""
    return {
        "ruleId": one.finding.rule,
        "ruleIndex": position,
        "level": one.severity.label,
        "message": {"text": _plain(f"{one.message}{on}")},
        "locations": [{"physicalLocation": _physical(one.place)}],
        **(
            {"relatedLocations": [{"id": i, "physicalLocation": _physical(in_file(place))} for i, place in enumerate(more, 1)]}
            if more
            else {}
        ),
        "partialFingerprints": {"kdoctor/v1": one.fingerprint},
        "properties": {"subjects": [clean(name) for name in one.finding.subjects]},
    }


def _plain(text: str) -> str:
    """Give text without what SARIF reads as a link: [words](address)."""
    return clean(text, longest=1_000_000).replace("](", "] (")


def _physical(place: Location) -> dict[str, Any]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        **({"endLine": place.end_line} if place.end_line else {}),
        **({"endColumn": place.end_column} if place.end_column else {}),
    }
    return {"artifactLocation": _artifact(place.path), "region": region}


def _artifact(path: str) -> dict[str, str]:
    slashed = clean(path).replace("\\", "/")
    if slashed.startswith("/") or slashed[1:_DRIVE] == ":/":
        return {"uri": f"file:///{_quoted(slashed.lstrip('/'))}"}
    if slashed.startswith("~/"):
        return {"uri": _quoted(slashed[2:]), "uriBaseId": "HOME"}
    return {"uri": _quoted(slashed), "uriBaseId": "%SRCROOT%"}


def _quoted(path: str) -> str:
    """Give a path as an address; what is no plain letter, digit or mark is written by its bytes."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in path.encode())
