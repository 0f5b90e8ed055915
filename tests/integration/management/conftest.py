"""What the tests of the management side share: calls with an admin's key, and signed-in users."""

from collections.abc import Callable

import pytest

from functions.management.app import lambda_handler
from statusmonitor.services import sessions, users
from tests.http_events import Answer, call

PASSWORD = "correct horse"


@pytest.fixture
def manage(fleet) -> Callable[..., Answer]:
    """Call a management route with a key of role admin, or with `key`."""
    admin = fleet.key("admin")

    def run(method: str, path: str, body=None, *, key=admin, **query) -> Answer:
        return call(lambda_handler, method, f"/api/v1/{path}", body=body, key=key, query=query)

    return run


@pytest.fixture
def signed_in(database) -> Callable[..., dict[str, str]]:
    """Make a user of a role, sign in, and return the headers of a page of theirs."""

    def run(role: str = "operator", *, name: str | None = None, is_csrf_sent: bool = True) -> dict[str, str]:
        name = name or f"{role} user"
        users.create_user(name, PASSWORD, role)
        session = sessions.sign_in(name, PASSWORD, address="192.0.2.1", user_agent="test")
        headers = {"cookie": f"theme=dark; session={session.token}"}
        return headers | {"x-csrf-token": session.user.csrf_token} if is_csrf_sent else headers

    return run


@pytest.fixture
def revisions(sql) -> Callable[[], dict[str, int]]:
    """Return a function that says what was raised since it was asked last: keys, struct, and jobs by subdivision id."""
    last: dict[str, int] = {}

    def read() -> dict:
        found = {f"jobs {row['id']}": row["jobs_revision"] for row in sql("SELECT id, jobs_revision FROM subdivisions")}
        found["struct"] = sql("SELECT struct FROM live_revision")[0]["struct"]
        found["keys"] = sql("SELECT revision FROM keys_revision")[0]["revision"]
        return found

    def raised() -> set[str]:
        now = read()
        changed = {name for name, value in now.items() if name in last and last[name] != value}
        last.clear()
        last.update(now)
        return changed

    raised()
    return raised


@pytest.fixture
def audit(sql) -> Callable[[], list[dict]]:
    """Return a function that gives the audit log, oldest first, without times."""

    def read() -> list[dict]:
        return sql("SELECT actor, action, entity, entity_id, before, after, address FROM audit_log ORDER BY id")

    return read
