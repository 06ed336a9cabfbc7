"""What the lines of a requirements file may be besides requirements; source: pip.pypa.io/en/stable/reference/requirements-file-format."""

from __future__ import annotations

import re

#: Larger files were not written by hand, nor by an installer.
LARGEST = 4 * 2**20
#: Another file that is included, by an option in one of its spellings.
INCLUDE = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s+|=|(?<=-[rc]))\s*(.+)")
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
PATH = re.compile(r"\.{0,2}[/\\]|\.{1,2}$|[A-Za-z]:[/\\]|.*\.(?:whl|tar\.gz|zip)(?:\[.*\])?$")
#: The name and version of a wheel, anywhere in an address.
WHEEL = re.compile(r"([A-Za-z0-9._]+)-([0-9][A-Za-z0-9._!+]*)-(?:[A-Za-z0-9._]+-){2,3}[A-Za-z0-9._]+\.whl")
