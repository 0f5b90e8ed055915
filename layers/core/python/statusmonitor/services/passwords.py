"""Password hashes: argon2id, some 40 ms and 19 MB each, and never many at a time."""

import threading
from functools import cache
from typing import TYPE_CHECKING

from statusmonitor.errors import ValidationError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 8
MAX_LENGTH = 1_000
_AT_ONCE = threading.BoundedSemaphore(4)  # a flood of sign-ins waits here instead of taking the server's memory


def check_rules(password: str, username: str) -> None:
    """Raises: ValidationError: the password is too short, too long or the name of the user."""
    fault = _fault(password, username)
    if fault:
        raise ValidationError(f"password: {fault}", password=fault)


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return _hasher().hash(_bytes(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Tell whether the password is right. Without a hash it takes as long and is wrong: the time tells no user names."""
    from argon2.exceptions import InvalidHashError, VerificationError

    decoy = _decoy()
    with _AT_ONCE:
        try:
            _hasher().verify(password_hash or decoy, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _decoy() -> str:
    return _hasher().hash("a password that nobody has")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # half a character is no password that anybody has, and no error


def _fault(password: str, username: str) -> str | None:
    if len(password) < MIN_LENGTH:
        return f"must have at least {MIN_LENGTH} characters"
    if len(password) > MAX_LENGTH:
        return f"must have at most {MAX_LENGTH} characters"
    return "must not be the name of the user" if password.lower() == username.lower() else None
