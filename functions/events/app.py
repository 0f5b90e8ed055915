"""GET and POST /api/v1/events: the journal, for readers; new entries, from loaders."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.events.request import parse_event, read_query
from statusmonitor.http.auth import require_reader
from statusmonitor.http.request import body_bytes, look_up_caller
from statusmonitor.http.resolver import answer, create_api
from statusmonitor.http.wire import iso, raw_json
from statusmonitor.services.events import Event, add_event, list_events

api = create_api()


@api.get("/api/v1/events")
def get_events() -> Response[Any]:
    require_reader(api.current_event)
    query = read_query(api.current_event)
    page = list_events(query.wanted, limit=query.limit, offset=query.offset)
    entries = [_entry(event) for event in page.items]
    return answer({"items": entries, "total_count": page.total_count, "limit": query.limit, "offset": query.offset})


@api.post("/api/v1/events")
def post_event() -> Response[Any]:
    caller = look_up_caller(api.current_event, "loader")
    event_id = add_event(parse_event(body_bytes(api.current_event)), scope=caller.object_id)
    return answer({"status": "success", "event_id": event_id}, 201)


def _entry(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "event_time": iso(event.event_time),
        "event_type": event.event_type,
        "severity": event.severity,
        "message": event.message,
        "source": event.source,
        "object_id": event.object_id,
        "node_id": event.node_id,
        "assignment_id": event.assignment_id,
        "node_check_id": event.node_check_id,
        "related_entity": event.related_entity,
        "related_entity_id": event.related_entity_id,
        "details": raw_json(event.details),
    }


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
