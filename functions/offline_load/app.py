"""POST /api/v1/checks/bulk: many results from a loader, each judged on its own."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.offline_load.request import MAX_BODY_BYTES, parse_batch
from statusmonitor.http.request import body_bytes, recall_caller
from statusmonitor.http.resolver import answer, create_api
from statusmonitor.services.ingest import Outcome, ingest

api = create_api()


@api.post("/api/v1/checks/bulk")
def post_checks() -> Response[Any]:
    caller = recall_caller(api.current_event, "loader")
    batch = parse_batch(body_bytes(api.current_event, MAX_BODY_BYTES))
    outcomes = ingest(batch.checks, caller) if batch.checks else []
    for place, check, outcome in zip(batch.places, batch.checks, outcomes, strict=True):
        if outcome is not Outcome.STORED:
            batch.refuse(place, check.assignment_id, "assignment not found")
    return _summary(batch.total, sorted(batch.errors, key=lambda error: error["index"]))


def _summary(total: int, errors: list[dict[str, Any]]) -> Response[Any]:
    """Answer as the loader expects: it takes a file for good only with status success and nothing failed."""
    failed = len(errors)
    body: dict[str, Any] = {
        "status": "success" if not failed else "error" if failed == total else "partial_error",
        "processed": total - failed,
        "failed": failed,
        "total_in_request": total,
        "errors": errors,
    }
    if not total:
        body["message"] = "the request holds no results"
    return answer(body, 207 if failed else 200)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
