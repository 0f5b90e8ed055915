"""GET and POST /api/v1/events: what loaders may say, and what readers find."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from functions.events.app import lambda_handler
from statusmonitor.errors import NotFoundError
from statusmonitor.http.auth import session_cookie_name
from statusmonitor.services import events, sessions, users
from tests.http_events import call

FULL = {
    "event_type": "FILE_PROCESSED",
    "severity": "error",
    "message": "принято 9, отказано 1",
    "source": "result_loader.ps1 (v5.0.0)",
    "related_entity": "ZRPU_PIPELINE_FILE",
    "related_entity_id": "1060_200525_110000.zrpu",
    "details": {"file_name": "1060_200525_110000.zrpu", "total_records_in_file": 10, "api_errors": []},
}


@pytest.fixture
def post(fleet):
    loader = fleet.key("loader")

    def send(body, key=loader, **fields):
        body = {**body, **fields} if isinstance(body, dict) else body
        return call(lambda_handler, "POST", "/api/v1/events", key=key, body=body)

    return send


@pytest.fixture
def get(fleet):
    reader = fleet.key("reader")

    def ask(key=reader, **query):
        return call(lambda_handler, "GET", "/api/v1/events", key=key, query=query)

    return ask


def test_what_a_loader_posts_is_found_again(post, get):
    posted = post(FULL)

    assert posted.status == 201
    assert posted.json == {"status": "success", "event_id": posted.json["event_id"]}
    answer = get()
    [entry] = answer.json["items"]
    assert datetime.fromisoformat(entry.pop("event_time")) > datetime.now(UTC) - timedelta(minutes=1)
    assert entry == {
        **FULL,
        "id": posted.json["event_id"],
        "severity": "ERROR",
        "object_id": None,
        "node_id": None,
        "assignment_id": None,
        "node_check_id": None,
    }
    assert {name: answer.json[name] for name in ("total_count", "limit", "offset")} == {
        "total_count": 1,
        "limit": 100,
        "offset": 0,
    }
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_times_are_written_with_their_offset(post, get):
    post(FULL)

    assert get().json["items"][0]["event_time"].endswith("+00:00")


def test_the_least_event_is_an_info(post, get):
    assert post({"event_type": "X", "message": "m"}).status == 201

    [entry] = get().json["items"]
    assert (entry["severity"], entry["details"], entry["source"]) == ("INFO", None, None)


def test_details_pass_through_as_they_came(post, get):
    post('{"event_type":"X","message":"m","details":{"b":1.50, "a": [1e2]}}')

    assert '"details":{"b":1.50, "a": [1e2]}' in get().text


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\ud800b"], ids=["NUL", "lone surrogate"])
def test_what_the_database_refuses_is_replaced(post, get, text):
    body = f'{{"event_type":"X","message":"{text}","details":{{"x":"{text}"}}}}'

    assert post(body).status == 201

    [entry] = get().json["items"]
    assert entry["message"] == entry["details"]["x"] == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("fields", "faulty"),
    [
        ({"event_type": None}, {"event_type"}),
        ({"message": ""}, {"message"}),
        ({"event_type": None, "message": None}, {"event_type", "message"}),
        ({"event_type": "x" * 51}, {"event_type"}),
        ({"message": "x" * 10_001}, {"message"}),
        ({"message": ["x"]}, {"message"}),
        ({"message": True}, {"message"}),
        ({"source": "x" * 101}, {"source"}),
        ({"related_entity": "x" * 51}, {"related_entity"}),
        ({"related_entity_id": "x" * 1_001}, {"related_entity_id"}),
        ({"severity": "FATAL"}, {"severity"}),
        ({"severity": 1}, {"severity"}),
        ({"object_id": -1}, {"object_id"}),
        ({"object_id": 2**31}, {"object_id"}),
        ({"object_id": True}, {"object_id"}),
        ({"assignment_id": 1.5}, {"assignment_id"}),
        ({"node_check_id": "x"}, {"node_check_id"}),
        ({"node_check_id": 2**63}, {"node_check_id"}),
        ({"node_id": 4711}, {"node_id"}),
        ({"details": []}, {"details"}),
        ({"details": "x"}, {"details"}),
        ({"details": {"x": "x" * 256_000}}, {"details"}),
        ({"details": {}, "severity": "x", "source": 3 * ["x"]}, {"severity", "source"}),
    ],
)
def test_every_wrong_field_is_named(post, sql, fields, faulty):
    answer = post(FULL, **fields)

    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_FAILURE")
    assert set(answer.error["details"]) == faulty
    assert sql("SELECT * FROM events") == []


@pytest.mark.parametrize("depth", [65, 100_000])
def test_deep_details_are_refused(post, depth):
    body = '{"event_type":"X","message":"m","details":' + '{"a":' * depth + "1" + "}" * depth + "}"

    assert post(body).status in (400, 422)
    assert post('{"event_type":"X","message":"m","details":' + '{"a":' * 64 + "1" + "}" * 64 + "}").status == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [(None, 400), ("", 400), ("{", 400), ('{"event_type":tru}', 400), ("[]", 422), ('"x"', 422), ("x" * 1_000_001, 413)],
)
def test_what_is_no_event_is_refused(post, body, status):
    assert post(body).status == status


def test_numbers_in_texts_are_taken(fleet, post, get):
    node = fleet.node()

    assert post(FULL, node_id=str(node), object_id="1060", related_entity_id=17).status == 201

    [entry] = get().json["items"]
    assert (entry["node_id"], entry["object_id"], entry["related_entity_id"]) == (node, 1060, "17")


@pytest.mark.parametrize("role", ["agent", "configurator", "reader", "admin"])
def test_only_loaders_may_post(fleet, post, role):
    assert post(FULL, key=fleet.key(role)).status == 403
    assert post(FULL, key=None).status == 401


@pytest.mark.parametrize(
    ("role", "status"), [("reader", 200), ("admin", 200), ("agent", 403), ("loader", 403), ("configurator", 403)]
)
def test_only_readers_may_read(fleet, get, role, status):
    assert get(key=fleet.key(role)).status == status
    assert get(key=None).status == 401


def test_a_bound_loader_speaks_of_its_object_only(fleet, post):
    site = fleet.subdivision(object_id=1060)
    own = fleet.node(subdivision=fleet.subdivision(parent=site, object_id=1061))
    foreign = fleet.node(subdivision=fleet.subdivision(object_id=1070))
    own_job, foreign_job = fleet.assignment(node=own), fleet.assignment(node=foreign)
    bound = fleet.key("loader", object_id=1060)

    assert post(FULL, key=bound).status == 201
    assert post(FULL, key=bound, object_id=1061, node_id=own, assignment_id=own_job).status == 201
    for fields in ({"object_id": 1070}, {"object_id": 4711}, {"node_id": foreign}, {"assignment_id": foreign_job}):
        answer = post(FULL, key=bound, **fields)
        assert (answer.status, set(answer.error["details"])) == (422, set(fields))


@pytest.fixture
def journal(fleet, sql):
    """Six entries, a minute apart, numbered from the oldest."""
    node = fleet.node()
    rows = [
        ("INFO", "FILE_PROCESSED", "Загружено 12", {"related_entity": "ZRPU", "related_entity_id": "a.zrpu"}),
        ("WARN", "FILE_PROCESSED", "100% of 12", {"related_entity": "ZRPU", "related_entity_id": "b.zrpu"}),
        ("ERROR", "DB_PROC_ERROR", "failed", {"object_id": 1060}),
        ("INFO", "DB_PROC_WARN", "odd_name", {"node_id": node}),
        ("CRITICAL", "X", "down", {"assignment_id": 41}),
        ("INFO", "X", "result", {"node_check_id": 9001}),
    ]
    for minute, (severity, event_type, message, fields) in enumerate(rows):
        events.add_event(events.NewEvent(event_type, message, severity, **fields))
        moment = datetime(2030, 1, 1, 12, minute, tzinfo=UTC)
        sql("UPDATE events SET event_time = %(moment)s WHERE id = (SELECT max(id) FROM events)", moment=moment)
    return [row["id"] for row in sql("SELECT id FROM events ORDER BY id")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [5, 4, 3, 2, 1, 0]),
        ({"severity": "error"}, [2]),
        ({"severity": "ERROR,CRITICAL"}, [4, 2]),
        ({"event_type": "db_proc"}, [3, 2]),
        ({"event_type": "FILE_PROCESSED"}, [1, 0]),
        ({"object_id": "1060"}, [2]),
        ({"assignment_id": "41"}, [4]),
        ({"node_check_id": "9001"}, [5]),
        ({"related_entity": "ZRPU"}, [1, 0]),
        ({"related_entity": "ZRP"}, []),
        ({"related_entity_id": "b.zrpu"}, [1]),
        ({"search_text": "ЗАГРУЖЕНО"}, [0]),
        ({"search_text": "0%"}, [1]),
        ({"search_text": "d_n"}, [3]),
        ({"search_text": "a\x00"}, []),
        ({"start_time": "2030-01-01T12:04:00Z"}, [5, 4]),
        ({"end_time": "2030-01-01T12:01:00"}, [1, 0]),
        ({"start_time": "2030-01-01T17:02:00.0000000+05:00", "end_time": "2030-01-01 12:03:00Z"}, [3, 2]),
        ({"start_time": "2030-01-01T17:04:00 05:00"}, [5, 4]),
        ({"severity": "INFO", "event_type": "x", "search_text": "RES"}, [5]),
    ],
)
def test_filters_narrow_the_journal(get, journal, query, expected):
    answer = get(**query)

    assert [entry["id"] for entry in answer.json["items"]] == [journal[place] for place in expected]
    assert answer.json["total_count"] == len(expected)


def test_the_events_of_a_node(get, journal, sql):
    [node] = sql("SELECT id FROM nodes")

    assert [entry["id"] for entry in get(node_id=node["id"]).json["items"]] == [journal[3]]


@pytest.mark.parametrize(
    ("query", "limit", "offset"),
    [
        ({}, 100, 0),
        ({"limit": "2", "offset": "1"}, 2, 1),
        ({"limit": "501"}, 500, 0),
        ({"limit": "0"}, 100, 0),
        ({"limit": "-5", "offset": "-1"}, 100, 0),
        ({"limit": "x", "offset": "y"}, 100, 0),
        ({"limit": "9" * 30, "offset": "9" * 30}, 100, 0),
        ({"limit": "²"}, 100, 0),
    ],
)
def test_a_page_that_makes_no_sense_is_the_first(get, journal, query, limit, offset):
    answer = get(**query)

    assert (answer.status, answer.json["limit"], answer.json["offset"]) == (200, limit, offset)
    assert answer.json["total_count"] == 6
    expected = journal[::-1][offset : offset + limit]
    assert [entry["id"] for entry in answer.json["items"]] == expected


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"severity": "FATAL"}, 422),
        ({"object_id": "x"}, 400),
        ({"node_id": "1.5"}, 400),
        ({"assignment_id": "-1"}, 400),
        ({"node_check_id": ""}, 400),
        ({"start_time": "yesterday"}, 400),
        ({"end_time": "2030-13-01"}, 400),
    ],
)
def test_what_cannot_be_read_is_named(get, query, status):
    answer = get(**query)

    assert answer.status == status
    assert set(answer.error["details"]) == set(query)


def test_a_change_of_status_is_in_the_journal(fleet, report, get):
    node = fleet.node()
    job = fleet.assignment(node=node)
    report(job, success=False)

    [entry] = get(event_type="NODE_STATUS_CHANGED").json["items"]

    assert (entry["node_id"], entry["assignment_id"], entry["severity"]) == (node, job, "ERROR")
    assert entry["details"]["new_status"] == "unavailable"


def test_one_event_by_its_id(database):
    event_id = events.add_event(events.NewEvent("X", "m", details='{"a":1}'))

    found = events.get_event(event_id)

    assert (found.id, found.message, json.loads(found.details)) == (event_id, "m", {"a": 1})
    with pytest.raises(NotFoundError):
        events.get_event(event_id + 1)


def test_a_signed_in_user_reads_with_the_session(fleet, post):
    post(FULL)
    users.create_user("viewer", "a long enough password", role="viewer")
    signed_in = sessions.sign_in("viewer", "a long enough password", address="127.0.0.1", user_agent="test")

    answer = call(
        lambda_handler, "GET", "/api/v1/events", headers={"cookie": f"other=1; {session_cookie_name()}={signed_in.token}"}
    )

    assert (answer.status, answer.json["total_count"]) == (200, 1)
