"""Reads what every route reads alike: the key, the body, query parameters."""

import base64
from typing import Any

from statusmonitor.domain.text import cure_json
from statusmonitor.errors import BadRequestError, TooLargeError, UnauthorizedError
from statusmonitor.services import keys
from statusmonitor.services.keys import Caller

MAX_BODY_BYTES = 1_000_000
MAX_INT = 2**31 - 1


def key_text(event: Any) -> str | None:
    """Return the key of the request, None without one.

    Raises:
        UnauthorizedError: the key is in the address, where logs and histories keep it.
    """
    if "api_key" in (event.raw_event.get("queryStringParameters") or {}):
        raise UnauthorizedError("a key in the address is refused: send it as header X-API-Key")
    text: str | None = event.raw_event["headers"].get("x-api-key")
    return text


def recall_caller(event: Any, *roles: str) -> Caller:
    """Return who calls, from memory where possible; the transaction that acts for it must compare `keys_revision`.

    Raises:
        UnauthorizedError, ForbiddenError
    """
    caller = keys.recall(key_text(event))
    if caller.role not in roles:
        caller = keys.look_up(key_text(event))  # it may have another role since it was remembered
    caller.require(*roles)
    return caller


def look_up_caller(event: Any, *roles: str) -> Caller:
    """Return who calls, as the database has it now.

    Raises:
        UnauthorizedError, ForbiddenError
    """
    caller = keys.look_up(key_text(event))
    caller.require(*roles)
    return caller


def body_bytes(event: Any, limit: int = MAX_BODY_BYTES) -> bytes:
    """Return the body with NUL and lone surrogates replaced, as the agent-facing routes store them.

    Raises:
        BadRequestError: there is none.
        TooLargeError: it is larger than `limit` bytes.
    """
    text = event.raw_event.get("body")
    if not text:
        raise BadRequestError("the request has no body")
    body = base64.b64decode(text) if event.raw_event.get("isBase64Encoded") else text.encode("utf-8", "surrogatepass")
    if len(body) > limit:
        raise TooLargeError(f"the body is larger than {limit} bytes")
    return cure_json(body)


def query(event: Any) -> dict[str, str]:
    return event.raw_event.get("queryStringParameters") or {}


def query_int(event: Any, name: str, *, minimum: int = 0, maximum: int = MAX_INT) -> int | None:
    """Return a whole number from the query, None when it is not there.

    Raises:
        BadRequestError: it is something else, or outside its bounds.
    """
    text = query(event).get(name)
    if text is None:
        return None
    sign, digits = (-1, text[1:]) if text[:1] == "-" else (1, text)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):  # noqa: PLR2004 - digits of 2^31
        raise BadRequestError(f"{name} must be a whole number", **{name: "a whole number"})
    number = sign * int(digits)
    if not minimum <= number <= maximum:
        raise BadRequestError(f"{name} must lie between {minimum} and {maximum}", **{name: f"{minimum} to {maximum}"})
    return number
