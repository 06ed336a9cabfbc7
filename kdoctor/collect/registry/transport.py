"""Fetching from an index: certificates, proxies, credentials, a bounded number of retries, and no secret in any message."""

from __future__ import annotations

import http.client
import os
import ssl
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from contextlib import closing
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import unquote, urlsplit, urlunsplit

from kdoctor.collect.registry.config import IndexConfig, redacted
from kdoctor.errors import KdoctorError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

#: No listing and no central directory is as large.
_MOST_BYTES = 64 << 20
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_PARTIAL = 206
_SCHEMES = ("http", "https", "file")


class Unreachable(Exception):  # noqa: N818 -- it names what happened.
    """Nothing usable came back; `status` is that of HTTP, None where there was no answer at all. The text holds no secret."""

    def __init__(self, url: str, why: str, status: int | None = None) -> None:
        super().__init__(f"{redacted(url)}: {why}")
        self.why = why
        self.status = status


class Reply(NamedTuple):
    """An answer: where it came from in the end, what kind of content, the content, and its Content-Range."""

    url: str
    content_type: str
    body: bytes
    content_range: str | None


class Transport:
    """Fetches; safe to use from several threads. `requests` and `received` (bytes of content) say what it cost."""

    def __init__(self, config: IndexConfig, *, attempts: int = 3, pause: float = 0.5) -> None:
        self._config = config
        self._attempts = attempts
        self._pause = pause
        self._lock = threading.Lock()
        self._credentials: dict[str, str | None] = {}
        for url in config.urls:
            self._remember(url)
        self._opener = urllib.request.build_opener(*_proxies(config), _SameOriginRedirect(), _Https(config))
        self.requests = 0
        self.received = 0

    def get(self, url: str, headers: Mapping[str, str] | None = None, *, partial: bool = False) -> Reply:
        """Fetch an http(s) or file URL; Unreachable where that fails, with `partial` also where the server sends the whole."""
        for attempt in range(1, self._attempts + 1):
            try:
                return self._once(url, headers or {}, partial=partial)
            except Unreachable as error:  # noqa: PERF203 -- the loop is there for the exception.
                passing = error.status is None or error.status in _AGAIN
                if not passing or attempt == self._attempts:
                    raise
                time.sleep(self._pause * attempt)
        raise AssertionError  # pragma: no cover -- the last attempt returns or raises.

    def _once(self, url: str, headers: Mapping[str, str], *, partial: bool) -> Reply:
        with self._lock:
            self.requests += 1
        try:
            with closing(self._opener.open(self._request(url, headers), timeout=self._config.timeout)) as response:
                if partial and response.status != _PARTIAL:
                    raise Unreachable(url, "the server does not serve parts of files", 200)
                return self._reply(url, response)
        except urllib.error.HTTPError as error:
            error.close()
            raise Unreachable(url, f"HTTP status {error.code}", error.code) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            # What a folder does not hold will not be there the next time either.
            raise Unreachable(url, _why(error), 404 if url.startswith("file:") else None) from None

    def _reply(self, url: str, response: Any) -> Reply:
        body = response.read(_MOST_BYTES + 1)
        if len(body) > _MOST_BYTES:
            raise Unreachable(url, "the answer is too long", 200)
        with self._lock:
            self.received += len(body)
        kind = response.headers.get("Content-Type") or ""
        return Reply(response.url or url, kind, body, response.headers.get("Content-Range"))

    def _request(self, url: str, headers: Mapping[str, str]) -> urllib.request.Request:
        if urlsplit(url).scheme not in _SCHEMES:
            raise Unreachable(url, "neither http, https nor file", 400)
        request = urllib.request.Request(without_credentials(url), headers=dict(headers))  # noqa: S310 -- checked above.
        request.add_header("User-Agent", "keras-doctor")
        secret = self._remember(url)
        if secret:
            request.add_header("Authorization", secret)
        return request

    def _remember(self, url: str) -> str | None:
        """Give the Authorization for the origin of a URL: what a URL of it carried, else what netrc says."""
        origin = _origin(url)
        parts = urlsplit(url)
        with self._lock:
            if parts.username is not None:
                self._credentials[origin] = _basic(unquote(parts.username), unquote(parts.password or ""))
            elif origin not in self._credentials:
                self._credentials[origin] = _from_netrc(parts.hostname)
            return self._credentials[origin]


class _SameOriginRedirect(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but takes credentials along only within the same origin."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        following = super().redirect_request(req, fp, code, msg, cast("http.client.HTTPMessage", headers), newurl)
        if following is not None and _origin(req.full_url) != _origin(newurl):
            following.remove_header("Authorization")
        return following


class _Https(urllib.request.HTTPSHandler):
    """Connects as pip would: with its certificates, unchecked only for the hosts that the user told pip to trust."""

    def __init__(self, config: IndexConfig) -> None:
        super().__init__()
        self._config = config
        # Reading all certificates takes a tenth of a second, so it waits for the first connection.
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        host = urlsplit(req.full_url).netloc
        checked = self._config.trusted_hosts.isdisjoint({host, host.partition(":")[0]})
        with self._lock:
            if checked not in self._contexts:
                self._contexts[checked] = _tls(self._config, checked=checked)
        return self.do_open(http.client.HTTPSConnection, req, context=self._contexts[checked])


def without_credentials(url: str) -> str:
    """Give a URL with the user and the password taken out, fit to be sent."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _from_netrc(host: str | None) -> str | None:
    import netrc  # noqa: PLC0415 -- only an update reads it.

    try:
        found = netrc.netrc().authenticators(host or "")
    except (OSError, netrc.NetrcParseError):
        return None
    return _basic(found[0], found[2] or "") if found else None


def _proxies(config: IndexConfig) -> list[urllib.request.BaseHandler]:
    if not config.proxy:
        return []
    proxy = config.proxy if "://" in config.proxy else f"http://{config.proxy}"
    return [urllib.request.ProxyHandler({"http": proxy, "https": proxy})]


def _tls(config: IndexConfig, *, checked: bool) -> ssl.SSLContext:
    bundle = config.ca_bundle
    folder = bundle if bundle and os.path.isdir(bundle) else None
    try:
        context = ssl.create_default_context(cafile=None if folder else bundle, capath=folder)
        if config.client_cert:
            context.load_cert_chain(config.client_cert)
    except OSError as error:
        raise KdoctorError(f"the certificates that pip is configured with cannot be read: {_why(error)}") from error
    if not checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return _why(reason)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "no answer in time"
    if isinstance(error, (http.client.HTTPException, ConnectionError)):
        return "the connection was cut off"
    # The text of any other error may quote the URL, so its kind must do.
    return type(error).__name__
