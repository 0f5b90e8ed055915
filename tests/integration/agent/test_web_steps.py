"""HTTP_CHECK and CERT_EXPIRY against real web servers, slow, lying and untrusted ones included."""

import contextlib
import socket
import ssl
import threading

import pytest

from statusmonitor_agent.pipeline import run_step
from statusmonitor_agent.step_type import StepContext


def run(step, parameters=None, criteria=None):
    context = StepContext("node", "127.0.0.1", "HOST")
    return run_step({"type": step, "parameters": parameters or {}, "success_criteria": criteria}, context)


def details_of(result):
    assert result["IsAvailable"], result["ErrorMessage"]
    return result["Details"]


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def page(request):
    """The pages of the web server under test."""
    target = request.path.partition("?")[2]
    pages = {
        "/": (200, {"Content-Type": "text/html; charset=utf-8", "X-Version": "7.1"}, "<h1>Всё хорошо</h1>".encode()),
        "/missing": (404, {}, b"nothing here"),
        "/redirect": (302, {"Location": "/"}, b""),
        "/loop": (302, {"Location": "/loop"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/away": (307, {"Location": target}, b""),
        "/large": (200, {}, b"x" * 2_000_000),
        "/echo": (200, {}, (request.headers.get("Authorization") or "none").encode()),
        "/odd": (200, {"Content-Type": "text/plain; charset=nonsense"}, b"\xff ok \x00 \x1b[2J"),
    }
    return pages[request.path.partition("?")[0]]


@pytest.fixture
def web(serve):
    return serve(page)


def test_http_check_of_a_page(web):
    parameters = {"url": web.url + "/", "body_contains": "хорошо", "expected_headers": {"X-Version": "7."}, "body_regex": "<h1>"}

    details = details_of(run("HTTP_CHECK", parameters, {"status_code": 200, "body_sample": {"contains": "ХОРОШО"}}))

    assert (details["status_code"], details["body_size_bytes"], details["redirect_count"]) == (
        200,
        len("<h1>Всё хорошо</h1>".encode()),
        0,
    )
    assert details["final_url"] == web.url + "/"


def test_http_check_of_the_node_itself(web):
    assert details_of(run("HTTP_CHECK", {"port": web.server_port, "path": "redirect"}))["final_url"] == web.url + "/"


@pytest.mark.parametrize(
    ("path", "parameters", "message"),
    [
        ("/missing", {}, "status 404, wanted 200 to 399"),
        ("/", {"expected_status": [204, 301]}, "status 200, wanted 204, 301"),
        ("/", {"body_contains": "плохо"}, "the body does not contain the wanted text"),
        ("/", {"body_regex": "^nothing"}, "the body does not match the wanted expression"),
        ("/", {"expected_headers": {"X-Version": "8"}}, "header X-Version: 7.1, wanted 8"),
        ("/", {"expected_headers": {"X-None": "8"}}, "header X-None: missing, wanted 8"),
    ],
)
def test_http_check_that_answers_but_not_as_wanted(web, path, parameters, message):
    result = run("HTTP_CHECK", {"url": web.url + path, **parameters})

    assert (result["IsAvailable"], result["CheckSuccess"]) == (True, False)
    assert result["ErrorMessage"] == f"{web.url}{path}: {message}"


def test_http_check_can_want_an_error_or_a_redirect(web):
    assert run("HTTP_CHECK", {"url": web.url + "/missing", "expected_status": [404]})["CheckSuccess"]
    assert run("HTTP_CHECK", {"url": web.url + "/redirect", "expected_status": [302], "max_redirects": 0})["CheckSuccess"]
    assert run("HTTP_CHECK", {"url": web.url + "/", "method": "HEAD"})["CheckSuccess"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://user:pw@127.0.0.1/", "http://[::1", "//x"]
)
def test_http_check_takes_http_urls_only(url):
    result = run("HTTP_CHECK", {"url": url})

    assert not result["IsAvailable"]
    assert "root:" not in str(result)


@pytest.mark.parametrize(("path", "reason"), [("/loop", "more than 3 redirects"), ("/file", "only http and https")])
def test_http_check_ends_bad_redirects(web, path, reason):
    result = run("HTTP_CHECK", {"url": web.url + path, "max_redirects": 3})

    assert (result["IsAvailable"], reason in result["ErrorMessage"]) == (False, True)


def test_http_check_reads_at_most_a_megabyte(web):
    details = details_of(run("HTTP_CHECK", {"url": web.url + "/large"}))

    assert (details["body_size_bytes"], details["is_body_truncated"], len(details["body_sample"])) == (1_048_576, True, 2048)


def test_http_check_takes_credentials_and_never_shows_them(web):
    result = run("HTTP_CHECK", {"url": web.url + "/echo", "bearer_token": "tok-5-secret", "body_contains": "Bearer tok-5-secret"})

    assert result["CheckSuccess"]
    assert result["Details"]["body_sample"] == "Bearer ***"


def test_http_check_gives_credentials_to_the_first_host_only(web, serve):
    other = serve(page)

    result = run("HTTP_CHECK", {"url": f"{web.url}/away?{other.url}/echo", "username": "u", "password": "p4ss"})

    assert details_of(result)["body_sample"] == "none"


def test_http_check_of_odd_content(web):
    assert "ok" in details_of(run("HTTP_CHECK", {"url": web.url + "/odd"}))["body_sample"]


def test_http_check_refuses_header_injection(web):
    assert not run("HTTP_CHECK", {"url": web.url + "/", "headers": {"X": "a\r\nY: b"}})["IsAvailable"]


@pytest.fixture
def slow_port():
    """A server that sends its answer byte by byte, for ever."""
    ended = threading.Event()

    def drip(server):
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not ended.wait(0.02):
                    connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        ended.set()
        thread.join()


def test_http_check_of_a_server_that_never_ends(slow_port):
    result = run("HTTP_CHECK", {"port": slow_port, "timeout_ms": 300})

    assert (result["IsAvailable"], "no answer within 0.3 s" in result["ErrorMessage"]) == (False, True)


@pytest.fixture
def serve_tls(serve):
    """Return a function that starts an https server with the certificate in a PEM file."""

    def start(path):
        server = serve(page)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        return server.server_port

    return start


@pytest.mark.parametrize(("days_left", "status"), [(90, "OK"), (10, "ExpiringSoon"), (-5, "Expired")])
def test_cert_expiry_of_a_server_that_nobody_trusts(serve_tls, make_certificate, days_left, status):
    port = serve_tls(make_certificate(days_left))

    details = details_of(run("CERT_EXPIRY", {"port": port, "server_name": "localhost"}))

    certificate = details["certificates"][0]
    assert (certificate["status"], certificate["days_left"], certificate["subject"]) == (status, days_left, "CN=localhost")
    assert certificate["store_path"] == f"tls://127.0.0.1:{port}"
    assert details["min_days_left"] == days_left


def test_cert_expiry_of_a_file(make_certificate):
    path = str(make_certificate(20))
    criteria = {"certificates": {"_condition_": "none", "_criteria_": {"status": "ExpiringSoon"}}}

    result = run("CERT_EXPIRY", {"path": path}, criteria)

    assert (result["IsAvailable"], result["CheckSuccess"]) == (True, False)
    assert run("CERT_EXPIRY", {"path": path, "min_days_warning": 5}, criteria)["CheckSuccess"]


def test_cert_expiry_without_a_certificate(listener, tmp_path):
    assert not run("CERT_EXPIRY", {"path": str(tmp_path / "none.pem")})["IsAvailable"]
    assert not run("CERT_EXPIRY", {"port": listener, "timeout_ms": 200})["IsAvailable"]
    assert "no Windows certificate stores" in run("CERT_EXPIRY", {"store_name": "My"})["ErrorMessage"]


def test_http_check_by_tls(serve_tls, make_certificate):
    url = f"https://localhost:{serve_tls(make_certificate(42))}/"

    trusted = run("HTTP_CHECK", {"url": url})
    untrusted = run("HTTP_CHECK", {"url": url, "verify_tls": False})

    assert (trusted["IsAvailable"], "not trusted" in trusted["ErrorMessage"]) == (False, True)
    assert details_of(untrusted)["certificate_days_left"] == 42
