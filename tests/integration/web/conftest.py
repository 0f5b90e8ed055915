"""The pages under Flask's test client: a fleet, users, and signing in through the form as a browser does."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from functions.result_ingest import app as ingest_function
from statusmonitor.services import users
from tests.http_events import call
from web import create_app
from web.views import auth  # noqa: F401 - its module must import on its own

PASSWORD = "a good password"
PIPELINE = [
    {"type": "PING", "parameters": {"count": 3}, "success_criteria": {"packet_loss_percent": {"<": 50}}},
    {"type": "DISK_USAGE", "parameters": {"drives": ["C"]}},
]


class Browser:
    """A test client that keeps cookies and finds the tokens of forms."""

    def __init__(self, client) -> None:
        self.client = client

    def get(self, path: str, **options):
        return self.client.get(path, **options)

    def token(self, path: str) -> str:
        """Return the CSRF token of the first form on a page."""
        page = self.get(path).get_data(as_text=True)
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]

    def post(self, path: str, form: dict | None = None, *, page: str | None = None, **options):
        """Send a form as the page at `page` (its own address by default) would."""
        return self.client.post(path, data={"csrf_token": self.token(page or path), **(form or {})}, **options)

    def sign_in(self, username: str, password: str = PASSWORD, path: str = "/login"):
        return self.post(path, {"username": username, "password": password})


@pytest.fixture
def pages(database):
    app = create_app()
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def stranger(pages) -> Browser:
    return Browser(pages.test_client())


@pytest.fixture
def make_user():
    def make(name: str = "viewer", role: str = "viewer", **fields) -> int:
        return users.create_user(name, PASSWORD, role, **fields)

    return make


@pytest.fixture
def browser(stranger, make_user) -> Browser:
    """A browser in which a viewer has signed in."""
    make_user()
    assert stranger.sign_in("viewer").status_code == 302
    return stranger


@pytest.fixture
def report(fleet, sql):
    """Send a result through the agents' function, as an agent does, and return its id."""
    keys = []

    def send(assignment: int, *, minutes_ago: float = 0.0, **fields) -> int:
        keys or keys.append(fleet.key("agent"))
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        body = {"assignment_id": assignment, "is_available": True, "check_success": True, "check_timestamp": at.isoformat()}
        answer = call(ingest_function.lambda_handler, "POST", "/api/v1/checks", body={**body, **fields}, key=keys[0])
        assert answer.status == 201, answer.text
        return sql("SELECT id FROM check_results WHERE assignment_id = %(job)s ORDER BY id DESC LIMIT 1", job=assignment)[0]["id"]

    return send


def step(step_type: str = "PING", *, available: bool = True, success: bool | None = True, **fields) -> dict:
    return {
        "StepType": step_type,
        "IsAvailable": available,
        "CheckSuccess": success,
        "Details": {},
        "ErrorMessage": None,
        **fields,
    }
