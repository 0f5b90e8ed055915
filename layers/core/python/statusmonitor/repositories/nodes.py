"""Nodes: what is watched."""

from dataclasses import asdict, dataclass

from psycopg2.extras import RealDictCursor

from statusmonitor.domain.paging import Listing, Page
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import listing
from statusmonitor.repositories.listing import ListStatements
from statusmonitor.repositories.rows import returned_id
from statusmonitor.repositories.violations import translated

_COLUMNS = """
    SELECT n.id, n.name, n.parent_subdivision_id, n.ip_address, n.node_type_id, n.description,
           s.short_name AS subdivision_short_name, s.object_id AS subdivision_object_id,
           t.name AS node_type_name, t.icon_filename AS node_type_icon
"""

_TABLES = """
      FROM nodes n
      JOIN subdivisions s ON s.id = n.parent_subdivision_id
      LEFT JOIN node_types t ON t.id = n.node_type_id
"""

# A node without a type counts as one of the base type, and a type without a parent as a child of it.
_CONDITIONS = """
     WHERE (%(subdivision_ids)s::bigint[] IS NULL OR s.id IN (
               SELECT below.id
                 FROM subdivisions top
                 JOIN subdivisions below ON below.id = top.id
                      OR (%(include_child_subdivisions)s AND top.object_id = ANY (below.object_path))
                WHERE top.id = ANY (%(subdivision_ids)s)))
       AND (%(node_type_ids)s::bigint[] IS NULL OR COALESCE(n.node_type_id, 0) IN (
               WITH RECURSIVE nested AS (
                   SELECT id FROM node_types WHERE id = ANY (%(node_type_ids)s)
                    UNION
                   SELECT c.id FROM node_types c
                     JOIN nested p ON COALESCE(c.parent_type_id, 0) = p.id AND c.id <> 0 AND %(include_nested_types)s
               )
               SELECT id FROM nested))
       AND (%(name_mask)s::text IS NULL OR n.name ILIKE %(name_mask)s)
       AND (%(search_text)s::text IS NULL OR position(lower(%(search_text)s) IN lower(n.name)) > 0
            OR position(lower(%(search_text)s) IN lower(n.ip_address)) > 0
            OR position(lower(%(search_text)s) IN lower(n.description)) > 0)
"""

LIST = (
    _COLUMNS
    + _TABLES
    + _CONDITIONS
    + "ORDER BY s.priority, COALESCE(t.priority, 10), n.name, n.id LIMIT %(limit)s OFFSET %(offset)s"
)

COUNT = "SELECT count(*) AS total_count" + _TABLES + _CONDITIONS

LIST_IDS = "SELECT n.id" + _TABLES + _CONDITIONS + "ORDER BY n.id"

GET = _COLUMNS + _TABLES + "WHERE n.id = %(id)s"

INSERT = """
    INSERT INTO nodes (name, parent_subdivision_id, ip_address, node_type_id, description)
    VALUES (%(name)s, %(parent_subdivision_id)s, %(ip_address)s, %(node_type_id)s, %(description)s)
    RETURNING id
"""

UPDATE = """
    UPDATE nodes
       SET name = %(name)s, parent_subdivision_id = %(parent_subdivision_id)s, ip_address = %(ip_address)s,
           node_type_id = %(node_type_id)s, description = %(description)s
     WHERE id = %(id)s
"""

DELETE = """
    DELETE FROM nodes WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class NodeFields:
    """What may be said about a node; `node_type_id` None means the base type."""

    name: str
    parent_subdivision_id: int
    ip_address: str | None = None
    node_type_id: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node(NodeFields):
    """A node with the names of where it belongs."""

    id: int
    subdivision_short_name: str
    subdivision_object_id: int
    node_type_name: str | None
    node_type_icon: str | None

    def fields(self) -> NodeFields:
        return NodeFields(self.name, self.parent_subdivision_id, self.ip_address, self.node_type_id, self.description)


@dataclass(frozen=True, slots=True)
class NodeFilter:
    """Conditions that must all hold; None: no condition, an empty list: nothing.

    `name_mask` is an SQL LIKE mask, case ignored; `search_text` is looked for in name, address and description.
    """

    subdivision_ids: list[int] | None = None
    node_type_ids: list[int] | None = None
    include_child_subdivisions: bool = False
    include_nested_types: bool = False
    name_mask: str | None = None
    search_text: str | None = None


def list_page(cur: RealDictCursor, chosen: NodeFilter, page: Page) -> Listing[Node]:
    """Return nodes by priority of their subdivision, then of their type, then by name."""
    return listing.read(cur, ListStatements(LIST, COUNT), asdict(chosen), page, Node)


def list_ids(cur: RealDictCursor, chosen: NodeFilter) -> list[int]:
    """Return the ids of all nodes that fit, smallest first."""
    cur.execute(LIST_IDS, asdict(chosen))
    return [row["id"] for row in cur]


def get(cur: RealDictCursor, node_id: int) -> Node:
    """Raises: NotFoundError."""
    cur.execute(GET, {"id": node_id})
    row = cur.fetchone()
    if row is None:
        raise NotFoundError("there is no such node")
    return Node(**row)


def insert(cur: RealDictCursor, fields: NodeFields) -> int:
    """Raises: ConflictError: the name is taken. BadRequestError: no such subdivision or type."""
    with translated():
        cur.execute(INSERT, asdict(fields))
    return returned_id(cur)


def update(cur: RealDictCursor, node_id: int, fields: NodeFields) -> None:
    """Raises: ConflictError: the name is taken. BadRequestError: no such subdivision or type."""
    with translated():
        cur.execute(UPDATE, {"id": node_id, **asdict(fields)})


def delete(cur: RealDictCursor, node_id: int) -> None:
    cur.execute(DELETE, {"id": node_id})
