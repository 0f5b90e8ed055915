"""Users: who may sign in."""

from dataclasses import dataclass
from datetime import datetime

from psycopg2.extras import RealDictCursor

from statusmonitor.errors import NotFoundError
from statusmonitor.repositories.rows import returned_id
from statusmonitor.repositories.violations import translated

_COLUMNS = """
    SELECT id, username, role, is_active, must_change_password, language, theme, created_at, last_login_at
      FROM users
"""

LIST = _COLUMNS + "ORDER BY lower(username)"

GET = _COLUMNS + "WHERE id = %(id)s"

# All of them, so that two admins cannot remove each other at the same moment.
LOCK_ADMINS = """
    SELECT id FROM users WHERE role = 'admin' AND is_active ORDER BY id FOR UPDATE
"""

FIND_CREDENTIALS = """
    SELECT id, username, password_hash, is_active FROM users WHERE lower(username) = lower(%(username)s)
"""

LOCK_CREDENTIALS = """
    SELECT id, username, password_hash, is_active FROM users WHERE id = %(id)s FOR UPDATE
"""

INSERT = """
    INSERT INTO users (username, password_hash, role, must_change_password)
    VALUES (%(username)s, %(password_hash)s, %(role)s, %(must_change_password)s)
    RETURNING id
"""

INSERT_FIRST = """
    INSERT INTO users (username, password_hash, role, must_change_password)
    SELECT %(username)s, %(password_hash)s, 'admin', true
     WHERE NOT EXISTS (SELECT FROM users)
        ON CONFLICT DO NOTHING
    RETURNING id
"""

HAS_ANY = """
    SELECT EXISTS (SELECT FROM users) AS has_any
"""

UPDATE_RIGHTS = """
    UPDATE users SET role = %(role)s, is_active = %(is_active)s WHERE id = %(id)s
"""

UPDATE_PREFERENCES = """
    UPDATE users SET language = %(language)s, theme = %(theme)s WHERE id = %(id)s
"""

SET_HASH = """
    UPDATE users SET password_hash = %(password_hash)s, must_change_password = %(must_change_password)s WHERE id = %(id)s
"""

REHASH = """
    UPDATE users SET password_hash = %(new_hash)s WHERE id = %(id)s AND password_hash = %(old_hash)s
"""

NOTE_SIGN_IN = """
    UPDATE users SET last_login_at = now() WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class User:
    id: int
    username: str
    role: str
    is_active: bool
    must_change_password: bool
    language: str | None
    theme: str
    created_at: datetime
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    id: int
    username: str
    password_hash: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class NewUser:
    username: str
    password_hash: str
    role: str
    must_change_password: bool = False


def list_all(cur: RealDictCursor) -> list[User]:
    cur.execute(LIST)
    return [User(**row) for row in cur]


def get(cur: RealDictCursor, user_id: int) -> User:
    """Raises: NotFoundError."""
    cur.execute(GET, {"id": user_id})
    row = cur.fetchone()
    if row is None:
        raise NotFoundError("there is no such user")
    return User(**row)


def lock_admins(cur: RealDictCursor) -> list[int]:
    """Return the active admins, locked until the transaction ends."""
    cur.execute(LOCK_ADMINS)
    return [row["id"] for row in cur]


def find_credentials(cur: RealDictCursor, username: str) -> Credentials | None:
    cur.execute(FIND_CREDENTIALS, {"username": username})
    row = cur.fetchone()
    return Credentials(**row) if row else None


def lock_credentials(cur: RealDictCursor, user_id: int) -> Credentials:
    """Return them, locked until the transaction ends. Raises: NotFoundError."""
    cur.execute(LOCK_CREDENTIALS, {"id": user_id})
    row = cur.fetchone()
    if row is None:
        raise NotFoundError("there is no such user")
    return Credentials(**row)


def insert(cur: RealDictCursor, user: NewUser) -> int:
    """Raises: ConflictError: the name is taken, whatever its case."""
    with translated():
        cur.execute(
            INSERT,
            {
                "username": user.username,
                "password_hash": user.password_hash,
                "role": user.role,
                "must_change_password": user.must_change_password,
            },
        )
    return returned_id(cur)


def insert_first(cur: RealDictCursor, username: str, password_hash: str) -> int | None:
    """Make an admin who must change the password, unless there is any user; return the id or None."""
    cur.execute(INSERT_FIRST, {"username": username, "password_hash": password_hash})
    row = cur.fetchone()
    return int(row["id"]) if row else None


def has_any(cur: RealDictCursor) -> bool:
    cur.execute(HAS_ANY)
    row = cur.fetchone()
    return bool(row and row["has_any"])


def update_rights(cur: RealDictCursor, user_id: int, *, role: str, is_active: bool) -> None:
    cur.execute(UPDATE_RIGHTS, {"id": user_id, "role": role, "is_active": is_active})


def update_preferences(cur: RealDictCursor, user_id: int, *, language: str | None, theme: str) -> None:
    cur.execute(UPDATE_PREFERENCES, {"id": user_id, "language": language, "theme": theme})


def update_password(cur: RealDictCursor, user_id: int, password_hash: str, *, must_change_password: bool) -> None:
    cur.execute(SET_HASH, {"id": user_id, "password_hash": password_hash, "must_change_password": must_change_password})


def rehash(cur: RealDictCursor, user_id: int, *, old_hash: str, new_hash: str) -> None:
    """Replace a hash by one of the same password, unless the password was changed meanwhile."""
    cur.execute(REHASH, {"id": user_id, "old_hash": old_hash, "new_hash": new_hash})


def note_sign_in(cur: RealDictCursor, user_id: int) -> None:
    cur.execute(NOTE_SIGN_IN, {"id": user_id})
