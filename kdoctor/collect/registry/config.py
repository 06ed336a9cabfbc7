"""Which package index the user configured, in the words of pip and of uv.

Variables count before files and pip before uv, so that what a person typed last counts most: PIP_INDEX_URL,
UV_DEFAULT_INDEX, UV_INDEX_URL, the files of pip (PIP_CONFIG_FILE, site, user, global), uv.toml (UV_CONFIG_FILE, user, system),
and last the public index. Sources: "Configuration" in the documentation of pip, "Configuration files" and "Package indexes" in
that of uv. The uv settings of a project in the working directory do not count: they say nothing of the user.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PUBLIC_INDEX = "https://pypi.org/simple"
#: Sections of pip's files that say how `pip install` finds packages; a later one counts more.
_PIP_SECTIONS = ("global", "install")


class IndexConfig(NamedTuple):
    """How to reach the user's package indexes. The URLs may hold credentials: `redacted` is what may be shown."""

    #: The first that lists a project answers for it.
    urls: tuple[str, ...]
    ca_bundle: str | None = None
    client_cert: str | None = None
    proxy: str | None = None
    #: Hosts (or host:port) whose certificate is not checked, since the user told pip so.
    trusted_hosts: frozenset[str] = frozenset()
    #: Seconds.
    timeout: float = 15.0


def redacted(url: str) -> str:
    """Give a URL without credentials, query and fragment, fit to be shown."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(no URL)"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, "***@" + host if "@" in parts.netloc else host, parts.path, "", ""))


def read_config(environ: Mapping[str, str], home: Path, prefix: Path = Path(sys.prefix), etc: Path = Path("/etc")) -> IndexConfig:
    """Read variables and files; KdoctorError where the user forbade any index or a file is no such file."""
    files = {key: value for path in _pip_files(environ, home, prefix, etc) for key, value in _pip_settings(path).items()}
    variables = {key[4:].lower().replace("_", "-"): value for key, value in environ.items() if key.startswith("PIP_") and value}
    pip = {**files, **variables}
    if pip.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        raise KdoctorError("pip is configured to use no package index (no-index)", "set PIP_NO_INDEX=0 for this command")
    uv = _uv_settings(environ, home, etc)
    wanted = [
        variables.get("index-url"),
        environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL"),
        files.get("index-url"),
        uv.get("index-url"),
    ]
    first = next((url for url in wanted if url), PUBLIC_INDEX)
    extra = [*pip.get("extra-index-url", "").split(), *_uv_extra(environ, uv)]
    return IndexConfig(
        urls=tuple(dict.fromkeys(_plain(url) for url in (first, *extra))),
        ca_bundle=pip.get("cert") or environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE") or None,
        client_cert=pip.get("client-cert") or environ.get("SSL_CLIENT_CERT") or None,
        proxy=pip.get("proxy"),
        trusted_hosts=frozenset(pip.get("trusted-host", "").split()),
        timeout=_seconds(pip.get("timeout") or pip.get("default-timeout")),
    )


def _plain(url: str) -> str:
    # uv lets an index have a name: NAME=URL.
    name, equals, rest = url.partition("=")
    return (rest if equals and name.replace("-", "").replace("_", "").isalnum() else url).rstrip("/")


def _seconds(text: str | None) -> float:
    try:
        return min(max(float(text or 15), 1.0), 60.0)
    except ValueError:
        return 15.0


def _pip_files(environ: Mapping[str, str], home: Path, prefix: Path, etc: Path) -> Iterator[Path]:
    """Give the files that pip reads, those that count more later."""
    own = environ.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    yield from (folder / name for folder in _system_folders(environ, "pip", etc))
    if sys.platform != "win32":
        yield etc / name
    if not (own and Path(own).exists()):
        yield home / ("pip" if sys.platform == "win32" else ".pip") / name
        yield _user_folder(environ, home, "pip") / name
    yield prefix / name
    if own:
        yield Path(own)


def _system_folders(environ: Mapping[str, str], tool: str, etc: Path) -> list[Path]:
    if sys.platform == "win32":
        return [Path(environ.get("PROGRAMDATA", r"C:\ProgramData")) / tool]
    if sys.platform == "darwin" and tool == "pip":
        return [Path("/Library/Application Support/pip")]
    # The folder named first counts most.
    folders = (environ.get("XDG_CONFIG_DIRS") or str(etc / "xdg")).split(os.pathsep)
    return [Path(folder) / tool for folder in reversed(folders) if folder]


def _user_folder(environ: Mapping[str, str], home: Path, tool: str) -> Path:
    if sys.platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / tool
    apple = home / "Library" / "Application Support" / tool
    if sys.platform == "darwin" and tool == "pip" and apple.is_dir():
        return apple
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / tool


def _pip_settings(path: Path) -> dict[str, str]:
    import configparser  # noqa: PLC0415 -- only an update reads it.

    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return {}
    except configparser.Error as error:
        raise KdoctorError(f"{path} is no configuration file that pip could read") from error
    settings: dict[str, str] = {}
    for section in filter(parser.has_section, _PIP_SECTIONS):
        settings.update({key.lower().replace("_", "-"): value for key, value in parser.items(section) if value})
    return settings


def _uv_settings(environ: Mapping[str, str], home: Path, etc: Path) -> dict[str, Any]:
    """Give index-url and the list extra-index-url of the uv.toml that counts most for each."""
    if environ.get("UV_NO_CONFIG"):
        return {}
    own = environ.get("UV_CONFIG_FILE")
    user = _user_folder(environ, home, "uv") / "uv.toml"
    system = [*(folder / "uv.toml" for folder in _system_folders(environ, "uv", etc)), etc / "uv" / "uv.toml"]
    settings: dict[str, Any] = {}
    for path in [Path(own)] if own else [*system, user]:
        settings.update(_uv_indexes(_toml(path)))
    return settings


def _uv_indexes(table: Mapping[str, Any]) -> dict[str, Any]:
    pip = table.get("pip", {})
    indexes: Iterable[Mapping[str, Any]] = table.get("index", [])
    default = [index["url"] for index in indexes if index.get("default")]
    extra = [index["url"] for index in indexes if not (index.get("default") or index.get("explicit"))]
    found = {
        "index-url": next(iter(default), None) or table.get("index-url") or pip.get("index-url"),
        "extra-index-url": extra or table.get("extra-index-url") or pip.get("extra-index-url"),
    }
    return {key: value for key, value in found.items() if value}


def _uv_extra(environ: Mapping[str, str], uv: Mapping[str, Any]) -> list[str]:
    named = environ.get("UV_INDEX") or environ.get("UV_EXTRA_INDEX_URL")
    return named.split() if named else list(uv.get("extra-index-url", ()))


def _toml(path: Path) -> dict[str, Any]:
    # Python 3.10 has no tomllib; tomli is the same under another name.
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        found: dict[str, Any] = toml.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
