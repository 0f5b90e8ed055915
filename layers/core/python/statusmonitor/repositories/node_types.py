"""Node types: a tree below the base type 0, and the properties that nodes inherit along it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from psycopg2.extras import RealDictCursor

from statusmonitor.domain.paging import Listing, Page
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import listing
from statusmonitor.repositories.listing import ListStatements
from statusmonitor.repositories.rows import returned_id
from statusmonitor.repositories.violations import translated

_COLUMNS = """
    SELECT id, name, description, parent_type_id, priority, icon_filename
      FROM node_types
"""

_CONDITIONS = """
     WHERE (NOT %(only_top_level)s OR COALESCE(parent_type_id, 0) = 0)
       AND (%(parent_type_id)s::bigint IS NULL OR parent_type_id = %(parent_type_id)s)
       AND (%(search_text)s::text IS NULL OR position(lower(%(search_text)s) IN lower(name)) > 0
            OR position(lower(%(search_text)s) IN lower(description)) > 0)
"""

LIST = _COLUMNS + _CONDITIONS + "ORDER BY priority, name, id LIMIT %(limit)s OFFSET %(offset)s"

COUNT = "SELECT count(*) AS total_count FROM node_types" + _CONDITIONS

GET = _COLUMNS + "WHERE id = %(id)s"

INSERT = """
    INSERT INTO node_types (name, description, parent_type_id, priority, icon_filename)
    VALUES (%(name)s, %(description)s, %(parent_type_id)s, %(priority)s, %(icon_filename)s)
    RETURNING id
"""

UPDATE = """
    UPDATE node_types
       SET name = %(name)s, description = %(description)s, parent_type_id = %(parent_type_id)s, priority = %(priority)s,
           icon_filename = %(icon_filename)s
     WHERE id = %(id)s
"""

DELETE = """
    DELETE FROM node_types WHERE id = %(id)s
"""

SUBTREE = """
    WITH RECURSIVE below AS (
        SELECT id FROM node_types WHERE id = %(id)s
         UNION
        SELECT t.id FROM node_types t JOIN below b ON t.parent_type_id = b.id
    )
    SELECT id FROM below
"""

# Whoever has no type, or one that inherits from nothing else, inherits from the base type: all nodes do.
NODES_OF = """
    SELECT id FROM nodes WHERE %(with_base)s OR node_type_id = ANY (%(type_ids)s) ORDER BY id
"""

LIST_PROPERTY_TYPES = """
    SELECT id, name, description FROM node_property_types ORDER BY id
"""

LIST_PROPERTIES = """
    SELECT p.id, p.node_type_id, p.property_type_id, t.name AS property_name, t.description AS property_description, p.property_value
      FROM node_properties p
      JOIN node_property_types t ON t.id = p.property_type_id
     WHERE p.node_type_id = %(node_type_id)s
     ORDER BY p.property_type_id
"""

SET_PROPERTIES = """
    INSERT INTO node_properties (node_type_id, property_type_id, property_value)
    SELECT %(node_type_id)s, id, value FROM unnest(%(ids)s::bigint[], %(values)s::text[]) AS wanted (id, value)
        ON CONFLICT (node_type_id, property_type_id) DO UPDATE SET property_value = EXCLUDED.property_value
"""

DELETE_PROPERTIES = """
    DELETE FROM node_properties WHERE node_type_id = %(node_type_id)s AND property_type_id = ANY (%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class NodeTypeFields:
    name: str
    description: str | None = None
    parent_type_id: int | None = None
    priority: int = 10
    icon_filename: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType(NodeTypeFields):
    id: int


@dataclass(frozen=True, slots=True)
class NodeTypeFilter:
    """`only_top_level` means the types without a parent and those directly below the base type."""

    parent_type_id: int | None = None
    only_top_level: bool = False
    search_text: str | None = None


@dataclass(frozen=True, slots=True)
class PropertyType:
    id: int
    name: str
    description: str | None


@dataclass(frozen=True, slots=True)
class Property:
    """A value that a type sets itself."""

    id: int
    node_type_id: int
    property_type_id: int
    property_name: str
    property_description: str | None
    property_value: str


def list_page(cur: RealDictCursor, chosen: NodeTypeFilter, page: Page) -> Listing[NodeType]:
    """Return types by priority, then name."""
    return listing.read(cur, ListStatements(LIST, COUNT), asdict(chosen), page, NodeType)


def find(cur: RealDictCursor, type_id: int) -> NodeType | None:
    cur.execute(GET, {"id": type_id})
    row = cur.fetchone()
    return NodeType(**row) if row else None


def get(cur: RealDictCursor, type_id: int) -> NodeType:
    """Raises: NotFoundError."""
    found = find(cur, type_id)
    if found is None:
        raise NotFoundError("there is no such node type")
    return found


def insert(cur: RealDictCursor, fields: NodeTypeFields) -> NodeType:
    """Raises: ConflictError."""
    with translated():
        cur.execute(INSERT, asdict(fields))
    return NodeType(id=returned_id(cur), **asdict(fields))


def update(cur: RealDictCursor, node_type: NodeType) -> None:
    """Raises: ConflictError."""
    with translated():
        cur.execute(UPDATE, asdict(node_type))


def delete(cur: RealDictCursor, type_id: int) -> None:
    """Delete a type with the types below it; their nodes lose their type."""
    cur.execute(DELETE, {"id": type_id})


def subtree(cur: RealDictCursor, type_id: int) -> list[int]:
    """Return a type and all below it."""
    cur.execute(SUBTREE, {"id": type_id})
    return [row["id"] for row in cur]


def nodes_of(cur: RealDictCursor, type_ids: Sequence[int]) -> list[int]:
    """Return the nodes of these types; of the base type, all nodes."""
    cur.execute(NODES_OF, {"type_ids": list(type_ids), "with_base": 0 in type_ids})
    return [row["id"] for row in cur]


def list_property_types(cur: RealDictCursor) -> list[PropertyType]:
    cur.execute(LIST_PROPERTY_TYPES)
    return [PropertyType(**row) for row in cur]


def list_properties(cur: RealDictCursor, type_id: int) -> list[Property]:
    """Return what a type sets itself; what it inherits is not among it."""
    cur.execute(LIST_PROPERTIES, {"node_type_id": type_id})
    return [Property(**row) for row in cur]


def write_properties(cur: RealDictCursor, type_id: int, values: Mapping[int, str | None]) -> None:
    """Set values by property type; None deletes.

    Raises:
        BadRequestError: there is no such property type.
    """
    wanted = {key: value for key, value in values.items() if value is not None}
    with translated():
        cur.execute(SET_PROPERTIES, {"node_type_id": type_id, "ids": list(wanted), "values": list(wanted.values())})
    cur.execute(DELETE_PROPERTIES, {"node_type_id": type_id, "ids": [key for key in values if key not in wanted]})
