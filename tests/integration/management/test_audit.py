"""Every change leaves an entry: who, what, before, after; and never a secret."""

from functions.management.app import lambda_handler
from tests.http_events import call


def entry(log: list[dict]) -> tuple:
    last = log[-1]
    return last["action"], last["entity"], last["before"], last["after"]


def test_an_entry_names_the_user_or_the_key(manage, signed_in, audit):
    site = {"object_id": 1, "short_name": "a"}
    call(lambda_handler, "POST", "/api/v1/subdivisions", body=site, headers=signed_in("operator", name="Ivanov"))
    manage("POST", "subdivisions", {"object_id": 2, "short_name": "b"})

    actors = [each["actor"] for each in audit() if each["entity"] == "subdivision"]
    assert actors[0] == "user:Ivanov"
    assert actors[1].startswith("key:")


def test_an_update_tells_what_differs(manage, fleet, audit):
    site, node_type, node = fleet.subdivision(short_name="a"), fleet.node_type(name="t"), fleet.node(name="n")
    job = fleet.assignment()
    fleet.key("agent")

    manage("PUT", f"subdivisions/{site}", {"short_name": "b", "priority": 10})
    assert entry(audit()) == ("update", "subdivision", {"short_name": "a"}, {"short_name": "b"})
    manage("PUT", f"node_types/{node_type}", {"name": "u"})
    assert entry(audit()) == ("update", "node_type", {"name": "t"}, {"name": "u"})
    manage("PUT", f"node_types/{node_type}/properties", {"1": "9"})
    assert entry(audit()) == ("update", "node_properties", {"timeout_minutes": None}, {"timeout_minutes": "9"})
    manage("DELETE", f"node_types/{node_type}/properties/1")
    assert entry(audit()) == ("update", "node_properties", {"timeout_minutes": "9"}, {"timeout_minutes": None})
    manage("PUT", f"nodes/{node}", {"ip_address": "10.0.0.1"})
    assert entry(audit()) == ("update", "node", {"ip_address": None}, {"ip_address": "10.0.0.1"})
    manage("PUT", f"assignments/{job}", {"is_enabled": False})
    assert entry(audit()) == ("update", "assignment", {"is_enabled": True}, {"is_enabled": False})
    manage("PUT", "api_keys/2", {"is_active": False})
    assert entry(audit()) == ("update", "api_key", {"is_active": True}, {"is_active": False})

    count = len(audit())
    manage("PUT", f"nodes/{node}", {"ip_address": "10.0.0.1"})
    assert len(audit()) == count


def test_deletions_keep_what_is_gone(manage, fleet, audit):
    node = fleet.node(name="n", subdivision=fleet.subdivision())
    job = fleet.assignment(node=node, pipeline=[{"type": "PING"}])
    site = manage("GET", f"nodes/{node}").json["parent_subdivision_id"]

    manage("DELETE", f"assignments/{job}")
    manage("DELETE", f"nodes/{node}")
    manage("DELETE", f"subdivisions/{site}")
    manage("DELETE", f"node_types/{fleet.node_type(name='t')}")

    log = audit()
    assert [(each["action"], each["entity"]) for each in log] == [
        ("delete", "assignment"),
        ("delete", "node"),
        ("delete", "subdivision"),
        ("delete", "node_type"),
    ]
    assert log[0]["before"]["pipeline"] == '[{"type":"PING"}]'
    assert [log[1]["before"]["name"], log[3]["before"]["name"]] == ["n", "t"]
    assert all(each["after"] is None for each in log)


def test_a_bulk_creation_is_one_entry_with_all_ids(manage, fleet, audit, sql):
    nodes = [fleet.node(), fleet.node()]
    data = {"method_id": 1, "check_interval_seconds": 60, "pipeline": [{"type": "PING"}]}

    created = manage("POST", "assignments/bulk_create", {"assignment_data": data, "node_ids": nodes}).json["created_ids"]

    action, entity, before, after = entry(audit())
    assert (action, entity, before) == ("create", "assignment", None)
    assert after["assignments"] == [{"id": job, "node_id": node} for job, node in zip(created, nodes, strict=True)]


def test_a_refused_change_leaves_none(manage, fleet, audit):
    node = fleet.node(name="a")
    site = manage("GET", f"nodes/{node}").json["parent_subdivision_id"]

    manage("POST", "nodes", {"name": "a", "parent_subdivision_id": site})
    manage("DELETE", f"subdivisions/{site}")
    manage("PUT", f"nodes/{node}", {"node_type_id": 999})

    assert audit() == []


def test_no_secret_is_in_the_log(manage, signed_in, sql):
    from tests.integration.management.conftest import PASSWORD

    made = manage("POST", "api_keys", {"description": "d", "role": "agent"}).json
    token = signed_in("admin")["cookie"].split("session=")[1]

    text = str(sql("SELECT * FROM audit_log"))
    assert "api_key" in text
    for secret in (made["api_key"].split("_", 2)[2], PASSWORD, token, "argon2"):
        assert secret not in text
