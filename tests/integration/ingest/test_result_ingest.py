"""POST /api/v1/checks: every spelling of the field, and every way to get it wrong."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from functions.result_ingest.app import lambda_handler
from tests.http_events import call

PATH = "/api/v1/checks"
STARTED = datetime.now(UTC) - timedelta(minutes=1)


def stamp(minutes: float = 0) -> str:
    return (STARTED + timedelta(minutes=minutes)).isoformat()


def post(key, body, **options):
    return call(lambda_handler, "POST", PATH, key=key, body=body, **options)


def agent_style(job: int, **fields) -> dict:
    return {
        "assignment_id": job,
        "is_available": True,
        "check_success_final": True,
        "check_timestamp": stamp(),
        "executor_object_id": 1060,
        "executor_host": "AGENT-HOST",
        "resolution_method": "PING",
        "detail_type": "PIPELINE_RESULT",
        "agent_script_version": "hybrid_agent_v7.1.0",
        "detail_data": {"steps_results": [], "pipeline_status_message": "всё хорошо"},
        **fields,
    }


def server_style(job: int, **fields) -> dict:
    return {
        "assignment_id": job,
        "IsAvailable": True,
        "CheckSuccess": True,
        "Timestamp": stamp(),
        "Details": {"steps_results": []},
        "ErrorMessage": None,
        "executor_object_id": 1060,
        "executor_host": "AGENT-HOST",
        "resolution_method": "PING",
        "assignment_config_version": None,
        "agent_script_version": "hybrid_agent_v7.1.0",
        **fields,
    }


STORED = """
    SELECT r.assignment_id, r.is_available, r.check_success, r.executed_at, r.reported_at, r.duration_ms,
           s.executor_object_id, s.executor_host, s.resolution_method, s.agent_script_version,
           d.error_message, d.data::text AS data
      FROM check_results r
      JOIN result_sources s ON s.id = r.source_id
      LEFT JOIN check_details d USING (assignment_id, executed_at)
     ORDER BY r.id
