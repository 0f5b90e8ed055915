"""States of jobs and nodes: locking, reading and writing them in sets. Jobs are locked before nodes, each in id order."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from psycopg2.extras import RealDictCursor

from statusmonitor.db.connection import execute_prepared
from statusmonitor.domain.status import Job
from statusmonitor.domain.transitions import NodeChange

LOCK_JOBS = """
    SELECT assignment_id, node_id
      FROM assignment_states
     WHERE assignment_id = ANY (%(assignment_ids)s)
     ORDER BY assignment_id
       FOR NO KEY UPDATE
"""

LOCK_JOBS_OF_NODES = """
    SELECT assignment_id
      FROM assignment_states
     WHERE node_id = ANY (%(node_ids)s)
     ORDER BY assignment_id
       FOR NO KEY UPDATE
"""

LOCK_NODES = """
    SELECT node_id, status, status_reason::text, since, is_outdated, has_clock_fault, is_primary_only
      FROM node_states
     WHERE node_id = ANY (%(node_ids)s)
     ORDER BY node_id
       FOR NO KEY UPDATE
"""

LIST_JOBS = """
    SELECT assignment_id, node_id, is_primary, is_enabled, stale_limit_seconds, stale_limit_source,
           executed_at, effective_at, is_available, check_success, has_clock_fault, message, last_good_at,
           is_stale, stale_after
      FROM assignment_states
     WHERE node_id = ANY (%(node_ids)s)
"""

# What becomes visible is written with its transitions and, in the same statement, the one counter the pages compare.
# The view `journal` shows the transitions as events, so that none is written twice.
RECORD_CHANGES = """
    revision AS (
        UPDATE live_revision SET rev = rev + 1 WHERE EXISTS (SELECT FROM changed) RETURNING rev
    ),
    shown AS (
        UPDATE node_states s
           SET status = c.status, status_reason = c.status_reason, is_outdated = c.is_outdated,
               has_clock_fault = c.has_clock_fault, since = c.since, rev = revision.rev
          FROM changed c, revision
         WHERE s.node_id = c.node_id
    ),
    recorded AS (
        INSERT INTO status_changes (node_id, old_status, new_status, status_reason, changed_at, recorded_at, rev)
        SELECT t.node_id, t.old_status, t.new_status, t.status_reason, t.changed_at, %(now)s, revision.rev
          FROM transitions t, revision
         ORDER BY t.changed_at, t.node_id
    )
"""

WRITE = (
    """
    WITH jobs AS (
        SELECT * FROM json_to_recordset(%(jobs)s)
            AS j (assignment_id bigint, executed_at timestamptz, effective_at timestamptz, is_available boolean,
                  check_success boolean, has_clock_fault boolean, message text, last_good_at timestamptz,
                  is_stale boolean, stale_after timestamptz, sweep_at timestamptz)
    ),
    changed AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(nodes)s)
            AS c (node_id bigint, status text, status_reason json, is_outdated boolean, has_clock_fault boolean, since timestamptz)
    ),
    transitions AS (
        SELECT * FROM json_to_recordset(%(transitions)s)
            AS t (node_id bigint, old_status text, new_status text, status_reason json, changed_at timestamptz)
    ),
    kept AS (
        UPDATE assignment_states s
           SET executed_at = j.executed_at, effective_at = j.effective_at, is_available = j.is_available,
               check_success = j.check_success, has_clock_fault = j.has_clock_fault, message = j.message,
               last_good_at = j.last_good_at, is_stale = j.is_stale, stale_after = j.stale_after, sweep_at = j.sweep_at
          FROM jobs j
         WHERE s.assignment_id = j.assignment_id
    ),
"""
    + RECORD_CHANGES
    + "SELECT rev FROM revision"
)

# The lazy timer: a row whose limit has moved on is only looked at again then; the others turn. Of the rule it is
# given one table, what a status becomes; the rest is comparing times.
TURN_STALE = (
    """
    WITH due AS MATERIALIZED (
        SELECT assignment_id, node_id, is_primary, is_available, check_success, message, stale_limit_seconds, stale_limit_source,
               stale_after, stale_after < %(now)s AS turns
          FROM assignment_states
         WHERE sweep_at <= %(now)s
           AND (%(only)s::bigint IS NULL OR assignment_id = %(only)s)
         ORDER BY sweep_at
         LIMIT %(limit)s
           FOR NO KEY UPDATE SKIP LOCKED
    ),
    swept AS (
        UPDATE assignment_states s
           SET is_stale = s.is_stale OR d.turns,
               sweep_at = CASE WHEN d.turns THEN NULL ELSE d.stale_after END
          FROM due d
         WHERE s.assignment_id = d.assignment_id
    ),
    turned AS MATERIALIZED ( -- one scan with its join: joined as two, the planner expects one row and compares all with all
        SELECT d.node_id, d.assignment_id, d.is_primary, d.is_available, d.stale_limit_seconds, d.stale_limit_source,
               d.stale_after, n.status AS old_status, n.status_reason AS old_reason, n.since, n.is_outdated,
               n.has_clock_fault, n.is_primary_only
          FROM due d
          JOIN node_states n ON n.node_id = d.node_id
         WHERE d.turns
         ORDER BY d.node_id
           FOR NO KEY UPDATE OF n
    ),
    first_turned AS (
        SELECT DISTINCT ON (t.node_id)
               t.node_id, t.old_status, w.new_status, t.is_outdated, t.has_clock_fault, t.since, t.stale_after,
               CASE WHEN t.old_status = w.new_status THEN t.old_reason
                    ELSE json_build_object(
                        'rule', CASE WHEN t.is_primary THEN 'primary_job' ELSE 'other_job' END,
                        'assignment_id', t.assignment_id,
                        'condition', CASE WHEN t.is_available IS NULL THEN 'silent' ELSE 'outdated' END,
                        'stale_limit_seconds', t.stale_limit_seconds,
                        'stale_limit_source', t.stale_limit_source) END AS status_reason
          FROM turned t
          JOIN json_to_recordset(%(status_when_stale)s) AS w (old_status text, new_status text) ON w.old_status = t.old_status
         WHERE t.is_primary OR NOT t.is_primary_only
         ORDER BY t.node_id, t.is_primary DESC, t.stale_after
    ),
    changed AS MATERIALIZED (
        SELECT node_id, new_status AS status, status_reason, true AS is_outdated, has_clock_fault,
               CASE WHEN old_status = new_status THEN since ELSE GREATEST(stale_after, since) END AS since
          FROM first_turned
         WHERE old_status <> new_status OR NOT is_outdated
    ),
    transitions AS (
        SELECT node_id, old_status, new_status, status_reason, GREATEST(stale_after, since) AS changed_at
          FROM first_turned
         WHERE old_status <> new_status
    ),
