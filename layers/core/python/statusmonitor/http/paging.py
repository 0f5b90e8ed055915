"""Reads what lists and single entities are asked by, and shapes the answer of a list."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler import Response

from statusmonitor.domain.paging import Listing, Page
from statusmonitor.domain.text import cure_text
from statusmonitor.errors import BadRequestError
from statusmonitor.http.request import query, query_int
from statusmonitor.http.resolver import answer
from statusmonitor.http.wire import iso

MAX_LIMIT = 200
MAX_ID_DIGITS = 18  # below 2^63
MAX_TEXT_LENGTH = 200
_WORDS = {"true": True, "1": True, "false": False, "0": False}

T = TypeVar("T")


def read_page(event: Any, *, max_limit: int = MAX_LIMIT) -> Page:
    """Return the wanted page; a limit above `max_limit` is cut to it, none means everything.

    Raises:
        BadRequestError: a limit below 1, an offset below 0, or no number.
    """
    limit = query_int(event, "limit", minimum=1)
    return Page(min(limit, max_limit) if limit else None, query_int(event, "offset") or 0)


def page_answer(
    listing: Listing[T], page: Page, *, key: str = "items", shape: Callable[[T], dict[str, Any]] | None = None
) -> Response[Any]:
    """Return the contract's list: the entries under `key`, total_count, limit, offset."""
    entries = [(shape or as_json)(entry) for entry in listing.entries]
    return answer({key: entries, "total_count": listing.total_count, "limit": page.limit, "offset": page.offset})


def as_json(row: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, times in ISO 8601 with their offset."""
    return {name: iso(value) if isinstance(value, datetime) else value for name, value in asdict(row).items()}


def path_id(text: str, *, minimum: int = 1) -> int:
    """Return the id in a path. Raises: BadRequestError: it is no whole number of at least `minimum`."""
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_ID_DIGITS and int(text) >= minimum):
        raise BadRequestError(f"the id in the address must be a whole number of at least {minimum}")
    return int(text)


def query_bool(event: Any, name: str) -> bool | None:
    """Return true/1 or false/0 from the query, None when it is not there. Raises: BadRequestError."""
    text = query(event).get(name)
    if text is None:
        return None
    if text.lower() not in _WORDS:
        raise BadRequestError(f"{name} must be true or false", **{name: "true or false"})
    return _WORDS[text.lower()]


def query_text(event: Any, name: str) -> str | None:
    """Return a text from the query, None when it is not there or empty. Raises: BadRequestError."""
    text = query(event).get(name)
    if text and (len(text) > MAX_TEXT_LENGTH or cure_text(text) != text):
        raise BadRequestError(f"{name} must be at most {MAX_TEXT_LENGTH} plain characters", **{name: "not plain text"})
    return text or None


def query_parent(event: Any, name: str) -> tuple[int | None, bool]:
    """Return (parent id, whether only the top level is wanted); `root` and `0` mean the top level. Raises: BadRequestError."""
    if query(event).get(name) in ("root", "0"):
        return None, True
    return query_int(event, name, minimum=1), False
