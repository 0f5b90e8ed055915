"""Assignments: which pipeline runs on which node, how often."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg2.extras import RealDictCursor

from statusmonitor.domain.paging import Listing, Page
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import listing
from statusmonitor.repositories.listing import ListStatements
from statusmonitor.repositories.violations import translated

_COLUMNS = """
    SELECT a.id, a.node_id, n.name AS node_name, a.method_id, m.method_name, a.pipeline::text AS pipeline, a.check_interval_seconds,
           a.is_enabled, a.description, st.executed_at AS last_executed_at,
           (SELECT r.id FROM check_results r WHERE r.assignment_id = a.id AND r.executed_at = st.executed_at) AS last_node_check_id,
           s.short_name AS subdivision_name, t.name AS node_type_name
"""

_TABLES = """
      FROM assignments a
      JOIN nodes n ON n.id = a.node_id
      JOIN check_methods m ON m.id = a.method_id
      JOIN subdivisions s ON s.id = n.parent_subdivision_id
      LEFT JOIN node_types t ON t.id = n.node_type_id
      LEFT JOIN assignment_states st ON st.assignment_id = a.id
"""

_CONDITIONS = """
     WHERE (%(node_ids)s::bigint[] IS NULL OR a.node_id = ANY (%(node_ids)s))
       AND (%(node_id)s::bigint IS NULL OR a.node_id = %(node_id)s)
       AND (%(method_id)s::bigint IS NULL OR a.method_id = %(method_id)s)
       AND (%(is_enabled)s::boolean IS NULL OR a.is_enabled = %(is_enabled)s)
       AND (%(search_text)s::text IS NULL OR position(lower(%(search_text)s) IN lower(n.name)) > 0
            OR position(lower(%(search_text)s) IN lower(a.description)) > 0)
"""

LIST = _COLUMNS + _TABLES + _CONDITIONS + "ORDER BY n.name, a.id LIMIT %(limit)s OFFSET %(offset)s"

COUNT = "SELECT count(*) AS total_count FROM assignments a JOIN nodes n ON n.id = a.node_id" + _CONDITIONS

GET = _COLUMNS + _TABLES + "WHERE a.id = %(id)s"

# Nodes that have this very job already are skipped.
INSERT_FOR_NODES = """
    INSERT INTO assignments (node_id, method_id, pipeline, check_interval_seconds, is_enabled, description)
    SELECT node_id, %(method_id)s, %(pipeline)s::json, %(check_interval_seconds)s, %(is_enabled)s, %(description)s
      FROM unnest(%(node_ids)s::bigint[]) AS chosen (node_id)
     ORDER BY node_id
        ON CONFLICT (node_id, method_id, md5(pipeline::text)) DO NOTHING
    RETURNING id, node_id
"""

UPDATE = """
    UPDATE assignments
       SET method_id = %(method_id)s, pipeline = %(pipeline)s, check_interval_seconds = %(check_interval_seconds)s,
           enabled_at = CASE WHEN %(is_enabled)s AND NOT is_enabled THEN now() ELSE enabled_at END,
           is_enabled = %(is_enabled)s, description = %(description)s
     WHERE id = %(id)s
"""

# What is left of a deleted job is what its results need to stay in the node's history.
RETIRE = """
    WITH gone AS (DELETE FROM assignments WHERE id = %(id)s RETURNING id, node_id, method_id)
    INSERT INTO retired_assignments (id, node_id, method_id) SELECT id, node_id, method_id FROM gone
"""

NODES_WITH_ENABLED = """
    SELECT DISTINCT node_id FROM assignments WHERE node_id = ANY (%(node_ids)s) AND is_enabled
"""


@dataclass(frozen=True, slots=True)
class AssignmentFields:
    """What may be said about a job; `pipeline` is compact JSON text with the author's order of keys."""

    method_id: int
    pipeline: str
    check_interval_seconds: int
    is_enabled: bool = True
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(AssignmentFields):
    """A job with the names of where it belongs and its newest result."""

    id: int
    node_id: int
    node_name: str
    method_name: str
    last_executed_at: datetime | None
    last_node_check_id: int | None
    subdivision_name: str
    node_type_name: str | None

    def fields(self) -> AssignmentFields:
        return AssignmentFields(self.method_id, self.pipeline, self.check_interval_seconds, self.is_enabled, self.description)


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """Conditions that must all hold; None: no condition. `search_text` is looked for in description and node name."""

    node_ids: list[int] | None = None
    node_id: int | None = None
    method_id: int | None = None
    is_enabled: bool | None = None
    search_text: str | None = None


@dataclass(frozen=True, slots=True)
class CreatedAssignment:
    id: int
    node_id: int


def list_page(cur: RealDictCursor, chosen: AssignmentFilter, page: Page) -> Listing[Assignment]:
    """Return jobs by node name."""
    return listing.read(cur, ListStatements(LIST, COUNT), asdict(chosen), page, Assignment)


def get(cur: RealDictCursor, assignment_id: int) -> Assignment:
    """Raises: NotFoundError."""
    cur.execute(GET, {"id": assignment_id})
    row = cur.fetchone()
    if row is None:
        raise NotFoundError("there is no such assignment")
    return Assignment(**row)


def insert_for_nodes(cur: RealDictCursor, fields: AssignmentFields, node_ids: Sequence[int]) -> list[CreatedAssignment]:
    """Give each of these nodes the job, unless it has it; return those that were made.

    Raises:
        BadRequestError: there is no such check method.
    """
    with translated():
        cur.execute(INSERT_FOR_NODES, {**asdict(fields), "node_ids": list(node_ids)})
    return [CreatedAssignment(**row) for row in cur]


def update(cur: RealDictCursor, assignment_id: int, fields: AssignmentFields) -> None:
    """Raises: BadRequestError: no such check method. ConflictError: the node has an equal job."""
    with translated():
        cur.execute(UPDATE, {"id": assignment_id, **asdict(fields)})


def retire(cur: RealDictCursor, assignment_id: int) -> None:
    """Delete a job and remember whose results its history holds."""
    cur.execute(RETIRE, {"id": assignment_id})


def nodes_with_enabled(cur: RealDictCursor, node_ids: Sequence[int]) -> list[int]:
    """Return those of these nodes that have a job which an agent would fetch."""
    cur.execute(NODES_WITH_ENABLED, {"node_ids": list(node_ids)})
    return [row["node_id"] for row in cur]
