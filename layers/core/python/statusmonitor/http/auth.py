"""Who calls: a user's session by its cookie, or an API key; and whether that may read, operate or administer."""

import hmac
from dataclasses import dataclass
from typing import Any, Literal

from statusmonitor.config import settings
from statusmonitor.errors import ForbiddenError, UnauthorizedError
from statusmonitor.http.request import key_text, look_up_caller
from statusmonitor.services import sessions

Role = Literal["viewer", "operator", "admin"]

CSRF_HEADER = "x-csrf-token"
MAX_TOKEN_LENGTH = 200
_RANKS: dict[str, int] = {"viewer": 0, "operator": 1, "admin": 2}
_ROLE_OF_KEY: dict[str, Role] = {"reader": "viewer", "admin": "admin"}
_SAFE_METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is let in. `actor` is how the audit log names it; `object_id` None: all objects."""

    actor: str
    role: Role
    kind: Literal["user", "key"]
    object_id: int | None = None
    username: str | None = None


def require_reader(event: Any, *further_key_roles: str) -> Principal:
    """Return a user of any role, a key of role reader or admin, or one of `further_key_roles`.

    Only the last may be bound to an object: the route then shows it that object and its descendants.

    Raises:
        UnauthorizedError, ForbiddenError
    """
    return _require(event, "viewer", further_key_roles)


def require_operator(event: Any) -> Principal:
    """Return a user of role operator or admin, or a key of role admin. Raises: UnauthorizedError, ForbiddenError."""
    return _require(event, "operator", ())


def require_admin(event: Any) -> Principal:
    """Return a user or a key of role admin. Raises: UnauthorizedError, ForbiddenError."""
    return _require(event, "admin", ())


def session_cookie_name() -> str:
    return "__Host-session" if settings().is_https else "session"


def session_token(event: Any) -> str | None:
    """Return what the session cookie of a request holds."""
    raw = event.raw_event
    cookies = raw.get("cookies") or raw["headers"].get("cookie", "").split(";")
    prefix = session_cookie_name() + "="
    found = (cookie.strip()[len(prefix) :] for cookie in cookies if cookie.strip().startswith(prefix))
    return next(found, None) or None


def _require(event: Any, role: Role, further_key_roles: tuple[str, ...]) -> Principal:
    principal = _key(event, further_key_roles) if key_text(event) is not None else _user(event)
    if _RANKS[principal.role] < _RANKS[role]:
        raise ForbiddenError(f"this needs the role {role}")
    return principal


def _key(event: Any, further_roles: tuple[str, ...]) -> Principal:
    caller = look_up_caller(event, *_ROLE_OF_KEY, *further_roles)
    if caller.object_id is not None and caller.role not in further_roles:
        raise ForbiddenError("a key bound to an object may not do this")
    return Principal(f"key:{caller.key_id}", _ROLE_OF_KEY.get(caller.role, "viewer"), "key", caller.object_id)


def _user(event: Any) -> Principal:
    token = session_token(event)
    user = sessions.find(token) if token and len(token) <= MAX_TOKEN_LENGTH else None
    if user is None:
        raise UnauthorizedError("sign in, or send an API key as header X-API-Key")
    if event.http_method.upper() not in _SAFE_METHODS:
        _check_csrf(event, user.csrf_token)
    if user.must_change_password:
        raise ForbiddenError("the password must be changed first")
    role: Role = user.role  # type: ignore[assignment]  # the schema allows these three only
    return Principal(f"user:{user.username}", role, "user", username=user.username)


def _check_csrf(event: Any, expected: str) -> None:
    sent = event.raw_event["headers"].get(CSRF_HEADER) or ""
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), expected.encode()):
        raise ForbiddenError("the header X-CSRF-Token is missing or not that of the session")
