"""What an index lists for a project: HTML (PEP 503) or JSON (PEP 691), whichever the server gives.

Yanked files are PEP 592, metadata beside the file PEP 658 and 714, upload times PEP 700.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from kdoctor.collect.registry.transport import Transport, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = {"Accept": f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"}
_SDIST = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")


class File(NamedTuple):
    """One file of a project."""

    name: str
    url: str
    requires_python: str | None = None
    yanked: bool = False
    yanked_reason: str | None = None
    #: The index says that the METADATA lies beside the file.
    metadata: bool = False
    #: YYYY-MM-DD; None where the index does not say.
    date: str | None = None


class Listed(NamedTuple):
    """One version and its files; `wheels` are (tag set with build number, file)."""

    version: str
    wheels: tuple[tuple[str, File], ...]
    sdist: bool
    files: tuple[File, ...]

    @property
    def yanked(self) -> bool:
        """All its files are yanked."""
        return all(file.yanked for file in self.files)

    @property
    def yanked_reason(self) -> str | None:
        """The first reason that was given, if all are yanked."""
        return next((file.yanked_reason for file in self.files if file.yanked_reason), None) if self.yanked else None

    @property
    def installable_wheels(self) -> tuple[tuple[str, File], ...]:
        """The wheels that an installer would take: those not yanked, or all where all are."""
        return tuple((tag, file) for tag, file in self.wheels if self.yanked or not file.yanked)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tag sets of those wheels."""
        return tuple(sorted({tag for tag, _ in self.installable_wheels}))


def list_files(transport: Transport, index: str, project: str) -> tuple[File, ...] | None:
    """Ask an index (its URL without a slash at the end) for the files of a normalized name; None where it has no such project.

    Unreachable where the index does not answer or answers with something else than a list.
    """
    # A folder has no server that would find the page.
    url = f"{index}/{project}/" + ("index.html" if index.startswith("file:") else "")
    try:
        reply = transport.get(url, _ACCEPT)
    except Unreachable as error:
        if error.status in (404, 410):
            return None
        raise
    try:
        found = _from_json(reply.body) if "json" in reply.content_type else _from_html(reply.body)
        return tuple(file for file in (_placed(file, reply.url) for file in found) if file)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreachable(url, "the answer is no list of files", 200) from None


def _placed(file: File, page: str) -> File | None:
    """Give the file with its whole URL; None for one that a page on the web claims to lie elsewhere than on the web."""
    url = urldefrag(urljoin(page, file.url)).url
    allowed = ("http", "https", "file") if page.startswith("file:") else ("http", "https")
    return file._replace(url=url) if urlsplit(url).scheme in allowed else None


def _from_json(body: bytes) -> Iterator[File]:
    for row in json.loads(body)["files"]:
        reason = row.get("yanked", False)
        yield File(
            row["filename"],
            row["url"],
            row.get("requires-python") or None,
            bool(reason) or reason == "",
            reason or None if isinstance(reason, str) else None,
            bool(row.get("core-metadata", row.get("dist-info-metadata", False))),
            (row.get("upload-time") or "")[:10] or None,
        )


def _from_html(body: bytes) -> Iterator[File]:
    page = _Anchors()
    page.feed(body.decode("utf-8", "replace"))
    page.close()
    if not page.is_list:
        raise ValueError(len(body))
    for attributes in page.found:
        flag = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
        yield File(
            unquote(urlsplit(attributes["href"]).path.rpartition("/")[2]),
            attributes["href"],
            attributes.get("data-requires-python") or None,
            "data-yanked" in attributes,
            attributes.get("data-yanked") or None,
            flag not in (None, "", "false"),
            attributes.get("data-upload-time", "")[:10] or None,
        )


class _Anchors(HTMLParser):
    """The attributes of all anchors of a page that looks like one at all."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.is_list = False

    def handle_decl(self, decl: str) -> None:
        self.is_list = self.is_list or decl.lower().startswith("doctype html")

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, Any]]) -> None:
        self.is_list = self.is_list or tag in ("html", "a")
        attributes: Mapping[str, Any] = dict(attrs)
        if tag == "a" and attributes.get("href"):
            self.found.append({key: value or "" for key, value in attributes.items()})


def by_version(project: str, files: Iterable[File]) -> dict[str, Listed]:
    """Sort wheels and source archives by version (as packaging spells it); what has no proper version or name is left out."""
    wheels: dict[str, list[tuple[str, File]]] = {}
    sources: dict[str, list[File]] = {}
    for file in sorted(files, key=lambda file: (file.name, file.url)):
        wheel = _wheel(project, file.name)
        source = None if wheel else _source(project, file.name)
        if wheel:
            wheels.setdefault(wheel[0], []).append((wheel[1], file))
        elif source:
            sources.setdefault(source, []).append(file)
    return {version: _listed(version, wheels.get(version, ()), sources.get(version, ())) for version in {**wheels, **sources}}


def _listed(version: str, wheels: Iterable[tuple[str, File]], sources: Iterable[File]) -> Listed:
    wheels, sources = tuple(wheels), tuple(sources)
    return Listed(version, wheels, bool(sources), (*(file for _, file in wheels), *sources))


def _wheel(project: str, name: str) -> tuple[str, str] | None:
    """Give version and tag set of a wheel by its file name; None for any other file."""
    parts = name.removesuffix(".whl").split("-", 2)
    if not name.endswith(".whl") or len(parts) != 3 or parts[2].count("-") not in (2, 3):  # noqa: PLR2004 -- a build number or none.
        return None
    version = _version(parts[1].replace("_", "-"))
    return (version, parts[2]) if version and _same(parts[0], project) else None


def _source(project: str, name: str) -> str | None:
    """Give the version of a source archive by its file name, whatever part of it is the name; None for any other file."""
    stem = next((name.removesuffix(ending) for ending in _SDIST if name.endswith(ending)), None)
    for at, character in enumerate(stem or ""):
        if stem and character == "-" and _same(stem[:at], project):
            return _version(stem[at + 1 :])
    return None


def _same(written: str, project: str) -> bool:
    from packaging.utils import canonicalize_name  # noqa: PLC0415 -- only an update reads it.

    return canonicalize_name(written) == project


def _version(text: str) -> str | None:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 -- only an update reads it.

    try:
        return str(Version(text))
    except InvalidVersion:
        return None
