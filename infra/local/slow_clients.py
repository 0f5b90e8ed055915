"""Cuts off clients that began to send a body and never finish, so that each holds a thread for a bounded time only.

The server itself bounds the headers alone. Linux only: elsewhere a proxy in front has to do it.
"""

import contextlib
import logging
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator

from infra.local.client_address import plain_peer
from infra.local.request_body import BodyReader, OpenRead

log = logging.getLogger(__name__)

SILENCE_SECONDS = 30.0
SLOWEST_BYTES_PER_SECOND = 50_000
ROUND_SECONDS = 5.0
# struct tcp_info of linux/tcp.h: eight bytes, then numbers of which these are milliseconds since the last segment
TCP_INFO = struct.Struct("8B12I")
LAST_SENT, LAST_RECEIVED = 8 + 9, 8 + 11


def watch_slow_clients(bodies: BodyReader, port: int) -> None:
    """Start the watching thread of a server process that listens on `port`."""
    if sys.platform == "linux":
        threading.Thread(target=_watch, args=(bodies, port), daemon=True, name="slow-clients").start()


def _watch(bodies: BodyReader, port: int) -> None:
    while True:
        time.sleep(ROUND_SECONDS)
        cut_slow_clients(bodies.open_reads(), port, time.monotonic())


def cut_slow_clients(reads: list[OpenRead], port: int, now: float, silence_seconds: float = SILENCE_SECONDS) -> int:
    """Cut the connections of clients whose body is late, and return their number.

    The server does not say which connection a body belongs to, so the client's address decides, among the
    connections that got no answer for as long and are silent or slower than `SLOWEST_BYTES_PER_SECOND`.
    """
    late = [read for read in reads if now - read.started > silence_seconds]
    if not late:
        return 0
    addresses = {plain_peer(read.address) for read in late}
    overdue = {plain_peer(read.address) for read in late if now - read.started > _allowed_seconds(read, silence_seconds)}
    return sum(_cut_if_late(connection, addresses, overdue, silence_seconds) for connection in _connections(port))


def _allowed_seconds(read: OpenRead, silence_seconds: float) -> float:
    return silence_seconds + read.size_bytes / SLOWEST_BYTES_PER_SECOND


def _connections(port: int) -> Iterator[socket.socket]:
    """Yield this process's connections to `port`, each closed again afterwards."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(name))) as connection:
            if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.getsockname()[1] == port:
                yield connection


def _cut_if_late(connection: socket.socket, addresses: set[str], overdue: set[str], silence_seconds: float) -> bool:
    try:
        peer = plain_peer(connection.getpeername()[0])
        numbers = TCP_INFO.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO.size))
        is_unanswered = numbers[LAST_SENT] >= silence_seconds * 1000
        is_silent = numbers[LAST_RECEIVED] >= silence_seconds * 1000
        if peer not in addresses or not is_unanswered or not (is_silent or peer in overdue):
            return False
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # the listening socket, or gone meanwhile
        return False
    log.warning("cut off %s: its request did not arrive in time", peer)
    return True
