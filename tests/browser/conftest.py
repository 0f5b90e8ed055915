"""A real Chromium against the real gateway: every function of template.yaml behind one server, on the test's own database."""

import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import get_input_stream

from infra.local.request_body import BodyReader
from infra.local.serve import build_gateway
from statusmonitor.services import sessions, users
from tests.conftest import ROOT
from tests.http_events import call

PASSWORD = "a good password"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE_MS = 10_000  # how long a change may take to show before a test gives up
PIPELINE = [
    {"type": "PING", "parameters": {"count": 3}, "success_criteria": {"packet_loss_percent": {"<": 50}}},
    {
        "type": "DISK_USAGE",
        "parameters": {"drives": ["C"]},
        "success_criteria": {"disks": {"_condition_": "all", "_criteria_": {"percent_free": {">=": 10}}}},
    },
]


def pytest_collection_modifyitems(items) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


class QuietHandler(WSGIRequestHandler):
    def log(self, *_args) -> None:
        """The tests look at the page, not at a log of requests."""


class PooledServer(BaseWSGIServer):
    """A few threads that live as long as the server, as the database connections are kept by thread."""

    multithread = True

    def __init__(self, app) -> None:
        super().__init__("127.0.0.1", 0, self._call, handler=QuietHandler)
        self._gateway = app
        self._pool = ThreadPoolExecutor(8)

    def _call(self, environ, start_response):
        """The gateway reads a body to its end, which granian marks and a bare socket does not."""
        return self._gateway({**environ, "wsgi.input": get_input_stream(environ)}, start_response)

    def process_request(self, request, client_address) -> None:
        self._pool.submit(self._work, request, client_address)

    def _work(self, request, client_address) -> None:
        try:
            self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        self._pool.shutdown()


@pytest.fixture
def live_server(database) -> Iterator[str]:
    """The address of the server."""
    server = PooledServer(build_gateway(ROOT / "template.yaml", BodyReader(slots=8)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium():
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        message = "no Chromium: apt-get install chromium fonts-dejavu-core"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


class Visit:
    """A browser window of a viewer. What the console complains of is an error, unless a test says it belongs."""

    def __init__(self, page: Page, address: str, errors: list[str]) -> None:
        self.page = page
        self.address = address
        self.errors = errors

    def go(self, path: str = "/") -> Page:
        self.page.goto(self.address + path)
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def axe(self) -> dict:
        """Return what axe finds, by rule."""
        self.page.evaluate(AXE)  # through the debugger: a strict policy does not forbid it
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", AXE_TAGS
        )
        return {each["id"]: [node["target"] for node in each["nodes"]] for each in found["violations"]}


@pytest.fixture
def visit(chromium, live_server):
    """Open windows: visit(signed_in=True, width=1366, **options of Playwright's context) -> Visit."""
    opened = []

    @contextmanager
    def context(*, signed_in: bool, width: int, options: dict):
        chosen = {"locale": "ru-RU", "timezone_id": "Asia/Yekaterinburg", "viewport": {"width": width, "height": 800}, **options}
        window = chromium.new_context(**chosen)
        if signed_in:
            token = sessions.sign_in("viewer", PASSWORD, address="127.0.0.1", user_agent="test").token
            window.add_cookies([{"name": "session", "value": token, "url": live_server, "httpOnly": True, "sameSite": "Lax"}])
        yield window

    def open_window(*, signed_in: bool = True, width: int = 1366, **options) -> Visit:
        if not any(user.username == "viewer" for user in users.list_users()):
            users.create_user("viewer", PASSWORD, "viewer")
        with context(signed_in=signed_in, width=width, options=options) as window:
            page, errors = window.new_page(), []
            page.set_default_timeout(PATIENCE_MS)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda message: message.type == "error" and errors.append(message.text))
            opened.append((window, errors))
            return Visit(page, live_server, errors)

    yield open_window
    for window, _errors in opened:
        window.close()
    assert [errors for _window, errors in opened if errors] == []


@pytest.fixture
def report(fleet):
    """Send a result as an agent does."""
    from functions.result_ingest.app import lambda_handler

    key = fleet.key("agent")

    def send(job: int, *, minutes_ago: float = 0.0, **fields) -> None:
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        body = {"assignment_id": job, "is_available": True, "check_success": True, "check_timestamp": at.isoformat(), **fields}
        answer = call(lambda_handler, "POST", "/api/v1/checks", body=body, key=key)
        assert answer.status == 201, answer.text

    return send


@pytest.fixture
def site(fleet, report):
    """Two subdivisions with a node of each status; ids by name."""
    north = fleet.subdivision(short_name="North")
    below = fleet.subdivision(short_name="North-1", parent=north)
    names = ("up-1", "up-2", "warn", "down", "none")
    nodes = {
        name: fleet.node(subdivision=north if name == "up-1" else below, name=f"N-{name}", ip_address="10.0.0.1")
        for name in names
    }
    jobs = {name: fleet.assignment(node=node, pipeline=PIPELINE, interval=120) for name, node in nodes.items()}
    ping = {"StepType": "PING", "IsAvailable": True, "CheckSuccess": True, "Details": {"packet_loss_percent": 0, "rtt_ms": 4}}
    lost = {
        **ping,
        "IsAvailable": False,
        "CheckSuccess": None,
        "ErrorMessage": "no reply",
        "Details": {"packet_loss_percent": 100},
    }
    for minute in (30, 20, 10):
        for name in ("up-1", "up-2", "down"):
            report(jobs[name], minutes_ago=minute, detail_data={"steps_results": [ping]}, duration_ms=12)
    for name in ("up-1", "up-2"):
        report(jobs[name], detail_data={"steps_results": [ping]}, duration_ms=12)
    report(jobs["warn"], check_success=None, detail_data={"steps_results": [{**ping, "CheckSuccess": None}]})
    report(
        jobs["down"],
        is_available=False,
        check_success=None,
        detail_data={"steps_results": [lost], "pipeline_error_message": "step 1 (PING): no reply"},
    )
    return {"nodes": nodes, "jobs": jobs, "north": north, "below": below}
