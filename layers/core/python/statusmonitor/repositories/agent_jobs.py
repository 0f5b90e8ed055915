"""Jobs as agents fetch them: whether they changed, and their JSON text."""

from dataclasses import dataclass

from psycopg2.extras import RealDictCursor

from statusmonitor.db.connection import execute_prepared

FIND_SITE = """
    SELECT k.revision AS keys_revision, s.id AS subdivision_id, s.jobs_revision, s.object_path
      FROM keys_revision k
      LEFT JOIN subdivisions s ON s.object_id = %(object_id)s
"""

# The pipeline's stored text passes through: keys and their order are the author's.
LIST_JOBS = """
    SELECT concat('{"assignment_id":', a.id, ',"node_id":', n.id, ',"node_name":', to_json(n.name),
                  ',"ip_address":', COALESCE(to_json(n.ip_address)::text, 'null'), ',"method_name":', to_json(m.method_name),
                  ',"check_interval_seconds":', a.check_interval_seconds,
                  ',"pipeline":', CASE json_typeof(a.pipeline) WHEN 'array' THEN a.pipeline::text ELSE '[]' END, '}') AS job
      FROM nodes n
      JOIN assignments a ON a.node_id = n.id
      JOIN check_methods m ON m.id = a.method_id
     WHERE n.parent_subdivision_id = %(subdivision_id)s AND a.is_enabled
     ORDER BY n.name, a.id
"""


@dataclass(frozen=True, slots=True)
class Site:
    """What stands for an object; without a subdivision the last three are None."""

    keys_revision: int
    subdivision_id: int | None
    jobs_revision: int | None
    object_path: list[int] | None


def find_site(cur: RealDictCursor, object_id: int) -> Site:
    execute_prepared(cur, "find_site", FIND_SITE, {"object_id": ("int", object_id)})
    row = cur.fetchone()
    assert row is not None  # noqa: S101 - keys_revision has its one row
    return Site(**row)


def list_jobs(cur: RealDictCursor, subdivision_id: int) -> list[str]:
    """Return the enabled jobs of a subdivision's own nodes, each as the text of a JSON object."""
    cur.execute(LIST_JOBS, {"subdivision_id": subdivision_id})
    return [row["job"] for row in cur]
