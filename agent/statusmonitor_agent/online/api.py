"""Talks to the server's API over one connection that is kept open."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import TYPE_CHECKING, Any, Dict, Mapping, NamedTuple, Optional
from urllib.parse import urlsplit

from statusmonitor_agent import __version__

if TYPE_CHECKING:
    from statusmonitor_agent.online.settings import Settings

MAX_ANSWER_BYTES = 32 * 1024 * 1024
MAX_RETRY_AFTER_SECONDS = 300.0
# An idle connection that the server closed meanwhile shows itself by one of these.
CLOSED_MEANWHILE = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError, ConnectionAbortedError)


class ApiError(Exception):
    """No HTTP answer came."""


class ApiAnswer(NamedTuple):
    """`headers` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the decoded body, None if it is not JSON."""
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None

    def reason(self) -> str:
        """Return the answer's own words, shortened."""
        decoded = self.json()
        error = decoded.get("error") if isinstance(decoded, dict) else None
        text = error.get("message") if isinstance(error, dict) else None
        return f"HTTP {self.status}" + (f": {str(text)[:300]}" if text else "")

    def retry_after_seconds(self) -> Optional[float]:
        """Return how long the server wants to be left alone, at most 5 minutes; None if it does not say."""
        text = self.headers.get("retry-after", "")
        return min(float(text), MAX_RETRY_AFTER_SECONDS) if text.isascii() and text.isdigit() else None


class ApiClient:
    """Not thread-safe: each thread has its own."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.api_base_url)
        self._prefix = parts.path.rstrip("/")
        self._timeout = settings.api_timeout_sec
        self._host, self._port = str(parts.hostname), parts.port
        self._tls = ssl.create_default_context(cafile=settings.ca_file) if parts.scheme == "https" else None
        self._headers = {"X-API-Key": settings.api_key, "User-Agent": f"statusmonitor-agent/{__version__}"}
        self._connection: Optional[http.client.HTTPConnection] = None

    def get(self, path: str, etag: Optional[str] = None) -> ApiAnswer:
        """Fetch, with If-None-Match when an ETag is known.

        Raises:
            ApiError: no answer came.
        """
        return self._request("GET", path, None, {"If-None-Match": etag} if etag else {})

    def post(self, path: str, body: bytes) -> ApiAnswer:
        """Send a JSON body.

        Raises:
            ApiError: no answer came.
        """
        return self._request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _request(self, method: str, path: str, body: Optional[bytes], headers: Dict[str, str]) -> ApiAnswer:
        is_reused = self._connection is not None
        try:
            return self._exchange(method, path, body, headers)
        except CLOSED_MEANWHILE as error:
            self.close()
            if not is_reused:
                raise ApiError(_text(error)) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise ApiError(_text(error)) from error
        return self._request(method, path, body, headers)  # once, since the connection is a new one now

    def _exchange(self, method: str, path: str, body: Optional[bytes], headers: Dict[str, str]) -> ApiAnswer:
        connection = self._connection = self._connection or self._connect()
        connection.request(method, self._prefix + path, body, {**self._headers, **headers})
        response = connection.getresponse()
        content = response.read(MAX_ANSWER_BYTES + 1)
        if len(content) > MAX_ANSWER_BYTES:
            self.close()
            raise ApiError("the answer is too large")
        answer = ApiAnswer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
        if response.will_close:
            self.close()
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__
