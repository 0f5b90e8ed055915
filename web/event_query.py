"""The filter of the journal as it stands in the address: ?q=&sev=ERROR,CRITICAL&type=&node=7&from=&to=&page=2."""

from collections.abc import Mapping
from datetime import UTC, datetime

from statusmonitor.services.events import SEVERITIES, EventFilter
from web.node_query import MAX_TEXT, read_id, read_page

__all__ = ["PAGE_SIZE", "read_event_filter", "read_page"]

PAGE_SIZE = 50


def read_event_filter(arguments: Mapping[str, str]) -> EventFilter:
    """Return the filter; what cannot be read counts as not given."""
    return EventFilter(
        severity=tuple(each for each in arguments.get("sev", "").split(",") if each in SEVERITIES),
        event_type=_text(arguments, "type"),
        node_id=read_id(arguments, "node"),
        start_time=_moment(arguments, "from"),
        end_time=_moment(arguments, "to"),
        search_text=_text(arguments, "q"),
    )


def _text(arguments: Mapping[str, str], name: str) -> str | None:
    return arguments.get(name, "").replace("\x00", "").strip()[:MAX_TEXT] or None


def _moment(arguments: Mapping[str, str], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(arguments.get(name, ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
