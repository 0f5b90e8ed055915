"""Sessions of users: the cookie's random token is kept as its hash only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extras import RealDictCursor

# One statement: whoever is found is also noted as seen, at most once in a while.
FIND = """
    WITH found AS (
        SELECT s.id AS session_id, s.user_id, u.username, u.role, s.csrf_token, u.must_change_password, u.language, u.theme,
               s.expires_at
          FROM user_sessions s
          JOIN users u ON u.id = s.user_id
         WHERE s.token_hash = %(token_hash)s AND s.expires_at > now() AND u.is_active
    ),
    seen AS (
        UPDATE user_sessions SET last_seen_at = now()
         WHERE id = (SELECT session_id FROM found) AND last_seen_at < now() - %(older_than)s::interval
    )
    SELECT * FROM found
"""

INSERT = """
    INSERT INTO user_sessions (token_hash, user_id, csrf_token, expires_at, address, user_agent)
    VALUES (%(token_hash)s, %(user_id)s, %(csrf_token)s, now() + %(lifetime)s::interval, %(address)s, %(user_agent)s)
"""

LIST = """
    SELECT id, created_at, last_seen_at, expires_at, address, user_agent, token_hash = %(token_hash)s AS is_current
      FROM user_sessions
     WHERE user_id = %(user_id)s AND expires_at > now()
     ORDER BY last_seen_at DESC, id DESC
"""

DELETE = """
    DELETE FROM user_sessions WHERE token_hash = %(token_hash)s RETURNING user_id
"""

DELETE_ONE = """
    DELETE FROM user_sessions WHERE id = %(id)s AND user_id = %(user_id)s RETURNING id
"""

DELETE_OF_USER = """
    DELETE FROM user_sessions WHERE user_id = %(user_id)s AND token_hash IS DISTINCT FROM %(except_hash)s
"""

DELETE_EXPIRED = """
    DELETE FROM user_sessions WHERE expires_at <= now()
"""


@dataclass(frozen=True, slots=True)
class SessionUser:
    """A user who is signed in. `language` None: as the browser prefers."""

    session_id: int
    user_id: int
    username: str
    role: str
    csrf_token: str
    must_change_password: bool
    language: str | None
    theme: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewSession:
    token_hash: bytes
    user_id: int
    csrf_token: str
    lifetime: timedelta
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its user sees it in the list of all of them."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None
    is_current: bool


def find(cur: RealDictCursor, token_hash: bytes, *, seen_older_than: timedelta) -> SessionUser | None:
    """Return who is signed in, None when the session ended or its user is not active."""
    cur.execute(FIND, {"token_hash": token_hash, "older_than": seen_older_than})
    row = cur.fetchone()
    return SessionUser(**row) if row else None


def insert(cur: RealDictCursor, session: NewSession) -> None:
    cur.execute(
        INSERT,
        {
            "token_hash": session.token_hash,
            "user_id": session.user_id,
            "csrf_token": session.csrf_token,
            "lifetime": session.lifetime,
            "address": session.address,
            "user_agent": session.user_agent,
        },
    )


def list_of_user(cur: RealDictCursor, user_id: int, *, current_hash: bytes) -> list[OpenSession]:
    cur.execute(LIST, {"user_id": user_id, "token_hash": current_hash})
    return [OpenSession(**row) for row in cur]


def delete(cur: RealDictCursor, token_hash: bytes) -> int | None:
    """End a session and return its user, None when there was none."""
    cur.execute(DELETE, {"token_hash": token_hash})
    row = cur.fetchone()
    return int(row["user_id"]) if row else None


def delete_one(cur: RealDictCursor, user_id: int, session_id: int) -> bool:
    """End a session of this user; tell whether there was one."""
    cur.execute(DELETE_ONE, {"id": session_id, "user_id": user_id})
    return cur.fetchone() is not None


def delete_of_user(cur: RealDictCursor, user_id: int, *, except_hash: bytes | None = None) -> None:
    cur.execute(DELETE_OF_USER, {"user_id": user_id, "except_hash": except_hash})


def delete_expired(cur: RealDictCursor) -> None:
    cur.execute(DELETE_EXPIRED)
