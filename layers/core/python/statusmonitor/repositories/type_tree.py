"""The tree of node types with the properties each level sets itself."""

import msgspec
from psycopg2.extras import RealDictCursor

from statusmonitor.domain.type_tree import StoredType

LIST = """
    SELECT t.id, t.name, t.parent_type_id, t.priority, t.icon_filename,
           COALESCE(json_object_agg(pt.name, p.property_value) FILTER (WHERE pt.name IS NOT NULL), '{}')::text AS properties
      FROM node_types t
      LEFT JOIN node_properties p ON p.node_type_id = t.id
      LEFT JOIN node_property_types pt ON pt.id = p.property_type_id
     GROUP BY t.id
     ORDER BY t.priority, t.name, t.id
"""


def list_all(cur: RealDictCursor) -> list[StoredType]:
    cur.execute(LIST)
    return [StoredType(**{**row, "properties": msgspec.json.decode(row["properties"])}) for row in cur]
