"""The cookies of the pages: the session's, and the two preferences that must be known before anybody is."""

from flask import request
from werkzeug.wrappers import Response

from statusmonitor.config import settings
from statusmonitor.http.auth import MAX_TOKEN_LENGTH, session_cookie_name

YEAR_SECONDS = 365 * 24 * 3600
DAY_SECONDS = 24 * 3600


def session_token() -> str | None:
    """Return what the session cookie holds; what is too long to be ours counts as none."""
    token = request.cookies.get(session_cookie_name())
    return token if token and len(token) <= MAX_TOKEN_LENGTH else None


def set_session(response: Response, token: str) -> None:
    response.set_cookie(
        session_cookie_name(),
        token,
        max_age=settings().session_days * DAY_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings().is_https,
    )


def clear_session(response: Response) -> None:
    response.delete_cookie(session_cookie_name(), path="/", httponly=True, samesite="Lax", secure=settings().is_https)


def set_preference(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR_SECONDS, path="/", samesite="Lax", secure=settings().is_https)
