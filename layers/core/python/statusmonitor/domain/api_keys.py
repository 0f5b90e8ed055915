"""The text of an API key: `<role>_<lookup>_<secret>`; only the lookup part and a hash of the secret are stored."""

import hmac
import re
import secrets
from hashlib import sha256
from typing import NamedTuple

ROLES = ("agent", "loader", "configurator", "reader", "admin")
_KEY = re.compile(r"(agent|loader|configurator|reader|admin)_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


class KeyText(NamedTuple):
    role: str
    lookup: str  # 16 hexadecimal digits, public
    secret: str  # 256 random bits, URL-safe

    def __str__(self) -> str:
        return "_".join(self)


def new_key(role: str) -> KeyText:
    return KeyText(role, secrets.token_hex(8), secrets.token_urlsafe(32))


def parse_key(text: str) -> KeyText | None:
    match = _KEY.fullmatch(text)
    return KeyText(*match.groups()) if match else None


def secret_hash(key: KeyText) -> bytes:
    """Return 32 bytes. The secret has 256 random bits, so that a plain hash cannot be guessed back."""
    return sha256(key.secret.encode()).digest()


def secret_matches(key: KeyText, stored_hash: bytes) -> bool:
    return hmac.compare_digest(secret_hash(key), stored_hash)