"""
    + RECORD_CHANGES
    + "SELECT (SELECT count(*) FROM due) AS seen, (SELECT count(*) FROM changed) AS changed"
)

NEXT_DUE = """
    SELECT assignment_id
      FROM assignment_states
     WHERE sweep_at <= %(now)s
     ORDER BY sweep_at
     LIMIT %(limit)s
"""

PUSH_AHEAD = """
    UPDATE assignment_states SET sweep_at = %(until)s WHERE assignment_id = %(assignment_id)s
"""


def lock_jobs(cur: RealDictCursor, assignment_ids: Iterable[int]) -> dict[int, int]:
    """Lock the states of these jobs and return the node of each; a job that is gone is missing."""
    execute_prepared(cur, "lock_jobs", LOCK_JOBS, {"assignment_ids": ("bigint[]", sorted(set(assignment_ids)))})
    return {row["assignment_id"]: row["node_id"] for row in cur}


def lock_jobs_of_nodes(cur: RealDictCursor, node_ids: Iterable[int]) -> None:
    cur.execute(LOCK_JOBS_OF_NODES, {"node_ids": sorted(set(node_ids))})


def lock_nodes(cur: RealDictCursor, node_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Lock the states of these nodes and return them by id. The jobs must be locked already."""
    execute_prepared(cur, "lock_nodes", LOCK_NODES, {"node_ids": ("bigint[]", sorted(set(node_ids)))})
    return {row["node_id"]: dict(row) for row in cur}


def list_jobs(cur: RealDictCursor, node_ids: Iterable[int]) -> list[Job]:
    """Return every job of these nodes. Under the lock of the nodes it is what all earlier writers left."""
    execute_prepared(cur, "list_jobs", LIST_JOBS, {"node_ids": ("bigint[]", sorted(set(node_ids)))})
    return [_job(row) for row in cur]


def write(cur: RealDictCursor, jobs: Iterable[Job], changes: Sequence[NodeChange], *, now: datetime) -> int | None:
    """Write job states, and what becomes visible of nodes; return the new live revision, None when nothing did.

    The last statement before commit: it raises the counter that readers compare.
    """
    execute_prepared(
        cur,
        "write_states",
        WRITE,
        {
            "jobs": ("json", _json([_job_row(job) for job in jobs])),
            "nodes": ("json", _json([change.state_row() for change in changes])),
            "transitions": ("json", _json([row for change in changes for row in change.transition_rows()])),
            "now": ("timestamptz", now),
        },
    )
    row = cur.fetchone()
    return row["rev"] if row else None


def turn_stale(
    cur: RealDictCursor, *, now: datetime, limit: int, status_when_stale: dict[str, str], only: int | None = None
) -> tuple[int, int]:
    """Turn up to `limit` due jobs, or the one called `only`, and their nodes.

    Returns (rows looked at, nodes that changed visibly). Rows that another sweep holds are skipped.
    """
    rules = [{"old_status": old, "new_status": new} for old, new in status_when_stale.items()]
    execute_prepared(
        cur,
        "turn_stale",
        TURN_STALE,
        {
            "now": ("timestamptz", now),
            "limit": ("bigint", limit),
            "only": ("bigint", only),
            "status_when_stale": ("json", _json(rules)),
        },
    )
    row = cur.fetchone()
    return (row["seen"], row["changed"]) if row else (0, 0)


def next_due(cur: RealDictCursor, *, now: datetime, limit: int) -> list[int]:
    cur.execute(NEXT_DUE, {"now": now, "limit": limit})
    return [row["assignment_id"] for row in cur]


def push_ahead(cur: RealDictCursor, assignment_id: int, *, until: datetime) -> None:
    cur.execute(PUSH_AHEAD, {"assignment_id": assignment_id, "until": until})


def _job(row: dict[str, Any]) -> Job:
    facts = dict(row)
    facts["stale_limit"] = timedelta(seconds=facts.pop("stale_limit_seconds"))
    return Job(**facts)


def _job_row(job: Job) -> dict[str, Any]:
    return {
        "assignment_id": job.assignment_id,
        "executed_at": job.executed_at,
        "effective_at": job.effective_at,
        "is_available": job.is_available,
        "check_success": job.check_success,
        "has_clock_fault": job.has_clock_fault,
        "message": job.message,
        "last_good_at": job.last_good_at,
        "is_stale": job.is_stale,
        "stale_after": job.stale_after,
        "sweep_at": None if job.is_stale or not job.is_enabled else job.stale_after,
    }


def _json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()
