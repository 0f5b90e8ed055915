"""/api/v1/subdivisions: the tree of sites."""

import pytest

SITE = {"object_id": 1060, "short_name": "North", "transport_system_code": "TS1060"}


def test_a_subdivision_is_made_read_changed_and_deleted(manage):
    made = manage("POST", "subdivisions", {**SITE, "full_name": "Северный филиал", "icon_filename": "branch.png"})
    path = f"subdivisions/{made.json['id']}"
    changed = manage("PUT", path, {"short_name": "Far north", "priority": 3})
    read = manage("GET", path)
    deleted = manage("DELETE", path)

    assert made.status == 201
    assert made.json == {
        "id": made.json["id"],
        "object_id": 1060,
        "short_name": "North",
        "full_name": "Северный филиал",
        "parent_id": None,
        "domain_name": None,
        "transport_system_code": "TS1060",
        "priority": 10,
        "comment": None,
        "icon_filename": "branch.png",
    }
    assert (changed.status, read.status) == (200, 200)
    assert read.json == {**made.json, "short_name": "Far north", "priority": 3} == changed.json
    assert (deleted.status, deleted.text) == (204, "")
    assert manage("GET", path).error["code"] == "NOT_FOUND"


def test_the_list_is_in_order_of_priority_and_name_and_is_cut(manage, fleet):
    for name, priority in (("b", 10), ("a", 10), ("z", 1)):
        fleet.subdivision(short_name=name, priority=priority)

    whole, part = manage("GET", "subdivisions"), manage("GET", "subdivisions", limit=1, offset=1)

    assert [each["short_name"] for each in whole.json["items"]] == ["z", "a", "b"]
    assert (whole.json["total_count"], whole.json["limit"], whole.json["offset"]) == (3, None, 0)
    assert [each["short_name"] for each in part.json["items"]] == ["a"]
    assert (part.json["total_count"], part.json["limit"], part.json["offset"]) == (3, 1, 1)
    assert manage("GET", "subdivisions", limit=100000).json["limit"] == 200
    assert manage("GET", "subdivisions", limit=1, offset=9).json == {"items": [], "total_count": 3, "limit": 1, "offset": 9}


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": "x"}, {"offset": -1}, {"has_transport_code": "maybe"}, {"search_text": "a\0b"}]
)
def test_a_query_that_makes_no_sense_is_refused(manage, query):
    answer = manage("GET", "subdivisions", **query)

    assert (answer.status, answer.error["code"]) == (400, "BAD_REQUEST")
    assert list(answer.error["details"]) == list(query)


def test_the_list_is_filtered(manage, fleet):
    top = fleet.subdivision(short_name="North 100%", transport_system_code="TS1")
    fleet.subdivision(short_name="Lake", full_name="The NORTH lake", parent=top)
    fleet.subdivision(short_name="South")

    def names(**query) -> list[str]:
        return [each["short_name"] for each in manage("GET", "subdivisions", **query).json["items"]]

    assert names(search_text="north") == ["Lake", "North 100%"]
    assert names(search_text="0%") == ["North 100%"]
    assert names(parent_id="root") == names(parent_id=0) == ["North 100%", "South"]
    assert names(parent_id=top) == ["Lake"]
    assert names(has_transport_code="true") == ["North 100%"]


def test_a_configurator_lists_the_objects_it_exports(manage, fleet):
    top = fleet.subdivision(object_id=1060, transport_system_code="TS1060")
    fleet.subdivision(object_id=1061, transport_system_code="TS1061", parent=top)
    fleet.subdivision(object_id=1070, transport_system_code="TS1070")

    every = manage("GET", "subdivisions", key=fleet.key("configurator"), limit=1000, has_transport_code="true")
    bound = manage("GET", "subdivisions", key=fleet.key("configurator", object_id=1060), limit=1000, has_transport_code="true")

    assert every.json["limit"] == 1000
    assert {each["object_id"]: each["transport_system_code"] for each in every.json["items"]} == {
        1060: "TS1060",
        1061: "TS1061",
        1070: "TS1070",
    }
    assert sorted(each["object_id"] for each in bound.json["items"]) == [1060, 1061]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        pytest.param({"object_id": None}, "object_id", id="no number"),
        pytest.param({"object_id": True}, "object_id", id="a boolean is no number"),
        pytest.param({"object_id": 2**31}, "object_id", id="too large a number"),
        pytest.param({"object_id": "1060"}, "object_id", id="text is no number"),
        pytest.param({"short_name": " "}, "short_name", id="blank name"),
        pytest.param({"short_name": "x" * 101}, "short_name", id="long name"),
        pytest.param({"short_name": "a\nb"}, "short_name", id="two lines"),
        pytest.param({"short_name": "a\u202eb"}, "short_name", id="turned writing"),
        pytest.param({"short_name": "a\0b"}, "short_name", id="NUL"),
        pytest.param({"priority": -1}, "priority", id="negative priority"),
        pytest.param({"transport_system_code": "TS 1"}, "transport_system_code", id="blank in the code"),
        pytest.param({"transport_system_code": "TS1\n"}, "transport_system_code", id="line break after the code"),
        pytest.param({"transport_system_code": "ТС1060"}, "transport_system_code", id="Cyrillic code"),
        pytest.param({"icon_filename": "../x.svg"}, "icon_filename", id="icon outside its folder"),
        pytest.param({"parent_id": 999}, "parent_id", id="no such parent"),
    ],
)
def test_a_field_that_will_not_do_is_named(manage, sql, fields, named):
    answer = manage("POST", "subdivisions", {**SITE, **fields})

    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_FAILURE")
    assert list(answer.error["details"]) == [named]
    assert named in answer.error["message"]
    assert sql("SELECT id FROM subdivisions") == []


