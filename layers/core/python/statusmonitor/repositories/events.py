"""The journal: events and transitions; adding an event, reading both under filters, what was recorded last first."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor

from statusmonitor.errors import ValidationError


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the journal; `details` is the JSON text of an object.

    A transition of a node has old and new status, and why it is not good in the words of the agent; nothing that a
    client posts has them.
    """

    id: int
    event_time: datetime
    event_type: str
    severity: str
    message: str
    source: str | None
    object_id: int | None
    node_id: int | None
    assignment_id: int | None
    node_check_id: int | None
    related_entity: str | None
    related_entity_id: str | None
    details: str | None
    node_name: str | None
    old_status: str | None
    new_status: str | None
    reason_message: str | None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An entry to be added; its time is the database's. `details` is the JSON text of an object."""

    event_type: str
    message: str
    severity: str = "INFO"
    source: str | None = None
    object_id: int | None = None
    node_id: int | None = None
    assignment_id: int | None = None
    node_check_id: int | None = None
    related_entity: str | None = None
    related_entity_id: str | None = None
    details: str | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which entries to read; None, and an empty `severity`, let everything through.

    `event_type` and `search_text` (of the message) are parts of the text, in any case. `end_time` is included.
    """

    severity: Sequence[str] = ()
    event_type: str | None = None
    object_id: int | None = None
    node_id: int | None = None
    assignment_id: int | None = None
    node_check_id: int | None = None
    related_entity: str | None = None
    related_entity_id: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    search_text: str | None = None

    def parameters(self) -> dict[str, Any]:
        return {**asdict(self), "severity": list(self.severity) or None}


# Parameters are bound as literals, so that the conditions of absent filters fold away before planning.
_MATCHING = """
      FROM journal
     WHERE (%(severity)s::text[] IS NULL OR severity = ANY (%(severity)s::text[]))
       AND (%(event_type)s::text IS NULL OR strpos(lower(event_type), lower(%(event_type)s::text)) > 0)
       AND (%(object_id)s::int IS NULL OR object_id = %(object_id)s)
       AND (%(node_id)s::bigint IS NULL OR node_id = %(node_id)s)
       AND (%(assignment_id)s::bigint IS NULL OR assignment_id = %(assignment_id)s)
       AND (%(node_check_id)s::bigint IS NULL OR node_check_id = %(node_check_id)s)
       AND (%(related_entity)s::text IS NULL OR related_entity = %(related_entity)s)
       AND (%(related_entity_id)s::text IS NULL OR related_entity_id = %(related_entity_id)s)
       AND (%(start_time)s::timestamptz IS NULL OR event_time >= %(start_time)s)
       AND (%(end_time)s::timestamptz IS NULL OR event_time <= %(end_time)s)
       AND (%(search_text)s::text IS NULL OR strpos(lower(message), lower(%(search_text)s::text)) > 0)
"""

_COLUMNS = """
    SELECT id, event_time, event_type, severity, message, source, object_id, node_id, assignment_id, node_check_id,
           related_entity, related_entity_id, details::text AS details, node_name, old_status, new_status, reason_message
"""

LIST = (
    _COLUMNS
    + _MATCHING
    + """
     ORDER BY id DESC
     LIMIT %(limit)s OFFSET %(offset)s
"""
)

COUNT = "SELECT count(*) AS total_count" + _MATCHING

FIND = (
    _COLUMNS
    + """
      FROM journal
     WHERE id = %(id)s
"""
)

INSERT = """
    INSERT INTO events (event_type, severity, message, source, object_id, node_id, assignment_id, node_check_id,
                        related_entity, related_entity_id, details)
    VALUES (%(event_type)s, %(severity)s, %(message)s, %(source)s, %(object_id)s, %(node_id)s, %(assignment_id)s,
            %(node_check_id)s, %(related_entity)s, %(related_entity_id)s, %(details)s)
    RETURNING id
"""

# Which of the ids that an event names lie below an object.
FIND_IN_OBJECT = """
    SELECT EXISTS (SELECT FROM subdivisions
                    WHERE object_id = %(object_id)s AND %(scope)s = ANY (object_path)) AS object_id,
           EXISTS (SELECT FROM nodes n JOIN subdivisions s ON s.id = n.parent_subdivision_id
                    WHERE n.id = %(node_id)s AND %(scope)s = ANY (s.object_path)) AS node_id,
           EXISTS (SELECT FROM assignments a JOIN nodes n ON n.id = a.node_id
                          JOIN subdivisions s ON s.id = n.parent_subdivision_id
                    WHERE a.id = %(assignment_id)s AND %(scope)s = ANY (s.object_path)) AS assignment_id
"""


def list_matching(cur: RealDictCursor, wanted: EventFilter, *, limit: int, offset: int) -> list[Event]:
    cur.execute(LIST, {**wanted.parameters(), "limit": limit, "offset": offset})
    return [Event(**row) for row in cur]


def count(cur: RealDictCursor, wanted: EventFilter) -> int:
    cur.execute(COUNT, wanted.parameters())
    row = cur.fetchone()
    return row["total_count"] if row else 0


def find(cur: RealDictCursor, event_id: int) -> Event | None:
    cur.execute(FIND, {"id": event_id})
    row = cur.fetchone()
    return Event(**row) if row else None


def insert(cur: RealDictCursor, event: NewEvent) -> int:
    """Add an entry and return its id.

    Raises:
        ValidationError: there is no node `event.node_id`.
    """
    try:
        cur.execute(INSERT, asdict(event))
    except psycopg2.errors.ForeignKeyViolation as error:
        raise ValidationError("there is no such node", node_id="unknown") from error
    row = cur.fetchone()
    assert row is not None  # noqa: S101 - RETURNING of an INSERT that did not fail
    return int(row["id"])


def find_in_object(cur: RealDictCursor, event: NewEvent, scope: int) -> dict[str, bool]:
    """Tell for object_id, node_id and assignment_id of an event whether it lies at or below the object `scope`."""
    cur.execute(FIND_IN_OBJECT, {**asdict(event), "scope": scope})
    row = cur.fetchone()
    return dict(row) if row else {}
