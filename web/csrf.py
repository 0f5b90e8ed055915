"""CSRF tokens of signed-in users: the session's own, masked anew in every answer so that compression tells nothing of it."""

import base64
import binascii
import hmac
import secrets

HEADER = "X-CSRF-Token"
FIELD = "csrf_token"


def masked(token: str) -> str:
    """Return `token` behind a fresh random mask, as URL-safe text."""
    plain = token.encode()
    mask = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(mask + _xor(mask, plain)).decode()


def matches(sent: str | None, token: str) -> bool:
    """Tell whether `sent` is `token`, masked or, as the API's clients send it, as it is."""
    if not sent:
        return False
    plain = token.encode()
    return hmac.compare_digest(_unmasked(sent), plain) or hmac.compare_digest(sent.encode("utf-8", "replace"), plain)


def _unmasked(sent: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(sent.encode("ascii", "replace"))
    except (binascii.Error, ValueError):
        return b""
    half = len(raw) // 2
    return _xor(raw[:half], raw[half:])


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=False))
