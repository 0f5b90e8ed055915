"""/api/v1/nodes: what is watched."""

import json

import pytest


def test_a_node_is_made_read_changed_and_deleted(manage, fleet):
    site = fleet.subdivision(object_id=1060, short_name="North")
    windows = fleet.node_type(name="Windows", icon_filename="server.svg")

    made = manage(
        "POST", "nodes", {"name": "SRV-APP-01", "parent_subdivision_id": site, "ip_address": "10.20.0.5", "node_type_id": windows}
    )
    path = f"nodes/{made.json['id']}"
    changed = manage("PUT", path, {"name": "SRV-APP-02", "node_type_id": None})

    assert made.status == 201
    assert made.json == {
        "id": made.json["id"],
        "name": "SRV-APP-01",
        "parent_subdivision_id": site,
        "ip_address": "10.20.0.5",
        "node_type_id": windows,
        "description": None,
        "subdivision_short_name": "North",
        "subdivision_object_id": 1060,
        "node_type_name": "Windows",
        "node_type_icon": "server.svg",
    }
    expected = {**made.json, "name": "SRV-APP-02", "node_type_id": None, "node_type_name": None, "node_type_icon": None}
    assert changed.json == expected == manage("GET", path).json
    assert manage("DELETE", path).status == 204
    assert manage("GET", path).status == manage("DELETE", path).status == 404


def test_a_new_node_has_a_state_at_once(manage, fleet, sql):
    made = manage("POST", "nodes", {"name": "a", "parent_subdivision_id": fleet.subdivision()})

    assert sql("SELECT node_id, status FROM node_states") == [{"node_id": made.json["id"], "status": "unknown"}]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"name": ""}, 422, id="empty name"),
        pytest.param({"name": "x" * 256}, 422, id="long name"),
        pytest.param({"name": "a\x1b[31m"}, 422, id="control text"),
        pytest.param({"name": "a\ud800"}, 422, id="lone surrogate"),
        pytest.param({"parent_subdivision_id": 0}, 422, id="no id"),
        pytest.param({"parent_subdivision_id": 999}, 400, id="no such subdivision"),
        pytest.param({"node_type_id": 999}, 400, id="no such type"),
        pytest.param({"node_type_id": -1}, 422, id="negative type"),
        pytest.param({"ip_address": "x" * 46}, 422, id="long address"),
        pytest.param({"ip_address": "-oProxyCommand"}, 422, id="address like an option"),
        pytest.param({"ip_address": "10.0.0.1; reboot"}, 422, id="address with a command"),
        pytest.param({"description": {"a": 1}}, 422, id="description is no text"),
    ],
)
def test_a_field_that_will_not_do_is_named(manage, fleet, sql, fields, status):
    site = fleet.subdivision()
    body = {"name": "a", "parent_subdivision_id": site, **fields}

    answer = manage("POST", "nodes", json.dumps(body))  # a lone surrogate stays an escape, as a client would send it

    assert (answer.status, list(answer.error["details"])) == (status, list(fields))
    assert sql("SELECT id FROM nodes") == []


def test_a_name_is_unique_in_its_subdivision(manage, fleet):
    node = fleet.node(name="a")
    site = manage("GET", f"nodes/{node}").json["parent_subdivision_id"]
    other = fleet.node(name="b", subdivision=site)

    answers = [
        manage("POST", "nodes", {"name": "a", "parent_subdivision_id": site}),
        manage("PUT", f"nodes/{other}", {"name": "a"}),
    ]

    assert [(each.status, each.error["code"], list(each.error["details"])) for each in answers] == [
        (409, "CONFLICT", ["name"])
    ] * 2
    assert manage("POST", "nodes", {"name": "a", "parent_subdivision_id": fleet.subdivision()}).status == 201


@pytest.mark.parametrize("path", ["nodes/0", "nodes/-1", "nodes/abc", "nodes/9999999999999999999999", "nodes/1%27"])
def test_an_id_that_is_none_is_refused(manage, path):
    assert {method: manage(method, path).status for method in ("GET", "DELETE")} == {"GET": 400, "DELETE": 400}


