"""The gateway behind its real HTTP server, spoken to through raw sockets."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from infra.local.request_body import LIMIT_BYTES, OpenRead
from infra.local.slow_clients import cut_slow_clients
from tests.integration.infra.processes import all_gone, children_of, wait_until

FOLDER = Path(__file__).parent
SERVE = """
import sys
from pathlib import Path
from infra.local.serve import serve
from infra.local.settings import RunSettings
serve(RunSettings(port=int(sys.argv[1]), gateway_threads=4), Path(sys.argv[2]))
"""
HALF_POST = b"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server():
    """Run a server and yield its process and port."""
    port = free_port()
    command = [sys.executable, "-c", SERVE, str(port), str(FOLDER / "template.yaml")]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(FOLDER)})
    try:
        wait_until(lambda: is_listening(port), "the server to listen")
        yield process, port
    finally:
        process.terminate()
        process.wait()


def is_listening(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def port():
    with server() as (_, port):
        yield port


@pytest.fixture
def connect(port):
    """Open connections to the server; they are closed after the test."""
    opened = []

    def connect() -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", port), timeout=15))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def receive(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read one answer: status, headers in lower case, body."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def get(connection: socket.socket, path: str = "/") -> tuple[int, dict[str, str], bytes]:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return receive(connection)


def test_a_connection_serves_many_requests(connect):
    connection = connect()

    answers = [get(connection, f"/page/{number}") for number in range(3)]

    assert [json.loads(body)["event"]["rawPath"] for _, _, body in answers] == ["/page/0", "/page/1", "/page/2"]


def test_expect_100_continue_is_answered_before_the_body(connect):
    connection = connect()
    connection.sendall(
        b"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    )

    assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"hello")
    assert receive(connection)[::2] == (200, b"5")


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(connect):
    connection = connect()
    connection.sendall(
        f"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT_BYTES + 1}\r\nExpect: 100-continue\r\n\r\n".encode()
    )

    status, _, body = receive(connection)

    assert (status, json.loads(body)["error"]["code"]) == (413, "REQUEST_ENTITY_TOO_LARGE")


def test_chunks_are_put_together(connect):
    connection = connect()
    connection.sendall(b"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.sendall(b"5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n")

    assert receive(connection)[::2] == (200, b"12")


@pytest.mark.parametrize("lengths", [[b"5", b"6"], [b"abc"], [b"-5"], [b"5, 6"]])
def test_lengths_that_make_no_sense_are_refused(connect, lengths):
    connection = connect()
    headers = b"".join(b"Content-Length: %b\r\n" % length for length in lengths)
    connection.sendall(b"POST /size HTTP/1.1\r\nHost: x\r\n%b\r\nhello!" % headers)

    assert receive(connection)[0] == 400


def test_a_body_that_breaks_off_is_refused(connect):
    connection = connect()
    connection.sendall(HALF_POST)
    connection.shutdown(socket.SHUT_WR)

    status, _, body = receive(connection)

    assert (status, json.loads(body)["error"]["code"]) == (400, "BAD_REQUEST")


def test_head_has_a_length_and_no_body(connect):
    connection = connect()
    connection.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    head, body = b"".join(iter(lambda: connection.recv(65536), b"")).split(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: " in head
    assert body == b""


def test_a_failing_handler_is_a_500(connect):
    status, headers, body = get(connect(), "/fail/7")

    assert status == 500
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(body)["error"]["code"] == "INTERNAL_SERVER_ERROR"


def test_both_cookies_are_set(connect):
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = http.client.HTTPResponse(connection)
    answer.begin()

    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
    answer.close()


def test_sixteen_connections_get_their_own_answers(connect):
    answers = {}

    def ask(number: int) -> None:
        connection = connect()
        answers[number] = [json.loads(get(connection, f"/{number}/{turn}")[2])["event"]["rawPath"] for turn in range(20)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {number: [f"/{number}/{turn}" for turn in range(20)] for number in range(16)}


def test_clients_that_send_half_a_request_do_not_block_the_others(connect):
    for _ in range(40):  # far more than there are threads
        connect().sendall(HALF_POST)
        connect().sendall(b"GET / HTTP/1.1\r\nHos")

    status, _, _ = get(connect())

    assert status == 200


def test_killing_the_server_leaves_no_process_behind():
    with server() as (process, _):
        below = children_of(process.pid)
        assert below

        process.kill()

        wait_until(lambda: all_gone(below), "the server's own children to end")


def test_it_ends_in_time_with_a_half_sent_request():
    with server() as (process, port), closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(HALF_POST)

        process.terminate()

        wait_until(lambda: process.poll() is not None, "the server to end")


@pytest.fixture
def accepted():
    """A connection that this process accepted: the server's end, the client's end and the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client, listener.accept()[0] as ours:
            yield ours, client, port


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
class TestSlowClients:
    LATE = OpenRead("127.0.0.1", 100, started=0.0)

    def test_a_late_client_is_cut_off(self, accepted):
        _, client, port = accepted
        client.sendall(HALF_POST)

        assert cut_slow_clients([self.LATE], port, now=time.monotonic(), silence_seconds=0.0) == 1
        assert client.recv(1) == b""

    @pytest.mark.parametrize(
        ("reads", "port_offset", "silence_seconds"),
        [
            pytest.param([], 0, 0.0, id="nobody is late"),
            pytest.param([OpenRead("192.0.2.1", 100, 0.0)], 0, 0.0, id="another client is late"),
            pytest.param([LATE], 1, 0.0, id="a connection of another port"),
            pytest.param([LATE], 0, 30.0, id="data came just now"),
        ],
    )
    def test_others_are_left_alone(self, accepted, reads, port_offset, silence_seconds):
        ours, client, port = accepted
        now = time.monotonic() + 1000

        assert cut_slow_clients(reads, port + port_offset, now, silence_seconds) == 0
        client.sendall(b"x")
        assert ours.recv(1) == b"x"