"""


@pytest.mark.parametrize("style", [agent_style, server_style])
def test_a_result_is_stored_in_either_style(fleet, sql, style):
    job, key = fleet.assignment(), fleet.key()

    answer = post(key, style(job))

    assert (answer.status, answer.json["status"]) == (201, "success")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    [row] = sql(STORED)
    assert (row["is_available"], row["check_success"], row["executed_at"]) == (True, True, STARTED)
    assert (row["executor_object_id"], row["executor_host"], row["agent_script_version"]) == (
        1060,
        "AGENT-HOST",
        "hybrid_agent_v7.1.0",
    )


def test_details_pass_through_as_they_came(fleet, sql):
    job, text = fleet.assignment(), '{"b": 1.50, "a": "Ю\\u0027"}'

    post(fleet.key(), f'{{"assignment_id": {job}, "IsAvailable": true, "Details": {text}}}')

    assert sql(STORED)[0]["data"] == text


@pytest.mark.parametrize(
    ("fields", "available", "success"),
    [
        ({"is_available": "Yes"}, True, True),
        ({"is_available": 1}, True, True),
        ({"is_available": "off"}, False, None),
        ({"is_available": 0}, False, None),
        ({"check_success_final": "false"}, True, False),
        ({"check_success_final": None}, True, None),
        ({"check_success_final": None, "check_success": True}, True, True),
        ({"is_available": False, "check_success_final": True}, False, None),
        ({"check_success_final": None, "detail_data": {"CheckSuccessFromPipeline": False}}, True, False),
        ({"check_success_final": None, "detail_data": {"CheckSuccessFromAgent": True}}, True, True),
        ({"check_success_final": None, "detail_data": {"CheckSuccessFromAgent": {"odd": 1}}}, True, None),
    ],
)
def test_flags_are_read_in_every_spelling(fleet, sql, fields, available, success):
    answer = post(fleet.key(), agent_style(fleet.assignment(), **fields))

    assert answer.status == 201
    assert [(row["is_available"], row["check_success"]) for row in sql(STORED)] == [(available, success)]


def test_a_numeric_string_names_the_assignment(fleet, sql):
    job = fleet.assignment()

    assert post(fleet.key(), agent_style(f" {job} ")).status == 201
    assert sql(STORED)[0]["assignment_id"] == job


def test_seven_digits_and_six_are_one_instant(fleet, sql):
    job, key = fleet.assignment(), fleet.key()
    moment = STARTED.strftime("%Y-%m-%dT%H:%M:%S")

    post(key, agent_style(job, check_timestamp=f"{moment}.1234567+00:00"))
    answer = post(key, server_style(job, Timestamp=f"{moment}.123456Z"))

    assert answer.json["status"] == "success"
    assert len(sql(STORED)) == 1


def test_the_first_of_two_results_for_one_instant_wins(fleet, sql):
    job, key = fleet.assignment(), fleet.key()

    post(key, agent_style(job))
    answer = post(key, agent_style(job, is_available=False))

    assert answer.status == 201
    assert [row["is_available"] for row in sql(STORED)] == [True]
    assert sql("SELECT status FROM node_states") == [{"status": "available"}]


@pytest.mark.parametrize(
    "sent",
    ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "yesterday", "2001-01-01T00:00:00Z"],
    ids=["year 1", "year 9999", "no time", "old"],
)
def test_a_broken_clock_is_cured_marked_and_recognised_when_repeated(fleet, sql, sent):
    job, key = fleet.assignment(), fleet.key()
    before = datetime.now(UTC)

    answers = [post(key, agent_style(job, check_timestamp=sent)).status for _ in range(2)]

    assert answers == [201, 201]
    [row] = sql(STORED)
    assert row["reported_at"] == sent
    assert before <= row["executed_at"] <= datetime.now(UTC)
    assert sql("SELECT status, has_clock_fault FROM node_states") == [{"status": "available", "has_clock_fault": True}]


def test_a_good_time_ends_the_mark_of_a_broken_clock(fleet, sql):
    job, key = fleet.assignment(), fleet.key()
    post(key, agent_style(job, check_timestamp="yesterday"))

    post(key, agent_style(job, check_timestamp=datetime.now(UTC).isoformat()))

    assert sql("SELECT has_clock_fault FROM node_states") == [{"has_clock_fault": False}]


def test_a_clock_a_little_ahead_wins_nothing(fleet, sql):
    job, key = fleet.assignment(), fleet.key()

    post(key, agent_style(job, is_available=False, check_timestamp=(datetime.now(UTC) + timedelta(minutes=4)).isoformat()))
    post(key, agent_style(job, check_timestamp=datetime.now(UTC).isoformat()))

    assert sql("SELECT status FROM node_states") == [{"status": "available"}]


def test_a_late_result_lands_in_history_and_changes_no_status(fleet, sql):
    job, key = fleet.assignment(), fleet.key()
    post(key, agent_style(job))

    post(key, agent_style(job, is_available=False, check_timestamp=stamp(-60)))

    assert len(sql(STORED)) == 2
    assert sql("SELECT status FROM node_states") == [{"status": "available"}]


def test_nul_and_lone_surrogates_are_replaced(fleet, sql):
    body = agent_style(fleet.assignment(), executor_host="a\x00b", detail_data={"t": "\ud83d"}, ErrorMessage="e\x00")

    answer = post(fleet.key(), json.dumps(body))

    assert answer.status == 201
    [row] = sql(STORED)
    assert (row["executor_host"], row["error_message"], row["data"]) == ("a\ufffdb", "e\ufffd", '{"t": "\\ufffd"}')


def test_an_unknown_executor_loses_no_result(fleet, sql):
    assert post(fleet.key(), agent_style(fleet.assignment(), executor_object_id=987654)).status == 201
    assert sql(STORED)[0]["executor_object_id"] == 987654


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        pytest.param("", 400, "BAD_REQUEST", None, id="no body"),
        pytest.param("{", 400, "BAD_REQUEST", None, id="half a body"),
        pytest.param('{"assignment_id": NaN}', 400, "BAD_REQUEST", None, id="NaN"),
        pytest.param('{"Details":' + "[" * 100_000, 400, "BAD_REQUEST", None, id="a tower of brackets"),
        pytest.param("[]", 422, "VALIDATION_FAILURE", None, id="an array"),
        pytest.param("7", 422, "VALIDATION_FAILURE", None, id="a number"),
        pytest.param({"IsAvailable": True}, 422, "VALIDATION_FAILURE", "assignment_id", id="no assignment"),
        pytest.param({"assignment_id": 0, "IsAvailable": True}, 422, "VALIDATION_FAILURE", "assignment_id", id="zero"),
        pytest.param({"assignment_id": True, "IsAvailable": True}, 422, "VALIDATION_FAILURE", "assignment_id", id="a boolean"),
        pytest.param({"assignment_id": 1.5, "IsAvailable": True}, 422, "VALIDATION_FAILURE", "assignment_id", id="a fraction"),
        pytest.param(
            {"assignment_id": 10**30, "IsAvailable": True}, 422, "VALIDATION_FAILURE", "assignment_id", id="a huge number"
        ),
        pytest.param(
            {"assignment_id": "[N/A_ID]", "IsAvailable": True}, 422, "VALIDATION_FAILURE", "assignment_id", id="no id text"
        ),
        pytest.param({"assignment_id": [1], "IsAvailable": True}, 422, "VALIDATION_FAILURE", None, id="a list"),
        pytest.param({"assignment_id": 1}, 422, "VALIDATION_FAILURE", "IsAvailable", id="no availability"),
        pytest.param(
            {"assignment_id": 1, "IsAvailable": "perhaps"}, 422, "VALIDATION_FAILURE", "IsAvailable", id="perhaps available"
        ),
        pytest.param(
            {"assignment_id": 1, "IsAvailable": True, "Details": [1]}, 422, "VALIDATION_FAILURE", "Details", id="details a list"
        ),
        pytest.param(
            f'{{"assignment_id": 1, "IsAvailable": true, "Details": {{"a":{"[" * 100}{"]" * 100}}}}}',
            422,
            "VALIDATION_FAILURE",
            "Details",
            id="a hundred levels",
        ),
        pytest.param({"assignment_id": 999999, "IsAvailable": True}, 404, "NOT_FOUND", "assignment_id", id="unknown assignment"),
        pytest.param(
            {"assignment_id": 1, "IsAvailable": True, "Details": {"x": "y" * 1_000_000}},
            413,
            "REQUEST_ENTITY_TOO_LARGE",
            None,
            id="10 MB",
        ),
    ],
)
def test_bad_input_gets_its_error_and_stores_nothing(fleet, sql, body, status, code, field):
    answer = post(fleet.key(), body)

    assert (answer.status, answer.error["code"]) == (status, code)
    assert set(answer.error.get("details", {})) == ({field} if field else set())
    assert sql("SELECT count(*) AS n FROM check_results") == [{"n": 0}]


@pytest.mark.parametrize("role", ["agent", "loader"])
def test_agents_and_loaders_may_post(fleet, role):
    assert post(fleet.key(role), agent_style(fleet.assignment())).status == 201


@pytest.mark.parametrize("role", ["configurator", "reader", "admin"])
def test_other_roles_may_not_post(fleet, sql, role):
    answer = post(fleet.key(role), agent_style(fleet.assignment()))

    assert (answer.status, answer.error["code"]) == (403, "FORBIDDEN")
    assert sql(STORED) == []


@pytest.mark.parametrize("key", [None, "nonsense", "agent_0123456789abcdef_" + "x" * 43])
def test_a_missing_or_unknown_key_is_refused(fleet, key):
    answer = post(key, agent_style(fleet.assignment()))

    assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED")


def test_a_key_in_the_address_is_refused_and_not_echoed(fleet):
    key = fleet.key()

    answer = post(key, agent_style(fleet.assignment()), query={"api_key": key})

    assert answer.status == 401
    assert str(key) not in answer.text


def test_a_revoked_key_is_refused_at_once(fleet, sql):
    job, key = fleet.assignment(), fleet.key()
    assert post(key, agent_style(job)).status == 201

    sql("UPDATE api_keys SET is_active = false")
    sql("UPDATE keys_revision SET revision = revision + 1")
    answer = post(key, agent_style(job, check_timestamp=stamp(1)))

    assert answer.status == 401
    assert len(sql(STORED)) == 1


def test_a_change_of_another_key_is_no_trouble(fleet, sql):
    job, key = fleet.assignment(), fleet.key()
    post(key, agent_style(job))

    sql("UPDATE keys_revision SET revision = revision + 1")

    assert post(key, agent_style(job, check_timestamp=stamp(1))).status == 201


def test_an_expired_key_is_refused(fleet):
    key = fleet.key(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert post(key, agent_style(fleet.assignment())).status == 401


def test_a_key_of_an_object_reaches_its_descendants_and_nobody_else(fleet):
    top = fleet.subdivision(object_id=500)
    below = fleet.subdivision(parent=top)
    own, descendant, foreign = (fleet.assignment(node=fleet.node(subdivision=each)) for each in (top, below, fleet.subdivision()))
    key = fleet.key(object_id=500)

    assert [post(key, agent_style(job)).status for job in (own, descendant, foreign)] == [201, 201, 404]


def test_an_unknown_and_a_foreign_assignment_cannot_be_told_apart(fleet):
    foreign, key = fleet.assignment(), fleet.key(object_id=fleet.object_id(fleet.subdivision()))

    hidden, absent = post(key, agent_style(foreign)), post(key, agent_style(999_999))

    assert hidden.status == absent.status == 404
    assert hidden.text.replace(str(foreign), "N") == absent.text.replace("999999", "N")


def test_another_method_or_address_is_answered_in_json(fleet):
    assert call(lambda_handler, "GET", PATH, key=fleet.key()).error["code"] == "METHOD_NOT_ALLOWED"
    assert call(lambda_handler, "POST", "/api/v1/chec", key=fleet.key()).error["code"] == "NOT_FOUND"
