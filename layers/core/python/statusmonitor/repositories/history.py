"""Results as history: the newest of a node or a job by the primary key, one by its id, and their details."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import RealDictCursor

from statusmonitor.db.connection import execute_prepared


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One result. `reported_at` is the time as sent when it could not be used: a broken clock."""

    id: int
    assignment_id: int
    node_id: int
    node_name: str
    method_id: int
    method_name: str
    is_available: bool
    check_success: bool | None
    received_at: datetime
    executed_at: datetime
    reported_at: str | None
    duration_ms: int | None
    executor_object_id: int | None
    executor_host: str | None
    resolution_method: str
    assignment_config_version: str | None
    agent_script_version: str | None
    detail_type: str
    has_details: bool


@dataclass(frozen=True, slots=True)
class StoredDetails:
    """`data` is JSON text as it came."""

    detail_type: str
    check_success: bool | None
    error_message: str | None
    data: str | None


_COLUMNS = """
    SELECT r.id, r.assignment_id, n.id AS node_id, n.name AS node_name, m.id AS method_id, m.method_name,
           r.is_available, r.check_success, r.received_at, r.executed_at, r.reported_at, r.duration_ms,
           s.executor_object_id, s.executor_host, COALESCE(s.resolution_method, m.method_name) AS resolution_method,
           s.assignment_config_version, s.agent_script_version, s.detail_type,
           EXISTS (SELECT FROM check_details d
                    WHERE d.assignment_id = r.assignment_id AND d.executed_at = r.executed_at) AS has_details
"""

_KNOWN_JOBS = """
    (SELECT id, node_id, method_id FROM assignments
      UNION ALL
     SELECT id, node_id, method_id FROM retired_assignments)
"""

# The newest of each job by the primary key, then merged: the cost depends on the jobs and the limit, not on the history.
_NEWEST_OF_JOBS = """
    newest AS MATERIALIZED (
        SELECT r.*, j.node_id, j.method_id
          FROM jobs j
         CROSS JOIN LATERAL (
                   SELECT * FROM check_results c
                    WHERE c.assignment_id = j.id AND c.executed_at < %(before)s
                    ORDER BY c.executed_at DESC
                    LIMIT %(limit)s) r
         ORDER BY r.executed_at DESC, r.id DESC
         LIMIT %(limit)s
    )
"""

_FROM_NEWEST = (
    _COLUMNS
    + """
      FROM newest r
      JOIN nodes n ON n.id = r.node_id
      JOIN check_methods m ON m.id = r.method_id
      JOIN result_sources s ON s.id = r.source_id
     ORDER BY r.executed_at DESC, r.id DESC
"""
)

OF_NODE = (
    """
    WITH jobs AS MATERIALIZED (
        SELECT id, node_id, method_id
          FROM (SELECT id, node_id, method_id FROM assignments WHERE node_id = %(node_id)s
                 UNION ALL
                SELECT id, node_id, method_id FROM retired_assignments WHERE node_id = %(node_id)s) k
         WHERE method_id = COALESCE(%(method_id)s, method_id)
    ),
"""
    + _NEWEST_OF_JOBS
    + _FROM_NEWEST
)

OF_ASSIGNMENT = (
    f"""
    WITH jobs AS MATERIALIZED (
        SELECT id, node_id, method_id FROM {_KNOWN_JOBS} k WHERE id = %(assignment_id)s
    ),
"""
    + _NEWEST_OF_JOBS
    + _FROM_NEWEST
)

BEATS_OF_NODE = (
    """
    WITH own AS MATERIALIZED (
        SELECT a.id, a.node_id, a.method_id, m.is_primary
          FROM assignments a
          JOIN check_methods m ON m.id = a.method_id
         WHERE a.node_id = %(node_id)s
    ),
    jobs AS MATERIALIZED (
        SELECT id, node_id, method_id FROM own WHERE is_primary OR NOT EXISTS (SELECT FROM own WHERE is_primary)
    ),
"""
    + _NEWEST_OF_JOBS
    + _FROM_NEWEST
)

# First the one row, through the block range index on ids; then what belongs to it.
_FOUND = """
    WITH found AS MATERIALIZED (SELECT * FROM check_results WHERE id = %(id)s)
"""

FIND = (
    _FOUND
    + _COLUMNS
    + f"""
      FROM found r
      JOIN {_KNOWN_JOBS} j ON j.id = r.assignment_id
      JOIN nodes n ON n.id = j.node_id
      JOIN check_methods m ON m.id = j.method_id
      JOIN result_sources s ON s.id = r.source_id
"""
)

FIND_DETAILS = (
    _FOUND
    + """
    SELECT s.detail_type, r.check_success, d.error_message, d.data::text AS data
      FROM found r
      JOIN check_details d ON d.assignment_id = r.assignment_id AND d.executed_at = r.executed_at
      JOIN result_sources s ON s.id = r.source_id
"""
)

NODE_EXISTS = """
    SELECT FROM nodes WHERE id = %(id)s
"""

ASSIGNMENT_EXISTS = f"""
    SELECT FROM {_KNOWN_JOBS} k WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Page:
    """The `limit` newest results before a moment; None: before none."""

    limit: int
    before: datetime | None = None

    def parameters(self) -> dict[str, tuple[str, Any]]:
        return {"before": ("timestamptz", self.before or "infinity"), "limit": ("bigint", self.limit)}


def of_node(cur: RealDictCursor, node_id: int, page: Page, *, method_id: int | None) -> list[HistoryRow]:
    """Return the results of a node, of its deleted jobs too, newest first."""
    chosen = {"node_id": ("bigint", node_id), "method_id": ("bigint", method_id)}
    execute_prepared(cur, "history_of_node", OF_NODE, {**chosen, **page.parameters()})
    return [HistoryRow(**row) for row in cur]


def of_assignment(cur: RealDictCursor, assignment_id: int, page: Page) -> list[HistoryRow]:
    execute_prepared(
        cur, "history_of_assignment", OF_ASSIGNMENT, {"assignment_id": ("bigint", assignment_id), **page.parameters()}
    )
    return [HistoryRow(**row) for row in cur]


def beats_of_node(cur: RealDictCursor, node_id: int, page: Page) -> list[HistoryRow]:
    """Return the results of a node's primary jobs, of all its jobs when none is primary, newest first."""
    execute_prepared(cur, "beats_of_node", BEATS_OF_NODE, {"node_id": ("bigint", node_id), **page.parameters()})
    return [HistoryRow(**row) for row in cur]


def find(cur: RealDictCursor, check_id: int) -> HistoryRow | None:
    cur.execute(FIND, {"id": check_id})
    row = cur.fetchone()
    return HistoryRow(**row) if row else None


def find_details(cur: RealDictCursor, check_id: int) -> StoredDetails | None:
    cur.execute(FIND_DETAILS, {"id": check_id})
    row = cur.fetchone()
    return StoredDetails(**row) if row else None


def has_node(cur: RealDictCursor, node_id: int) -> bool:
    cur.execute(NODE_EXISTS, {"id": node_id})
    return cur.fetchone() is not None


def has_assignment(cur: RealDictCursor, assignment_id: int) -> bool:
    """Tell whether there is or was such a job; of one that was, the results are still in history."""
    cur.execute(ASSIGNMENT_EXISTS, {"id": assignment_id})
    return cur.fetchone() is not None
