"""/api/v1/api_keys: who may call."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from functions.result_ingest import app as result_ingest
from tests.http_events import call

NEW = {"description": "agent, north", "role": "agent"}


def test_the_key_is_shown_once_and_stored_as_a_hash(manage, fleet, sql):
    fleet.subdivision(object_id=1060)

    made = manage("POST", "api_keys", {**NEW, "object_id": 1060})
    listed = manage("GET", "api_keys", role="agent").json

    key = made.json["api_key"]
    body = {name: value for name, value in made.json.items() if name != "api_key"}
    assert made.status == 201
    assert made.headers["cache-control"] == "no-store"
    assert (body["description"], body["role"], body["object_id"], body["is_active"]) == ("agent, north", "agent", 1060, True)
    assert listed == {"items": [body], "total_count": 1, "limit": None, "offset": 0}
    assert body["last_used_at"] is None
    assert datetime.fromisoformat(body["created_at"]) <= datetime.now(UTC)
    secret = key.split("_", 2)[2]
    stored = sql("SELECT * FROM api_keys WHERE id = %(id)s", id=body["id"])[0]
    assert bytes(stored["secret_hash"]) == hashlib.sha256(secret.encode()).digest()
    assert secret not in str(sql("SELECT * FROM audit_log"))
    assert key.startswith("agent_")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"role": "root"}, "role"),
        ({"role": None}, "role"),
        ({"description": ""}, "description"),
        ({"object_id": 999}, "object_id"),
        ({"object_id": 0}, "object_id"),
        ({"role": "admin", "object_id": 1060}, "object_id"),
        ({"role": "reader", "object_id": 1060}, "object_id"),
        ({"is_active": "yes"}, "is_active"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"expires_at": 12345}, "expires_at"),
    ],
)
def test_a_field_that_will_not_do_is_named(manage, fleet, fields, named):
    fleet.subdivision(object_id=1060)

    answer = manage("POST", "api_keys", {**NEW, **fields})

    assert (answer.status, list(answer.error["details"])) == (422, [named])


def test_what_is_missing_is_named(manage):
    assert sorted(manage("POST", "api_keys", {}).error["details"]) == ["description", "role"]


def test_the_list_is_filtered_and_cut(manage, fleet):
    fleet.subdivision(object_id=7)
    fleet.key("agent", object_id=7)
    fleet.key("loader", is_active=False)

    def roles(**query) -> list[str]:
        return [each["role"] for each in manage("GET", "api_keys", **query).json["items"]]

    assert roles() == ["admin", "agent", "loader"]
    assert roles(role="loader") == roles(is_active="false") == ["loader"]
    assert roles(object_id=7) == ["agent"]
    assert roles(limit=1, offset=1) == ["agent"]
    assert manage("GET", "api_keys", limit=5000).json["limit"] == 200


def key_id(sql, key) -> int:
    return sql("SELECT id FROM api_keys WHERE lookup = %(lookup)s", lookup=key.lookup)[0]["id"]


def post(fleet, job: int, key) -> int:
    return call(
        result_ingest.lambda_handler, "POST", "/api/v1/checks", key=key, body={"assignment_id": job, "is_available": True}
    ).status


def test_a_change_holds_from_the_next_request_on(manage, fleet, sql):
    fleet.subdivision(object_id=7)
    key, job = fleet.key("agent"), fleet.assignment()
    path = f"api_keys/{key_id(sql, key)}"
    assert post(fleet, job, key) == 201

    assert manage("PUT", path, {"object_id": 7}).json["object_id"] == 7
    assert post(fleet, job, key) == 404
    manage("PUT", path, {"object_id": None})
    assert post(fleet, job, key) == 201
    manage("PUT", path, {"role": "configurator"})
    assert post(fleet, job, key) == 403
    manage("PUT", path, {"role": "agent"})
    assert post(fleet, job, key) == 201
    manage("PUT", path, {"expires_at": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()})
    assert post(fleet, job, key) == 401
    manage("PUT", path, {"expires_at": None, "is_active": False})
    assert post(fleet, job, key) == 401
    manage("PUT", path, {"is_active": True})
    assert post(fleet, job, key) == 201
    assert manage("DELETE", path).status == 204
    assert post(fleet, job, key) == 401
    assert manage("DELETE", path).status == manage("PUT", path, {"is_active": True}).status == 404


def test_a_key_cannot_be_unbound_by_its_role(manage, fleet, sql):
    fleet.subdivision(object_id=7)
    bound = key_id(sql, fleet.key("agent", object_id=7))

    answer = manage("PUT", f"api_keys/{bound}", {"role": "admin"})

    assert (answer.status, list(answer.error["details"])) == (422, ["object_id"])


def test_every_change_makes_processes_look_keys_up_anew(manage, fleet, sql, revisions):
    made = manage("POST", "api_keys", NEW).json["id"]
    assert revisions() == {"keys"}
    manage("PUT", f"api_keys/{made}", {"description": "other"})
    assert revisions() == {"keys"}
    manage("PUT", f"api_keys/{made}", {"description": "other"})
    assert revisions() == set()
    manage("DELETE", f"api_keys/{made}")
    assert revisions() == {"keys"}


def test_there_is_no_single_read_and_no_secret_in_any_answer(manage, fleet):
    answer = manage("GET", "api_keys/1")

    assert (answer.status, answer.error["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert "hash" not in manage("GET", "api_keys").text
