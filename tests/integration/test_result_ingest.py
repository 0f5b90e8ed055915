"""POST /api/v1/checks."""

from functions.result_ingest.app import lambda_handler
from tests.http_events import call

PATH = "/api/v1/checks"


def test_a_result_in_agent_style_is_stored(fleet, sql):
    job = fleet.assignment()

    answer = call(lambda_handler, "POST", PATH, key=fleet.key(), body={"assignment_id": job, "is_available": True})

    assert answer.status == 201
    assert answer.json["status"] == "success"
    assert [row["assignment_id"] for row in sql("SELECT assignment_id FROM check_results")] == [job]
