"""The journal of events: what happened to nodes, files and settings."""

from dataclasses import dataclass

from statusmonitor.db.connection import cursor
from statusmonitor.errors import NotFoundError, ValidationError
from statusmonitor.repositories import events
from statusmonitor.repositories.events import Event, EventFilter, NewEvent

__all__ = ["SEVERITIES", "Event", "EventFilter", "EventPage", "NewEvent", "add_event", "get_event", "list_events"]

SEVERITIES = ("INFO", "WARN", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True)
class EventPage:
    items: list[Event]
    total_count: int


def list_events(wanted: EventFilter, *, limit: int, offset: int = 0) -> EventPage:
    """Return a page of the matching events, newest first, and how many there are in all."""
    with cursor() as cur:
        items = events.list_matching(cur, wanted, limit=limit, offset=offset)
        if not offset and len(items) < limit:
            return EventPage(items, len(items))
        return EventPage(items, events.count(cur, wanted))


def get_event(event_id: int) -> Event:
    """Raises: NotFoundError: there is no such event."""
    with cursor() as cur:
        event = events.find(cur, event_id)
    if event is None:
        raise NotFoundError(f"there is no event {event_id}")
    return event


def add_event(event: NewEvent, *, scope: int | None = None) -> int:
    """Add an event and return its id. `scope` is the object its sender is bound to: it speaks of nothing outside.

    Raises:
        ValidationError: a node that is unknown, or something outside the scope: the sender cannot tell which.
    """
    with cursor() as cur:
        if scope is not None:
            _require_in_scope(event, events.find_in_object(cur, event, scope))
        return events.insert(cur, event)


def _require_in_scope(event: NewEvent, found: dict[str, bool]) -> None:
    foreign = {name: "unknown" for name, is_inside in found.items() if getattr(event, name) is not None and not is_inside}
    if foreign:
        raise ValidationError("the event names what is unknown", **foreign)
