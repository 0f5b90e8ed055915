"""/api/v1/node_types: the tree of types and the properties inherited along it."""

import pytest

from statusmonitor.services.facts import refresh_facts


@pytest.fixture
def property_ids(sql) -> dict[str, int]:
    return {row["name"]: row["id"] for row in sql("SELECT id, name FROM node_property_types")}


def stale_limit(sql, job: int) -> tuple[int, str]:
    row = sql("SELECT stale_limit_seconds, stale_limit_source FROM assignment_states WHERE assignment_id = %(id)s", id=job)[0]
    return row["stale_limit_seconds"], row["stale_limit_source"]


def test_a_type_is_made_read_changed_and_deleted(manage):
    made = manage("POST", "node_types", {"name": "Windows", "icon_filename": "server.svg"})
    path = f"node_types/{made.json['id']}"
    changed = manage("PUT", path, {"description": "of the kind"})

    assert made.status == 201
    assert made.json == {
        "id": made.json["id"],
        "name": "Windows",
        "description": None,
        "parent_type_id": None,
        "priority": 10,
        "icon_filename": "server.svg",
    }
    assert changed.json == {**made.json, "description": "of the kind"} == manage("GET", path).json
    assert manage("DELETE", path).status == 204
    assert manage("GET", path).status == 404


def test_the_top_level_holds_types_without_parent_and_those_of_the_base_type(manage, fleet):
    first = fleet.node_type(name="a")
    fleet.node_type(name="b", parent=0)
    fleet.node_type(name="c", parent=first)

    assert [each["name"] for each in manage("GET", "node_types", parent_type_id="root").json["items"]] == ["Node", "a", "b"]
    assert [each["name"] for each in manage("GET", "node_types", parent_type_id=first).json["items"]] == ["c"]
    assert [each["name"] for each in manage("GET", "node_types", search_text="C").json["items"]] == ["c"]


def test_the_base_type_may_be_edited_but_not_moved_or_deleted(manage, fleet):
    other = fleet.node_type()

    assert manage("PUT", "node_types/0", {"name": "Thing"}).json["name"] == "Thing"
    assert manage("PUT", "node_types/0", {"parent_type_id": other}).status == 422
    for query in ({}, {"cascade": "true"}):
        refused = manage("DELETE", "node_types/0", **query)
        assert (refused.status, refused.error["code"]) == (409, "CONFLICT")


def test_a_name_is_unique_below_its_parent(manage, fleet):
    parent = fleet.node_type(name="Server")
    manage("POST", "node_types", {"name": "Windows", "parent_type_id": parent})

    assert manage("POST", "node_types", {"name": "Windows", "parent_type_id": parent}).status == 409
    assert manage("POST", "node_types", {"name": "Server"}).status == 409
    assert manage("POST", "node_types", {"name": "Windows"}).status == 201


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": 7}, {"priority": True}, {"parent_type_id": 999}, {"parent_type_id": -1}]
)
def test_a_field_that_will_not_do_is_named(manage, fields):
    answer = manage("POST", "node_types", {"name": "x", **fields})

    assert (answer.status, list(answer.error["details"])) == (422, list(fields))


def test_the_tree_refuses_circles(manage, fleet):
    top = fleet.node_type()
    below = fleet.node_type(parent=fleet.node_type(parent=top))

    for parent in (top, below):
        assert manage("PUT", f"node_types/{top}", {"parent_type_id": parent}).status == 422


def test_a_deletion_says_first_what_would_go_and_nodes_lose_their_type(manage, fleet, sql, property_ids):
    top = fleet.node_type(properties={"timeout_minutes": "30"})
    below = fleet.node_type(parent=top)
    node = fleet.node(node_type_id=below)
    job = fleet.assignment(node=node)
    assert stale_limit(sql, job) == (1800, f"type:{top}")

    refused = manage("DELETE", f"node_types/{top}")
    deleted = manage("DELETE", f"node_types/{top}", cascade="true")

    assert (refused.status, refused.error["details"]) == (409, {"node_types": 1})
    assert deleted.status == 204
    assert sql("SELECT id FROM node_types") == [{"id": 0}]
    assert sql("SELECT node_type_id FROM nodes") == [{"node_type_id": None}]
    assert stale_limit(sql, job) == (300, "type:0")


