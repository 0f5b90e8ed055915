"""Sessions: signing in and out, and finding who a cookie stands for."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from statusmonitor.config import settings
from statusmonitor.db.connection import Cursor, cursor, transaction
from statusmonitor.domain.text import cure_text, cut
from statusmonitor.errors import NotFoundError, UnauthorizedError, ValidationError
from statusmonitor.repositories import sessions, users
from statusmonitor.repositories.audit import AuditEntry
from statusmonitor.repositories.sessions import NewSession, OpenSession, SessionUser
from statusmonitor.repositories.users import Credentials
from statusmonitor.services import login_attempts, passwords
from statusmonitor.services.audit import record

__all__ = [
    "OpenSession",
    "SessionUser",
    "SignedIn",
    "change_password",
    "find",
    "list_sessions",
    "revoke",
    "revoke_all",
    "sign_in",
    "sign_out",
]

SEEN_EVERY = timedelta(minutes=1)
MAX_USERNAME = 80
MAX_CLIENT_TEXT = 300
_WRONG = "the user name or the password is wrong"
_FROM_SESSION = "session"  # stands for the address where a password is asked within a session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just made; `token` is for the cookie and stored nowhere."""

    token: str
    user: SessionUser


def sign_in(username: str, password: str, *, address: str, user_agent: str) -> SignedIn:
    """Make a session for the user whose password this is.

    Raises:
        UnauthorizedError: unknown, inactive or wrong; which of them is not told, neither by text nor by time.
        TooManyRequestsError: after too many failures.
    """
    account, address = _account(username), cut(cure_text(address), MAX_CLIENT_TEXT) or "unknown"
    if not account or not password:
        raise UnauthorizedError(_WRONG)
    login_attempts.admit(account, address)
    with cursor() as cur:
        known = users.find_credentials(cur, account)
    if not passwords.matches(known.password_hash if known else None, password) or known is None or not known.is_active:
        raise UnauthorizedError(_WRONG)
    new_hash = passwords.hash_password(password) if passwords.is_outdated(known.password_hash) else None
    with transaction() as cur:
        login_attempts.forgive(cur, account, address)
        _check_unchanged(cur, known)
        if new_hash:
            users.rehash(cur, known.id, old_hash=known.password_hash, new_hash=new_hash)
        return _open(cur, known, address, cut(cure_text(user_agent), MAX_CLIENT_TEXT))


def find(token: str) -> SessionUser | None:
    """Return who a cookie stands for, None when the session ended, was revoked, or its user is not active."""
    with cursor() as cur:
        return sessions.find(cur, _hash(token), seen_older_than=SEEN_EVERY)


def sign_out(token: str) -> None:
    """End a session; one that has ended already is no error."""
    with transaction() as cur:
        user_id = sessions.delete(cur, _hash(token))
        if user_id is not None:
            actor = f"user:{users.get(cur, user_id).username}"
            record(cur, AuditEntry(actor, "sign_out", "user", user_id))


def list_sessions(user_id: int, *, current_token: str) -> list[OpenSession]:
    """Return the open sessions of a user, the one used last first."""
    with cursor() as cur:
        return sessions.list_of_user(cur, user_id, current_hash=_hash(current_token))


def revoke(user_id: int, session_id: int) -> None:
    """End one of the user's sessions. Raises: NotFoundError."""
    with cursor() as cur:
        if not sessions.delete_one(cur, user_id, session_id):
            raise NotFoundError("there is no such session")


def revoke_all(user_id: int, *, except_token: str | None = None) -> None:
    """End every session of a user, but not that of `except_token`."""
    with cursor() as cur:
        sessions.delete_of_user(cur, user_id, except_hash=_hash(except_token) if except_token else None)


def change_password(user_id: int, old: str, new: str, *, keep_token: str) -> None:
    """Set a new password and end the user's other sessions.

    Raises:
        ValidationError: the old password is wrong, or the new one breaks the rules or is the old one.
        TooManyRequestsError: after too many wrong ones.
    """
    with cursor() as cur:
        username = users.get(cur, user_id).username
        known = users.find_credentials(cur, username)
    login_attempts.admit(_account(username), _FROM_SESSION)
    if known is None or not passwords.matches(known.password_hash, old):
        raise ValidationError("old_password: the password is wrong", old_password="the password is wrong")  # noqa: S106 - a message
    passwords.check_rules(new, username)
    if new == old:
        raise ValidationError("password: must be another one", password="must be another one")  # noqa: S106 - a message
    new_hash = passwords.hash_password(new)
    with transaction() as cur:
        login_attempts.forgive(cur, _account(username), _FROM_SESSION)
        _check_unchanged(cur, known)
        users.update_password(cur, user_id, new_hash, must_change_password=False)
        sessions.delete_of_user(cur, user_id, except_hash=_hash(keep_token))
        record(cur, AuditEntry(f"user:{username}", "change_password", "user", user_id))


def _open(cur: Cursor, user: Credentials, address: str, user_agent: str) -> SignedIn:
    token = secrets.token_urlsafe(32)
    lifetime = timedelta(days=settings().session_days)
    sessions.delete_expired(cur)
    sessions.insert(cur, NewSession(_hash(token), user.id, secrets.token_urlsafe(32), lifetime, address, user_agent))
    users.note_sign_in(cur, user.id)
    record(cur, AuditEntry(f"user:{user.username}", "sign_in", "user", user.id, address=address))
    found = sessions.find(cur, _hash(token), seen_older_than=SEEN_EVERY)
    if found is None:
        raise UnauthorizedError(_WRONG)
    return SignedIn(token, found)


def _check_unchanged(cur: Cursor, known: Credentials) -> None:
    """Refuse when the password was changed, or the user switched off, while the password was being looked at."""
    if users.lock_credentials(cur, known.id) != known:
        raise UnauthorizedError(_WRONG)


def _account(username: str) -> str:
    return cut(cure_text(username.strip()), MAX_USERNAME).lower()


def _hash(token: str) -> bytes:
    """Return 32 bytes. The token has 256 random bits, so that a plain hash cannot be guessed back."""
    return sha256(token.encode("utf-8", "replace")).digest()
