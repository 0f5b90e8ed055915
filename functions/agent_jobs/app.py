"""GET /api/v1/assignments: the jobs of one object, for its agent."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.agent_jobs.request import Variant, is_known, read_object_id
from statusmonitor.http.request import recall_caller
from statusmonitor.http.resolver import JSON_TYPE, create_api
from statusmonitor.services.agent_jobs import jobs_version, list_jobs

api = create_api()


@api.get("/api/v1/assignments")
def get_assignments() -> Response[Any]:
    event = api.current_event
    caller = recall_caller(event, "agent")
    version = jobs_version(read_object_id(event), caller)
    variant = Variant.of(event)
    tag = variant.tag(version.text)
    headers = {"ETag": tag, "Vary": "User-Agent", "Cache-Control": "private, no-cache"}
    if is_known(event, tag):
        return Response(status_code=304, body="", headers=headers)
    body = "[" + ",".join(variant.entries(list_jobs(version))) + "]"
    return Response(status_code=200, content_type=JSON_TYPE, body=body, headers=headers)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
