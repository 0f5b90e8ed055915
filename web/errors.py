"""Error pages in the look of the others, JSON for scripts. They read nothing from the database."""

import logging
from typing import Any, NamedTuple

from flask import Flask, Response, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from statusmonitor.errors import DatabaseUnavailableError, MonitorError
from web.addresses import is_fragment_request
from web.language import gettext

log = logging.getLogger(__name__)


class ErrorText(NamedTuple):
    icon: str
    title: str
    text: str


def install(app: Flask) -> None:
    app.register_error_handler(MonitorError, _answer_own)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_own(error: MonitorError) -> tuple[Any, int, dict[str, str]]:
    seconds = getattr(error, "retry_after_seconds", None)
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return _body(error.status, error.code), error.status, headers


def _answer_http(error: HTTPException) -> Response | tuple[Any, int, dict[str, str]]:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004 - a redirect of the router
        return error.get_response()  # type: ignore[return-value]
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return _body(status, error.name.upper().replace(" ", "_")), status, headers


def _answer_unexpected(error: Exception) -> tuple[Any, int]:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _body(MonitorError.status, MonitorError.code), MonitorError.status


def _body(status: int, code: str) -> Any:
    text = _text(status)
    if request.path.startswith(("/ui/", "/api/")) or is_fragment_request():
        return jsonify(error={"code": code, "message": text.title})
    g.viewer = g.get("viewer") if status != DatabaseUnavailableError.status else None
    return render_template("pages/error.html", status=status, error=text)


def _text(status: int) -> ErrorText:
    known = {
        403: ErrorText(
            "shield",
            gettext("This is not allowed"),
            gettext("The form is too old or your rights do not cover it. Go back, reload the page and try again."),
        ),
        404: ErrorText(
            "map-pin",
            gettext("There is nothing here"),
            gettext("The address is wrong, or what it showed has been deleted."),
        ),
        503: ErrorText(
            "database",
            gettext("The database does not answer"),
            gettext("Agents keep their results and send them again, nothing is lost. The page tries again by itself."),
        ),
    }
    bad_request = ErrorText(
        "triangle-alert", gettext("The request cannot be read"), gettext("A part of the address or the form is wrong.")
    )
    unexpected = ErrorText("triangle-alert", gettext("Something went wrong here"), gettext("The server's log has the details."))
    return known.get(status) or (bad_request if status < 500 else unexpected)  # noqa: PLR2004 - the client's errors
