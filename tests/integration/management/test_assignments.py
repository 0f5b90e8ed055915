"""/api/v1/assignments/{all,id}: jobs, listed, changed and deleted."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.result_ingest import app as result_ingest
from tests.http_events import call

PING = [{"type": "PING", "parameters": {"count": 2}, "success_criteria": {"rtt_ms": {"<=": 100}}}]


def report(fleet, job: int, **fields) -> None:
    body = {"assignment_id": job, "is_available": True, "check_success_final": True, **fields}
    assert call(result_ingest.lambda_handler, "POST", "/api/v1/checks", key=fleet.key(), body=body).status == 201


def status_of(sql, node: int) -> str:
    return sql("SELECT status FROM node_states WHERE node_id = %(id)s", id=node)[0]["status"]


def test_the_list_has_the_contracts_form(manage, fleet, sql):
    site, windows = fleet.subdivision(short_name="North"), fleet.node_type(name="Windows")
    node = fleet.node(name="SRV-APP-01", subdivision=site, node_type_id=windows)
    job = fleet.assignment(node=node, pipeline=PING, interval=120)
    report(fleet, job, check_timestamp=(datetime.now(UTC) - timedelta(seconds=9)).isoformat())

    listed = manage("GET", "assignments/all", limit=25).json
    stored = sql("SELECT id, executed_at FROM check_results")[0]

    expected = {
        "id": job,
        "node_id": node,
        "node_name": "SRV-APP-01",
        "method_id": sql("SELECT id FROM check_methods WHERE method_name = 'PING'")[0]["id"],
        "method_name": "PING",
        "pipeline": PING,
        "check_interval_seconds": 120,
        "is_enabled": True,
        "description": None,
        "last_executed_at": stored["executed_at"].isoformat(),
        "last_node_check_id": stored["id"],
        "subdivision_name": "North",
        "node_type_name": "Windows",
    }
    assert listed == {"assignments": [expected], "total_count": 1, "limit": 25, "offset": 0}
    assert manage("GET", f"assignments/{job}").json == expected


def test_the_list_is_filtered(manage, fleet, sql):
    top = fleet.subdivision()
    server = fleet.node_type()
    near = fleet.node(name="near", subdivision=fleet.subdivision(parent=top), node_type_id=fleet.node_type(parent=server))
    far = fleet.node(name="far")
    first, second = fleet.assignment(node=near), fleet.assignment(node=near, method="DISK_USAGE", is_enabled=False)
    third = fleet.assignment(node=far)
    ping = sql("SELECT id FROM check_methods WHERE method_name = 'PING'")[0]["id"]
    sql("UPDATE assignments SET description = 'Free SPACE' WHERE id = %(id)s", id=second)

    def ids(**query) -> list[int]:
        return sorted(each["id"] for each in manage("GET", "assignments/all", **query).json["assignments"])

    assert ids() == [first, second, third]
    assert ids(node_id=near) == [first, second]
    assert ids(method_id=ping) == [first, third]
    assert ids(is_enabled="false") == ids(is_enabled=0) == ids(search_text="space") == [second]
    assert ids(search_text="FAR") == [third]
    assert ids(subdivision_id=top) == ids(node_type_id=server) == []
    assert ids(subdivision_id=top, include_child_subdivisions="true") == [first, second]
    assert ids(node_type_id=server, include_nested_types="true", is_enabled="true") == [first]
    assert manage("GET", "assignments/all", limit=1, offset=1).json["total_count"] == 3


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"offset": -1}, {"is_enabled": "perhaps"}, {"node_id": "x"}])
def test_a_query_that_makes_no_sense_is_refused(manage, query):
    answer = manage("GET", "assignments/all", **query)

    assert (answer.status, answer.error["code"]) == (400, "BAD_REQUEST")


def test_a_job_is_changed(manage, fleet, sql):
    job = fleet.assignment()
    changes = {"pipeline": PING, "check_interval_seconds": 30, "is_enabled": False, "description": "ping"}

    changed = manage("PUT", f"assignments/{job}", changes)

    assert changed.status == 200
    assert changed.json | changes == changed.json == manage("GET", f"assignments/{job}").json
    stored = sql("SELECT pipeline::text AS pipeline FROM assignments")[0]["pipeline"]
    assert stored == '[{"type":"PING","parameters":{"count":2},"success_criteria":{"rtt_ms":{"<=":100}}}]'


@pytest.mark.parametrize(
    ("changes", "status", "named"),
    [
        ({"pipeline": {"type": "PING"}}, 422, "pipeline"),
        ({"pipeline": [{"type": "PING", "parameters": {"count": "many"}}]}, 422, "pipeline[0].parameters.count"),
        ({"pipeline": [{"type": "../x"}]}, 422, "pipeline[0].type"),
        ({"pipeline": [{"type": "X", "parameters": {"a": 1, "A": 2}}]}, 422, "pipeline[0].parameters"),
        ({"check_interval_seconds": 0}, 422, "check_interval_seconds"),
        ({"check_interval_seconds": -60}, 422, "check_interval_seconds"),
        ({"check_interval_seconds": 60.5}, 422, "check_interval_seconds"),
        ({"check_interval_seconds": True}, 422, "check_interval_seconds"),
        ({"is_enabled": 1}, 422, "is_enabled"),
        ({"is_enabled": None}, 422, "is_enabled"),
        ({"method_id": 999}, 400, "method_id"),
    ],
)
def test_a_field_that_will_not_do_is_named(manage, fleet, changes, status, named):
    answer = manage("PUT", f"assignments/{fleet.assignment()}", changes)

    assert (answer.status, list(answer.error["details"])) == (status, [named])


def test_a_job_equal_to_another_of_the_node_is_a_conflict(manage, fleet):
    node = fleet.node()
    fleet.assignment(node=node, pipeline=PING)

    answer = manage("PUT", f"assignments/{fleet.assignment(node=node)}", {"pipeline": PING})

    assert (answer.status, list(answer.error["details"])) == (409, ["pipeline"])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_job_is_not_found(manage, method):
    assert manage(method, "assignments/999", {"is_enabled": True}).status == 404


def test_agents_are_told_of_what_they_would_fetch_and_of_nothing_else(manage, fleet, revisions):
    site = fleet.subdivision()
    fleet.subdivision()
    job = fleet.assignment(node=fleet.node(subdivision=site))
    revisions()

    def raised_by(**changes) -> set[str]:
        assert manage("PUT", f"assignments/{job}", changes).status == 200
        return revisions()

    jobs = {f"jobs {site}"}
    assert raised_by(check_interval_seconds=30) == jobs
    assert raised_by(check_interval_seconds=30) == set()
    assert raised_by(description="ping") == set()
    assert raised_by(is_enabled=False) == jobs
    assert raised_by(pipeline=PING) == set()
    assert raised_by(is_enabled=True) == jobs
    assert manage("DELETE", f"assignments/{job}").status == 204
    assert revisions() == jobs


def test_enabling_a_job_starts_its_time_to_report_anew(manage, fleet, sql):
    job = fleet.assignment(is_enabled=False)
    sql("UPDATE assignments SET enabled_at = now() - interval '1 day'")

    manage("PUT", f"assignments/{job}", {"description": "still off"})
    assert sql("SELECT enabled_at < now() - interval '1 hour' AS is_old FROM assignments") == [{"is_old": True}]
    manage("PUT", f"assignments/{job}", {"is_enabled": True})

    assert sql("SELECT enabled_at > now() - interval '1 hour' AS is_new FROM assignments") == [{"is_new": True}]
    assert sql("SELECT is_stale, sweep_at > now() AS is_due_later FROM assignment_states") == [
        {"is_stale": False, "is_due_later": True}
    ]


def test_disabling_the_bad_job_makes_the_node_good_at_once(manage, fleet, sql):
    node = fleet.node()
    ping, disk = fleet.assignment(node=node), fleet.assignment(node=node, method="DISK_USAGE")
    report(fleet, ping)
    report(fleet, disk, check_success_final=False)
    assert status_of(sql, node) == "warning"

    manage("PUT", f"assignments/{disk}", {"is_enabled": False})

    assert status_of(sql, node) == "available"


def test_a_deleted_job_leaves_its_history_and_no_say_in_the_status(manage, fleet, sql):
    node = fleet.node()
    ping, disk = fleet.assignment(node=node), fleet.assignment(node=node, method="DISK_USAGE")
    report(fleet, ping)
    report(fleet, disk, is_available=False)
    assert status_of(sql, node) == "warning"

    manage("DELETE", f"assignments/{disk}")

    assert status_of(sql, node) == "available"
    history = manage("GET", f"nodes/{node}/checks_history").json
    assert sorted(each["assignment_id"] for each in history) == [ping, disk]
    assert {each["method_name"] for each in history} == {"PING", "DISK_USAGE"}
    refused = call(
        result_ingest.lambda_handler, "POST", "/api/v1/checks", key=fleet.key(), body={"assignment_id": disk, "is_available": 1}
    )
    assert refused.status == 404


def test_the_method_decides_whether_the_job_is_the_primary_one(manage, fleet, sql):
    job = fleet.assignment(method="PING")
    disk = sql("SELECT id FROM check_methods WHERE method_name = 'DISK_USAGE'")[0]["id"]

    assert manage("PUT", f"assignments/{job}", {"method_id": disk}).json["method_name"] == "DISK_USAGE"

    assert sql("SELECT is_primary FROM assignment_states") == [{"is_primary": False}]
