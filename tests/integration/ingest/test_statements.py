"""The number of SQL statements of a request is constant, whatever the size of the batch or of the fleet."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.offline_load.app import lambda_handler as bulk
from functions.result_ingest.app import lambda_handler as single
from statusmonitor.services.sweep import refresh_stale_nodes
from tests.http_events import call

NOW = datetime.now(UTC) - timedelta(minutes=4)


def body(jobs: list[int], second: int, *, success: bool = True) -> dict:
    stamp = (NOW + timedelta(seconds=second)).isoformat()
    return {"results": [{"assignment_id": job, "IsAvailable": True, "CheckSuccess": success, "Timestamp": stamp} for job in jobs]}


def load(key, content: dict) -> None:
    assert call(bulk, "POST", "/api/v1/checks/bulk", key=key, body=content).status == 200


@pytest.mark.parametrize(("success", "expected"), [(True, 1), (False, 8)], ids=["all confirm", "all change"])
@pytest.mark.parametrize("count", [1, 40])
def test_a_bulk_request(fleet, statements, count, success, expected):
    jobs, key = [fleet.assignment() for _ in range(count)], fleet.key("loader")
    load(key, body(jobs, 0))
    statements.clear()

    load(key, body(jobs, 1, success=success))

    assert len(statements) == expected, statements


def test_a_single_result_that_confirms_is_one_statement(fleet, statements):
    job, key = fleet.assignment(), fleet.key()
    result = body([job], 0)["results"][0]
    call(single, "POST", "/api/v1/checks", key=key, body=result)
    statements.clear()

    call(single, "POST", "/api/v1/checks", key=key, body=result | body([job], 1)["results"][0])

    assert len(statements) == 1, statements


@pytest.mark.parametrize("count", [1, 40])
def test_a_sweep(fleet, statements, count):
    jobs, key = [fleet.assignment() for _ in range(count)], fleet.key("loader")
    load(key, body(jobs, 0))
    statements.clear()

    assert refresh_stale_nodes(NOW + timedelta(hours=1)) == count

    assert len(statements) == 1, statements
