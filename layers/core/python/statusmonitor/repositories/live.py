"""What the pages have not seen yet: one cheap statement when that is nothing, else one snapshot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg2.extras import RealDictCursor

from statusmonitor.db.connection import execute_prepared

HAS_NEWS = """
    SELECT FROM live_revision WHERE rev <> %(since)s OR struct <> COALESCE(%(struct)s, struct)
"""

# The counter is raised last before commit and under a row lock, so that whoever sees a revision sees all changes up to
# it: one statement, one snapshot. Its parameters are literals, so that the planner sees how few rows are newer.
POLL = """
    SELECT r.rev, r.struct, now() AS now, w.behind,
           CASE WHEN w.behind <= %(max_behind)s THEN (
               SELECT COALESCE(json_agg(json_build_array(
                          s.node_id,
                          CASE s.status WHEN 'available' THEN 'a' WHEN 'warning' THEN 'w' WHEN 'unavailable' THEN 'd' ELSE 'u' END,
                          CASE WHEN s.is_outdated THEN 1 ELSE 0 END + CASE WHEN s.has_clock_fault THEN 2 ELSE 0 END,
                          floor(EXTRACT(epoch FROM s.since) * 1000)::bigint) ORDER BY s.rev, s.node_id), '[]')
                 FROM node_states s
                WHERE s.rev > %(since)s)::text END AS nodes,
           (SELECT json_object_agg(status, amount) FROM (SELECT status, count(*) AS amount FROM node_states GROUP BY status) c)::text AS counts
      FROM live_revision r
     CROSS JOIN LATERAL (
           SELECT count(*) AS behind FROM (SELECT FROM node_states WHERE rev > %(since)s LIMIT %(max_behind)s + 1) b) w
     WHERE r.rev <> %(since)s OR r.struct <> COALESCE(%(struct)s, r.struct)
"""

# Transitions get ids and revisions in one order.
CHANGES_SINCE = """
    SELECT c.id, n.id AS node_id, n.name AS node_name, d.short_name AS subdivision_name, c.old_status, c.new_status,
           c.changed_at, c.status_reason AS reason
      FROM (SELECT * FROM status_changes ORDER BY id DESC LIMIT %(limit)s) c
      JOIN nodes n ON n.id = c.node_id
      JOIN subdivisions d ON d.id = n.parent_subdivision_id
     WHERE c.rev > %(since)s AND c.rev <= %(until)s
     ORDER BY c.id DESC
"""


@dataclass(frozen=True, slots=True)
class News:
    """`nodes` are lists of id, mark, flags and since in ms; None when more than `max_behind` changed (`behind`)."""

    rev: int
    struct: int
    now: datetime
    behind: int
    nodes: list[list[Any]] | None
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class SeenChange:
    """A transition as the live feed shows it."""

    id: int
    node_id: int
    node_name: str
    subdivision_name: str
    old_status: str
    new_status: str
    changed_at: datetime
    reason: dict[str, Any]


def poll(cur: RealDictCursor, *, since: int, struct: int | None, max_behind: int) -> News | None:
    """Return what is newer than the revision `since`, None when nothing is."""
    execute_prepared(cur, "has_news", HAS_NEWS, {"since": ("bigint", since), "struct": ("bigint", struct)})
    if cur.fetchone() is None:
        return None
    cur.execute(POLL, {"since": since, "struct": struct, "max_behind": max_behind})
    row = cur.fetchone()
    if row is None:
        return None
    nodes = None if row["nodes"] is None else msgspec.json.decode(row["nodes"])
    counts = msgspec.json.decode(row["counts"]) if row["counts"] else {}
    return News(row["rev"], row["struct"], row["now"], row["behind"], nodes, counts)


def changes_between(cur: RealDictCursor, *, since: int, until: int, limit: int) -> list[SeenChange]:
    """Return the last transitions after revision `since`, up to `until`, newest first."""
    cur.execute(CHANGES_SINCE, {"since": since, "until": until, "limit": limit})
    return [SeenChange(**row) for row in cur]
