"""Reads request bodies: bounded in size, in number at a time, and watched for clients that never finish."""

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from statusmonitor.errors import BadRequestError, TooLargeError, TooManyRequestsError

LIMIT_BYTES = 33 * 1024 * 1024  # the largest body any route takes is 32 MB; the routes have limits of their own
CHUNK_BYTES = 256 * 1024
PATIENCE_SECONDS = 0.3
_DIGITS = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpenRead:
    """A body that is being read right now. `started` is by the monotonic clock; `size_bytes` as announced, or the limit."""

    address: str
    size_bytes: int
    started: float


class BodyReader:
    """At most `slots` bodies are read at once, so that slow senders cannot hold every thread of the server."""

    def __init__(self, slots: int, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._slots: SimpleQueue[None] = SimpleQueue()
        for _ in range(slots):
            self._slots.put(None)
        self._open: dict[int, OpenRead] = {}

    def open_reads(self) -> list[OpenRead]:
        return list(self._open.values())

    def read(self, environ: Mapping[str, Any]) -> bytes:
        """Return the body, empty when the request has none.

        Raises:
            BadRequestError: the announced length makes no sense, or the body ended before it.
            TooLargeError: it is larger than the limit; an announced one is not read at all.
            TooManyRequestsError: too many others are still being read.
        """
        announced = environ.get("CONTENT_LENGTH")
        if announced:
            return self._read_announced(environ, _length(announced), announced)
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return self._read(environ, self._limit_bytes)
        return b""

    def _read_announced(self, environ: Mapping[str, Any], length: int, announced: str) -> bytes:
        if length > self._limit_bytes:
            raise TooLargeError(f"The body has {announced} bytes; at most {self._limit_bytes} are taken.")
        body = self._read(environ, length) if length else b""
        if len(body) < length:
            raise BadRequestError(f"The body ended after {len(body)} of {length} bytes.")
        return body

    def _read(self, environ: Mapping[str, Any], expected_bytes: int) -> bytes:
        try:
            self._slots.get(timeout=PATIENCE_SECONDS)
        except Empty:
            raise TooManyRequestsError("Too many requests are still being sent; try again.", retry_after_seconds=5) from None
        thread = threading.get_ident()
        self._open[thread] = OpenRead(environ["REMOTE_ADDR"], expected_bytes, time.monotonic())
        try:
            return self._read_stream(environ["wsgi.input"])
        finally:
            del self._open[thread]
            self._slots.put(None)

    def _read_stream(self, stream: Any) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > self._limit_bytes:
                raise TooLargeError(f"The body has more than {self._limit_bytes} bytes.")
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _length(text: str) -> int:
    if not _DIGITS.fullmatch(text):
        raise BadRequestError("Content-Length is no number.")
    return int(text)
