"""The facts about jobs and nodes that their state rows keep, so that ingest joins nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg2.extras import RealDictCursor

LIST_TYPES = """
    SELECT t.id, t.parent_type_id,
           COALESCE(json_object_agg(pt.name, p.property_value) FILTER (WHERE pt.name IS NOT NULL), '{}')::text AS properties
      FROM node_types t
      LEFT JOIN node_properties p ON p.node_type_id = t.id
      LEFT JOIN node_property_types pt ON pt.id = p.property_type_id
     GROUP BY t.id
"""

# Makes the state rows that are missing and brings the facts of the others up to date; stale_after and sweep_at follow
# the limit. Returns the nodes whose status may be another one now.
REFRESH = """
    WITH types AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(types)s)
            AS t (id bigint, timeout_seconds int, timeout_source text, is_primary_only boolean)
    ),
    chosen AS MATERIALIZED (
        SELECT n.id, n.parent_subdivision_id, t.timeout_seconds, t.timeout_source, t.is_primary_only
          FROM nodes n
          JOIN types t ON t.id = COALESCE(n.node_type_id, 0)
         WHERE %(node_ids)s::bigint[] IS NULL OR n.id = ANY (%(node_ids)s::bigint[])
    ),
    node_facts AS (
        INSERT INTO node_states (node_id, is_primary_only)
        SELECT id, is_primary_only FROM chosen
            ON CONFLICT (node_id) DO UPDATE SET is_primary_only = EXCLUDED.is_primary_only
                WHERE node_states.is_primary_only <> EXCLUDED.is_primary_only
        RETURNING node_id
    ),
    facts AS MATERIALIZED (
        SELECT a.id AS assignment_id, a.node_id, s.object_path, m.is_primary, a.is_enabled, a.enabled_at,
               GREATEST(c.timeout_seconds, 2 * a.check_interval_seconds::bigint)::int AS stale_limit_seconds,
               CASE WHEN c.timeout_seconds >= 2 * a.check_interval_seconds::bigint THEN c.timeout_source
                    ELSE 'interval' END AS stale_limit_source
          FROM chosen c
          JOIN assignments a ON a.node_id = c.id
          JOIN check_methods m ON m.id = a.method_id
          JOIN subdivisions s ON s.id = c.parent_subdivision_id
         ORDER BY a.id
    ),
    job_facts AS (
        INSERT INTO assignment_states AS st
               (assignment_id, node_id, object_path, is_primary, is_enabled, stale_limit_seconds, stale_limit_source,
                stale_after, sweep_at)
        SELECT assignment_id, node_id, object_path, is_primary, is_enabled, stale_limit_seconds, stale_limit_source,
               enabled_at + make_interval(secs => stale_limit_seconds),
               CASE WHEN is_enabled THEN enabled_at + make_interval(secs => stale_limit_seconds) END
          FROM facts
            ON CONFLICT (assignment_id) DO UPDATE
               SET object_path = EXCLUDED.object_path,
                   is_primary = EXCLUDED.is_primary,
                   is_enabled = EXCLUDED.is_enabled,
                   stale_limit_seconds = EXCLUDED.stale_limit_seconds,
                   stale_limit_source = EXCLUDED.stale_limit_source,
                   (stale_after, is_stale, sweep_at) = (
                       SELECT l.moment, l.moment < %(now)s, CASE WHEN EXCLUDED.is_enabled AND l.moment >= %(now)s THEN l.moment END
                         FROM (SELECT GREATEST(st.effective_at + make_interval(secs => EXCLUDED.stale_limit_seconds),
                                               EXCLUDED.stale_after) AS moment) l)
             WHERE (st.object_path, st.is_primary, st.is_enabled, st.stale_limit_seconds, st.stale_limit_source)
                   IS DISTINCT FROM
                   (EXCLUDED.object_path, EXCLUDED.is_primary, EXCLUDED.is_enabled, EXCLUDED.stale_limit_seconds, EXCLUDED.stale_limit_source)
        RETURNING node_id
    )
    SELECT node_id FROM node_facts
     UNION
    SELECT node_id FROM job_facts
"""

RAISE_JOBS = """
    UPDATE subdivisions SET jobs_revision = jobs_revision + 1
     WHERE id IN (SELECT parent_subdivision_id FROM nodes WHERE id = ANY (%(node_ids)s))
"""

RAISE_STRUCT = """
    UPDATE live_revision SET rev = rev + 1, struct = struct + 1
"""

RAISE_KEYS = """
    UPDATE keys_revision SET revision = revision + 1
"""


def list_types(cur: RealDictCursor) -> list[dict[str, Any]]:
    """Return id, parent_type_id and own properties (a dictionary) of every node type."""
    cur.execute(LIST_TYPES)
    return [{**row, "properties": msgspec.json.decode(row["properties"])} for row in cur]


def refresh(cur: RealDictCursor, types: Sequence[dict[str, Any]], node_ids: Sequence[int] | None, *, now: datetime) -> list[int]:
    """Write the facts of these nodes (None: of all) and their jobs; return the nodes to evaluate anew.

    `types` has id, timeout_seconds, timeout_source and is_primary_only of every node type.
    """
    cur.execute(
        REFRESH,
        {
            "types": msgspec.json.encode(types).decode(),
            "node_ids": None if node_ids is None else list(node_ids),
            "now": now,
        },
    )
    return [row["node_id"] for row in cur]


def raise_jobs(cur: RealDictCursor, node_ids: Sequence[int]) -> None:
    """Note that the agents of these nodes' subdivisions would fetch other jobs now."""
    cur.execute(RAISE_JOBS, {"node_ids": list(node_ids)})


def raise_struct(cur: RealDictCursor) -> None:
    """Note that nodes or subdivisions came, went, moved or were renamed: pages fetch their snapshot anew. Last before commit."""
    cur.execute(RAISE_STRUCT)


def raise_keys(cur: RealDictCursor) -> None:
    """Note that a key changed, so that no process trusts the one it remembers."""
    cur.execute(RAISE_KEYS)
