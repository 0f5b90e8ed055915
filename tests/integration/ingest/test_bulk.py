"""POST /api/v1/checks/bulk: each result is judged on its own."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.offline_load.app import lambda_handler
from tests.http_events import call

PATH = "/api/v1/checks/bulk"
START = datetime.now(UTC) - timedelta(hours=2)


def post(key, body):
    return call(lambda_handler, "POST", PATH, key=key, body=body)


def result(job, minute=0, **fields) -> dict:
    return {
        "assignment_id": job,
        "IsAvailable": True,
        "CheckSuccess": True,
        "Timestamp": (START + timedelta(minutes=minute)).isoformat(),
        **fields,
    }


def loader_style(job, minute=0, **fields) -> dict:
    return {
        "assignment_id": job,
        "is_available": True,
        "check_timestamp": (START + timedelta(minutes=minute)).isoformat(),
        "detail_type": "PIPELINE_AGGREGATED_RESULT",
        "detail_data": {"CheckSuccessFromPipeline": True, "ErrorMessageFromPipeline": None},
        "agent_script_version": "hybrid_agent_v7.1.0",
        "assignment_config_version": "20250520110203123_1060_a1b2c3d4",
        "executor_object_id": 1060,
        "executor_host": None,
        "resolution_method": "offline_loader_pipeline",
        **fields,
    }


def test_all_good(fleet, sql):
    jobs = [fleet.assignment() for _ in range(3)]

    answer = post(fleet.key("loader"), {"results": [result(job, minute) for job in jobs for minute in range(4)]})

    assert answer.status == 200
    assert answer.json == {"status": "success", "processed": 12, "failed": 0, "total_in_request": 12, "errors": []}
    assert sql("SELECT count(*) AS n FROM check_results") == [{"n": 12}]


def test_one_bad_result_harms_no_other(fleet, sql):
    job = fleet.assignment()
    results = [
        result(job),
        result("[N/A_ID]", IsAvailable=False),
        result(job, 1, IsAvailable="perhaps"),
        7,
        result(999_999),
        result(job, 2),
    ]

    answer = post(fleet.key("loader"), {"results": results})

    assert (answer.status, answer.json["status"], answer.json["processed"], answer.json["failed"]) == (207, "partial_error", 2, 4)
    assert [(error["index"], error["assignment_id"]) for error in answer.json["errors"]] == [
        (1, "[N/A_ID]"),
        (2, job),
        (3, None),
        (4, 999_999),
    ]
    assert sql("SELECT count(*) AS n FROM check_results") == [{"n": 2}]


def test_all_bad_is_an_error(fleet):
    answer = post(fleet.key("loader"), {"results": [result(999_999)]})

    assert (answer.status, answer.json["status"]) == (207, "error")


def test_nothing_to_do_is_no_error(fleet):
    answer = post(fleet.key("loader"), {"results": []})

    assert (answer.status, answer.json["status"], answer.json["processed"]) == (200, "success", 0)
    assert answer.json["message"]


def test_the_same_upload_twice_changes_nothing(fleet, sql):
    body = {"results": [result(fleet.assignment(), minute) for minute in range(5)]}
    key = fleet.key("loader")
    first = post(key, body)
    states = sql("SELECT * FROM assignment_states")

    assert post(key, body).json == first.json
    assert sql("SELECT count(*) AS n FROM check_results") == [{"n": 5}]
    assert sql("SELECT * FROM assignment_states") == states


def test_the_same_result_twice_in_one_request_is_stored_once_and_the_first_wins(fleet, sql):
    job = fleet.assignment()

    answer = post(fleet.key("loader"), {"results": [result(job), result(job, IsAvailable=False)]})

    assert answer.json["processed"] == 2
    assert sql("SELECT is_available FROM check_results") == [{"is_available": True}]


def test_versions_come_from_the_result_first_then_from_the_top(fleet, sql):
    job = fleet.assignment()
    body = {
        "agent_script_version": "top",
        "assignment_config_version": "нет данных",
        "object_id": 1060,
        "results": [result(job), result(job, 1, agent_script_version="own", executor_object_id=7)],
    }

    post(fleet.key("loader"), body)

    rows = sql("SELECT s.* FROM check_results r JOIN result_sources s ON s.id = r.source_id ORDER BY r.executed_at")
    assert [(row["agent_script_version"], row["executor_object_id"]) for row in rows] == [("top", 1060), ("own", 7)]
    assert {row["assignment_config_version"] for row in rows} == {"нет данных"}
    assert {row["resolution_method"] for row in rows} == {"offline_loader_pipeline_bulk"}


def test_the_loaders_own_style_is_taken(fleet, sql):
    job = fleet.assignment()
    failed = {"CheckSuccessFromPipeline": False, "ErrorMessageFromPipeline": "step 2 failed"}

    post(fleet.key("loader"), {"results": [loader_style(job), loader_style(job, 119, detail_data=failed)]})

    assert sql("SELECT check_success FROM check_results ORDER BY executed_at") == [
        {"check_success": True},
        {"check_success": False},
    ]
    assert sql("SELECT status, status_reason ->> 'message' AS message FROM node_states") == [
        {"status": "unavailable", "message": "step 2 failed"}
    ]


def test_every_transition_within_a_batch_is_recorded_at_its_time(fleet, sql):
    job = fleet.assignment()
    now = datetime.now(UTC)
    fresh = [result(job, Timestamp=(now - timedelta(seconds=40 - 10 * n)).isoformat(), IsAvailable=n % 2 == 0) for n in range(4)]

    post(fleet.key("loader"), {"results": list(reversed(fresh))})

    changes = sql("SELECT old_status, new_status FROM status_changes ORDER BY id")
    assert [(row["old_status"], row["new_status"]) for row in changes] == [
        ("unknown", "available"),
        ("available", "unavailable"),
        ("unavailable", "available"),
        ("available", "unavailable"),
    ]


def test_a_result_that_is_too_old_is_marked_not_refused(fleet, sql):
    answer = post(fleet.key("loader"), {"results": [result(fleet.assignment(), Timestamp="2001-01-01T00:00:00Z")]})

    assert answer.json["processed"] == 1
    assert sql("SELECT reported_at FROM check_results") == [{"reported_at": "2001-01-01T00:00:00Z"}]


def test_results_of_one_job_with_a_broken_clock_are_all_kept(fleet, sql):
    job = fleet.assignment()

    answer = post(fleet.key("loader"), {"results": [result(job, Timestamp=f"broken {number}") for number in range(5)]})

    assert answer.json["processed"] == 5
    assert sql("SELECT count(DISTINCT executed_at) AS n FROM check_results") == [{"n": 5}]


@pytest.mark.parametrize(
    ("body", "status"),
    [("[]", 400), ("{}", 400), ("{", 400), ({"results": {}}, 400), ({"results": None}, 400), ({"results": [[]] * 20_001}, 413)],
    ids=["an array", "no results", "half a body", "results an object", "results null", "20,001 results"],
)
def test_a_bad_request_is_refused_as_a_whole(fleet, sql, body, status):
    assert post(fleet.key("loader"), body).status == status
    assert sql("SELECT count(*) AS n FROM check_results") == [{"n": 0}]


@pytest.mark.parametrize("role", ["agent", "configurator", "reader", "admin"])
def test_only_loaders_may_load(fleet, role):
    assert post(fleet.key(role), {"results": []}).status == 403
