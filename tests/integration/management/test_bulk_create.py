"""POST /api/v1/assignments/bulk_create: one job for many nodes."""

import pytest

PIPELINE = [{"type": "PING", "parameters": {"count": 2}, "success_criteria": {"rtt_ms": {"<=": 100}}}]


@pytest.fixture
def job(sql) -> dict:
    ping = sql("SELECT id FROM check_methods WHERE method_name = 'PING'")[0]["id"]
    return {"method_id": ping, "check_interval_seconds": 120, "pipeline": PIPELINE}


def create(manage, job: dict, **chosen):
    return manage("POST", "assignments/bulk_create", {"assignment_data": job, **chosen})


def test_the_answer_has_the_contracts_form(manage, fleet, sql, job):
    nodes = [fleet.node(), fleet.node()]

    answer = create(manage, job | {"description": "ping all"}, node_ids=nodes)

    made = sql("SELECT id, node_id, is_enabled, description, check_interval_seconds FROM assignments ORDER BY id")
    assert answer.status == 201
    assert answer.json == {
        "status": "success",
        "assignments_created": 2,
        "created_ids": [row["id"] for row in made],
        "message": "2 created",
    }
    assert [row["node_id"] for row in made] == nodes
    assert {(row["is_enabled"], row["description"], row["check_interval_seconds"]) for row in made} == {(True, "ping all", 120)}


def test_new_jobs_have_states_and_a_time_by_which_they_must_report(manage, fleet, sql, job):
    node = fleet.node(subdivision=fleet.subdivision(object_id=5))

    create(manage, job, node_ids=[node])

    assert sql("SELECT node_id, object_path, is_primary, is_enabled, sweep_at > now() AS is_due FROM assignment_states") == [
        {"node_id": node, "object_path": [5], "is_primary": True, "is_enabled": True, "is_due": True}
    ]


def test_an_equal_job_is_skipped(manage, fleet, sql, job):
    first, second = fleet.node(), fleet.node()
    create(manage, job, node_ids=[first])

    again = create(manage, job | {"check_interval_seconds": 5}, node_ids=[first, second, second])
    other = create(manage, job | {"pipeline": [{"type": "PING", "parameters": {"count": 3}}]}, node_ids=[first])

    assert (again.status, again.json["assignments_created"], other.json["assignments_created"]) == (201, 1, 1)
    assert len(sql("SELECT id FROM assignments")) == 3
    assert create(manage, job, node_ids=[first]).json == {
        "status": "success",
        "assignments_created": 0,
        "created_ids": [],
        "message": "0 created",
    }


def test_criteria_must_all_hold(manage, fleet, sql, job):
    north, south = fleet.subdivision(), fleet.subdivision()
    below = fleet.subdivision(parent=north)
    server = fleet.node_type()
    windows = fleet.node_type(parent=server)
    names = {}
    for name, site, node_type in (
        ("SRV-1", north, server),
        ("srv-2", below, windows),
        ("PRN-1", north, None),
        ("SRV-3", south, server),
    ):
        names[fleet.node(name=name, subdivision=site, node_type_id=node_type)] = name

    def chosen(**criteria) -> set[str]:
        sql("DELETE FROM assignments")
        answer = create(manage, job, criteria=criteria)
        assert answer.status == 201
        return {names[row["node_id"]] for row in sql("SELECT node_id FROM assignments")}

    assert chosen(subdivision_ids=[north]) == {"SRV-1", "PRN-1"}
    assert chosen(subdivision_ids=[north, south], node_type_ids=[server]) == {"SRV-1", "SRV-3"}
    assert chosen(node_name_mask="srv-%") == {"SRV-1", "srv-2", "SRV-3"}
    assert chosen(subdivision_ids=[north], include_child_subdivisions=True, node_name_mask="SRV-_") == {"SRV-1", "srv-2"}
    assert chosen(node_type_ids=[server], include_nested_types=True) == {"SRV-1", "srv-2", "SRV-3"}
    assert chosen(node_type_ids=[0]) == {"PRN-1"}
    assert chosen(node_name_mask=r"SRV\_%") == set()


