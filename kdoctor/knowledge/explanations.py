"""What `kdoctor explain` says of a rule, by its code."""

from __future__ import annotations

from kdoctor.knowledge.histories import SINCE, SOURCES
from kdoctor.knowledge.pages import PAGES
from kdoctor.knowledge.pages_accelerators import PAGES as ACCELERATORS
from kdoctor.knowledge.pages_code import PAGES as CODE
from kdoctor.knowledge.pages_disk import PAGES as DISK
from kdoctor.knowledge.pages_probe import PAGES as PROBE
from kdoctor.model import RuleText


def text_of(code: str) -> RuleText:
    """Give the page of a rule; a code without a page is a fault in the tables and raises KeyError."""
    page = {**PAGES, **ACCELERATORS, **CODE, **DISK, **PROBE}[code]
    return page._replace(since=SINCE[code], sources=SOURCES.get(code, ()))
