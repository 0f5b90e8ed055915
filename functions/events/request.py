"""What a loader says about an event, and what a reader may ask for (contract 1.5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from functions.events.fields import FieldReader
from statusmonitor.domain.text import cure_text
from statusmonitor.domain.times import parse_time
from statusmonitor.errors import BadRequestError, ValidationError
from statusmonitor.http.request import query, query_int
from statusmonitor.services.events import SEVERITIES, EventFilter, NewEvent

DEFAULT_LIMIT = 100
MAX_LIMIT = 500
MAX_OFFSET = 2**31 - 1
MAX_TYPE = 50
MAX_SOURCE = 100
MAX_MESSAGE = 10_000
MAX_ENTITY_ID = 1_000
MAX_OBJECT_ID = 2**31 - 1
MAX_ID = 2**63 - 1

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class EventQuery:
    wanted: EventFilter
    limit: int
    offset: int


def parse_event(body: bytes) -> NewEvent:
    """Return the event that a body means.

    Raises:
        BadRequestError: it is no JSON.
        ValidationError: it is no object, or fields are wrong; `details` names every one of them.
    """
    try:
        fields = FieldReader(_decode(body))
    except msgspec.ValidationError as error:
        raise ValidationError(f"the event cannot be read: {error}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequestError("the body is not valid JSON") from error
    event = NewEvent(
        event_type=fields.text("event_type", MAX_TYPE, is_required=True) or "",
        message=fields.text("message", MAX_MESSAGE, is_required=True) or "",
        severity=fields.choice("severity", SEVERITIES, default="INFO"),
        source=fields.text("source", MAX_SOURCE),
        object_id=fields.number("object_id", MAX_OBJECT_ID),
        node_id=fields.number("node_id", MAX_ID),
        assignment_id=fields.number("assignment_id", MAX_ID),
        node_check_id=fields.number("node_check_id", MAX_ID),
        related_entity=fields.text("related_entity", MAX_TYPE),
        related_entity_id=fields.text("related_entity_id", MAX_ENTITY_ID),
        details=fields.json_object("details"),
    )
    fields.raise_for_faults()
    return event


def read_query(event: Any) -> EventQuery:
    """Return the filter and the page asked for; a page that makes no sense is the first one.

    Raises:
        BadRequestError: a number or a time cannot be read.
        ValidationError: there is no such severity.
    """
    wanted = EventFilter(
        severity=_severities(event),
        event_type=_text(event, "event_type"),
        object_id=query_int(event, "object_id"),
        node_id=query_int(event, "node_id"),
        assignment_id=query_int(event, "assignment_id"),
        node_check_id=query_int(event, "node_check_id"),
        related_entity=_text(event, "related_entity"),
        related_entity_id=_text(event, "related_entity_id"),
        start_time=_time(event, "start_time"),
        end_time=_time(event, "end_time"),
        search_text=_text(event, "search_text"),
    )
    limit = min(_number_or(event, "limit", DEFAULT_LIMIT), MAX_LIMIT) or DEFAULT_LIMIT
    return EventQuery(wanted, limit, min(_number_or(event, "offset", 0), MAX_OFFSET))


def _number_or(event: Any, name: str, default: int) -> int:
    text = query(event).get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else default  # noqa: PLR2004 - far beyond any page


def _severities(event: Any) -> tuple[str, ...]:
    text = query(event).get("severity", "")
    chosen = tuple(word.strip().upper() for word in text.split(",") if word.strip())
    if not set(chosen) <= set(SEVERITIES):
        raise ValidationError("there is no such severity", severity=f"one of {', '.join(SEVERITIES)}")
    return chosen


def _text(event: Any, name: str) -> str | None:
    return cure_text(query(event).get(name, "")) or None


def _time(event: Any, name: str) -> datetime | None:
    text = query(event).get(name)
    if not text:
        return None
    moment = parse_time(text) or parse_time(text.replace(" ", "+"))  # a plus that was not escaped arrives as a blank
    if moment is None:
        raise BadRequestError(f"{name} must be an ISO 8601 time", **{name: "an ISO 8601 time"})
    return moment
