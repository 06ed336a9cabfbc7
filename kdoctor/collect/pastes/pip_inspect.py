"""`pip inspect`, and the report of `pip install --report`: JSON that says all of an environment.

The formats: pip.pypa.io/en/stable/reference/inspect-report and .../installation-report, version 1 of both.
"""

from __future__ import annotations

from typing import Any

from kdoctor.collect.pastes.tree import read_tree, text_of
from kdoctor.contract.reading import normalized
from kdoctor.model import Distribution, Platform, Python, Snapshot

_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}
_INSTALLERS = ("pip", "uv", "conda")


def read(text: str, name: str) -> Snapshot | None:
    """Read the report; None where the JSON is none."""
    tree = read_tree(text, name)
    if not isinstance(tree, dict):
        return None
    kind = "installed" if "installed" in tree else "install"
    rows = tree.get(kind)
    if not isinstance(rows, list) or not ("pip_version" in tree or "environment" in tree):
        return None
    found = tuple(filter(None, map(_distribution, rows)))
    markers = tree.get("environment")
    # The report of an installation names what is new in the environment, and not what was there.
    told = {True: "pip inspect", False: "a report of pip install"}[kind == "installed"]
    return Snapshot(
        origin="paste",
        complete=kind == "installed" and bool(found),
        python=_python(markers) if isinstance(markers, dict) else None,
        platform=_platform(markers) if isinstance(markers, dict) else None,
        distributions=found,
        read_as=f"{told} of {len(found)} distributions",
    )


def _distribution(row: Any) -> Distribution | None:
    metadata = row.get("metadata") if isinstance(row, dict) else None
    name = text_of(metadata, "name")
    if not name or not isinstance(metadata, dict):
        return None
    requires = metadata.get("requires_dist")
    direct = row.get("direct_url")
    installer = text_of(row, "installer")
    return Distribution(
        normalized(name),
        text_of(metadata, "version"),
        # pip leaves the key out where there is no requirement.
        tuple(one for one in requires if isinstance(one, str)) if isinstance(requires, list) else (),
        requires_python=text_of(metadata, "requires_python"),
        installer=installer if installer in _INSTALLERS else None,
        editable=isinstance(direct, dict) and isinstance(direct.get("dir_info"), dict) and direct["dir_info"].get("editable") is True,
    )


def _python(markers: dict[str, Any]) -> Python:
    version = text_of(markers, "python_full_version") or text_of(markers, "python_version")
    return Python(version, (text_of(markers, "implementation_name") or "cpython").lower())


def _platform(markers: dict[str, Any]) -> Platform:
    system = text_of(markers, "sys_platform")
    return Platform(_SYSTEMS.get(system or "", system), (text_of(markers, "platform_machine") or "").lower() or None)
