"""The two JSON documents: a snapshot goes in or out, a report goes out.

Keys that the contract names are always written, with null for what is unknown. Keys beyond it (where a distribution lies, what
could not be read) are written only where they say something. The JSON Schemas lie in `kdoctor/schema`.
"""

from __future__ import annotations

from kdoctor.contract.reading import read_snapshot
from kdoctor.contract.writing import report_document, snapshot_document

__all__ = ["read_snapshot", "report_document", "snapshot_document"]
