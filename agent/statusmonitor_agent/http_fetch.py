"""Fetches one URL for a check: http and https only, every part of the answer bounded, redirects followed by hand."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Dict, List, Mapping, Optional
from urllib.parse import quote, urljoin, urlsplit

from statusmonitor_agent import __version__

MAX_BODY_BYTES = 1024 * 1024
READ_BYTES = 64 * 1024
REDIRECTS = (301, 302, 303, 307, 308)
FORBIDDEN_HEADERS = ("host", "content-length", "transfer-encoding", "connection")
SAFE_CHARACTERS = "/%:=&?~#+!$,;'@()*[]"


class FetchError(Exception):
    """No HTTP answer came. The message says why."""


@dataclass(frozen=True)
class Request:
    """What to ask for. `headers` may hold credentials: they leave for the first host only."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Optional[bytes] = None
    timeout_seconds: float = 10.0
    max_redirects: int = 5
    verifies_tls: bool = True


@dataclass
class Answer:
    """`body` holds at most 1 MB. `certificate` is the DER form of what the last server showed, if any."""

    status: int
    headers: Dict[str, str]
    body: bytes
    is_truncated: bool
    final_url: str
    redirects: List[str] = field(default_factory=list)
    certificate: Optional[bytes] = None


def fetch(request: Request) -> Answer:
    """Return the last answer, after redirects, within the request's time limit.

    Raises:
        FetchError: there was none.
    """
    deadline = time.monotonic() + request.timeout_seconds
    passed: list[str] = []
    while True:
        answer = _ask(request, deadline)
        answer.redirects = list(passed)
        location = answer.headers.get("location")
        if answer.status not in REDIRECTS or not location or request.max_redirects == 0:
            return answer
        if len(passed) >= request.max_redirects:
            raise FetchError(f"more than {request.max_redirects} redirects")
        passed.append(request.url)
        request = _redirected(request, location, answer.status)


def basic_auth(username: str, password: str) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def _redirected(request: Request, location: str, status: int) -> Request:
    url = urljoin(request.url, location)
    keeps_method = status in (307, 308) or request.method == "HEAD"
    same_host = urlsplit(url)[:2] == urlsplit(request.url)[:2]
    return replace(
        request,
        url=url,
        method=request.method if keeps_method else "GET",
        body=request.body if keeps_method else None,
        headers=request.headers if same_host else {},
    )


def _ask(request: Request, deadline: float) -> Answer:
    connection = _connection(request, deadline)
    stopped = threading.Event()
    watch = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, (connection, stopped))
    watch.daemon = True
    watch.start()
    try:
        return _exchange(connection, request)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = f"no answer within {request.timeout_seconds:g} s" if stopped.is_set() or _is_timeout(error) else _reason(error)
        raise FetchError(reason) from error
    finally:
        watch.cancel()
        connection.close()


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, socket.timeout)


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def _cut(connection: http.client.HTTPConnection, stopped: threading.Event) -> None:
    """End an exchange that a server drags out byte by byte; the plain method, so that TLS does not wait for a goodbye."""
    stopped.set()
    if connection.sock is not None:
        try:
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
        except OSError:
            connection.close()


def _connection(request: Request, deadline: float) -> http.client.HTTPConnection:
    try:
        parts = urlsplit(request.url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise FetchError(f"not a URL: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise FetchError("only http and https URLs are fetched")
    if not host or parts.username is not None:
        raise FetchError("the URL needs a host and no user name (there are parameters for it)")
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise FetchError(f"no answer within {request.timeout_seconds:g} s")
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=seconds)
    return http.client.HTTPSConnection(host, port, timeout=seconds, context=_tls(verifies=request.verifies_tls))


def _tls(*, verifies: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _exchange(connection: http.client.HTTPConnection, request: Request) -> Answer:
    parts = urlsplit(request.url)
    path = quote(parts.path or "/", SAFE_CHARACTERS) + ("?" + quote(parts.query, SAFE_CHARACTERS) if parts.query else "")
    headers = {"User-Agent": f"statusmonitor-agent/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
    headers.update({name: value for name, value in request.headers.items() if name.lower() not in FORBIDDEN_HEADERS})
    connection.request(request.method, path, request.body, headers)
    certificate = connection.sock.getpeercert(binary_form=True) if isinstance(connection.sock, ssl.SSLSocket) else None
    response = connection.getresponse()
    body, is_truncated = _read_body(response)
    received = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, received, body, is_truncated, request.url, certificate=certificate)


def _read_body(response: http.client.HTTPResponse) -> tuple[bytes, bool]:
    body = bytearray()
    while len(body) <= MAX_BODY_BYTES:
        chunk = response.read(READ_BYTES)
        if not chunk:
            if response.length:  # http.client says nothing when a body ends too early
                raise http.client.IncompleteRead(bytes(body), response.length)
            return bytes(body), False
        body += chunk
    return bytes(body[:MAX_BODY_BYTES]), True
