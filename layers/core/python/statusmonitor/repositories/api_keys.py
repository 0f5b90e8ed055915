"""API keys: the rows behind the callers; the secret is in none of them."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from psycopg2.extras import RealDictCursor

from statusmonitor.domain.api_keys import KeyText, secret_hash
from statusmonitor.domain.paging import Listing, Page
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import listing
from statusmonitor.repositories.listing import ListStatements
from statusmonitor.repositories.rows import returned_id

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

_COLUMNS = """
    SELECT id, description, role, object_id, is_active, created_at, expires_at, last_used_at
      FROM api_keys
"""

_CONDITIONS = """
     WHERE (%(role)s::text IS NULL OR role = %(role)s)
       AND (%(object_id)s::int IS NULL OR object_id = %(object_id)s)
       AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
"""

LIST = _COLUMNS + _CONDITIONS + "ORDER BY id LIMIT %(limit)s OFFSET %(offset)s"

COUNT = "SELECT count(*) AS total_count FROM api_keys" + _CONDITIONS

GET = _COLUMNS + "WHERE id = %(id)s"

INSERT = """
    INSERT INTO api_keys (lookup, secret_hash, description, role, object_id, is_active, expires_at)
    VALUES (%(lookup)s, %(secret_hash)s, %(description)s, %(role)s, %(object_id)s, %(is_active)s, %(expires_at)s)
    RETURNING id
"""

UPDATE = """
    UPDATE api_keys
       SET description = %(description)s, role = %(role)s, object_id = %(object_id)s, is_active = %(is_active)s,
           expires_at = %(expires_at)s
     WHERE id = %(id)s
"""

DELETE = """
    DELETE FROM api_keys WHERE id = %(id)s
"""

HAS_OBJECT = """
    SELECT EXISTS (SELECT FROM subdivisions WHERE object_id = %(object_id)s) AS has_object
"""


@dataclass(frozen=True, slots=True)
class KeyFields:
    """What may be said about a key; `object_id` None means all objects, `expires_at` None never."""

    description: str
    role: str
    object_id: int | None = None
    is_active: bool = True
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey(KeyFields):
    id: int
    created_at: datetime
    last_used_at: datetime | None

    def fields(self) -> KeyFields:
        return KeyFields(self.description, self.role, self.object_id, self.is_active, self.expires_at)


@dataclass(frozen=True, slots=True)
class KeyFilter:
    role: str | None = None
    object_id: int | None = None
    is_active: bool | None = None


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


def list_page(cur: RealDictCursor, chosen: KeyFilter, page: Page) -> Listing[ApiKey]:
    """Return keys in the order they were made."""
    return listing.read(cur, ListStatements(LIST, COUNT), asdict(chosen), page, ApiKey)


def get(cur: RealDictCursor, key_id: int) -> ApiKey:
    """Raises: NotFoundError."""
    cur.execute(GET, {"id": key_id})
    row = cur.fetchone()
    if row is None:
        raise NotFoundError("there is no such API key")
    return ApiKey(**row)


def insert(cur: RealDictCursor, fields: KeyFields, text: KeyText) -> int:
    """Store a key: of its secret only the hash."""
    cur.execute(INSERT, {**asdict(fields), "lookup": text.lookup, "secret_hash": secret_hash(text)})
    return returned_id(cur)


def update(cur: RealDictCursor, key_id: int, fields: KeyFields) -> None:
    cur.execute(UPDATE, {"id": key_id, **asdict(fields)})


def delete(cur: RealDictCursor, key_id: int) -> None:
    cur.execute(DELETE, {"id": key_id})


def has_object(cur: RealDictCursor, object_id: int) -> bool:
    """Tell whether there is a subdivision with this object id."""
    cur.execute(HAS_OBJECT, {"object_id": object_id})
    row = cur.fetchone()
    return bool(row and row["has_object"])