def test_a_body_without_use_is_refused(manage, fleet):
    path = f"nodes/{fleet.node()}"

    for body in (None, "", "{", "[1]", '"a"', "{}", {"nmae": "b"}, '{"name": NaN}', '{"a":' * 50 + "1" + "}" * 50, "9" * 5000):
        answer = manage("PUT", path, body)
        assert (answer.status, answer.error["code"]) == (400, "BAD_REQUEST"), body
    assert manage("PUT", path, '{"description": "' + "x" * 1_000_000 + '"}').status == 413


def test_nodes_are_listed_by_subdivision_then_type_then_name(manage, fleet):
    first, last = fleet.subdivision(priority=1), fleet.subdivision(priority=2)
    server, printer = fleet.node_type(priority=1), fleet.node_type(priority=2)
    for name, site, node_type in (("d", last, server), ("c", first, printer), ("b", first, server), ("a", first, printer)):
        fleet.node(name=name, subdivision=site, node_type_id=node_type)

    listed = manage("GET", "nodes", limit=3)

    assert [each["name"] for each in listed.json["items"]] == ["b", "a", "c"]
    assert (listed.json["total_count"], listed.json["limit"], listed.json["offset"]) == (4, 3, 0)
    assert manage("GET", "nodes", limit=100000).json["limit"] == 200
    assert len(manage("GET", "nodes").json["items"]) == 4


def test_filters_reach_descendants_only_when_asked(manage, fleet):
    top = fleet.subdivision()
    below = fleet.subdivision(parent=fleet.subdivision(parent=top))
    server = fleet.node_type()
    windows = fleet.node_type(parent=server)
    fleet.node(name="a", subdivision=top, node_type_id=server)
    fleet.node(name="b", subdivision=below, node_type_id=windows)
    fleet.node(name="c", node_type_id=windows, description="the PRINT server", ip_address="10.1.2.3")
    fleet.node(name="d")

    def names(**query) -> str:
        return "".join(sorted(each["name"] for each in manage("GET", "nodes", **query).json["items"]))

    assert names(subdivision_id=top) == "a"
    assert names(subdivision_id=top, include_child_subdivisions="true") == "ab"
    assert names(node_type_id=server) == "a"
    assert names(node_type_id=server, include_nested_types=1) == "abc"
    assert names(node_type_id=0) == "d"
    assert names(node_type_id=0, include_nested_types="true") == "abcd"
    assert names(subdivision_id=top, node_type_id=server, include_child_subdivisions="true", include_nested_types="true") == "ab"
    assert names(search_text="print") == names(search_text="1.2.3") == "c"
    assert names(search_text="%") == names(subdivision_id=999) == ""


def test_agents_are_told_of_what_they_would_fetch_and_of_nothing_else(manage, fleet, revisions):
    old, new = fleet.subdivision(), fleet.subdivision()
    watched, idle = fleet.node(subdivision=old), fleet.node(subdivision=old)
    fleet.assignment(node=watched)
    fleet.assignment(node=idle, is_enabled=False)
    revisions()

    def raised_by(node: int, **changes) -> set[str]:
        assert manage("PUT", f"nodes/{node}", changes).status == 200
        return revisions()

    assert raised_by(watched, name="other") == {f"jobs {old}", "struct"}
    assert raised_by(watched, ip_address="10.0.0.9") == {f"jobs {old}", "struct"}
    assert raised_by(watched, description="by the window") == set()
    assert raised_by(watched, ip_address="10.0.0.9") == set()
    assert raised_by(watched, node_type_id=0) == {"struct"}
    assert raised_by(idle, name="idle") == {"struct"}
    assert raised_by(watched, parent_subdivision_id=new) == {f"jobs {old}", f"jobs {new}", "struct"}
    assert manage("DELETE", f"nodes/{watched}").status == 204
    assert revisions() == {f"jobs {new}", "struct"}
    assert manage("DELETE", f"nodes/{idle}").status == 204
    assert revisions() == {"struct"}


def test_a_moved_node_takes_its_jobs_to_the_other_object(manage, fleet, sql):
    old, new = fleet.subdivision(object_id=1), fleet.subdivision(object_id=2)
    node = fleet.node(subdivision=old)
    fleet.assignment(node=node)

    manage("PUT", f"nodes/{node}", {"parent_subdivision_id": new})

    assert sql("SELECT object_path FROM assignment_states") == [{"object_path": [2]}]
