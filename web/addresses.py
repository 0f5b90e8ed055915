"""Addresses within the site: where a request came from, and which targets may be followed."""

from urllib.parse import urlsplit

from flask import request

MAX_NEXT_LENGTH = 2000


def here() -> str | None:
    """Return path and query of this request, None for the start page."""
    address = request.full_path.rstrip("?") if request.query_string else request.path
    return None if address == "/" else address


def safe_next(address: str | None) -> str:
    """Return `address` if it is a plain path of this site, else the start page.

    Browsers read a backslash as a slash and drop tabs and line feeds, so that only clean text is looked at.
    """
    if not address or len(address) > MAX_NEXT_LENGTH or "\\" in address or not address.isprintable():
        return "/"
    parts = urlsplit(address)
    is_plain = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")
    return address if is_plain else "/"


def is_fragment_request() -> bool:
    """Tell whether a script asks for a part of a page; a restored history entry wants the whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
