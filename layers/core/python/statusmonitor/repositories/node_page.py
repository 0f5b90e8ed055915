"""One node with its state, its place, and its jobs with their last results."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extras import RealDictCursor

from statusmonitor.domain.status import Job
from statusmonitor.repositories.history import HistoryRow


@dataclass(frozen=True, slots=True)
class StoredNode:
    """A node with its state; `path` is its subdivisions from the top as pairs of id and short name."""

    id: int
    name: str
    ip_address: str | None
    description: str | None
    subdivision_id: int
    object_id: int
    node_type_id: int
    created_at: datetime
    path: list[tuple[int, str]]
    status: str
    since: datetime
    reason: dict[str, Any]
    is_outdated: bool
    has_clock_fault: bool
    is_primary_only: bool


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job, its state as the rule sees it, and its newest result while that is kept. `pipeline` is JSON text."""

    id: int
    method_id: int
    method_name: str
    description: str | None
    check_interval_seconds: int
    pipeline: str
    enabled_at: datetime
    state: Job
    last_result: HistoryRow | None


FIND = """
    SELECT n.id, n.name, n.ip_address, n.description, d.id AS subdivision_id, d.object_id,
           COALESCE(n.node_type_id, 0) AS node_type_id, n.created_at,
           (SELECT json_agg(json_build_array(above.id, above.short_name) ORDER BY array_position(d.object_path, above.object_id))
              FROM subdivisions above
             WHERE above.object_id = ANY (d.object_path)) AS path,
           s.status, s.since, s.status_reason AS reason, s.is_outdated, s.has_clock_fault, s.is_primary_only
      FROM nodes n
      JOIN subdivisions d ON d.id = n.parent_subdivision_id
      JOIN node_states s ON s.node_id = n.id
     WHERE n.id = %(node_id)s
"""

# The newest result of a job is the row its state was made of: one look-up by the primary key.
LIST_JOBS = """
    SELECT a.id, a.method_id, m.method_name, a.description, a.check_interval_seconds, a.pipeline::text AS pipeline, a.enabled_at,
           s.assignment_id, s.node_id, s.is_primary, s.is_enabled, s.stale_limit_seconds, s.stale_limit_source, s.executed_at,
           s.effective_at, s.is_available, s.check_success, s.has_clock_fault, s.message, s.last_good_at, s.is_stale, s.stale_after,
           n.name AS node_name, r.id AS result_id, r.received_at, r.reported_at, r.duration_ms,
           r.is_available AS result_is_available, r.check_success AS result_check_success,
           o.executor_object_id, o.executor_host, COALESCE(o.resolution_method, m.method_name) AS resolution_method,
           o.assignment_config_version, o.agent_script_version, o.detail_type,
           EXISTS (SELECT FROM check_details t WHERE t.assignment_id = a.id AND t.executed_at = s.executed_at) AS has_details
      FROM assignments a
      JOIN assignment_states s ON s.assignment_id = a.id
      JOIN nodes n ON n.id = a.node_id
      JOIN check_methods m ON m.id = a.method_id
      LEFT JOIN LATERAL (
           SELECT * FROM check_results c WHERE c.assignment_id = a.id AND c.executed_at = s.executed_at LIMIT 1) r ON true
      LEFT JOIN result_sources o ON o.id = r.source_id
     WHERE a.node_id = %(node_id)s
     ORDER BY s.is_primary DESC, m.method_name, a.id
"""

_STATE = (
    "assignment_id",
    "node_id",
    "is_primary",
    "is_enabled",
    "stale_limit_source",
    "executed_at",
    "effective_at",
    "is_available",
    "check_success",
    "has_clock_fault",
    "message",
    "last_good_at",
    "is_stale",
    "stale_after",
)
_OF_BOTH = (
    "assignment_id",
    "node_id",
    "node_name",
    "method_id",
    "method_name",
    "received_at",
    "executed_at",
    "reported_at",
    "duration_ms",
    "executor_object_id",
    "executor_host",
    "resolution_method",
    "assignment_config_version",
    "agent_script_version",
    "detail_type",
    "has_details",
)


def find(cur: RealDictCursor, node_id: int) -> StoredNode | None:
    cur.execute(FIND, {"node_id": node_id})
    row = cur.fetchone()
    return StoredNode(**{**row, "path": [(key, name) for key, name in row["path"]]}) if row else None


def list_jobs(cur: RealDictCursor, node_id: int) -> list[StoredJob]:
    """Return the jobs of a node, primary ones first, then by method."""
    cur.execute(LIST_JOBS, {"node_id": node_id})
    return [_job(dict(row)) for row in cur]


def _job(row: dict[str, Any]) -> StoredJob:
    return StoredJob(
        id=row["id"],
        method_id=row["method_id"],
        method_name=row["method_name"],
        description=row["description"],
        check_interval_seconds=row["check_interval_seconds"],
        pipeline=row["pipeline"],
        enabled_at=row["enabled_at"],
        state=Job(stale_limit=timedelta(seconds=row["stale_limit_seconds"]), **{name: row[name] for name in _STATE}),
        last_result=_result(row) if row["result_id"] is not None else None,
    )


def _result(row: dict[str, Any]) -> HistoryRow:
    return HistoryRow(
        id=row["result_id"],
        is_available=row["result_is_available"],
        check_success=row["result_check_success"],
        **{name: row[name] for name in _OF_BOTH},
    )
