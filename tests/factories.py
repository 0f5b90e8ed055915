"""Makes what tests need, with defaults for everything a test does not care about."""

import itertools
import json

from statusmonitor.db.connection import transaction
from statusmonitor.domain.api_keys import KeyText, new_key, secret_hash
from statusmonitor.services.facts import refresh_facts


class Fleet:
    """Makes entities in the database that the settings name. Methods return ids, or the key."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def subdivision(self, *, object_id: int | None = None, parent: int | None = None, **fields) -> int:
        """Make a subdivision and return its id; `parent` is an id."""
        number = next(self._numbers)
        object_id = object_id or 1000 + number
        row = {"object_id": object_id, "short_name": f"Site {object_id}", "parent_id": parent, **fields}
        with transaction() as cur:
            cur.execute("SELECT object_path FROM subdivisions WHERE id = %s", (parent,))
            above = cur.fetchone()
            row["object_path"] = [*(above["object_path"] if above else []), object_id]
            return _insert(cur, "subdivisions", row)

    def object_id(self, subdivision: int) -> int:
        with transaction() as cur:
            cur.execute("SELECT object_id FROM subdivisions WHERE id = %s", (subdivision,))
            return cur.fetchone()["object_id"]

    def node(self, *, subdivision: int | None = None, **fields) -> int:
        number = next(self._numbers)
        subdivision = subdivision or self.subdivision()
        with transaction() as cur:
            node_id = _insert(cur, "nodes", {"name": f"node-{number}", "parent_subdivision_id": subdivision, **fields})
            refresh_facts(cur, [node_id])
        return node_id

    def node_type(self, *, parent: int | None = None, properties: dict[str, str] | None = None, **fields) -> int:
        """Make a node type with its own properties, by property name."""
        with transaction() as cur:
            type_id = _insert(cur, "node_types", {"name": f"type-{next(self._numbers)}", "parent_type_id": parent, **fields})
            for name, value in (properties or {}).items():
                cur.execute(
                    "INSERT INTO node_properties (node_type_id, property_type_id, property_value)"
                    " SELECT %s, id, %s FROM node_property_types WHERE name = %s",
                    (type_id, value, name),
                )
            refresh_facts(cur)
        return type_id

    def assignment(
        self,
        *,
        node: int | None = None,
        method: str = "PING",
        pipeline: list | None = None,
        interval: int = 60,
        is_enabled: bool = True,
    ) -> int:
        node = node or self.node()
        pipeline = pipeline if pipeline is not None else [{"type": method, "parameters": {"n": next(self._numbers)}}]
        with transaction() as cur:
            cur.execute("SELECT id FROM check_methods WHERE method_name = %s", (method,))
            row = {
                "node_id": node,
                "method_id": cur.fetchone()["id"],
                "pipeline": json.dumps(pipeline, separators=(",", ":"), ensure_ascii=False),
                "check_interval_seconds": interval,
                "is_enabled": is_enabled,
            }
            assignment_id = _insert(cur, "assignments", row)
            refresh_facts(cur, [node])
        return assignment_id

    def key(self, role: str = "agent", *, object_id: int | None = None, **fields) -> KeyText:
        """Make an API key and return its text; `object_id` None: all objects."""
        text = new_key(role)
        row = {
            "lookup": text.lookup,
            "secret_hash": secret_hash(text),
            "description": "test",
            "role": role,
            "object_id": object_id,
        }
        with transaction() as cur:
            _insert(cur, "api_keys", {**row, **fields})
            cur.execute("UPDATE keys_revision SET revision = revision + 1")
        return text


def _insert(cur, table: str, row: dict) -> int:
    columns = ", ".join(row)
    places = ", ".join(f"%({name})s" for name in row)
    cur.execute(f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id", row)
    return cur.fetchone()["id"]
