"""The audit log: who changed what, before and after."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from psycopg2.extras import RealDictCursor

INSERT = """
    INSERT INTO audit_log (actor, action, entity, entity_id, before, after, address)
    VALUES (%(actor)s, %(action)s, %(entity)s, %(entity_id)s, %(before)s, %(after)s, %(address)s)
"""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`before` and `after` hold the fields concerned, never a secret; None where there is no such state."""

    actor: str
    action: str
    entity: str
    entity_id: int | str | None
    before: dict[str, Any] | None = field(default=None)
    after: dict[str, Any] | None = field(default=None)
    address: str | None = None


def insert(cur: RealDictCursor, entry: AuditEntry) -> None:
    cur.execute(
        INSERT,
        {
            "actor": entry.actor,
            "action": entry.action,
            "entity": entry.entity,
            "entity_id": None if entry.entity_id is None else str(entry.entity_id),
            "before": _json(entry.before),
            "after": _json(entry.after),
            "address": entry.address,
        },
    )


def _json(fields: dict[str, Any] | None) -> str | None:
    return None if fields is None else msgspec.json.encode(fields).decode()