def test_properties_are_set_deleted_and_answered(manage, fleet, property_ids):
    node_type = fleet.node_type()
    timeout, colour = property_ids["timeout_minutes"], property_ids["icon_color"]
    path = f"node_types/{node_type}/properties"

    first = manage("PUT", path, {str(timeout): "10", str(colour): "#3498db"})
    second = manage("PUT", path, {str(timeout): 12, str(colour): None})

    assert first.status == 200
    assert [(each["property_name"], each["property_value"]) for each in first.json] == [
        ("timeout_minutes", "10"),
        ("icon_color", "#3498db"),
    ]
    only = second.json[0]
    assert second.json == manage("GET", path).json == [only]
    assert sorted(only) == ["id", "node_type_id", "property_description", "property_name", "property_type_id", "property_value"]
    assert (only["node_type_id"], only["property_type_id"], only["property_value"]) == (node_type, timeout, "12")
    assert manage("DELETE", f"{path}/{timeout}").status == 204
    assert manage("DELETE", f"{path}/{timeout}").status == 404
    assert [each["name"] for each in manage("GET", "node_property_types").json] == sorted(property_ids, key=property_ids.get)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout_minutes", "soon"),
        ("timeout_minutes", "0"),
        ("timeout_minutes", "9" * 30),
        ("timeout_minutes", True),
        ("display_order", "1.5"),
        ("icon_color", "red; background: url(x)"),
        ("status_scope", "none"),
        ("icon_color", ["#3498db"]),
    ],
)
def test_a_value_the_property_cannot_have_is_refused(manage, fleet, sql, property_ids, name, value):
    key = str(property_ids[name])

    answer = manage("PUT", f"node_types/{fleet.node_type()}/properties", {key: value})

    assert (answer.status, list(answer.error["details"])) == (422, [key])


def test_a_bad_key_changes_nothing(manage, fleet, property_ids):
    path, timeout = f"node_types/{fleet.node_type()}/properties", str(property_ids["timeout_minutes"])

    assert manage("PUT", path, {timeout: "10", "timeout": "10"}).error["details"] == {
        "timeout": "a property type is named by its id"
    }
    assert manage("PUT", path, {timeout: "10", "999": "10"}).status == 400
    assert manage("PUT", path, {}).status == 400
    assert manage("GET", path).json == []
    assert manage("PUT", "node_types/999/properties", {timeout: "10"}).status == 404
    assert manage("GET", "node_types/999/properties").status == 404


def test_a_changed_property_reaches_the_jobs_of_nested_types_at_once(manage, fleet, sql, property_ids):
    top = fleet.node_type()
    job = fleet.assignment(node=fleet.node(node_type_id=fleet.node_type(parent=top)))
    elsewhere = fleet.assignment()
    timeout = str(property_ids["timeout_minutes"])

    manage("PUT", f"node_types/{top}/properties", {timeout: "30"})
    assert stale_limit(sql, job) == (1800, f"type:{top}")
    assert stale_limit(sql, elsewhere) == (300, "type:0")

    manage("PUT", "node_types/0/properties", {timeout: "60"})
    assert stale_limit(sql, elsewhere) == (3600, "type:0")

    manage("DELETE", f"node_types/{top}/properties/{timeout}")
    assert stale_limit(sql, job) == (3600, "type:0")


def test_a_moved_type_inherits_from_its_new_parent(manage, fleet, sql):
    slow = fleet.node_type(properties={"timeout_minutes": "30"})
    moved = fleet.node_type()
    job = fleet.assignment(node=fleet.node(node_type_id=moved))

    manage("PUT", f"node_types/{moved}", {"parent_type_id": slow})

    assert stale_limit(sql, job) == (1800, f"type:{slow}")


def test_the_facts_that_changes_leave_are_those_a_full_refresh_finds(manage, fleet, sql, property_ids):
    from statusmonitor.db.connection import transaction

    top = fleet.node_type()
    for node_type in (top, fleet.node_type(parent=top), None):
        fleet.assignment(node=fleet.node(node_type_id=node_type))
    manage("PUT", f"node_types/{top}/properties", {str(property_ids["status_scope"]): "primary"})
    manage("PUT", "node_types/0/properties", {str(property_ids["timeout_minutes"]): "7"})
    facts = "SELECT * FROM assignment_states a JOIN node_states n USING (node_id) ORDER BY assignment_id"
    kept = sql(facts)

    with transaction() as cur:
        refresh_facts(cur)

    assert sql(facts) == kept
    assert [row["is_primary_only"] for row in kept] == [True, True, False]
