"""POST /api/v1/checks: one result from an agent or a loader."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.result_ingest.request import parse_check
from statusmonitor.http.request import body_bytes, recall_caller
from statusmonitor.http.resolver import answer, create_api
from statusmonitor.services.combine import ingest_one
from statusmonitor.services.ingest import raise_for

api = create_api()


@api.post("/api/v1/checks")
def post_check() -> Response[Any]:
    caller = recall_caller(api.current_event, "agent", "loader")
    check = parse_check(body_bytes(api.current_event))
    raise_for(ingest_one(check, caller), check.assignment_id)
    return answer({"status": "success", "message": "the result is stored"}, 201)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