def test_node_ids_win_over_criteria(manage, fleet, sql, job):
    chosen, _other = fleet.node(), fleet.node()

    create(manage, job, node_ids=[chosen], criteria={"node_name_mask": "%"})

    assert sql("SELECT node_id FROM assignments") == [{"node_id": chosen}]


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        pytest.param({}, "body", id="neither nodes nor criteria"),
        pytest.param({"node_ids": None}, "body", id="null"),
        pytest.param({"node_ids": []}, "node_ids", id="no nodes"),
        pytest.param({"node_ids": ["1"]}, "node_ids[0]", id="text is no id"),
        pytest.param({"node_ids": [True]}, "node_ids[0]", id="a boolean is no id"),
        pytest.param({"node_ids": [999]}, "node_ids", id="unknown node"),
        pytest.param({"criteria": {}}, "criteria", id="empty criteria would mean all nodes"),
        pytest.param({"criteria": {"subdivision_ids": None}}, "criteria", id="null criteria would mean all nodes"),
        pytest.param({"criteria": {"subdivision_ids": []}}, "criteria.subdivision_ids", id="empty list"),
        pytest.param({"criteria": {"include_nested_types": True}}, "criteria", id="only an option"),
        pytest.param({"criteria": {"subdivison_ids": [1]}}, "criteria.subdivison_ids", id="misspelt"),
        pytest.param({"criteria": {"node_name_mask": "%", "object_ids": [1]}}, "criteria.object_ids", id="one unknown"),
        pytest.param({"criteria": {"node_name_mask": "x\\"}}, "criteria.node_name_mask", id="open escape"),
        pytest.param({"criteria": [1]}, "criteria", id="no object"),
    ],
)
def test_what_would_choose_the_wrong_nodes_is_refused(manage, fleet, sql, job, chosen, named):
    fleet.node()

    answer = create(manage, job, **chosen)

    assert (answer.status, answer.error["code"], list(answer.error["details"])) == (422, "VALIDATION_FAILURE", [named])
    assert sql("SELECT id FROM assignments") == []


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"pipeline": []}, 422, "assignment_data.pipeline"),
        ({"pipeline": [{"type": "PING", "parameters": {"count": "x"}}]}, 422, "pipeline[0].parameters.count"),
        ({"check_interval_seconds": None}, 422, "assignment_data.check_interval_seconds"),
        ({"check_interval_seconds": 0}, 422, "assignment_data.check_interval_seconds"),
        ({"method_id": "PING"}, 422, "assignment_data.method_id"),
        ({"method_id": 999}, 400, "method_id"),
    ],
)
def test_a_job_that_will_not_do_is_refused(manage, fleet, job, fields, status, named):
    answer = create(manage, job | fields, node_ids=[fleet.node()])

    assert (answer.status, list(answer.error["details"])) == (status, [named])


def test_a_pipeline_keeps_its_authors_order_of_keys_and_letters(manage, fleet, sql, job):
    pipeline = [{"success_criteria": {"b": 1, "a": "Ж"}, "type": "EVENT_LOG", "parameters": {"z": 1, "a": [1.5, None]}}]
    body = {"assignment_data": {**job, "pipeline": pipeline}, "node_ids": [fleet.node()]}

    answer = manage("POST", "assignments/bulk_create", body)

    assert answer.status == 201, answer.text
    text = '[{"success_criteria":{"b":1,"a":"Ж"},"type":"EVENT_LOG","parameters":{"z":1,"a":[1.5,null]}}]'
    assert sql("SELECT pipeline::text AS pipeline FROM assignments")[0]["pipeline"] == text
    assert text in manage("GET", "assignments/all").text


def test_the_number_of_statements_does_not_depend_on_the_number_of_nodes(manage, fleet, sql, job, statements):
    site = fleet.subdivision()
    sql("INSERT INTO nodes (name, parent_subdivision_id) SELECT 'n' || i, %(site)s FROM generate_series(1, 2000) i", site=site)
    nodes = [row["id"] for row in sql("SELECT id FROM nodes ORDER BY id")]
    manage("GET", "health")  # the key is remembered as used
    statements.clear()

    create(manage, job, node_ids=nodes[:1])
    for_one = len(statements)
    statements.clear()
    answer = create(manage, job, node_ids=nodes)
    for_many = len(statements)

    assert answer.json["assignments_created"] == 1999
    assert 0 < for_many <= for_one
    assert sql("SELECT count(*) AS n FROM assignment_states") == [{"n": 2000}]


def test_agents_are_told_once_and_only_of_enabled_jobs(manage, fleet, sql, job, revisions):
    site, other = fleet.subdivision(), fleet.subdivision()
    node = fleet.node(subdivision=site)
    fleet.node(subdivision=other)
    revisions()

    create(manage, job | {"is_enabled": False}, node_ids=[node])
    assert revisions() == set()
    create(manage, job | {"pipeline": [{"type": "PING"}]}, node_ids=[node])
    assert revisions() == {f"jobs {site}"}
    create(manage, job | {"pipeline": [{"type": "PING"}]}, node_ids=[node])
    assert revisions() == set()
