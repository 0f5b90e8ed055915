"""API keys: the rows behind the callers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extras import RealDictCursor

FIND_BY_LOOKUP = """
    SELECT k.id, k.secret_hash, k.role, k.object_id, k.is_active, k.expires_at, r.revision AS keys_revision
      FROM api_keys k, keys_revision r
     WHERE k.lookup = %(lookup)s
"""

TOUCH = """
    UPDATE api_keys
       SET last_used_at = now()
     WHERE id = %(id)s AND (last_used_at IS NULL OR last_used_at < now() - %(older_than)s::interval)
"""


@dataclass(frozen=True, slots=True)
class StoredKey:
    id: int
    secret_hash: bytes
    role: str
    object_id: int | None
    is_active: bool
    expires_at: datetime | None
    keys_revision: int


def find_by_lookup(cur: RealDictCursor, lookup: str) -> StoredKey | None:
    cur.execute(FIND_BY_LOOKUP, {"lookup": lookup})
    row = cur.fetchone()
    return StoredKey(**{**row, "secret_hash": bytes(row["secret_hash"])}) if row else None


def touch(cur: RealDictCursor, key_id: int, *, older_than: timedelta) -> None:
    """Note that the key was used, unless that was noted within `older_than`."""
    cur.execute(TOUCH, {"id": key_id, "older_than": older_than})
