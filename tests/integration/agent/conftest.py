"""Real peers on the loopback: an HTTP server of the agent's protocol, and TLS certificates."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DEADLINE_SECONDS = 20


def wait_until(condition):
    """Poll until the condition holds; fail when it never does."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def eventually():
    return wait_until


class Server(ThreadingHTTPServer):
    """Answers by `self.answer(handler) -> (status, headers, body)`."""

    daemon_threads = True
    block_on_close = False  # a handler may wait on purpose when the test ends

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Clients of these tests hang up and get killed."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        status, headers, body = self.server.answer(self)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    do_POST = do_HEAD = do_PUT = do_GET  # noqa: N815 - the names http.server looks for

    def log_message(self, *arguments):
        pass


@pytest.fixture
def serve():
    """Return a function that starts a server for an answer function."""
    servers = []

    def start(answer):
        server = Server(answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class MonitorServer:
    """The server side of the agent's protocol, as far as an agent can tell. Results by (assignment_id, check_timestamp)."""

    def __init__(self, serve):
        self.jobs = []
        self.received = []  # every body in order, repeats included
        self.polls = []  # the If-None-Match of every poll
        self.refuse = lambda _body: None  # returns (status, headers, body) to refuse a result
        self.etag = '"1"'
        self._lock = threading.Lock()
        self._server = serve(self._answer)
        self.base_url = self._server.url + "/api"

    def _answer(self, request):
        if request.headers["X-API-Key"] != "test-key":
            return 401, {}, b'{"error": {"message": "unknown key"}}'
        if request.path == "/api/v1/assignments?object_id=1060":
            return self._job_list(request)
        if request.path == "/api/v1/checks" and request.command == "POST":
            return self._take(json.loads(request.body))
        return 404, {}, b"{}"

    def _job_list(self, request):
        known = request.headers.get("If-None-Match")
        self.polls.append(known)
        if known == self.etag:
            return 304, {"ETag": self.etag}, b""
        return 200, {"ETag": self.etag, "Content-Type": "application/json"}, json.dumps(self.jobs).encode()

    def _take(self, body):
        with self._lock:
            refusal = self.refuse(body)
            if refusal:
                return refusal
            self.received.append(body)
        return 201, {}, b'{"status": "success", "message": "stored"}'

    def keys(self):
        with self._lock:
            return [(body["assignment_id"], body["check_timestamp"]) for body in self.received]

    def assignment_ids(self):
        return [number for number, _ in self.keys()]


@pytest.fixture
def monitor_server(serve):
    return MonitorServer(serve)


@pytest.fixture
def make_config(tmp_path, monitor_server):
    """Return a function that writes a configuration for an agent of the test's server, and gives its path."""

    def make(**fields):
        base = {
            "mode": "online",
            "object_id": 1060,
            "log_file": "agent.log",
            "log_level": "Debug",
            "agent_script_version": "x",
            "api_base_url": monitor_server.base_url,
            "api_key": "test-key",
            "api_poll_interval_seconds": 10,
            "default_check_interval_seconds": 300,
            "retry_delay_seconds": 0.05,
            "api_timeout_sec": 5,
            "start_jitter_seconds": 0,
        }
        path = tmp_path / "agent.json"
        path.write_text(json.dumps({**base, **fields}))
        return path

    return make


@pytest.fixture
def make_certificate(tmp_path):
    """Return a function that makes a self-signed certificate and gives the path of its PEM file, key included."""

    def make(days_left, name="localhost"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(
            subject,
            subject,
            key.public_key(),
            x509.random_serial_number(),
            now - timedelta(days=400),
            now + timedelta(days=days_left, hours=1),
        )
        certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(
            key, hashes.SHA256()
        )
        path = tmp_path / f"{name}{days_left}.pem"
        plain = serialization.NoEncryption()
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        )
        return path

    return make
