"""Every built function does its work under Lambda's runtime client, with nothing but its artifact and its layers."""

import re

from tests.template.reading import layers_of

ONE_EVENT = {"event_type": "FILE_PROCESSED", "severity": "WARN", "message": "9 результатов загружено", "source": "loader"}
TICK = {
    "version": "0",
    "id": "5f4d1c3a-0000-4000-8000-000000000001",
    "detail-type": "Scheduled Event",
    "source": "aws.scheduler",
    "time": "2030-01-01T00:00:00Z",
    "region": "eu-central-1",
    "detail": {},
}


def test_an_agent_fetches_its_jobs(start_function, fleet):
    site = fleet.subdivision(object_id=1060)
    job = fleet.assignment(node=fleet.node(subdivision=site, name="Узел"))

    answer = start_function("AgentJobsFunction").request(
        "GET", "/api/v1/assignments", query={"object_id": 1060}, key=fleet.key("agent")
    )

    assert answer.status == 200
    assert [(each["assignment_id"], each["node_name"]) for each in answer.json] == [(job, "Узел")]


def test_a_result_is_stored(start_function, fleet, sql):
    job = fleet.assignment()
    body = {"assignment_id": job, "is_available": True, "check_success": True}

    answer = start_function("ResultIngestFunction").request("POST", "/api/v1/checks", body=body, key=fleet.key())

    assert answer.status == 201
    assert [row["assignment_id"] for row in sql("SELECT assignment_id FROM check_results")] == [job]
    assert [row["status"] for row in sql("SELECT status FROM node_states")] == ["available"]


def test_a_result_that_is_no_json_is_refused(start_function, fleet):
    answer = start_function("ResultIngestFunction").request("POST", "/api/v1/checks", body="{", key=fleet.key())

    assert answer.status == 400
    assert answer.error["code"] == "BAD_REQUEST"


def test_many_results_are_judged_one_by_one(start_function, fleet, sql):
    job = fleet.assignment()
    results = [{"assignment_id": job, "is_available": False}, {"assignment_id": 999_999, "is_available": True}]

    answer = start_function("OfflineLoadFunction").request(
        "POST", "/api/v1/checks/bulk", body={"results": results}, key=fleet.key("loader")
    )

    assert answer.status == 207
    assert (answer.json["processed"], answer.json["failed"]) == (1, 1)
    assert [row["assignment_id"] for row in sql("SELECT assignment_id FROM check_results")] == [job]


def test_an_event_is_stored_and_listed(start_function, fleet):
    function = start_function("EventsFunction")

    posted = function.request("POST", "/api/v1/events", body=ONE_EVENT, key=fleet.key("loader"))
    listed = function.request("GET", "/api/v1/events", query={"event_type": "FILE_PROCESSED"}, key=fleet.key("reader"))

    assert posted.status == 201
    assert [(each["id"], each["message"]) for each in listed.json["items"]] == [(posted.json["event_id"], ONE_EVENT["message"])]


def test_health_needs_no_key(start_function):
    assert start_function("ManagementFunction").request("GET", "/health").status == 200


def test_a_subdivision_is_made_over_the_api(start_function, fleet, sql):
    body = {"object_id": 1060, "short_name": "North"}

    answer = start_function("ManagementFunction").request("POST", "/api/v1/subdivisions", body=body, key=fleet.key("admin"))

    assert answer.status == 201
    assert sql("SELECT short_name FROM subdivisions WHERE object_id = 1060") == [{"short_name": "North"}]


def test_the_sign_in_page_is_rendered_in_russian(start_function):
    headers = {"accept": "text/html", "accept-language": "ru", "host": "monitor.example"}

    answer = start_function("UiFunction").request("GET", "/login", headers=headers)

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert 'type="password"' in answer.text
    assert re.search("[а-я]{3}", answer.text)  # the translations are in the artifact


def test_a_page_sends_a_stranger_to_the_sign_in(start_function):
    answer = start_function("UiFunction").request("GET", "/", headers={"accept": "text/html", "host": "monitor.example"})

    assert answer.status in (302, 303)
    assert "/login" in answer.headers["location"]


def test_the_tick_turns_a_silent_node(start_function, fleet, sql):
    body = {"assignment_id": fleet.assignment(), "is_available": True, "check_success": True}
    stored = start_function("ResultIngestFunction").request("POST", "/api/v1/checks", body=body, key=fleet.key())
    before = sql("SELECT status FROM node_states")
    sql("UPDATE assignment_states SET stale_after = stale_after - interval '1 hour', sweep_at = sweep_at - interval '1 hour'")

    result = start_function("StatusSweepFunction").invoke(TICK)

    assert stored.status == 201
    assert result["changed_nodes"] == 1
    assert (before, sql("SELECT status FROM node_states")) == ([{"status": "available"}], [{"status": "warning"}])


def test_a_tick_without_a_database_fails_so_that_the_platform_counts_it(start_function):
    result = start_function("StatusSweepFunction", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none").invoke(TICK)

    assert result["errorType"] == "DatabaseUnavailableError"


def test_a_request_without_a_database_is_to_be_sent_again(start_function, fleet):
    function = start_function("ResultIngestFunction", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    answer = function.request("POST", "/api/v1/checks", body={"assignment_id": 1, "is_available": True}, key=fleet.key())

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0


def test_a_function_without_its_layer_does_not_start(start_function):
    layers = [layer for layer in layers_of("ResultIngestFunction") if layer != "CoreLayer"]

    result = start_function("ResultIngestFunction", layers=layers).invoke({})

    assert result["errorType"] == "Runtime.ImportModuleError"
