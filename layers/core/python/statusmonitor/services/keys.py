"""API keys as callers: looking one up, remembering it, and noticing at once that it changed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TypeVar

from statusmonitor.db.connection import cursor
from statusmonitor.domain.api_keys import KeyText, parse_key, secret_matches
from statusmonitor.errors import DatabaseUnavailableError, ForbiddenError, UnauthorizedError
from statusmonitor.repositories import api_keys

T = TypeVar("T")

MAX_KEY_CHANGES = 3  # within one request
MAX_REMEMBERED = 10_000
TOUCH_SECONDS = 60  # last_used_at is written at most this often


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that was good when the counter of all keys stood at `keys_revision`. `object_id` None: all objects."""

    key_id: int
    role: str
    object_id: int | None
    keys_revision: int
    expires_at: datetime | None
    text: KeyText

    def require(self, *roles: str) -> None:
        """Raises: ForbiddenError: the key has none of these roles."""
        if self.role not in roles:
            raise ForbiddenError(f"a key of role {self.role} may not do this")


_remembered: dict[str, Caller] = {}
_touched: dict[int, float] = {}
_lock = threading.Lock()


def recall(text: str | None) -> Caller:
    """Return the caller a key stands for, from memory when it was looked up before.

    The transaction that acts for it must compare `keys_revision` and call `renew` when that has moved on.

    Raises:
        UnauthorizedError: there is no key, or it is unknown, inactive or expired.
    """
    caller = _remembered.get(text) if text else None
    if caller is None or _has_expired(caller):
        return look_up(text)
    if monotonic() - _touched.get(caller.key_id, 0.0) > TOUCH_SECONDS:
        _touch(caller)
    return caller


def look_up(text: str | None) -> Caller:
    """Return the caller a key stands for, as the database has it now.

    Raises:
        UnauthorizedError: there is no key, or it is unknown, inactive or expired.
    """
    if not text:
        raise UnauthorizedError("an API key is needed: header X-API-Key")
    parsed = parse_key(text)
    caller = _find(parsed) if parsed else None
    if caller is None:
        _remembered.pop(text, None)
        raise UnauthorizedError("the API key is unknown, inactive or expired")
    with _lock:
        if len(_remembered) >= MAX_REMEMBERED:
            _remembered.clear()
        _remembered[text] = caller
    _touch(caller)
    return caller


def act_as(caller: Caller, act: Callable[[Caller], T | None]) -> T:
    """Return what `act` returns for a remembered caller; None says that the keys changed since it was looked up.

    The caller is looked up anew then, and `act` asked again.

    Raises:
        UnauthorizedError: the key is inactive, expired or gone.
        ForbiddenError: its role is another one now; what it may do is asked anew with its next request.
        DatabaseUnavailableError: the keys change again and again.
    """
    for _ in range(MAX_KEY_CHANGES):
        result = act(caller)
        if result is not None:
            return result
        caller = _renew(caller)
    raise DatabaseUnavailableError("the keys are changing just now; try again")


def _renew(caller: Caller) -> Caller:
    renewed = look_up(str(caller.text))
    renewed.require(caller.role)
    return renewed


def forget_all() -> None:
    """Look every key up anew at its next use."""
    with _lock:
        _remembered.clear()
        _touched.clear()


def _find(text: KeyText) -> Caller | None:
    with cursor() as cur:
        row = api_keys.find_by_lookup(cur, text.lookup)
    if row is None or not secret_matches(text, row.secret_hash) or not row.is_active:
        return None
    caller = Caller(row.id, row.role, row.object_id, row.keys_revision, row.expires_at, text)
    return None if _has_expired(caller) else caller


def _has_expired(caller: Caller) -> bool:
    return caller.expires_at is not None and caller.expires_at <= datetime.now(UTC)


def _touch(caller: Caller) -> None:
    _touched[caller.key_id] = monotonic()
    with cursor() as cur:
        api_keys.touch(cur, caller.key_id, older_than=timedelta(seconds=TOUCH_SECONDS))