def test_what_is_missing_is_named(manage):
    assert manage("POST", "subdivisions", {}).error["details"] == {"object_id": "is required", "short_name": "is required"}


def test_object_id_and_transport_code_are_unique(manage):
    manage("POST", "subdivisions", SITE)
    same_object = manage("POST", "subdivisions", {**SITE, "transport_system_code": "OTHER"})
    same_code = manage("POST", "subdivisions", {**SITE, "object_id": 1061})

    assert (same_object.status, list(same_object.error["details"])) == (409, ["object_id"])
    assert (same_code.status, list(same_code.error["details"])) == (409, ["transport_system_code"])


def test_the_object_id_never_changes(manage, fleet):
    site = fleet.subdivision(object_id=1060)

    assert manage("PUT", f"subdivisions/{site}", {"object_id": 7}).status == 400
    assert manage("PUT", f"subdivisions/{site}", {"object_id": 7, "short_name": "x"}).json["object_id"] == 1060
    assert manage("PUT", f"subdivisions/{site}", {"short_name": None}).status == 422


def test_a_move_changes_what_bound_keys_reach(manage, fleet, sql, revisions):
    old, new = fleet.subdivision(object_id=1), fleet.subdivision(object_id=2)
    site = fleet.subdivision(object_id=10, parent=old)
    below = fleet.subdivision(object_id=100, parent=site)
    job = fleet.assignment(node=fleet.node(subdivision=below))
    revisions()

    manage("PUT", f"subdivisions/{site}", {"parent_id": new})

    paths = {row["object_id"]: row["object_path"] for row in sql("SELECT object_id, object_path FROM subdivisions")}
    assert paths == {1: [1], 2: [2], 10: [2, 10], 100: [2, 10, 100]}
    assert sql("SELECT assignment_id, object_path FROM assignment_states") == [
        {"assignment_id": job, "object_path": [2, 10, 100]}
    ]
    assert revisions() == {"struct", "keys"}


def test_a_move_to_the_top_level(manage, fleet, sql):
    site = fleet.subdivision(object_id=10, parent=fleet.subdivision(object_id=1))

    assert manage("PUT", f"subdivisions/{site}", {"parent_id": None}).json["parent_id"] is None
    assert sql("SELECT object_path FROM subdivisions WHERE object_id = 10") == [{"object_path": [10]}]


def test_the_tree_refuses_circles(manage, fleet, sql):
    top = fleet.subdivision()
    below = fleet.subdivision(parent=fleet.subdivision(parent=top))

    for parent in (top, below):
        answer = manage("PUT", f"subdivisions/{top}", {"parent_id": parent})
        assert (answer.status, list(answer.error["details"])) == (422, ["parent_id"])
    assert sql("SELECT parent_id FROM subdivisions WHERE id = %(id)s", id=top) == [{"parent_id": None}]


def test_a_deletion_says_first_what_would_go_with_it(manage, fleet, sql, revisions):
    site = fleet.subdivision(object_id=10)
    fleet.assignment(node=fleet.node(subdivision=fleet.subdivision(parent=site)))
    fleet.node(subdivision=site)
    key = fleet.key("agent", object_id=10)
    revisions()

    refused = manage("DELETE", f"subdivisions/{site}")

    assert (refused.status, refused.error["code"]) == (409, "CONFLICT")
    assert refused.error["details"] == {"subdivisions": 1, "nodes": 2, "assignments": 1, "api_keys": 1}
    assert revisions() == set()

    assert manage("DELETE", f"subdivisions/{site}", cascade="true").status == 204
    assert sql("SELECT id FROM subdivisions UNION ALL SELECT id FROM nodes UNION ALL SELECT id FROM assignments") == []
    assert sql("SELECT id FROM api_keys WHERE lookup = %(lookup)s", lookup=key.lookup) == []
    assert revisions() == {"struct", "keys"}


def test_pages_are_told_of_what_they_show_and_of_nothing_else(manage, fleet, revisions):
    site = fleet.subdivision()
    revisions()

    manage("PUT", f"subdivisions/{site}", {"comment": "ring twice"})
    assert revisions() == set()
    manage("PUT", f"subdivisions/{site}", {"short_name": "Other"})
    assert revisions() == {"struct"}
    manage("PUT", f"subdivisions/{site}", {"short_name": "Other"})
    assert revisions() == set()
