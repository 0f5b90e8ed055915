"""Subdivisions: the tree of sites. `object_path` holds the object ids from the top level down to its own."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from psycopg2.extras import RealDictCursor

from statusmonitor.domain.paging import Listing, Page
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import listing
from statusmonitor.repositories.listing import ListStatements
from statusmonitor.repositories.rows import returned_id
from statusmonitor.repositories.violations import translated

_COLUMNS = """
    SELECT id, object_id, short_name, full_name, parent_id, domain_name, transport_system_code, priority, comment, icon_filename
      FROM subdivisions
"""

_CONDITIONS = """
     WHERE (%(object_id)s::int IS NULL OR %(object_id)s = ANY (object_path))
       AND (NOT %(only_top_level)s OR parent_id IS NULL)
       AND (%(parent_id)s::bigint IS NULL OR parent_id = %(parent_id)s)
       AND (NOT %(has_transport_code)s OR transport_system_code IS NOT NULL)
       AND (%(search_text)s::text IS NULL OR position(lower(%(search_text)s) IN lower(short_name)) > 0
            OR position(lower(%(search_text)s) IN lower(full_name)) > 0)
"""

LIST = _COLUMNS + _CONDITIONS + "ORDER BY priority, short_name, id LIMIT %(limit)s OFFSET %(offset)s"

COUNT = "SELECT count(*) AS total_count FROM subdivisions" + _CONDITIONS

GET = _COLUMNS + "WHERE id = %(id)s"

PATH = """
    SELECT object_path FROM subdivisions WHERE id = %(id)s
"""

INSERT = """
    INSERT INTO subdivisions (object_id, short_name, full_name, parent_id, domain_name, transport_system_code, priority,
                              comment, icon_filename, object_path)
    VALUES (%(object_id)s, %(short_name)s, %(full_name)s, %(parent_id)s, %(domain_name)s, %(transport_system_code)s, %(priority)s,
            %(comment)s, %(icon_filename)s, %(object_path)s)
    RETURNING id
"""

UPDATE = """
    UPDATE subdivisions
       SET short_name = %(short_name)s, full_name = %(full_name)s, parent_id = %(parent_id)s, domain_name = %(domain_name)s,
           transport_system_code = %(transport_system_code)s, priority = %(priority)s, comment = %(comment)s,
           icon_filename = %(icon_filename)s
     WHERE id = %(id)s
"""

MOVE_SUBTREE = """
    UPDATE subdivisions
       SET object_path = %(path_above)s::int[] || object_path[array_position(object_path, %(object_id)s):]
     WHERE %(object_id)s = ANY (object_path)
"""

DELETE = """
    DELETE FROM subdivisions WHERE id = %(id)s
"""

NODES_BELOW = """
    SELECT n.id FROM nodes n JOIN subdivisions s ON s.id = n.parent_subdivision_id
     WHERE %(object_id)s = ANY (s.object_path)
     ORDER BY n.id
"""

COUNT_BELOW = """
    WITH below AS (SELECT id, object_id FROM subdivisions WHERE %(object_id)s = ANY (object_path)),
         nodes_below AS (SELECT n.id FROM nodes n JOIN below b ON b.id = n.parent_subdivision_id)
    SELECT (SELECT count(*) FROM below) - 1 AS subdivisions,
           (SELECT count(*) FROM nodes_below) AS nodes,
           (SELECT count(*) FROM assignments WHERE node_id IN (SELECT id FROM nodes_below)) AS assignments,
           (SELECT count(*) FROM api_keys WHERE object_id IN (SELECT object_id FROM below)) AS api_keys
"""


@dataclass(frozen=True, slots=True)
class SubdivisionFields:
    """What may be said about a subdivision; its `object_id` never changes."""

    object_id: int
    short_name: str
    full_name: str | None = None
    parent_id: int | None = None
    domain_name: str | None = None
    transport_system_code: str | None = None
    priority: int = 10
    comment: str | None = None
    icon_filename: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subdivision(SubdivisionFields):
    id: int


@dataclass(frozen=True, slots=True)
class SubdivisionFilter:
    """`object_id` stands for that object and its descendants; `parent_id` for the direct children only."""

    object_id: int | None = None
    parent_id: int | None = None
    only_top_level: bool = False
    has_transport_code: bool = False
    search_text: str | None = None


def list_page(cur: RealDictCursor, chosen: SubdivisionFilter, page: Page) -> Listing[Subdivision]:
    """Return subdivisions by priority, then short name."""
    return listing.read(cur, ListStatements(LIST, COUNT), asdict(chosen), page, Subdivision)


def find(cur: RealDictCursor, subdivision_id: int) -> Subdivision | None:
    cur.execute(GET, {"id": subdivision_id})
    row = cur.fetchone()
    return Subdivision(**row) if row else None


def get(cur: RealDictCursor, subdivision_id: int) -> Subdivision:
    """Raises: NotFoundError."""
    found = find(cur, subdivision_id)
    if found is None:
        raise NotFoundError("there is no such subdivision")
    return found


def path(cur: RealDictCursor, subdivision_id: int) -> list[int] | None:
    """Return the object ids from the top level down to this subdivision, None when it is not there."""
    cur.execute(PATH, {"id": subdivision_id})
    row = cur.fetchone()
    return row["object_path"] if row else None


def insert(cur: RealDictCursor, fields: SubdivisionFields, object_path: Sequence[int]) -> int:
    """Raises: ConflictError."""
    with translated():
        cur.execute(INSERT, {**asdict(fields), "object_path": list(object_path)})
    return returned_id(cur)


def update(cur: RealDictCursor, subdivision: Subdivision) -> None:
    """Raises: ConflictError."""
    with translated():
        cur.execute(UPDATE, asdict(subdivision))


def move_subtree(cur: RealDictCursor, object_id: int, *, path_above: Sequence[int]) -> None:
    """Write the paths of a subdivision and all below it anew."""
    cur.execute(MOVE_SUBTREE, {"object_id": object_id, "path_above": list(path_above)})


def delete(cur: RealDictCursor, subdivision_id: int) -> None:
    """Delete a subdivision and, by the schema's cascades, all that `count_below` counts."""
    cur.execute(DELETE, {"id": subdivision_id})


def nodes_below(cur: RealDictCursor, object_id: int) -> list[int]:
    """Return the nodes of a subdivision and of all below it."""
    cur.execute(NODES_BELOW, {"object_id": object_id})
    return [row["id"] for row in cur]


def count_below(cur: RealDictCursor, object_id: int) -> dict[str, int]:
    """Return how many subdivisions, nodes, assignments and api_keys would go with it."""
    cur.execute(COUNT_BELOW, {"object_id": object_id})
    row = cur.fetchone()
    return dict(row) if row else {}
