"""The overview: the whole fleet as packed strings, what is wrong, and what changed last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg2.extras import RealDictCursor

from statusmonitor.domain.type_tree import TypeView


@dataclass(frozen=True, slots=True)
class PackedSubdivision:
    """A subdivision with its own nodes; `statuses` has one character a node, in the order of `node_ids`."""

    subdivision_id: int
    object_id: int
    short_name: str
    full_name: str | None
    parent_id: int | None
    priority: int
    transport_system_code: str | None
    node_ids: list[int]
    statuses: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The fleet at one revision, read in one statement."""

    rev: int
    struct: int
    now: datetime
    subdivisions: list[PackedSubdivision]


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A node that is not good. `method_name` is that of the job that makes it so."""

    node_id: int
    node_name: str
    subdivision_id: int
    subdivision_name: str
    status: str
    since: datetime
    reason: dict[str, Any]
    method_name: str | None
    is_outdated: bool
    has_clock_fault: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A transition. `duration_seconds` is how long the new status lasted, None while it does."""

    id: int
    node_id: int
    node_name: str
    subdivision_name: str
    old_status: str
    new_status: str
    changed_at: datetime
    reason: dict[str, Any]
    duration_seconds: float | None


SNAPSHOT = """
    WITH types AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(types)s) AS t (id bigint, display_order int)
    ),
    packed AS MATERIALIZED (
        SELECT parent_subdivision_id, array_agg(id) AS node_ids, string_agg(mark, '') AS statuses
          FROM (SELECT n.id, n.parent_subdivision_id,
                       CASE s.status WHEN 'available' THEN 'a' WHEN 'warning' THEN 'w' WHEN 'unavailable' THEN 'd' ELSE 'u' END AS mark
                  FROM nodes n
                  JOIN types t ON t.id = COALESCE(n.node_type_id, 0)
                  LEFT JOIN node_states s ON s.node_id = n.id
                 ORDER BY n.parent_subdivision_id, t.display_order, n.name, n.id) ordered
         GROUP BY parent_subdivision_id
    )
    SELECT r.rev, r.struct, now() AS now, d.id AS subdivision_id, d.object_id, d.short_name, d.full_name, d.parent_id,
           d.priority, d.transport_system_code,
           COALESCE(p.node_ids, '{}') AS node_ids, COALESCE(p.statuses, '') AS statuses
      FROM live_revision r
      LEFT JOIN subdivisions d ON true
      LEFT JOIN packed p ON p.parent_subdivision_id = d.id
"""

PROBLEMS = """
    SELECT n.id AS node_id, n.name AS node_name, d.id AS subdivision_id, d.short_name AS subdivision_name,
           s.status, s.since, s.status_reason AS reason, m.method_name, s.is_outdated, s.has_clock_fault
      FROM (SELECT * FROM node_states
             WHERE status <> 'available'
             ORDER BY array_position(ARRAY['unavailable', 'warning', 'unknown'], status), since DESC, node_id
             LIMIT %(limit)s) s
      JOIN nodes n ON n.id = s.node_id
      JOIN subdivisions d ON d.id = n.parent_subdivision_id
      LEFT JOIN assignments a ON a.id = (s.status_reason ->> 'assignment_id')::bigint
      LEFT JOIN check_methods m ON m.id = a.method_id
     ORDER BY array_position(ARRAY['unavailable', 'warning', 'unknown'], s.status), s.since DESC, s.node_id
"""

_CHANGES = """
    SELECT c.id, n.id AS node_id, n.name AS node_name, d.short_name AS subdivision_name, c.old_status, c.new_status,
           c.changed_at, c.status_reason AS reason,
           EXTRACT(epoch FROM following.changed_at - c.changed_at)::float AS duration_seconds
      FROM chosen c
      JOIN nodes n ON n.id = c.node_id
      JOIN subdivisions d ON d.id = n.parent_subdivision_id
      LEFT JOIN LATERAL (
           SELECT f.changed_at
             FROM status_changes f
            WHERE f.node_id = c.node_id AND (f.changed_at, f.id) > (c.changed_at, c.id)
            ORDER BY f.changed_at, f.id
            LIMIT 1) following ON true
"""

RECENT_CHANGES = (
    "WITH chosen AS (SELECT * FROM status_changes ORDER BY id DESC LIMIT %(limit)s)"
    + _CHANGES
    + """
     ORDER BY c.id DESC
"""
)

CHANGES_OF_NODE = (
    """
    WITH chosen AS (
        SELECT * FROM status_changes WHERE node_id = %(node_id)s ORDER BY changed_at DESC, id DESC LIMIT %(limit)s
    )
"""
    + _CHANGES
    + """
     ORDER BY c.changed_at DESC, c.id DESC
"""
)


def snapshot(cur: RealDictCursor, types: Iterable[TypeView]) -> Snapshot:
    orders = [{"id": each.id, "display_order": each.display_order} for each in types]
    cur.execute(SNAPSHOT, {"types": msgspec.json.encode(orders).decode()})
    heads, subdivisions = [], []
    for row in cur:
        heads.append((row.pop("rev"), row.pop("struct"), row.pop("now")))
        if row["subdivision_id"] is not None:
            subdivisions.append(PackedSubdivision(**row))
    return Snapshot(*heads[0], subdivisions)


def problems(cur: RealDictCursor, *, limit: int) -> list[ProblemRow]:
    """Return the nodes that are not good, worst first, then newest first."""
    cur.execute(PROBLEMS, {"limit": limit})
    return [ProblemRow(**row) for row in cur]


def recent_changes(cur: RealDictCursor, *, limit: int) -> list[ChangeRow]:
    """Return the transitions that became known last, newest first."""
    cur.execute(RECENT_CHANGES, {"limit": limit})
    return [ChangeRow(**row) for row in cur]


def changes_of_node(cur: RealDictCursor, node_id: int, *, limit: int) -> list[ChangeRow]:
    """Return the last transitions of a node, newest first."""
    cur.execute(CHANGES_OF_NODE, {"node_id": node_id, "limit": limit})
    return [ChangeRow(**row) for row in cur]
