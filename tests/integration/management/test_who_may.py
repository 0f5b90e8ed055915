"""Every route of the management side × every kind of caller."""

import itertools

import pytest

from functions.management.app import api, lambda_handler
from tests.http_events import call

OPEN, READ, OPERATE, ADMINISTER = "open", "read", "operate", "administer"
ROUTES = {
    ("GET", "/health"): OPEN,
    ("GET", "/api/v1/dashboard"): READ,
    ("GET", "/api/v1/status_detailed"): READ,
    ("GET", "/api/v1/check_methods"): READ,
    ("GET", "/api/v1/nodes/<node_id>/checks_history"): READ,
    ("GET", "/api/v1/nodes/<node_id>/assignments_status"): READ,
    ("GET", "/api/v1/assignments/<assignment_id>/checks_history"): READ,
    ("GET", "/api/v1/node_checks/<check_id>/details"): READ,
    ("GET", "/api/v1/node_property_types"): READ,
    ("GET", "/api/v1/node_types/<type_id>/properties"): READ,
    ("PUT", "/api/v1/node_types/<type_id>/properties"): OPERATE,
    ("DELETE", "/api/v1/node_types/<type_id>/properties/<property_type_id>"): OPERATE,
    ("GET", "/api/v1/assignments/all"): READ,
    ("POST", "/api/v1/assignments/bulk_create"): OPERATE,
    ("GET", "/api/v1/assignments/<assignment_id>"): READ,
    ("PUT", "/api/v1/assignments/<assignment_id>"): OPERATE,
    ("DELETE", "/api/v1/assignments/<assignment_id>"): OPERATE,
    ("GET", "/api/v1/api_keys"): ADMINISTER,
    ("POST", "/api/v1/api_keys"): ADMINISTER,
    ("PUT", "/api/v1/api_keys/<key_id>"): ADMINISTER,
    ("DELETE", "/api/v1/api_keys/<key_id>"): ADMINISTER,
    **{
        (method, f"/api/v1/{entity}{path}"): READ if method == "GET" else OPERATE
        for entity, name in (("subdivisions", "subdivision_id"), ("node_types", "type_id"), ("nodes", "node_id"))
        for method, path in (("GET", ""), ("POST", ""), ("GET", f"/<{name}>"), ("PUT", f"/<{name}>"), ("DELETE", f"/<{name}>"))
    },
}
ALLOWED = {
    "no key": {OPEN},
    "wrong key": {OPEN},
    "agent key": {OPEN},
    "loader key": {OPEN},
    "configurator key": {OPEN},
    "reader key": {OPEN, READ},
    "reader key of one object": {OPEN},
    "admin key": {OPEN, READ, OPERATE, ADMINISTER},
    "admin key of one object": {OPEN},
    "inactive admin key": {OPEN},
    "viewer": {OPEN, READ},
    "operator": {OPEN, READ, OPERATE},
    "admin": {OPEN, READ, OPERATE, ADMINISTER},
}
UNKNOWN = ("no key", "wrong key", "inactive admin key")
CONFIGURATORS_OWN = ("GET", "/api/v1/subdivisions")


@pytest.fixture
def callers(fleet, signed_in) -> dict[str, dict]:
    fleet.subdivision(object_id=7)
    return {
        "no key": {},
        "wrong key": {"key": "admin_0123456789abcdef_" + "A" * 43},
        **{f"{role} key": {"key": fleet.key(role)} for role in ("agent", "loader", "configurator", "reader", "admin")},
        **{f"{role} key of one object": {"key": fleet.key(role, object_id=7)} for role in ("reader", "admin")},
        "inactive admin key": {"key": fleet.key("admin", is_active=False)},
        **{role: {"headers": signed_in(role)} for role in ("viewer", "operator", "admin")},
    }


def test_the_table_names_every_route():
    routes = [*api._static_routes, *api._dynamic_routes]

    assert {(route.method, route.path) for route in routes} == set(ROUTES)


def test_only_those_may_who_should(callers):
    """An id that is none and a body that is none answer 400 or 422, once the caller was let in: nothing is changed."""
    wrong = {}
    for ((method, path), kind), (name, options) in itertools.product(ROUTES.items(), callers.items()):
        is_let_in = kind in ALLOWED[name] or (name == "configurator key" and (method, path) == CONFIGURATORS_OWN)
        concrete = path.replace("<", "0").replace(">", "") if "<" in path else path
        answer = call(lambda_handler, method, concrete, body=None if method in ("GET", "DELETE") else "{}", **options)
        expected = {200, 400, 404, 422} if is_let_in else {401} if name in UNKNOWN else {403}
        if answer.status not in expected:
            wrong[name, method, path] = answer.status
    assert wrong == {}


def test_a_refusal_is_json_and_never_a_redirect(database):
    answer = call(lambda_handler, "GET", "/api/v1/nodes")

    assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED")
    assert "location" not in answer.headers
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_a_key_in_the_address_is_refused_and_not_echoed(fleet):
    key = fleet.key("admin")

    for options in ({}, {"key": key}):
        answer = call(lambda_handler, "GET", "/api/v1/nodes", query={"api_key": str(key)}, **options)
        assert answer.status == 401
        assert key.secret not in answer.text


@pytest.mark.parametrize(("method", "path"), [route for route, kind in ROUTES.items() if route[0] != "GET"])
def test_a_change_by_cookie_needs_the_sessions_csrf_token(signed_in, method, path):
    headers = signed_in("admin", is_csrf_sent=False)
    other = signed_in("operator")["x-csrf-token"]

    for token in ({}, {"x-csrf-token": ""}, {"x-csrf-token": "wrong"}, {"x-csrf-token": other}, {"x-csrf-token": "ключ"}):
        answer = call(lambda_handler, method, path.replace("<", "1").replace(">", ""), body="{}", headers=headers | token)
        assert (answer.status, answer.error["code"]) == (403, "FORBIDDEN")


def test_reading_by_cookie_needs_no_csrf_token(signed_in):
    assert call(lambda_handler, "GET", "/api/v1/nodes", headers=signed_in("viewer", is_csrf_sent=False)).status == 200


def test_the_cookie_is_found_where_api_gateway_puts_it(signed_in):
    from tests.http_events import Answer, http_event

    headers = signed_in("viewer")
    event = http_event("GET", "/api/v1/nodes")
    event["cookies"] = headers["cookie"].split("; ")

    assert Answer(lambda_handler(event, None)).status == 200


def test_a_password_that_must_be_changed_comes_first(database, monkeypatch):
    from statusmonitor.services import sessions, users

    assert users.ensure_first_user()
    session = sessions.sign_in("adm", "123", address="192.0.2.1", user_agent="test")

    answer = call(lambda_handler, "GET", "/api/v1/nodes", headers={"cookie": f"session={session.token}"})

    assert (answer.status, answer.error["message"]) == (403, "the password must be changed first")


def test_the_cookie_belongs_to_this_host_wherever_the_address_is_https(monkeypatch):
    from statusmonitor import config
    from statusmonitor.http.auth import session_cookie_name

    assert session_cookie_name() == "session"
    monkeypatch.setenv("PUBLIC_URL", "https://monitor.example")
    config.settings.cache_clear()
    assert session_cookie_name() == "__Host-session"
    config.settings.cache_clear()


def test_an_unknown_address_and_method_answer_as_everything_else(manage):
    assert (manage("GET", "nothing").status, manage("GET", "nothing").error["code"]) == (404, "NOT_FOUND")
    assert (manage("PATCH", "nodes").status, manage("PATCH", "nodes").error["code"]) == (405, "METHOD_NOT_ALLOWED")
