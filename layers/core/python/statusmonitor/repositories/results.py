"""Results: storing them in sets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import RealDictCursor

from statusmonitor.db.connection import execute_prepared
from statusmonitor.repositories.batch import Batch

# Stores every result whose job keeps its state, in one statement, and names the rest. It compares; it knows no rule.
# A broken clock (p, the time as sent) always counts as a change: its repeats are recognised under the node's lock only.
# The job rows are locked in id order, as all who change them do.
STORE_CONFIRMING = """
    WITH incoming AS MATERIALIZED (
        SELECT i.*, LEAST(i.t, %(received_at)s) AS effective_at
          FROM ROWS FROM (
                   json_to_recordset(%(batch)s)
                       AS (n int, a bigint, t timestamptz, v boolean, s boolean, k bigint, m int, o int, e text, p text),
                   unnest(string_to_array(%(details)s, E'\\x1f', ''))
               ) AS i (n, a, t, v, s, k, m, o, e, p, d)
         WHERE (SELECT revision FROM keys_revision) = %(keys_revision)s
    ),
    jobs AS MATERIALIZED (
        SELECT assignment_id, object_path, executed_at, effective_at, is_available, check_success,
               is_stale OR has_clock_fault AS must_change
          FROM assignment_states
         WHERE assignment_id = ANY (%(assignment_ids)s)
         ORDER BY assignment_id
           FOR NO KEY UPDATE
    ),
    judged AS MATERIALIZED (
        SELECT i.*,
               j.effective_at IS NULL OR (i.effective_at, i.t) > (j.effective_at, j.executed_at) AS is_newer,
               j.must_change OR i.v IS DISTINCT FROM j.is_available
                             OR i.s IS DISTINCT FROM j.check_success AS differs
          FROM incoming i
          JOIN jobs j ON j.assignment_id = i.a
         WHERE i.o IS NULL OR i.o = ANY (j.object_path)
    ),
    confirming AS MATERIALIZED (
        SELECT * FROM judged WHERE a NOT IN (SELECT a FROM judged WHERE (is_newer AND differs) OR p IS NOT NULL)
    ),
    stored AS (
        INSERT INTO check_results (assignment_id, executed_at, received_at, source_id, duration_ms, is_available, check_success)
        SELECT a, t, %(received_at)s, k, m, v, s FROM confirming
            ON CONFLICT (assignment_id, executed_at) DO NOTHING
    ),
    detailed AS (
        INSERT INTO check_details (assignment_id, executed_at, error_message, data)
        SELECT a, t, e, d::json FROM confirming
         WHERE (d IS NOT NULL OR e IS NOT NULL) AND t >= %(details_from)s
            ON CONFLICT (assignment_id, executed_at) DO NOTHING
    ),
    confirmed AS (
        UPDATE assignment_states st
           SET executed_at = c.t,
               effective_at = c.effective_at,
               stale_after = st.stale_after + (c.effective_at - st.effective_at)
          FROM (SELECT DISTINCT ON (a) a, t, effective_at
                  FROM confirming
                 WHERE is_newer
                 ORDER BY a, effective_at DESC, t DESC) c
         WHERE st.assignment_id = c.a
    )
    SELECT i.n,
           CASE WHEN j.assignment_id IS NULL THEN 'unknown'
                WHEN i.o IS NOT NULL AND NOT i.o = ANY (j.object_path) THEN 'foreign'
                ELSE 'changing' END AS outcome
      FROM incoming i
      LEFT JOIN jobs j ON j.assignment_id = i.a
     WHERE i.n NOT IN (SELECT n FROM confirming)
     UNION ALL
    SELECT -1, 'keys' FROM keys_revision WHERE revision <> %(keys_revision)s
"""

STORE = """
    WITH incoming AS MATERIALIZED (
        SELECT i.*
          FROM ROWS FROM (
                   json_to_recordset(%(batch)s)
                       AS (n int, a bigint, t timestamptz, v boolean, s boolean, k bigint, m int, o int, e text, p text),
                   unnest(string_to_array(%(details)s, E'\\x1f', ''))
               ) AS i (n, a, t, v, s, k, m, o, e, p, d)
    ),
    stored AS (
        INSERT INTO check_results
               (assignment_id, executed_at, received_at, source_id, duration_ms, is_available, check_success, reported_at)
        SELECT a, t, %(received_at)s, k, m, v, s, p FROM incoming
            ON CONFLICT (assignment_id, executed_at) DO NOTHING
    )
    INSERT INTO check_details (assignment_id, executed_at, error_message, data)
    SELECT a, t, e, d::json FROM incoming
     WHERE (d IS NOT NULL OR e IS NOT NULL) AND t >= %(details_from)s
        ON CONFLICT (assignment_id, executed_at) DO NOTHING
"""

FIND_REPORTED = """
    SELECT r.assignment_id, r.reported_at
      FROM check_results r
      JOIN json_to_recordset(%(pairs)s) AS i (a bigint, p text) ON i.a = r.assignment_id AND i.p = r.reported_at
     WHERE r.reported_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class StoreTerms:
    """What holds for a whole batch. Details of results before `details_from` are not kept."""

    received_at: datetime
    details_from: datetime
    keys_revision: int


def store_confirming(cur: RealDictCursor, batch: Batch, assignment_ids: list[int], terms: StoreTerms) -> list[dict[str, Any]]:
    """Store what confirms the state of its job and return the others as rows of `n` and `outcome`.

    `outcome` is unknown (no such job), foreign (outside the key's object), changing (the job's state would change:
    nothing of that job was stored) or, with `n` -1, keys: the keys changed since they were read; nothing was stored.
    """
    execute_prepared(
        cur,
        "store_confirming",
        STORE_CONFIRMING,
        {
            "batch": ("json", batch.rows),
            "details": ("text", batch.details),
            "assignment_ids": ("bigint[]", assignment_ids),
            "received_at": ("timestamptz", terms.received_at),
            "keys_revision": ("bigint", terms.keys_revision),
            "details_from": ("timestamptz", terms.details_from),
        },
    )
    return cur.fetchall()  # type: ignore[return-value]


def store(cur: RealDictCursor, batch: Batch, *, received_at: datetime, details_from: datetime) -> None:
    """Store results whatever they mean for their job; one that is stored already changes nothing."""
    execute_prepared(
        cur,
        "store",
        STORE,
        {
            "batch": ("json", batch.rows),
            "details": ("text", batch.details),
            "received_at": ("timestamptz", received_at),
            "details_from": ("timestamptz", details_from),
        },
    )


def find_reported(cur: RealDictCursor, pairs: str) -> set[tuple[int, str]]:
    """Return which of the (assignment_id, reported_at) pairs are stored already; `pairs` is a JSON array of {a, p}."""
    cur.execute(FIND_REPORTED, {"pairs": pairs})
    return {(row["assignment_id"], row["reported_at"]) for row in cur}
