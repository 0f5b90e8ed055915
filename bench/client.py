"""The load client: processes with kept-alive raw sockets on the loopback, cheap enough to share the cores with the server.

Closed loop: each connection sends its next request as soon as the answer to the last one is complete. Any answer but
200 and 201 ends the measurement with an error.
"""

import multiprocessing
import re
import select
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bench.server import LOOPBACK

NAME = "own (epoll, one process per core at most, closed loop)"
TIMEOUT_SECONDS = 20.0
MAX_ANSWER_BYTES = 65_536
GOOD = (b"HTTP/1.1 200", b"HTTP/1.1 201")

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)

MakeRequest = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Load:
    """`counts` has the requests answered of each source, `cpu_seconds` what the client itself used."""

    counts: list[int]
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        return sum(self.counts) / self.seconds


class Client:
    """Sends what `sources` make, each from a process of its own, and goes on numbering from run to run."""

    def __init__(self, port: int, sources: Sequence[MakeRequest], *, connections: int) -> None:
        self._port = port
        self._sources = sources
        self._connections = connections
        self.sent = [0] * len(sources)
        self.cpu_seconds = 0.0

    def run(self, seconds: float) -> float:
        """Return the requests answered per second."""
        load = self._drive(seconds)
        self.sent = [before + count for before, count in zip(self.sent, load.counts, strict=True)]
        self.cpu_seconds += load.cpu_seconds
        return load.per_second

    @property
    def cpu_us(self) -> float:
        """The client's own processor time per request so far, in microseconds."""
        return self.cpu_seconds / max(1, sum(self.sent)) * 1e6

    def _drive(self, seconds: float) -> Load:
        context = multiprocessing.get_context("fork")  # the bodies are shared with the parent, not copied
        pipes, children = [], []
        for source, first in zip(self._sources, self.sent, strict=True):
            mine, theirs = context.Pipe(duplex=False)
            child = context.Process(target=_report, args=(theirs, self._port, source, first, self._connections, seconds))
            child.start()
            theirs.close()
            pipes.append(mine)
            children.append(child)
        try:
            parts = [_receive(pipe, seconds) for pipe in pipes]
        finally:
            for child in children:
                child.kill()
                child.join()
        return Load([part[0] for part in parts], max(part[1] for part in parts), sum(part[2] for part in parts))


def _receive(pipe: Connection, seconds: float) -> tuple[int, float, float]:
    if not pipe.poll(seconds + 2 * TIMEOUT_SECONDS):
        raise TimeoutError("the load client did not end in time")
    failure, answer = pipe.recv()
    if failure:
        raise RuntimeError(failure)
    count, elapsed, cpu_seconds = answer
    return count, elapsed, cpu_seconds


def _report(pipe: Connection, port: int, source: MakeRequest, first: int, connections: int, seconds: float) -> None:  # noqa: PLR0913, PLR0917
    try:
        pipe.send((None, _exchange_all(port, source, first, connections, seconds)))
    except Exception as error:  # noqa: BLE001 - the parent raises it
        pipe.send((f"the load client failed: {error!r}", None))


def _exchange_all(port: int, source: MakeRequest, first: int, connections: int, seconds: float) -> tuple[int, float, float]:
    sockets = [socket.create_connection((LOOPBACK, port), timeout=TIMEOUT_SECONDS) for _ in range(connections)]
    by_descriptor = {each.fileno(): each for each in sockets}
    poller = select.epoll()
    number, answered = first, 0
    cpu_before, started = time.process_time(), time.monotonic()
    for each in sockets:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        each.settimeout(None)  # with one, every call is two; the poller and the parent watch the time
        poller.register(each, select.EPOLLIN)
        each.sendall(source(number))
        number += 1
    while answered < number - first:
        for descriptor, _ in poller.poll(TIMEOUT_SECONDS) or _silent():
            read_answer(by_descriptor[descriptor])
            answered += 1
            if time.monotonic() - started < seconds:
                by_descriptor[descriptor].sendall(source(number))
                number += 1
    return answered, time.monotonic() - started, time.process_time() - cpu_before


def _silent() -> list[tuple[int, int]]:
    raise TimeoutError(f"no answer for {TIMEOUT_SECONDS:.0f} s")


def read_answer(connection: socket.socket) -> bytes:
    """Return the body of one answer.

    Raises:
        RuntimeError: its status is neither 200 nor 201.
    """
    answer = connection.recv(MAX_ANSWER_BYTES)
    while (end := answer.find(b"\r\n\r\n")) < 0 or len(answer) < end + 4 + _body_length(answer[:end]):
        more = connection.recv(MAX_ANSWER_BYTES)
        if not more:
            raise ConnectionError(f"closed after {answer[:200]!r}")
        answer += more
    if not answer.startswith(GOOD):
        raise RuntimeError(f"answered {answer[:500].decode(errors='replace')}")
    return answer[end + 4 :]


def _body_length(head: bytes) -> int:
    found = CONTENT_LENGTH.search(head)
    return int(found[1]) if found else 0
